"""The verbs of the engine: a definition and a packed state in, a Step out. Nothing else changes, here or elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from SpiffWorkflow.bpmn.specs.mixins import StartEventMixin
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import BoundaryEvent
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.bpmn.util import BpmnEvent
from SpiffWorkflow.exceptions import SpiffWorkflowException
from SpiffWorkflow.spiff.specs.event_definitions import ErrorEventDefinition

from app.engine import listing
from app.engine.definition import Definition
from app.engine.errors import NoErrorPath, TaskGone
from app.engine.events import CAUGHT
from app.engine.folding import fold
from app.engine.running import run_to_rest
from app.engine.state import pack, unpack
from app.engine.types import Action, JsonObject, ServiceCall, Step, UserTask, View
from app.engine.workflow import WAITING, Case
from app.errors import StepFailed
from app.sdk.json import ensure_json

_ANY_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)  # reading looks at what was worked out before, at its own moment


def start(definition: Definition, data: JsonObject, now: datetime) -> Step:
    """Begin a case with `data`. A start event that waits for something counts as having happened: this is it."""
    ensure_json(data, "data")
    with _running(Case(definition, _aware(now))) as case:
        case.begin(data)
        run_to_rest(case)
        first = next((t for t in case.event_manager.tasks.values() if isinstance(t.task_spec, StartEventMixin)), None)
        if first is not None and not case.passed:
            first.internal_data["event_fired"] = True
            first.task_spec._update(first)
        return _settle(case)


def submit(definition: Definition, state: bytes, task_id: str, data: JsonObject, now: datetime) -> Step:
    """Complete the user task `task_id` with what its form gave. Raises TaskGone, StepFailed."""
    ensure_json(data, "data")
    with _running(unpack(definition, state, _aware(now))) as case:
        task = _find(listing.open_tasks(case), task_id)
        variable = getattr(task.task_spec, "variable", None)
        task.workflow.write(task, {variable: data} if variable else data)
        task.run()
        return _settle(case)


def finish(definition: Definition, state: bytes, call_id: str, result: Any, now: datetime) -> Step:
    """Go on behind the service task `call_id`; its result stands under its resultVariable.

    Raises TaskGone, StepFailed.
    """
    ensure_json(result, "result")
    with _running(unpack(definition, state, _aware(now))) as case:
        task = _find(listing.parked_tasks(case), call_id)
        task.workflow.forget(task, CAUGHT)
        if task.task_spec.result_key:
            task.workflow.write(task, {task.task_spec.result_key: result})
        task.task_spec._predict_hook(task)
        task.complete()
        return _settle(case)


def fail(definition: Definition, state: bytes, call_id: str, code: str, message: str, now: datetime) -> Step:
    """Raise the BPMN error `code` at the service task `call_id` and nowhere else.

    Its error boundary events are asked first, then those of the subprocesses around it. Raises NoErrorPath if none
    catches it, TaskGone, StepFailed.
    """
    error = ensure_json({"kode": code, "pesan": message}, "kesalahan")
    with _running(unpack(definition, state, _aware(now))) as case:
        task = _find(listing.parked_tasks(case), call_id)
        element = task.task_spec.bpmn_id
        catcher = _catcher(task, code)
        if catcher is None:
            raise NoErrorPath(code, element)
        spec = catcher.task_spec
        catcher.internal_data[CAUGHT] = {**error, "elemen": element}
        spec.catch(catcher, BpmnEvent(spec.event_definition))
        spec._update(catcher)
        return _settle(case)


def act(definition: Definition, state: bytes, action_id: str, data: JsonObject, now: datetime) -> Step:
    """Send the message of the action `action_id`, to the one event that waits for it. Raises TaskGone, StepFailed."""
    ensure_json(data, "data")
    with _running(unpack(definition, state, _aware(now))) as case:
        waiting = {action.id: (task, message) for action, task, message in listing.waiting_messages(case)}
        if action_id not in waiting:
            raise TaskGone
        task, message = waiting[action_id]
        task.task_spec.catch(task, BpmnEvent(message, payload=data))
        task.task_spec._update(task)
        return _settle(case)


def tick(definition: Definition, state: bytes, now: datetime) -> Step:
    """Fire the timers that are due at `now`. Raises StepFailed."""
    with _running(unpack(definition, state, _aware(now))) as case:
        return _settle(case)


def read(definition: Definition, state: bytes) -> View:
    """What `state` says; a case that has ended has its data and nothing open."""
    case = unpack(definition, state, _ANY_MOMENT)
    return View(
        user_tasks=listing.user_tasks(case),
        calls=listing.calls(case),
        actions=listing.actions(case),
        next_timer=listing.next_timer(case),
        ended=case.completed,
        data=case.latest,
        task_data={task.id: task.data for task in listing.open_tasks(case)},
        timers=listing.timers(case),
    )


def _settle(case: Case) -> Step:
    """Run to rest, fold, pack, and say what has become of the case."""
    run_to_rest(case)
    if case.completed:
        return _step(case)
    listing.set_due(case)
    fold(case)
    step = _step(
        case,
        user_tasks=listing.user_tasks(case),
        calls=listing.calls(case),
        actions=listing.actions(case),
        next_timer=listing.next_timer(case),
    )
    if not (step.user_tasks or step.calls or step.actions or step.next_timer):
        raise _stuck(case)
    return step


def _step(
    case: Case,
    user_tasks: tuple[UserTask, ...] = (),
    calls: tuple[ServiceCall, ...] = (),
    actions: tuple[Action, ...] = (),
    next_timer: datetime | None = None,
) -> Step:
    return Step(
        state=pack(case),
        status=case.status,
        user_tasks=user_tasks,
        calls=calls,
        actions=actions,
        passed=tuple(case.passed),
        notices=tuple(case.notices),
        ended=case.completed,
        next_timer=next_timer,
        data=case.latest,
    )


def _stuck(case: Case) -> StepFailed:
    waiting = [t.task_spec for scope in case.scopes() for t in scope.tasks.values() if t._state == WAITING]
    name = next((spec.bpmn_id for spec in waiting if spec.bpmn_id), "")
    return StepFailed(
        "Setelah langkah ini tidak ada lagi yang dapat dikerjakan, padahal proses belum selesai. "
        f"Periksa gateway atau event yang menunggu: '{name}'.",
        name,
    )


def _find(tasks: Iterator[Any], task_id: str) -> Any:
    task = next((t for t in tasks if t.id == task_id), None)
    if task is None:
        raise TaskGone
    task.workflow.top_workflow.at = task.task_spec
    return task


def _catcher(task: Any, code: str) -> Any:
    """The waiting error boundary event that catches `code`: one with this code before one for any."""
    while task is not None:
        activity = task.parent if isinstance(task.parent.task_spec, LoopTask) else task
        events = [
            t
            for t in activity.parent.children
            if t._state == WAITING
            and isinstance(t.task_spec, BoundaryEvent)
            and isinstance(t.task_spec.event_definition, ErrorEventDefinition)
        ]
        for wanted in ((code,), (None, "")):
            for event in events:
                if event.task_spec.event_definition.code in wanted:
                    return event
        inner = task.workflow
        task = inner.top_workflow.get_task_from_id(inner.parent_task_id) if inner.parent_task_id else None
    return None


def _aware(now: datetime) -> datetime:
    if now.tzinfo is None:
        raise ValueError("the engine needs an aware moment: take it from app.clock.now()")
    return now.astimezone(UTC)


@contextmanager
def _running(case: Case) -> Iterator[Case]:
    """Whatever goes wrong in the course of a step becomes a StepFailed that names the element it was at."""
    try:
        yield case
    except SpiffWorkflowException as e:
        spec = getattr(e, "task_spec", None) or case.at
        raise StepFailed(str(e), getattr(spec, "bpmn_id", None) or "") from e
    except (TypeError, ValueError, LookupError, AttributeError, ArithmeticError, RecursionError) as e:
        # A diagram can bring the library to stumble in more ways than publishing can know of.
        name = getattr(case.at, "bpmn_id", None) or ""
        message = f"'{name}' tidak dapat dijalankan ({type(e).__name__}: {e}). Periksa isian elemen ini di diagram."
        raise StepFailed(message, name) from e


__all__ = ["CAUGHT", "act", "fail", "finish", "read", "start", "submit", "tick"]
