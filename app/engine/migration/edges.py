"""Boundary events of a case on its way: those that are gone stop waiting, new ones on an open activity begin to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.event_definitions import MessageEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import BoundaryEvent
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask

from app.engine.bpmn_xml import ACTIVITIES
from app.engine.joins import activity_of
from app.engine.migration.order import SPLIT
from app.engine.migration.planning import label
from app.engine.workflow import COMPLETED, FINISHED, WAITING, CaseTask


class Edges:
    """`specs` are the new specs by task (None: gone), `were` the old ones."""

    def __init__(self, rehoming: Any, home: Any, specs: Mapping[str, Any], were: Mapping[str, Any]) -> None:
        self.rehoming, self.home, self.specs, self.were = rehoming, home, specs, were

    def mend(self) -> None:
        """After the tasks have their new specs."""
        for task in list(self.home.tasks.values()):
            if task.id in self.home.tasks and self._is_activity(task):
                self._mend(task)

    def _is_activity(self, task: Any) -> bool:
        element = self.were[task.id].element if task.id in self.were else None
        if task._state & FINISHED or element is None or element.kind not in ACTIVITIES or task.parent is None:
            return False
        return not isinstance(self.were[task.parent.id], LoopTask)

    def _mend(self, activity: Any) -> None:
        split = activity.parent
        was = self.were[split.id]
        wanted = self.home.spec.task_specs.get(activity.task_spec.name + SPLIT)
        had = set()
        # what a reminder began may stand below the split of another activity, which has ended
        if isinstance(was, BoundaryEventSplit) and was.name == self.were[activity.id].name + SPLIT:
            had = {self.rehoming.way.renamed(s.name) for s in was.followers if isinstance(s, BoundaryEvent)}
            begin_again = self._drop(split)
            had -= begin_again
            if wanted is None:
                self._take_out(split, activity)
                return
            split.task_spec = wanted
        elif wanted is not None:
            split = self._put_in(activity, wanted)
        if wanted is not None:
            for spec in wanted.followers:
                if isinstance(spec, BoundaryEvent) and spec.name not in had:
                    self._begin(split, spec)

    def _drop(self, split: Any) -> set[str]:
        """Let events without a place go; the names of those that stand there still, but must begin anew."""
        again = set()
        activity = activity_of_old(split, self.were)
        for child in list(split.children):
            if child is activity or (self.specs[child.id] is not None and not child._state & FINISHED):
                continue
            old = self.were[child.id]
            if child._state & FINISHED:
                if self.specs[child.id] is None and child._children:
                    self.rehoming.red(f"Kejadian '{label(old.element)}' yang akibatnya masih dikerjakan dihapus.")
                continue
            name = self.rehoming.way.renamed(old.name)
            if isinstance(self.home.spec.task_specs.get(name), BoundaryEvent):
                again.add(name)
            else:
                self.rehoming.telling.amber(f"Kejadian '{label(old.element)}' dihapus, jadi tidak lagi ditunggu.")
            self.rehoming.dropped |= {child.id, old.element.id}
            split._children.remove(child.id)
            del self.home.tasks[child.id]
        return again

    def _take_out(self, split: Any, activity: Any) -> None:
        """No boundary event is left: the activity stands where the split stood."""
        if split._children != [activity.id]:
            self.rehoming.red(f"Kejadian pada '{activity.task_spec.bpmn_id}' yang sudah terjadi dihapus.")
            return
        parent = split.parent
        parent._children[parent._children.index(split.id)] = activity.id
        activity._parent = parent.id
        del self.home.tasks[split.id]

    def _put_in(self, activity: Any, spec: Any) -> Any:
        """The first boundary event: a split comes between the activity and what was before it."""
        parent = activity.parent
        split = CaseTask(self.home, spec, None, COMPLETED)
        split._parent, split._children = parent.id, [activity.id]
        split.last_state_change = activity.last_state_change
        split.data, split.inherited = dict(activity.data), True
        parent._children[parent._children.index(activity.id)] = split.id
        activity._parent = split.id
        return split

    def _begin(self, split: Any, spec: Any) -> None:
        event = CaseTask(self.home, spec, split, WAITING)
        event._inherit_data()
        if hasattr(spec.event_definition, "next_due"):
            spec.event_definition.next_due(event)  # works its moment out, and keeps it
        elif isinstance(spec.event_definition, MessageEventDefinition):
            self.rehoming.begun.add(event.id)
        self.rehoming.telling.amber(f"Kejadian baru '{label(spec.element)}' mulai ditunggu sejak dipindahkan.")


def activity_of_old(split: Any, were: Mapping[str, Any]) -> Any:
    """The activity among the children of a split, by the specs that they had."""
    return next((t for t in split.children if not isinstance(were[t.id], BoundaryEvent)), None) or activity_of(split)
