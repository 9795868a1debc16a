"""Makes samples of the packed state, once for each format: `python -m tests.engine.sampling`.

A sample is a diagram, a state and what that state says. Once committed it is never made again: every later release
must read it (test_state).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.engine.state import FORMAT
from app.engine.types import View
from tests.engine.diagrams import Diagram
from tests.engine.people import Case
from tests.engine.test_instances import COLLECT, EACH
from tests.engine.test_rounds import beside_each_other, pk

SAMPLES = Path(__file__).parent / "samples"


def said(view: View) -> dict[str, Any]:
    """What a state says, as JSON."""
    return {
        "user_tasks": [[t.id, t.element, t.lane, t.due.isoformat() if t.due else None] for t in view.user_tasks],
        "calls": [[c.id, c.element, c.operator, c.params] for c in view.calls],
        "actions": [[a.id, a.element, a.lane, a.attached_to] for a in view.actions],
        "next_timer": view.next_timer.isoformat() if view.next_timer else None,
        "ended": view.ended,
        "data": view.data,
        "task_data": dict(view.task_data),
    }


def at_a_boundary(case: Case) -> None:
    case.submit("susun", pk={"judul": "PK", "tugas": "melaksanakan tugas " * 90})
    case.finish("cek", True)


def parked(case: Case) -> None:
    at_a_boundary(case)
    case.submit("kepala", putusan="setuju")


def failed_once(case: Case) -> None:
    parked(case)
    case.fail("ttd", "passphrase")


def ended(case: Case) -> None:
    parked(case)
    case.finish("ttd", {"nomor": 1})
    case.submit("eselon", putusan="setuju")


def in_a_subprocess(case: Case) -> None:
    for _ in range(2):
        case.submit("isi_a", judul="dari a")
        case.submit("baca_a", putusan_a="belum")
    case.submit("isi_b", judul="dari b", data_b=[1])
    case.submit("baca_b", putusan_b="ya")


def many() -> Diagram:
    d = Diagram()
    d.parallel("bagi")
    d.parallel("temu")
    inside = EACH.format(sequential="true", more=COLLECT)
    d.chain(d.start(), "bagi", d.node("userTask", "tanya", inside=inside), "temu", d.user("akhir"), d.end())
    d.chain("bagi", d.user("isi"), d.user("isi2"), "temu")
    d.boundary("ingat", "isi2", d.timer("R5/P1D", "timeCycle"), interrupting=False)
    d.chain("ingat", d.user("telepon"), d.end("ditelepon"))
    d.node("eventBasedGateway", "tunggu")
    d.xor("gabung")
    d.chain("bagi", "tunggu", d.node("intermediateCatchEvent", "kabar", inside=d.message("kabar")), "gabung", "temu")
    d.chain("tunggu", d.node("intermediateCatchEvent", "lama", inside=d.timer("P9D")), "gabung")
    return d


def halfway(case: Case) -> None:
    case.submit("tanya", jawab="dari a")
    case.submit("isi", judul="baru", kosong=None)
    case.wait(days=1)
    case.act("kabar", nomor=7)


MAKERS: dict[str, tuple[Callable[[], Diagram], dict[str, Any], Callable[[Case], None]]] = {
    "pada-boundary": (pk, {"tahun": 2025}, at_a_boundary),
    "menunggu-layanan": (pk, {"tahun": 2025}, parked),
    "gagal-sekali": (pk, {"tahun": 2025}, failed_once),
    "selesai": (pk, {"tahun": 2025}, ended),
    "dalam-subproses": (beside_each_other, {"tahun": 2025}, in_a_subprocess),
    "separuh-jalan": (many, {"satker": ["a", "b", "c"]}, halfway),
}


def main() -> None:
    folder = SAMPLES / f"format-{FORMAT}"
    folder.mkdir(parents=True, exist_ok=True)
    for name, (draw, data, go) in MAKERS.items():
        if (folder / f"{name}.state").exists():
            continue
        diagram = draw()
        case = Case(diagram.load(), **data)
        go(case)
        (folder / f"{name}.bpmn").write_bytes(diagram.xml())
        (folder / f"{name}.state").write_bytes(case.step.state)
        (folder / f"{name}.json").write_text(json.dumps(said(case.read()), indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
