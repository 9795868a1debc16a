"""Running a case to rest: until no task is left that runs by itself, and no timer is due."""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn.specs.event_definitions import MultipleEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimerEventDefinition

from app.engine.folding import fold, in_order
from app.engine.workflow import READY, WAITING
from app.errors import StepFailed

MAX_RUNS = 5_000  # tasks that run by themselves in one step; more is a loop without a way out
FOLD_AT = 400  # tasks in memory: a long run folds on its way


def run_to_rest(case: Any) -> None:
    """Run all that runs by itself, then look at the timers, until both have nothing more to do."""
    runs = 0
    while ready := automatic(case) or due(case):
        for task in ready:
            if task._state == READY:
                task.run()
                runs += 1
        if runs > MAX_RUNS:
            raise StepFailed(
                f"Proses berputar lebih dari {MAX_RUNS} langkah tanpa berhenti. Periksa syarat perulangannya.",
                ready[-1].task_spec.bpmn_id or "",
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


def due(case: Any) -> list[Any]:
    """Let timers that are due fire; the tasks that are ready to run because of it."""
    for task in list(case.event_manager.tasks.values()):
        definition = task.task_spec.event_definition
        if task._state == WAITING and isinstance(definition, (TimerEventDefinition, MultipleEventDefinition)):
            task.task_spec._update(task)
    return automatic(case)
