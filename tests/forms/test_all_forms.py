"""What is true of every form in the table."""

from __future__ import annotations

import json
import re

import pytest
from wtforms import FieldList

from app.sdk.fields import SecretField
from app.sdk.forms import TaskForm, typed_of, without_secrets
from app.sdk.json import ensure_json
from app.sdk.rows import leaves
from forms import FORMS

SECRET = "kata sandi tte"
NAMES = ["draft_pk", "edit_satker", "input_passphrase", "membuat_lembar_pk", "periksa_registrasi", "review_eselon_1"]
VERBS = r"\b(Ketik|Pilih|Klik|Hapus|Tambahkan|Persingkat|Periksa|Bedakan|Gabungkan|Cocokkan|Muat|Kirim)\b"
ENGLISH = r"\b(the|is|not|field|required|valid|invalid|choice|must|value|token|character)\b"
HOSTILE = [
    "",
    " ",
    "x",
    "\x00",
    "\ud800",
    "9" * 6000,
    "<script>",
    "-1",
    "Rp",
    "31-02-2026",
    "\u202e",
    "{{7*7}}",
    SECRET,
]


@pytest.fixture(params=NAMES)
def form_class(request):
    return FORMS[request.param]


def hostile(form_class, text):
    """Every field of a form, rows with gaps included, with the same text; and some that it does not have."""
    names = [name.replace("-0", "-7") for name in typed_of(form_class(formdata=None))]
    names += [f.name for f in form_class(formdata=None) if not isinstance(f, FieldList)]
    return {name: [text, text] for name in [*names, "meta", "data", "csrf_token", "__class__", "sasaran-0-__class__-x"]}


def test_the_table():
    assert sorted(FORMS) == NAMES
    assert all(issubclass(form, TaskForm) and form.title for form in FORMS.values())


def test_it_opens_without_an_application(form_class, case):
    form = form_class.open(case())
    assert "csrf_token" not in form
    assert form.secret_names() <= {"passphrase"}
    assert all(name in form for page in form.pages for name in page.fields)


def test_every_label_is_written_by_us(form_class):
    for top in form_class(formdata=None):
        for f, _ in leaves(top):
            assert f.label.text
            assert "_" not in f.label.text


def test_no_row_can_hold_a_secret(form_class):
    secret = [f.name for top in form_class(formdata=None) for f, _ in leaves(top) if isinstance(f, SecretField)]
    assert set(secret) == form_class.secret_names()


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_input_ends_in_sentences_that_say_what_to_do(form_class, case, text):
    form = form_class.open(case(), hostile(form_class, text))
    form.validate()
    for where, message in form.error_list():
        assert where
        assert message.endswith("."), message
        assert re.search(VERBS, message), message
        assert not re.search(ENGLISH, message, re.IGNORECASE), message
        assert "Anda harus" not in message
    "".join(str(f()) for f in form)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_input_becomes_exact_json_if_it_becomes_anything(form_class, case, text):
    form = form_class.open(case(), hostile(form_class, text))
    form.validate()
    done = form.submission()
    json.dumps(ensure_json(done.data)).encode()
    for master in done.masters.values():
        ensure_json(master)


def test_what_is_kept_of_hostile_input_has_no_secret(form_class, case):
    values = {name: [SECRET] for name in form_class.secret_names()}
    kept = without_secrets(form_class, {**values, "catatan": ["x"], "csrf_token": ["t"]})
    assert kept == {"catatan": ["x"]}
    assert SECRET not in repr(typed_of(form_class.open(case(), values)))


def test_no_form_asks_flask_for_a_token(form_class):
    assert form_class(formdata=None).meta.csrf is False
