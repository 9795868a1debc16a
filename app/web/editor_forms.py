"""What the editor asks while somebody draws: how a form will look, and whether an expression will be understood."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from typing import Any

from flask import g, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from app import clock
from app.engine import judging
from app.engine.checks.fields import MAX_FIELDS, faults
from app.engine.types import Field
from app.errors import InvalidInput
from app.flows.diagrams import drafts
from app.flows.house import house
from app.sdk.declared import declared_form
from app.sdk.forms import FormContext, TaskForm
from app.sdk.json import JsonObject
from app.web.access import needs
from app.web.editor import bp
from app.web.editor_vocabulary import vocabulary_json

__all__ = ["expression", "preview", "vocabulary_json"]

_HALF = re.compile(r"[\ud800-\udfff]")  # half a character: no page can say it
LONGEST = 10_000  # characters of a text that is judged; scripts may have 5,000
# invented, so that a preview shows nobody's data
SATKER = {
    "kode": "000000", "nama": "Satker Contoh", "unit": "Unit Contoh", "kota": "Jakarta", "zona": "WIB",
    "nik_pimpinan": "", "nip_pimpinan": "", "nama_pimpinan": "Nama Pimpinan", "jabatan_pimpinan": "Jabatan Pimpinan",
    "alamat": "", "nama_operator": "", "hp": "", "email": "",
}  # fmt: skip


@bp.post("/<int:id>/pratinjau")
@needs("Biro Perencanaan", "Admin")
def preview(id: int) -> ResponseReturnValue:
    """A form as it will look: JSON {"form": name} or {"fields": [...], "name"?}, and "prefix"; an HTML fragment."""
    drafts.read(id)
    asked = _asked()
    prefix = "pratinjau-besar" if asked.get("large") is True else "pratinjau"
    if isinstance(asked.get("form"), str):
        form_class = house().forms.get(asked["form"])
        if form_class is None:
            raise InvalidInput(f"Formulir '{asked['form'][:60]}' tidak dikenal. Pilih salah satu dari daftar.")
        return _drawn(form_class, prefix)
    fields = _fields(asked.get("fields"))
    wrong = faults(fields)
    if any(f.level == "error" for f in wrong):
        return render_template("editor/_preview.html", form=None, faults=wrong)
    return _drawn(declared_form(fields), prefix, str(asked.get("name") or "")[:200])


@bp.post("/<int:id>/ekspresi")
@needs("Biro Perencanaan", "Admin")
def expression(id: int) -> ResponseReturnValue:
    """JSON {"kind", "text"} -> {"ok", "text", "message", "names", "sets"}; kinds are those of `judging`."""
    drafts.read(id)
    asked = _asked()
    kind, text = asked.get("kind"), asked.get("text")
    if not (isinstance(kind, str) and kind in judging.KINDS and isinstance(text, str) and len(text) <= LONGEST):
        raise InvalidInput("Pertanyaan editor tidak dapat dibaca. Muat ulang halaman ini.")
    return jsonify(asdict(judging.judge(kind, text)))


def _asked() -> JsonObject:
    asked = request.get_json(silent=True)
    if not isinstance(asked, dict) or _HALF.search(json.dumps(asked, ensure_ascii=False)):
        raise InvalidInput("Pertanyaan editor tidak dapat dibaca. Muat ulang halaman ini.")
    return asked


def _drawn(form_class: type[TaskForm], prefix: str, name: str = "") -> str:
    """The form as it opens first, in a case without data. The prefix keeps its ids apart from those of the page."""
    context = FormContext(
        task={"id": "0" * 32, "element": "pratinjau", "name": name, "properties": {}},
        data={},
        satker=SATKER,
        person={"name": g.actor.name, "nip": "", "title": "", "certificate": None},
        year=g.actor.year or clock.now().year,
    )
    form = form_class(formdata=None, data=form_class.prefill(context), prefix=prefix)
    form.context = context
    form.adapt()
    return render_template("editor/_preview.html", form=form, title=form.title or name, faults=[])


def _fields(given: Any) -> list[Field]:
    """The fields as the panel sends them. What has the wrong shape is no field; its content is judged by `faults`."""
    if not isinstance(given, list) or not all(isinstance(f, dict) for f in given):
        raise InvalidInput("Isian formulir ini tidak dapat dibaca. Muat ulang halaman ini.")
    if not given:
        raise InvalidInput("Formulir ini belum berisi isian. Tambahkan isian pertama.")
    return [_field(f) for f in given[: MAX_FIELDS + 1]]


def _field(given: JsonObject) -> Field:
    choices = given.get("choices")
    return Field(
        id=_text(given, "id"),
        label=_text(given, "label"),
        type=_text(given, "type"),
        required=given.get("required") is True,
        choices=tuple(
            (_text(c, "value"), _text(c, "label") or _text(c, "value"))
            for c in (choices if isinstance(choices, list) else [])
            if isinstance(c, dict)
        ),
        default=_text(given, "default") or None,
        help=_text(given, "help"),
    )


def _text(given: JsonObject, key: str) -> str:
    value = given.get(key)
    return value[:LONGEST] if isinstance(value, str) else ""
