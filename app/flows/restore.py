"""Restore a backup: look at all of it, prepare it beside what is there, and exchange the database in one rename.

Documents are added to the store and never taken out: a file under its hash is right whatever else lies there. So the
one thing that is exchanged is the database, last of all, and whatever stops a restore before that leaves what was.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from alembic.script import ScriptDirectory
from flask import Flask, current_app
from flask_migrate import Migrate, upgrade
from sqlalchemy import update

from app.documents.store import BrokenDocument, MissingDocument
from app.errors import Conflict
from app.flows import audit, marks, snapshots, verify
from app.flows.archive import DATABASES, BrokenBackup, Manifest, Reader, copy, sync_folder
from app.flows.house import KEY, house
from app.models import PasswordLink, User, db, table

_NEW_EPOCHS = 1000  # far above what any session of the time after the backup can hold
_USER, _LINK = table(User), table(PasswordLink)

PEOPLE = (
    "Basis data di sini sudah berisi {} akun, jadi tidak ditimpa. Pulihkan di mesin yang kosong, atau pakai "
    "--replace: data yang sekarang dipindahkan ke folder lain lebih dulu, tidak dihapus."
)
IN_USE = "Basis data sedang dipakai. Hentikan dulu alur-web dan alur-worker, lalu coba lagi."
NEWER = "Cadangan ini dibuat oleh Alur yang lebih baru (tabel {}, Alur {}). Pasang versi itu, lalu pulihkan lagi."


@dataclass(frozen=True)
class Restored:
    """What is there now. `aside` is where the data of before lie, if there were any."""

    manifest: Manifest
    upgraded: bool
    aside: Path | None
    findings: verify.Findings


def look(path: Path) -> Manifest:
    """What a backup holds, after every byte of it was checked. BrokenBackup or Conflict says why it is of no use."""
    if db.engine.dialect.name != "sqlite":
        raise Conflict(snapshots.POSTGRESQL)
    with Reader(path) as archive:
        manifest = archive.check()
    scripts = ScriptDirectory(current_app.extensions["migrate"].directory)
    if manifest.revision not in {s.revision for s in scripts.walk_revisions()}:
        raise Conflict(NEWER.format(manifest.revision, manifest.version))
    return manifest


def restore(path: Path, now: datetime, *, replace: bool = False) -> Restored:
    """Bring a backup in. Without `replace` only into a database without people; else that one is moved aside first.

    Conflict and BrokenBackup say in words why not; then, and after any other failure, everything is as it was.
    """
    manifest = look(path)
    db.session.remove()
    db.engine.dispose()  # or we ourselves would be who uses the database
    live = Path(str(db.engine.url.database)).absolute()
    had = _present(live, replace)
    with Reader(path) as archive, _staging(live) as staging:
        staged = staging / live.name
        copy(archive.open(DATABASES["sqlite"]), staged)
        findings = _prepare(staged, manifest, path.name, now)
        with _documents(archive, staging):
            aside = _aside(live, now) if had else None
            _put(staged, live, aside)
    return Restored(manifest, findings[0], aside, findings[1])


def _present(live: Path, replace: bool) -> bool:
    """Whether there is something to be moved aside. Conflict if it must stay, or if somebody uses it."""
    if not live.exists():
        return False
    with closing(sqlite3.connect(live, timeout=0.2)) as conn:
        try:
            conn.execute("PRAGMA journal_mode=DELETE")  # refused as long as anybody else has the database open
        except sqlite3.OperationalError as e:
            raise Conflict(IN_USE) from e
        except sqlite3.DatabaseError:  # no database any more: all the more reason to move it aside
            if not replace:
                raise Conflict(
                    f"{live.name} rusak. Pakai --replace: berkas itu dipindahkan ke folder lain lebih dulu."
                ) from None
            return True
    there = snapshots.facts_of(live)
    if there.people and not replace:
        raise Conflict(PEOPLE.format(there.people))
    return bool(there.people or there.cases)


@contextmanager
def _staging(live: Path) -> Iterator[Path]:
    """A folder on the same disk as the database; nothing of it stays."""
    live.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = live.parent / f".pulih-{os.getpid()}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _prepare(staged: Path, manifest: Manifest, name: str, now: datetime) -> tuple[bool, verify.Findings]:
    """Upgrade the staged database, close what a later time may have closed, and look at its chains."""
    there = snapshots.facts_of(staged)
    if (there.revision, there.cases, len(there.wanted)) != (manifest.revision, manifest.cases, manifest.documents):
        raise BrokenBackup("Basis data di dalam cadangan ini tidak cocok dengan daftar isinya. Pakai cadangan lain.")
    with _app_of(staged).app_context():
        try:
            upgrade()
            after = snapshots.facts_of(staged)
            _close(name, manifest, now)
            faults = tuple(f.split(" ")[0] for f in manifest.faults)
            lost = sorted(sha for sha in after.wanted if f"documents/{sha}" not in manifest.files)
            findings = verify.Findings(
                after.cases,
                len(after.wanted),
                0,
                chains=verify.broken_chains(),
                audit=verify.audit_fault(),
                lost=tuple(sorted({*lost, *faults})),
            )
        finally:
            db.session.remove()
            db.engine.dispose()
    with closing(sqlite3.connect(staged)) as conn:
        conn.execute("PRAGMA journal_mode=DELETE")  # all of it in the one file that is renamed
    return after.revision != there.revision, findings


def _close(name: str, manifest: Manifest, now: datetime) -> None:
    """End all sessions and open password links: what was ended after the backup must not open again."""
    db.session.execute(update(_USER).values(epoch=_USER.c.epoch + _NEW_EPOCHS))
    db.session.execute(update(_LINK).where(_LINK.c.used_at.is_(None)).values(used_at=now))
    words = f"{name}, dibuat {manifest.created_at}"
    marks.put("restore.last", words, now)
    audit.write("cadangan", "dipulihkan dari cadangan", now, after={"berkas": name}, note=words)
    db.session.commit()


def _app_of(staged: Path) -> Flask:
    """A small application on the staged database, for Alembic and the flows."""
    app = Flask("pemulihan")
    app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{staged}"
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = current_app.config["SQLALCHEMY_ENGINE_OPTIONS"]
    db.init_app(app)
    Migrate(app, db, directory=current_app.extensions["migrate"].directory, render_as_batch=True)
    app.extensions[KEY] = house()
    return app


@contextmanager
def _documents(archive: Reader, staging: Path) -> Iterator[None]:
    """Add what the store lacks; taken out again if the body fails. A broken file is exchanged for the whole one."""
    store, added = house().documents, []
    try:
        for sha in archive.documents():
            try:
                store.read(sha)
                continue
            except (MissingDocument, BrokenDocument):
                pass
            new, path = staging / sha, store.path(sha)
            if copy(archive.open(f"documents/{sha}"), new) != sha:
                raise BrokenBackup
            new.chmod(0o444)
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not path.exists():
                added.append(path)
            new.replace(path)
        for folder in {p.parent for p in added} | {p.parent.parent for p in added}:
            sync_folder(folder)
        yield
    except BaseException:
        for path in added:
            path.unlink(missing_ok=True)
        raise


def _aside(live: Path, now: datetime) -> Path:
    """Give the present database a second name, which stays when the first one is given to another."""
    aside = live.parent / f"sebelum-pemulihan-{now.astimezone(UTC):%Y%m%d-%H%M%S}Z"
    aside.mkdir(mode=0o700)
    os.link(live, aside / live.name)
    return aside


def _put(staged: Path, live: Path, aside: Path | None) -> None:
    """The one rename after which the restored database is the database."""
    for end in ("-wal", "-shm", "-journal"):  # of a database that is no more: SQLite would take them for this one's
        left = Path(f"{live}{end}")
        if left.exists():
            left.rename((aside or live.parent) / f"{left.name}.lama")
    staged.replace(live)
    sync_folder(live.parent)
