"""Forms that the diagram declares itself."""

from __future__ import annotations

import json

import pytest

from app.engine.types import Field
from app.sdk.declared import declared_form
from app.sdk.forms import FormContext, typed_of
from app.sdk.json import ensure_json

FIELDS = (
    Field("nama", "Nama", "string", required=True),
    Field("uraian", "Uraian", "text"),
    Field("jumlah", "Jumlah", "long", required=True),
    Field("segera", "Segera?", "boolean"),
    Field("setuju", "Setuju?", "boolean", required=True),
    Field("tanggal", "Tanggal", "date", required=True),
    Field("jenis", "Jenis", "enum", required=True, choices=(("a", "Anu"), ("b", "Banu"))),
    Field("bulan", "Bulan", "enum", choices=tuple((str(n), f"Bulan {n}") for n in range(1, 13))),
)
GOOD = {
    "nama": ["Ibu Ani"],
    "uraian": ["satu\r\ndua"],
    "jumlah": ["1.250"],
    "segera": ["y"],
    "setuju": ["tidak"],
    "tanggal": ["31-01-2026"],
    "jenis": ["b"],
    "bulan": ["12"],
}
DATA = {
    "nama": "Ibu Ani",
    "uraian": "satu\ndua",
    "jumlah": 1250,
    "segera": True,
    "setuju": False,
    "tanggal": "2026-01-31",
    "jenis": "b",
    "bulan": "12",
}


def context(data=None):
    return FormContext(task={}, data=data or {}, satker={}, person={}, year=2026)


def opened(fields=FIELDS, typed=None, data=None):
    return declared_form(fields).open(context(data), typed)


def test_every_type_gives_its_kind_of_data():
    form = opened(typed=GOOD)
    assert form.validate(), form.errors
    assert form.submission().data == DATA
    ensure_json(form.submission().data)


def test_nothing_typed_is_told_in_words():
    form = opened(typed={"lain": ["x"]})
    assert not form.validate()
    assert form.error_list() == [
        ("nama", "Nama belum diisi. Ketik isinya pada satu baris."),
        ("jumlah", "Jumlah belum diisi. Ketik angka bulat, misalnya 1.250."),
        ("setuju-0", "Setuju? belum dijawab. Pilih Ya atau Tidak."),
        ("tanggal", "Tanggal belum diisi. Pilih tanggal, atau ketik misalnya 31-01-2026."),
        ("jenis-0", "Jenis belum dipilih. Pilih salah satu."),
    ]


def test_what_need_not_be_filled_is_null_or_empty():
    fields = [Field(t, t, t) for t in ("string", "text", "long", "boolean", "date", "enum")]
    form = opened(fields, typed={"lain": [""]})
    assert form.validate()
    assert form.submission().data == {
        "string": "", "text": "", "long": None, "boolean": False, "date": None, "enum": None,
    }  # fmt: skip


@pytest.mark.parametrize("text", ["1,5", "abc", "1e3", "9" * 400, "٣", "1.25", "12345678901234567890"])
def test_no_whole_number_stays_as_typed(text):
    form = opened(typed={**GOOD, "jumlah": [text]})
    assert not form.validate()
    assert len(form.error_list()) == 1
    assert typed_of(form)["jumlah"] == [text]


def test_the_cases_data_are_filled_in_and_sent_again_alike():
    first = opened(data=DATA)
    again = opened(typed=typed_of(first))
    assert again.validate(), again.errors
    assert again.submission().data == first.submission().data == DATA


def test_defaults_of_the_diagram():
    fields = (
        Field("a", "A", "string", default="Jakarta"),
        Field("b", "B", "long", default="1250"),
        Field("c", "C", "boolean", default="true"),
        Field("d", "D", "date", default="2026-01-31"),
        Field("e", "E", "enum", choices=(("x", "X"),), default="x"),
        Field("f", "F", "boolean", required=True, default="false"),
        Field("g", "G", "date", default="31/01/2026"),
    )
    form = opened(fields)
    assert form.validate(), form.errors
    assert form.submission().data == {
        "a": "Jakarta", "b": 1250, "c": True, "d": "2026-01-31", "e": "x", "f": False, "g": "2026-01-31",
    }  # fmt: skip


def test_a_default_that_makes_no_sense_is_no_default():
    fields = (Field("b", "B", "long", default="banyak"), Field("d", "D", "date", default="kapan saja"))
    form = opened(fields)
    assert form.validate()
    assert form.submission().data == {"b": None, "d": None}
    assert typed_of(form) == {"b": [""], "d": [""]}


@pytest.mark.parametrize(
    "word",
    ["data", "validate", "errors", "process", "open", "context", "title", "pages", "submission", "meta", "ids", "self",
     "nama-satker", "class", "isian_0", "label", "Nama Lengkap", "é"],
)  # fmt: skip
def test_an_id_may_be_any_word(word):
    form = opened((Field(word, "Isian", "string", required=True), Field("lain", "Lain", "string")), typed={word: ["x"]})
    assert form.validate(), form.errors
    assert form.submission().data == {word: "x", "lain": ""}
    assert opened((Field(word, "Isian", "string"),), data={word: "y"}).submission().data == {word: "y"}


@pytest.mark.parametrize("word", ["", "_x", "csrf_token", "submit"])
def test_an_id_that_a_page_needs_itself_is_refused(word):
    with pytest.raises(ValueError, match="another id"):
        declared_form([Field(word, "X", "string")])


def test_two_fields_may_not_share_an_id():
    with pytest.raises(ValueError, match="two form fields"):
        declared_form([Field("a", "X", "string"), Field("a", "Y", "long")])


@pytest.mark.parametrize("text", ["\x00", "\ud800", "<script>", "9" * 6000, "\u202e", "{{7*7}}", "-1", " "])
def test_hostile_text_in_every_field(text):
    form = opened(typed={f.id: [text] for f in FIELDS})
    form.validate()
    json.dumps(ensure_json(form.submission().data)).encode()
    for _where, message in form.error_list():
        assert message.endswith(".")
        assert "valid" not in message.lower()
    "".join(str(f()) for f in form)


def test_a_label_stands_in_for_itself():
    assert [f.label.text for f in opened((Field("nama_lain", "", "string"),))] == ["nama_lain"]


def test_an_unknown_type_is_a_line_of_text():
    assert opened((Field("x", "X", "mystery"),), typed={"x": ["a\nb"]}).submission().data == {"x": "a b"}
