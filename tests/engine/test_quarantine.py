"""A file that hangs, crashes or eats memory is one problem among others; the server goes on."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping

import pytest

from app.engine import quarantine
from app.engine.checks import Vocabulary, prepare
from app.engine.quarantine import prepare_in_child
from app.errors import InvalidDefinition
from tests.engine.drawing import properties, simple, task

FILES = {"p.bpmn": simple()}
HERE = "tests.engine.test_quarantine"


# What the child is told to call in place of the engine's own loading.


def loads(files: Mapping[str, bytes], process_id: str) -> None:
    assert (dict(files), process_id) == (FILES, "p")


def refuses(files: Mapping[str, bytes], process_id: str) -> None:
    raise InvalidDefinition(prepare({"x.bpmn": b"<a/>"}).problems)


def fails(files: Mapping[str, bytes], process_id: str) -> None:
    raise KeyError("type")


def hangs(files: Mapping[str, bytes], process_id: str) -> None:
    time.sleep(60)


def burns(files: Mapping[str, bytes], process_id: str) -> None:
    while True:
        pass


def eats(files: Mapping[str, bytes], process_id: str) -> None:
    kept = [bytearray(2**26) for _ in range(1000)]
    raise AssertionError(len(kept))


def crashes(files: Mapping[str, bytes], process_id: str) -> None:
    os.abort()


def chatters(files: Mapping[str, bytes], process_id: str) -> None:
    print("{}")


def peeks(files: Mapping[str, bytes], process_id: str) -> None:
    raise ValueError(",".join(sorted(os.environ)))


def writes(files: Mapping[str, bytes], process_id: str) -> None:
    import tempfile

    with tempfile.TemporaryFile() as f:
        f.write(b"x" * 10_000)


def problem_of(name: str, seconds: float = 20.0) -> str:
    found = prepare_in_child(FILES, load=f"{HERE}:{name}", seconds=seconds).problems
    assert [p.level for p in found] == ["error"]
    assert found[0].file in ("p.bpmn", "x.bpmn")
    return found[0].message


def test_the_child_finds_what_the_parent_would_find() -> None:
    files = {"p.bpmn": simple(task("a", properties(form="draf_pk"))).replace(b' id="f_a_selesai"', b"")}
    words = Vocabulary(frozenset({"draft_pk"}), frozenset(), frozenset({"Operator Satker"}))
    child, here = prepare_in_child(files, words), prepare(files)
    assert [p.level for p in child.problems] == ["repair", "error"]
    assert "draft_pk" in child.problems[1].message
    assert (child.files, child.elements, child.lanes, child.process_id) == (
        here.files,
        here.elements,
        here.lanes,
        here.process_id,
    )


def test_what_loads_is_fine() -> None:
    assert prepare_in_child(FILES, load=f"{HERE}:loads").problems == ()


def test_loading_is_not_tried_with_what_is_wrong_already() -> None:
    found = prepare_in_child({"p.bpmn": b"<a/>"}, load=f"{HERE}:crashes").problems
    assert "BPMN 2.0" in found[0].message


def test_what_the_engine_can_not_load_is_a_problem() -> None:
    assert "BPMN 2.0" in problem_of("refuses")
    assert "'type'" in problem_of("fails")


def test_a_file_that_hangs_is_given_up() -> None:
    assert "terlalu lama" in problem_of("hangs", seconds=1.5)


@pytest.mark.parametrize("name", ["crashes", "chatters"])
def test_a_file_that_kills_the_child_is_a_problem(name: str) -> None:
    assert "terhenti" in problem_of(name)


def test_memory_is_bounded() -> None:
    assert problem_of("eats")


@pytest.mark.slow
def test_processor_time_is_bounded() -> None:
    assert "terhenti" in problem_of("burns", seconds=60)


def test_the_child_sees_no_setting_of_the_server_and_writes_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "rahasia")
    assert "SECRET_KEY" not in problem_of("peeks")
    assert problem_of("writes")


def test_a_tree_too_large_for_memory_never_gets_built() -> None:
    started = time.monotonic()
    data = b"<definitions>" + b"<a/>" * 490_000 + b"</definitions>"
    assert not prepare_in_child({"p.bpmn": data}).ok
    assert time.monotonic() - started < 10
    assert quarantine.MEMORY < 2**30
