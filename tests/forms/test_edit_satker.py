"""The operator of satker 100101 corrects Info Satker; the NIK goes to the master and nowhere else."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.sdk.forms import typed_of
from forms import FORMS
from tests.forms.conftest import NIK, SATKER

Form = FORMS["edit_satker"]


def sent(case, **changes):
    """The form as prefilled, with some fields typed anew."""
    typed = {**typed_of(Form.open(case())), **{name: [value] for name, value in changes.items()}}
    form = Form.open(case(), typed)
    form.validate()
    return form


def test_labels_are_the_guides():
    labels = [f.label.text + ("*" if f.flags.required else "") for f in Form(formdata=None)]
    assert labels == [
        "NIK Pimpinan*", "NIP Pimpinan*", "Nama Pimpinan*", "Jabatan Pimpinan*",
        "Alamat Kantor", "Nama Operator", "No Hp Satker", "Email Satker",
    ]  # fmt: skip


def test_the_guides_warning_stands_at_the_nik():
    assert Form(formdata=None).nik_pimpinan.description == (
        "Tanda Tangan Elektronik (TTE) tidak dapat diaplikasikan apabila NIK yang diinput tidak sesuai"
    )


def test_it_is_prefilled_with_the_master_and_gives_it_back(case):
    form = sent(case)
    assert form.validate(), form.errors
    done = form.submission()
    of_master = {k: v for k, v in SATKER.items() if k not in ("nama", "unit", "kota", "zona")}
    assert done.masters == {"info_satker": of_master}
    assert done.data == {"info_satker": {k: v for k, v in SATKER.items() if k != "nik_pimpinan"}}
    assert done.secrets == {}


def test_the_nik_is_not_in_what_is_stored_or_printed(case):
    done = sent(case, nik_pimpinan="9901 0115 0180 0002").submission()
    assert done.masters["info_satker"]["nik_pimpinan"] == "9901011501800002"
    for text in (json.dumps(done.data), repr(done.data), repr(done), str(done)):
        assert NIK not in text
        assert "9901011501800002" not in text
        assert "nik" not in text.lower()


def test_the_satker_can_not_be_changed_by_typing_another(case):
    form = Form.open(case(), {**typed_of(Form.open(case())), "kode": ["999999"], "unit": ["Lain"]})
    assert form.validate()
    done = form.submission()
    assert done.masters["info_satker"]["kode"] == done.data["info_satker"]["kode"] == "100101"
    assert done.data["info_satker"]["unit"] == "Sekretariat Jenderal"


@pytest.mark.parametrize("name", ["alamat", "nama_operator", "nama_pimpinan", "jabatan_pimpinan"])
@pytest.mark.parametrize("written", [NIK, "NIK 9901-0145-0180-0001", "9901 0145 0180 0001"])
def test_a_nik_typed_in_another_field_is_refused(case, name, written):
    form = sent(case, **{name: written})
    assert form.error_list() == [
        (name, "Isian ini memuat NIK. Hapus NIK dari sini; NIK hanya diketik pada NIK Pimpinan.")
    ]
    assert not form.validate()


def test_what_must_be_filled_says_what_to_type(case):
    form = sent(case, nik_pimpinan="", nip_pimpinan=" ", nama_pimpinan="\u200b", jabatan_pimpinan="")
    assert form.error_list() == [
        ("nik_pimpinan", "NIK Pimpinan belum diisi. Ketik 16 angka NIK seperti pada KTP."),
        ("nip_pimpinan", "NIP Pimpinan belum diisi. Ketik 18 angka NIP."),
        ("nama_pimpinan", "Nama Pimpinan belum diisi. Ketik nama lengkap dengan gelar."),
        (
            "jabatan_pimpinan",
            "Jabatan Pimpinan belum diisi. Ketik jabatan lengkap, misalnya Kepala Biro Perencanaan.",
        ),
    ]


def test_what_need_not_be_filled_may_be_empty(case):
    form = sent(case, alamat="", nama_operator="", hp="", email="")
    assert form.validate(), form.errors
    assert form.submission().data["info_satker"]["hp"] == ""


@pytest.mark.parametrize("hp", ["081234567890", "+62 812 3456 7890", "(021) 573-1234", "0812.3456.7890"])
def test_telephone_numbers(case, hp):
    assert sent(case, hp=hp).error_list() == []


@pytest.mark.parametrize("hp", ["0812", "nol delapan", "0812345678901234", "0812-3456-7890 (WA)", "+", "--------"])
def test_no_telephone_number(case, hp):
    assert sent(case, hp=hp).error_list() == [
        ("hp", "No Hp Satker terdiri dari 8 sampai 15 angka. Ketik misalnya 0812-3456-7890.")
    ]


@pytest.mark.parametrize("email", ["a@b.id", "biro.perencanaan@contoh.go.id", "x+y@contoh.co"])
def test_email_addresses(case, email):
    assert sent(case, email=email).error_list() == []


@pytest.mark.parametrize(
    "email", ["biro", "biro@contoh", "a@b@c.id", "a b@c.id", "a@c.id, b@c.id", "a@.id", "a@b..id", "@"]
)
def test_no_email_address(case, email):
    assert sent(case, email=email).error_list() == [
        ("email", "Email Satker belum lengkap. Ketik satu alamat, misalnya satker@contoh.go.id.")
    ]


def test_what_is_too_long_for_the_master_is_said_here(case):
    form = sent(case, alamat="x" * 501, nama_pimpinan="y" * 201)
    assert form.error_list() == [
        ("nama_pimpinan", "Nama Pimpinan ini 201 huruf, padahal paling banyak 200 huruf. Persingkat 1 huruf."),
        ("alamat", "Alamat Kantor ini 501 huruf, padahal paling banyak 500 huruf. Persingkat 1 huruf."),
    ]


def test_a_master_with_holes_opens_too(case):
    form = Form.open(case(satker={"kode": "100101", "nik_pimpinan": None}))
    assert not form.validate()
    assert form.submission().data["info_satker"]["nama"] == ""


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.fixed_dictionaries({name: st.text(max_size=40) for name in SATKER}))
def test_typed_again_it_is_the_same(case, values):
    here = case(satker=values)
    first = Form.open(here)
    again = Form.open(here, typed_of(first))
    assert first.submission() == again.submission()
    assert first.validate() == again.validate()
