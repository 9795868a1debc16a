"""Damaged diagrams: the checks never fail themselves, and what they accept the engine loads."""

from __future__ import annotations

import copy
import random
from pathlib import Path

import pytest
from lxml import etree

from app.engine.bpmn_xml import BPMN, NODES
from app.engine.checks import prepare
from app.engine.definition import Definition
from app.errors import InvalidDefinition
from tests.engine.drawing import END, START, catching, chain, document, flow, repeated, task

GUIDE = Path(__file__).parents[2] / "processes" / "perjanjian_kinerja" / "perjanjian_kinerja.bpmn"
KINDS = sorted(NODES | {"lane", "timerEventDefinition", "messageEventDefinition", "sequenceFlow"})
TEXTS = ("", "x", "PT1S", "${a}", "0", "End", "__import__('os')")


def mixed() -> bytes:
    """A subprocess, parallel branches, several instances and a data object in one diagram."""
    inner = START.replace("mulai", "m2") + task("d") + END.replace("selesai", "s2") + chain("m2", "d", "s2")
    body = START + task("a", repeated("<loopCardinality>3</loopCardinality>"))
    body += f'<subProcess id="sub">{inner}</subProcess><parallelGateway id="g"/><parallelGateway id="j"/>'
    body += task("b") + catching("c") + END + chain("mulai", "a", "sub", "g", "b", "j", "selesai")
    body += flow("g", "c") + flow("c", "j") + '<dataObject id="do"/><dataObjectReference id="dr" dataObjectRef="do"/>'
    return document(body)


def damage(root: etree._Element, luck: random.Random) -> None:
    """One of: remove, double, lose an attribute, take over another's, move, change kind, change text."""
    tags = [
        t for t in root.iter(f"{{{BPMN}}}*", "{*}property", "{*}parameter", "{*}serviceTaskOperator") if t is not root
    ]
    if not tags:
        return
    one, other = luck.choice(tags), luck.choice(tags)
    apart = one is not other and one not in other.iterancestors() and other not in one.iterancestors()
    way = luck.randrange(7)
    if way == 0:
        one.getparent().remove(one)
    elif way == 1:
        one.addnext(copy.deepcopy(one))
    elif way == 2 and one.keys():
        del one.attrib[luck.choice(one.keys())]
    elif way == 3 and one.keys() and other.keys():
        one.set(luck.choice(one.keys()), other.get(luck.choice(other.keys())))
    elif way == 4 and apart:
        other.append(one)
    elif way == 5:
        one.tag = f"{{{BPMN}}}{luck.choice(KINDS)}"
    else:
        one.text = luck.choice(TEXTS)


def attempt(seed: int) -> str:
    luck = random.Random(seed)
    root = etree.fromstring(luck.choice((GUIDE.read_bytes(), mixed())))
    for _ in range(luck.choice((1, 1, 2, 3))):
        damage(root, luck)
    files = {"p.bpmn": etree.tostring(root)}
    prepared = prepare(files)
    if not prepared.ok:
        return "refused"
    try:
        Definition.load(files)
    except InvalidDefinition as e:
        assert e.problems, seed
        return "refused when loading"
    return "accepted"


def test_the_undamaged_ones_are_accepted() -> None:
    for data in (GUIDE.read_bytes(), mixed()):
        assert prepare({"p.bpmn": data}).ok
        assert Definition.load({"p.bpmn": data})


def test_damaged_diagrams_are_accepted_or_refused_in_words() -> None:
    outcomes = [attempt(seed) for seed in range(60)]
    assert {"accepted", "refused"} <= set(outcomes)


@pytest.mark.slow
def test_many_damaged_diagrams() -> None:
    outcomes = [attempt(seed) for seed in range(60, 3_000)]
    assert outcomes.count("refused when loading") < 15  # what the checks overlook is caught there, in worse words
