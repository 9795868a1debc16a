"""What is open in a case: work for people, calls for the worker, messages somebody may send, the next timer."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from datetime import datetime
from typing import Any

from SpiffWorkflow.bpmn.specs.event_definitions import MessageEventDefinition, MultipleEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent

from app.engine.calendar import due_at
from app.engine.expressions import ExpressionError
from app.engine.specs import Parked
from app.engine.types import Action, ServiceCall, Timer, UserTask
from app.engine.workflow import READY, STARTED, WAITING
from app.errors import StepFailed


def open_tasks(case: Any) -> Iterator[Any]:
    """The tasks that wait for a person, in the order of the tree."""
    return (t for scope in case.scopes() for t in scope.tasks.values() if t._state == READY and t.task_spec.manual)


def parked_tasks(case: Any) -> Iterator[Any]:
    """The service tasks that wait for their result."""
    return (
        t
        for scope in case.scopes()
        for t in scope.tasks.values()
        if t._state == STARTED and isinstance(t.task_spec, Parked)
    )


def waiting_events(case: Any) -> list[Any]:
    """The events that wait, in the order of the tree (the library's own list is in the order of arrival)."""
    return [
        t
        for scope in case.scopes()
        for t in scope.tasks.values()
        if t._state == WAITING and isinstance(t.task_spec, CatchingEvent)
    ]


def set_due(case: Any) -> None:
    """Work out `due` of every user task that has just become open, and keep it: it never moves afterwards."""
    for task in open_tasks(case):
        element = task.task_spec.element
        text = element.properties.get("due") if element else None
        if text and "due" not in task.internal_data:
            try:
                task.internal_data["due"] = due_at(text, task.data, case.now).isoformat()
            except ExpressionError as e:
                raise StepFailed(str(e), element.id, text) from e


def user_tasks(case: Any) -> tuple[UserTask, ...]:
    return tuple(_user_task(task) for task in open_tasks(case))


def _user_task(task: Any) -> UserTask:
    spec = task.task_spec
    due = task.internal_data.get("due")
    return UserTask(
        id=task.id,
        element=spec.bpmn_id,
        name=spec.bpmn_name or spec.bpmn_id,
        lane=spec.lane,
        due=datetime.fromisoformat(due) if due else None,
    )


def calls(case: Any) -> tuple[ServiceCall, ...]:
    return tuple(
        ServiceCall(
            id=task.id,
            element=task.task_spec.bpmn_id,
            operator=task.task_spec.operation_name,
            params=deepcopy(task.task_spec.parameters(task)),
        )
        for task in parked_tasks(case)
    )


def waiting_messages(case: Any) -> Iterator[tuple[Action, Any, Any]]:
    """(action, task, event definition) of every message that is waited for."""
    for task in waiting_events(case):
        definition = task.task_spec.event_definition
        if isinstance(definition, MessageEventDefinition):
            yield _action(case, task.id, task.task_spec), task, definition
        elif isinstance(definition, MultipleEventDefinition):
            # An event gateway holds the definitions of the events behind it, in the order of its ways.
            ways = task.task_spec.outputs
            at_gateway = len(ways) == len(definition.event_definitions)
            for index, each in enumerate(definition.event_definitions):
                if isinstance(each, MessageEventDefinition):
                    spec = ways[index] if at_gateway else task.task_spec
                    yield _action(case, f"{task.id}.{index}", spec), task, each


def _action(case: Any, action_id: str, spec: Any) -> Action:
    # `peran` names who may send it when that is not the lane the event is drawn in (an operator withdraws what lies
    # with the head of the satker).
    element = spec.element
    lane = (element.properties.get("peran") if element else None) or spec.lane
    attached = case.definition.attached_to(spec.bpmn_id)
    return Action(action_id, spec.bpmn_id, spec.bpmn_name or spec.bpmn_id, lane, attached)


def actions(case: Any) -> tuple[Action, ...]:
    return tuple(action for action, _, _ in waiting_messages(case))


def next_timer(case: Any) -> datetime | None:
    """When the earliest of the waiting timers is due (aware UTC)."""
    due = (
        task.task_spec.event_definition.next_due(task)
        for task in waiting_events(case)
        if hasattr(task.task_spec.event_definition, "next_due")
    )
    return min((moment for moment in due if moment is not None), default=None)


def timers(case: Any) -> tuple[Timer, ...]:
    """Every timer that waits, the next one first; `next_timer` is the moment of the first."""
    found = [timer for task in waiting_events(case) for timer in _timers_of(case, task)]
    return tuple(sorted(found, key=lambda timer: timer.at))


def _timers_of(case: Any, task: Any) -> Iterator[Timer]:
    definition = task.task_spec.event_definition
    if isinstance(definition, MultipleEventDefinition):
        seen = [e.event_definition for e in task.internal_data.get("seen_events", [])]
        ways = task.task_spec.outputs
        at_gateway = len(ways) == len(definition.event_definitions)
        for index, each in enumerate(definition.event_definitions):
            if hasattr(each, "due") and each not in seen:
                yield _timer(case, ways[index] if at_gateway else task.task_spec, each.due(task))
    elif hasattr(definition, "next_due"):
        at = definition.next_due(task)
        if at is not None:
            yield _timer(case, task.task_spec, at)


def _timer(case: Any, spec: Any, at: datetime) -> Timer:
    return Timer(spec.bpmn_id, spec.bpmn_name or spec.bpmn_id, at, case.definition.attached_to(spec.bpmn_id))
