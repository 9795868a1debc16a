"""Promises of a process: how they read, and that a broken one comes with the shortest way that breaks it."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.engine.checks import prepare
from app.engine.soundness import Soundness, sound
from app.engine.soundness.invariants import BadPromise, read_promise
from tests.engine.diagrams import Diagram

GUIDE = Path(__file__).parents[2] / "processes" / "perjanjian_kinerja" / "perjanjian_kinerja.bpmn"
NAMES = {"a": "Susun", "b": "Tanda tangan", "c": "Arsip", "d": "Arsip", "f1": ""}


def look(d: Diagram, *promises: str) -> Soundness:
    rows = "".join(
        f'<spiffworkflow:property name="janji.{n}" value="{p}"/>'.replace('"Kedua"', "&quot;Kedua&quot;")
        for n, p in enumerate(promises, 1)
    )
    head = f"<extensionElements><spiffworkflow:properties>{rows}</spiffworkflow:properties></extensionElements>"
    prepared = prepare({"p.bpmn": d.xml().replace(b"<laneSet", head.encode() + b"<laneSet", 1)})
    assert prepared.ok, prepared.problems
    return sound(prepared)


def signing() -> Diagram:
    """Draft, first and second signature, archive; each signer may send it back to the draft."""
    d = Diagram()
    d.xor("kembali")
    for n, (task, following) in enumerate((("satu", "dua"), ("dua", "arsip"))):
        d.user(task, name="Kedua" if task == "dua" else task)
        d.xor(f"gw{n}", default=f"lanjut{n}")
        d.chain(task, f"gw{n}")
        d.flow(f"gw{n}", "kembali", "tahun == 1", id=f"tolak{n}")
        if following == "dua":
            d.flow(f"gw{n}", following, id=f"lanjut{n}")
    d.flow("gw1", d.service("arsip"), id="lanjut1")
    d.chain(d.start(), "kembali", d.user("draf"), "satu")
    d.chain("arsip", d.end())
    return d


def test_promises_that_hold() -> None:
    texts = ("arsip hanya sesudah satu dan dua sejak draf", "dua hanya sesudah satu", "sesudah tolak0 pasti draf",
             'arsip hanya sesudah "Kedua"', "satu tidak pernah sesudah arsip")  # fmt: skip
    s = look(signing(), *texts)
    assert s.promises == tuple((text, True) for text in texts)
    assert s.ok and s.complete


def test_a_promise_that_does_not_hold_comes_with_the_way() -> None:
    text = "draf tidak pernah sesudah satu"
    s = look(signing(), text)
    assert s.promises == ((text, False),)
    (problem,) = s.problems
    assert problem.element == "draf" and text in problem.message
    assert [e for e in problem.path if e in ("draf", "satu", "dua")] == ["draf", "satu", "draf"]
    assert problem.path[0] == "mulai" and problem.path[-1] == "draf"


def test_since_begins_anew() -> None:
    """A shortcut after the second rejection: signed by both once, but not since the last draft."""
    d = signing()
    d.parts = [p.replace('id="lanjut0" sourceRef="gw0" targetRef="dua"', 'id="lanjut0" sourceRef="gw0" targetRef="apa"')
               for p in d.parts]  # fmt: skip
    d.xor("apa", default="biasa")
    d.flow("apa", "dua", id="biasa")
    d.flow("apa", "arsip", "ada(pernah)", id="pintas")
    s = look(d, "arsip hanya sesudah satu sejak draf", "arsip hanya sesudah satu dan dua sejak draf")
    assert [kept for _, kept in s.promises] == [True, False]
    assert "pintas" in s.problems[0].path


def test_what_must_follow_may_be_missed() -> None:
    text = "sesudah satu pasti dua"
    s = look(signing(), text)
    assert s.promises == ((text, True),)  # from a rejection the case comes back, and ends through both
    d = Diagram()
    d.xor("gw", default="ya")
    d.chain(d.start(), d.user("satu"), "gw")
    d.flow("gw", d.user("dua"), id="ya")
    d.flow("gw", d.end("selesai"), "tahun == 1", id="tidak")
    d.chain("dua", d.end("selesai2"))
    s = look(d, text)
    assert s.promises == ((text, False),)
    assert s.problems[0].path[-1] == "selesai"


def test_a_task_that_an_event_took_away_was_not_done() -> None:
    d = Diagram()
    d.user("ttd")
    d.boundary("tarik", "ttd", d.message("tarik"))
    d.xor("temu")
    d.chain(d.start(), "ttd", "temu", d.user("arsip"), d.end())
    d.chain("tarik", "temu")
    s = look(d, "arsip hanya sesudah ttd")
    assert s.promises[0][1] is False
    assert "tarik" in s.problems[0].path


def test_a_list_that_may_be_empty_may_skip_what_was_promised() -> None:
    d = Diagram()
    loop = "<loopDataInputRef>daftar</loopDataInputRef>"
    loop = f"<multiInstanceLoopCharacteristics>{loop}</multiInstanceLoopCharacteristics>"
    d.node("userTask", "periksa", inside=loop)
    d.chain(d.start(), "periksa", d.user("arsip"), d.end())
    assert look(d, "arsip hanya sesudah periksa").promises[0][1] is False


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("c hanya setelah a", "belum dapat dibaca"),
        ("c hanya sesudah", "belum dapat dibaca"),
        ("c hanya sesudah a dan", "belum dapat dibaca"),
        ("c hanya sesudah bb", "'bb', yang tidak ada di diagram"),
        ('c hanya sesudah "Tanda tanga"', "Mungkin Tanda tangan"),
        ('"Arsip" hanya sesudah a', "nama beberapa elemen. Tulis id salah satunya: c, d."),
        ("c hanya sesudah " + " dan ".join(["a"] * 11), "lebih dari 10"),
        ("x" * 5000 + " hanya", "belum dapat dibaca"),
    ],
)
def test_what_can_not_be_read_is_said(text: str, words: str) -> None:
    with pytest.raises(BadPromise, match=r".*") as said:
        read_promise(text, NAMES)
    assert words in str(said.value)


def test_names_and_ids_mean_the_same() -> None:
    assert read_promise('c hanya sesudah "Tanda  tangan" dan a sejak f1.', NAMES | {"f1.": ""}).after == ("b", "a")
    assert read_promise("sesudah a pasti b", NAMES).what == "b"


def test_a_bad_promise_is_a_problem_of_the_process() -> None:
    s = look(signing(), "arsip hanya sesudah tiga")
    assert s.promises == (("arsip hanya sesudah tiga", False),)
    assert [(p.element, p.level) for p in s.problems] == [("proses", "error")]


def test_the_guide_keeps_its_promises_within_a_second() -> None:
    s = sound(prepare({"p.bpmn": GUIDE.read_bytes()}))
    assert s.complete and s.problems == () and s.seconds < 1
    assert [kept for _, kept in s.promises] == [True] * 4
