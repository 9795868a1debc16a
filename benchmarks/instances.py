"""The pages of admins: the list of 100,000 cases with every filter and far down, and a case with 1,000 events."""

from __future__ import annotations

import gc
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import insert, select

from app.flows import sample
from app.models import Instance, Job, Task, db
from benchmarks import crowd, pk
from benchmarks.many_cases import _drafted
from benchmarks.measure import Figure, Samples, p50, p95, ratio, spread
from benchmarks.ours import Case, House, house
from tests.visitor import Visitor
from tests.world import PASSWORDS

STATUSES = ("Penyusunan PK", "Dikembalikan", "PK Telah Ditandatangani", "Disetujui oleh Kepala Satker", "Jarang")
FILTERS = {
    "semua": "",
    "cari": "cari=Contoh+99",
    "cari_nihil": "cari=tidakada",
    "keadaan": "keadaan=ditangguhkan",
    "keadaan_status_nihil": "keadaan=dibatalkan&status=Jarang&tahun=2022",
    "status": "status=Dikembalikan",
    "status_nihil": "status=TidakAda",
    "proses": "proses=perjanjian_kinerja~1",
    "satker": "satker=700010",
    "satker_nama": "satker=Balai+Contoh+7009",
    "unit_tahun": "unit=900003&tahun=2024",
    "langkah": "langkah=penelaahan",
    "langkah_nihil": "langkah=penelaahan&status=TidakAda",
    "insiden": "insiden=1",
    "macet": "macet=1",
    "diam": "diam=30",
    "diam_nihil": "diam=9000",
    "dimulai": "sebelum_tanggal=2026-01-12",
}


def run(quick: bool = False) -> list[Figure]:
    others, turns, rounds = (2_000, 2, 8) if quick else (100_000, 40, 200)
    with house(3) as h:
        crowd.fill(_drafted(h), others)
        _mix(others)
        long = _long(h, rounds)
        events = long.row().version
        # what was made to fill the house is not the pages' garbage
        gc.collect()
        gc.freeze()
        # a thread has no context of the application yet: each request gets its own, as in the server
        with ThreadPoolExecutor(1) as aside:
            return aside.submit(_ask, h, others, turns, f"{long.id}", events).result()


def _ask(h: House, others: int, turns: int, case: str, events: int) -> list[Figure]:
    admin = Visitor(h.app, "admin", PASSWORDS[sample.ADMIN])
    return [*_lists(admin, others, turns), _pages(admin, case, events, turns)]


def _mix(others: int) -> None:
    """Cases of several years, phases and statuses; some with an incident, some stuck."""
    i, first = Instance.__table__, crowd.FIRST_ID
    n = i.c.id - first
    with db.engine.begin() as conn:
        for at, status in enumerate(STATUSES[:4]):
            conn.execute(i.update().where(n >= 0, n % 5 == at).values(status=status, tahun=2022 + at))
        conn.execute(i.update().where(n >= 0, n % 10 < 6).values(phase="ended", ended_at=pk.BEGIN))
        conn.execute(i.update().where(n >= 0, n % 50 == 8).values(phase="suspended"))
        conn.execute(i.update().where(n >= 0, n % 50 == 9).values(phase="cancelled", ended_at=pk.BEGIN))
        conn.execute(i.update().where(n >= 0, n % 997 == 7).values(stuck="tugas"))
        ended = select(i.c.id).where(i.c.ended_at.is_not(None))
        conn.execute(Task.__table__.update().where(Task.instance_id.in_(ended)).values(state="gone"))
        conn.execute(insert(Job.__table__), [_incident(first + k) for k in range(7, others, 991)])


def _incident(case: int) -> dict[str, Any]:
    return {
        "id": f"{case:032x}", "instance_id": case, "element": "cek_tte", "name": "Cek registrasi TTE",
        "operator": "tte.status", "params": {}, "state": "incident", "tries": 5, "message": "Tidak terjangkau.",
        "run_at": pk.BEGIN, "created_at": pk.BEGIN,
    }  # fmt: skip


def _long(h: House, rounds: int) -> Case:
    """A case that was returned again and again: five events each time."""
    case = h.begin()
    case.play([case.info()])
    for n in range(rounds):
        case.play(pk.round_of(n + 1))
    return case


def _lists(admin: Visitor, others: int, turns: int) -> list[Figure]:
    """GET through the whole application. The worst filter counts; deep pages against the first one."""
    deep = f"sesudah={crowd.FIRST_ID + others // 20}"
    asked = {**FILTERS, "dalam": deep}
    times = {name: Samples() for name in asked}
    for n in range(-1, turns):
        for name, query in asked.items():
            taken = _get(admin, f"/instans/?{query}")
            if n >= 0:
                times[name].wall += taken.wall
                times[name].cpu += taken.cpu
    worst = max(times, key=lambda name: p95(times[name].cpu))
    detail = {
        "cases": others, "worst": worst, "first_ms_p95": p95(times["semua"].cpu),
        "wall_ms_p95": {name: round(p95(s.wall), 1) for name, s in times.items()},
        "cpu_ms_p50": {name: round(p50(s.cpu), 1) for name, s in times.items()},
    }  # fmt: skip
    first, far = times["semua"].cpu, times["dalam"].cpu
    return [
        Figure("instances_100k_ms_p95", p95(times[worst].cpu), "ms", ("<", 100), spread(times[worst].cpu), detail),
        Figure("instances_deep_ratio", ratio(far, first), "x", ("<=", 1.2), spread(far, first)),
    ]


def _pages(admin: Visitor, case: str, events: int, turns: int) -> Figure:
    """The pages of a case with 1,000 events: for everybody, for admins, and one step back; the worst."""
    pages = {"perkara": f"/perkara/{case}", "instans": f"/instans/{case}", "langkah": f"/instans/{case}/langkah/500"}
    pages = pages if events >= 500 else {name: path.replace("/500", "/5") for name, path in pages.items()}
    times = {name: Samples() for name in pages}
    for n in range(-1, turns):
        for name, path in pages.items():
            taken = _get(admin, path)
            if n >= 0:
                times[name].wall += taken.wall
                times[name].cpu += taken.cpu
    worst = max(times, key=lambda name: p95(times[name].cpu))
    detail = {
        "events": events, "worst": worst, "wall_ms_p95": {name: round(p95(s.wall), 1) for name, s in times.items()},
        "cpu_ms_p50": {name: round(p50(s.cpu), 1) for name, s in times.items()},
    }  # fmt: skip
    return Figure("case_page_1000_ms_p95", p95(times[worst].cpu), "ms", ("<", 150), spread(times[worst].cpu), detail)


def _get(who: Visitor, path: str) -> Samples:
    taken = Samples()
    answer = taken.time(lambda: who.client.get(path))
    assert answer.status_code == 200, (path, answer.status_code)
    return taken
