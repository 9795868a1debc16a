"""Who may do what: the operator of one satker, the head of two, eselon 1, biro, admin."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import event, select, union_all

from app.errors import NotFound
from app.flows.rights import (
    Actor,
    Holding,
    actor_of,
    case_condition,
    case_conditions,
    holds,
    local_day,
    may_do,
    sees,
    task_condition,
    task_conditions,
)
from app.models import Assignment, Definition, Instance, Task, db
from tests.cast import (  # noqa: F401
    ADI,
    AYU,
    BIMA,
    NOW,
    PEOPLE,
    RINI,
    ROLES,
    SARI,
    SATKERS,
    TAMU,
    TODAY,
    TONO,
    account,
    actor,
    app,
    database,
    held,
)

pytestmark = pytest.mark.usefixtures("database")


def task(role: str, satker: str) -> SimpleNamespace:
    return SimpleNamespace(role=role, satker=satker, unit=SATKERS[satker])


def give(username: str, role: str, scope: str, since: date, until: date | None = None) -> None:
    db.session.add(Assignment(user_id=account(username).id, role=role, scope=scope, since=since, until=until))
    db.session.commit()


def test_sari_works_on_her_own_satker():
    assert may_do(actor(SARI), task("Operator Satker", "100101"))
    assert sees(actor(SARI), "100101", "A00000")


def test_sari_does_not_see_another_satker_of_her_unit():
    assert not may_do(actor(SARI), task("Operator Satker", "100102"))
    assert not sees(actor(SARI), "100102", "A00000")


def test_sari_does_not_approve_what_she_drafted():
    assert not may_do(actor(SARI), task("Kepala Satker", "100101"))


def test_rini_heads_two_satkers():
    assert [may_do(actor(RINI), task("Kepala Satker", s)) for s in SATKERS] == [True, True, False]


def test_adi_signs_for_every_satker_of_his_unit():
    assert [may_do(actor(ADI), task("Eselon 1", s)) for s in SATKERS] == [True, True, False]
    assert [sees(actor(ADI), s, u) for s, u in SATKERS.items()] == [True, True, False]


@pytest.mark.parametrize("who", [BIMA, AYU])
def test_biro_and_admin_see_all_and_sign_nothing(who):
    assert all(sees(actor(who), s, u) for s, u in SATKERS.items())
    assert not any(may_do(actor(who), task(r, s)) for s in SATKERS for r in ("Kepala Satker", "Eselon 1"))


def test_somebody_without_a_role_sees_nothing():
    assert not any(sees(actor(TAMU), s, u) for s, u in SATKERS.items())
    assert case_conditions(actor(TAMU)) == task_conditions(actor(TAMU)) == []


def test_holds_asks_for_the_role_wherever():
    assert holds(actor(RINI), "Kepala Satker")
    assert holds(actor(RINI), "Admin", "Kepala Satker")
    assert not holds(actor(RINI), "Admin")
    assert not holds(actor(RINI))


def test_an_assignment_counts_on_its_last_day_and_not_after():
    give(TAMU, "Kepala Satker", "100101", TODAY - timedelta(days=30), TODAY)
    assert holds(actor(TAMU), "Kepala Satker")
    assert not holds(actor_of(account(TAMU).id, 2026, TODAY + timedelta(days=1)), "Kepala Satker")


def test_an_assignment_of_tomorrow_does_not_count_yet():
    give(TAMU, "Kepala Satker", "100101", TODAY + timedelta(days=1))
    assert not holds(actor(TAMU), "Kepala Satker")


def test_nobody_is_the_system():
    give(TAMU, "Sistem", "", TODAY)
    assert actor(TAMU).holdings == ()


def test_two_rows_for_one_place_count_once():
    give(SARI, "Operator Satker", "100101", TODAY - timedelta(days=1))
    assert actor(SARI).holdings == (Holding("Operator Satker", "satker", "100101"),)


def test_a_closed_account_is_nobody():
    user = account(SARI)
    user.active = False
    db.session.commit()
    with pytest.raises(NotFound):
        actor_of(user.id, 2026, TODAY)


def test_the_actor_carries_name_and_year():
    assert actor(SARI, 2025) == Actor(account(SARI).id, PEOPLE[SARI][0], None, 2025, actor(SARI).holdings)
    assert actor(RINI).roles == {"Kepala Satker"}


def test_one_query_is_enough():
    user_id, seen = account(RINI).id, []
    event.listen(db.engine, "before_cursor_execute", lambda *a: seen.append(a[2]))
    actor_of(user_id, 2026, TODAY)
    assert len(seen) == 1


def test_the_day_changes_at_midnight_in_jakarta():
    assert local_day(NOW.replace(hour=16, minute=59)) == TODAY
    assert local_day(NOW.replace(hour=17, minute=0)) == TODAY + timedelta(days=1)


def many_tasks() -> None:
    db.session.add(Definition(process="pk", version=1, name="PK", files={}, sha256="0", published_at=NOW))
    db.session.flush()
    for number, (satker, unit) in enumerate(SATKERS.items(), start=1):
        place = {"satker": satker, "unit": unit, "tahun": 2026}
        db.session.add(
            Instance(id=number, process="pk", definition_id=1, title="PK", created_at=NOW, changed_at=NOW, **place)
        )
        db.session.flush()
        for role in ROLES:
            key = f"{role[:12]}-{satker}"
            db.session.add(Task(id=key, instance_id=number, element="e", name="n", role=role, created_at=NOW, **place))
    db.session.commit()


@pytest.mark.parametrize("who", list(PEOPLE))
def test_the_conditions_say_the_same_as_the_functions(who):
    many_tasks()
    me = actor(who)
    tasks, cases = db.session.scalars(select(Task)).all(), db.session.scalars(select(Instance)).all()
    assert {t.id for t in tasks if may_do(me, t)} == set(db.session.scalars(select(Task.id).where(task_condition(me))))
    parts = [i for c in task_conditions(me) for i in db.session.scalars(select(Task.id).where(c))]
    assert sorted(parts) == sorted(t.id for t in tasks if may_do(me, t))
    mine = set(db.session.scalars(select(Instance.id).where(case_condition(me))))
    assert mine == {c.id for c in cases if sees(me, c.satker, c.unit)}


@pytest.mark.parametrize(
    ("who", "index"), [(RINI, "ix_task_satker_list"), (ADI, "ix_task_unit_list"), (BIMA, "ix_task_all_list")]
)
def test_each_part_of_a_list_reads_its_index_in_order(who, index):
    now = (Task.tahun == 2026, Task.state == "open")
    parts = [
        select(select(Task.id).where(c, *now).order_by(Task.created_at, Task.id).limit(50).subquery())
        for c in task_conditions(actor(who))
    ]
    plan = " ".join(str(row) for row in explain(union_all(*parts)))
    assert plan.count(index) == len(parts)
    assert "TEMP B-TREE" not in plan and "SCAN task" not in plan


def explain(statement) -> list:
    text = str(statement.compile(db.engine, compile_kwargs={"literal_binds": True}))
    return list(db.session.connection().exec_driver_sql("EXPLAIN QUERY PLAN " + text))


def test_tono_is_not_sari():
    assert not may_do(actor(TONO), task("Operator Satker", "100101"))
