"""The values that go in and out of the engine. All frozen; all data in them are exact JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

JsonObject: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form that the diagram declares itself (`camunda:formData`)."""

    id: str
    label: str
    type: str  # string | long | boolean | date | enum | text
    required: bool = False
    choices: tuple[tuple[str, str], ...] = ()  # (value, label), for enum
    default: str | None = None
    help: str = ""  # a sentence below the label


@dataclass(frozen=True, slots=True)
class Element:
    """A node of the diagram, as drawn. `properties` are the `spiffworkflow:properties` of it."""

    id: str
    name: str
    kind: str  # BPMN's word: userTask, serviceTask, exclusiveGateway, boundaryEvent, ...
    lane: str | None
    properties: Mapping[str, str]
    fields: tuple[Field, ...] = ()
    operator: str | None = None  # service tasks: the name in SERVICE_TASKS
    params: tuple[str, ...] = ()  # service tasks: names of the parameters
    errors: tuple[str, ...] = ()  # codes caught by error boundary events on this element ("" = any)
    line: int = 0

    @property
    def form(self) -> str | None:
        return self.properties.get("form")


@dataclass(frozen=True, slots=True)
class UserTask:
    """An open work item for a person. `due` is the evaluated property `due`, aware UTC, or None."""

    id: str  # 32 hex digits; stays the same until the task ends
    element: str
    name: str
    lane: str | None
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class ServiceCall:
    """A parked service task: what is to be called. The id is the job's id and its idempotency key."""

    id: str
    element: str
    operator: str
    params: JsonObject


@dataclass(frozen=True, slots=True)
class Action:
    """A waiting message event that a person of `lane` may send, e.g. "Tarik kembali".

    `element` is the catching event, `attached_to` the element it is a boundary of (or None).
    """

    id: str
    element: str
    name: str
    lane: str | None
    attached_to: str | None


@dataclass(frozen=True, slots=True)
class Timer:
    """A timer that waits. `at` is when it fires next, aware UTC.

    `element` is the event, `attached_to` the element it is a boundary of (or None).
    """

    element: str
    name: str
    at: datetime
    attached_to: str | None = None


@dataclass(frozen=True, slots=True)
class Passed:
    """An element that was gone through in this step.

    For gateways with conditions: `expression` that decided, `values` it saw, `flow` the sequence flow taken.
    """

    element: str
    name: str
    kind: str
    flow: str | None = None
    expression: str | None = None
    values: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Notice:
    """Something people of `lane` should be told: an element with the property `notice` was passed."""

    element: str
    lane: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Step:
    """Everything that a verb of the engine changed, and everything that is open after it.

    `user_tasks`, `calls` and `actions` are complete lists of what is open now, not differences.
    `status` is the property `status` of the last element passed in this step that has one, else None.
    `data` are the case's data after the step: the last submission per top-level key, in commit order.
    """

    state: bytes
    status: str | None
    user_tasks: tuple[UserTask, ...]
    calls: tuple[ServiceCall, ...]
    actions: tuple[Action, ...]
    passed: tuple[Passed, ...]
    notices: tuple[Notice, ...]
    ended: bool
    next_timer: datetime | None
    data: JsonObject


@dataclass(frozen=True, slots=True)
class View:
    """What a stored state says, without changing it. `task_data` maps each open task's id to its data."""

    user_tasks: tuple[UserTask, ...]
    calls: tuple[ServiceCall, ...]
    actions: tuple[Action, ...]
    next_timer: datetime | None
    ended: bool
    data: JsonObject
    task_data: Mapping[str, JsonObject]
    timers: tuple[Timer, ...] = ()  # the next one first


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that keeps a diagram from being published (`level` "error"), or that its owner should know."""

    file: str
    line: int
    element: str
    name: str
    message: str  # Indonesian, one sentence, says what to do
    level: str = "error"  # error | warning | repair
    path: tuple[str, ...] = ()  # ids of elements and flows that lead there: a counter-example, drawn on the diagram

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.element} {self.name!r}: {self.message}"


@dataclass(frozen=True, slots=True)
class Executed:
    """One row of the list of what will be executed. `kind` is BPMN's word, or "documentation" for what is not run."""

    element: str
    name: str
    kind: str
    kind_words: str  # in Indonesian: "Tugas orang"
    lane: str
    what: str  # a phrase in Indonesian: "formulir draft_pk, peran Operator Satker, tenggat 14 hari"
