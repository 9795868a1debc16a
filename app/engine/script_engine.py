"""The engine SpiffWorkflow asks for values: the bounded evaluator, at the step's own moment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine

from app.engine.expressions import ExpressionError, compile_expression, compile_script
from app.errors import StepFailed


class _Environment:
    """What correlations of messages ask: they have data, but no task."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def evaluate(self, expression: str, context: Mapping[str, Any], external_context: Any = None) -> Any:
        return evaluate_at("", expression, context, self.now)


class ScriptEngine(PythonScriptEngine):
    """Evaluates conditions, parameters and scripts over the task's data; never calls a service."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.environment = _Environment(now)

    def evaluate(self, task: Any, expression: str, external_context: Mapping[str, Any] | None = None) -> Any:
        """The value of `expression`; StepFailed naming the element if it can't be computed."""
        data = {**external_context, **task.data} if external_context else task.data
        return evaluate_at(task.task_spec.bpmn_id or task.task_spec.name, expression, data, self.now)

    def execute(self, task: Any, script: str, external_context: Mapping[str, Any] | None = None) -> bool:
        """Run the assignments of `script`; what they set counts as written by `task`."""
        try:
            changes = compile_script(script)(task.data, self.now)
        except ExpressionError as e:
            raise StepFailed(str(e), task.task_spec.bpmn_id or "", e.expression or script) from e
        task.workflow.write(task, changes)
        return True

    def call_service(self, task: Any, **kwargs: Any) -> Any:
        raise AssertionError("service tasks are parked, never called: see specs.Parked")


def evaluate_at(element: str, expression: str, data: Mapping[str, Any], now: datetime) -> Any:
    """The value of `expression` over `data`; StepFailed naming `element` if it can't be computed."""
    try:
        return compile_expression(expression)(data, now)
    except ExpressionError as e:
        raise StepFailed(str(e), element, e.expression or expression) from e
