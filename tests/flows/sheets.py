"""Workbooks and CSV files as people in an office make them, with their mistakes."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import openpyxl

from app import clock
from app.flows import rights, sample
from app.flows.importing import runs
from app.flows.importing.columns import KINDS
from app.flows.importing.runs import Checked
from app.flows.rights import Actor
from app.models import User, db
from tests.world import World

UNIT = {"Kode Unit": "030000", "Nama Unit": "Direktorat Jenderal Kebudayaan Rekaan"}
SATKER = {
    "Kode Satker": "300301", "Nama Satker": "Balai Budaya Contoh", "Kode Unit": "030000", "Kota": "Denpasar",
    "Zona": "WITA", "Email Satker": "balai300301@contoh.example",
}  # fmt: skip
PEJABAT = {
    "Kode Satker": "300301", "Kode Unit": "", "NIP": "198502022010011007", "NIK": "9901010202850071",
    "Nama": "I Made Contoh, S.S.", "Jabatan": "Kepala Balai Budaya Contoh", "Sebagai": "Definitif",
    "Mulai": "2026-02-01", "Sampai": "", "E-mail": "made.contoh@contoh.example",
}  # fmt: skip
OPERATOR = {"Username": "", "Nama": "Ketut Contoh", "Peran": sample.OPERATOR, "Tempat": "300301", "E-mail": ""}
PENELAAH = {
    "Username": "telaah030000", "Nama": "Luh Contoh", "Peran": sample.PENELAAH, "Tempat": "030000",
    "E-mail": "luh.contoh@contoh.example",
}  # fmt: skip
WHOLE = {"Unit": [UNIT], "Satker": [SATKER], "Pejabat": [PEJABAT], "Pengguna": [OPERATOR, PENELAAH]}

Rows = Sequence[dict[str, Any]]


def book(**sheets: Rows) -> bytes:
    """An XLSX: sheet name -> rows by header."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        known = next((k for k in KINDS.values() if k.sheet == name), None)
        columns = list(dict.fromkeys(h for row in rows for h in row)) or [c.label for c in known.columns]
        sheet.append(columns)
        for row in rows:
            sheet.append([row.get(h) for h in columns])
    return saved(made)


def saved(made: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def actor(username: str = "admin") -> Actor:
    """Somebody of the sample, within an application context."""
    user = db.session.scalars(db.select(User.id).where(User.username == username)).one()
    return rights.actor_of(user, 2026, rights.local_day(clock.now()))


def checked(world: World, content: bytes, name: str = "data.xlsx", by: str = "admin") -> Checked:
    with world.app.app_context():
        found = runs.check_file(content, name, actor(by), clock.now())
        db.session.rollback()
        return found


def faults(world: World, content: bytes, name: str = "data.xlsx", by: str = "admin") -> list[tuple[str, int, str, str]]:
    """(sheet, row, column, sentence) of what must be put right."""
    found = checked(world, content, name, by).plan.report.faults
    return [(f.sheet, f.row, f.column, f.text) for f in found if f.level == "error"]


def load(world: World, content: bytes, name: str = "data.xlsx", by: str = "admin") -> Any:
    """Upload, confirm, let the worker work; the run."""
    with world.app.app_context():
        run_id = runs.start(content, name, actor(by), clock.now())
        run = runs.find(run_id, actor(by))
        if run.state == "ready":
            runs.confirm(run_id, run.report["digest"], actor(by))
    world.chores()
    with world.app.app_context():
        run = runs.find(run_id, actor(by))
        assert run.rows is not None  # read while there is a session
        db.session.expunge(run)
        return run
