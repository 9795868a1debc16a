"""Plain SpiffWorkflow as a second opinion: its own parser, classes, joins and timers; nothing folded, nothing saved.

Only three things are put in: the evaluator (the diagrams' expressions are not Python), the clock, and services that
wait for their result.
"""

from __future__ import annotations

import datetime as real
from collections import Counter
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn import BpmnEvent, BpmnWorkflow
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.specs.event_definitions import MessageEventDefinition, MultipleEventDefinition
from SpiffWorkflow.bpmn.specs.mixins import ServiceTaskMixin
from SpiffWorkflow.spiff.parser import SpiffBpmnParser
from SpiffWorkflow.spiff.specs.event_definitions import ErrorEventDefinition
from SpiffWorkflow.util.task import TaskState

from app.engine.definition import Definition
from app.engine.expressions import compile_expression, compile_script


class HeldDatetime(real.datetime):
    """`datetime` as the library's timers see it."""

    held = real.datetime(2025, 1, 1, tzinfo=real.UTC)
    turns = 0

    @classmethod
    def hold(cls, at: real.datetime) -> None:
        # The library fires after the moment, Alur at it: so each turn is a microsecond later than the one before.
        cls.turns += 1
        cls.held = at + real.timedelta(microseconds=cls.turns)

    @classmethod
    def now(cls, tz: real.tzinfo | None = None) -> real.datetime:
        return cls.held


class Evaluator(PythonScriptEngine):
    def evaluate(self, task: Any, expression: str, external_context: Any = None) -> Any:
        return compile_expression(expression)(task.data, HeldDatetime.held)

    def execute(self, task: Any, script: str, external_context: Any = None) -> bool:
        task.data.update(compile_script(script)(task.data, HeldDatetime.held))
        return True


class Plain:
    """The same verbs as the engine's, by element instead of by id."""

    def __init__(self, definition: Definition, data: dict[str, Any], now: real.datetime) -> None:
        HeldDatetime.hold(now)
        self.roots = [etree.fromstring(content) for content in definition.prepared.files.values()]
        parser = SpiffBpmnParser()
        for name, root in zip(definition.prepared.files, self.roots, strict=True):
            parser.add_bpmn_xml(root, name)
        spec, subs = parser.get_spec(definition.id), parser.get_subprocess_specs(definition.id)
        for each in (spec, *subs.values()):
            for task_spec in each.task_specs.values():
                if isinstance(task_spec, ServiceTaskMixin):
                    task_spec._run_hook = lambda task: None
        self.workflow = BpmnWorkflow(spec, subs, script_engine=Evaluator())
        self.workflow.task_tree.data = dict(data)
        self.rest()

    def rest(self) -> None:
        self.workflow.do_engine_steps()
        while any(not t.task_spec.manual for t in self.workflow.get_tasks(state=TaskState.READY)):
            self.workflow.do_engine_steps()

    def task(self, element: str, state: int) -> Any:
        found = [t for t in self.workflow.get_tasks(state=state) if t.task_spec.bpmn_id == element]
        return found[0]

    def submit(self, element: str, data: dict[str, Any], now: real.datetime) -> None:
        HeldDatetime.hold(now)
        task = self.task(element, TaskState.READY)
        task.data.update(data)
        task.run()
        self.rest()

    def finish(self, element: str, key: str, result: Any, now: real.datetime) -> None:
        HeldDatetime.hold(now)
        task = self.task(element, TaskState.STARTED)
        task.data[key] = result
        task.complete()
        self.rest()

    def fail(self, element: str, now: real.datetime) -> None:
        HeldDatetime.hold(now)
        task = self.task(element, TaskState.STARTED)
        event = next(
            t
            for t in task.parent.children
            if t.state == TaskState.WAITING and isinstance(t.task_spec.event_definition, ErrorEventDefinition)
        )
        event.task_spec.catch(event, BpmnEvent(event.task_spec.event_definition))
        event.task_spec._update(event)
        self.rest()

    def act(self, element: str, data: dict[str, Any], now: real.datetime) -> None:
        HeldDatetime.hold(now)
        for task in self.workflow.get_tasks(state=TaskState.WAITING):
            definition = getattr(task.task_spec, "event_definition", None)
            inner = definition.event_definitions if isinstance(definition, MultipleEventDefinition) else [definition]
            names = [s.bpmn_id for s in task.task_spec.outputs] if len(inner) > 1 else [task.task_spec.bpmn_id]
            for name, each in zip(names, inner, strict=True):
                if name == element and isinstance(each, MessageEventDefinition):
                    task.task_spec.catch(task, BpmnEvent(each, payload=data))
                    task.task_spec._update(task)
                    task.data.update(data)
                    self.rest()
                    return
        raise LookupError(element)

    def tick(self, now: real.datetime) -> None:
        HeldDatetime.hold(now)
        self.workflow.refresh_timers()
        self.rest()

    def open(self) -> Counter[str]:
        """How often each element is open."""
        tasks = self.workflow.get_tasks(state=TaskState.READY | TaskState.STARTED)
        return Counter(
            t.task_spec.bpmn_id for t in tasks if t.task_spec.manual or isinstance(t.task_spec, ServiceTaskMixin)
        )

    def data_of(self, element: str) -> dict[str, Any]:
        return self.task(element, TaskState.READY | TaskState.STARTED).data
