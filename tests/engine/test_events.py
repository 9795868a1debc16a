"""Timers, messages, errors, signals: what happens at the edge of the flow."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.engine.errors import NoErrorPath
from tests.engine.diagrams import Diagram
from tests.engine.people import MONDAY, Case


def reminded(timer: str, tag: str = "timeDuration", **properties: str) -> Diagram:
    d = Diagram()
    d.chain(d.start(), d.user("isi"), d.end())
    d.boundary("ingatkan", "isi", d.timer(timer, tag), interrupting=False, notice="Mohon diisi.", **properties)
    d.chain("ingatkan", d.end("diingatkan"))
    return d


def test_a_reminder_fires_at_its_moment_once_and_leaves_the_task_open():
    case = Case(reminded("P3D").load())
    assert case.step.next_timer == MONDAY + timedelta(days=3)
    assert not case.wait(days=2, hours=23, minutes=59).notices
    step = case.wait(minutes=1)
    assert [(n.element, n.lane, n.text) for n in step.notices] == [("ingatkan", "Operator Satker", "Mohon diisi.")]
    assert case.passed == ["ingatkan", "diingatkan"]
    assert case.open == ["isi"] and step.next_timer is None
    assert case.submit("isi").ended


def test_a_notice_goes_to_the_lane_its_diagram_names():
    case = Case(reminded("P3D", notice_lane="Kepala Satker").load())
    assert case.wait(days=3).notices[0].lane == "Kepala Satker"


def test_a_fired_reminder_leaves_nothing_in_the_state():
    case = Case(reminded("P3D").load())
    before = len(case.step.state)
    assert len(case.wait(days=3).state) < before


@pytest.mark.parametrize("text", ["P3D", '"P3D"', "tenggat", "hari_kerja(3)"])
def test_timer_texts_may_be_plain_or_expressions(text):
    case = Case(reminded(text).load(), tenggat="P3D")
    assert case.step.next_timer.date() == date(2025, 3, 6)


def test_a_timer_keeps_its_moment_when_the_data_it_came_from_change():
    d = reminded("tenggat")
    d.boundary("tarik", "isi", d.message("tarik"), interrupting=False)
    d.chain("tarik", d.end("ditarik"))
    case = Case(d.load(), tenggat="P3D")
    due = case.step.next_timer
    assert case.act("tarik", tenggat="P9D").next_timer == due


def test_a_cycle_reminds_each_time_until_the_task_is_done():
    case = Case(reminded("R3/P1D", "timeCycle").load())
    told = [len(case.wait(days=1).notices) for _ in range(5)]
    assert told == [1, 1, 1, 0, 0]
    assert case.step.next_timer is None and case.open == ["isi"]
    assert case.submit("isi").ended


def test_the_timers_that_wait_are_named_the_next_one_first():
    d = reminded("P3D")
    d.boundary("nagih", "isi", d.timer("R3/P1D", "timeCycle"), interrupting=False)
    d.chain("nagih", d.end("ditagih"))
    case = Case(d.load())
    found = case.read().timers
    assert [(t.element, t.at, t.attached_to) for t in found] == [
        ("nagih", MONDAY + timedelta(days=1), "isi"), ("ingatkan", MONDAY + timedelta(days=3), "isi"),
    ]  # fmt: skip
    assert case.read().next_timer == found[0].at
    case.wait(days=3)
    assert case.read().timers == ()  # the reminder was sent once, and of the cycle three missed times came as one
    assert case.submit("isi").ended and case.read().timers == ()


def test_many_reminders_leave_the_state_as_small_as_it_was():
    case = Case(reminded("R1000/P1D", "timeCycle").load())
    sizes = set()
    for _ in range(200):
        assert len(case.wait(days=1).notices) == 1
        sizes.add(len(case.step.state))
    assert max(sizes) - min(sizes) < 10


def test_missed_reminders_come_as_one():
    case = Case(reminded("R1000/P1D", "timeCycle").load())
    assert len(case.wait(days=7, hours=1).notices) == 1
    assert case.step.next_timer == MONDAY + timedelta(days=8)


def test_a_monthly_reminder_follows_the_calendar():
    case = Case(reminded("R12/P1M", "timeCycle").load())
    assert case.step.next_timer.month == 4
    assert case.wait(days=31).next_timer.month == 5


def test_a_cycle_that_interrupts_fires_once():
    d = Diagram()
    d.chain(d.start(), d.user("isi"), d.end())
    d.boundary("lewat", "isi", d.timer("R3/P1D", "timeCycle"))
    d.chain("lewat", d.user("susul"), d.end("selesai2"))
    case = Case(d.load())
    case.wait(days=1)
    assert case.open == ["susul"]
    assert case.submit("susul").ended


def test_when_nobody_looked_for_a_week_the_deadline_ends_the_reminders_after_it():
    d = reminded("P3D")
    d.boundary("lewat", "isi", d.timer("P2D"))
    d.chain("lewat", d.user("susul"), d.end("selesai2"))
    case = Case(d.load())
    step = case.wait(days=7)
    assert case.passed == ["lewat"] and not step.notices
    assert case.open == ["susul"]


def waiting(*events: str, parallel: bool = False) -> Diagram:
    d = Diagram()
    d.node("eventBasedGateway", "tunggu")
    d.chain(d.start(), "tunggu")
    for i, event in enumerate(events):
        made = d.timer(event) if event.startswith("P") else d.message(event)
        d.node("intermediateCatchEvent", f"e{i}", inside=made)
        d.chain("tunggu", f"e{i}", d.user(f"lanjut{i}"), d.end(f"selesai{i}"))
    return d


def test_an_event_gateway_takes_the_way_of_the_message_that_came():
    case = Case(waiting("kabar", "P2D", "batal").load())
    assert [a.element for a in case.step.actions] == ["e0", "e2"]
    case.act("e2", alasan="tidak jadi")
    assert case.open == ["lanjut2"] and case.step.actions == () and case.step.next_timer is None
    assert case.shown("lanjut2") == {"alasan": "tidak jadi"}


def test_of_two_timers_at_an_event_gateway_the_earlier_one_counts():
    case = Case(waiting("P3D", "P2D").load())
    assert case.step.next_timer == MONDAY + timedelta(days=2)
    case.wait(days=9)
    assert case.open == ["lanjut1"]


def test_at_an_event_gateway_each_timer_that_waits_is_named():
    found = Case(waiting("P3D", "kabar", "P2D").load()).read().timers
    assert [(t.element, t.at - MONDAY, t.attached_to) for t in found] == [
        ("e2", timedelta(days=2), None), ("e0", timedelta(days=3), None),
    ]  # fmt: skip


def withdrawable() -> Diagram:
    d = Diagram()
    d.chain(d.start(), d.user("susun"), d.user("setuju", lane="Kepala Satker"), d.end())
    d.boundary("tarik", "setuju", d.message("tarik"), lane="Kepala Satker", name="Tarik kembali")
    d.flow("tarik", "susun")
    return d


def test_a_submission_can_be_withdrawn_and_what_was_typed_is_still_there():
    case = Case(withdrawable().load(), tahun=2025)
    case.submit("susun", judul="PK")
    (action,) = case.step.actions
    assert (action.element, action.name, action.lane, action.attached_to) == (
        "tarik",
        "Tarik kembali",
        "Kepala Satker",
        "setuju",
    )
    case.act("tarik", alasan="salah tahun")
    assert case.open == ["susun"] and case.step.actions == ()
    assert case.shown("susun") == {"tahun": 2025, "judul": "PK", "alasan": "salah tahun"}


def test_the_property_peran_says_who_may_withdraw():
    d = Diagram()
    d.chain(d.start(), d.user("setuju", lane="Kepala Satker"), d.end())
    d.boundary("tarik", "setuju", d.message("tarik"), lane="Kepala Satker", peran="Operator Satker")
    d.chain("tarik", d.end("ditarik"))
    assert Case(d.load()).step.actions[0].lane == "Operator Satker"


def test_a_message_goes_to_the_one_event_it_was_meant_for():
    d = Diagram()
    d.parallel("bagi")
    d.chain(d.start(), "bagi")
    for side in "ab":
        d.chain("bagi", d.user(f"isi_{side}"), d.end(f"selesai_{side}"))
        d.boundary(f"tarik_{side}", f"isi_{side}", d.message("tarik"))
        d.chain(f"tarik_{side}", d.user(f"ulang_{side}"), d.end(f"ditarik_{side}"))
    case = Case(d.load())
    case.act("tarik_a")
    assert case.open == ["isi_b", "ulang_a"]


def signing(*codes: str) -> Diagram:
    d = Diagram()
    d.xor("lagi")
    d.chain(d.start(), d.user("setuju"), "lagi", d.service("ttd", result="tanda", dokumen="dokumen"), d.end())
    for code in codes:
        d.boundary(f"salah_{code or 'apa'}", "ttd", d.error(code))
        d.chain(f"salah_{code or 'apa'}", d.user(f"perbaiki_{code or 'apa'}"), "lagi")
    return d


def test_an_error_code_takes_its_own_way_and_says_what_it_was():
    case = Case(signing("passphrase", "", "putus").load(), dokumen="x")
    case.submit("setuju")
    case.fail("ttd", "passphrase", "Passphrase salah")
    assert case.open == ["perbaiki_passphrase"] and case.passed == ["salah_passphrase"]
    caught = {"kode": "passphrase", "pesan": "Passphrase salah", "elemen": "ttd"}
    assert case.step.data["kesalahan"] == caught == case.shown("perbaiki_passphrase")["kesalahan"]
    case.submit("perbaiki_passphrase")
    assert case.step.data["kesalahan"] == caught
    case.finish("ttd", {"nomor": 1})
    assert case.step.ended and case.step.data == {"dokumen": "x", "tanda": {"nomor": 1}}


def test_a_code_without_an_event_of_its_own_goes_to_the_one_for_any():
    case = Case(signing("passphrase", "").load(), dokumen="x")
    case.submit("setuju")
    case.fail("ttd", "lain")
    assert case.open == ["perbaiki_apa"]


def test_a_code_that_nobody_catches_is_refused_and_nothing_changes():
    case = Case(signing("passphrase").load(), dokumen="x")
    case.submit("setuju")
    before = case.step.state
    with pytest.raises(NoErrorPath) as refusal:
        case.fail("ttd", "putus")
    assert (refusal.value.code, refusal.value.element) == ("putus", "ttd")
    assert case.read().calls == case.step.calls and case.step.state == before


def test_an_error_inside_a_subprocess_is_caught_at_its_edge():
    body = Diagram()
    body.chain(body.start("m"), body.user("isi"), body.service("ttd"), body.end("s"))
    d = Diagram()
    d.chain(d.start(), d.sub("tanda_tangan", body), d.end())
    d.boundary("gagal", "tanda_tangan", d.error("putus"))
    d.chain("gagal", d.user("hubungi"), d.end("dihubungi"))
    case = Case(d.load())
    case.submit("isi", catatan="dari dalam")
    case.fail("ttd", "putus")
    assert case.open == ["hubungi"]
    assert case.shown("hubungi")["catatan"] == "dari dalam"
    assert case.shown("hubungi")["kesalahan"]["elemen"] == "ttd"
    assert case.submit("hubungi").ended


def test_four_hundred_wrong_passphrases_do_not_grow_the_case():
    case = Case(signing("passphrase").load(), dokumen="x")
    case.submit("setuju")
    sizes = set()
    for _ in range(400):
        case.fail("ttd", "passphrase")
        case.submit("perbaiki_passphrase")
        sizes.add(len(case.step.state))
    assert max(sizes) < 700 and max(sizes) - min(sizes) < 5
    case.finish("ttd", "ok")
    assert case.step.ended and case.step.data == {"dokumen": "x", "tanda": "ok"}


def test_an_error_end_event_of_a_subprocess_is_caught_at_its_edge():
    body = Diagram()
    body.xor("layak", default="tidak")
    body.chain(body.start("m"), body.user("periksa"), "layak")
    body.flow("layak", body.end("s"), "hasil == 'baik'")
    body.flow("layak", body.node("endEvent", "ditolak", inside=body.error("tolak")), id="tidak")
    d = Diagram()
    d.chain(d.start(), d.sub("pemeriksaan", body), d.end())
    d.boundary("gagal", "pemeriksaan", d.error("tolak"))
    d.chain("gagal", d.user("perbaiki"), "pemeriksaan")
    case = Case(d.load())
    for _ in range(5):
        case.submit("periksa", hasil="buruk")
        assert case.open == ["perbaiki"]
        assert case.shown("perbaiki")["hasil"] == "buruk"
        case.submit("perbaiki")
    assert case.submit("periksa", hasil="baik").ended


def test_a_signal_wakes_the_branch_that_waits_for_it():
    d = Diagram()
    d.roots.append('<signal id="sig" name="siap"/>')
    event = '<signalEventDefinition signalRef="sig"/>'
    d.parallel("bagi")
    d.chain(d.start(), "bagi", d.node("intermediateCatchEvent", "tunggu", inside=event), d.user("lanjut"), d.end())
    d.chain("bagi", d.user("isi"), d.node("intermediateThrowEvent", "kirim", inside=event), d.end("selesai2"))
    case = Case(d.load())
    assert case.open == ["isi"]
    case.submit("isi")
    assert case.open == ["lanjut"] and case.submit("lanjut").ended


def test_a_signal_nobody_waits_for_is_gone():
    d = Diagram()
    d.roots.append('<signal id="sig" name="siap"/>')
    d.chain(
        d.start(),
        d.node("intermediateThrowEvent", "kirim", inside='<signalEventDefinition signalRef="sig"/>'),
        d.user("isi"),
        d.end(),
    )
    case = Case(d.load())
    assert b"siap" not in case.step.state


def test_a_condition_is_asked_about_the_data_of_the_whole_case():
    d = Diagram()
    d.parallel("bagi")
    condition = d.condition("isi(pagu, 0) > 10")
    d.chain(d.start(), "bagi", d.node("intermediateCatchEvent", "tunggu", inside=condition), d.user("periksa"), d.end())
    d.xor("lagi")
    d.xor("cukup", default="belum")
    d.chain("bagi", "lagi", d.user("isi"), "cukup")
    d.flow("cukup", "lagi", id="belum")
    d.flow("cukup", d.end("selesai2"), "ada(tutup)")
    case = Case(d.load())
    case.submit("isi", pagu=5)
    assert case.open == ["isi"]
    case.submit("isi", pagu=50)
    assert case.open == ["isi", "periksa"]


def test_a_terminate_end_event_ends_everything():
    d = Diagram()
    d.parallel("bagi")
    d.chain(d.start(), "bagi", d.user("a"), d.node("endEvent", "henti", inside="<terminateEventDefinition/>"))
    d.chain("bagi", d.user("b"), d.end())
    case = Case(d.load())
    case.submit("b", dari="b")
    step = case.submit("a", juga="a")
    assert step.ended and step.data == {"dari": "b", "juga": "a"}
    case = Case(d.load())
    assert case.submit("a").ended


def test_a_terminate_inside_a_subprocess_ends_only_that():
    body = Diagram()
    body.parallel("bagi")
    body.chain(body.start("m"), "bagi", body.user("a"))
    body.chain("a", body.node("endEvent", "henti", inside="<terminateEventDefinition/>"))
    body.chain("bagi", body.user("b"), body.user("c"), body.end("s"))
    d = Diagram()
    d.chain(d.start(), d.sub("dalam", body), d.user("lanjut"), d.end())
    case = Case(d.load())
    case.submit("b", dari="b")
    case.submit("a", juga="a")
    assert case.open == ["lanjut"] and case.shown("lanjut") == {"dari": "b", "juga": "a"}


def test_a_process_that_begins_with_a_message_begins_when_it_is_started():
    d = Diagram()
    d.chain(d.node("startEvent", "mulai", inside=d.message("pk_dimulai")), d.user("isi"), d.end())
    case = Case(d.load(), tahun=2025)
    assert case.open == ["isi"] and case.passed == ["mulai"]
    assert case.step.data == {"tahun": 2025}


def test_of_several_ways_to_begin_the_plain_one_is_taken():
    d = Diagram()
    d.chain(d.start(), d.user("isi"), d.end())
    d.chain(d.node("startEvent", "lain", inside=d.message("revisi")), "isi")
    case = Case(d.load())
    assert case.open == ["isi"] and case.step.actions == ()


def test_a_condition_around_a_subprocess_is_asked_about_what_is_typed_inside():
    body = Diagram()
    body.chain(body.start("m"), body.user("isi"), body.user("isi2"), body.end("s"))
    d = Diagram()
    d.chain(d.start(), d.sub("dalam", body), d.end())
    d.boundary("terlalu_besar", "dalam", d.condition("isi(pagu, 0) > 10"))
    d.chain("terlalu_besar", d.user("periksa"), d.end("selesai2"))
    case = Case(d.load())
    case.submit("isi", pagu=50)
    assert case.open == ["periksa"] and case.shown("periksa") == {"pagu": 50}


def test_an_escalation_tells_those_outside_and_the_work_inside_goes_on():
    escalation = '<escalationEventDefinition escalationRef="esk"/>'
    body = Diagram()
    body.chain(body.start("m"), body.user("isi"), body.node("intermediateThrowEvent", "naik", inside=escalation))
    body.chain("naik", body.user("isi2"), body.end("s"))
    d = Diagram()
    d.roots.append('<escalation id="esk" name="esk" escalationCode="lambat"/>')
    d.chain(d.start(), d.sub("dalam", body), d.end())
    d.boundary("diberi_tahu", "dalam", escalation, interrupting=False)
    d.chain("diberi_tahu", d.user("pantau"), d.end("selesai2"))
    case = Case(d.load())
    case.submit("isi")
    assert case.open == ["isi2", "pantau"]
    case.submit("isi2")
    assert case.submit("pantau").ended
