"""The terminal: flask scenarios, which runs the scenarios of the processes under processes/."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from app.flows import deploy
from app.flows.diagrams import scenarios as of


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False), required=False)
@with_appcontext
def scenarios(folder: Path | None) -> None:
    """Run the scenarios of every process under processes/, or of the one in FOLDER, on its diagram.

    Exit status 1 if one of them does not go as it expects.
    """
    folders = [folder] if folder else sorted(p for p in of.FOLDER.iterdir() if p.is_dir())
    fine = [_of_folder(place) for place in folders]
    sys.exit(0 if all(fine) else 1)


def _of_folder(place: Path) -> bool:
    found = of.from_folder(place)
    click.echo(click.style(f"{place.name}: {len(found)} skenario", bold=True))
    answer = of.run(deploy.read_folder(place), "", found)
    if answer["refused"]:
        click.echo(f"  Diagram ini tidak dapat dijalankan: {answer['refused']}")
        return False
    for one in answer["ran"]:
        _tell(one)
    return all(one["ok"] for one in answer["ran"])


def _tell(one: dict[str, Any]) -> None:
    word, colour = ("cocok", "green") if one["ok"] else ("BEDA ", "red")
    click.echo(f"  {click.style(word, fg=colour, bold=not one['ok'])}  {one['file']:<32} {one['name']}")
    for mistake in one["mistakes"]:
        line = f"baris {mistake['line']}: " if mistake["line"] else ""
        click.echo(f"         {line}{mistake['message']}")
