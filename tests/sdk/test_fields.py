"""Each field with what people type, and with what they should not."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from app.sdk.fields import (
    AtMost,
    ChoiceField,
    Filled,
    ListField,
    LongTextField,
    NikField,
    NipField,
    ParagraphsField,
    PassphraseField,
    Row,
    RupiahField,
    TanggalField,
    TextField,
    YesNoField,
)
from app.sdk.json import ensure_json
from app.sdk.secrets import Passphrase


class Sample(Row):
    teks = TextField("Teks", [AtMost(10, "Teks")])
    uraian = ParagraphsField("Uraian")
    nik = NikField("NIK", [Filled("NIK belum diisi. Ketik 16 angka NIK.")])
    nip = NipField("NIP")
    anggaran = RupiahField("Anggaran", [Filled("Anggaran belum diisi. Ketik jumlahnya.")])
    tanggal = TanggalField("Tanggal", [Filled("Tanggal belum diisi. Pilih tanggal.")])
    pilihan = ChoiceField("Pilihan", choices={"a": "Anu", "b": "Banu"})
    daftar = ListField("Daftar", choices=[("a", "Anu")], ask="")
    jawab = YesNoField("Jawab", ask="")
    kunci = PassphraseField("Kunci")


def typed(name, *values):
    """The field `name` of a validated form in which only it was sent."""
    form = Sample(MultiDict([(name, v) for v in values] or [("lain", "x")]))
    form.validate()
    return form[name]


HOSTILE = [
    "\x00", "\ud800", "'; DROP TABLE satker; --", "<script>alert(1)</script>", "{{ 7*7 }}", "%s%n", "٣" * 16,
    "9" * 5000, "-1", "NaN", "1e999", "\u202e", "   ", "../../etc/passwd", "Rp", "0000-00-00", "=1+1",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("name", [n for n in Sample()._fields if n != "kunci"])
def test_hostile_text_ends_as_plain_data_or_as_a_sentence(name, text):
    field = typed(name, text)
    ensure_json(field.data)
    json.dumps(field.data).encode()
    assert all(e.endswith(".") and e[0].isupper() for e in field.errors)
    assert not any(x in e for e in field.errors for x in ("invalid", "Not a valid", "Exceeds", "utf-8", "codec"))


@pytest.mark.parametrize("name", list(Sample()._fields))
def test_nothing_sent_at_all(name):
    field = typed(name)
    ensure_json(field.data)
    assert str(field._value() if hasattr(field, "_value") else "") == ("y" if field.type == "BooleanField" else "")


def test_text_is_one_line_and_its_limit_says_how_long_it_is():
    assert typed("teks", " dua\r\nbaris ").data == "dua baris"
    field = typed("teks", "x" * 5000)
    assert field.errors == ["Teks ini 5.000 huruf, padahal paling banyak 10 huruf. Persingkat 4.990 huruf."]
    assert field._value() == "x" * 5000


def test_paragraphs_are_kept_on_the_page_too():
    field = typed("uraian", "satu\r\ndua")
    assert field.data == "satu\ndua"
    assert "satu\ndua</textarea>" in str(field())


def test_no_maxlength_cuts_what_is_pasted():
    assert "maxlength" not in str(typed("teks", "x")())


@pytest.mark.parametrize("nik", ["9901011501800001", "99 0101 150180 0001", "9901.0155.0180-0001", "9901017112990001"])
def test_nik_of_the_right_form(nik):
    assert not typed("nik", nik).errors


@pytest.mark.parametrize(
    ("nik", "sentence"),
    [
        ("", "NIK belum diisi. Ketik 16 angka NIK."),
        ("99010115018000", "NIK terdiri dari 16 angka, yang diketik 14 angka. Ketik 16 angka NIK seperti pada KTP."),
        ("99010115018000O1", "NIK hanya berisi angka. Ketik 16 angka NIK seperti pada KTP."),
        ("٩٩٠١٠١١٥٠١٨٠٠٠٠١", "NIK hanya berisi angka. Ketik 16 angka NIK seperti pada KTP."),
        ("9901013201800001", "Susunan NIK ini tidak mungkin. Cocokkan dengan KTP, lalu ketik ulang."),
        ("9901010001800001", "Susunan NIK ini tidak mungkin. Cocokkan dengan KTP, lalu ketik ulang."),
        ("9901014001800001", "Susunan NIK ini tidak mungkin. Cocokkan dengan KTP, lalu ketik ulang."),
        ("9901017201800001", "Susunan NIK ini tidak mungkin. Cocokkan dengan KTP, lalu ketik ulang."),
        ("9901011513800001", "Susunan NIK ini tidak mungkin. Cocokkan dengan KTP, lalu ketik ulang."),
        ("9901011501800000", "Susunan NIK ini tidak mungkin. Cocokkan dengan KTP, lalu ketik ulang."),
    ],
)
def test_nik_of_a_wrong_form(nik, sentence):
    assert typed("nik", nik).errors == [sentence]


def test_a_message_never_repeats_the_nik():
    assert not any("99010132018" in e for e in typed("nik", "9901013201800001").errors)


@pytest.mark.parametrize("nip", ["", "198001012005011001", "19800101 200501 1 001", "202021199999999999"])
def test_nip_of_the_right_form(nip):
    assert not typed("nip", nip).errors


@pytest.mark.parametrize(
    ("nip", "sentence"),
    [
        ("1980", "NIP terdiri dari 18 angka, yang diketik 4 angka. Ketik 18 angka NIP."),
        ("19800101200501100X", "NIP hanya berisi angka. Ketik 18 angka NIP."),
    ],
)
def test_nip_of_a_wrong_form(nip, sentence):
    assert typed("nip", nip).errors == [sentence]


def test_rupiah_is_an_int_and_shown_grouped():
    field = typed("anggaran", "Rp 1.250.000,00")
    assert (field.data, field._value(), list(field.errors)) == (1_250_000, "1.250.000", [])
    assert typed("anggaran", "0").data == 0
    assert not typed("anggaran", "0").errors


@pytest.mark.parametrize(
    ("text", "beginning"),
    [
        ("", "Anggaran belum diisi."),
        ("sejuta", "Anggaran ditulis dalam rupiah bulat dengan angka saja."),
        ("1.250,50", "Anggaran ditulis dalam rupiah bulat"),
        ("1000000000000001", "Anggaran ini lebih dari seribu triliun rupiah."),
        ("9" * 5000, "Anggaran ditulis dalam rupiah bulat"),
    ],
)
def test_no_rupiah_stays_as_typed(text, beginning):
    field = typed("anggaran", text)
    assert len(field.errors) == 1
    assert field.errors[0].startswith(beginning)
    assert (field.data, field._value()) == (None, text)


@pytest.mark.parametrize(
    "text", ["2026-01-31", "31-01-2026", "31/1/2026", "31.1.2026", "31 Januari 2026", " 2026-01-31 "]
)
def test_a_date_is_kept_and_shown_as_iso(text):
    field = typed("tanggal", text)
    assert (field.data, field._value(), list(field.errors)) == ("2026-01-31", "2026-01-31", [])


@pytest.mark.parametrize("text", ["31-02-2026", "2026-13-01", "kemarin", "31 Febuari 2026", "20260131"])
def test_no_date_stays_as_typed(text):
    field = typed("tanggal", text)
    assert field.errors == ["Tanggal ini tidak ada. Pilih tanggal, atau ketik misalnya 31-01-2026."]
    assert (field.data, field._value()) == (None, text)


def test_a_choice_must_be_one_of_those_offered():
    assert typed("pilihan", "b").data == "b"
    assert typed("pilihan").errors == ["Belum ada yang dipilih. Pilih salah satu."]
    assert typed("pilihan", "c").errors == ["Pilihan ini tidak ada. Pilih salah satu: Anu, Banu."]
    assert typed("daftar", "").errors == []
    assert typed("daftar", "z").errors == ["Pilihan ini tidak ada. Pilih salah satu: Anu."]


def test_choices_are_drawn_and_the_chosen_one_is_marked():
    html = "".join(str(option()) for option in typed("pilihan", "b"))
    assert html.count("<input") == 2
    assert html.count("checked") == 1
    assert "<option selected" in str(typed("daftar", "a")())


def test_yes_and_no_are_both_answers():
    assert [typed("jawab", t).answer for t in ("ya", "tidak", "")] == [True, False, None]


def test_a_passphrase_is_wrapped_and_left_nowhere_else():
    form = Sample(MultiDict({"kunci": "rahasia sekali", "nik": "1"}))
    form.validate()
    field = form.kunci
    assert isinstance(field.data, Passphrase)
    assert len(field.data) == 14
    assert field.data.is_in("-- rahasia sekali --")
    assert "rahasia" not in repr(vars(field)) + repr(form.data) + repr(form.errors) + str(field())


def test_a_passphrase_with_an_unknown_sign_is_refused_without_showing_it():
    field = typed("kunci", "raha\ud800sia")
    assert field.errors == ["Passphrase ini memuat tanda yang tidak dikenal. Ketik ulang passphrase."]
    assert field.data is None


def test_a_passphrase_is_never_filled_in_from_data():
    assert Sample(data={"kunci": "rahasia"}).kunci.data is None


@given(st.text(st.characters(codec=None), max_size=60))
def test_any_text_in_any_field_is_judged_without_an_accident(text):
    form = Sample(MultiDict([(name, text) for name in Sample()._fields]))
    form.validate()
    for field in form:
        str(field())
        if field.name != "kunci":
            ensure_json(field.data)


def test_long_text_has_several_lines_on_the_screen():
    class One(Row):
        a = LongTextField("A")

    assert "<textarea" in str(One().a())
