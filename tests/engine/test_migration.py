"""Running cases go to another version of their diagram: what they keep, what is said of them, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from app.engine.definition import Definition
from app.engine.migration import AMBER, GREEN, LABELS, NOTHING, RED, Moved, move, plan
from app.engine.types import Step
from tests.engine.diagrams import Diagram
from tests.engine.people import MONDAY, Case
from tests.engine.sampling import MAKERS


def line(*names: str, **given: dict[str, str]) -> Diagram:
    """A process of user tasks one after the other; `given` are properties of single ones."""
    d = Diagram()
    d.chain(d.start(), *(d.user(n, **given.get(n, {})) for n in names), d.end())
    return d


def said(moved: Moved, level: str = "") -> str:
    return " ".join(r.text for r in moved.reasons if level in ("", r.level))


def to(case: Case, diagram: Diagram, mapping: dict[str, str] | None = None) -> Moved:
    """Move the case, if it can; what came of it."""
    return go(case, diagram.load(), mapping)


def go(case: Case, definition: Definition, mapping: dict[str, str] | None = None) -> Moved:
    moved = move(plan(case.definition, definition, mapping), case.step.state, case.now)
    if moved.state is not None:
        case.definition = definition
        case.step = after(case.step, moved)
    return moved


def after(step: Step, moved: Moved) -> Step:
    assert moved.state is not None
    return replace(
        step, state=moved.state, user_tasks=moved.user_tasks, calls=moved.calls, actions=moved.actions,
        next_timer=moved.next_timer,
    )  # fmt: skip


# ---- green: nothing that concerns the case -------------------------------------------------------------------------


@pytest.mark.parametrize("name", [n for n in MAKERS if n != "selesai"])
def test_the_same_diagram_changes_nothing_at_all(name: str) -> None:
    drawn, data, there = MAKERS[name]
    case = Case(drawn().load(), **data)
    there(case)
    before = case.step.state
    moved = to(case, drawn())
    assert (moved.verdict, said(moved), moved.state) == (GREEN, NOTHING, before)


def test_another_label_is_a_label_and_the_due_time_stays() -> None:
    case = Case(line("isi", "setuju", isi={"due": "P3D"}).load())
    due, task = case.task("isi").due, case.task("isi").id
    case.now += timedelta(days=1)
    moved = to(case, line("isi", "setuju", isi={"due": "P3D", "name": "Isi lembar"}))
    assert (moved.verdict, said(moved)) == (GREEN, LABELS)
    assert (case.task("isi").id, case.task("isi").due, case.task("isi").name) == (task, due, "Isi lembar")


def test_a_step_ahead_is_gone_through() -> None:
    case = Case(line("isi", "setuju").load())
    moved = to(case, line("isi", "periksa", "setuju"))
    assert moved.verdict == GREEN and "Langkah baru sesudah ini: 'periksa'" in said(moved)
    case.submit("isi")
    assert case.open == ["periksa"]


def test_a_step_that_was_passed_may_go() -> None:
    case = Case(line("isi", "setuju").load())
    case.submit("isi")
    moved = to(case, line("setuju"))
    assert moved.verdict == GREEN and "dihapus, riwayatnya tetap: 'isi'" in said(moved)
    assert case.submit("setuju").ended


# ---- amber: it can move, and somebody must know ---------------------------------------------------------------------


def test_a_step_inserted_before_the_current_one_is_skipped_and_that_is_said() -> None:
    case = Case(line("isi", "setuju").load())
    case.submit("isi")
    moved = to(case, line("isi", "periksa", "setuju"))
    assert moved.verdict == AMBER
    assert "Langkah 'periksa' disisipkan sebelum langkah sekarang, jadi dilewati perkara ini." in said(moved, AMBER)


def rework(*between: str) -> Diagram:
    """isi, kepala, eselon; eselon may give it back to isi."""
    d = Diagram()
    d.xor("mulai_lagi")
    d.xor("putus", default="maju")
    d.chain(d.start(), "mulai_lagi", d.user("isi"), d.user("kepala"), *(d.user(b) for b in between), d.user("eselon"))
    d.flow("eselon", "putus")
    d.flow("putus", d.end(), id="maju")
    d.flow("putus", "mulai_lagi", "putusan == 'kembali'", id="kembali")
    return d


@pytest.mark.parametrize(("at", "verdict"), [("isi", GREEN), ("kepala", GREEN), ("eselon", AMBER)])
def test_rework_does_not_hide_what_is_skipped_this_time(at: str, verdict: str) -> None:
    case = Case(rework().load())
    for step in ("isi", "kepala"):
        if step == at:
            break
        case.submit(step) if case.open == [step] else None
        if case.open == [at]:
            break
    assert case.open == [at]
    assert to(case, rework("reviu")).verdict == verdict


@pytest.mark.parametrize(
    ("before", "changed", "words"),
    [
        ({"form": "a"}, {"form": "b"}, "Formulir 'isi' berubah"),
        ({"lane": "Operator Satker"}, {"lane": "Eselon 1"}, "berpindah dari peran Operator Satker ke Eselon 1"),
        ({"due": "P3D"}, {"due": "P9D"}, "tenggat perkara ini tetap"),
        ({}, {"due": "P9D"}, "tenggat perkara ini tetap"),
    ],
)
def test_what_changed_at_the_open_task_is_said_and_its_due_time_stays(before, changed, words) -> None:
    case = Case(line("isi", "setuju", isi=before).load())
    due = case.task("isi").due
    case.now += timedelta(days=1)
    moved = to(case, line("isi", "setuju", isi=changed))
    assert moved.verdict == AMBER and words in said(moved, AMBER)
    assert case.task("isi").due == due
    case.wait(days=1)
    assert case.task("isi").due == due, "a later step works no due time out either"


def test_a_form_that_was_sent_in_another_shape_is_named() -> None:
    case = Case(line("isi", "setuju", isi={"form": "a"}).load())
    case.submit("isi")
    moved = to(case, line("isi", "setuju", isi={"form": "b"}))
    assert moved.verdict == AMBER and "Langkah 'isi' yang sudah dilewati berubah formulirnya." in said(moved, AMBER)


def gated(limit: int) -> Diagram:
    d = Diagram()
    d.xor("gw", default="lain")
    d.xor("temu")
    d.chain(d.start(), d.user("isi"), "gw")
    d.flow("gw", d.user("besar"), f"isi(nilai, 0) > {limit}", id="besarnya")
    d.flow("gw", d.user("kecil"), id="lain")
    d.chain("besar", "temu", d.end())
    d.chain("kecil", "temu")
    return d


def test_a_gateway_already_passed_that_decides_otherwise_now_is_named() -> None:
    case = Case(gated(5).load())
    case.submit("isi", nilai=9)
    moved = to(case, gated(10))
    assert moved.verdict == AMBER and "Gerbang 'gw' yang sudah dilewati berubah syarat cabangnya." in said(moved)
    assert to(Case(gated(5).load()), gated(10)).verdict == GREEN, "ahead of it, nothing is wrong"


def calling(operator: str = "uji.panggil", nomor: str = "1") -> Diagram:
    d = Diagram()
    d.chain(d.start(), d.service("ttd", operator, "hasil", nomor=nomor), d.user("akhir"), d.end())
    return d


def test_a_parked_call_that_has_other_parameters_now_keeps_its_id() -> None:
    case = Case(calling().load())
    call = case.call("ttd").id
    moved = to(case, calling(nomor="2"))
    assert moved.verdict == AMBER and "tetap memakai isian lama" in said(moved)
    assert case.call("ttd").id == call
    case.finish("ttd", 7)
    assert case.step.data["hasil"] == 7 and case.open == ["akhir"]


# ---- red: it can't ---------------------------------------------------------------------------------------------------


def test_the_step_being_worked_on_was_deleted() -> None:
    case = Case(line("isi", "setuju").load())
    moved = to(case, line("tulis", "setuju"))
    assert (moved.verdict, moved.state) == (RED, None)
    assert said(moved) == "Langkah 'isi' yang sedang dikerjakan dihapus: petakan ke langkah lain."


def test_a_deleted_step_is_mapped_to_another_and_the_task_stays_who_it_was() -> None:
    case = Case(line("isi", "setuju", isi={"due": "P3D"}).load(), judul="a")
    task = case.task("isi")
    moved = to(case, line("tulis", "setuju"), {"isi": "tulis"})
    assert moved.verdict == AMBER and "Langkah 'isi' dipetakan ke 'tulis'." in said(moved)
    assert (case.task("tulis").id, case.task("tulis").due) == (task.id, task.due)
    case.submit("tulis")
    assert case.submit("setuju").ended


def with_sub(inside: str = "dalam") -> Diagram:
    body = Diagram()
    body.flows = 1000
    body.chain(body.start("m"), body.user(inside), body.end("s"))
    d = Diagram()
    d.chain(d.start(), d.sub("sub", body), d.user("luar"), d.end())
    return d


def test_a_step_is_not_mapped_into_another_subprocess_or_to_another_kind() -> None:
    case = Case(with_sub().load())
    moved = to(case, with_sub("lain"), {"dalam": "luar"})
    assert moved.verdict == RED and "di subproses lain" in said(moved)
    moved = to(Case(line("isi").load()), calling(), {"isi": "ttd"})
    assert moved.verdict == RED and "bukan langkah sejenis" in said(moved)
    moved = to(Case(calling().load()), line("isi"), {"ttd": "isi"})
    assert moved.verdict == RED and "bukan langkah sejenis" in said(moved)


def test_a_step_that_became_something_else() -> None:
    other = Diagram()
    other.chain(other.start(), other.service("isi"), other.end())
    assert "berganti jenis" in said(to(Case(line("isi").load()), other))


def split_and_join(*first: str, **more: str) -> Diagram:
    d = Diagram()
    d.parallel("bagi")
    d.parallel("temu")
    d.chain(d.start(), "bagi", *(d.user(f) for f in first), "temu", d.user("akhir"), d.end())
    d.chain("bagi", *(d.user(b) for b in ("b", *more)), "temu")
    return d


def test_a_token_waits_at_a_join_whose_branch_changed() -> None:
    case = Case(split_and_join("a").load())
    case.submit("a")
    assert "Cabang yang sudah sampai di gerbang 'temu' berubah" in said(to(case, split_and_join("a", "a2")))
    assert "'temu'" in said(to(case, line("b", "akhir")))
    assert to(case, split_and_join("a", b2="")).verdict == GREEN, "the other branch only got longer"
    case.submit("b")
    case.submit("b2")
    assert case.open == ["akhir"]


def test_a_step_that_now_stands_beside_another_would_wait_for_ever() -> None:
    moved = to(Case(line("b", "akhir").load()), split_and_join("a"))
    assert moved.verdict == RED and "percabangan sejajar" in said(moved)


def test_branches_that_no_longer_meet() -> None:
    case = Case(split_and_join("a").load())
    moved = to(case, line("a", "b", "akhir"))
    assert moved.verdict == RED and "bertemu dihapus" in said(moved)


@pytest.mark.parametrize("state", [b"", b"\x07\x00{}", b"\x01\x00[[]", b"\x01\x01abc", b"\x01\x00[{},0,[],[[0]]]"])
def test_a_state_that_cannot_be_read(state: bytes) -> None:
    d = line("isi").load()
    assert move(plan(d, d), state, MONDAY).verdict == RED


def test_a_case_that_has_ended_stays_where_it_is() -> None:
    case = Case(line("isi").load())
    case.submit("isi")
    assert to(case, line("isi")).verdict == RED


# ---- events ----------------------------------------------------------------------------------------------------------


def edged(*edges: tuple[str, str], **properties: str) -> Diagram:
    """isi with boundary events: (kind, what it waits for)."""
    d = Diagram()
    d.chain(d.start(), d.user("isi", **properties), d.user("akhir"), d.end())
    for n, (kind, text) in enumerate(edges):
        id_ = f"{kind}_{n}"
        event = d.message(text) if kind == "pesan" else d.timer(text)
        d.boundary(id_, "isi", event, interrupting=kind != "ingat")
        d.chain(id_, d.user(f"lewat_{id_}"), d.end(f"selesai_{id_}"))
    return d


def test_a_timer_that_runs_keeps_its_moment() -> None:
    case = Case(edged(("waktu", "P3D")).load())
    fires = case.step.next_timer
    case.now += timedelta(days=2)
    moved = to(case, edged(("waktu", "P3D"), name="Isi lembar"))
    assert (moved.verdict, moved.next_timer) == (GREEN, fires)
    moved = to(case, edged(("waktu", "P30D"), name="Isi lembar"))
    assert (moved.verdict, moved.next_timer) == (AMBER, fires) and "waktu yang lama" in said(moved)
    case.wait(days=1, minutes=1)
    assert case.open == ["lewat_waktu_0"]


def test_a_new_boundary_event_begins_to_wait_and_one_that_is_gone_does_not() -> None:
    case = Case(line("isi", "akhir").load())
    case.now += timedelta(days=2)
    task = case.task("isi").id
    moved = to(case, edged(("waktu", "P3D"), ("pesan", "tarik")))
    assert moved.verdict == AMBER and "mulai ditunggu" in said(moved)
    assert moved.next_timer == case.now + timedelta(days=3) and [a.element for a in moved.actions] == ["pesan_1"]
    assert case.task("isi").id == task
    without = to(case, edged(("waktu", "P3D")))
    assert without.actions == () and "tidak lagi ditunggu" in said(without, AMBER)
    assert without.next_timer == moved.next_timer
    assert to(case, line("isi", "akhir")).next_timer is None
    case.submit("isi")
    assert case.open == ["akhir"]


def test_a_new_withdrawal_works_and_ends_the_task() -> None:
    case = Case(line("isi", "akhir").load())
    to(case, edged(("pesan", "tarik")))
    case.act("pesan_0")
    assert case.open == ["lewat_pesan_0"]


def test_an_event_that_fired_does_not_fire_again() -> None:
    case = Case(edged(("ingat", "P1D")).load())
    case.wait(days=1, minutes=1)
    assert case.open == ["isi", "lewat_ingat_0"] and case.step.next_timer is None
    assert to(case, edged(("ingat", "P1D"), name="Isi lembar")).next_timer is None
    assert case.open == ["isi", "lewat_ingat_0"]
    case.submit("isi")
    case.submit("lewat_ingat_0")
    assert case.submit("akhir").ended


def test_a_reminder_whose_work_is_still_open_cannot_be_taken_away() -> None:
    case = Case(edged(("ingat", "P1D")).load())
    case.wait(days=1, minutes=1)
    without = edged()
    without.chain("akhir", without.user("lewat_ingat_0"), without.end("lain"))
    moved = to(case, without)
    assert moved.verdict == RED


def waiting(*ways: tuple[str, str]) -> Diagram:
    d = Diagram()
    d.node("eventBasedGateway", "tunggu")
    d.xor("temu")
    d.chain(d.start(), "tunggu")
    for kind, text in ways:
        event = d.message(text) if kind == "pesan" else d.timer(text)
        d.chain("tunggu", d.node("intermediateCatchEvent", f"{kind}_{text}", inside=event), "temu")
    d.chain("temu", d.user("akhir"), d.end())
    return d


def test_an_event_gateway_keeps_its_moments_and_its_messages() -> None:
    case = Case(waiting(("pesan", "kabar"), ("waktu", "P3D")).load())
    action, fires = case.step.actions[0].id, case.step.next_timer
    case.now += timedelta(days=1)
    moved = to(case, waiting(("pesan", "kabar"), ("waktu", "P5D"), ("waktu", "P3D")))
    assert [a.id for a in moved.actions] == [action]
    assert {t.element: t.at for t in moved.timers} == {
        "waktu_P3D": fires,
        "waktu_P5D": case.now + timedelta(days=5),
    }
    assert "Urutan cabang" in said(to(case, waiting(("waktu", "P3D"), ("pesan", "kabar"))))
    case.act("pesan_kabar")
    assert case.open == ["akhir"]


def test_what_the_plan_says_in_words() -> None:
    way = plan(
        line("isi", "setuju", setuju={"lane": "Kepala Satker"}).load(),
        line("tulis", "periksa", "setuju", setuju={"lane": "Eselon 1", "name": "Setujui"}).load(),
        {"isi": "tulis", "tidak_ada": "tulis"},
    )
    assert way.mapping == {"isi": "tulis"}
    assert way.words() == [
        "Langkah 'tulis' ditambahkan.",
        "Langkah 'periksa' ditambahkan.",
        "Langkah 'isi' dihapus, digantikan 'tulis'.",
        "'setuju' berubah: namanya, perannya.",
    ]


def test_a_moment_is_not_lost_to_the_clock_of_reading() -> None:
    """Reading a state looks at a moment of its own: what begins to wait must have its moment before it is packed."""
    case = Case(line("isi", "akhir").load())
    moved = to(case, edged(("waktu", "P3D")))
    assert moved.next_timer == MONDAY + timedelta(days=3)
    assert isinstance(case.read().next_timer, datetime) and case.read().next_timer == moved.next_timer
