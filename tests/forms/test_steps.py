"""The two small forms: making the sheet, and a NIK that is not registered."""

from __future__ import annotations

import pytest

from forms import FORMS

Lembar, Registrasi = FORMS["membuat_lembar_pk"], FORMS["periksa_registrasi"]


def test_the_sheet_is_checked_before_the_button(case, pk):
    form = Lembar.open(case(data={"pk": pk}))
    assert form.notice() == "Pastikan kembali bahwa seluruh data pada penyusunan sudah sesuai."
    assert {f.label: f.value for f in form.facts()} == {
        "Nama Pimpinan": "Dr. Ani Lestari, M.Si.",
        "NIP Pimpinan": "198001012005012001",
        "Jabatan Pimpinan": "Kepala Biro Perencanaan",
        "Tempat": "Jakarta",
        "Tanggal": "2026-01-31",
    }
    assert (form.template, form.decision, form.submit_label) == ("lembar.html", "langkah", "Membuat Lembar PK")


@pytest.mark.parametrize("step", ["buat", "ubah"])
def test_the_sheet_is_made_or_drafting_goes_on(case, step):
    form = Lembar.open(case(), {"langkah": [step]})
    assert form.validate()
    assert form.submission().data == {"langkah_lembar": step}


@pytest.mark.parametrize("step", ["periksa", "info_satker"])
def test_registration_is_checked_again_or_corrected(case, step):
    form = Registrasi.open(case(), {"langkah": [step]})
    assert form.validate()
    assert form.submission().data == {"langkah_registrasi": step}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({"registrasi": {"pesan": "NIK belum terdaftar."}}, "NIK belum terdaftar."),
        ({"kesalahan": {"kode": "X", "pesan": "Penyedia tidak menjawab."}}, "Penyedia tidak menjawab."),
        ({"registrasi": {"pesan": "A."}, "kesalahan": {"pesan": "B."}}, "A."),
        ({"registrasi": None, "kesalahan": {"pesan": "B."}}, "B."),
        # a yes of the last round is no reason: then the check itself failed
        ({"registrasi": {"terdaftar": True, "pesan": "Terdaftar."}, "kesalahan": {"pesan": "B."}}, "B."),
    ],
)
def test_it_says_why(case, data, reason):
    assert Registrasi.open(case(data=data)).notice() == reason


def test_it_says_whose_registration_and_when_it_was_asked_for(case):
    form = Registrasi.open(case(data={"registrasi": {"pesan": "A.", "waktu": "2026-02-03T08:00:00+00:00"}}))
    assert [f.label for f in form.facts()] == ["Nama Pimpinan", "NIK Pimpinan", "Terakhir diperiksa"]
    assert [f.label for f in Registrasi.open(case()).facts()] == ["Nama Pimpinan", "NIK Pimpinan"]


def test_it_says_something_where_nothing_is_known(case):
    assert "Periksa lagi" in Registrasi.open(case()).notice()


@pytest.mark.parametrize("form", [Lembar, Registrasi])
@pytest.mark.parametrize("typed", [{"langkah": [""]}, {"langkah": ["hapus"]}, {}, {"langkah": ["\x00"]}])
def test_only_what_is_offered(case, form, typed):
    opened = form.open(case(), typed)
    assert not opened.validate()
    ((where, message),) = opened.error_list()
    assert where == "langkah-0"
    assert "Pilih" in message or "Klik" in message


@pytest.mark.parametrize("form", [Lembar, Registrasi])
def test_an_earlier_decision_is_not_taken_again(case, form):
    old = {"langkah": "ubah", "langkah_lembar": "ubah", "langkah_registrasi": "periksa"}
    assert form.open(case(data=old)).langkah.data is None


def test_an_answer_that_was_read_does_not_stand_for_the_next_check(case):
    form = Registrasi.open(case(data={"registrasi": {"terdaftar": False, "pesan": "A."}}), {"langkah": ["periksa"]})
    assert form.submission().data == {"langkah_registrasi": "periksa", "registrasi": None}


def test_making_the_sheet_settles_an_old_error(case):
    old = {"kesalahan": {"kode": "TTE_SERTIFIKAT_BERBEDA", "pesan": "Sertifikat berbeda."}}
    form = Lembar.open(case(data=old), {"langkah": ["buat"]})
    assert form.submission().data == {"langkah_lembar": "buat", "kesalahan": None}
