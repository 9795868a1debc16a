"""The packed state: how small it is, and that every format once released is read for ever."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

from app.engine import steps
from app.engine.checks import prepare
from app.engine.definition import Definition
from app.engine.errors import StateUnreadable
from app.engine.state import FORMAT, latest_data
from tests.engine.people import MONDAY, Case
from tests.engine.sampling import MAKERS, SAMPLES, said
from tests.engine.test_rounds import pk

STATES = sorted(SAMPLES.glob("format-*/*.state"))


def as_it_was(path: Path) -> Definition:
    """The sample's own diagram; what publishing asks for today is no matter for a case that runs."""
    return Definition.of(prepare({"proses.bpmn": path.with_suffix(".bpmn").read_bytes()}), "proses")


@pytest.mark.parametrize("path", STATES, ids=lambda p: f"{p.parent.name}-{p.stem}")
def test_a_stored_state_is_read_for_ever(path: Path):
    definition = as_it_was(path)
    state = path.read_bytes()
    expected = json.loads(path.with_suffix(".json").read_text())
    assert said(steps.read(definition, state)) == expected
    assert latest_data(state) == (expected["data"], expected["ended"])


@pytest.mark.parametrize("path", STATES, ids=lambda p: f"{p.parent.name}-{p.stem}")
def test_a_case_goes_on_from_a_stored_state(path: Path):
    """Whatever is open in a sample can be done, until the case ends."""
    case = Case(as_it_was(path), satker=[])
    case.step = steps.tick(case.definition, path.read_bytes(), MONDAY)
    for _ in range(60):
        if case.step.ended:
            break
        if case.step.calls:
            case.finish(case.step.calls[0].element, "hasil")
        elif case.step.user_tasks:
            yes = {key: value for key in ("putusan", "putusan_a", "putusan_b") for value in ["ya"]}
            case.submit(case.step.user_tasks[0].element, **{**yes, "putusan": "setuju", "jawab": "x"})
        else:
            case.act(case.step.actions[0].element)
    assert case.step.ended


def test_samples_of_the_present_format_are_there():
    there = {path.stem for path in STATES if path.parent.name == f"format-{FORMAT}"}
    assert there == set(MAKERS)


WORDS = Path(__file__).with_name("test_state.py").read_text().split() + [f"kata{n}" for n in range(400)]


def text(random: Random, length: int) -> str:
    """Text with as many different words as a real one."""
    found = ""
    while len(found) < length:
        found += random.choice(WORDS) + " "
    return found[:length]


def test_the_state_of_a_pk_is_at_most_3_kb_at_its_largest():
    random = Random(7)
    form = {
        "nama": "Dr. Ir. Siti Aminah, M.T.",
        "jabatan": "Direktur Politeknik Negeri Contoh",
        "tempat": "Jakarta",
        "tanggal": "2025-01-31",
        "tugas_fungsi": text(random, 1_000),
        "sasaran": [
            {
                "sasaran": text(random, 90),
                "indikator": [
                    {"nama": text(random, 110), "target": str(random.randrange(100)), "satuan": "%"} for _ in range(n)
                ],
            }
            for n in (3, 2)
        ],
        "anggaran": [{"kegiatan": text(random, 70), "rupiah": random.randrange(10**10)} for _ in range(4)],
    }
    case = Case(pk().load(), tahun=2025, info_satker={"kode": "401234", "alamat": text(random, 80)})
    sizes = [len(case.submit("susun", pk=form).state), len(case.finish("cek", {"nama": text(random, 40)}).state)]
    sizes.append(len(case.submit("kepala", putusan="setuju").state))
    sizes.append(len(case.fail("ttd", "passphrase", text(random, 80)).state))
    case.submit("kepala", putusan="setuju")
    sizes.append(len(case.finish("ttd", {"dokumen": f"{random.getrandbits(256):x}"}).state))
    sizes.append(len(case.submit("eselon", putusan="setuju").state))
    assert max(sizes) <= 3_000, sizes


def test_the_names_of_elements_stand_in_the_state():
    """An element inserted before all others in the alphabet shifts nothing."""
    case = Case(pk().load(), tahun=2025)
    diagram = pk()
    diagram.chain("mulai", diagram.user("aaa"), "lagi")
    diagram.parts = [p for p in diagram.parts if not ('sourceRef="mulai"' in p and 'targetRef="lagi"' in p)]
    case.definition = diagram.load()
    case.submit("susun", pk={})
    assert case.open == ["cek"]


@pytest.mark.parametrize("state", [b"", b"\x01", b"\x00\x00[]", b"\x63\x00[]"])
def test_a_state_of_an_unknown_format_is_refused(state):
    with pytest.raises(StateUnreadable):
        steps.read(pk().load(), state)
