# ruff: noqa: F811  (fixtures are imported by name)
"""The list of all cases: every filter, pages by keyset, what is asked of the database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import event

from app.flows import definitions, incidents, instances
from app.flows.instances import Filter, _matching
from app.models import Definition, Instance, Job, Task, db
from tests.world import World, provider, stages, world  # noqa: F401 - fixtures

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


@pytest.fixture
def cases(world: World) -> Iterator[dict[str, int]]:
    """Five cases by name: in two processes, years, units, phases; all were begun at the same moment."""
    with world.app.app_context():
        first = definitions.current("perjanjian_kinerja").id
        other = Definition(
            process="usulan", version=3, name="Usulan", files={}, sha256="0" * 64, published_at=NOW - timedelta(days=99)
        )
        db.session.add(other)
        db.session.flush()
        rows = {
            "drafted": _case(first, status="Penyusunan PK", title="PK 2026 Balai 100% Contoh"),
            "signed": _case(first, status="PK Telah Ditandatangani", phase="ended", ended_at=NOW),
            "old": _case(first, tahun=2025, changed_at=NOW - timedelta(days=40), created_at=NOW - timedelta(days=60)),
            "held": _case(first, phase="suspended", satker="200201", unit="020000", stuck="tugas"),
            "usulan": _case(other.id, process="usulan", satker="200202", unit="020000"),
        }
        db.session.add_all(rows.values())
        db.session.flush()
        ids = {name: row.id for name, row in rows.items()}
        db.session.add_all([
            _task(ids["drafted"], "penyusunan_pk", "open"), _task(ids["signed"], "penyusunan_pk", "done"),
            _task(ids["held"], "persetujuan_kepala", "open"), _job(ids["usulan"], "cek_tte", "incident"),
            _job(ids["held"], "cek_tte", "done"), _job(ids["old"], "buat_lembar", "ready"),
        ])  # fmt: skip
        db.session.commit()
        yield ids


def _case(definition_id: int, **more: object) -> Instance:
    common = {
        "process": "perjanjian_kinerja", "tahun": 2026, "satker": "100101", "unit": "010000", "title": "PK 2026",
        "created_at": NOW - timedelta(days=2), "changed_at": NOW - timedelta(days=1), "phase": "running",
    }  # fmt: skip
    return Instance(definition_id=definition_id, **(common | more))


def _task(instance_id: int, element: str, state: str) -> Task:
    return Task(
        id=f"{instance_id}{element}", instance_id=instance_id, element=element, name="Penyusunan PK",
        role="Operator Satker", satker="100101", unit="010000", tahun=2026, state=state, created_at=NOW,
    )  # fmt: skip


def _job(instance_id: int, element: str, state: str) -> Job:
    return Job(
        id=f"{instance_id}{element}", instance_id=instance_id, element=element, name="Cek registrasi TTE",
        operator="tte.status", params={}, state=state, run_at=NOW, created_at=NOW, message="Tidak terjangkau.",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("f", "expected"),
    [
        (Filter(), "usulan held old signed drafted"),
        (Filter(text="balai"), "drafted"),
        (Filter(text="100%"), "drafted"),
        (Filter(text="%"), "drafted"),
        (Filter(text="_"), ""),
        (Filter(text="tidak ada"), ""),
        (Filter(process="usulan"), "usulan"),
        (Filter(process="perjanjian_kinerja", version=1), "held old signed drafted"),
        (Filter(process="perjanjian_kinerja", version=3), ""),
        (Filter(version=3), "usulan"),
        (Filter(status="Penyusunan PK"), "drafted"),
        (Filter(phase="ended"), "signed"),
        (Filter(phase="suspended"), "held"),
        (Filter(phase="cancelled"), ""),
        (Filter(step="penyusunan_pk"), "drafted"),  # where it stands, not where it was
        (Filter(step="cek_tte"), "usulan"),
        (Filter(step="buat_lembar"), "old"),
        (Filter(satker="200201"), "held"),
        (Filter(satker="balai sains contoh empat"), "usulan"),
        (Filter(unit="020000"), "usulan held"),
        (Filter(year=2025), "old"),
        (Filter(incident=True), "usulan"),
        (Filter(stuck=True), "held"),
        (Filter(idle=0), "usulan held old drafted"),  # what is over rests for ever
        (Filter(idle=1), "old"),
        (Filter(idle=0, phase="ended"), "signed"),
        (Filter(before=date(2026, 11, 1)), "old"),
        (Filter(before=date(2026, 11, 21)), "usulan held old signed drafted"),
        (Filter(unit="020000", phase="running", incident=True), "usulan"),
        (Filter(unit="020000", year=2025), ""),
    ],
)
def test_each_filter_finds_what_it_says_and_nothing_else(cases: dict[str, int], f: Filter, expected: str) -> None:
    found = [r.id for r in instances.page(f, NOW).rows]
    assert found == [cases[name] for name in expected.split()]


def test_the_number_of_a_case_finds_it(cases: dict[str, int]) -> None:
    number = cases["held"]
    for text in (str(number), f"#{number}"):
        assert number in [r.id for r in instances.page(Filter(text=text), NOW).rows]


def test_each_row_says_where_its_case_stands(cases: dict[str, int]) -> None:
    page = instances.page(Filter(), NOW)
    assert page.here is not None
    assert page.here[cases["drafted"]] == [("Penyusunan PK", "Operator Satker")]
    assert page.here[cases["usulan"]] == [("Cek registrasi TTE", "")]
    assert cases["signed"] not in page.here


@pytest.mark.parametrize("size", [1, 2, 3, 5, 9])
def test_pages_lose_and_repeat_nothing_there_and_back(cases: dict[str, int], size: int) -> None:
    """All cases were begun and changed at the same moment: only their ids tell them apart."""
    there, after = [], None
    while True:
        page = instances.page(Filter(), NOW, after=after, size=size)
        there.append([r.id for r in page.rows])
        assert (page.newer is None) == (after is None)
        if page.older is None:
            break
        after = page.older
    assert [i for ids in there for i in ids] == sorted(cases.values(), reverse=True)
    back, newer = [there[-1]], page.newer
    while newer is not None:
        page = instances.page(Filter(), NOW, before=newer, size=size)
        back.append([r.id for r in page.rows])
        assert page.older == page.rows[-1].id
        newer = page.newer
    assert [sorted(ids, reverse=True) for ids in back[::-1]] == there or size > 1
    assert sorted({i for ids in back for i in ids}) == sorted(cases.values())


def test_a_page_that_was_turned_too_far_is_empty_and_no_fault(cases: dict[str, int]) -> None:
    assert instances.page(Filter(), NOW, after=0).rows == ()
    assert instances.page(Filter(), NOW, before=10**15).rows == ()


def test_what_stands_above_the_list_counts_everything(cases: dict[str, int]) -> None:
    assert instances.counts() == {"running": 3, "ended": 1, "suspended": 1, "incident": 1, "stuck": 1}
    assert instances.years() == [2026, 2025]
    assert "Penyusunan PK" in instances.statuses(NOW)
    assert [e for e, _ in instances.open_steps()] and "penyusunan_pk" in dict(instances.open_steps())


@pytest.mark.parametrize(
    "f",
    [
        Filter(), Filter(text="x"), Filter(status="x"), Filter(phase="running"), Filter(satker="100101"),
        Filter(unit="x"), Filter(year=2026), Filter(process="usulan"), Filter(stuck=True), Filter(incident=True),
        Filter(step="x"), Filter(idle=3), Filter(before=date(2026, 1, 1)),
    ],
)  # fmt: skip
def test_no_filter_reads_the_rows_of_cases(cases: dict[str, int], f: Filter) -> None:
    """Two kilobytes of state a row: with 100,000 cases only the index is quick enough."""
    said: list[tuple[str, tuple]] = []
    event.listen(db.engine, "before_cursor_execute", lambda *a: said.append((a[2], a[3])))
    db.session.execute(_matching(f, NOW).order_by(Instance.id.desc()).limit(51)).all()
    sql, parameters = said[-1]
    plan = [r[3] for r in db.session.connection().exec_driver_sql("EXPLAIN QUERY PLAN " + sql, parameters)]
    on_cases = [p for p in plan if p.startswith(("SCAN instance", "SEARCH instance"))]
    assert on_cases and all("USING COVERING INDEX ix_instance_list" in p for p in on_cases), plan
    on_tasks = [p for p in plan if p.startswith(("SCAN task", "SEARCH task"))]
    assert all("USING INDEX ix_task_step" in p for p in on_tasks), plan


def test_incidents_come_oldest_first_and_in_pages(cases: dict[str, int], world: World) -> None:
    db.session.add_all(_job(cases["drafted"], f"langkah_{n}", "incident") for n in range(5))
    db.session.add(_job(cases["old"], "lama", "incident"))
    db.session.flush()
    db.session.execute(db.update(Job).where(Job.element == "lama").values(created_at=NOW - timedelta(days=9)))
    db.session.commit()
    found, after = [], ""
    while True:
        page = incidents.listed(after=after, size=2)
        found += page.rows
        if not page.next:
            break
        after = page.next
    assert len(found) == len({r.id for r in found}) == 7 and found[0].element == "lama"
    assert all((a.created_at, a.id) < (b.created_at, b.id) for a, b in pairwise(found))
    assert [r.element for r in incidents.listed(text="balai 100%").rows] == [f"langkah_{n}" for n in range(5)]
    assert incidents.listed(after="omong kosong").rows  # a key that is none is the first page
