"""Rows inside rows, as a page sends them: with gaps, with empty ones, too many, or none."""

from __future__ import annotations

import time

import pytest
from werkzeug.datastructures import MultiDict

from app.sdk.fields import AtMost, Filled, Row, RowsField, RupiahField, TextField
from app.sdk.forms import TaskForm, typed_of


class Inner(Row):
    isi = TextField("Isi", [Filled("Isi belum diisi. Ketik isinya."), AtMost(5, "Isi")])
    jumlah = RupiahField("Jumlah")


class Outer(Row):
    nama = TextField("Nama", [Filled("Nama belum diisi. Ketik namanya.")])
    isian = RowsField(
        "Isian",
        Inner,
        noun="isian",
        add_label="Tambah isian",
        total="jumlah",
        unique=("isi",),
        at_least="Belum ada isian. Tambahkan satu.",
        at_most=3,
    )


class Form(TaskForm):
    nama = TextField("Nama")
    kotak = RowsField(
        "Kotak", Outer, noun="kotak", add_label="Tambah kotak", at_least="Belum ada kotak. Tambahkan satu.", at_most=4
    )
    bebas = RowsField("Bebas", Inner, noun="baris", add_label="Tambah baris")


def sent(**values):
    return Form(formdata=MultiDict({k.replace("__", "-"): v for k, v in values.items()}))


def test_gaps_are_closed_in_order_and_in_names():
    form = sent(
        kotak__7__nama="B",
        kotak__7__isian__9__isi="b2",
        kotak__7__isian__3__isi="b1",
        kotak__2__nama="A",
        kotak__2__isian__10__isi="a1",
    )
    assert form.validate()
    assert form.kotak.data == [
        {"nama": "A", "isian": [{"isi": "a1", "jumlah": None}]},
        {"nama": "B", "isian": [{"isi": "b1", "jumlah": None}, {"isi": "b2", "jumlah": None}]},
    ]
    last = form.kotak.entries[1].form.isian.entries[1].form.isi
    assert last.name == last.id == last.label.field_id == "kotak-1-isian-1-isi"


def test_a_new_form_has_one_empty_row_on_every_level():
    form = Form(formdata=None)
    assert list(typed_of(form)) == [
        "nama", "kotak-0-nama", "kotak-0-isian-0-isi", "kotak-0-isian-0-jumlah", "bebas-0-isi", "bebas-0-jumlah",
    ]  # fmt: skip
    assert form.kotak.data == []


def test_the_blank_row_has_its_mark_on_every_level():
    row = Form(formdata=None).kotak.blank()
    first = row.form.isian.entries[0].form.isi
    assert row.name == row.id == "kotak-__N__"
    assert row.form.nama.label.field_id == "kotak-__N__-nama"
    assert first.name == first.id == "kotak-__N__-isian-0-isi"
    assert row.form.isian.blank().form.isi.name == "kotak-__N__-isian-__N__-isi"
    assert 'name="kotak-__N__-nama"' in str(row.form.nama())


def test_a_blank_row_does_not_change_the_form():
    form = sent(kotak__0__nama="A", kotak__0__isian__0__isi="a")
    before = typed_of(form)
    form.kotak.blank()
    form.kotak.entries[0].form.isian.blank()
    assert typed_of(form) == before


def test_empty_rows_are_left_out_and_not_complained_about():
    form = sent(kotak__0__nama="", kotak__1__nama="A", kotak__1__isian__0__isi=" ", kotak__1__isian__1__isi="a")
    assert form.validate()
    assert form.kotak.data == [{"nama": "A", "isian": [{"isi": "a", "jumlah": None}]}]
    assert len(form.kotak.entries) == 2, "they stay on the screen"


def test_a_row_with_only_an_unreadable_number_is_not_empty():
    form = sent(kotak__0__nama="A", kotak__0__isian__0__isi="a", bebas__0__jumlah="sejuta")
    assert not form.validate()
    assert [where for where, _ in form.error_list()] == ["bebas-0-isi", "bebas-0-jumlah"]


def test_rows_that_are_not_needed_may_all_be_empty():
    form = sent(kotak__0__nama="A", kotak__0__isian__0__isi="a", bebas__0__isi="")
    assert form.validate()
    assert form.bebas.data == []


def test_errors_name_the_row_and_stand_at_its_field():
    form = sent(kotak__3__nama="A", kotak__3__isian__0__isi="a", kotak__5__nama="B", kotak__5__isian__4__isi="panjang")
    assert not form.validate()
    sentence = "Kotak 2, isian 1: Isi ini 7 huruf, padahal paling banyak 5 huruf. Persingkat 2 huruf."
    assert form.error_list() == [("kotak-1-isian-0-isi", sentence)]
    assert form.kotak.entries[1].form.isian.entries[0].form.isi.errors == [sentence]
    assert not form.validate()
    assert form.error_list() == [("kotak-1-isian-0-isi", sentence)], "asking twice names the row once"


def test_the_number_in_an_error_is_the_number_on_the_screen():
    form = sent(kotak__0__nama="", kotak__1__nama="", kotak__1__isian__0__isi="a")
    form.validate()
    assert form.error_list() == [("kotak-1-nama", "Kotak 2: Nama belum diisi. Ketik namanya.")]


def test_where_all_is_empty_the_first_row_says_what_is_missing():
    form = sent(kotak__0__nama="", kotak__0__isian__0__isi="", kotak__1__nama="")
    form.validate()
    assert form.error_list() == [
        ("kotak-0-nama", "Kotak 1: Nama belum diisi. Ketik namanya."),
        ("kotak-0-isian-0-isi", "Kotak 1, isian 1: Isi belum diisi. Ketik isinya."),
    ]


def test_where_there_is_no_row_the_field_says_so():
    form = sent(nama="x")
    form.validate()
    assert form.error_list() == [("kotak", "Belum ada kotak. Tambahkan satu.")]
    form = sent(kotak__0__nama="A")
    form.validate()
    assert form.error_list() == [("kotak-0-isian", "Kotak 1: Belum ada isian. Tambahkan satu.")]


def test_too_many_rows_are_counted_and_shown():
    form = sent(**{f"kotak__{i}__nama": "A" for i in range(6)})
    form.validate()
    assert ("kotak", "Paling banyak 4 kotak; sekarang ada 6. Gabungkan atau hapus sebagian.") in form.error_list()
    assert len(form.kotak.entries) == 6


def test_absurdly_many_rows_are_counted_and_not_built():
    form = sent(**{f"bebas__{i}__isi": "a" for i in range(100_000)})
    assert len(form.bebas.entries) == 400
    form.validate()
    assert "sekarang ada 100000" in form.error_list()[-1][1]


def test_twins_are_told_of_each_other():
    form = sent(kotak__0__nama="A", kotak__0__isian__0__isi="Sama", kotak__0__isian__1__isi=" sama ")
    assert not form.validate()
    assert form.error_list() == [
        (
            "kotak-0-isian-1-isi",
            "Kotak 1, isian 2: Isinya sama dengan isian 1. Bedakan isinya, atau hapus salah satu.",
        )
    ]


def test_the_sum_takes_what_can_be_read():
    form = sent(kotak__0__isian__0__jumlah="1.000", kotak__0__isian__1__jumlah="Rp 500", kotak__0__isian__2__jumlah="x")
    assert form.kotak.entries[0].form.isian.sum() == 1500
    assert form.bebas.sum() == 0


@pytest.mark.parametrize(
    "name",
    [
        "kotak-²-nama", "kotak-01-nama", "kotak--1-nama", "kotak-1e3-nama", "kotak-9999999999-nama", "kotak-__N__-nama",
        "kotak", "kotak-", "kotak-x", "kotaklain-0-nama", "kotak-" + "9" * 5000, "kotak-٣-nama", "kotak- 1-nama",
    ],
)  # fmt: skip
def test_names_that_no_page_sends_make_no_row(name):
    form = Form(formdata=MultiDict({name: "A"}))
    assert form.kotak.entries == []


def test_sixty_rows_are_fast():
    values = {f"kotak__{k}__isian__{i}__{n}": "1" for k in range(2) for i in range(30) for n in ("isi", "jumlah")}
    start = time.perf_counter()
    form = sent(**values)
    form.validate()
    typed_of(form)
    assert time.perf_counter() - start < 0.5  # about 10 ms; room for a busy machine
