"""Kepala Satker and Eselon 1 approve with a passphrase, or give the PK back with a note."""

from __future__ import annotations

import json
from typing import NamedTuple

import pytest

from app.sdk.forms import typed_of, without_secrets
from app.sdk.secrets import Passphrase
from forms import FORMS
from tests.forms.conftest import typed

SECRET = "kata sandi tte"
NOTE = "Target indikator 2 belum sesuai Renstra."


class Role(NamedTuple):
    form: str
    key: str
    refusal: str
    dari: str


ROLES = [
    Role("input_passphrase", "kepala", "tolak", "Kepala Satker"),
    Role("review_eselon_1", "eselon_1", "kembalikan", "Eselon 1"),
]


@pytest.fixture(params=ROLES, ids=lambda r: r.form)
def role(request):
    return request.param


def sent(role, case, **values):
    form = FORMS[role.form].open(case, typed(**values))
    form.validate()
    return form


def test_the_words_are_the_guides(role, case):
    form = FORMS[role.form].open(case())
    assert [(o.data, o.label.text) for o in form.keputusan] == [
        ("setuju", "Approved PK"),
        (role.refusal, "PK Ditolak"),
    ]
    assert [form[n].label.text for n in ("passphrase", "catatan")] == ["Passphrase", "Input Catatan PK"]
    assert form.submit_label == form.submit_labels["setuju"] == "Kirim Passphrase"


def test_approving_hands_the_passphrase_to_the_corridor(role, case):
    form = sent(role, case(), keputusan="setuju", passphrase=SECRET)
    done = form.submission()
    assert not form.error_list()
    assert done.data == {role.key: {"keputusan": "setuju", "catatan": "", "sertifikat_baru": False}}
    assert list(done.secrets) == ["passphrase"]
    assert done.secrets["passphrase"].is_in(SECRET)


def test_giving_back_tells_who_and_what(role, case):
    form = sent(role, case(), keputusan=role.refusal, catatan=f"  {NOTE}\r\nBaris dua.")
    note = f"{NOTE}\nBaris dua."
    assert form.submission().data == {
        role.key: {"keputusan": role.refusal, "catatan": note, "sertifikat_baru": False},
        "catatan_perbaikan": {"dari": role.dari, "nama": "Dr. Ani Lestari, M.Si.", "catatan": note},
    }
    assert form.submission().secrets == {}


def test_approving_leaves_a_note_that_was_begun_behind(role, case):
    form = sent(role, case(), keputusan="setuju", passphrase=SECRET, catatan="x" * 9000)
    assert not form.error_list()
    assert form.submission().data[role.key]["catatan"] == ""
    assert "catatan_perbaikan" not in form.submission().data


def test_giving_back_forgets_a_passphrase_that_was_typed(role, case):
    form = sent(role, case(), keputusan=role.refusal, catatan=NOTE, passphrase=SECRET)
    assert form.submission().secrets == {}
    assert form.passphrase.data.wiped


def test_approving_needs_the_passphrase(role, case):
    assert sent(role, case(), keputusan="setuju", passphrase="").error_list() == [
        ("passphrase", "Passphrase belum diisi. Ketik passphrase TTE Anda, lalu klik Kirim Passphrase.")
    ]


def test_a_passphrase_of_another_kind(role, case):
    assert sent(role, case(), keputusan="setuju", passphrase="x" * 201).error_list() == [
        ("passphrase", "Passphrase ini 201 huruf, padahal paling banyak 200 huruf. Persingkat 1 huruf.")
    ]
    assert sent(role, case(), keputusan="setuju", passphrase="a\ud800b").error_list() == [
        ("passphrase", "Passphrase ini memuat tanda yang tidak dikenal. Ketik ulang passphrase.")
    ]
    assert not sent(role, case(), keputusan="setuju", passphrase="  spasi di tepi  ").error_list()


@pytest.mark.parametrize(
    ("note", "sentence"),
    [
        ("", "Catatan PK belum diisi. Ketik apa yang perlu diperbaiki, paling sedikit 10 huruf."),
        ("  \n ", "Catatan PK belum diisi. Ketik apa yang perlu diperbaiki, paling sedikit 10 huruf."),
        ("salah", "Catatan PK baru 5 huruf. Ketik apa yang perlu diperbaiki, paling sedikit 10 huruf."),
        ("x" * 2001, "Catatan PK ini 2.001 huruf, padahal paling banyak 2.000 huruf. Persingkat 1 huruf."),
    ],
)
def test_giving_back_needs_a_note(role, case, note, sentence):
    assert sent(role, case(), keputusan=role.refusal, catatan=note).error_list() == [("catatan", sentence)]


@pytest.mark.parametrize("answer", ["", "batal", "setuju ", "SETUJU"])
def test_without_a_decision_nothing_goes_on(role, case, answer):
    form = sent(role, case(), keputusan=answer, passphrase=SECRET, catatan=NOTE)
    assert [where for where, _ in form.error_list()] == ["keputusan-0"]


def test_the_other_roles_word_is_no_answer_here(role, case):
    other = next(r for r in ROLES if r != role)
    assert sent(role, case(), keputusan=other.refusal, catatan=NOTE).error_list()


def test_an_earlier_decision_is_not_taken_again(role, case):
    old = {role.key: {"keputusan": "setuju"}, "keputusan": "setuju", "passphrase": SECRET, "catatan": NOTE}
    form = FORMS[role.form].open(case(data=old))
    assert (form.keputusan.data, form.passphrase.data, form.catatan.data) == (None, None, "")


def test_no_place_keeps_the_passphrase(role, case):
    values = {"keputusan": "setuju", "passphrase": SECRET, "catatan": NOTE}
    form = sent(role, case(), **values)
    done = form.submission()
    kept = [
        without_secrets(FORMS[role.form], typed(**values)),
        typed_of(form),
        done.data,
        form.errors,
        [vars(f) for f in form],
        "".join(str(f()) for f in form),
        done,
    ]
    assert SECRET not in "".join(repr(k) for k in kept)
    assert SECRET not in json.dumps(done.data)
    with pytest.raises(TypeError):
        json.dumps(form.data)
    assert isinstance(done.secrets["passphrase"], Passphrase)


def test_after_a_failed_attempt_it_says_why_and_asks_again(role, case):
    trouble = {"kesalahan": {"kode": "TTE_PASSPHRASE", "pesan": "Passphrase yang dikirim salah."}}
    form = FORMS[role.form].open(case(data=trouble))
    assert form.notice() == "Passphrase yang dikirim salah."
    assert "sertifikat_baru" not in form
    assert "sertifikat_baru" not in typed_of(form)


def test_a_new_certificate_is_asked_about_only_when_there_is_one(role, case):
    here = case(data={"kesalahan": {"kode": "TTE_SERTIFIKAT_BERBEDA", "pesan": "Sertifikat berbeda."}})
    assert "sertifikat_baru" in FORMS[role.form].open(here)
    values = {"keputusan": "setuju", "passphrase": SECRET}
    assert sent(role, here, **values).submission().data[role.key]["sertifikat_baru"] is False
    assert sent(role, here, **values, sertifikat_baru="y").submission().data[role.key]["sertifikat_baru"] is True
    refused = sent(role, here, keputusan=role.refusal, catatan=NOTE, sertifikat_baru="y").submission()
    assert refused.data[role.key]["sertifikat_baru"] is False


def test_an_error_of_one_signer_is_not_shown_to_the_next(role, case):
    old = {"kesalahan": {"kode": "TTE_SERTIFIKAT_BERBEDA", "pesan": "Sertifikat berbeda."}}
    for answer in ({"keputusan": "setuju", "passphrase": SECRET}, {"keputusan": role.refusal, "catatan": NOTE}):
        data = sent(role, case(data=old), **answer).submission().data
        assert data["kesalahan"] is None
        assert "sertifikat_baru" not in FORMS["review_eselon_1"].open(case(data={**old, **data}))


def test_a_certificate_can_not_be_confirmed_unasked(role, case):
    form = sent(role, case(), keputusan="setuju", passphrase=SECRET, sertifikat_baru="y")
    assert form.submission().data[role.key]["sertifikat_baru"] is False


def test_an_approval_without_a_signature_is_a_change_of_the_diagram_only(role, case):
    task = {"id": "1", "element": "review", "name": "Review", "properties": {"tanda_tangan": "tidak"}}
    form = sent(role, case(task=task), keputusan="setuju", passphrase=SECRET)
    done = form.submission()
    assert not form.error_list()
    assert not form.signs
    assert form.submit_labels["setuju"] == "Kirim Persetujuan"
    assert "passphrase" not in form
    assert done.secrets == {}
    assert done.data == {role.key: {"keputusan": "setuju", "catatan": "", "sertifikat_baru": False}}
    back = sent(role, case(task=task), keputusan=role.refusal, catatan=NOTE).submission()
    assert back.data["catatan_perbaikan"]["catatan"] == NOTE


@pytest.mark.parametrize("data", [{"kesalahan": None}, {"kesalahan": "rusak"}, {"kesalahan": {}}, {"kesalahan": []}])
def test_odd_data_of_the_case_do_no_harm(role, case, data):
    assert FORMS[role.form].open(case(data=data)).notice() == ""


def named(role, nip):
    return {"lembar": {FORMS[role.form].party: {"nama": "Drs. Lain, M.M.", "nip": nip}}}


def test_whoever_the_sheet_names_may_sign(role, case):
    form = sent(role, case(data=named(role, "198001012005012001")), keputusan="setuju", passphrase=SECRET)
    assert not form.errors


@pytest.mark.parametrize("nip", ["197001012000011001", "", None])
def test_somebody_else_with_the_role_may_not(role, case, nip):
    form = sent(role, case(data=named(role, nip)), keputusan="setuju", passphrase=SECRET)
    assert "menyebut Drs. Lain, M.M. sebagai penanda tangan, bukan Anda" in form.passphrase.errors[0]
    assert form.passphrase.data.wiped


def test_somebody_else_with_the_role_may_give_it_back(role, case):
    assert not sent(role, case(data=named(role, "x")), keputusan=role.refusal, catatan=NOTE).errors


# ---- atas nama -----------------------------------------------------------------------------------------------------

AWAY = {"nama": "Drs. Lain, M.M.", "nip": "197001012000011001", "jabatan": "Kepala Balai"}


def standing_in(**more):
    person = {"name": "Dr. Ani Lestari, M.Si.", "nip": "198001012005012001", "title": "", "certificate": None}
    return person | {"atas_nama": AWAY} | more


def test_who_stands_in_for_the_named_one_signs_for_them(role, case):
    sheet = {"lembar": {FORMS[role.form].party: AWAY | {"jabatan": "Plt. Kepala Balai"}}}
    form = sent(role, case(data=sheet, person=standing_in()), keputusan="setuju", passphrase=SECRET)
    assert not form.errors
    decision = form.submission().data[role.key]
    assert decision["atas_nama"] == AWAY | {"jabatan": "Plt. Kepala Balai"}  # as the sheet calls them
    assert decision["oleh"] == {"nama": "Dr. Ani Lestari, M.Si.", "nip": "198001012005012001"}
    json.dumps(decision)


def test_who_stands_in_for_somebody_the_sheet_does_not_name_may_not(role, case):
    sheet = {"lembar": {FORMS[role.form].party: AWAY | {"nip": "196001011990011001"}}}
    form = sent(role, case(data=sheet, person=standing_in()), keputusan="setuju", passphrase=SECRET)
    assert "bukan Anda" in form.passphrase.errors[0] and form.passphrase.data.wiped


@pytest.mark.parametrize("nip", ["", None])
def test_who_has_no_number_signs_for_nobody(role, case, nip):
    sheet = {"lembar": {FORMS[role.form].party: AWAY}}
    form = sent(role, case(data=sheet, person=standing_in(nip=nip)), keputusan="setuju", passphrase=SECRET)
    assert "belum terhubung dengan data pejabat ber-NIP" in form.passphrase.errors[0] and form.passphrase.data.wiped


def test_the_other_party_signs_for_nobody(role, case):
    other = "pihak_kedua" if FORMS[role.form].party == "pihak_pertama" else "pihak_pertama"
    sheet = {"lembar": {FORMS[role.form].party: AWAY, other: {"nama": "Ani", "nip": "198001012005012001"}}}
    form = sent(role, case(data=sheet, person=standing_in()), keputusan="setuju", passphrase=SECRET)
    assert "Satu orang tidak menandatangani untuk kedua pihak" in form.passphrase.errors[0]
    assert form.passphrase.data.wiped


def test_giving_back_names_both(role, case):
    form = sent(role, case(data={}, person=standing_in()), keputusan=role.refusal, catatan=NOTE)
    assert form.submission().data["catatan_perbaikan"]["nama"] == "Dr. Ani Lestari, M.Si. a.n. Drs. Lain, M.M."


@pytest.mark.parametrize("odd", [None, "x", {}, {"nama": "x"}, {"nama": "x", "nip": ""}])
def test_odd_absentees_do_no_harm(role, case, odd):
    form = FORMS[role.form].open(case(person=standing_in(atas_nama=odd)))
    assert form.atas_nama is None


def test_a_wrong_passphrase_is_said_at_the_field_too(role, case):
    trouble = {"kesalahan": {"kode": "PASSPHRASE_SALAH", "pesan": "Passphrase salah."}}
    assert FORMS[role.form].open(case(data=trouble)).passphrase.errors == ["Passphrase salah."]
    assert not sent(role, case(data=trouble), keputusan="setuju", passphrase=SECRET).errors


@pytest.mark.parametrize("code", ["PASSPHRASE_SALAH", "TTE_SERTIFIKAT_BERBEDA"])
def test_what_went_wrong_for_a_substitute_is_not_taken_for_ones_own(role, case, code):
    by = {"keputusan": "setuju", "atas_nama": AWAY, "oleh": {"nama": "Budi", "nip": "197501012000011001"}}
    data = {"kesalahan": {"kode": code, "pesan": "Belum berhasil."}, role.key: by}
    form = FORMS[role.form].open(case(data=data))
    assert form.notice() == "Percobaan terakhir oleh Budi: Belum berhasil."
    assert "sertifikat_baru" not in form and not form.passphrase.errors
    budi = FORMS[role.form].open(case(data=data, person=standing_in(nip="197501012000011001")))
    assert budi.notice() == "Belum berhasil."
    assert ("sertifikat_baru" in budi) == (code == "TTE_SERTIFIKAT_BERBEDA")
