"""What comes before what in a process: the flows without those that lead back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit, _EndJoin
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import BoundaryEvent
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.bpmn.specs.mixins.unstructured_join import UnstructuredJoin

from app.engine.bpmn_xml import ACTIVITIES
from app.engine.specs import Parked
from app.engine.workflow import FINISHED

SPLIT = ".BoundaryEventSplit"


class Order:
    """The task specs of one process or subprocess by name. A flow to a spec on the way to it leads back: rework."""

    def __init__(self, spec: Any) -> None:
        self.spec = spec
        self.into: dict[str, list[str]] = {}  # forward flows only
        self._before: dict[str, frozenset[str]] = {}
        self._walk()

    def _walk(self) -> None:
        specs = self.spec.task_specs
        on_the_way, seen = {"Start"}, {"Start"}
        ahead = [("Start", iter(specs["Start"]._outputs))]
        while ahead:
            name, outputs = ahead[-1]
            following = next(outputs, None)
            if following is None:
                on_the_way.discard(name)
                ahead.pop()
                continue
            if following in on_the_way:
                continue
            self.into.setdefault(following, []).append(name)
            if following not in seen:
                seen.add(following)
                on_the_way.add(following)
                ahead.append((following, iter(specs[following]._outputs)))

    def before(self, name: str) -> frozenset[str]:
        """Names of the specs that a token at `name` may have passed, without going back."""
        found = self._before.get(name)
        if found is None:
            seen: set[str] = set()
            ahead = list(self.into.get(name, ()))
            while ahead:
                at = ahead.pop()
                if at not in seen:
                    seen.add(at)
                    ahead.extend(self.into.get(at, ()))
            found = self._before[name] = frozenset(seen)
        return found

    def reaches(self, name: str, target: str) -> bool:
        return name == target or name in self.before(target)

    def joins(self) -> dict[str, Any]:
        """The gateways at which several branches meet."""
        return {
            name: s
            for name, s in self.spec.task_specs.items()
            if isinstance(s, UnstructuredJoin) and not isinstance(s, _EndJoin) and len(self.into.get(name, ())) > 1
        }


def awaited(order: Order, join: str, tokens: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """By each branch into `join`: which of `tokens` (id -> name of its spec) can still come on it."""
    return {
        branch: frozenset(id_ for id_, at in tokens.items() if order.reaches(at, branch)) for branch in order.into[join]
    }


def in_loop(task: Any) -> bool:
    """Is `task` one of the turns of an activity that is repeated?"""
    return task.parent is not None and isinstance(task.parent.task_spec, LoopTask)


def standing(scope: Any) -> Iterator[Any]:
    """The tasks at which a scope stands: not its boundary events, not what waits at joins, not the turns of a loop."""
    for task in scope.tasks.values():
        spec = task.task_spec
        if task._state & FINISHED or isinstance(spec, (BoundaryEvent, UnstructuredJoin)) or in_loop(task):
            continue
        if spec.element is not None and (spec.element.kind in ACTIVITIES or isinstance(spec, (CatchingEvent, Parked))):
            yield task


def way_in(spec: Any, home: Any) -> str:
    """The name of the spec by which a token comes to `spec`: the split, where boundary events stand on it."""
    split = home.task_specs.get(spec.name + SPLIT)
    return split.name if isinstance(split, BoundaryEventSplit) else spec.name
