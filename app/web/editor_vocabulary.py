"""What the editor's panel offers: the house's forms, services, roles and words, as one JSON value for the page."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.engine.checks.fields import MAX_FIELDS, MAX_HELP, MAX_LABEL, TAKEN
from app.engine.checks.texts import MAX_CYCLES, MAX_RETRIES
from app.engine.expression_functions import NAMES as FUNCTIONS
from app.flows.house import house
from app.models import Role, db
from app.sdk.forms import TaskForm
from app.sdk.json import JsonObject
from app.sdk.services import ServiceTask
from app.sdk.variables import Param, Variable
from app.web.words import STATUS

FIELD_TYPES = {
    "string": "Teks satu baris",
    "text": "Teks panjang",
    "long": "Angka bulat",
    "boolean": "Ya atau tidak",
    "date": "Tanggal",
    "enum": "Pilihan",
}
ERRORS = {
    "PASSPHRASE_SALAH": "Passphrase salah",
    "TTE_TIDAK_AKTIF": "TTE tidak aktif",
    "TTE_TIDAK_TERJANGKAU": "Penyedia TTE tidak terjangkau",
    "TTE_HASIL_TIDAK_DIKETAHUI": "Hasil TTE tidak diketahui",
    "TTE_SERTIFIKAT_BERBEDA": "Sertifikat berbeda",
    "ISI_LEMBAR": "Isi lembar belum lengkap",
}
# what every case has from its start, and what an error leaves (app/flows/start, app/engine/events)
CASE = (
    Variable("tahun", "Tahun", "long"),
    Variable("satker", "Kode satker"),
    Variable("zona", "Zona waktu", "enum", (("WIB", "WIB"), ("WITA", "WITA"), ("WIT", "WIT"))),
)
ERROR = (
    Variable("kesalahan.kode", "Kode kesalahan terakhir", "enum", tuple(ERRORS.items())),
    Variable("kesalahan.pesan", "Pesan kesalahan terakhir"),
)


def vocabulary_json() -> JsonObject:
    """For the panel: {forms, operators, roles, statuses, types, errors, case, error, limits, ...}; see its index.js."""
    h = house()
    return {
        "forms": [_form(name, form) for name, form in h.forms.items()],
        "operators": [_operator(name, task) for name, task in h.operators.items()],
        "roles": sorted(db.session.scalars(select(Role.name))),
        "statuses": ["Penyusunan PK", *STATUS],
        "types": FIELD_TYPES,
        "errors": ERRORS,
        "case": [_variable(v) for v in CASE],
        "error": [_variable(v) for v in ERROR],
        "functions": sorted(FUNCTIONS),
        "taken": sorted(TAKEN),
        "limits": {
            "fields": MAX_FIELDS, "label": MAX_LABEL, "help": MAX_HELP, "retries": MAX_RETRIES, "cycles": MAX_CYCLES,
        },
    }  # fmt: skip


def _form(name: str, form: type[TaskForm]) -> JsonObject:
    return {
        "name": name,
        "title": form.title or name,
        "asks": [f.label.text for f in form(formdata=None) if f.label.text],
        "pages": [page.title for page in form.pages],
        "secret": bool(form.secret_names()),
        "writes": sorted(form.writes()),
        "may_write": sorted(form.may_write()),
        "reads": sorted(form.reads()),
        "variables": [_variable(v) for v in form.variables()],
    }


def _operator(name: str, task: ServiceTask) -> JsonObject:
    return {
        "name": name,
        "label": task.label,
        "attended": task.attended,
        "params": [_param(p) for p in task.params],
        "result": [_variable(v) for v in task.result],
        "errors": list(task.errors),
    }


def _param(param: Param) -> JsonObject:
    return {"name": param.name, "meaning": param.meaning, "required": param.required, "example": param.example}


def _variable(variable: Variable) -> dict[str, Any]:
    return {
        "path": variable.path, "label": variable.label, "kind": variable.kind,
        "choices": [list(c) for c in variable.choices],
    }  # fmt: skip
