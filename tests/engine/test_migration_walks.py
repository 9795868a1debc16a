"""Any diagram, a random walk to anywhere in it, a move to another version, and on: as the new diagram says."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from lxml import etree

from app.engine import steps
from app.engine.bpmn_xml import BPMN, NODES
from app.engine.definition import Definition
from app.engine.migration import AMBER, GREEN, LABELS, RED, Moved, move, plan
from tests.engine.blocks import Block, Run, Scope, blocks, draw
from tests.engine.people import Case
from tests.engine.test_migration import after, go, said
from tests.engine.test_rounds import pk
from tests.engine.walking import Walk

RELAXED = {"deadline": None, "suppress_health_check": list(HealthCheck)}
SHAPE = settings(max_examples=40, **RELAXED)


def relabelled(files: dict[str, bytes]) -> dict[str, bytes]:
    """The same diagrams with other names."""
    out = {}
    for name, content in files.items():
        root = etree.fromstring(content)
        for tag in root.iter():
            if etree.QName(tag).localname in NODES:
                tag.set("name", f"{tag.get('name')} (baru)")
        out[name] = etree.tostring(root)
    return out


def renamed(files: dict[str, bytes], element: str) -> dict[str, bytes]:
    """`element` deleted, and another one drawn in its place."""
    out = {}
    for name, content in files.items():
        root = etree.fromstring(content)
        for tag in root.iter(f"{{{BPMN}}}*"):
            for key in ("id", "sourceRef", "targetRef", "attachedToRef"):
                if tag.get(key) == element:
                    tag.set(key, "pengganti")
            if tag.text == element:
                tag.text = "pengganti"
        out[name] = etree.tostring(root)
    return out


def walked(block: Block, seed: int, steps: int) -> tuple[Walk, dict[str, bytes]]:
    """A walk to somewhere, not to the end."""
    diagram, called = draw(block)
    walk = Walk(diagram.load(*called), block, Random(seed).randrange)
    for _ in range(steps):
        if walk.game.ended:
            break
        walk.go()
    return walk, diagram.files(*called)


def carry(walk: Walk, definition: Definition, mapping: dict[str, str] | None = None) -> Moved:
    moved = move(plan(walk.definition, definition, mapping), walk.step.state, walk.now)
    if moved.state is not None:
        walk.definition, walk.step = definition, after(walk.step, moved)
        walk.compare()
    return moved


def on_to_the_end(walk: Walk, most: int = 60) -> None:
    for _ in range(most):
        if walk.game.ended:
            return
        walk.go()


@SHAPE
@given(block=blocks(), seed=st.integers(0, 10_000), steps=st.integers(0, 25))
def test_other_labels_change_nothing_anywhere(block, seed, steps):
    walk, files = walked(block, seed, steps)
    assume(not walk.game.ended)
    first, before = walk.definition, walk.step.state
    moved = carry(walk, Definition.load(relabelled(files), "proses"))
    assert (moved.verdict, said(moved)) == (GREEN, LABELS)
    assert moved.state == before
    assert carry(walk, first).state == before, "there and back again"
    carry(walk, Definition.load(relabelled(files), "proses"))
    on_to_the_end(walk)


@SHAPE
@given(block=blocks(), seed=st.integers(0, 10_000), steps=st.integers(0, 25))
def test_the_step_at_which_a_case_stands_is_taken_away(block, seed, steps):
    walk, files = walked(block, seed, steps)
    tasks = walk.step.user_tasks
    assume(tasks)
    gone = tasks[seed % len(tasks)].element
    without = Definition.load(renamed(files, gone), "proses")
    first, state = walk.definition, walk.step.state
    refused = move(plan(first, without), state, walk.now)
    assert refused.verdict == RED and f"Langkah '{gone}' yang sedang dikerjakan dihapus" in said(refused)
    moved = move(plan(first, without, {gone: "pengganti"}), state, walk.now)
    if moved.verdict == RED:  # a token waits at a join behind another copy of it, or the like
        return
    assert moved.verdict == AMBER
    assert [t.id for t in moved.user_tasks] == [t.id for t in tasks]
    assert {t.at for t in moved.timers} == {t.at for t in steps_timers(first, state)}
    back = move(plan(without, first, {"pengganti": gone}), moved.state, walk.now)
    assert back.state == state, "there and back again"


def steps_timers(definition: Definition, state: bytes):
    return steps.read(definition, state).timers


# a task put somewhere into a sequence: what the interpreter then plays is what the engine does


def sequences(block: Block) -> list[Block]:
    return [b for b in block.all() if b.kind == "seq"]


def inserted(block: Block, into: int, at: int, new: Block) -> Block:
    parts = tuple(inserted(p, into, at, new) for p in block.parts)
    if block.n == into:
        parts = (*parts[:at], new, *parts[at:])
    return Block(block.kind, block.n, parts)


def replay(walk: Walk, block: Block, into: int, at: int) -> bool:
    """Let the interpreter go on with `block`; True where a running sequence has the new task behind it."""
    known, behind = {b.n: b for b in block.all()}, False
    ahead: list[Run] = [scope_of(walk)]
    while ahead:
        run = ahead.pop()
        run.block = known[run.block.n]
        if run.block.n == into and hasattr(run, "at") and at <= run.at:
            run.at += 1
            behind = True
        ahead += run.inner
    return behind


def scope_of(walk: Walk) -> Run:
    run = walk.game.items[0].run
    while run.up is not None:
        run = run.up
    assert isinstance(run, Scope)
    return run


@settings(max_examples=60, **RELAXED)
@given(block=blocks(), seed=st.integers(0, 10_000), steps=st.integers(0, 25), where=st.integers(0, 50))
def test_a_step_is_put_in_anywhere_and_the_case_goes_on_as_the_new_diagram_says(block, seed, steps, where):
    block = Block("seq", 4_000, (block,))
    walk, _ = walked(block, seed, steps)
    assume(not walk.game.ended)
    into = sequences(block)[where % len(sequences(block))]
    at = where % (len(into.parts) + 1)
    larger = inserted(block, into.n, at, Block("task", 5_000))
    diagram, called = draw(larger)
    state = walk.step.state
    moved = move(plan(walk.definition, diagram.load(*called)), state, walk.now)
    if moved.verdict == RED:
        assert "gerbang" in said(moved).lower(), said(moved)
        return
    behind = replay(walk, larger, into.n, at)
    assert not behind or moved.verdict == AMBER, said(moved)
    carry(walk, diagram.load(*called))
    on_to_the_end(walk)


@pytest.mark.slow
@settings(max_examples=800, **RELAXED)
@given(block=blocks(size=14), seed=st.integers(0, 10_000), steps=st.integers(0, 60), where=st.integers(0, 200))
def test_many_steps_are_put_in_anywhere(block, seed, steps, where):
    test_a_step_is_put_in_anywhere_and_the_case_goes_on_as_the_new_diagram_says.hypothesis.inner_test(
        block, seed, steps, where
    )


def test_three_hundred_rounds_with_moves_in_between_stay_flat() -> None:
    first, second = pk().load(), Definition.load(relabelled(pk().files()), "proses")
    case, largest = Case(first, tahun=2025), [0, 0]
    for round_ in range(300):
        case.submit("susun", pk={"judul": "PK", "isi": "x" * 200})
        case.finish("cek", True)
        assert go(case, (second, first)[round_ % 2]).verdict == GREEN
        case.submit("kepala", putusan="tolak")
        largest[round_ >= 20] = max(largest[round_ >= 20], len(case.step.state))
    assert largest[1] <= largest[0]
