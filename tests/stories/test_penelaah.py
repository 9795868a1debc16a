"""A penelaah prepares what Eselon 1 decides: sees it, recommends, and can neither submit nor sign."""

from __future__ import annotations

import pytest

from app.flows import sample
from app.models import Draft, Event, Instance, Job, Notice, Task, db
from tests import pk
from tests.visitor import Page, Visitor
from tests.world import LITERASI, SAINS, SATU, World

NOTE = "Anggaran kegiatan pertama belum sesuai DIPA."


def reviewer(world: World, ministry: sample.Ministry = LITERASI) -> Visitor:
    return world.enter(f"telaah{ministry.kode}", sample.PENELAAH)


def task_of(world: World) -> str:
    return world.all(db.select(Task.id).where(Task.element == "review_eselon_1", Task.state == "open"))[0]


def opened(world: World) -> Page:
    return reviewer(world).open("/tugas").link("Telaah PK 2026")


def recommend(world: World, verdict: str, note: str = "") -> Page:
    return opened(world).form("/rekomendasi").fill(rekomendasi=verdict, catatan=note).press()


def events(world: World) -> list[Event]:
    return world.all(db.select(Event).where(Event.kind == "recommend").order_by(Event.seq))


def test_the_reviewer_finds_the_pk_under_their_tasks(at_eselon: World) -> None:
    page = reviewer(at_eselon).open("/tugas")
    assert "Untuk ditelaah" in page.text and "Belum ditelaah" in page.text
    page = page.link("Telaah PK 2026")
    assert page.tree.xpath("//*[@data-pdf]") and "Anda tidak menandatangani apa pun di sini" in page.text
    assert "passphrase" not in page.html.lower()


def test_eselon_1_follows(at_eselon: World) -> None:
    page = recommend(at_eselon, "setuju", "Sudah sesuai renstra.")
    assert "Rekomendasi disampaikan kepada Eselon 1" in page.text
    eselon = at_eselon.eselon()
    assert "menyarankan PK 2026 Balai Literasi Contoh Satu disetujui." in eselon.open("/pemberitahuan").text
    assert "Rekomendasi: disetujui" in eselon.open("/tugas").text
    page = eselon.open("/tugas").link(pk.REVIEW)
    assert f"{LITERASI.reviewer} (Penelaah Eselon 1) menyarankan disetujui" in page.text
    assert "Sudah sesuai renstra." in page.text and "Rekomendasi tidak mengikat" in page.text
    pk.approve(at_eselon, eselon, pk.REVIEW, LITERASI.head.passphrase)
    history = at_eselon.operator().open("/perkara/1").text
    assert "PK Telah Ditandatangani" in history
    assert f"{LITERASI.reviewer} (Penelaah Eselon 1) menyarankan" in history


def test_eselon_1_does_not_follow(at_eselon: World) -> None:
    recommend(at_eselon, "kembalikan", NOTE)
    pk.approve(at_eselon, at_eselon.eselon(), pk.REVIEW, LITERASI.head.passphrase)
    assert "PK Telah Ditandatangani" in at_eselon.operator().open("/kinerja/pk").text


def test_the_note_is_taken_over_with_one_click(at_eselon: World) -> None:
    recommend(at_eselon, "kembalikan", NOTE)
    page = at_eselon.eselon().open("/tugas").link(pk.REVIEW).link("Pakai sebagai Catatan PK")
    form = page.form("keputusan=")
    assert form.values["catatan"] == NOTE
    form.press()
    at_eselon.settle()
    assert NOTE in at_eselon.operator().open("/tugas").link("Penyusunan PK").text


def test_what_was_typed_already_stays_beside_the_note(at_eselon: World) -> None:
    recommend(at_eselon, "kembalikan", NOTE)
    eselon, task = at_eselon.eselon(), task_of(at_eselon)
    eselon.post(f"/tugas/{task}/draf", keputusan="kembalikan", catatan="Target terlalu rendah.")
    page = eselon.open("/tugas").link(pk.REVIEW).link("Pakai sebagai Catatan PK")
    assert page.form("keputusan=").values["catatan"] == f"Target terlalu rendah.\n{NOTE}"


def test_a_recommendation_may_be_revised_until_the_decision(at_eselon: World) -> None:
    recommend(at_eselon, "setuju")
    page = recommend(at_eselon, "kembalikan", NOTE)
    assert "Ubah rekomendasi" in page.text and page.form("/rekomendasi").values["catatan"] == NOTE
    assert [e.data["rekomendasi"] for e in events(at_eselon)] == ["setuju", "kembalikan"]
    shown = at_eselon.eselon().open("/tugas").link(pk.REVIEW).text
    assert shown.count("(Penelaah Eselon 1) menyarankan") == 1 and "dikembalikan" in shown


def test_saying_the_same_twice_adds_nothing(at_eselon: World) -> None:
    for _ in range(2):
        recommend(at_eselon, "kembalikan", NOTE)
    assert len(events(at_eselon)) == 1
    assert len(at_eselon.all(db.select(Notice).where(Notice.text.contains("menyarankan")))) == 1


def test_too_late_is_said(at_eselon: World) -> None:
    form = opened(at_eselon).form("/rekomendasi").fill(rekomendasi="kembalikan", catatan=NOTE)
    pk.approve(at_eselon, at_eselon.eselon(), pk.REVIEW, LITERASI.head.passphrase)
    page = form.press()
    assert "sudah diputuskan atau ditarik, jadi rekomendasi tidak disimpan" in page.text
    assert events(at_eselon) == []
    assert "Tidak ada PK yang perlu ditelaah" in reviewer(at_eselon).open("/tugas").text


def test_the_next_round_begins_without_the_old_recommendation(at_eselon: World) -> None:
    recommend(at_eselon, "kembalikan", NOTE)
    pk.refuse(at_eselon.eselon(), pk.REVIEW, NOTE)
    pk.make_sheet_again(at_eselon)
    pk.approve(at_eselon, at_eselon.head(), pk.SIGN, SATU.head.passphrase)
    assert "Belum ditelaah" in reviewer(at_eselon).open("/tugas").text
    assert "menyarankan" not in at_eselon.eselon().open("/tugas").link(pk.REVIEW).text


def test_without_a_reviewer_nothing_is_asked_for(at_eselon: World) -> None:
    page = at_eselon.eselon().open("/tugas").link(pk.REVIEW)
    assert "Rekomendasi" not in page.text


@pytest.mark.parametrize(
    ("verdict", "note", "field", "sentence"),
    [
        ("", "", "rekomendasi", "Rekomendasi belum dipilih"),
        ("setuju!", NOTE, "rekomendasi", "Rekomendasi belum dipilih"),
        ("kembalikan", "", "catatan", "Catatan belum diisi"),
        ("kembalikan", " \n ", "catatan", "Catatan belum diisi"),
        ("kembalikan", "salah", "catatan", "Catatan baru 5 huruf"),
        ("setuju", "x" * 2001, "catatan", "paling banyak 2.000"),
        ("kembalikan", "x" * 2001, "catatan", "paling banyak 2.000"),
    ],
)
def test_what_can_be_wrong(at_eselon: World, verdict, note, field, sentence) -> None:
    page = recommend(at_eselon, verdict, note)
    assert page.status == 422 and sentence in page.text
    assert (
        page.tree.xpath(f"//*[@id='{field}-error']")
        and page.form("/rekomendasi").values["catatan"].strip() == note.strip()
    )
    assert events(at_eselon) == []


def test_tampering_gets_the_reviewer_nowhere(at_eselon: World) -> None:
    """Whatever a page of Eselon 1 could post is refused, and nothing is signed, drafted or taken."""
    who, task, before = reviewer(at_eselon), task_of(at_eselon), len(at_eselon.provider.journal)
    sent = [
        who.post(f"/tugas/{task}", keputusan="setuju", passphrase=LITERASI.head.passphrase),
        who.post(f"/tugas/{task}", keputusan="kembalikan", catatan=NOTE),
        who.post(f"/tugas/{task}/draf", keputusan="setuju", catatan=NOTE),
        who.post(f"/tugas/{task}/klaim"),
        who.post(f"/tugas/{task}/salin"),
        who.post(f"/tugas/{task}/ulang"),
    ]
    assert [p.status for p in sent] == [403] * 6
    at_eselon.settle()
    assert len(at_eselon.provider.journal) == before
    assert at_eselon.all(db.select(Draft)) == [] and at_eselon.all(db.select(Job).where(Job.state != "done")) == []
    assert at_eselon.all(db.select(Task.claimed_by).where(Task.id == task)) == [None]


def test_nobody_else_recommends(at_eselon: World) -> None:
    task = task_of(at_eselon)
    for who in (at_eselon.eselon(), at_eselon.operator(), at_eselon.head(), at_eselon.biro(), at_eselon.admin()):
        page = who.post(f"/tugas/{task}/rekomendasi", rekomendasi="setuju", catatan="")
        assert page.status == 403, who.username
    for who in (reviewer(at_eselon, SAINS), at_eselon.eselon(SAINS)):
        assert who.post(f"/tugas/{task}/rekomendasi", rekomendasi="setuju").status == 404
        assert who.open(f"/tugas/{task}").status == 404
    assert events(at_eselon) == []


def test_the_heads_task_is_not_the_reviewers(at_the_head: World) -> None:
    task = at_the_head.all(db.select(Task.id).where(Task.element == "persetujuan_kepala"))[0]
    who = reviewer(at_the_head)
    assert "Tidak ada PK yang perlu ditelaah" in who.open("/tugas").text
    assert "passphrase" not in who.open(f"/tugas/{task}").html.lower().replace("menunggu passphrase kepala satker", "")
    assert who.post(f"/tugas/{task}/rekomendasi", rekomendasi="setuju").status == 403


def test_the_reviewer_sees_the_unit_and_no_other(at_eselon: World) -> None:
    who = reviewer(at_eselon)
    progress = who.open("/kinerja/progres").text
    assert SATU.nama in progress and SAINS.offices[0].nama not in progress
    assert who.open("/perkara/1").status == 200
    assert reviewer(at_eselon, SAINS).open("/perkara/1").status == 404


def test_a_suspended_case_takes_no_recommendation(at_eselon: World) -> None:
    form = opened(at_eselon).form("/rekomendasi").fill(rekomendasi="setuju")
    at_eselon.write(db.update(Instance).values(phase="suspended"))
    form.press()
    assert events(at_eselon) == []
