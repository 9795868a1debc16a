"""Joins that keep what was typed: per top-level key the last word, instead of a deep merge of every branch's copy.

SpiffWorkflow's joins merge the branches' data list by list and index by index, stale copies included: rows mix, and a
deleted row comes back. A token that waits at a join is a CANCELLED task there until the join fires and removes it
(the library leaves it, and in the next round of a loop it counts as arrived once more).
"""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import BoundaryEvent
from SpiffWorkflow.util.task import TaskState

from app.engine.types import JsonObject

WAITING, CANCELLED = TaskState.WAITING, TaskState.CANCELLED
_GONE = object()


def ancestors_without(join: Any, name: str) -> frozenset[str]:
    """Names of all specs from which a token can reach the spec `name` without passing `join`; `name` included."""
    specs, seen, ahead = join._wf_spec.task_specs, set(), [name]
    while ahead:
        at = ahead.pop()
        if at not in seen and at != join.name:
            seen.add(at)
            ahead.extend(specs[at]._inputs)
    return frozenset(seen)


def merged(base: JsonObject, branches: list[JsonObject], latest: JsonObject) -> JsonObject:
    """The data after a join. `branches` are in the order in which they arrived, `base` is where they parted.

    A key on which the branches differ takes the value that was written last in the whole case. If that was by someone
    who is not in these branches, the last arrival that changed it since `base` wins.
    """
    result: JsonObject = {}
    for key in dict.fromkeys(key for data in (base, *branches) for key in data):
        values = [data.get(key, _GONE) for data in branches]
        newest = latest.get(key, _GONE)
        value = values[-1]
        if newest in values:
            value = newest
        elif any(other != value for other in values):
            before = base.get(key, _GONE)
            value = next((v for v in reversed(values) if v != before), before)
        if value is not _GONE:
            result[key] = value
    return result


class _Join:
    """What parallel, inclusive and end joins share."""

    reachable: dict[str, frozenset[str]]

    def prepare(self: Any, process: Any, subprocesses: Any) -> None:
        """Work out, at loading, from where each incoming flow can be reached."""
        self.reachable = {name: ancestors_without(self, name) for name in self._inputs}

    def _update_hook(self: Any, my_task: Any) -> Any:
        if len(self._inputs) == 1:
            my_task._inherit_data()
            return True
        return super()._update_hook(my_task)  # type: ignore[misc]

    def arrived(self, my_task: Any) -> set[str]:
        """Names of the specs from which a token has come and waits here, this one's included."""
        names = {my_task.parent.task_spec.name}
        for task in my_task.workflow.tasks.values():
            if task.task_spec is self and (task._state == WAITING or task._state == CANCELLED):
                names.add(task.parent.task_spec.name)
        return names

    def take_tokens(self, my_task: Any) -> list[Any]:
        """Remove the tokens that waited here for `my_task`; return the tasks they came from."""
        workflow = my_task.workflow
        tokens = [t for t in workflow.tasks.values() if t.task_spec is self and t._state == CANCELLED]
        parents = [t.parent for t in tokens]
        for token in tokens:
            workflow._remove_task(token.id)
        return parents

    def merge(self, my_task: Any) -> None:
        """Give `my_task` the data of all branches that meet here."""
        others = self.take_tokens(my_task)
        if others:
            ends = sorted([*others, my_task.parent], key=lambda t: t.last_state_change)
            base = _parting(ends).data
            my_task.data = merged(base, [t.data for t in ends], my_task.workflow.latest)

    def _run_hook(self, my_task: Any) -> bool:
        self.merge(my_task)
        return True


class ParallelJoin(_Join):
    """Fires when a token has come on every flow. A flow that only leads back from behind the gateway is not awaited."""

    def _check_threshold_unstructured(self, my_task: Any) -> bool:
        arrived = self.arrived(my_task)
        forward = {name for name, before in self.reachable.items() if "Start" in before}
        backward = self.reachable.keys() - forward
        return forward <= arrived or (bool(backward) and backward <= arrived)


class InclusiveJoin(_Join):
    """Fires when no token elsewhere is still on its way here (BPMN 2.0.2, 13.4.3).

    On its way is a token that can reach a flow on which none has come, but none on which one has: one that could reach
    both comes from outside, by a loop around the whole, and may itself be waiting for this gateway.
    """

    def _check_threshold_unstructured(self, my_task: Any) -> bool:
        arrived = self.arrived(my_task)
        missing = [before for name, before in self.reachable.items() if name not in arrived]
        present = [before for name, before in self.reachable.items() if name in arrived]
        elsewhere = {
            t.task_spec.name
            for t in my_task.workflow.tasks.values()
            if t._state & TaskState.DEFINITE_MASK and t.task_spec is not self
        }
        return not any(
            any(name in before for before in missing) and not any(name in before for before in present)
            for name in elsewhere
        )


class EndJoin(_Join):
    """The end of a process or subprocess: waits for everyone, and ends with the last word on every key."""

    def _update_hook(self: Any, my_task: Any) -> Any:
        return super(_Join, self)._update_hook(my_task)  # type: ignore[misc]

    def _check_threshold_unstructured(self: Any, my_task: Any) -> bool:
        own = (self.name, "End")
        return not any(
            t._state & TaskState.NOT_FINISHED_MASK and t is not my_task and t.task_spec.name not in own
            for t in my_task.workflow.tasks.values()
        )

    def merge(self, my_task: Any) -> None:
        self.take_tokens(my_task)
        my_task.data = dict(my_task.workflow.latest)


class BoundaryJoin:
    """Closes an activity with boundary events: ends those that wait, or the activity if one interrupted it."""

    def _find_tasks(self: Any, my_task: Any) -> list[Any]:
        # Only those of the same activity's turn: the library also hits later turns, and drops what runs there.
        split = self.split_of(my_task)
        return [
            t
            for t in my_task.workflow.tasks.values()
            if t.task_spec is self and t._state & TaskState.NOT_FINISHED_MASK and self.split_of(t) is split
        ]

    def split_of(self: Any, task: Any) -> Any:
        while task is not None and task.task_spec.name != self.split_task:
            task = task.parent
        return task


def activity_of(split: Any) -> Any:
    """The task of the activity itself among the children of its boundary split."""
    return next((t for t in split.children if not isinstance(t.task_spec, BoundaryEvent)), None)


def _parting(tasks: list[Any]) -> Any:
    """The nearest common ancestor of `tasks`."""
    common: list[Any] | None = None
    for task in tasks:
        above = []
        while task is not None:
            above.append(task)
            task = task.parent
        if common is None:
            common = above
        else:
            ids = {t.id for t in above}
            common = [t for t in common if t.id in ids]
    return (common or [])[0]
