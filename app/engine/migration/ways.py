"""Event gateways of a case on its way: each of the events behind one keeps its number, and its moment."""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn.specs.event_definitions import MessageEventDefinition

from app.engine.migration.planning import event_kind, label


def keep_ways(rehoming: Any, task: Any, new: Any) -> None:
    """Carry what `task`, which waits at an event gateway, holds by the number of each way over to the ways of `new`.

    Ids of messages carry the number, so those must keep it; timers may change places.
    """
    old = task.task_spec
    before, after = _ways(old), _ways(new)
    values = {k: v for k, v in task.internal_data.items() if not k.startswith("event_value.")}
    moved: dict[str, Any] = {}
    for number, way in enumerate(before):
        name = rehoming.way.renamed(way.name)
        there = next((i for i, w in enumerate(after) if w.name == name and event_kind(w) == event_kind(way)), None)
        message = isinstance(old.event_definition.event_definitions[number], MessageEventDefinition)
        if there is None:
            rehoming.telling.amber(f"'{label(way.element)}' tidak lagi ditunggu.")
            rehoming.dropped |= {way.element.id, f"{task.id}.{number}"}
        elif message and there != number:
            rehoming.red(f"Urutan cabang di gerbang '{label(old.element)}' berubah, padahal sedang ditunggu.")
        elif (value := task.internal_data.get(f"event_value.{number}")) is not None:
            moved[f"event_value.{there}"] = value
    kept = {rehoming.way.renamed(w.name) for w in before}
    for number, way in enumerate(after):
        if way.name not in kept:
            rehoming.telling.amber(f"'{label(way.element)}' mulai ditunggu sejak dipindahkan.")
            rehoming.begun.add(f"{task.id}.{number}")
    if values.get("seen_events") and len(before) != len(after):
        rehoming.red(f"Cabang di gerbang '{label(old.element)}' berubah, padahal sebagian sudah terjadi.")
    task.internal_data = values | moved


def _ways(spec: Any) -> list[Any]:
    """The events behind a gateway, in the order of its ways; an event of several definitions is its own one way."""
    ways = list(spec.followers)
    return ways if len(ways) == len(spec.event_definition.event_definitions) else []
