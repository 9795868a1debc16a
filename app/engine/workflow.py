"""A running case: SpiffWorkflow's workflow and tasks, without what makes a step grow.

SpiffWorkflow predicts the tasks to come, walks the whole tree after every completed task and collects log extras for
logs nobody reads. Here the children of a task come into being when it runs, scans are flat, and a second record is
kept beside the tokens' data: `latest`, the last written value of every key, in commit order. It is the case's data.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from os import urandom
from typing import Any

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import MultiInstanceTask
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from app.engine.script_engine import ScriptEngine
from app.engine.types import JsonObject, Notice, Passed
from app.errors import StepFailed

READY, WAITING, STARTED = TaskState.READY, TaskState.WAITING, TaskState.STARTED
COMPLETED, CANCELLED, FINISHED = TaskState.COMPLETED, TaskState.CANCELLED, TaskState.FINISHED_MASK

MAX_DEPTH = 12  # subprocesses in subprocesses; a called process that calls itself ends here


class CaseTask(Task):
    """One token at one element. The id is 32 hex digits; times are milliseconds of the step's own clock."""

    def __init__(self, workflow: Any, task_spec: Any, parent: Any = None, state: int = TaskState.MAYBE) -> None:
        # Not calling up: the library's constructor reads the system clock and builds a UUID for each.
        self.id = urandom(16).hex()
        workflow.tasks[self.id] = self
        self.workflow = workflow
        self._parent: str | None = None
        self._children: list[str] = []
        self._state = state
        self.triggered = False
        self.task_spec = task_spec
        self.thread_id = 0
        self.data: JsonObject = {}
        self.internal_data: JsonObject = {}
        self.inherited = False
        self.last_state_change = workflow.top_workflow.stamp
        if parent is not None:
            self._parent = parent.id
            parent._children.append(self.id)

    def _add_child(self, task_spec: Any, state: int = TaskState.MAYBE) -> CaseTask:
        child = CaseTask(self.workflow, task_spec, self, state)
        if state == READY:
            child._ready()
        return child

    def _set_state(self, value: int) -> None:
        if value != self._state:
            self._state = value
            self.last_state_change = self.workflow.top_workflow.stamp

    def _inherit_data(self) -> None:
        # Once: a finished parent's data never change, and a folded tree may have an older parent in its place.
        if not self.inherited:
            self.data = {**self.data, **self.parent.data}
            self.inherited = True

    def collect_log_extras(self, dct: JsonObject | None = None) -> JsonObject:
        return {}


class _Scope:
    """What the case and its subprocesses have in common."""

    latest: JsonObject
    tasks: dict[str, Any]
    completed: bool

    def begin(self: Any, data: JsonObject | None = None) -> None:
        """Put the first token at the start."""
        self.task_tree = CaseTask(self, self.spec.start, state=TaskState.FUTURE)
        self.task_tree.data = dict(data or {})
        self.task_tree.inherited = True
        self.latest = dict(self.task_tree.data)
        self.task_tree._ready()

    def write(self, task: Any, values: JsonObject) -> None:
        """Let `task` set these keys, as the last word on them so far."""
        task.data.update(values)
        self.wrote(task, values)

    def wrote(self: Any, task: Any, values: JsonObject) -> None:
        """Record that `task` has set these keys. What one instance of many sets counts when all are done."""
        scope = self
        while task is not None and not _is_instance(task):
            scope.latest.update(values)
            task, scope = scope.owner()

    def forget(self: Any, task: Any, key: str) -> None:
        """Let `task` remove `key` from the case's data."""
        task.data.pop(key, None)
        scope = self
        while task is not None and not _is_instance(task):
            scope.latest.pop(key, None)
            task, scope = scope.owner()

    def owner(self) -> tuple[Any, Any]:
        """The task and scope that share their data with this one; none for the case itself."""
        return None, None

    def is_completed(self) -> bool:
        # The library looks for unfinished tasks down to depth 1,000 only; the end event's word is enough.
        return self.completed

    def update_waiting_tasks(self) -> None:
        # Only joins can be woken by another task's completion; events are looked at when nothing else moves.
        for task in [t for t in self.tasks.values() if t._state == WAITING]:
            if task._state == WAITING and not isinstance(task.task_spec, CatchingEvent):
                task.task_spec._update(task)

    def _task_completed_notify(self: Any, task: Any) -> None:
        self.last_task = task
        spec = task.task_spec
        if task is self.task_tree:
            self.latest = dict(task.data)
        if spec.name == "End":
            self._mark_complete(task)
        if spec.element is not None and spec.leaves_trace:
            self.top_workflow.passing(task)
        if self.completed:
            self.completed_event(self)
        else:
            self.update_waiting_tasks()

    def _mark_complete(self, task: Any) -> None:
        self.completed = True

    def _task_removed_notify(self, task: Any) -> None:
        pass

    def collect_log_extras(self, dct: JsonObject | None = None) -> JsonObject:
        return {}


class SubCase(_Scope, BpmnSubWorkflow):
    """A subprocess or a called process that runs inside a case."""

    def __init__(self, spec: Any, parent_task_id: str, top_workflow: Any) -> None:
        self.latest = {}
        super().__init__(spec, parent_task_id, top_workflow, deserializing=True)

    def owner(self) -> tuple[Any, Any]:
        task = self.top_workflow.get_task_from_id(self.parent_task_id)
        return (task, task.workflow) if task.task_spec.shares_data else (None, None)


class Case(_Scope, BpmnWorkflow):
    """One running instance of a definition, held in memory for the length of one step at `now`."""

    def __init__(self, definition: Any, now: datetime) -> None:
        self.definition = definition
        self.now = now
        self.stamp = int(now.timestamp() * 1000)
        self.latest = {}
        self.passed: list[Passed] = []
        self.notices: list[Notice] = []
        self.status: str | None = None
        self.at: Any = None  # the task spec that runs, for the message when it fails
        self.decisions: dict[str, list[tuple[str | None, str | None, JsonObject]]] = {}
        super().__init__(definition.spec, definition.subprocesses, script_engine=ScriptEngine(now), deserializing=True)

    def scopes(self) -> Iterator[Any]:
        """The case and its subprocesses, inner ones after the outer ones they are in."""
        yield self
        yield from self.subprocesses.values()

    def create_subprocess(self, my_task: Any, spec_name: str) -> SubCase:
        sub = SubCase(self.subprocess_specs[spec_name], my_task.id, self)
        if sub.depth > MAX_DEPTH:
            raise StepFailed(
                f"Subproses bertingkat lebih dari {MAX_DEPTH}. Periksa proses yang memanggil dirinya sendiri.",
                my_task.task_spec.bpmn_id or "",
            )
        self.subprocesses[my_task.id] = sub
        sub.begin()
        return sub

    def moment(self, stamp: int) -> datetime:
        """The moment of a task's `last_state_change`."""
        return datetime.fromtimestamp(stamp / 1000, UTC)

    def passing(self, task: Any) -> None:
        """Note that `task` went through its element: for the history, the status and those to be told."""
        spec = task.task_spec
        element = spec.element
        no_decision: list[tuple[str | None, str | None, JsonObject]] = [(None, None, {})]
        decided = self.decisions.pop(task.id, no_decision)
        for flow, expression, values in decided:
            self.passed.append(Passed(element.id, element.name, element.kind, flow, expression, values))
        if spec.status is not None:
            self.status = spec.status
        if spec.notice is not None:
            lane = element.properties.get("notice_lane") or spec.lane
            self.notices.append(Notice(element.id, lane, spec.notice))


def _is_instance(task: Any) -> bool:
    """Is `task` one of the instances of a multi-instance activity?"""
    return task.triggered and isinstance(task.parent.task_spec, MultiInstanceTask)
