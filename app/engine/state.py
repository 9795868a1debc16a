"""The packed state of a case: one version byte, one byte of flags, then JSON.

    [latest, ended, names, scopes]
    latest  the case's data: the last written value of every key
    names   names of the task specs that occur, so that a later parser's order can't shift them
    scopes  the case itself, then its subprocesses, outer ones first; none once the case has ended:
            [scope around it, row of its task there, changes, data objects, correlations, rows]
    rows    tasks in tree order, empty ends left out: [parent, name, state, stamp, id, internal, changes, triggered];
            `stamp` is milliseconds since 1970, `state` SpiffWorkflow's number
    changes [[key, value], ...] and [key, ...] that differ from the scope's latest data (a scope's: from the outer's)

Only tasks that somebody can name from outside carry their id. Data of finished tasks are kept where a join will look
at them. A format once released is read for ever: see tests/engine/samples.
"""

from __future__ import annotations

import zlib
from datetime import datetime
from typing import Any

import orjson
from SpiffWorkflow.bpmn.specs.event_definitions import MessageEventDefinition, MultipleEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.bpmn.specs.mixins.unstructured_join import UnstructuredJoin
from SpiffWorkflow.bpmn.util import BpmnEvent
from SpiffWorkflow.util.task import TaskState

from app.engine.errors import StateUnreadable
from app.engine.folding import looked_back_at
from app.engine.specs import Parked
from app.engine.types import JsonObject
from app.engine.workflow import Case, CaseTask, SubCase

FORMAT = 1
COMPRESSED = 1  # flag: the JSON is deflated
WORTH_COMPRESSING = 1_500  # bytes; below, time is worth more than the space

_NOTHING_IF_EMPTY = ("event_fired", "has_fired", "seen_events")  # internal data that only matter once they are set

FINISHED, WAITING = TaskState.FINISHED_MASK, TaskState.WAITING


def pack(case: Case) -> bytes:
    """The case at rest, folded, as bytes."""
    names: dict[str, int] = {}
    scopes: list[list[Any]] = []
    places: dict[str, tuple[int, int]] = {}  # task id -> (scope, row)
    if not case.completed:
        for number, scope in enumerate(case.scopes()):
            scopes.append(_pack_scope(case, scope, number, names, places))
    body = orjson.dumps([case.latest, int(case.completed), list(names), scopes])
    if len(body) >= WORTH_COMPRESSING:
        return bytes((FORMAT, COMPRESSED)) + _deflated(body)
    return bytes((FORMAT, 0)) + body


def unpack(definition: Any, state: bytes, now: datetime) -> Case:
    """The case that `state` holds, ready to go on at `now`. Raises StateUnreadable."""
    latest, ended, names, scopes = _body(state)
    case = Case(definition, now)
    case.latest = latest
    case.completed = bool(ended)
    tasks: list[list[CaseTask]] = []
    try:
        for packed in scopes:
            tasks.append(_unpack_scope(case, packed, names, tasks))
    except KeyError as e:
        raise StateUnreadable(f"Elemen {e} dari keadaan tersimpan tidak ada di diagram '{definition.id}'.") from e
    return case


def latest_data(state: bytes) -> tuple[JsonObject, bool]:
    """The case's data and whether it has ended, without its definition."""
    latest, ended, _, _ = _body(state)
    return latest, bool(ended)


def _body(state: bytes) -> Any:
    if len(state) < 2 or state[0] != FORMAT:
        raise StateUnreadable(f"Format keadaan {state[:1].hex()} tidak dikenal rilis ini.")
    body = zlib.decompress(state[2:], -zlib.MAX_WBITS) if state[1] & COMPRESSED else state[2:]
    return orjson.loads(body)


def _deflated(body: bytes) -> bytes:
    # Fixed codes: a fifth larger than with codes of its own, and the fastest to write and to read at this size.
    small = zlib.compressobj(1, zlib.DEFLATED, -13, 6, zlib.Z_FIXED)
    return small.compress(body) + small.flush()


def _pack_scope(
    case: Case, scope: Any, number: int, names: dict[str, int], places: dict[str, tuple[int, int]]
) -> list[Any]:
    around, row, changes = -1, -1, None
    if scope is not case:
        around, row = places[scope.parent_task_id]
        changes = _changes(scope.latest, scope.parent_workflow.latest)
    rows: list[list[Any]] = []
    for index, task in enumerate(scope.tasks.values()):  # folded, so in the order of the tree
        places[task.id] = (number, index)
        parent = places[task._parent][1] if task._parent is not None else -1
        name = names.setdefault(task.task_spec.name, len(names))
        rows.append(_pack_task(task, parent, name, scope.latest))
    objects = scope.data.get("data_objects") or 0
    return [around, row, changes, objects, scope.correlations or 0, rows]


def _pack_task(task: Any, parent: int, name: int, latest: JsonObject) -> list[Any]:
    state = task._state
    if state & FINISHED:
        # A join asks the tasks before it for their data, and for the order in which they ended.
        looked_at = len(task._children) > 1 or (task._children and looked_back_at(task))
        row = [parent, name, state]
        if looked_at:
            row += [task.last_state_change, 0, 0, _changes(task.data, latest)]
    else:
        internal = _pack_internal(task)
        data = _changes(task.data, latest) if task.inherited else 0
        row = [parent, name, state, task.last_state_change, task.id if _is_named(task) else 0, internal, data]
        if task.triggered:
            row.append(1)
    while not row[-1]:
        row.pop()
    return row


def _is_named(task: Any) -> bool:
    """May somebody outside hold the id of this task: as work item, as call, as message to send?"""
    spec = task.task_spec
    return (
        spec.manual
        or isinstance(spec, Parked)
        or isinstance(getattr(spec, "event_definition", None), (MessageEventDefinition, MultipleEventDefinition))
    )


def _changes(data: JsonObject, latest: JsonObject) -> Any:
    """What differs from `latest`: [[[key, value], ...], [missing key, ...]], or 0."""
    changed = [
        [key, value]
        for key, value in data.items()
        if key not in latest
        or (latest[key] is not value and (latest[key] != value or type(latest[key]) is not type(value)))
    ]
    missing = [key for key in latest if key not in data] if len(data) - len(changed) < len(latest) else []
    return [changed, missing] if changed or missing else 0


def _pack_internal(task: Any) -> Any:
    internal = {k: v for k, v in task.internal_data.items() if k not in _NOTHING_IF_EMPTY or v}
    if "seen_events" in internal:
        definitions = task.task_spec.event_definition.event_definitions
        internal["seen_events"] = [
            [definitions.index(e.event_definition), e.payload, e.correlations] for e in internal["seen_events"]
        ]
    if "merged" in internal:  # the library counts them only, once an instance is merged
        internal["merged"] = len(internal["merged"])
    return internal or 0


def _unpack_scope(case: Case, packed: list[Any], names: list[str], tasks: list[list[CaseTask]]) -> list[CaseTask]:
    around, row, changes, objects, correlations, rows = packed
    scope: Any = case
    if around >= 0:
        scope = _subprocess(case, tasks[around][row], changes)
    if objects:
        scope.data["data_objects"] = objects
    scope.correlations = correlations or {}
    specs = scope.spec.task_specs
    found: list[CaseTask] = []
    for each in rows:
        found.append(_unpack_task(scope, specs[names[each[1]]], each, found, f"{len(tasks)}.{len(found)}"))
    scope.task_tree = found[0]
    return found


def _subprocess(case: Case, task: CaseTask, changes: Any) -> SubCase:
    sub = SubCase(case.subprocess_specs[task.task_spec.spec], task.id, case)
    sub.latest = _changed(task.workflow.latest, changes)
    sub.completed_event.connect(task.task_spec._on_subworkflow_completed, task)
    case.subprocesses[task.id] = sub
    return sub


def _unpack_task(scope: Any, spec: Any, row: list[Any], before: list[CaseTask], number: str) -> CaseTask:
    parent, _, state, stamp, task_id, internal, changes, triggered = row + [0] * (8 - len(row))
    task = CaseTask.__new__(CaseTask)
    task.id = task_id or number  # any id will do for a task that nobody names
    task.workflow = scope
    task.task_spec = spec
    task._state = state
    task._children = []
    task.triggered = bool(triggered)
    task.thread_id = 0
    task.last_state_change = stamp
    task.internal_data = _unpack_internal(spec, internal) if internal else {}
    task._parent = None
    if parent >= 0:
        task._parent = before[parent].id
        before[parent]._children.append(task.id)
    task.inherited = not isinstance(spec, UnstructuredJoin)
    task.data = _changed(scope.latest, changes) if task.inherited or state & FINISHED else {}
    scope.tasks[task.id] = task
    if state == WAITING and isinstance(spec, CatchingEvent):
        scope.top_workflow.event_manager.add_task(task)
    return task


def _changed(latest: JsonObject, changes: Any) -> JsonObject:
    data = dict(latest)
    if changes:
        changed, missing = changes
        data.update(changed)
        for key in missing:
            data.pop(key, None)
    return data


def _unpack_internal(spec: Any, internal: JsonObject) -> JsonObject:
    if isinstance(spec, LoopTask) and "merged" in internal:
        internal["merged"] = [""] * internal["merged"]
    if "seen_events" in internal and isinstance(spec.event_definition, MultipleEventDefinition):
        definitions = spec.event_definition.event_definitions
        internal["seen_events"] = [BpmnEvent(definitions[i], *rest) for i, *rest in internal["seen_events"]]
    return internal
