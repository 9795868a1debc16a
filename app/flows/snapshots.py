"""The database as one file, taken while it is in use by SQLite's online backup; and what a snapshot says of itself."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, Connection, create_engine, func, inspect, select, text, union

from app.errors import AlurError
from app.models import Attempt, Document, Instance, User, db, table

POSTGRESQL = (
    "Perintah ini hanya untuk SQLite. Untuk PostgreSQL: `pg_dump --format=custom`, lalu salin folder documents di "
    "DATA_DIR; pulihkan dengan `pg_restore`."
)


class DatabaseTrouble(AlurError):
    """Basis data tidak dapat disalin."""


@dataclass(frozen=True)
class Facts:
    """What a database says of itself. `wanted` are the SHA-256 of documents and answers that its rows refer to."""

    revision: str
    cases: int
    people: int
    wanted: frozenset[str]


def take(to: Path) -> Facts:
    """Write the current database to the new file `to` (mode 0600), and tell what is in it.

    DatabaseTrouble if it can't be read or is not whole; OSError if `to` can't be written.
    """
    if db.engine.dialect.name != "sqlite":
        raise DatabaseTrouble(POSTGRESQL)
    return _take_sqlite(Path(str(db.engine.url.database)), to)


def facts_of(file: Path) -> Facts:
    """The same of an SQLite file that nobody uses; DatabaseTrouble if it is not whole."""
    engine = create_engine(URL.create("sqlite", database=str(file)))
    try:
        with engine.connect() as conn:
            said = conn.execute(text("PRAGMA integrity_check(3)")).scalars().all()
            if said != ["ok"]:
                raise DatabaseTrouble(f"Basis data tidak utuh: {'; '.join(said)}")
            return facts(conn)
    except DatabaseTrouble:
        raise
    except Exception as e:  # what a file that is no database makes SQLite say differs from case to case
        raise DatabaseTrouble(f"Basis data tidak dapat dibaca ({type(e).__name__}).") from e
    finally:
        engine.dispose()


def facts(conn: Connection) -> Facts:
    """Of the database behind `conn`; all empty where there are no tables."""
    there = set(inspect(conn).get_table_names())
    if User.__tablename__ not in there:
        return Facts("", 0, 0, frozenset())
    document, attempt = table(Document), table(Attempt)
    wanted = union(
        select(document.c.sha256), select(attempt.c.answer_sha256).where(attempt.c.answer_sha256.is_not(None))
    )
    revision = (
        conn.execute(text("SELECT version_num FROM alembic_version")).scalar() if "alembic_version" in there else ""
    )
    return Facts(
        str(revision or ""),
        conn.execute(select(func.count()).select_from(table(Instance))).scalar_one(),
        conn.execute(select(func.count()).select_from(table(User))).scalar_one(),
        frozenset(conn.execute(wanted).scalars()),
    )


def _take_sqlite(source: Path, to: Path) -> Facts:
    to.touch(mode=0o600, exist_ok=False)
    try:
        with (
            closing(sqlite3.connect(source.absolute().as_uri() + "?mode=ro", uri=True, timeout=30)) as live,
            closing(sqlite3.connect(to)) as copied,
        ):
            live.backup(copied)  # in one go: writers go on beside it, and what they write is not in it
            copied.execute("PRAGMA journal_mode=DELETE")  # one file, without a WAL of its own
    except sqlite3.Error as e:
        if "full" in str(e):
            raise OSError(28, "disk penuh") from e
        raise DatabaseTrouble(f"Basis data tidak dapat disalin: {e}.") from e
    return facts_of(to)
