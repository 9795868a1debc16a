"""Moving running cases: a dry run of 1,000 open PKs against a version with a step more, as the worker does it."""

from __future__ import annotations

import time

from sqlalchemy import func, insert, select

from app import clock
from app.flows import definitions, rights
from app.flows.moves import runs, work
from app.flows.moves.runs import Asked
from app.models import Definition, Instance, Migration, MigrationCase, User, db, table
from benchmarks import crowd
from benchmarks.many_cases import _drafted
from benchmarks.measure import Figure
from benchmarks.ours import PROCESS, house

_DEFINITION = table(Definition)
LIMIT = 30.0  # seconds


def run(quick: bool = False) -> list[Figure]:
    """One check of all open cases, from the click to the verdicts; nothing is moved."""
    cases = 50 if quick else 1_000
    with house(1) as h:
        crowd.fill(_drafted(h), cases)
        _publish_another()
        boss = db.session.scalar(select(User.id).where(User.username == "admin"))
        now = clock.now()
        actor = rights.actor_of(boss or 0, 2026, rights.local_day(now))
        began = time.perf_counter()
        run_id = runs.create(PROCESS, 2, Asked(), "", actor, now)
        slices = 0
        while db.session.get_one(Migration, run_id, populate_existing=True).state in runs.BUSY:
            db.session.rollback()
            work.work(clock.now())
            slices += 1
        seconds = time.perf_counter() - began
        query = select(MigrationCase.verdict, func.count()).group_by(MigrationCase.verdict)
        verdicts = {str(v): int(n) for v, n in db.session.execute(query)}
        there = db.session.scalar(select(func.count()).select_from(Instance).where(Instance.phase == "running")) or 0
        db.session.rollback()
    if set(verdicts) != {"green"} or sum(verdicts.values()) < cases:
        raise AssertionError(f"the check found {verdicts} among {there} open cases")
    each = f"{seconds / sum(verdicts.values()) * 1000:.1f} ms a case"
    detail = {"cases": sum(verdicts.values()), "verdicts": verdicts, "slices": slices}
    return [Figure("migrate_1000_s", seconds, "s", ("<", LIMIT), each, detail)]


def _publish_another() -> None:
    """The same diagram with other words at two steps, and a step more at the end."""
    first = db.session.execute(select(_DEFINITION).where(Definition.process == PROCESS)).one()._asdict()
    files = dict(first["files"])
    name = next(n for n in files if n.endswith(".bpmn"))
    files[name] = (
        files[name]
        .replace('name="Penyusunan PK"', 'name="Menyusun PK"')
        .replace("<flowNodeRef>mulai<", "<flowNodeRef>kabari</flowNodeRef><flowNodeRef>mulai<")
        .replace('sourceRef="arsipkan" targetRef="selesai"', 'sourceRef="arsipkan" targetRef="kabari"')
        .replace(
            '<endEvent id="selesai"',
            '<manualTask id="kabari" name="Kabari satker"/>'
            '<sequenceFlow id="f_kabari" sourceRef="kabari" targetRef="selesai"/><endEvent id="selesai"',
        )
    )
    row = {k: v for k, v in first.items() if k != "id"} | {"version": 2, "files": files, "sha256": "f" * 64}
    db.session.rollback()
    with db.engine.begin() as conn:
        conn.execute(insert(_DEFINITION).values(row))
    definitions.current(PROCESS)
