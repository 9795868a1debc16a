"""Random diagrams, random people: the engine against an interpreter that knows neither BPMN nor SpiffWorkflow."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine.blocks import LEAVES, NESTS, Block, blocks, draw, numbered
from tests.engine.walking import Walk

RELAXED = {"deadline": None, "suppress_health_check": list(HealthCheck)}


def walk(block: Block, seed: int, steps: int, patience: int) -> Walk:
    diagram, called = draw(block)
    journey = Walk(diagram.load(*called), block, Random(seed).randrange, patience)
    for _ in range(steps):
        if journey.game.ended:
            break
        journey.go()
    return journey


@settings(max_examples=60, **RELAXED)
@given(block=blocks(), seed=st.integers(0, 10_000), patience=st.sampled_from([2, 12]))
def test_a_case_goes_where_the_diagram_says_and_keeps_the_last_word_on_every_key(block, seed, patience):
    walk(block, seed, 40, patience)


@pytest.mark.slow
@settings(max_examples=1_500, **RELAXED)
@given(block=blocks(size=14), seed=st.integers(0, 10_000), patience=st.sampled_from([2, 12]))
def test_many_cases_go_where_their_diagrams_say(block, seed, patience):
    walk(block, seed, 120, patience)


def grown(random: Random, depth: int) -> Block:
    """A block of any shape, larger than hypothesis likes to make them."""
    if not depth or random.random() < 0.25:
        return Block(random.choice(LEAVES))
    kind = random.choice(NESTS)
    count = random.randint(2, 3) if kind in ("seq", "xor", "and", "or") else 1
    return Block(kind, 0, tuple(grown(random, depth - 1) for _ in range(count)))


@pytest.mark.parametrize("seed", range(12))
def test_large_diagrams_are_gone_through_for_many_rounds(seed):
    walk(numbered(Block("loop", 0, (grown(Random(seed), 4),))), seed, 60, 12)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 600))
def test_many_large_diagrams_are_gone_through_for_many_rounds(seed):
    walk(numbered(Block("loop", 0, (grown(Random(seed), 4),))), seed, 300, 12)
