"""Published versions: stored once, parsed once per process, never changed."""

from __future__ import annotations

from typing import NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, select

from app.engine.definition import Definition
from app.errors import NotFound
from app.models import Definition as Row
from app.models import db

# by database: tests run several applications in one process
_LIVE: WeakKeyDictionary[Engine, dict[int, Definition]] = WeakKeyDictionary()


class Published(NamedTuple):
    """A version's row id and number, with the live definition."""

    id: int
    version: int
    definition: Definition


def of(definition_id: int) -> Definition:
    """The live definition of a version; parsed at the first use in this process."""
    live = _LIVE.setdefault(db.engine, {})
    found = live.get(definition_id)
    if found is None:
        found = live[definition_id] = _load(definition_id)
    return found


def _load(definition_id: int) -> Definition:
    row = db.session.execute(select(Row.files, Row.process).where(Row.id == definition_id)).one()
    return Definition.load({name: text.encode() for name, text in row.files.items()}, row.process)


def current(process: str) -> Published:
    """The newest version of `process`; NotFound where nothing was published under that name."""
    row = db.session.execute(
        select(Row.id, Row.version).where(Row.process == process).order_by(Row.version.desc()).limit(1)
    ).first()
    if row is None:
        raise NotFound(f"Proses {process!r} belum diterbitkan. Jalankan `flask deploy`.")
    return Published(row.id, row.version, of(row.id))


def forget() -> None:
    """Drop what is held in memory; for tests that swap databases under one address."""
    _LIVE.clear()


def processes() -> list[Published]:
    """The newest version of every process, by name."""
    names = db.session.scalars(select(Row.process).distinct().order_by(Row.process)).all()
    return [current(name) for name in names]
