"""Back up: database and documents in one file, while people work.

The database first, the documents after it: they are written before the rows that name them and never change, so a
later copy of the store holds all that an earlier snapshot refers to.
"""

from __future__ import annotations

import errno
import importlib.metadata
import io
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.documents.store import BrokenDocument, DocumentStore, MissingDocument
from app.errors import AlurError
from app.flows import audit, marks, snapshots
from app.flows.archive import DATABASES, FORMAT, Manifest, Reader, Writer, sync_folder
from app.flows.house import house
from app.models import db

NAME = re.compile(r"alur-\d{8}-\d{6}Z\.tar")
MARK = "backup.last"
_LEFT = timedelta(days=1)  # what a killed backup left behind is deleted when it is so old


class NoBackup(AlurError):
    """Cadangan tidak jadi dibuat."""


@dataclass(frozen=True)
class Made:
    """A backup that was written, read again and found whole."""

    path: Path
    size: int  # bytes
    manifest: Manifest
    deleted: tuple[Path, ...] = ()


def backup(target: Path | None, now: datetime, keep: int = 0) -> Made:
    """Write a backup to `target`: a new file, or a folder that gets a file with the date in its name. Commits a mark.

    With `keep` only so many of the folder's backups stay, this one among them; but none goes while documents are
    broken or lost (`manifest.faults`), because an older backup may be the last place where they are whole.
    """
    path = _place(target, now)
    with _in_words(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        manifest = _write(path, now)
    size = path.stat().st_size
    deleted = _thin_out(path, keep, now) if not manifest.faults else ()
    _tell(path, size, manifest, now)
    return Made(path, size, manifest, deleted)


def _place(target: Path | None, now: datetime) -> Path:
    target = target or house().config.data_dir / "cadangan"
    if target.suffix != ".tar":
        return target / f"alur-{now.astimezone(UTC):%Y%m%d-%H%M%S}Z.tar"
    return target


def _write(path: Path, now: datetime) -> Manifest:
    """Under other names first, so that whatever bears the name of a backup is one."""
    if path.exists():
        raise NoBackup(f"{path} sudah ada. Pakai nama lain; cadangan tidak pernah ditimpa.")
    part, snapshot = (path.parent / f".{path.name}.{os.getpid()}.{end}" for end in ("part", "database"))
    try:
        facts = snapshots.take(snapshot)
        if not facts.revision:
            raise NoBackup("Basis data ini belum disiapkan. Jalankan `flask db upgrade`, lalu coba lagi.")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            writer = Writer(file, now)
            with snapshot.open("rb") as taken:
                writer.add(DATABASES[db.engine.dialect.name], taken, snapshot.stat().st_size)
            faults = _add_documents(writer, house().documents, facts.wanted)
            manifest = _manifest(facts, writer, faults, now)
            writer.close(manifest)
            file.flush()
            os.fsync(file.fileno())
        with Reader(part) as written:
            written.check()
        part.rename(path)
        sync_folder(path.parent)
    finally:
        for left in (part, snapshot):
            left.unlink(missing_ok=True)
    return manifest


def _add_documents(writer: Writer, store: DocumentStore, wanted: frozenset[str]) -> tuple[str, ...]:
    """All documents; the faults, by SHA-256, of those that can't be taken along."""
    faults: dict[str, str] = {}
    there = set()
    for sha in store:
        try:
            content = store.read(sha)
        except BrokenDocument:
            faults[sha] = "rusak"
        except MissingDocument:
            continue
        except OSError as e:
            faults[sha] = f"tidak dapat dibaca ({e.strerror})"
        else:
            writer.add(f"documents/{sha}", io.BytesIO(content), len(content))
            there.add(sha)
    faults |= dict.fromkeys(wanted - there - set(faults), "hilang")
    return tuple(f"{sha} {words}" for sha, words in sorted(faults.items()))


def _manifest(facts: snapshots.Facts, writer: Writer, faults: tuple[str, ...], now: datetime) -> Manifest:
    return Manifest(
        format=FORMAT,
        version=version(),
        revision=facts.revision,
        database=db.engine.dialect.name,
        created_at=now.isoformat(),
        cases=facts.cases,
        documents=len(facts.wanted),
        files=writer.files,
        faults=faults,
    )


def version() -> str:
    """Of Alur, as it was installed."""
    try:
        return importlib.metadata.version("alur")
    except importlib.metadata.PackageNotFoundError:
        return "?"


def _thin_out(newest: Path, keep: int, now: datetime) -> tuple[Path, ...]:
    """Delete backups beyond `keep`, the oldest first, and what killed ones left. Other names are nobody's business."""
    if keep < 1:
        return ()
    for left in newest.parent.glob(".alur-*Z.tar.*"):
        if now - datetime.fromtimestamp(left.stat().st_mtime, UTC) > _LEFT:
            left.unlink(missing_ok=True)
    made = sorted((p for p in newest.parent.iterdir() if NAME.fullmatch(p.name) and p != newest), reverse=True)
    old = tuple(made[keep - 1 :])
    for path in old:
        path.unlink(missing_ok=True)
    return old


def _tell(path: Path, size: int, manifest: Manifest, now: datetime) -> None:
    words = f"{path.name}, {size} byte, {manifest.cases} perkara, {manifest.documents} dokumen"
    if manifest.faults:
        words += f", {len(manifest.faults)} dokumen rusak atau hilang"
    marks.put(MARK, words, now)
    audit.write("cadangan", "cadangan dibuat", now, after={"berkas": path.name}, note=words)
    db.session.commit()


@contextmanager
def _in_words(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as e:
        if e.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NoBackup(
                f"Disk penuh: cadangan tidak jadi dibuat di {path.parent}. Kosongkan disk atau pakai folder lain."
            ) from e
        raise NoBackup(f"{path.parent} tidak dapat ditulisi: {e.strerror}. Pakai folder lain.") from e
