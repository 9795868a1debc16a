"""Prepared statements do what SQLAlchemy's own execution does, in the dialect of the database."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import bindparam, create_engine, insert, select, update
from sqlalchemy.dialects import postgresql

from app.models import Job, Notice, Prepared, db, table

JOB = table(Job)
NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
ROW = {
    "id": "a" * 32, "instance_id": 7, "element": "cek_tte", "operator": "tte.status", "params": {"satker": "100101"},
    "run_at": NOW, "created_at": NOW,
}  # fmt: skip
INSERT = Prepared(insert(JOB).inline(), *ROW)


@pytest.fixture
def conn():
    engine = create_engine("sqlite://")
    db.metadata.create_all(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")  # on where a whole application was made in this process
        yield connection
    engine.dispose()


def test_values_go_through_the_column_types_and_defaults_are_filled_in(conn):
    INSERT.run(conn, ROW)
    kept = conn.execute(select(JOB)).one()
    assert (kept.params, kept.run_at, kept.state, kept.max_tries, kept.attended) == (
        ROW["params"],
        NOW,
        "ready",
        5,
        False,
    )


def test_several_rows_are_written_at_once(conn):
    INSERT.run(conn, *({**ROW, "id": str(n)} for n in range(3)))
    close = Prepared(update(JOB).where(JOB.c.id == bindparam("j"), JOB.c.state == "ready").values(state="gone"))
    assert close.run(conn, {"j": "1"}).rowcount == 1
    assert close.run(conn, {"j": "1"}).rowcount == 0
    assert [(j.id, j.state) for j in conn.execute(select(JOB).order_by(JOB.c.id))] == [
        ("0", "ready"), ("1", "gone"), ("2", "ready"),
    ]  # fmt: skip


def test_a_time_without_a_zone_is_refused_here_too(conn):
    with pytest.raises(ValueError, match="without a zone"):
        INSERT.run(conn, {**ROW, "run_at": NOW.replace(tzinfo=None)})


def test_postgresql_gets_its_own_text_and_named_parameters():
    notice = Prepared(insert(table(Notice)).inline(), "instance_id", "role", "satker", "unit", "text", "created_at")
    form = notice._form(postgresql.dialect())  # without a driver: only the text and the values
    assert "%(created_at)s" in form.sql
    assert "RETURNING" not in form.sql
    row = {"instance_id": 7, "role": "Kepala Satker", "satker": "1", "unit": "2", "text": "3", "created_at": NOW}
    assert form.bind(row) == {**row, "created_at": NOW.replace(tzinfo=None)}
