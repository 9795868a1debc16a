"""An office on its first day: 340 satkers with 1,000 users and a head each, through the pages, the worker running."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from app.flows import sample
from app.jobs.worker import work
from app.models import Headship, Satker, User, db
from benchmarks.measure import Figure
from benchmarks.ours import house
from tests.flows.sheets import book
from tests.visitor import Visitor
from tests.world import PASSWORDS

LIMIT = 60.0  # seconds from the upload to the end


def run(quick: bool = False) -> list[Figure]:
    """One load into a house with the sample ministry in it."""
    units, satkers, users = (2, 10, 30) if quick else (10, 340, 1000)
    content = book(**rows(units, satkers, users))
    with house(1) as h:
        admin = Visitor(h.app, "admin", PASSWORDS[sample.ADMIN])
        with _worker(h.app):
            began = time.perf_counter()
            preview = admin.open("/muat").form("/muat").fill(berkas=(io.BytesIO(content), "kementerian.xlsx")).press()
            checked = time.perf_counter()
            assert "Yang akan terjadi" in preview.text, preview.text[:2000]
            preview.form("/muat/1/muat").press()
            longest = _wait(admin)
            seconds = time.perf_counter() - began
        assert "Selesai" in admin.open("/muat/1").text
        db.session.rollback()
        there = {
            m.__tablename__: db.session.scalar(select(func.count()).select_from(m)) for m in (Satker, User, Headship)
        }
    detail = {
        "satkers": satkers, "users": users, "file_bytes": len(content), "check_s": round(checked - began, 3),
        "longest_page_s": round(longest, 3), "rows_there": there,
    }  # fmt: skip
    return [Figure("import_340_1000_s", seconds, "s", ("<", LIMIT), f"check {checked - began:.2f} s", detail)]


def rows(units: int, satkers: int, users: int) -> dict[str, list[dict[str, Any]]]:
    """Invented rows: an operator for each satker, reviewers for the rest, a head everywhere."""
    heads = [_head("Kode Unit", f"{900 + u}000", u) for u in range(units)]
    offices, accounts = [], []
    for s in range(satkers):
        kode = str(600_000 + s)
        offices.append({
            "Kode Satker": kode, "Nama Satker": f"Balai Rekaan {s}", "Kode Unit": f"{900 + s % units}000",
            "Kota": "Bandung", "Zona": "WIB", "Alamat": f"Jl. Rekaan No. {s}", "Nama Operator": f"Operator Rekaan {s}",
            "No Hp Satker": "080000000000", "Email Satker": f"satker{kode}@contoh.example",
        })  # fmt: skip
        heads.append(_head("Kode Satker", kode, units + s))
        accounts.append({"Nama": f"Operator Rekaan {s}", "Peran": sample.OPERATOR, "Tempat": kode})
    for n in range(users - satkers):
        accounts.append({
            "Username": f"penelaah{n:04d}", "Nama": f"Penelaah Rekaan {n}", "Peran": sample.PENELAAH,
            "Tempat": f"{900 + n % units}000", "E-mail": f"penelaah{n}@contoh.example",
        })  # fmt: skip
    names = [{"Kode Unit": f"{900 + u}000", "Nama Unit": f"Direktorat Jenderal Rekaan {u}"} for u in range(units)]
    return {"Unit": names, "Satker": offices, "Pejabat": heads, "Pengguna": accounts}


def _head(column: str, kode: str, n: int) -> dict[str, Any]:
    return {
        column: kode, "NIP": f"19810101200501{1000 + n}", "NIK": f"990201010181{n + 1:04d}",
        "Nama": f"Kepala Rekaan {n}, M.Si.", "Jabatan": f"Kepala Kantor Rekaan {n}", "Mulai": "2026-01-02",
        "E-mail": f"kepala{n}@contoh.example",
    }  # fmt: skip


def _wait(admin: Visitor) -> float:
    """Look at the progress as a browser does, until it leads on; the longest that such a look took (seconds)."""
    longest = 0.0
    while True:
        began = time.perf_counter()
        answer = admin.client.get("/muat/1/keadaan")
        longest = max(longest, time.perf_counter() - began)
        if "X-Location" in answer.headers:
            return longest
        time.sleep(0.5)


@contextmanager
def _worker(app: Flask) -> Iterator[None]:
    ending = threading.Event()

    def working() -> None:
        with app.app_context():
            work(lambda: not ending.is_set())

    thread = threading.Thread(target=working, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join(20)
