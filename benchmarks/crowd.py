"""Many other cases: 100,000 of them with their open tasks, steps and history, written straight into the tables.

One year, 1,000 satkers, 20 units. Their packed state is that of a real case. Tasks are those of three roles: the
operators', the heads', and one that sees all satkers (as a second process would have it). A tenth is claimed.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import islice
from typing import Any

from sqlalchemy import insert, select

from app.flows import sample
from app.models import Document, Event, Instance, Notice, Satker, Task, Unit, User, db
from benchmarks import pk
from benchmarks.ours import PROCESS, Case

SATKERS, UNITS = 1_000, 20
ROLES = ((pk.OPERATOR, "penyusunan_pk"), (pk.KEPALA, "persetujuan_kepala"), (sample.BIRO, "penelaahan"))
FIRST_ID = 1_000_000
FIRST_SATKER = "700000"


def fill(model: Case, count: int) -> None:
    """Put `count` open cases like `model` into the house's database."""
    row = model.row()._asdict()
    people = list(db.session.scalars(select(User.id)))
    satkers = [_satker(n) for n in range(SATKERS)]
    known = db.session.execute(select(Satker.__table__).where(Satker.kode == "100101")).one()._asdict()
    db.session.rollback()
    with db.engine.begin() as conn:
        conn.execute(insert(Unit.__table__), [{"kode": u, "nama": f"Unit Contoh {u}"} for u in {u for _, u in satkers}])
        conn.execute(
            insert(Satker.__table__),
            [{**known, "kode": k, "unit_kode": u, "nama": f"Balai Contoh {k}"} for k, u in satkers],
        )
        for table, rows in (
            (Instance, (_instance(row, n, *satkers[n % SATKERS]) for n in range(count))),
            (Task, (_task(n, *satkers[n % SATKERS], people) for n in range(count))),
            (Event, (_event(row, n) for n in range(count * 2))),
            (Notice, (_notice(n, *satkers[n % SATKERS]) for n in range(count // 2))),
            (Document, (_document(n, *satkers[n % SATKERS]) for n in range(count // 4))),
        ):
            while part := list(islice(rows, 5_000)):
                conn.execute(insert(table.__table__), part)
    with db.engine.connect() as conn:  # as after a night's rest: the file is whole, the planner knows the tables
        conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def _satker(n: int) -> tuple[str, str]:
    return str(int(FIRST_SATKER) + n), str(900_000 + n % UNITS)


def _instance(model: dict[str, Any], n: int, satker: str, unit: str) -> dict[str, Any]:
    at = pk.BEGIN + timedelta(seconds=n)
    return model | {
        "id": FIRST_ID + n, "key": f"lain/{n}", "satker": satker, "unit": unit, "title": f"PK 2026 Balai Contoh {n}",
        "created_at": at, "changed_at": at, "process": PROCESS if n < SATKERS else "lain",
    }  # fmt: skip


def _task(n: int, satker: str, unit: str, people: list[int]) -> dict[str, Any]:
    # by n // SATKERS: each satker has tasks of each role
    role, element = ROLES[n // SATKERS % len(ROLES)]
    return {
        "id": f"{n:032x}", "instance_id": FIRST_ID + n, "kind": "user", "element": element, "name": "Penyusunan PK",
        "role": role, "satker": satker, "unit": unit, "tahun": 2026, "state": "open",
        "created_at": pk.BEGIN + timedelta(seconds=n), "due": pk.BEGIN + timedelta(days=900),
        "remind_at": pk.BEGIN + timedelta(days=899), "claimed_by": people[n % len(people)] if n % 10 == 0 else None,
    }  # fmt: skip


def _event(model: dict[str, Any], n: int) -> dict[str, Any]:
    return {
        "instance_id": FIRST_ID + n // 2, "seq": n % 2 + 1, "at": pk.BEGIN + timedelta(seconds=n), "kind": "submit",
        "element": "info_satker", "name": "Lengkapi Info Satker", "actor": "Rani Pertiwi (Operator Satker)",
        "definition_id": model["definition_id"], "status": model["status"], "data": {"langkah": "lain"}, "passed": [],
        "state": b"\0" * 300, "prev_hash": f"{n:064x}", "hash": f"{n + 1:064x}",
    }  # fmt: skip


def _notice(n: int, satker: str, unit: str) -> dict[str, Any]:
    return {
        "instance_id": FIRST_ID + n, "role": ROLES[n // SATKERS % len(ROLES)][0], "satker": satker, "unit": unit,
        "text": "Penyusunan PK: batas waktunya dekat.", "created_at": pk.BEGIN + timedelta(seconds=n),
    }  # fmt: skip


def _document(n: int, satker: str, unit: str) -> dict[str, Any]:
    return {
        "instance_id": FIRST_ID + n, "kind": "archive", "sha256": f"{n:064x}", "name": f"PK-2026-{satker}-{n}.pdf",
        "size": 60_000, "number": f"PK-2026-{satker}-{n}", "token": f"{n:022x}", "signatures": 2, "tahun": 2026,
        "satker": satker, "unit": unit, "created_at": pk.BEGIN + timedelta(seconds=n),
    }  # fmt: skip
