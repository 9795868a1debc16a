"""flask audit: check the audit list, take it away, check what was taken away; check the histories of all cases."""

from __future__ import annotations

from pathlib import Path

import click

from app import clock
from app.flows import audit as listing
from app.flows import audit_list, events, verify

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
@click.option("--check", is_flag=True, help="Check the chain of the whole list.")
@click.option("--export", type=click.Path(path_type=Path, dir_okay=False), help="Write it to a file, an entry a line.")
@click.option("--verify", "exported", type=_FILE, help="Check an exported file by itself.")
@click.option("--compare", type=_FILE, help="Check an exported file, and that the list still holds what it says.")
@click.option("--cases", is_flag=True, help="Check the histories of all cases.")
def audit(check: bool, export: Path | None, exported: Path | None, compare: Path | None, cases: bool) -> None:
    """Check the audit list. Ends with 1 when something is not whole."""
    faults = [
        _say("Jejak audit", listing.check()) if check or not (export or exported or compare or cases) else False,
        _verify(exported) if exported else False,
        _compare(compare) if compare else False,
        _cases() if cases else False,
    ]
    if export:
        _export(export)
    if any(faults):
        raise SystemExit(1)


def _say(what: str, found: listing.Chain) -> bool:
    if found.fault is None:
        click.echo(f"{what}: rantai utuh, {found.count} catatan. Sidik catatan terakhir: {found.hash or '-'}")
        return False
    click.echo(f"{what}: putus di catatan {found.fault.seq}. {found.fault.words} {found.count} catatan utuh.", err=True)
    return True


def _export(path: Path) -> None:
    try:
        with path.open("xb") as file:
            path.chmod(0o600)
            count = audit_list.save(file, clock.now())
    except OSError as e:
        raise click.ClickException(f"{path} tidak dapat ditulis: {e.strerror}. Pilih nama berkas yang baru.") from e
    click.echo(f"{count} catatan ditulis ke {path}.")


def _verify(path: Path) -> bool:
    with path.open("rb") as file:
        return _say(path.name, audit_list.verify(file))


def _compare(path: Path) -> bool:
    with path.open("rb") as file:
        found = audit_list.verify(file)
    if _say(path.name, found):
        return True
    fault = audit_list.compare(found)
    if fault is None:
        click.echo("Daftar masih memuat semua catatan di berkas itu.")
        return False
    click.echo(f"Catatan {fault.seq}: {fault.words}", err=True)
    return True


def _cases() -> bool:
    broken = verify.broken_chains()
    for case in broken:
        click.echo(f"Perkara {case}: riwayat putus di langkah {events.broken_at(case)}.", err=True)
    if not broken:
        click.echo("Riwayat semua perkara utuh.")
    return bool(broken)
