"""What 100,000 other open cases cost: a step beside them, and the pages that list them."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import date

from sqlalchemy import insert, select

from app.flows import sample
from app.models import Assignment, User, db
from benchmarks import crowd, pk
from benchmarks.measure import Figure, Samples, no_garbage_collection, p50, p95, ratio, spread
from benchmarks.ours import Case, House, house
from tests.visitor import Visitor
from tests.world import PASSWORDS

PAGES = {
    "tugas": "/tugas",
    "tugas_peran": "/tugas?lihat=peran",
    "tugas_selesai": "/tugas?lihat=selesai",
    "tugas_cari": "/tugas?cari=Contoh+99",
    "tugas_cari_nihil": "/tugas?cari=tidakada",
    "pemberitahuan": "/pemberitahuan",
    "progres": "/kinerja/progres",
    "dokumentasi": "/dokumentasi/",
    "dokumentasi_cari": "/dokumentasi/?cari=tidakada",
}


def run(quick: bool = False) -> list[Figure]:
    """Two houses side by side, one of them crowded; then the lists in the crowded one."""
    others, turns = (2_000, 3) if quick else (100_000, 60)
    with ExitStack() as stack:
        crowded = stack.enter_context(house(turns + 2))
        model = _drafted(crowded)
        crowd.fill(model, others)
        _make_people()
        empty = stack.enter_context(house(turns + 2))
        return [_steps(empty, crowded, turns, others), _lists(crowded, others, 5 if quick else 120)]


def _steps(empty: House, crowded: House, turns: int, others: int) -> Figure:
    few, many = Samples(), Samples()
    with no_garbage_collection():
        for n in range(-1, turns):
            sides = [(empty, few), (crowded, many)]
            for h, samples in sides if n % 2 else reversed(sides):
                with h.app.app_context():
                    case = _drafted(h)
                    case.play(pk.round_of(1)[1:], samples.time if n >= 0 else lambda work: work())
    detail = {
        "others": others, "crowded_cpu_ms": p50(many.cpu), "empty_cpu_ms": p50(few.cpu),
        "wall_ratio": ratio(many.wall, few.wall),
    }  # fmt: skip
    return Figure("cases_100k_ratio", ratio(many.cpu, few.cpu), "x", ("<=", 1.2), spread(many.cpu, few.cpu), detail)


def _drafted(h: House) -> Case:
    case = h.begin()
    case.play([case.info(), pk.write(1)])
    return case


def _make_people() -> None:
    """The sample's operator gets a satker of the crowd too; nobody has to sign in with a password of their own."""
    user = db.session.scalar(select(User.id).where(User.username == "sim100101"))
    db.session.rollback()
    with db.engine.begin() as conn:
        conn.execute(
            insert(Assignment.__table__).values(
                user_id=user, role=sample.OPERATOR, scope=crowd.FIRST_SATKER, since=date(2021, 1, 1)
            )
        )


def _lists(h: House, others: int, turns: int) -> Figure:
    """GET through the whole application, server side; both people in turn. The worse of the two counts.

    CPU: nothing is waited for here, so on a machine of its own this is what the server takes. Wall stands beside it.
    """
    with h.app.app_context():
        db.session.remove()
    people = {
        "operator": Visitor(h.app, "sim100101", PASSWORDS[sample.OPERATOR]),
        "all": Visitor(h.app, "biro", PASSWORDS[sample.BIRO]),
    }
    times = {(who, page): Samples() for who in people for page in PAGES}
    for n in range(-2, turns):
        for (who, page), samples in times.items():
            if n > 0 and n % 4 and page != "tugas":
                continue
            asked = Samples()
            answer = asked.time(lambda v=people[who], at=PAGES[page]: v.client.get(at))
            assert answer.status_code == 200, (page, answer.status_code)
            if n >= 0:
                samples.wall += asked.wall
                samples.cpu += asked.cpu
    found = {who: p95(times[who, "tugas"].cpu) for who in people}
    worst = max(found, key=lambda who: found[who])
    detail = {
        "open_tasks": others, "worst": worst, **{f"{who}_ms_p95": round(ms, 2) for who, ms in found.items()},
        "wall_ms_p95": {who: round(p95(times[who, "tugas"].wall), 2) for who in people},
        "wall_ms_p50": {f"{who} {page}": round(p50(s.wall), 2) for (who, page), s in times.items()},
        "cpu_ms_p50": {f"{who} {page}": round(p50(s.cpu), 2) for (who, page), s in times.items()},
    }  # fmt: skip
    return Figure("task_list_ms_p95", found[worst], "ms", ("<", 50), spread(times[worst, "tugas"].cpu), detail)
