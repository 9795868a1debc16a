"""The plain side: SpiffWorkflow 3.2.0 as its documentation shows it, the whole JSON in a column, SQLAlchemy's ORM.

Written as a competent developer would: one diagram parsed once, one session and one commit per step, one walk over the
tasks, the same tables (app/models) with the same task, job and event rows on SQLite with synchronous=FULL. What it
leaves out makes it cheaper than ours, not dearer: no check of the version, no state kept with the event, no form, no
working days, no conditions outside Python's own `eval`.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.spiff.parser import SpiffBpmnParser
from SpiffWorkflow.spiff.serializer.config import SPIFF_CONFIG
from SpiffWorkflow.util.task import TaskState
from sqlalchemy import create_engine, event, select
from sqlalchemy.orm import Session, joinedload

from app.models import Definition, Event, Instance, Job, Task, User, db
from app.sdk.json import JsonObject
from benchmarks import pk
from benchmarks.measure import Samples

DIAGRAM = Path(__file__).resolve().parent.parent / "processes" / "perjanjian_kinerja" / "perjanjian_kinerja.bpmn"
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
SPIFF = "{http://spiffworkflow.org/bpmn/schema/1.0/core}"
CONDITIONS = {  # as Python, which plain SpiffWorkflow evaluates
    "registrasi.terdaftar": 'registrasi["terdaftar"]',
    "kepala.keputusan == 'setuju'": 'kepala["keputusan"] == "setuju"',
    "eselon_1.keputusan == 'setuju'": 'eselon_1["keputusan"] == "setuju"',
}
PARAMS = {
    "tte.status": lambda d: {"peran": "kepala", "satker": d["info_satker"]["kode"]},
    "lembar.buat": lambda d: {"satker": d["info_satker"]["kode"]},
    "tte.sign": lambda d: {"dokumen": d["lembar"], "tempat": d["lembar"]["tempat"]["pihak_pertama"], "tanda_tangan": 1},
    "arsip.simpan": lambda d: {"dokumen": d["ttd_eselon_1"]["dokumen"], "tanda_tangan": 2},
}


def adapted() -> bytes:
    """The PK diagram for the plain engine: calls wait as tasks for the worker, conditions and the timer are Python."""
    root = etree.fromstring(DIAGRAM.read_bytes())
    for task in root.iter(f"{BPMN}serviceTask"):
        operator = task.find(f".//{SPIFF}serviceTaskOperator")
        properties = task.find(f".//{SPIFF}properties")
        etree.SubElement(properties, f"{SPIFF}property", name="operator", value=operator.get("id"))
        operator.getparent().remove(operator)
        task.tag = f"{BPMN}userTask"
    for condition in root.iter(f"{BPMN}conditionExpression"):
        condition.text = CONDITIONS.get(condition.text, condition.text)
    for timer in root.iter(f"{BPMN}timeDate"):
        timer.tag, timer.text = f"{BPMN}timeDuration", '"P3D"'
    return etree.tostring(root)


class Plain:
    """The application a developer would write first: a file, an engine, a serializer."""

    def __init__(self, file: Path) -> None:
        self.engine = create_engine(f"sqlite:///{file}")
        event.listen(self.engine, "connect", _pragmas)
        db.metadata.create_all(self.engine)
        parser = SpiffBpmnParser()
        parser.add_bpmn_xml(etree.fromstring(adapted()))
        self.spec, self.subprocesses = parser.get_spec("perjanjian_kinerja"), {}
        self.serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure(SPIFF_CONFIG))
        self.scripts = PythonScriptEngine()
        with Session(self.engine) as session:  # what foreign keys ask for
            session.add(User(id=1, username="sim100101", nama="Rani Pertiwi", password_hash=""))
            session.add(
                Definition(
                    id=1, process="pk", version=1, name="PK", files={}, sha256="", published_at=datetime.now(UTC)
                )
            )
            session.commit()

    def start(self, satker: str, now: datetime) -> int:
        workflow = BpmnWorkflow(self.spec, self.subprocesses, script_engine=self.scripts)
        workflow.task_tree.data.update({"tahun": 2026, "satker": satker, "zona": "WIB"})
        with Session(self.engine) as session:
            case = Instance(
                process="perjanjian_kinerja", definition_id=1, key=f"2026/{satker}", tahun=2026, satker=satker,
                unit="010000", title=f"PK 2026 {satker}", status="", version=0, created_at=now, changed_at=now,
                last_hash="",
            )  # fmt: skip
            session.add(case)
            session.flush()
            self._run_and_record(session, case, workflow, ("start", "", "", {}, None), now)
            session.commit()
            return case.id

    def submit(self, task_id: str, data: JsonObject, by: int, now: datetime) -> None:
        """A form's data in; state, tasks, jobs and event out; committed."""
        with Session(self.engine) as session:
            query = select(Task).options(joinedload(Task.instance, innerjoin=True)).where(Task.id == task_id)
            task = session.scalars(query).one()
            assert task.state == "open"
            self._complete(session, task.instance, task_id, data, ("submit", task.element, task.name, data, by), now)
            session.commit()

    def finish(self, job_id: str, key: str, result: Any, now: datetime) -> None:
        """The result of a call."""
        with Session(self.engine) as session:
            job = session.scalars(select(Job).options(joinedload(Job.instance)).where(Job.id == job_id)).one()
            job.state = "done"
            change = ("result", job.element, job.name, {"hasil": result}, None)
            self._complete(session, job.instance, job_id, {key: result}, change, now)
            session.commit()

    def _complete(
        self, session: Session, case: Instance, task_id: str, data: JsonObject, change: tuple, now: datetime
    ) -> None:
        workflow = self.serializer.deserialize_json(case.state)
        workflow.script_engine = self.scripts
        task = workflow.get_task_from_id(uuid.UUID(task_id))
        task.data.update(data)
        self._run_and_record(session, case, workflow, change, now, task)

    def _run_and_record(
        self, session: Session, case: Instance, workflow: BpmnWorkflow, change: tuple, now: datetime, task: Any = None
    ) -> None:
        passed: list[Any] = []
        if task is not None:
            task.run()
            passed.append(task)
        workflow.do_engine_steps(did_complete_task=passed.append)
        self._record(session, case, workflow, passed, change, now)

    def _record(
        self, session: Session, case: Instance, workflow: BpmnWorkflow, passed: list, change: tuple, now: datetime
    ) -> None:
        kind, element, name, data, by = change
        words = [s for t in passed if (s := _properties(t).get("status"))]
        case.state = self.serializer.serialize_json(workflow).encode()
        case.version += 1
        case.status = words[-1] if words else case.status
        case.changed_at = now
        case.ended_at = now if workflow.is_completed() else None
        waiting = workflow.get_tasks(state=TaskState.READY | TaskState.WAITING)
        timers = [t.internal_data["event_value"] for t in waiting if "event_value" in t.internal_data]
        case.next_timer = min((datetime.fromisoformat(t) for t in timers if isinstance(t, str)), default=None)
        covered = {
            "instance_id": case.id, "seq": case.version, "kind": kind, "element": element, "name": name,
            "actor_id": by, "actor": "Rani Pertiwi (Operator Satker)" if by else "Sistem", "definition_id": 1,
            "status": case.status, "data": data, "prev_hash": case.last_hash,
            "passed": [
                {"element": t.task_spec.bpmn_id, "name": t.task_spec.bpmn_name, "kind": type(t.task_spec).__name__}
                for t in passed if t.task_spec.bpmn_id
            ],
        }  # fmt: skip
        digest = hashlib.sha256(json.dumps(covered).encode()).hexdigest()
        session.add(Event(**covered, at=now, hash=digest))
        case.last_hash = digest
        self._write_open(session, case, waiting, by, now)

    def _write_open(self, session: Session, case: Instance, waiting: list, by: int | None, now: datetime) -> None:
        """Task rows for people and messages, job rows for calls; closed where they are no longer open."""
        people = [t for t in waiting if t.task_spec.manual and "operator" not in _properties(t)]
        messages = [t for t in waiting if _message(t)]
        calls = [t for t in waiting if "operator" in _properties(t)]
        now_open = {t.id.hex for t in people + messages}
        was = {t.id: t for t in session.scalars(select(Task).where(Task.instance_id == case.id, Task.state == "open"))}
        for task_id, row in was.items():
            if task_id not in now_open:
                row.state, row.done_by, row.done_at = "done", by, now
        for t in people + messages:
            if t.id.hex not in was:
                session.add(_task_row(case, t, "user" if t.task_spec.manual else "action", now))
        known = set(session.scalars(select(Job.id).where(Job.instance_id == case.id, Job.state == "ready")))
        for t in calls:
            if t.id.hex not in known:
                session.add(_job_row(case, t, now))


def _task_row(case: Instance, task: Any, kind: str, now: datetime) -> Task:
    spec = task.task_spec
    due = now + timedelta(days=3) if "due" in _properties(task) else None
    return Task(
        id=task.id.hex, instance_id=case.id, kind=kind, element=spec.bpmn_id, name=spec.bpmn_name, role=spec.lane,
        satker=case.satker, unit=case.unit, tahun=case.tahun, state="open", created_at=now, due=due, remind_at=due,
    )  # fmt: skip


def _job_row(case: Instance, task: Any, now: datetime) -> Job:
    spec, operator = task.task_spec, _properties(task)["operator"]
    return Job(
        id=task.id.hex, instance_id=case.id, element=spec.bpmn_id, name=spec.bpmn_name, operator=operator,
        params=PARAMS[operator](task.data), attended=operator == "tte.sign", state="ready", run_at=now, created_at=now,
    )  # fmt: skip


def _properties(task: Any) -> dict[str, str]:
    return getattr(task.task_spec, "extensions", {}).get("properties", {})


def _message(task: Any) -> bool:
    spec = task.task_spec
    return isinstance(spec, CatchingEvent) and type(spec.event_definition).__name__ == "MessageEventDefinition"


def _pragmas(connection: Any, _record: Any) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=15000"):
        connection.execute(f"PRAGMA {pragma}")


class PlainCase:
    """One PK on the plain side, driven as ours is."""

    def __init__(self, plain: Plain, satker: str) -> None:
        self.plain, self.satker = plain, satker
        self.now = datetime.now(UTC)  # plain timers read the system's clock
        self.id = plain.start(satker, self.now)

    def send(self, act: pk.Act, samples: Samples) -> None:
        with Session(self.plain.engine) as session:
            task_id = session.scalar(
                select(Task.id).where(Task.instance_id == self.id, Task.state == "open", Task.element == act.element)
            )
        assert task_id, f"{act.element} is not open"
        samples.time(lambda: self.plain.submit(task_id, act.data, 1, self.now))

    def answer_calls(self) -> None:
        while True:
            with Session(self.plain.engine) as session:
                job = session.scalars(select(Job).where(Job.instance_id == self.id, Job.state == "ready")).first()
            if job is None:
                return
            self.plain.finish(job.id, pk.RESULT_KEYS[job.element], pk.RESULTS[job.operator], self.now)

    def row(self) -> Instance:
        with Session(self.plain.engine) as session:
            return session.get_one(Instance, self.id)
