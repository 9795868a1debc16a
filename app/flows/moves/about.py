"""What people must know to map and to move: the steps that are gone, those there are, the difference in words."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from app.engine import migration
from app.flows import definitions
from app.flows.moves.runs import UNMOVED
from app.models import Definition, Instance, Migration, MigrationCase, Task, db, table

_CASE = table(MigrationCase)


@dataclass(frozen=True)
class Removed:
    """A step that the target version has not, and at which `count` of the cases stand. `into`: where it is mapped."""

    element: str
    name: str
    count: int
    into: str = ""


def removed_steps(run: Migration) -> list[Removed]:
    """Steps to be mapped by hand: those of people, at which a case of this move stands."""
    target = definitions.of(run.target_id)
    cases = select(_CASE.c.instance_id).where(_CASE.c.migration_id == run.id, _CASE.c.state.in_(UNMOVED))
    query = (
        select(Task.element, func.max(Task.name), func.count())
        .where(Task.instance_id.in_(cases), Task.state == "open", Task.kind == "user")
        .group_by(Task.element)
    )
    rows = [row for row in db.session.execute(query) if row[0] not in target.elements]
    return [Removed(*row, run.mapping.get(row[0], "")) for row in rows]


def steps_here(process: str) -> list[tuple[str, str]]:
    """(element, name) of every step at which a case of this process stands now."""
    query = (
        select(Task.element, func.max(Task.name))
        .join(Instance, Instance.id == Task.instance_id)
        .where(Instance.process == process, Task.state == "open", Task.kind == "user")
        .group_by(Task.element)
        .order_by(func.max(Task.name))
    )
    return [(element, name) for element, name in db.session.execute(query)]


def steps_of(definition_id: int) -> list[tuple[str, str]]:
    """(element, words) of the steps of people in a version: where a removed step may lead."""
    elements = definitions.of(definition_id).elements.values()
    return [
        (e.id, f"{e.name or e.id} ({e.lane})" if e.lane else e.name or e.id)
        for e in elements
        if e.kind in ("userTask", "manualTask")
    ]


def differences(run: Migration) -> list[tuple[int, list[str]]]:
    """(source version, what changes in words) of each version from which cases of this move come."""
    query = (
        select(Definition.id, Definition.version)
        .where(Definition.id.in_(select(_CASE.c.source_id).where(_CASE.c.migration_id == run.id)))
        .order_by(Definition.version.desc())
    )
    target = definitions.of(run.target_id)
    return [
        (version, migration.plan(definitions.of(id_), target, run.mapping).words())
        for id_, version in db.session.execute(query)
    ]
