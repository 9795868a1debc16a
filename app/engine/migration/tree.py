"""The tree of a case, taken task by task from one version to another. Nothing is run."""

from __future__ import annotations

from typing import Any, Protocol

from SpiffWorkflow.bpmn.specs.control import _EndJoin
from SpiffWorkflow.bpmn.specs.event_definitions import MultipleEventDefinition
from SpiffWorkflow.bpmn.specs.mixins import SubWorkflowTaskMixin
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import BoundaryEvent
from SpiffWorkflow.bpmn.specs.mixins.unstructured_join import UnstructuredJoin

from app.engine.migration.edges import Edges
from app.engine.migration.joins import check_joins
from app.engine.migration.order import in_loop
from app.engine.migration.planning import Plan, event_kind, label, loop_of
from app.engine.migration.ways import keep_ways
from app.engine.workflow import FINISHED, Case, SubCase


class Telling(Protocol):
    """Takes what is found on the way."""

    def red(self, text: str) -> None: ...
    def amber(self, text: str) -> None: ...


class Rehoming:
    """One case on its way. After `run`:

    positions   (old element, new element) of every task at which the case stands, and of the events that still wait
    elements    ids of the old elements among them
    stands_old, stands_new   (process, name of a spec) of where it stands
    dropped, begun   ids of events (elements and actions) that no longer wait, or wait from now on
    """

    def __init__(self, way: Plan, case: Case, telling: Telling) -> None:
        self.way, self.case, self.telling = way, case, telling
        self.positions: list[tuple[str, str]] = []
        self.elements: set[str] = set()
        self.stands_old: list[tuple[Any, str]] = []
        self.stands_new: list[tuple[Any, str]] = []
        self.dropped: set[str] = set()
        self.begun: set[str] = set()
        self._failed = False

    def run(self) -> Case | None:
        """The case with the specs of the new version, or None where something of it has no place there."""
        new = Case(self.way.new, self.case.now)
        new.latest = self.case.latest
        homes: dict[int, Any] = {}
        for scope in self.case.scopes():  # outer ones first
            home: Any = new if scope is self.case else self._home_of(scope, new)
            if home is None:
                return None
            homes[id(scope)] = home
            self._take_along(scope, home)
            self._move(scope, home)
            if self._failed:
                return None
        return new

    def red(self, text: str) -> None:
        self._failed = True
        self.telling.red(text)

    def _home_of(self, scope: Any, new: Case) -> Any:
        """The subprocess of the new version in which the tasks of `scope` go on."""
        owner = new.get_task_from_id(scope.parent_task_id)
        home = SubCase(new.subprocess_specs[owner.task_spec.spec], owner.id, new)
        home.latest = scope.latest
        new.subprocesses[owner.id] = home
        return home

    def _take_along(self, scope: Any, home: Any) -> None:
        if scope.data.get("data_objects"):
            home.data["data_objects"] = scope.data["data_objects"]
        home.correlations = scope.correlations

    def _move(self, scope: Any, home: Any) -> None:
        tasks = list(scope.tasks.values())
        specs = {task.id: self._spec_for(task, home) for task in tasks}
        if self._failed:
            return
        check_joins(self, scope, home, specs)
        for task in tasks:
            if not task._state & FINISHED and specs[task.id] is not None:
                self._note(task, specs[task.id], scope, home)
        if self._failed:
            return
        edges = Edges(self, home, specs, {task.id: task.task_spec for task in tasks})
        home.tasks = {}
        for task in tasks:
            task.workflow = home
            task.task_spec = specs[task.id] or home.spec.start  # finished, and only a place where others part
            home.tasks[task.id] = task
        home.task_tree = scope.task_tree
        edges.mend()

    # ---- one task ----------------------------------------------------------------------------------------------------

    def _spec_for(self, task: Any, home: Any) -> Any:
        """The spec that `task` has in the new version; None for what goes (an event) or is only history."""
        old = task.task_spec
        if isinstance(old, _EndJoin):
            return home.spec.task_specs[f"{home.spec.name}.EndJoin"]
        new = home.spec.task_specs.get(self.way.renamed(old.name))
        if task._state & FINISHED:
            return new
        if isinstance(old, BoundaryEvent):
            return new if self._waits_on(old, new) else None
        if new is None:
            self._has_no_place(old)
        elif (why := self._misfit(old, new)) is not None:
            self.red(why)
        elif isinstance(getattr(old, "event_definition", None), MultipleEventDefinition):
            keep_ways(self, task, new)
        return new

    def _waits_on(self, old: Any, new: Any) -> bool:
        """Does the same boundary event still stand on the same activity, waiting for the same kind of thing?"""
        if not isinstance(new, BoundaryEvent) or event_kind(old) != event_kind(new):
            return False
        activity = self.way.old.attached_to(old.bpmn_id) or ""
        return self.way.mapping.get(activity, activity) == self.way.new.attached_to(new.bpmn_id)

    def _has_no_place(self, old: Any) -> None:
        element = old.element
        name = label(element) if element else old.name
        target = self.way.target(element.id) if element else None
        if target is None and isinstance(old, UnstructuredJoin):
            self.red(f"Gerbang '{name}' tempat cabang-cabang perkara ini bertemu dihapus.")
        elif target is None:
            self.red(f"Langkah '{name}' yang sedang dikerjakan dihapus: petakan ke langkah lain.")
        elif element.id in self.way.mapping:
            self.red(f"Langkah '{name}' dipetakan ke '{label(target)}', yang terletak di subproses lain.")
        else:
            self.red(f"Langkah '{name}' yang sedang dikerjakan pindah ke subproses lain.")

    def _misfit(self, old: Any, new: Any) -> str | None:
        """Why a task of `old` can't go on as one of `new`; None if it can."""
        name = label(new.element) if new.element else new.name
        was = label(old.element) if old.element else old.name
        mapped = bool(old.element and old.element.id in self.way.mapping)
        if loop_of(old) != loop_of(new) or old.name.endswith(" [child]") != new.name.endswith(" [child]"):
            return f"Pengulangan langkah '{was}' berubah, padahal sedang berjalan."
        if old.manual != new.manual or (type(old) is not type(new) and not old.manual):
            if mapped:
                return f"Langkah '{was}' dipetakan ke '{name}', yang bukan langkah sejenis. Pilih langkah sejenis."
            return f"Langkah '{was}' yang sedang dikerjakan berganti jenis."
        if mapped and not old.manual:
            return f"Langkah '{was}' bukan tugas orang, jadi tidak dapat dipetakan ke langkah lain."
        if isinstance(old, SubWorkflowTaskMixin) and (
            old.spec != new.spec or (old.io_specification is None) != (new.io_specification is None)
        ):
            return f"Subproses '{was}' yang sedang berjalan diganti."
        if isinstance(old, CatchingEvent) and event_kind(old) != event_kind(new):
            return f"'{was}' yang sedang ditunggu berganti jenis kejadian."
        return None

    def _note(self, task: Any, new: Any, scope: Any, home: Any) -> None:
        """Remember where the case stands."""
        old = task.task_spec
        if old.element is None or new.element is None:
            return
        pair = old.element.id, new.element.id
        if isinstance(old, UnstructuredJoin) or pair in self.positions:
            return
        if new.element.id in (b for _, b in self.positions) and new.manual:
            self.red(f"Dua langkah yang sedang dikerjakan menjadi satu: '{label(new.element)}'.")
        self.positions.append(pair)
        self.elements.add(old.element.id)
        if not isinstance(old, BoundaryEvent) and not in_loop(task):
            self.stands_old.append((scope.spec, old.name))
            self.stands_new.append((home.spec, new.name))
