"""No English message of WTForms can reach the screen."""

from __future__ import annotations

import ast
from pathlib import Path

import flask_wtf
import pytest
import wtforms
from wtforms import IntegerField, StringField
from wtforms.validators import InputRequired, Length

from app.sdk.messages import MESSAGES, Indonesian
from app.sdk.rows import Row


def english_messages():
    """Every text that WTForms and Flask-WTF hand to gettext or ngettext."""
    for package in (wtforms, flask_wtf):
        for path in sorted(Path(package.__file__).parent.rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                called = getattr(getattr(node, "func", None), "attr", "")
                if isinstance(node, ast.Call) and called in ("gettext", "ngettext"):
                    first = node.args[0]
                    if isinstance(first, ast.Constant):
                        yield first.value


@pytest.mark.parametrize("english", sorted(set(english_messages())))
def test_every_message_is_translated_with_its_placeholders(english):
    indonesian = MESSAGES[english]
    assert indonesian.rstrip().endswith(".")
    for mark in ("%(min)s", "%(max)s", "%(min)d", "%(max)d", "%(values)s", "%(value)s", "{extensions}"):
        assert (mark in indonesian) <= (mark in english)


def test_plain_wtforms_fields_speak_indonesian_without_an_application():
    class Odd(Row):
        a = StringField("A", [InputRequired()])
        b = IntegerField("B")
        c = StringField("C", [Length(min=3)])

    form = Odd(formdata=werkzeug_form({"b": "x", "c": "y"}))
    assert not form.validate()
    assert form.errors == {
        "a": ["Isian ini belum diisi. Ketik atau pilih isinya."],
        "b": ["Isian ini hanya berisi angka bulat. Ketik misalnya 1250."],
        "c": ["Isian ini terlalu pendek. Ketik paling sedikit 3 huruf."],
    }


def test_labels_stay_as_they_are():
    assert Indonesian().gettext("Nama Pimpinan") == "Nama Pimpinan"


def werkzeug_form(values):
    from werkzeug.datastructures import MultiDict

    return MultiDict(values)
