"""Is it the same document, signed once more, by somebody trusted? Asked of pyHanko, and of poppler as second judge."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives import hashes
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject

from app.documents.signatures import UnreadablePdf, inspect, verify
from service_tasks.tte.provider import people
from service_tasks.tte.provider.request import Place
from tests.documents.office import Office, etsi
from tests.local_provider import BUDI, ORG, SITI, SignerCard, sheet
from tests.pdfsig import pdfsig


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    return Office(tmp_path_factory.mktemp("office"))


@pytest.fixture(scope="module")
def draft() -> bytes:
    return sheet()


@pytest.fixture(scope="module")
def once(office: Office, draft: bytes) -> bytes:
    return office.sign(draft, BUDI, Place(1, 90, 120, 80, 80))


@pytest.fixture(scope="module")
def twice(office: Office, once: bytes) -> bytes:
    return office.sign(once, SITI, Place(1, 300, 120, 80, 80))


# ---- good documents ------------------------------------------------------------------------------------------------


def test_both_signatures_count_for_both_judges(office, draft, once, twice, tmp_path):
    first = verify(draft, once, 1, office.roots)
    assert (first.ok, first.problem, first.signatures) == (True, None, 1)
    assert first.certificate == people.find(office.folder, BUDI.nik).x509.fingerprint(hashes.SHA256()).hex()
    second = verify(once, twice, 2, office.roots)
    assert (second.ok, second.certificate_name) == (True, "Siti Aminah")
    assert abs(datetime.fromisoformat(second.signed_at) - datetime.now(UTC)) < timedelta(minutes=5)
    found = pdfsig(twice, office.roots[0], tmp_path)
    assert [(f.name, f.valid, f.trusted) for f in found] == [("Budi Santoso", True, True), ("Siti Aminah", True, True)]
    assert found[-1].whole


def test_every_signature_is_described_for_the_verification_page(office, twice):
    budi, siti = inspect(twice, office.roots)
    assert (budi.name, budi.organisation, budi.kind) == ("Budi Santoso", ORG, "adbe.pkcs7.detached")
    assert (budi.tsa, budi.issuer) == ("TSA Lokal (uji coba)", "CA Penerbit Lokal (uji coba)")
    assert (budi.reason, budi.ok, budi.whole_file, siti.whole_file) == ("Perjanjian Kinerja", True, False, True)
    assert inspect(sheet(1), office.roots) == []


def test_an_etsi_signature_with_its_own_validation_data_counts(office, draft, tmp_path):
    signed = office.sign_with(draft, etsi(office))
    verdict = verify(draft, signed, 1, office.roots)
    assert (verdict.ok, verdict.problem) == (True, None)
    assert inspect(signed, office.roots)[0].kind == "ETSI.CAdES.detached"
    assert b"/DSS" in signed
    assert [(f.valid, f.trusted) for f in pdfsig(signed, office.roots[0], tmp_path)] == [(True, True)]


def test_a_certificate_that_was_revoked_before_it_signed_does_not_count(office, draft):
    revoked = office.sign_with(draft, etsi(office, revoked=True, mode="none"))
    verdict = verify(draft, revoked, 1, office.roots)
    assert (verdict.ok, verdict.problem) == (False, "Tanda tangan Joko Tercatat: sertifikatnya sudah dicabut.")


def test_a_certificate_that_says_where_its_list_is_counts_without_a_network(office, draft):
    """The real provider's certificates do, and its `adbe.pkcs7.detached` bring no list along."""
    meta = signers.PdfSignatureMetadata(field_name="sig_1", md_algorithm="sha256")
    verdict = verify(draft, office.sign_with(draft, meta), 1, office.roots)
    assert (verdict.ok, verdict.problem) == (True, None)


def test_a_signature_outlives_its_certificate_and_its_revocation_list(office, draft):
    """Signed at a proven time when both were valid: it still counts when they have expired."""
    card = SignerCard("9905010101800002", "Indah Lama", "Rahasia#Indah")
    office.hire(card, until=datetime.now(UTC) + timedelta(seconds=2))
    signed = office.sign(draft, card)
    listed = office.sign_with(draft, etsi(office, fresh_for=timedelta(seconds=2)))
    time.sleep(4.5)  # a second of tolerance, and times are whole seconds
    for still_good in (signed, listed):
        verdict = verify(draft, still_good, 1, office.roots)
        assert (verdict.ok, verdict.problem) == (True, None)
    late = office.sign(draft, card)  # pyHanko signs with an expired certificate without complaint
    assert "tidak berlaku saat itu" in verify(draft, late, 1, office.roots).problem


def test_an_unsigned_document_may_be_written_anew_by_the_provider(office, draft):
    anew = rewritten(draft)
    assert not anew.startswith(draft)
    verdict = verify(draft, office.sign(anew, BUDI, Place(1, 90, 120, 80, 80)), 1, office.roots)
    assert (verdict.ok, verdict.problem) == (True, None)


def rewritten(pdf: bytes, change=lambda writer: None) -> bytes:
    writer, out = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf))), io.BytesIO()
    writer.compress_identical_objects()
    change(writer)
    writer.write(out)
    return out.getvalue()


# ---- documents that don't count ------------------------------------------------------------------------------------


def appended(pdf: bytes, change) -> bytes:
    """The bytes as they were, and an update after them."""
    writer, out = IncrementalPdfFileWriter(io.BytesIO(pdf)), io.BytesIO()
    change(writer)
    writer.write(out)
    return out.getvalue()


def paint(writer: IncrementalPdfFileWriter) -> None:
    """Write a line onto the first page."""
    stream = generic.StreamObject(stream_data=b"BT /F1 12 Tf 72 700 Td (Target 10 menjadi 1) Tj ET")
    writer.add_stream_to_page(0, writer.add_object(stream))


def note(writer: IncrementalPdfFileWriter) -> None:
    """Put an annotation over the first page."""
    box = generic.ArrayObject(map(generic.NumberObject, (72, 690, 300, 720)))
    entries = {"/Type": pdf_name("/Annot"), "/Subtype": pdf_name("/FreeText"), "/Rect": box}
    entries["/Contents"] = generic.pdf_string("Target 1")
    entry = writer.add_object(generic.DictionaryObject({pdf_name(k): v for k, v in entries.items()}))
    page = writer.root["/Pages"]["/Kids"][0]
    annotations = page["/Annots"] if "/Annots" in page else generic.ArrayObject()
    page[pdf_name("/Annots")] = generic.ArrayObject([*(annotations.raw_get(i) for i in range(len(annotations))), entry])
    writer.update_container(page)


@pytest.mark.parametrize("change", [paint, note])
def test_an_update_that_changes_a_page_after_a_signature_is_refused(office, draft, once, twice, change, tmp_path):
    for before, after, count in ((draft, appended(once, change), 1), (once, appended(twice, change), 2)):
        verdict = verify(before, after, count, office.roots)
        assert not verdict.ok
    touched = inspect(appended(twice, change), office.roots)
    assert [(r.intact, r.unchanged, r.ok) for r in touched] == [(True, False, False)] * 2
    assert "diubah setelah ditandatangani" in touched[0].problem
    if change is paint:  # the second judge sees it only as "not total document signed"
        found = pdfsig(appended(twice, change), office.roots[0], tmp_path)
        assert [f.valid for f in found] == [True, True]
        assert not found[-1].whole


@pytest.mark.parametrize("change", [paint, note])
def test_a_page_that_changed_between_draft_and_first_signature_is_refused(office, draft, change):
    verdict = verify(draft, office.sign(appended(draft, change)), 1, office.roots)
    assert (verdict.ok, verdict.problem) == (False, "Isi dokumen berbeda dari yang dikirim untuk ditandatangani.")


@pytest.mark.parametrize("change", [paint, note])
def test_a_page_that_changed_before_the_second_signature_is_refused(office, once, change):
    assert not verify(once, office.sign(appended(once, change), SITI), 2, office.roots).ok


def crop(writer: PdfWriter) -> None:
    writer.pages[0].cropbox.upper_right = (300, 300)


def turn(writer: PdfWriter) -> None:
    writer.pages[1].rotate(180)


def lose(writer: PdfWriter) -> None:
    writer.remove_page(2)


def swap(writer: PdfWriter) -> None:
    kids = writer.root_object["/Pages"]["/Kids"]
    kids[0], kids[1] = kids[1], kids[0]


def other_font(writer: PdfWriter) -> None:
    writer.pages[0]["/Resources"]["/Font"]["/F1"][NameObject("/BaseFont")] = NameObject("/Symbol")


@pytest.mark.parametrize("change", [crop, turn, lose, swap, other_font])
def test_a_document_written_anew_with_something_changed_is_refused(office, draft, change):
    verdict = verify(draft, office.sign(rewritten(draft, change)), 1, office.roots)
    assert (verdict.ok, verdict.problem) == (False, "Isi dokumen berbeda dari yang dikirim untuk ditandatangani.")


def test_a_signed_document_may_only_grow(office, draft, once):
    fresh = office.sign(office.sign(draft, BUDI), SITI)
    assert "berbeda" in verify(once, fresh, 2, office.roots).problem


def test_there_must_be_exactly_one_signature_more(office, draft, once, twice):
    for before, after, count in (
        (draft, draft, 1),
        (draft, twice, 2),
        (once, once, 1),
        (once, once, 2),
        (draft, once, 2),
    ):
        verdict = verify(before, after, count, office.roots)
        assert not verdict.ok
        assert "tanda tangan" in verdict.problem
    assert verify(None, twice, 2, office.roots).ok
    assert not verify(None, twice, 1, office.roots).ok


def test_only_trusted_authorities_count(office, draft, once, tmp_path):
    stranger = Office(tmp_path / "stranger")
    assert "otoritas yang dipercaya" in verify(draft, stranger.sign(draft), 1, office.roots).problem
    assert not verify(draft, once, 1, []).ok
    assert verify(draft, once, 1, [*stranger.roots, *office.roots]).ok
    # first signature by a stranger, second by ours: all must be good
    mixed = office.sign(stranger.sign(draft), SITI)
    assert not verify(stranger.sign(draft), mixed, 2, office.roots).ok


def test_a_signature_without_a_time_stamp_does_not_count(office, draft):
    meta = signers.PdfSignatureMetadata(field_name="sig_1", md_algorithm="sha256")
    verdict = verify(draft, office.sign_with(draft, meta, stamped=False), 1, office.roots)
    assert "stempel waktu" in verdict.problem


def test_a_broken_signature_is_told_apart_from_an_untrusted_one(office, draft, once):
    broken = once.replace(b"Perjanjian Kinerja)", b"Perjanjian Binerja)")
    assert broken != once
    assert "tidak utuh" in verify(draft, broken, 1, office.roots).problem


@pytest.mark.parametrize("cut", [0, 4, 100, -600, -20])
def test_a_file_that_breaks_off_is_no_pdf(office, draft, once, cut):
    verdict = verify(draft, once[:cut], 1, office.roots)
    assert not verdict.ok
    assert verdict.problem.endswith(".")


def test_what_is_no_pdf_is_said_so(office):
    with pytest.raises(UnreadablePdf, match="bukan PDF"):
        inspect(b"GIF89a", office.roots)
    assert verify(None, b"GIF89a", 1, office.roots).problem.startswith("Berkas ini bukan PDF")


def test_no_byte_of_a_signed_document_can_be_changed_unnoticed(office, draft, once):
    """A sample over the whole file; the padding of the signature itself is nobody's content."""
    start = once.index(b"/Contents <")
    end = once.index(b">", start)
    for place in [n for n in range(0, len(once), 611) if not start <= n <= end]:
        changed = once[:place] + bytes([once[place] ^ 0x01]) + once[place + 1 :]
        assert not verify(draft, changed, 1, office.roots).ok, place
