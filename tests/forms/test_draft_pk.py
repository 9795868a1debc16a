"""The operator drafts the PK in three pages."""

from __future__ import annotations

import pytest

from app.sdk.forms import typed_of
from app.sdk.json import ensure_json
from forms import FORMS
from tests.forms.conftest import NIK

Form = FORMS["draft_pk"]


def sent(case, pk, **changes):
    """The form with this PK typed, some of it typed anew; None takes a field away."""
    typed = typed_of(Form.open(case(data={"pk": pk})))
    for name, value in changes.items():
        typed[name.replace("__", "-")] = [value]
    form = Form.open(case(), {k: v for k, v in typed.items() if v != [None]})
    form.validate()
    return form


def errors(form):
    return dict(form.error_list())


def test_the_pages_are_the_guides(case):
    assert [(p.title, p.hint) for p in Form.pages] == [
        ("Penyusunan PK (1)", "Tempat dan tanggal, nama serta jabatan pimpinan, Tugas dan Fungsi"),
        ("Penyusunan PK (2)", "Sasaran, Indikator, dan target"),
        ("Penyusunan PK (3)", "Anggaran dan kegiatan"),
    ]
    of_pages = {name for p in Form.pages for name in p.fields}
    assert {f.name for f in Form(formdata=None)} == of_pages | {"ambil_info"}  # which stands on "Periksa isian"


def test_a_new_draft_has_the_city_of_the_satker_and_one_empty_row_of_each(case):
    assert typed_of(Form.open(case())) == {
        "tempat": ["Jakarta"],
        "tanggal": [""],
        "tugas_fungsi": [""],
        "sasaran-0-sasaran": [""],
        "sasaran-0-indikator-0-indikator": [""],
        "sasaran-0-indikator-0-target": [""],
        "sasaran-0-indikator-0-satuan": [""],
        "kegiatan-0-kegiatan": [""],
        "kegiatan-0-anggaran": [""],
    }


def test_name_and_title_of_the_head_are_shown_on_the_first_page_only(case):
    form = Form.open(case())
    assert [(f.label, f.value, f.where) for f in form.facts(Form.pages[0])] == [
        ("Nama Pimpinan", "Dr. Ani Lestari, M.Si.", "Info Satker"),
        ("Jabatan Pimpinan", "Kepala Biro Perencanaan", "Info Satker"),
    ]
    assert form.facts(Form.pages[1]) == form.facts(Form.pages[2]) == []
    assert NIK not in repr(form.facts())


def test_what_was_drafted_is_handed_over_as_it_stands(case, pk):
    form = sent(case, pk)
    assert form.validate(), form.errors
    assert form.submission().data == {"pk": pk}
    assert ensure_json(form.submission().data)
    assert form.kegiatan.sum() == 1_250_000_000


def test_after_a_return_everything_typed_is_still_there(case, pk):
    form = Form.open(case(data={"pk": pk, "catatan_perbaikan": {"dari": "Eselon 1"}}))
    assert form.validate()
    assert form.submission().data == {"pk": pk}


def test_an_empty_draft_says_what_to_do_everywhere(case):
    form = Form.open(case(), {"tempat": [""]})
    assert not form.validate()
    assert form.error_list() == [
        ("tempat", "Tempat belum diisi. Ketik kota penandatanganan, misalnya Jakarta."),
        ("tanggal", "Tanggal belum diisi. Pilih tanggal yang akan tercetak pada Lembar PK."),
        ("tugas_fungsi", "Tugas dan Fungsi belum diisi. Ketik tugas dan fungsi satker menurut peraturannya."),
        ("sasaran", "Belum ada sasaran. Tambahkan paling sedikit satu sasaran dengan indikatornya."),
        ("kegiatan", "Belum ada kegiatan. Tambahkan paling sedikit satu kegiatan dengan anggarannya."),
    ]


def test_errors_can_be_asked_by_page(case):
    form = Form.open(case())
    form.validate()
    assert [where for where, _ in form.error_list(Form.pages[0])] == ["tanggal", "tugas_fungsi"]
    assert [where for where, _ in form.error_list(Form.pages[2])] == ["kegiatan-0-kegiatan", "kegiatan-0-anggaran"]


def test_an_indicator_of_5000_characters_is_told_its_length_and_stays(case, pk):
    long = "x" * 5000
    form = sent(case, pk, sasaran__1__indikator__0__indikator=long)
    assert form.error_list() == [
        (
            "sasaran-1-indikator-0-indikator",
            "Sasaran 2, indikator 1: Indikator ini 5.000 huruf, padahal paling banyak 500 huruf. "
            "Persingkat 4.500 huruf.",
        )
    ]
    assert typed_of(form)["sasaran-1-indikator-0-indikator"] == [long]


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        ("tempat", 100),
        ("tugas_fungsi", 3000),
        ("sasaran__0__sasaran", 500),
        ("sasaran__0__indikator__0__indikator", 500),
        ("sasaran__0__indikator__0__target", 50),
        ("sasaran__0__indikator__0__satuan", 50),
        ("kegiatan__0__kegiatan", 300),
    ],
)
def test_every_text_has_its_limit(case, pk, name, limit):
    assert not sent(case, pk, **{name: "x" * limit}).error_list()
    (where, message), *others = sent(case, pk, **{name: "x" * (limit + 1)}).error_list()
    assert where == name.replace("__", "-")
    assert "paling banyak" in message
    assert not others


@pytest.mark.parametrize(
    "target", ["95", "95,5", "1.250", "100%", "95,5 %", "A", "WTP", "3 dokumen", "≥ 80", "80-90", "0"]
)
def test_targets(case, pk, target):
    form = sent(case, pk, sasaran__0__indikator__0__target=target)
    assert not form.error_list()
    assert form.submission().data["pk"]["sasaran"][0]["indikator"][0]["target"] == target


@pytest.mark.parametrize("target", ["95.5", "1,250,000", "1.25.000", "95,", ".5", "1..0", "95.5%", "1.2.3"])
def test_a_target_that_reads_in_two_ways_is_asked_again(case, pk, target):
    assert errors(sent(case, pk, sasaran__0__indikator__0__target=target)) == {
        "sasaran-0-indikator-0-target": "Sasaran 1, indikator 1: Titik dan koma pada angka ini tidak pada tempatnya. "
        "Ketik titik untuk ribuan dan koma untuk pecahan, misalnya 1.250 atau 95,5."
    }


@pytest.mark.parametrize("typed", ["1.250.000.000", "1250000000", "Rp 1.250.000.000,00", "Rp1.250.000.000,-"])
def test_money_as_people_type_it(case, pk, typed):
    form = sent(case, pk, kegiatan__1__anggaran=typed)
    assert form.submission().data["pk"]["kegiatan"][1]["anggaran"] == 1_250_000_000


def test_a_kegiatan_without_a_readable_budget_is_named(case, pk):
    assert errors(sent(case, pk, kegiatan__1__anggaran="dua juta")) == {
        "kegiatan-1-anggaran": "Kegiatan 2: Anggaran ditulis dalam rupiah bulat dengan angka saja. "
        "Ketik misalnya 1.250.000.000."
    }
    assert errors(sent(case, pk, kegiatan__1__anggaran="")) == {
        "kegiatan-1-anggaran": "Kegiatan 2: Anggaran belum diisi. "
        "Ketik jumlah rupiah, misalnya 1.250.000.000, atau 0 bila tidak ada."
    }


@pytest.mark.parametrize(
    ("day", "fine"), [("2025-12-30", True), ("2027-01-02", True), ("2206-01-31", False), ("0026-01-31", False)]
)
def test_the_date_is_near_the_year_of_the_pk(case, pk, day, fine):
    form = sent(case, pk, tanggal=day)
    assert (not form.error_list()) == fine
    if not fine:
        assert form.error_list() == [
            (
                "tanggal",
                f"Tahun {day[:4]} terlalu jauh dari PK tahun 2026. "
                "Pilih tanggal antara 1 Januari 2025 dan 31 Desember 2027.",
            )
        ]


def test_a_sasaran_needs_an_indikator(case, pk):
    typed = {
        k: v for k, v in typed_of(Form.open(case(data={"pk": pk}))).items() if not k.startswith("sasaran-1-indikator")
    }
    form = Form.open(case(), typed)
    assert not form.validate()
    assert form.error_list() == [
        (
            "sasaran-1-indikator",
            "Sasaran 2: Belum ada indikator. Tambahkan paling sedikit satu indikator dengan target dan satuannya.",
        )
    ]


def test_the_same_sasaran_or_indikator_twice_is_a_slip(case, pk):
    form = sent(case, pk, sasaran__1__sasaran="meningkatnya  mutu PERENCANAAN")
    assert errors(form) == {
        "sasaran-1-sasaran": "Sasaran 2: Isinya sama dengan sasaran 1. Bedakan isinya, atau hapus salah satu."
    }
    # one indikator may serve two sasaran
    assert not sent(case, pk, sasaran__1__indikator__0__indikator="Opini laporan keuangan").error_list()


def test_one_kegiatan_may_have_two_budgets_but_not_the_same_one_twice(case, pk):
    assert not sent(case, pk, kegiatan__1__kegiatan="Penyusunan rencana").error_list()
    form = sent(case, pk, kegiatan__1__kegiatan="Penyusunan rencana", kegiatan__1__anggaran="1.250.000.000")
    assert list(errors(form)) == ["kegiatan-1-kegiatan"]


@pytest.mark.parametrize(
    ("pattern", "count", "sentence"),
    [
        ("sasaran-{}-sasaran", 51, "Paling banyak 50 sasaran; sekarang ada 51. Gabungkan atau hapus sebagian."),
        (
            "sasaran-0-indikator-{}-indikator",
            31,
            "Sasaran 1: Paling banyak 30 indikator; sekarang ada 31. Gabungkan atau hapus sebagian.",
        ),
        ("kegiatan-{}-kegiatan", 101, "Paling banyak 100 kegiatan; sekarang ada 101. Gabungkan atau hapus sebagian."),
    ],
)
def test_too_many_rows(case, pattern, count, sentence):
    form = Form.open(case(), {pattern.format(n): [f"baris {n}"] for n in range(count)})
    form.validate()
    assert sentence in [message for _, message in form.error_list()]
    fewer = Form.open(case(), {pattern.format(n): [f"baris {n}"] for n in range(count - 1)})
    fewer.validate()
    assert not [m for _, m in fewer.error_list() if "Paling banyak" in m]


def test_last_year_is_copied_without_its_date(case, pk):
    typed = Form.copy_of({"pk": pk, "info_satker": {"nama": "x"}})
    form = Form.open(case(), typed)
    assert not form.validate()
    assert [where for where, _ in form.error_list()] == ["tanggal"]
    assert form.submission().data == {"pk": {**pk, "tanggal": None}}


@pytest.mark.parametrize("previous", [{}, {"pk": None}, {"pk": "rusak"}])
def test_where_there_is_no_last_year_nothing_is_copied(previous):
    assert Form.copy_of(previous) is None
