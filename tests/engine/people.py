"""What the tests of the engine do as people would: by the names of elements."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from app.engine import steps
from app.engine.definition import Definition
from app.engine.types import Step, View

MONDAY = datetime(2025, 3, 3, 2, 0, tzinfo=UTC)


class Case:
    """A case under way; each verb replaces `step`."""

    def __init__(self, definition: Definition, now: datetime = MONDAY, **data: Any) -> None:
        self.definition, self.now = definition, now
        self.step: Step = steps.start(definition, data, now)

    @property
    def open(self) -> list[str]:
        return sorted(t.element for t in (*self.step.user_tasks, *self.step.calls))

    @property
    def passed(self) -> list[str]:
        return [p.element for p in self.step.passed]

    def task(self, element: str) -> Any:
        return next(t for t in self.step.user_tasks if t.element == element)

    def call(self, element: str) -> Any:
        return next(c for c in self.step.calls if c.element == element)

    def submit(self, element: str, **data: Any) -> Step:
        task = self.task(element)
        self.step = steps.submit(self.definition, self.step.state, task.id, data, self.now)
        return self.step

    def finish(self, element: str, result: Any = None) -> Step:
        self.step = steps.finish(self.definition, self.step.state, self.call(element).id, result, self.now)
        return self.step

    def fail(self, element: str, code: str, message: str = "gagal") -> Step:
        self.step = steps.fail(self.definition, self.step.state, self.call(element).id, code, message, self.now)
        return self.step

    def act(self, element: str, **data: Any) -> Step:
        action = next(a for a in self.step.actions if a.element == element)
        self.step = steps.act(self.definition, self.step.state, action.id, data, self.now)
        return self.step

    def wait(self, **time: float) -> Step:
        self.now += timedelta(**time)
        self.step = steps.tick(self.definition, self.step.state, self.now)
        return self.step

    def read(self) -> View:
        return steps.read(self.definition, self.step.state)

    def shown(self, element: str) -> dict[str, Any]:
        """What the form of this task shows."""
        return dict(self.read().task_data[self.task(element).id])
