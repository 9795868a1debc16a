"""Reading one task for a person, and everything that its form may know."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from app import clock
from app.engine import steps
from app.engine.definition import Definition
from app.engine.types import Element
from app.errors import NotAllowed, NotFound
from app.flows import absence, definitions, masters, personal
from app.flows.house import house
from app.flows.rights import Actor, fitting, local_day, may_do, sees
from app.models import AnyRow, Certificate, Instance, Task, User, db, table
from app.sdk.declared import declared_form
from app.sdk.forms import FormContext, TaskForm
from app.sdk.json import JsonObject
from app.sdk.registry import look_up

_T, _I = table(Task), table(Instance)

# label_style: both tables have id, satker, ...; the case's own columns are read under the names that record() uses
_READ = (
    select(
        _T.c.id.label("task_id"), _T.c.kind.label("task_kind"), _T.c.element, _T.c.name, _T.c.role,
        _T.c.state.label("task_state"), _T.c.due, _T.c.claimed_by, _T.c.done_by, _T.c.done_at,
        _T.c.created_at.label("task_created_at"),
        _I.c.id, _I.c.process, _I.c.definition_id, _I.c.tahun, _I.c.satker, _I.c.unit, _I.c.title, _I.c.status,
        _I.c.state, _I.c.version, _I.c.last_hash, _I.c.ended_at, _I.c.phase,
    )
    .join(_I, _I.c.id == _T.c.instance_id)
    .where(_T.c.id == bindparam("t"))
)  # fmt: skip


@dataclass(frozen=True)
class OpenTask:
    """A task as somebody looks at it: its row, its case's row, and the live definition."""

    row: AnyRow
    definition: Definition

    @property
    def element(self) -> Element:
        return self.definition.elements[self.row.element]


def read_task(conn: Connection, task_id: str) -> AnyRow | None:
    """Task and case in one row; the case's columns have the names that `record` wants."""
    return conn.execute(_READ, {"t": task_id}).first()


def find(task_id: str, actor: Actor) -> OpenTask:
    """The task, for someone who may see it; NotFound for everybody else, so that ids give nothing away.

    Whoever stood in here until a while ago is told so.
    """
    with db.engine.connect() as conn:
        row = read_task(conn, task_id)
    if row is None or not (may_do(actor, row) or sees(actor, row.satker, row.unit)):
        words = absence.ended_words(actor, row, local_day(clock.now())) if row is not None else ""
        raise NotAllowed(words) if words else NotFound
    return OpenTask(row, definitions.of(row.definition_id))


def find_to_do(task_id: str, actor: Actor) -> OpenTask:
    """The task, if it is the actor's to do; NotAllowed for who may only look, and in words for who may no longer."""
    task = find(task_id, actor)
    if not may_do(actor, task.row):
        raise NotAllowed(absence.ended_words(actor, task.row, local_day(clock.now())) or None)
    return task


def form_class(element: Element) -> type[TaskForm]:
    """The form of a user task: from the table of names, or made of the fields that the diagram declares."""
    if element.form:
        return look_up(house().forms, element.form, "form")
    return declared_form(element.fields)


def context(task: OpenTask, actor: Actor) -> FormContext:
    """What the form of an open task is opened with."""
    view = steps.read(task.definition, task.row.state)
    data = view.task_data.get(task.row.task_id, view.data)
    return FormContext(
        task={
            "id": task.row.task_id,
            "element": task.row.element,
            "name": task.row.name,
            "properties": dict(task.element.properties),
        },
        data=data,
        satker=_satker(task, actor),
        person=_person(task, actor),
        year=task.row.tahun,
        previous=data_of_year(task.row.process, task.row.satker, task.row.tahun - 1),
    )


def _satker(task: OpenTask, actor: Actor) -> JsonObject:
    """The master. Who may only look on, or whose form asks for no NIK, sees the end of it, to tell it from another."""
    info = masters.info_satker(task.row.satker)
    nik = info["nik_pimpinan"]
    needed = may_do(actor, task.row) and personal.asks_nik(form_class(task.element))
    return info if needed else {**info, "nik_pimpinan": nik and "*" * 12 + nik[-4:]}


def _person(task: OpenTask, actor: Actor) -> JsonObject:
    """Whoever opens the form, as documents name them; the NIP is the person's, whatever their account is called.

    `atas_nama` {"nama", "nip", "jabatan"} is there where they do this task for somebody who is absent.
    """
    row = db.session.execute(
        select(Certificate.name, Certificate.serial, Certificate.fingerprint)
        .where(Certificate.person_id == actor.person_id)
        .order_by(Certificate.confirmed_at.desc(), Certificate.id.desc())
        .limit(1)
    ).first()
    known = {"nama": row.name, "seri": row.serial, "sidik": row.fingerprint} if row else None
    nip, title = masters.standing_of(actor.person_id, task.row.satker)
    absent = _absent(task, actor)
    person: JsonObject = {"name": actor.name, "nip": nip, "title": title, "certificate": known}
    return person | ({"atas_nama": absent} if absent else {})


def _absent(task: OpenTask, actor: Actor) -> JsonObject | None:
    """Whom the actor stands in for at this task, or None."""
    holding = fitting(actor, task.row)
    if holding is None or holding.behalf_id is None:
        return None
    person_id = db.session.scalar(select(User.person_id).where(User.id == holding.behalf_id))
    nip, title = masters.standing_of(person_id, task.row.satker)
    return {"nama": holding.behalf, "nip": nip, "jabatan": title or holding.role}


def data_of_year(process: str, satker: str, year: int) -> JsonObject | None:
    """The data of the same satker's case of another year, for "Salin dari tahun lalu"; None where there is none."""
    row = db.session.execute(
        select(Instance.definition_id, Instance.state).where(
            Instance.process == process, Instance.satker == satker, Instance.tahun == year,
            Instance.phase != "cancelled",
        ).order_by(Instance.id.desc()).limit(1)
    ).first()  # fmt: skip
    if row is None or row.state is None:
        return None
    return steps.read(definitions.of(row.definition_id), row.state).data
