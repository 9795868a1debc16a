"""Damaged bytes and damaged trees, of our diagram and of foreign ones: refused in words, or a diagram that loads."""

from __future__ import annotations

import random
import time

import pytest
from lxml import etree

from app.engine.bpmn_xml import UnreadableFile, parse
from app.engine.checks import check, prepare
from app.engine.definition import Definition
from app.engine.intake import take
from app.errors import InvalidDefinition
from tests.engine.test_foreign import FILES, ROLES, WORDS, files_of
from tests.engine.test_mutations import GUIDE, damage

SOURCES = [GUIDE, *sorted(FILES.glob("*.bpmn"))]


def scratched(data: bytes, luck: random.Random) -> bytes:
    """Single bytes replaced, runs of them removed, doubled, or turned into signs that XML means something by."""
    found = bytearray(data)
    for _ in range(luck.choice((1, 2, 5, 20))):
        way, at = luck.randrange(4), luck.randrange(len(found))
        if way == 0:
            found[at] = luck.randrange(256)
        elif way == 1:
            del found[at : at + luck.randrange(1, 40)]
        elif way == 2:
            start = luck.randrange(len(found))
            found[at:at] = found[start : start + luck.randrange(1, 60)]
        else:
            found[at] = luck.choice(b'<>"&=/ ')
    return bytes(found)


def damaged(seed: int) -> bytes:
    luck = random.Random(seed)
    data = (GUIDE if luck.random() < 0.4 else luck.choice(SOURCES)).read_bytes()
    if luck.random() < 0.4:
        return scratched(data, luck)
    root = etree.fromstring(data)
    for _ in range(luck.choice((1, 1, 2, 4, 8))):
        damage(root, luck)
    out: bytes = etree.tostring(root)
    return out


def attempt(seed: int) -> None:
    files = {"p.bpmn": damaged(seed)}
    started = time.monotonic()
    prepared = prepare(files)
    check(prepared, WORDS)
    try:
        Definition.load(files)
    except InvalidDefinition as e:
        assert e.problems, seed
    else:
        assert prepared.ok, seed
    answer = take(files, WORDS, ROLES)
    refused = [p for p in answer["problems"] if p["level"] == "error"]
    if not refused:
        assert Definition.load(files_of(answer)), seed
    for data in files_of(answer).values():
        parse(data)
    assert time.monotonic() - started < 10, seed


def test_damaged_files_are_refused_in_words_or_load() -> None:
    for seed in range(60):
        attempt(seed)


@pytest.mark.slow
def test_many_damaged_files() -> None:
    for seed in range(60, 600):
        attempt(seed)


@pytest.mark.parametrize("cut", range(0, 100, 9))
def test_a_file_that_was_cut_off_is_refused_with_its_line(cut: int) -> None:
    data = GUIDE.read_bytes()
    data = data[: len(data) * cut // 100]
    with pytest.raises(UnreadableFile):
        parse(data)
    [problem] = [p for p in prepare({"p.bpmn": data}).problems if p.level == "error" and p.file]
    assert ("XML" in problem.message and problem.line) if data else "bukan diagram BPMN" in problem.message
