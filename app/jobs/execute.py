"""One job from claim to commit: a pipeline of small steps over one value.

claim -> begin the attempt -> call (look up, call, keep the answer, judge) -> guard -> settle.
The intention (the attempt's row) is written before the call, the answer's bytes before they are judged.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update

from app import clock, logs
from app.engine import steps
from app.errors import StepFailed
from app.flows import definitions, masters
from app.flows import finish as finishing
from app.flows.finish import Ending, LostLease
from app.flows.house import House, house
from app.flows.record import read_case
from app.jobs import secrecy
from app.jobs.claim import claim, claim_lost
from app.jobs.ports import JobDocuments, case_of, ports
from app.models import AnyRow, Assignment, Attempt, Job, User, db, table
from app.sdk.json import JsonObject, ensure_json
from app.sdk.secrets import Passphrase
from app.sdk.services import BpmnError, Call, Outcome, Result, ServiceError, ServiceTask, Signer

log = logging.getLogger("alur.jobs")
_JOB, _ATTEMPT = table(Job), table(Attempt)

UNKNOWN = (
    "Jawaban penyedia tidak sampai. Belum diketahui apakah tanda tangan jadi; tidak ada yang diulang dengan sendirinya."
)
CRASHES = "Layanan ini berulang kali menghentikan pekerja. Admin perlu memeriksanya sebelum dicoba lagi."
UNSENT = "Passphrase belum terkirim ke penyedia. Ketik passphrase sekali lagi."


@dataclass(frozen=True)
class Run:
    """One execution. Each step returns it with one thing more."""

    job: AnyRow
    task: ServiceTask
    house: House
    documents: JobDocuments
    secrets: Mapping[str, Passphrase] = field(default_factory=dict, repr=False)
    attempt: int | None = None
    answer: bytes | None = field(default=None, repr=False)
    outcome: Outcome | None = None
    unforeseen: bool = False  # the outcome is ours, not the service's: it says nothing of what the service did


def execute(job_id: str, secrets: Mapping[str, Passphrase] | None = None) -> bool:
    """Claim and run a job that is ready; False if somebody else has it."""
    job = claim(job_id, clock.now())
    if job is None:
        return False
    run = _run_of(job, secrets or {})
    with secrecy.quiet_logs(run.secrets):
        _through(PIPELINE, run)
    return True


def recover(job_id: str) -> bool:
    """Take over a job whose runner is gone: finish it from the kept answer, or say that its outcome is unknown."""
    job = claim_lost(job_id, clock.now())
    if job is None:
        return False
    run = _run_of(job, {})
    if not run.task.attended and job.tries > job.max_tries:
        run = replace(run, outcome=ServiceError(CRASHES, permanent=True))
    else:
        run = _resume(run)
    _through(RECOVERY if run.outcome is None else (settle,), run)
    return True


def hand_back(job_id: str) -> bool:
    """An attended job that has no secret any more: finished from an answer that was kept (an admin's retry of an
    incident), else back to the signer, in words.
    """
    job = claim(job_id, clock.now())
    if job is None:
        return False
    run = _resume(_run_of(job, {}))
    _through((*RECOVERY[:-1], _without_incident, settle) if run.outcome is None else (settle,), run)
    return True


def _without_incident(run: Run) -> Run:
    """What can't be finished now couldn't be finished later: the signer decides, with the reason before them."""
    if isinstance(run.outcome, ServiceError):
        return replace(run, outcome=BpmnError(run.task.unknown or "", run.outcome.message))
    return run


def _through(steps_: tuple[Callable[[Run], Run], ...], run: Run) -> None:
    with logs.about(job=run.job.id, case=run.job.instance_id):
        try:
            for step in steps_:
                run = step(run)
        except LostLease:
            log.warning("job %s: somebody else has it now; nothing was written", run.job.id)


def _run_of(job: AnyRow, secrets: Mapping[str, Passphrase]) -> Run:
    h = house()
    task = h.operators.get(job.operator) or ServiceTask(_no_such, f"Operator {job.operator}")
    return Run(job, task, h, JobDocuments(h, secrecy.leaks(secrets), job.instance_id), secrets)


def _no_such(call: Call) -> Outcome:
    return ServiceError(f"Operator {call.operator!r} tidak ada di aplikasi ini. Perbaiki diagram.", permanent=True)


# ---- the steps -----------------------------------------------------------------------------------------------------


def begin(run: Run) -> Run:
    """Write the intention: from here on, a crash leaves an attempt without an answer.

    LostLease if the job was taken over since it was claimed: its signer may have been told that nothing was sent.
    """
    mine = update(_JOB).where(_JOB.c.id == run.job.id, _JOB.c.fence == run.job.fence, _JOB.c.state == "running")
    with db.engine.begin() as conn:
        if conn.execute(mine.values(fence=run.job.fence)).rowcount == 0:
            raise LostLease
        key = conn.execute(
            insert(_ATTEMPT).values(job_id=run.job.id, number=run.job.fence, started_at=clock.now())
        ).inserted_primary_key
    return replace(run, attempt=int(key[0]) if key else None)


def call(run: Run) -> Run:
    """Do what the diagram asks. Outcomes are values; what a plug-in raises is not trusted with a sentence."""
    try:
        return replace(run, outcome=run.task.call(_call_of(run)))
    except Exception as e:  # a plug-in may raise anything; it must become an incident, not a dead worker
        # neither message nor traceback: both may carry what the plug-in was working with, a secret among it
        where = secrecy.place(e)
        log.error("job %s (%s): %s at %s", run.job.id, run.job.operator, type(e).__name__, where)
        outcome = ServiceError(f"Kesalahan tak terduga ({type(e).__name__}).", permanent=True)
        return replace(run, outcome=outcome, unforeseen=True)


def guard(run: Run) -> Run:
    """Refuse an outcome that is not exact JSON or that contains a secret."""
    outcome = run.outcome
    try:
        if isinstance(outcome, Result):
            ensure_json(outcome.value, "result")
    except TypeError:
        outcome = ServiceError("Hasil layanan bukan JSON yang sah.", permanent=True)
    if secrecy.leaks(run.secrets)(secrecy.text_of(outcome)):
        outcome = ServiceError("Jawaban layanan memuat rahasia, jadi tidak disimpan.", permanent=True)
    return replace(run, outcome=outcome, unforeseen=run.unforeseen or outcome is not run.outcome)


def settle(run: Run) -> Run:
    """Bring the outcome back into the case, or plan another try, or raise an incident."""
    outcome, now = run.outcome, clock.now()
    if isinstance(outcome, ServiceError) and run.task.attended and not outcome.permanent and run.task.unknown:
        outcome = BpmnError(run.task.unknown, outcome.message)  # one try only: the signer decides
    if isinstance(outcome, ServiceError):
        _try_again_or_incident(run, outcome)
    elif outcome is not None:
        _bring_back(run, outcome, now)
    return run


def _bring_back(run: Run, outcome: Result | BpmnError, now: datetime) -> None:
    try:
        if not finishing.finish(_ending(run), outcome, now) and isinstance(outcome, BpmnError):
            _incident(run, f"{outcome.message} (Diagram tidak punya jalan untuk kesalahan {outcome.code}.)")
    except StepFailed as e:  # an expression behind the call: corrected by hand, then retried; nothing runs by itself
        _incident(run, str(e))


PIPELINE = (begin, call, guard, settle)
RECOVERY = (call, guard, settle)


# ---- their parts ---------------------------------------------------------------------------------------------------


def _call_of(run: Run) -> Call:
    with db.engine.connect() as conn:
        case = read_case(conn, run.job.instance_id)
    return Call(
        operator=run.job.operator,
        key=run.job.id,
        params=secrecy.copy_json(run.job.params),
        data=_data_of(case),
        ports=ports(run.house, run.documents),
        case=case_of(run.job, case) if case is not None else {},
        signer=_signer(run.job),
        secrets=run.secrets,
        keep=lambda content: _keep(run, content),
        answer=run.answer,
    )


def _data_of(case: AnyRow | None) -> JsonObject:
    """The case's data as they are now; fresh values, which the plug-in may do with as it likes."""
    if case is None or case.state is None:
        return {}
    return steps.read(definitions.of(case.definition_id), case.state).data


def _signer(job: AnyRow) -> Signer | None:
    if job.signer_id is None:
        return None
    person = db.session.scalar(select(User.person_id).where(User.id == job.signer_id))
    role = db.session.scalar(select(Assignment.role).where(Assignment.user_id == job.signer_id).limit(1))
    return masters.signer_of(person, role or "")


def _keep(run: Run, content: bytes) -> None:
    """Store the provider's answer before it is judged, unless a misbehaving provider put the secret in it."""
    if secrecy.leaks(run.secrets)(content):
        log.error("job %s: the provider's answer contains a secret; it was not kept", run.job.id)
        return
    sha = run.house.documents.put(content)
    with db.engine.begin() as conn:
        conn.execute(
            update(_ATTEMPT).where(_ATTEMPT.c.id == run.attempt).values(answer_sha256=sha, answered_at=clock.now())
        )


def _resume(run: Run) -> Run:
    """What the attempt before left: its answer, or nothing (unknown for attended jobs, another try for others)."""
    with db.engine.connect() as conn:
        last = conn.execute(
            select(_ATTEMPT).where(_ATTEMPT.c.job_id == run.job.id).order_by(_ATTEMPT.c.number.desc()).limit(1)
        ).first()
    if last is None:  # claimed, and gone before the attempt was written: provably nothing was sent
        if run.task.attended:
            return replace(run, outcome=BpmnError(run.task.unsent or "", UNSENT))
        return begin(run)
    if last.outcome and run.task.attended and not last.answer_sha256:  # an incident that an admin sets going again
        return replace(run, outcome=BpmnError(run.task.unknown or "", last.message))
    if last.answer_sha256:
        return replace(run, attempt=last.id, answer=run.house.documents.read(last.answer_sha256))
    if run.task.attended:
        return replace(run, attempt=last.id, outcome=BpmnError(run.task.unknown or "", UNKNOWN))
    return begin(run)


def _ending(run: Run) -> Ending:
    rows = tuple(run.documents.rows)
    return Ending(run.job, run.job.fence, run.attempt, rows, _certificate(run), _said(run))


def _said(run: Run) -> str:
    """What came of the attempt, for the count: calls at the provider = those that count + those that are unknown."""
    if run.unforeseen and run.task.attended:
        return "unknown"
    if isinstance(run.outcome, Result):
        return "result"
    if isinstance(run.outcome, BpmnError):
        return {run.task.unknown: "unknown", run.task.unsent: "unsent"}.get(run.outcome.code, "error")
    return "failed"


def _certificate(run: Run) -> dict[str, Any] | None:
    """The certificate of a signature that counts becomes, or stays, the one known for this signer."""
    signed = [d for d in run.documents.rows if d["kind"] == "signed"]
    if not (run.task.attended and signed and isinstance(run.outcome, Result) and run.job.signer_id):
        return None
    verdict = run.documents.verdicts.get(signed[-1]["sha256"])
    person = db.session.scalar(select(User.person_id).where(User.id == run.job.signer_id))
    if verdict is None or verdict.certificate is None or person is None:
        return None
    return {
        "person_id": person, "fingerprint": verdict.certificate,
        "name": verdict.certificate_name or "", "serial": verdict.certificate_serial or "",
    }  # fmt: skip


def _try_again_or_incident(run: Run, error: ServiceError) -> None:
    if error.permanent or run.job.tries >= run.job.max_tries:
        _incident(run, error.message)
        return
    pause = timedelta(seconds=run.job.backoff * 2 ** (run.job.tries - 1))
    now = clock.now()
    with db.engine.begin() as conn:
        finishing.close_job(conn, _ending(run), "ready", error.message, run_at=now + pause)
        finishing.close_attempt(conn, _ending(run), error.message, now)


def _incident(run: Run, message: str) -> None:
    with db.engine.begin() as conn:
        finishing.close_job(conn, _ending(run), "incident", message)
        finishing.close_attempt(conn, _ending(run), message, clock.now())
