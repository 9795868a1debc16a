"""Random diagrams, random people: the engine against an interpreter that knows neither BPMN nor SpiffWorkflow."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine.blocks import Block, blocks, draw
from tests.engine.walking import Walk

RELAXED = {"deadline": None, "suppress_health_check": list(HealthCheck)}


def walk(block: Block, seed: int, steps: int) -> Walk:
    diagram, called = draw(block)
    journey = Walk(diagram.load(*called), block, Random(seed).randrange)
    for _ in range(steps):
        if journey.game.ended:
            break
        journey.go()
    return journey


@settings(max_examples=60, **RELAXED)
@given(block=blocks(), seed=st.integers(0, 10_000))
def test_a_case_goes_where_the_diagram_says_and_keeps_the_last_word_on_every_key(block, seed):
    walk(block, seed, 40)


@pytest.mark.slow
@settings(max_examples=1500, **RELAXED)
@given(block=blocks(size=14), seed=st.integers(0, 10_000))
def test_many_cases_go_where_their_diagrams_say(block, seed):
    walk(block, seed, 120)
