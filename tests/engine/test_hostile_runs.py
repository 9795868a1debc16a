"""What only shows when a case runs: counts and times that people type, and instances within instances."""

from __future__ import annotations

import time
from typing import Any

import pytest

from app.engine import steps
from app.engine.definition import Definition
from app.errors import StepFailed
from tests.engine.drawing import chain, repeated, simple, task
from tests.engine.hostility import SLACK
from tests.engine.people import MONDAY


def test_instances_within_instances_are_bounded_together() -> None:
    inner = f'<userTask id="t" name="Tugas">{repeated("<loopCardinality>500</loopCardinality>")}</userTask>'
    body = f'<startEvent id="m2"/>{inner}<endEvent id="e2"/>{chain("m2", "t", "e2")}'
    outer = f'<subProcess id="s">{repeated("<loopCardinality>500</loopCardinality>")}{body}</subProcess>'
    definition = Definition.load({"p.bpmn": simple(outer, ("s",))})
    started = time.monotonic()
    with pytest.raises(StepFailed, match="10000 langkah"):
        steps.start(definition, {}, MONDAY)
    assert time.monotonic() - started < 10 * SLACK


@pytest.mark.parametrize("given", [100_000, 501, -1, "1000000", None, 2.5, True, {"a": 1}, [1] * 501])
def test_a_count_that_people_type_is_bounded(given: Any) -> None:
    data = simple(task("a") + task("b", repeated("<loopCardinality>banyak</loopCardinality>")), ("a", "b"))
    definition = Definition.load({"p.bpmn": data})
    step = steps.start(definition, {}, MONDAY)
    with pytest.raises(StepFailed):
        steps.submit(definition, step.state, step.user_tasks[0].id, {"banyak": given}, MONDAY)


@pytest.mark.parametrize(
    "given", ["P99999999999M", "9" * 400, "PT0.000000001S", "x", "__import__('os')", {}, [], 1e308]
)
def test_a_time_that_people_type_is_bounded(given: Any) -> None:
    event = '<intermediateCatchEvent id="t"><timerEventDefinition><timeDuration>lama</timeDuration>'
    data = simple(task("a") + event + "</timerEventDefinition></intermediateCatchEvent>", ("a", "t"))
    definition = Definition.load({"p.bpmn": data})
    step = steps.start(definition, {}, MONDAY)
    started = time.monotonic()
    try:
        steps.submit(definition, step.state, step.user_tasks[0].id, {"lama": given}, MONDAY)
    except StepFailed as e:
        assert str(e)
    assert time.monotonic() - started < 1 * SLACK
