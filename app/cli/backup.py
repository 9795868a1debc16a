"""The terminal: flask backup | restore | verify."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from flask.cli import with_appcontext

from app import clock
from app.errors import AlurError
from app.flows import backup as backing_up
from app.flows import restore as restoring
from app.flows import verify as verifying
from app.flows.archive import Manifest


@click.command()
@click.argument("target", type=click.Path(path_type=Path), required=False)
@click.option("--keep", type=click.IntRange(min=1), help="Delete older backups in that folder but so many.")
@with_appcontext
def backup(target: Path | None, keep: int | None) -> None:
    """Write database and documents to TARGET: a new .tar, or a folder (default: cadangan/ in DATA_DIR).

    May run while people work. Exit status 1: no backup was written; 2: it was, but documents are broken or lost.
    """
    try:
        made = backing_up.backup(target, clock.now(), keep or 0)
    except AlurError as e:
        raise click.ClickException(str(e)) from e
    click.echo(f"{made.path}: {_size(made.size)}, {_what(made.manifest)}. Sudah dibaca ulang dan utuh.")
    for old in made.deleted:
        click.echo(f"Cadangan lama dihapus: {old.name}")
    if made.manifest.faults:
        for fault in made.manifest.faults:
            click.echo(f"Dokumen {fault}", err=True)
        click.echo("Ambil dokumen itu dari cadangan yang lebih lama. Tidak ada cadangan lama yang dihapus.", err=True)
        sys.exit(2)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="Even over a database with people; that one is moved aside, not deleted.")
@click.option("--check", is_flag=True, help="Only check the file; change nothing.")
@with_appcontext
def restore(file: Path, replace: bool, check: bool) -> None:
    """Bring the backup FILE in. Stop web and worker first."""
    try:
        if check:
            click.echo(f"{file.name} utuh: {_what(restoring.look(file))}.")
            return
        done = restoring.restore(file, clock.now(), replace=replace)
    except AlurError as e:
        raise click.ClickException(str(e)) from e
    except OSError as e:
        raise click.ClickException(f"Tidak dapat menulis: {e.strerror} ({e.filename}). Tidak ada yang berubah.") from e
    click.echo(f"Dipulihkan dari {file.name}: {_what(done.manifest)}.")
    if done.upgraded:
        click.echo(f"Susunan tabel dinaikkan dari {done.manifest.revision}.")
    if done.aside:
        click.echo(f"Basis data sebelumnya disimpan di {done.aside}. Hapus sendiri bila tidak diperlukan lagi.")
    click.echo(_NEXT)
    _tell(done.findings)


@click.command()
@with_appcontext
def verify() -> None:
    """Read every document and every history, and say what is not as it was written."""
    found = verifying.verify()
    click.echo(
        f"{found.cases} riwayat perkara, jejak audit, dan {found.documents} dokumen ({_size(found.size)}) dibaca."
    )
    _tell(found)
    click.echo("Semuanya utuh.")


_NEXT = """Selanjutnya:
1. Pakai SECRET_KEY dan TTE_ROOTS yang sama dengan mesin lama; keduanya tidak ada di dalam cadangan.
2. PUBLIC_URL tetap sama: alamat itu tertulis pada QR setiap lembar. Arahkan namanya ke mesin ini.
3. Jalankan `flask deploy` dan `flask doctor`, lalu mulai alur-web dan alur-worker. Semua orang masuk lagi.
Yang terjadi setelah cadangan dibuat tidak ada di sini; lembar yang ditandatangani sesudahnya ditandatangani lagi."""


def _tell(found: verifying.Findings) -> None:
    for line in found.lines():
        click.echo(line, err=True)
    if not found.whole:
        click.echo(
            "Ambil dokumen yang rusak dari cadangan yang lebih lama; beri tahu admin bila riwayat berubah.", err=True
        )
        sys.exit(2)


def _what(manifest: Manifest) -> str:
    when = manifest.made.strftime("%Y-%m-%d %H.%M UTC")
    return f"{manifest.cases} perkara dan {manifest.documents} dokumen, dibuat {when} oleh Alur {manifest.version}"


def _size(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.1f} MB"
