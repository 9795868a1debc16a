"""Folding: what is finished and not needed any more leaves the tree, so that a step never grows with the rounds.

Kept are the root, all that is not finished, tokens that wait at joins, what these look back at, and the places where
several kept branches part. A finished task with one kept descendant gives its place to it; the history of what was
gone through is in the events, not here. Only at rest, or between two sweeps of the engine: never within a task's run.

This is a matter of correctness too: SpiffWorkflow looks down to depth 1,000, and a deeper case ends without a word.
"""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit, _EndJoin
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.bpmn.specs.mixins.unstructured_join import UnstructuredJoin
from SpiffWorkflow.util.task import TaskState

FINISHED, CANCELLED, WAITING = TaskState.FINISHED_MASK, TaskState.CANCELLED, TaskState.WAITING


def fold(case: Any) -> None:
    """Fold the case and its subprocesses; subprocesses that have ended go."""
    for task_id in list(case.subprocesses):  # outer ones first: when one goes, those inside it have no place left
        if not any(scope.tasks[task_id]._state & ~FINISHED for scope in case.scopes() if task_id in scope.tasks):
            del case.subprocesses[task_id]
    for scope in case.scopes():
        _fold(scope)


def _fold(scope: Any) -> None:
    order = in_order(scope.task_tree)
    ended = _leftovers(order)
    below: dict[str, list[Any]] = {}  # kept tasks that come next below a task
    gives: dict[str, list[Any]] = {}  # what stands in a task's place: itself, or these
    for task in reversed(order):
        next_kept = [kept for child in task._children for kept in gives[child]]
        below[task.id] = next_kept
        gives[task.id] = [task] if _is_kept(task, next_kept, ended) else next_kept
    tasks, ahead = {}, [(scope.task_tree, None)]
    while ahead:
        task, parent = ahead.pop()
        task._parent = parent
        task._children = [kept.id for kept in below[task.id]]
        tasks[task.id] = task
        ahead.extend((kept, task.id) for kept in reversed(below[task.id]))
    scope.tasks = tasks
    if scope.last_task is not None and scope.last_task.id not in tasks:
        scope.last_task = None


def _is_kept(task: Any, below: list[Any], ended: set[str]) -> bool:
    state, spec = task._state, task.task_spec
    if task._parent is None:
        return True
    if not state & FINISHED:
        return task.id not in ended
    if state == CANCELLED and isinstance(spec, UnstructuredJoin):
        return not isinstance(spec, _EndJoin)  # a token that waits at a join for the others
    if len(below) != 1:
        return bool(below)
    return looked_back_at(task) or _is_open(task.parent)


def looked_back_at(task: Any) -> bool:
    """Does a task below ask its parent for its name, its data or its children?"""
    if _is_open(task):
        return True
    tasks = task.workflow.tasks
    return any(_asks(tasks[child]) for child in task._children if child in tasks)


def _asks(task: Any) -> bool:
    if isinstance(task.task_spec, UnstructuredJoin):
        return task._state in (WAITING, CANCELLED) and not isinstance(task.task_spec, _EndJoin)
    return isinstance(task.task_spec, LoopTask) and not task._state & FINISHED


def _is_open(task: Any) -> bool:
    """Is `task` the split of an activity with boundary events that has not ended?"""
    if not isinstance(task.task_spec, BoundaryEventSplit):
        return False
    return any(not child._state & FINISHED for child in task.children)


def _leftovers(order: list[Any]) -> set[str]:
    """Tokens that only wait for the process to end. They hold nothing: the end takes the last word on every key."""
    waiting = {t.id for t in order if isinstance(t.task_spec, _EndJoin) and t._state == WAITING}
    others = any(not t._state & FINISHED and t.id not in waiting for t in order)
    return waiting if others else set()


def in_order(root: Any) -> list[Any]:
    """All tasks of a tree, depth first."""
    tasks, found, ahead = root.workflow.tasks, [], [root]
    while ahead:
        task = ahead.pop()
        found.append(task)
        ahead.extend([tasks[child] for child in reversed(task._children)])
    return found
