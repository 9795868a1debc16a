"""Running a case to rest: until no task is left that runs by itself, and no timer is due."""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn.specs.event_definitions import ConditionalEventDefinition

from app.engine.folding import fold, in_order
from app.engine.listing import waiting_events
from app.engine.workflow import READY, WAITING
from app.errors import StepFailed

MAX_RUNS = 5_000  # tasks that run by themselves in one step; more is a loop without a way out
FOLD_AT = 400  # tasks in memory: a long run folds on its way


def run_to_rest(case: Any) -> None:
    """Run all that runs by itself, then look at conditions and timers, until nothing moves any more."""
    runs = 0
    while True:
        ready = automatic(case)
        if not ready and not wake_by_condition(case) and not fire_earliest(case):
            break
        for task in ready:
            if task._state == READY:
                case.at = task.task_spec
                task.run()
        runs += len(ready) or 1
        if runs > MAX_RUNS:
            raise StepFailed(
                f"Proses berputar lebih dari {MAX_RUNS} langkah tanpa berhenti. Periksa syarat perulangannya.",
                (ready[-1].task_spec.bpmn_id or "") if ready else "",
            )
        if sum(len(scope.tasks) for scope in case.scopes()) > FOLD_AT:
            fold(case)
    case.bpmn_events = []  # thrown, and nobody in this case waits for it


def automatic(case: Any) -> list[Any]:
    """Tasks that are ready to run by themselves; inner subprocesses first, each in the order of its tree."""
    ready = []
    for scope in reversed(list(case.scopes())):
        here = [t for t in scope.tasks.values() if t._state == READY and not t.task_spec.manual]
        if len(here) > 1:
            here = [t for t in in_order(scope.task_tree) if t._state == READY and not t.task_spec.manual]
        ready += here
    return ready


def wake_by_condition(case: Any) -> bool:
    """Let events whose condition holds now go on; False if there is none."""
    woken = False
    for task in waiting_events(case):
        if isinstance(task.task_spec.event_definition, ConditionalEventDefinition) and task._state == WAITING:
            task.task_spec._update(task)
            woken = woken or task._state == READY
    return woken


def fire_earliest(case: Any) -> bool:
    """Fire the timers of the earliest moment that has come; False if none has.

    One moment at a time: when nobody looked for a week, a deadline that came first still ends the reminders after it.
    """
    due = [
        (moment, task)
        for task in waiting_events(case)
        if hasattr(task.task_spec.event_definition, "next_due")
        and (moment := task.task_spec.event_definition.next_due(task)) is not None
        and moment <= case.now
    ]
    if not due:
        return False
    earliest = min(moment for moment, _ in due)
    for moment, task in due:
        if moment == earliest:
            task.task_spec._update(task)
    return True
