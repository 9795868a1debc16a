"""Forms that a diagram declares: each hostile or useless declaration is refused with a sentence, good ones are read."""

from __future__ import annotations

import time
from xml.sax.saxutils import quoteattr

import pytest

from app.engine.checks import prepare
from app.engine.checks.fields import MAX_FIELDS, faults
from app.engine.types import Field, Problem
from app.sdk.declared import declared_form
from tests.engine.drawing import END, START, chain, document, task

CAMUNDA = 'xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'


def form(*fields: str) -> bytes:
    """A process whose one task declares these fields."""
    data = f"<camunda:formData {CAMUNDA}>{''.join(fields)}</camunda:formData>"
    step = task("a", f"<extensionElements>{data}</extensionElements>")
    return document(START + step + END + chain("mulai", "a", "selesai"))


def field(inside: str = "", **attributes: str) -> str:
    given = {"label": "Catatan", "type": "string"} | attributes
    words = " ".join(f"{k}={quoteattr(v)}" for k, v in given.items())
    return f"<camunda:formField {words}>{inside}</camunda:formField>"


def choice(value: str, label: str = "") -> str:
    return f"<camunda:value id={quoteattr(value)} name={quoteattr(label or value)}/>"


def problems(data: bytes) -> list[Problem]:
    return [p for p in prepare({"proses.bpmn": data}).problems if p.element == "a"]


def said(data: bytes, level: str = "error") -> list[str]:
    return [p.message for p in problems(data) if p.level == level]


def test_a_declared_form_is_read_whole() -> None:
    inside = (
        '<camunda:properties><camunda:property id="help" value="Satu kalimat."/></camunda:properties>'
        '<camunda:validation><camunda:constraint name="required"/></camunda:validation>'
        + choice("a", "Anu")
        + choice("b")
    )
    prepared = prepare({"proses.bpmn": form(field(inside, id="jenis", type="enum", defaultValue="b"))})
    assert prepared.ok
    assert prepared.elements["a"].fields == (
        Field("jenis", "Catatan", "enum", True, (("a", "Anu"), ("b", "b")), "b", "Satu kalimat."),
    )


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ((field(),), "tidak punya id"),
        ((field(id="x"), field(id="x")), "Dua isian memakai id 'x'"),
        ((field(id="csrf_token"),), "sudah dipakai Alur"),
        ((field(id="submit"),), "sudah dipakai Alur"),
        ((field(id="_halaman"),), "sudah dipakai Alur"),
        ((field(id="__class__"),), "sudah dipakai Alur"),
        ((field(id="satker"),), "sudah dipakai Alur"),
        ((field(id="a\u200bb"),), "tidak terlihat"),
        ((field(id="x" * 65),), "lebih dari 64"),
        ((field(id="x", type="password"),), "tidak dikenal"),
        ((field(id="x", type="enum"),), "tidak punya pilihan"),
        ((field(choice("p") + choice("p"), id="x", type="enum"),), "bernilai sama"),
        ((field(choice(""), id="x", type="enum"),), "kosong"),
        ((field("".join(choice(str(n)) for n in range(201)), id="x", type="enum"),), "paling banyak 200"),
        ((field(choice("p"), id="x", type="enum", defaultValue="q"),), "bukan salah satu pilihan"),
        ((field(id="x", type="long", defaultValue="banyak"),), "bukan angka bulat"),
        ((field(id="x", type="boolean", defaultValue="ya"),), "true atau false"),
        ((field(id="x", type="date", defaultValue="31-02-2026"),), "bukan tanggal"),
        ((field(id="x", label="L" * 301),), "lebih dari 300"),
        (
            (
                field(
                    f'<camunda:properties><camunda:property id="help" value="{"h" * 501}"/></camunda:properties>',
                    id="x",
                ),
            ),
            "lebih dari 500",
        ),
    ],
)
def test_what_can_not_be_asked_is_refused(fields: tuple[str, ...], words: str) -> None:
    found = said(form(*fields))
    assert len(found) == 1
    assert words in found[0]
    assert found[0].endswith(".")


@pytest.mark.parametrize("word", ["class", "len", "None", "nama-satker", "é", "hari_kerja"])
def test_an_id_that_no_condition_can_read_is_mentioned(word: str) -> None:
    data = form(field(id=word))
    assert said(data) == []
    assert "syarat" in said(data, "warning")[0]


@pytest.mark.parametrize("word", ["data", "validate", "errors", "meta", "process", "populate_obj", "isian_0", "self"])
def test_a_name_of_the_forms_own_works_like_any_other(word: str) -> None:
    data = form(field(id=word))
    assert problems(data) == []
    made = declared_form(prepare({"proses.bpmn": data}).elements["a"].fields)
    assert made.writes() == {word}


def test_ten_thousand_fields_are_one_sentence_and_no_wait() -> None:
    begun = time.monotonic()
    found = said(form(*(field(id=f"isian{n}") for n in range(10_000))))
    assert found == [
        f"Formulir ini berisi 10000 isian; paling banyak {MAX_FIELDS}. Bagi menjadi beberapa tugas.",
    ]
    assert time.monotonic() - begun < 5


def test_what_has_no_effect_is_mentioned() -> None:
    limits = '<camunda:validation><camunda:constraint name="maxlength" config="5"/></camunda:validation>'
    assert said(form(field(limits, id="x")), "warning") == [
        "Batas 'maxlength' pada isian tidak diperiksa. Hapus batas itu."
    ]
    assert "id-nya yang tampil" in said(form(field(id="x", label="")), "warning")[0]


def test_each_fault_says_at_which_part_of_which_field() -> None:
    found = faults([Field("a", "A", "string"), Field("a", "", "enum")])
    assert [(f.index, f.part, f.level) for f in found] == [
        (1, "id", "error"),
        (1, "label", "warning"),
        (1, "choices", "error"),
    ]


@pytest.mark.parametrize("kind", ["string", "text", "long", "boolean", "date", "enum"])
@pytest.mark.parametrize("default", ["", "1", "true", "2026-01-31", "p"])
def test_what_is_not_refused_can_be_made_into_a_form(kind: str, default: str) -> None:
    declared = Field("x", "X", kind, True, (("p", "P"),), default or None, "Bantuan")
    if not [f for f in faults([declared]) if f.level == "error"]:
        made = declared_form([declared])(formdata=None)
        assert [f.description for f in made] == ["Bantuan"]
