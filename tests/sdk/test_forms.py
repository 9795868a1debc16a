"""What every form of a task can do, shown on a small one; no application around it."""

from __future__ import annotations

from wtforms import BooleanField

from app.sdk.fields import ChoiceField, PassphraseField, RowsField, TanggalField, TextField
from app.sdk.forms import FormContext, Page, Submission, TaskForm, merge_page, of_page, typed_of, without_secrets
from app.sdk.secrets import Passphrase
from tests.sdk.test_rows import Inner

SECRET = "kata sandi tte"


class Small(TaskForm):
    nama = TextField("Nama")
    setuju = BooleanField("Setuju")
    pilihan = ChoiceField("Pilihan", choices={"a": "Anu"})
    tanggal = TanggalField("Tanggal")
    isi = RowsField("Isi", Inner, noun="isian", add_label="Tambah")
    kunci = PassphraseField("Kunci")


ONE, TWO = Page("Satu", ("nama", "setuju")), Page("Dua", ("isi",))


def context(data=None):
    return FormContext(task={}, data=data or {}, satker={}, person={}, year=2026)


def opened(**typed):
    return Small.open(context(), {k.replace("__", "-"): [v] for k, v in typed.items()})


def test_a_form_opens_with_the_cases_data_and_needs_no_application():
    form = Small.open(context({"nama": "A", "tanggal": "2026-01-31", "lain": 1}))
    assert typed_of(form)["nama"] == ["A"]
    assert typed_of(form)["tanggal"] == ["2026-01-31"]
    assert "csrf_token" not in form


def test_what_was_typed_wins_over_the_cases_data():
    assert Small.open(context({"nama": "A"}), {"nama": ["B"]}).nama.data == "B"
    assert not Small.open(context({"nama": "A"}), {}).nama.data


def test_the_secret_goes_its_own_way():
    form = opened(nama="A", pilihan="a", kunci=SECRET)
    assert form.validate()
    done = form.submission()
    assert done.data == {"nama": "A", "setuju": False, "pilihan": "a", "tanggal": None, "isi": []}
    assert list(done.secrets) == ["kunci"]
    assert isinstance(done.secrets["kunci"], Passphrase)
    assert SECRET not in repr(done)
    assert "kunci" not in opened(nama="A").submission().data, "no empty secret either"


def test_secrets_and_masters_are_not_in_the_repr():
    assert "9901" not in repr(Submission({}, {}, {"info_satker": {"nik_pimpinan": "9901011501800001"}}))


def test_drafts_have_no_secret_and_no_token():
    typed = {"nama": ["A"], "kunci": [SECRET], "csrf_token": ["t"], "_page": ["2"]}
    assert without_secrets(Small, typed) == {"nama": ["A"]}
    assert Small.secret_names() == {"kunci"}


def test_what_was_typed_can_be_told_again_without_the_secret():
    form = opened(nama="A", setuju="y", pilihan="a", isi__4__isi="x", isi__4__jumlah="1000", kunci=SECRET)
    assert typed_of(form) == {
        "nama": ["A"],
        "setuju": ["y"],
        "pilihan": ["a"],
        "tanggal": [""],
        "isi-0-isi": ["x"],
        "isi-0-jumlah": ["1.000"],
    }


def test_a_page_has_its_fields_and_their_rows():
    typed = {"nama": ["A"], "isi-0-isi": ["x"], "isian": ["nein"]}
    assert of_page(typed, TWO) == {"isi-0-isi": ["x"]}


def test_rows_removed_on_a_page_do_not_come_back():
    kept = {"nama": ["A"], "isi-0-isi": ["x"], "isi-1-isi": ["y"]}
    assert merge_page(kept, {"isi-0-isi": ["z"], "nama": ["bukan halaman ini"]}, TWO) == {
        "nama": ["A"],
        "isi-0-isi": ["z"],
    }
    assert merge_page({"setuju": ["y"]}, {"nama": ["A"]}, ONE) == {"nama": ["A"]}, "an unticked box sends nothing"


def test_errors_are_listed_in_the_order_of_the_page():
    form = opened(pilihan="x", tanggal="kemarin", isi__0__jumlah="x")
    assert not form.validate()
    assert [where for where, _ in form.error_list()] == ["pilihan-0", "tanggal", "isi-0-isi", "isi-0-jumlah"]
    assert [where for where, _ in form.error_list(TWO)] == ["isi-0-isi", "isi-0-jumlah"]
    assert form.error_list(ONE) == []


def test_a_form_without_further_ado_has_nothing_to_copy_or_to_tell():
    form = opened()
    assert (form.copy_of({"pk": {}}), form.facts(), form.notice()) == (None, [], "")
