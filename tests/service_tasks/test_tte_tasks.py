"""`tte.status` and `tte.sign` as the house calls them, against the real local provider and a misbehaving one."""

from __future__ import annotations

import json
import logging
import re
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from app.sdk.json import ensure_json
from app.sdk.secrets import Passphrase
from app.sdk.services import BpmnError, Result, ServiceError
from service_tasks.tte import check_registration
from service_tasks.tte.client import Appearance, TteClient
from tests.local_provider import BUDI, ENDANG, FAJAR, NOBODY, SITI, LocalProvider, SignerCard, register, sheet
from tests.service_tasks.misbehaving import PDF, Misbehaving, answers, reset
from tests.service_tasks.misbehaving import http as answer
from tests.service_tasks.signing_case import HEAD, Case, against, stored


@pytest.fixture
def case(provider: LocalProvider, pdf: bytes) -> Case:
    return Case(provider.settings, [provider.root], pdf)


# ---- the good way --------------------------------------------------------------------------------------------------


def test_the_head_of_the_satker_signs_and_then_the_head_of_the_unit(case):
    first = case.sign()
    assert isinstance(first, Result)
    value = ensure_json(first.value)
    assert set(value["dokumen"]) == {"sha256", "number", "token", "name", "size"}
    assert value["sertifikat"]["name"] == "Budi Santoso"
    assert value["sertifikat"]["new"] is True
    assert datetime.fromisoformat(value["waktu"]).tzinfo
    second = case.sign(
        replace(HEAD, name="SITI AMINAH, S.Pd.", nik=SITI.nik),
        SITI.passphrase,
        params={"dokumen": value["dokumen"], "tanda_tangan": 2, "tempat": {"page": 1, "x": 300, "y": 120, "width": 80}},
    )
    assert isinstance(second, Result)
    assert stored(case) == ["draft", "signed", "signed"]
    assert case.kept == [case.documents.read(r.sha256) for r in case.documents.rows[1:]]


def test_a_known_certificate_counts_whatever_name_the_master_has_now(case):
    known = case.sign().value["sertifikat"]["fingerprint"]
    again = case.sign(replace(HEAD, name="Nama Baru", certificate=known))
    assert again.value["sertifikat"]["new"] is False


def test_after_a_crash_the_kept_answer_is_judged_and_nothing_is_asked_again(case, provider):
    case.sign()
    asked = len(provider.journal)
    outcome = case.sign(passphrase="", answer=case.kept[0])
    assert isinstance(outcome, Result)
    assert len(provider.journal) == asked
    assert len(case.kept) == 1


# ---- what the signer is told ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("card", "passphrase", "code"),
    [
        (BUDI, "bukan ini", "PASSPHRASE_SALAH"),
        (ENDANG, ENDANG.passphrase, "TTE_TIDAK_AKTIF"),
        (FAJAR, FAJAR.passphrase, "TTE_TIDAK_AKTIF"),
        (replace(BUDI, nik=NOBODY), "apa saja", "TTE_TIDAK_AKTIF"),
        (replace(BUDI, nik=""), "apa saja", "TTE_TIDAK_AKTIF"),
        (BUDI, "", "TTE_TIDAK_TERJANGKAU"),
    ],
)
def test_the_signer_is_told_why_the_document_is_not_signed(case, card, passphrase, code):
    outcome = case.sign(replace(HEAD, nik=card.nik), passphrase)
    assert isinstance(outcome, BpmnError)
    assert outcome.code == code
    assert_fit_for_people(outcome.message)
    assert stored(case) == ["draft"]


def test_the_passphrase_stays_here_if_the_certificate_is_not_active(provider, pdf):
    with Misbehaving(status=answers(answer("200 OK", b'{"status":"SUSPEND"}'))) as server:
        outcome = against(server, provider, pdf).sign()
        assert outcome.code == "TTE_TIDAK_AKTIF"
        assert server.signatures_asked_for() == 0


def test_a_provider_that_is_down_was_provably_not_asked(provider, pdf):
    case = Case({"TTE_URL": "http://127.0.0.1:9"}, [provider.root], pdf)
    outcome = case.sign()
    assert (outcome.code, stored(case)) == ("TTE_TIDAK_TERJANGKAU", ["draft"])
    for script in (reset, answers(answer("503 Unavailable")), answers(answer("429 Busy"))):
        with Misbehaving(status=script) as server:
            assert against(server, provider, pdf).sign().code == "TTE_TIDAK_TERJANGKAU"
            assert server.signatures_asked_for() == 0


@pytest.mark.parametrize(
    "script",
    [reset, answers(answer("200 OK", b"<html>", PDF)), answers(answer("200 OK")), answers(answer("502 Bad Gateway"))],
)
def test_an_answer_that_never_came_leaves_the_outcome_unknown(script, provider, pdf):
    with Misbehaving(script) as server:
        case = against(server, provider, pdf)
        outcome = case.sign()
    assert outcome.code == "TTE_HASIL_TIDAK_DIKETAHUI"
    assert_fit_for_people(outcome.message)
    assert (stored(case), case.kept) == (["draft"], [])


def test_a_status_call_that_makes_no_sense_does_not_decide(provider, pdf, client):
    signed = client.sign(pdf, BUDI.nik, Passphrase(BUDI.passphrase), Appearance()).pdf
    with Misbehaving(answers(answer("200 OK", signed, PDF)), status=answers(answer("404 Not Found"))) as server:
        assert isinstance(against(server, provider, pdf).sign(), Result)


@pytest.mark.parametrize("line", ["401 Unauthorized", "400 Bad Request"])
def test_what_only_an_admin_can_put_right_is_an_incident(line, provider, pdf):
    with Misbehaving(answers(answer(line))) as server:
        outcome = against(server, provider, pdf).sign()
    assert isinstance(outcome, ServiceError)
    assert outcome.permanent
    assert_fit_for_people(outcome.message)


# ---- what comes back and doesn't count -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Another authority, which knows somebody of the same name."""
    folder = tmp_path_factory.mktemp("stranger") / "data"
    register(folder, BUDI)
    running = LocalProvider(folder)
    yield running
    running.stop()


def signed_by(provider: LocalProvider, content: bytes, card: SignerCard = BUDI) -> bytes:
    client = TteClient.from_settings(provider.settings)
    return client.sign(content, card.nik, Passphrase(card.passphrase), Appearance()).pdf


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ("unsigned", "memuat 0 tanda tangan"),
        ("another document", "Isi dokumen berbeda"),
        ("another authority", "otoritas yang dipercaya"),
        ("signed twice", "memuat 2 tanda tangan"),
        ("broken", "telah berubah"),
        ("truncated", "bukan PDF yang utuh"),
    ],
)
def test_a_document_that_came_back_different_never_counts(what, sentence, provider, stranger, pdf):
    whole = signed_by(provider, pdf)
    flipped = whole.replace(b"(Budi Santoso)", b"(Budi Santosa)")
    assert flipped != whole
    content = {
        "unsigned": pdf,
        "another document": signed_by(provider, sheet(text="Dokumen lain")),
        "another authority": signed_by(stranger, pdf),
        "signed twice": signed_by(provider, whole, SITI),
        "broken": flipped,
        "truncated": whole[: len(whole) // 2] + b"%%EOF",
    }[what]
    with Misbehaving(answers(answer("200 OK", content, PDF))) as server:
        case = against(server, provider, pdf)
        outcome = case.sign()
    assert isinstance(outcome, ServiceError)
    assert outcome.permanent
    assert sentence in outcome.message
    assert case.kept == [content]  # the evidence
    assert stored(case) == ["draft"]


def test_the_signature_of_another_person_does_not_count(provider, pdf):
    with Misbehaving(answers(answer("200 OK", signed_by(provider, pdf, SITI), PDF))) as server:
        outcome = against(server, provider, pdf).sign()
    assert outcome.code == "TTE_SERTIFIKAT_BERBEDA"
    assert "Siti Aminah" in outcome.message


def test_a_renewed_certificate_counts_once_the_signer_says_so(case):
    old = replace(HEAD, certificate="0" * 64)
    outcome = case.sign(old)
    assert outcome.code == "TTE_SERTIFIKAT_BERBEDA"
    assert_fit_for_people(outcome.message)
    assert stored(case) == ["draft"]
    assert case.sign(old, params={"sertifikat_baru": True}).value["sertifikat"]["new"] is True
    other = case.sign(replace(old, name="Orang Lain"), params={"sertifikat_baru": True})
    assert other.code == "TTE_SERTIFIKAT_BERBEDA"


@pytest.mark.parametrize("params", [{"dokumen": None}, {"tempat": "kiri"}, {"tanda_tangan": "dua"}])
def test_a_diagram_that_gives_nonsense_is_told_so(case, params):
    outcome = case.sign(params=params)
    assert isinstance(outcome, ServiceError)
    assert outcome.permanent
    assert "diagram" in outcome.message


# ---- the passphrase ------------------------------------------------------------------------------------------------


def test_a_provider_that_puts_the_passphrase_into_the_document_gets_nothing_stored(provider, pdf, caplog):
    caplog.set_level(logging.DEBUG)
    content = signed_by(provider, pdf) + BUDI.passphrase.encode() + b"\n%%EOF\n"
    with Misbehaving(answers(answer("200 OK", content, PDF, f"id_dokumen: {BUDI.passphrase}"))) as server:
        case = against(server, provider, pdf)
        outcome = case.sign()
    assert isinstance(outcome, ServiceError)
    assert_fit_for_people(outcome.message)
    assert (case.kept, stored(case)) == ([], ["draft"])
    assert BUDI.passphrase not in caplog.text + repr(outcome)


def test_neither_nik_nor_passphrase_stands_in_any_outcome(provider, pdf, case, caplog):
    caplog.set_level(logging.DEBUG)
    echo = json.dumps({"error": f"{BUDI.nik} {BUDI.passphrase}", "status_code": 2999}).encode()
    outcomes = [case.sign(), case.sign(passphrase="salah")]
    for line in ("400 Bad", "200 OK", "500 Error"):
        with Misbehaving(answers(answer(line, echo))) as server:
            outcomes.append(against(server, provider, pdf).sign())
    everything = repr(outcomes) + caplog.text
    assert BUDI.nik not in everything
    assert BUDI.passphrase not in everything


def assert_fit_for_people(sentence: str) -> None:
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    assert not re.search(r"\d{6,}", sentence)
    assert "{" not in sentence


# ---- tte.status ----------------------------------------------------------------------------------------------------


def test_the_registration_of_the_head_is_told_in_words(case):
    value = ensure_json(case.status(peran="kepala", satker="100101").value)
    assert value == {
        "terdaftar": True,
        "status": "ISSUE",
        "pesan": "NIK terdaftar dan sertifikat elektronik aktif. TTE dapat digunakan.",
        "waktu": "2026-01-05T08:00:00+00:00",
    }
    assert case.status(peran="eselon_1", satker="100101").value["terdaftar"] is True
    assert isinstance(case.status(peran="menteri", satker="100101"), ServiceError)


def test_a_provider_that_is_down_can_not_tell_a_registration(provider, pdf):
    case = Case({"TTE_URL": "http://127.0.0.1:9"}, [provider.root], pdf)
    outcome = case.status(peran="kepala", satker="100101")
    assert isinstance(outcome, BpmnError)
    assert outcome.code == "TTE_TIDAK_TERJANGKAU"


@pytest.mark.parametrize(
    ("nik", "registered", "word"),
    [
        (BUDI.nik, True, "ISSUE"),
        (FAJAR.nik, False, "SUSPEND"),
        (NOBODY, False, "NOT_REGISTERED"),
        ("99010115", False, "NIK_TIDAK_SAH"),
    ],
)
def test_cek_registrasi_tte_by_nik(provider, nik, registered, word):
    found = check_registration(provider.settings, nik)
    assert (found["terdaftar"], found["status"]) == (registered, word)
    assert_fit_for_people(found["pesan"])


def test_cek_registrasi_tte_when_the_provider_is_down_or_refuses_the_agency(provider):
    assert check_registration({"TTE_URL": "http://127.0.0.1:9"}, BUDI.nik)["status"] == "TTE_TIDAK_TERJANGKAU"
    wrong = provider.settings | {"TTE_PASSWORD": "salah"}
    assert check_registration(wrong, BUDI.nik)["status"] == "TTE_MENOLAK_AKUN"
