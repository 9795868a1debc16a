"""Events: timers that read the case's own clock, messages that write whole keys, boundary events that don't pile up."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventJoin
from SpiffWorkflow.bpmn.specs.event_definitions import (
    ConditionalEventDefinition,
    CycleTimerEventDefinition,
    DurationTimerEventDefinition,
    MessageEventDefinition,
    MultipleEventDefinition,
    NoneEventDefinition,
    TimeDateEventDefinition,
)
from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimerEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import BoundaryEvent
from SpiffWorkflow.bpmn.util import BpmnEvent
from SpiffWorkflow.spiff.specs.event_definitions import SpiffItemAwareEventDefinition
from SpiffWorkflow.util.task import TaskState

from app.engine.calendar import Duration, due_at, is_duration, parse_duration
from app.engine.expressions import ExpressionError
from app.engine.joins import activity_of
from app.engine.script_engine import evaluate_at
from app.errors import StepFailed

CAUGHT = "kesalahan"  # the caught error of a service call, in the case's data: {kode, pesan, elemen}

_CYCLE = re.compile(r"R(?P<times>\d{0,6})/(?:(?P<start>[^/P][^/]*)/)?(?P<every>P[^/]+)\Z")


class Catching:
    """A catching event. What its payload sets is written by its definition: see Message and Payload."""

    def _run_hook(self: Any, my_task: Any) -> bool:
        if not isinstance(self.event_definition, NoneEventDefinition):
            super()._run_hook(my_task)  # type: ignore[misc]
        return True


class Boundary:
    """A boundary event. What was written inside a subprocess before it was interrupted is kept."""

    def _predict_hook(self: Any, my_task: Any) -> None:
        # The library also has a non-interrupting event wait for the activity's end, once for each time it fired.
        followers = [spec for spec in self.outputs if self.cancel_activity or not isinstance(spec, BoundaryEventJoin)]
        if not isinstance(self.event_definition, CycleTimerEventDefinition):
            my_task._sync_children(followers, TaskState.FUTURE)

    def _run_hook(self: Any, my_task: Any) -> bool:
        if self.cancel_activity:
            activity = activity_of(my_task.parent)
            inside = my_task.workflow.top_workflow.subprocesses.get(activity.id)
            if inside is not None and activity.task_spec.shares_data:
                my_task.data = dict(inside.latest)
        return super()._run_hook(my_task)  # type: ignore[misc]


class Due:
    """A timer that fires once: at a moment, or some time after it began to wait."""

    value_key = "event_value"

    def due(self: Any, my_task: Any) -> datetime:
        """When it fires (aware UTC). Worked out when it begins to wait, and kept."""
        value = my_task.internal_data.get(self.value_key)
        if value is None:
            value = self.first(my_task).isoformat()
            my_task.internal_data[self.value_key] = value
        return datetime.fromisoformat(value)

    def first(self: Any, my_task: Any) -> datetime:
        with _naming(my_task, self.expression):
            return due_at(self.expression, my_task.data, my_task.workflow.top_workflow.now)

    def is_due(self: Any, my_task: Any) -> bool:
        return self.due(my_task) <= my_task.workflow.top_workflow.now

    def has_fired(self: Any, my_task: Any) -> bool:
        if self.is_due(my_task):
            my_task.internal_data["event_fired"] = True
        return bool(my_task.internal_data.get("event_fired", False))

    def next_due(self, my_task: Any) -> datetime | None:
        return self.due(my_task)


class FirstOfCycle(Due):
    """A repeating timer where repeating has no meaning (it interrupts, or the flow waits for it): its first time."""

    def first(self: Any, my_task: Any) -> datetime:
        return _cycle(my_task, self.expression)[1]


class Cycle:
    """A repeating timer at the edge of an activity: a reminder each time, until the activity ends.

    Kept while waiting: {"cycles": how often still, -1 for ever; "next": ISO moment; "every": ISO duration}.
    """

    def has_fired(self, my_task: Any) -> bool:
        return False

    def value(self: Any, my_task: Any) -> dict[str, Any]:
        value = my_task.internal_data.get("event_value")
        if value is None:
            times, first, every = _cycle(my_task, self.expression)
            value = {"cycles": times, "next": first.isoformat(), "every": every}
            my_task.internal_data["event_value"] = value
        return dict(value)

    def update_task(self: Any, my_task: Any) -> None:
        value, case = self.value(my_task), my_task.workflow.top_workflow
        at = datetime.fromisoformat(value["next"])
        if value["cycles"] == 0 or at > case.now:
            return
        missed, following = _following(parse_duration(value["every"]), at, case.now)
        # Times that were missed (nobody looked for a week) come as one reminder, not as seven.
        value["cycles"] = max(value["cycles"] - missed, 0) if value["cycles"] > 0 else -1
        value["next"] = following.isoformat()
        my_task.internal_data["event_value"] = value
        # Each time is an event of its own beside this one. The library hangs what follows below the waiting event, and
        # drops it, work of people included, when the activity ends.
        fired = my_task.parent._add_child(my_task.task_spec, TaskState.COMPLETED)
        fired.data, fired.inherited = dict(my_task.data), True
        case.passing(fired)
        for output in my_task.task_spec.outputs:
            if not isinstance(output, BoundaryEventJoin):
                child = fired._add_child(output, TaskState.FUTURE)
                output._update(child)

    def next_due(self, my_task: Any) -> datetime | None:
        value = self.value(my_task)
        return datetime.fromisoformat(value["next"]) if value["cycles"] else None


class Several:
    """One of several events. Of timers due together the earliest counts: the library takes all ways at once."""

    def has_fired(self: Any, my_task: Any) -> bool:
        seen = my_task.internal_data.get("seen_events", [])
        if self.parallel:
            due = [d for d in self.timers() if d.is_due(my_task) and all(e.event_definition != d for e in seen)]
        else:
            due = [] if seen else [d for d in self.timers() if d.is_due(my_task)]
            due = sorted(due, key=lambda d: d.due(my_task))[:1]
        if due:
            seen = [*seen, *(BpmnEvent(d) for d in due)]
            my_task.internal_data["seen_events"] = seen
        return len(seen) >= len(self.event_definitions) if self.parallel else bool(seen)

    def timers(self: Any) -> list[Any]:
        return [d for d in self.event_definitions if isinstance(d, Due)]

    def next_due(self, my_task: Any) -> datetime | None:
        seen = [e.event_definition for e in my_task.internal_data.get("seen_events", [])]
        return min((d.due(my_task) for d in self.timers() if d not in seen), default=None)


class Message:
    """A message: its data are written key by key, or under the variable that the diagram names."""

    def update_task_data(self: Any, my_task: Any) -> None:
        payload = my_task.internal_data.pop(self.name, None)
        if self.message_var:
            my_task.workflow.write(my_task, {self.message_var: payload})
        elif isinstance(payload, dict):
            my_task.workflow.write(my_task, payload)


class Payload:
    """A signal, error or escalation: its payload goes under the variable that the diagram names, or nowhere.

    What `steps.fail` raised is written as `kesalahan`.
    """

    def update_task_data(self: Any, my_task: Any) -> None:
        caught = my_task.internal_data.pop(CAUGHT, None)
        if caught is not None:
            my_task.workflow.write(my_task, {CAUGHT: caught})
        payload = my_task.internal_data.pop(self.name, None)
        if self.variable:
            my_task.workflow.write(my_task, {self.variable: payload})


class Conditional:
    """Fires when its condition holds over the case's data as they are now, not as they were when it began to wait."""

    def has_fired(self: Any, my_task: Any) -> bool:
        data = {**my_task.data, **my_task.workflow.latest}
        name = my_task.task_spec.bpmn_id or my_task.task_spec.name
        return bool(evaluate_at(name, self.expression, data, my_task.workflow.top_workflow.now))


class _naming:  # noqa: N801 - reads as what it does
    """Let an ExpressionError of a timer become a StepFailed that names its element."""

    def __init__(self, my_task: Any, text: str) -> None:
        self.element, self.text = my_task.task_spec.bpmn_id or "", text

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, ExpressionError):
            raise StepFailed(str(error), self.element, self.text) from error


def _cycle(my_task: Any, text: str) -> tuple[int, datetime, str]:
    """(how often, -1 for ever; the first moment; the ISO duration between) of `R3/P1D` or `R/2025-01-31/P1M`."""
    case = my_task.workflow.top_workflow
    with _naming(my_task, text):
        plain = text.strip()
        if not _CYCLE.match(plain.upper()) and not is_duration(plain):
            plain = str(evaluate_at(my_task.task_spec.bpmn_id or "", text, my_task.data, case.now)).strip()
        plain = plain if plain.upper().startswith("R") else f"R1/{plain}"
        found = _CYCLE.match(plain.upper())
        if found is None:
            raise ExpressionError(f"'{text[:40]}' bukan pengulangan ISO 8601. Tulis misalnya R3/P1D.", text)
        every = parse_duration(found["every"])
        if every.after(case.now) <= case.now:
            raise ExpressionError(f"Jarak pengulangan '{text[:40]}' nol. Tulis misalnya R3/P1D.", text)
        first = due_at(repr(found["start"]), my_task.data, case.now) if found["start"] else every.after(case.now)
        return int(found["times"] or -1), first, found["every"]


def _following(every: Duration, at: datetime, now: datetime) -> tuple[int, datetime]:
    """How many times from `at` on have passed at `now`, and the first one after."""
    if not every.months:
        passed = (now - at) // every.rest + 1
        return passed, at + passed * every.rest
    passed = 0
    while at <= now and passed < 10_000:
        passed, at = passed + 1, every.after(at)
    return passed, max(at, now + timedelta(minutes=1))


@cache
def _dressed(kind: Any, ours: Any) -> Any:
    return type(kind.__name__, (ours, kind), {})


def dress_event(task_spec: Any) -> None:
    """Give the event definition of `task_spec` our behaviour."""
    definition = task_spec.event_definition
    repeats = isinstance(task_spec, BoundaryEvent) and not task_spec.cancel_activity
    if isinstance(definition, MultipleEventDefinition):
        for index, each in enumerate(definition.event_definitions):
            _dress(each, repeats=False)
            each.value_key = f"event_value.{index}"  # the library keeps one moment for all timers of a gateway
            if isinstance(each, TimerEventDefinition):
                each.name = f"{each.name}.{index}"  # timers are told apart by name only
        definition.__class__ = _dressed(definition.__class__, Several)
    else:
        _dress(definition, repeats)
    if isinstance(definition, CycleTimerEventDefinition) and repeats:
        task_spec.leaves_trace = False  # it notes each time itself


def _dress(definition: Any, repeats: bool) -> None:
    if isinstance(definition, CycleTimerEventDefinition):
        ours: type = Cycle if repeats else FirstOfCycle
    elif isinstance(definition, (DurationTimerEventDefinition, TimeDateEventDefinition)):
        ours = Due
    elif isinstance(definition, MessageEventDefinition):
        ours = Message
    elif isinstance(definition, SpiffItemAwareEventDefinition):
        ours = Payload
    elif isinstance(definition, ConditionalEventDefinition):
        ours = Conditional
    else:
        return
    kind: Any = DurationTimerEventDefinition if ours is FirstOfCycle else definition.__class__
    definition.__class__ = _dressed(kind, ours)
