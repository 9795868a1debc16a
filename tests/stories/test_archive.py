"""The archive and the verification page: what counts, what does not any more, and what nobody may read there."""

from __future__ import annotations

import io

import pytest

from app.models import Document, Event, Person, db
from tests import pk
from tests.visitor import Page, Visitor
from tests.world import DUA, LITERASI, SAINS, SATU, World


class Passer:
    """Somebody with a phone in front of a printed PK: not signed in."""

    def __init__(self, world: World) -> None:
        self.client = world.app.test_client()

    def open(self, path: str) -> Page:
        return Page(self, self.client.get(path))  # type: ignore[arg-type]

    def compare(self, path: str, content: bytes) -> Page:
        token = self.open(path).tree.xpath("//form//input[@name='csrf_token']/@value")[0]
        data = {"csrf_token": token, "berkas": (io.BytesIO(content), "pk.pdf")}
        return Page(self, self.client.post(path, data=data))  # type: ignore[arg-type]


def documents(world: World, kind: str) -> list[Document]:
    return world.all(db.select(Document).where(Document.kind == kind).order_by(Document.id))


def verification(d: Document) -> str:
    return f"/verifikasi/{d.number}-{d.token}"


def content(world: World, d: Document) -> bytes:
    return world.app.extensions["alur"].documents.read(d.sha256)


def test_the_archive_is_found_by_those_who_may_see_it(archived: World) -> None:
    for somebody in (archived.operator(), archived.head(), archived.eselon(), archived.biro()):
        page = somebody.open("/dokumentasi/").link("PK 2026 Balai Literasi Contoh Satu")
        assert "Unduh" in page.text
        assert somebody.open(page.path + "?periksa=1").text.count("Tanda tangan ini sah") == 2
    for stranger in (archived.operator(DUA), archived.eselon(SAINS)):
        assert "PK 2026 Balai Literasi Contoh Satu" not in stranger.open("/dokumentasi/").text
        assert stranger.open(f"/dokumentasi/{documents(archived, 'archive')[0].id}").status == 404


def test_the_qr_code_leads_to_what_the_archive_knows(archived: World) -> None:
    (kept,) = documents(archived, "archive")
    passer = Passer(archived)
    page = passer.open(verification(kept))
    assert "Lembar ini ada di arsip dan berlaku." in page.text and kept.sha256 in page.text
    assert passer.compare(verification(kept), content(archived, kept)).text.count("sama, bit demi bit") == 1
    changed = content(archived, kept) + b"\n"
    assert "berbeda dari yang ada di arsip" in passer.compare(verification(kept), changed).text
    assert "Pilih berkas PDF" in passer.compare(verification(kept), b"").text


def test_a_token_can_not_be_guessed_from_the_number(archived: World) -> None:
    (kept,) = documents(archived, "archive")
    for key in (f"{kept.number}-x", kept.number, f"-{kept.token}", "x", "x-" * 100):
        assert Passer(archived).open(f"/verifikasi/{key}").status == 404


def test_public_pages_show_no_nik_and_no_nip(archived: World) -> None:
    (kept,) = documents(archived, "archive")
    page = Passer(archived).open(verification(kept))
    for person in archived.all(db.select(Person)):
        assert person.nik not in page.html and person.nip not in page.html


def test_after_a_return_the_earlier_signed_sheet_can_not_be_taken_for_valid(at_eselon: World) -> None:
    world = at_eselon
    (signed,) = documents(world, "signed")
    old = content(world, signed)
    pk.refuse(world.eselon(), pk.REVIEW, "Sesuaikan anggaran kegiatan pertama.")
    page = Passer(world).compare(verification(signed), old)
    assert "tidak berlaku" in page.text and "ada di arsip dan berlaku" not in page.text
    assert "bukan naskah akhirnya" in page.text

    pk.make_sheet_again(world)
    pk.approve(world, world.head(), pk.SIGN, SATU.head.passphrase)
    pk.approve(world, world.eselon(), pk.REVIEW, LITERASI.head.passphrase)
    (kept,) = documents(world, "archive")
    assert kept.number != signed.number and kept.token != signed.token
    assert "tidak berlaku" in Passer(world).open(verification(signed)).text
    assert "berbeda dari yang ada di arsip" in Passer(world).compare(verification(kept), old).text
    page = world.operator().open("/perkara/1").text
    assert page.count("Tidak berlaku sejak") == 2 and "PK dikembalikan" in page


def test_a_sheet_that_nobody_signed_yet_is_not_finished(at_the_head: World) -> None:
    (draft,) = documents(at_the_head, "draft")
    assert "Lembar ini belum selesai" in Passer(at_the_head).open(verification(draft)).text


@pytest.mark.parametrize("path", ["/dokumentasi/{id}?periksa=1", "/dokumen/{id}/berkas", "/dokumen/{id}/unduh"])
def test_a_file_that_was_changed_on_the_disk_is_not_given_out(archived: World, path, caplog) -> None:
    (kept,) = documents(archived, "archive")
    _spoil(archived, kept)
    page = archived.operator().open(path.format(id=kept.id))
    assert page.status == 500 and b"%PDF" not in page.answer.data
    assert "Isi berkas ini tidak lagi sama dengan saat disimpan." in caplog.text + page.text
    assert "Nomor rujukan" in page.text


def test_a_file_that_is_gone_is_said_to_be_gone(archived: World, caplog) -> None:
    (kept,) = documents(archived, "archive")
    archived.app.extensions["alur"].documents.path(kept.sha256).unlink()
    assert archived.operator().open(f"/dokumen/{kept.id}/berkas").status == 500
    assert "tidak ada di penyimpanan dokumen" in caplog.text


def test_a_broken_file_is_never_written_over_and_never_passes_for_whole(archived: World) -> None:
    from app.documents.store import BrokenDocument

    (kept,) = documents(archived, "archive")
    whole = content(archived, kept)
    _spoil(archived, kept)
    with pytest.raises(BrokenDocument):
        archived.app.extensions["alur"].documents.put(whole)
    assert archived.app.extensions["alur"].documents.verify_all().broken == (kept.sha256,)


def test_what_is_shown_is_what_was_signed(at_eselon: World) -> None:
    """The signed bytes begin with those that the head saw."""
    (draft,), (signed,) = documents(at_eselon, "draft"), documents(at_eselon, "signed")
    assert content(at_eselon, signed).startswith(content(at_eselon, draft))


def test_the_history_is_whole_and_shows_when_it_is_not(archived: World) -> None:
    from sqlalchemy import update

    from app.flows.events import broken_at

    with archived.app.app_context():
        assert broken_at(1) is None
        archived.write(update(Event).where(Event.seq == 3).values(actor="Orang lain"))
        db.session.remove()
        assert broken_at(1) == 3


def test_no_event_notice_or_page_holds_a_nik(archived: World) -> None:
    with archived.app.app_context():
        lines = list(db.session.connection().connection.iterdump())
    people = archived.all(db.select(Person))
    for person in people:
        assert [line[:30] for line in lines if person.nik in line] == ['INSERT INTO "person" VALUES(' + line_id(person)]
    pages = [v.open(p).html for v in _watchers(archived) for p in ("/perkara/1", "/kinerja/pk", "/kinerja/info-satker")]
    assert not [p.nik for p in people if any(p.nik in page for page in pages)]


def line_id(person: Person) -> str:
    return f"{person.id},'"[: 30 - len('INSERT INTO "person" VALUES(')]


def _watchers(world: World) -> list[Visitor]:
    return [world.operator(), world.head(), world.eselon(), world.biro()]


def _spoil(world: World, d: Document) -> None:
    path = world.app.extensions["alur"].documents.path(d.sha256)
    path.chmod(0o644)
    path.write_bytes(path.read_bytes().replace(b"%PDF-1", b"%PDF-9", 1))
