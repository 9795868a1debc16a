"""The terminal: flask doctor, and flask admin, which makes the first account."""

from __future__ import annotations

import sys

import click
from flask import current_app
from flask.cli import with_appcontext

from app import clock
from app.errors import AlurError
from app.flows import first_admin
from app.jobs import doctor as examining

_SIGNS = {"ok": ("baik ", "green"), "warn": ("awas ", "yellow"), "bad": ("BURUK", "red")}


@click.command()
@with_appcontext
def doctor() -> None:
    """Check settings, database, provider, mail, clock, fonts, disk and more, and say what to do.

    Exit status 1 if anything is bad; warnings alone leave it at 0.
    """
    found = examining.run(current_app._get_current_object(), examining.CHECKS)  # type: ignore[attr-defined]
    for f in found:
        words, colour = _SIGNS[f.state]
        click.echo(f"{click.style(words, fg=colour, bold=f.state == 'bad')}  {f.name}: {f.words}")
        if f.todo:
            click.echo(f"       -> {f.todo}")
    bad, warn = (sum(f.state == s for f in found) for s in ("bad", "warn"))
    click.echo(f"\n{len(found)} hal diperiksa: {bad} buruk, {warn} perlu diperhatikan.")
    sys.exit(1 if bad else 0)


@click.command()
@click.argument("username")
@click.option("--nama", default="", help="The person's name; the username if not given.")
@click.option("--email", default="", help="For notices and for links to a new password.")
@with_appcontext
def admin(username: str, nama: str, email: str) -> None:
    """Give USERNAME an account with the role Admin and a password for one use; for a known one, a new password.

    For the first admin of a new house, and for the day on which the last one forgot the password.
    """
    try:
        made = first_admin.make(username, nama, email, clock.now())
    except AlurError as e:
        raise click.ClickException(str(e)) from e
    click.echo(f"{'Akun baru' if made.new else 'Akun'} {made.username} memegang peran Admin.")
    click.echo(f"Password sekali pakai: {made.password}")
    click.echo(
        "Password ini diganti saat masuk pertama kali. Ia tidak disimpan di mana pun dan tidak ditampilkan lagi."
    )
