"""A case may go through as many rounds as people need: what a step costs does not grow with them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from app.engine.state import unpack
from tests.engine.diagrams import Diagram
from tests.engine.people import MONDAY, Case


def pk() -> Diagram:
    """Draft, check, approve with a signature that may fail, review; reminders and a way to withdraw."""
    d = Diagram()
    d.xor("lagi")
    d.xor("ttd_lagi")
    d.xor("gw_kepala", default="ditolak")
    d.xor("gw_eselon", default="dikembalikan")
    d.chain(d.start(status="Penyusunan"), "lagi", d.user("susun", due="P14D"), d.service("cek", result="cek", pk="pk"))
    d.chain("cek", "ttd_lagi", d.user("kepala", due="hari_kerja(3)"), "gw_kepala")
    d.flow("gw_kepala", "lagi", id="ditolak")
    d.flow("gw_kepala", d.service("ttd", result="ttd", pk="pk"), "putusan == 'setuju'")
    d.boundary("salah", "ttd", d.error("passphrase"))
    d.flow("salah", "ttd_lagi")
    d.boundary("ingat", "kepala", d.timer("P3D"), interrupting=False, notice="Menunggu passphrase.")
    d.chain("ingat", d.end("diingatkan"))
    d.boundary("tarik", "kepala", d.message("tarik"))
    d.flow("tarik", "lagi")
    d.chain("ttd", d.user("eselon"), "gw_eselon")
    d.flow("gw_eselon", "lagi", id="dikembalikan")
    d.flow("gw_eselon", d.end(), "putusan == 'setuju'")
    return d


def beside_each_other() -> Diagram:
    """Two branches with a loop each, in a subprocess, and a reminder that makes work."""
    body = Diagram()
    body.parallel("bagi")
    body.parallel("temu")
    body.chain(body.start("m"), "bagi")
    for side in "ab":
        body.xor(f"lagi_{side}")
        body.xor(f"cukup_{side}", default=f"belum_{side}")
        body.chain("bagi", f"lagi_{side}", body.user(f"isi_{side}"), body.user(f"baca_{side}"), f"cukup_{side}")
        body.flow(f"cukup_{side}", f"lagi_{side}", id=f"belum_{side}")
        body.flow(f"cukup_{side}", "temu", f"putusan_{side} == 'ya'")
    body.chain("temu", body.end("s"))
    d = Diagram()
    d.chain(d.start(), d.sub("dalam", body), d.user("akhir"), d.end())
    return d


def one_round_of_pk(case: Case, n: int) -> None:
    case.submit("susun", pk={"ke": 10_000 + n})
    case.finish("cek", n % 7)
    if n % 3 == 0:
        case.wait(days=3)
    if n % 4 == 0:
        case.act("tarik")
        return
    if n % 2:
        case.submit("kepala", putusan="tolak")
        return
    case.submit("kepala", putusan="setuju")
    case.fail("ttd", "passphrase")
    case.submit("kepala", putusan="setuju")
    case.finish("ttd", {"nomor": n % 10})
    case.submit("eselon", putusan="tolak")


def one_round_beside(case: Case, n: int) -> None:
    for side in "ab" if n % 2 else "ba":
        case.submit(f"isi_{side}", **{f"data_{side}": 10_000 + n, "siapa": side})
        case.submit(f"baca_{side}", **{f"putusan_{side}": "belum"})


def go(case: Case, rounds: int, one: Callable[[Case, int], None]) -> None:
    sizes, counts = {}, {}
    for n in range(rounds):
        one(case, n)
        held = unpack(case.definition, case.step.state, case.now)
        place = n % 12 if n >= 12 else None  # until then the data still grow by keys that are new
        sizes.setdefault(place, set()).add(len(case.step.state))
        counts.setdefault(place, set()).add(sum(len(scope.tasks) for scope in held.scopes()))
    sizes.pop(None)
    counts.pop(None)
    assert all(len(found) == 1 for found in counts.values()), counts
    assert all(max(found) - min(found) <= 4 for found in sizes.values()), sizes
    assert max(max(found) for found in counts.values()) < 20


@pytest.mark.parametrize("rounds", [60, pytest.param(1_000, marks=pytest.mark.slow)])
def test_a_pk_goes_through_rounds_of_everything_and_ends_right(rounds):
    case = Case(pk().load(), tahun=2025)
    go(case, rounds, one_round_of_pk)
    case.submit("susun", pk={"ke": "akhir"})
    case.finish("cek", True)
    case.submit("kepala", putusan="setuju")
    case.finish("ttd", {"nomor": 1})
    assert case.step.data["pk"] == {"ke": "akhir"} and "kesalahan" not in case.step.data
    assert case.submit("eselon", putusan="setuju").ended
    assert case.read().data == {
        "tahun": 2025,
        "pk": {"ke": "akhir"},
        "cek": True,
        "ttd": {"nomor": 1},
        "putusan": "setuju",
    }


@pytest.mark.parametrize("rounds", [60, pytest.param(1_000, marks=pytest.mark.slow)])
def test_loops_in_two_branches_of_a_subprocess_stay_flat(rounds):
    case = Case(beside_each_other().load())
    go(case, rounds, one_round_beside)
    for side in "ab":
        case.submit(f"isi_{side}", siapa=side, **{f"data_{side}": "akhir"})
        case.submit(f"baca_{side}", **{f"putusan_{side}": "ya"})
    assert case.shown("akhir") == {
        "siapa": "b",
        "data_a": "akhir",
        "data_b": "akhir",
        "putusan_a": "ya",
        "putusan_b": "ya",
    }
    assert case.submit("akhir").ended


@pytest.mark.slow
def test_reminders_that_make_work_are_open_tasks_and_nothing_more():
    d = Diagram()
    d.xor("lagi")
    d.xor("cukup", default="belum")
    d.chain(d.start(), "lagi", d.user("isi"), "cukup")
    d.boundary("ingat", "isi", d.timer("P1D"), interrupting=False)
    d.chain("ingat", d.user("telepon"), d.end("ditelepon"))
    d.flow("cukup", "lagi", id="belum")
    d.flow("cukup", d.end(), "ada(tutup)")
    case = Case(d.load())
    for n in range(300):
        case.now = MONDAY + timedelta(days=n)
        case.wait(days=1)
        case.submit("isi")
    assert case.open.count("telepon") == 300
    case.submit("isi", tutup=True)
    for _ in range(300):
        assert not case.step.ended
        case.submit("telepon")
    assert case.step.ended
