# ruff: noqa: F811  (fixtures are imported by name)
"""Reminders before and after the due date, the unit that hears of it, and the mails of the day."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from app import clock
from app.flows import reminders
from app.jobs.worker import work_once
from app.models import Instance, Mail, Notice, Task, User, db
from tests import pk
from tests.stories.conftest import at_the_head, drafting  # noqa: F401 - fixtures
from tests.world import LITERASI, SATU, World, provider, stages, world  # noqa: F401 - fixtures

DAY = timedelta(days=1)
OPERATOR, ESELON, PENELAAH = (
    "sim100101@contoh.example",
    f"{LITERASI.head.nip}@contoh.example",
    "telaah010000@contoh.example",
)


def due_of(world: World) -> datetime:
    (due,) = world.all(db.select(Task.due).where(Task.element == "penyusunan_pk", Task.state == "open"))
    return due


def at(world: World, moment: datetime) -> None:
    with clock.held(moment), world.app.app_context():
        work_once()


def mails(world: World, *kinds: str) -> list[Mail]:
    return world.all(db.select(Mail).where(Mail.kind.in_(kinds)).order_by(Mail.id))


def test_the_days_on_which_people_are_reminded(drafting: World) -> None:
    """A look every six hours for two months: a day before, at the time, one and three days late, then weekly."""
    due, sent = due_of(drafting), []
    for hours in range(-48, 60 * 24, 6):
        before = len(mails(drafting, "pengingat"))
        at(drafting, due + timedelta(hours=hours))
        if len(mails(drafting, "pengingat")) > before:
            sent.append(hours / 24)
    assert sent == [-1, 0, 1, 3, 10, 17, 24, 31]
    assert {m.address for m in mails(drafting, "pengingat")} == {OPERATOR}
    assert drafting.all(db.select(Task.reminders).where(Task.element == "penyusunan_pk")) == [8]
    said = [n for n in drafting.all(db.select(Notice.text).order_by(Notice.id)) if n.startswith("Penyusunan PK:")]
    assert said[:3] == [
        "Penyusunan PK: batas waktunya dekat.", "Penyusunan PK: sudah lewat batas waktu.",
        "Penyusunan PK: sudah terlambat 1 hari.",
    ]  # fmt: skip


def test_three_days_late_the_unit_is_told_once(drafting: World) -> None:
    for days in (3, 10, 17):
        at(drafting, due_of(drafting) + days * DAY)
    told = mails(drafting, "eskalasi")
    assert sorted(m.address for m in told) == sorted([ESELON, PENELAAH])
    assert told[0].subject == "Balai Literasi Contoh Satu terlambat 3 hari: Penyusunan PK"
    assert "Tugas ini menunggu Operator Satker." in told[0].text and "http://localhost/perkara/1" in told[0].text
    with clock.held(due_of(drafting) + 3 * DAY):
        page = drafting.eselon().open("/pemberitahuan")
        assert page.text.count("Balai Literasi Contoh Satu terlambat 3 hari: Penyusunan PK") == 1


def test_who_is_late_above_is_not_told_of_themselves(drafting: World) -> None:
    drafting.write(db.update(Task).where(Task.state == "open").values(role="Eselon 1"))
    at(drafting, due_of(drafting) + 3 * DAY)
    assert [m.address for m in mails(drafting, "eskalasi")] == [PENELAAH]
    assert [m.address for m in mails(drafting, "pengingat")] == [ESELON]


def test_a_worker_that_was_away_says_the_latest_only(drafting: World) -> None:
    at(drafting, due_of(drafting) + 12 * DAY)
    (reminder,) = mails(drafting, "pengingat")
    assert "sudah terlambat 12 hari" in reminder.text and len(mails(drafting, "eskalasi")) == 2
    at(drafting, due_of(drafting) + 12.1 * DAY)
    assert len(mails(drafting, "pengingat")) == 1


def test_two_workers_remind_once(drafting: World) -> None:
    late = due_of(drafting) + 3 * DAY
    done: list[int] = []

    def work() -> None:
        with drafting.app.app_context():
            done.append(reminders.remind(late))

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    assert sum(done) == 1 and len(mails(drafting, "pengingat")) == 1 and len(mails(drafting, "eskalasi")) == 2


def test_the_tasks_of_a_suspended_case_rest(drafting: World) -> None:
    due = due_of(drafting)
    drafting.write(db.update(Instance).values(phase="suspended"))
    at(drafting, due + 3 * DAY)
    assert mails(drafting, "pengingat", "eskalasi") == []
    drafting.write(db.update(Instance).values(phase="running"))
    at(drafting, due + 4 * DAY)
    assert len(mails(drafting, "pengingat")) == 1


def test_what_is_done_is_not_reminded_of(drafting: World) -> None:
    due = due_of(drafting)
    pk.to_making(drafting)
    at(drafting, due + 3 * DAY)
    assert [m for m in mails(drafting, "pengingat") if "Penyusunan PK:" in m.subject] == []


# ---- one summary a day --------------------------------------------------------------------------------------------

SEVEN = datetime(2026, 11, 25, 0, 0, tzinfo=UTC)  # 07.00 WIB


def daily(world: World, username: str) -> None:
    world.write(db.update(User).where(User.username == username).values(mail_mode="harian"))


def chores_at(world: World, moment: datetime) -> list[Mail]:
    with clock.held(moment):
        world.chores()
    return mails(world, "ringkasan")


@pytest.fixture
def waiting(world: World) -> World:
    """Kepala Satker has the sheet since the day before; she wants one mail a day."""
    daily(world, SATU.head.nip)
    with clock.held(SEVEN - timedelta(hours=20)):
        pk.to_the_head(world)
        world.chores()
    world.visitors.clear()
    return world


def test_one_summary_a_day_and_no_mail_at_once(waiting: World) -> None:
    assert mails(waiting, "tugas") == [] and chores_at(waiting, SEVEN - timedelta(minutes=1)) == []
    (summary,) = chores_at(waiting, SEVEN)
    assert (
        summary.address == f"{SATU.head.nip}@contoh.example" and summary.subject == "Ringkasan Alur: 1 tugas menunggu"
    )
    assert "- Tandatangani PK (Approved PK): PK 2026 Balai Literasi Contoh Satu, batas waktu" in summary.text
    assert "Tugas baru: Tandatangani PK (Approved PK)." in summary.text
    assert summary.text.count("http") == 1 and "http://localhost/tugas\n" in summary.text
    assert len(chores_at(waiting, SEVEN + timedelta(hours=3))) == 1
    assert len(chores_at(waiting, SEVEN + DAY)) == 2


def test_a_day_with_nothing_to_say_has_no_mail(world: World) -> None:
    daily(world, "admin")
    assert chores_at(world, SEVEN) == []


def test_seven_is_seven_where_the_person_is(world: World) -> None:
    """Makassar is an hour ahead."""
    daily(world, "sim100102")
    daily(world, "sim100101")
    with clock.held(SEVEN - timedelta(hours=20)):
        for office in LITERASI.offices:
            pk.confirm_info(pk.begin(world.operator(office)))
    assert [m.address for m in chores_at(world, SEVEN - timedelta(hours=1))] == ["sim100102@contoh.example"]
    assert [m.address for m in chores_at(world, SEVEN)][1:] == [OPERATOR]


def test_the_earliest_due_stands_first(world: World) -> None:
    daily(world, ESELON.partition("@")[0])
    world.write(db.update(Task).values(role="Eselon 1"))
    with clock.held(SEVEN - timedelta(hours=20)):
        for office in LITERASI.offices:
            pk.confirm_info(pk.begin(world.operator(office)))
    world.write(
        db.update(Task).where(Task.state == "open").values(role="Eselon 1"),
        db.update(Task).where(Task.state == "open", Task.satker == "100102").values(due=SEVEN - 2 * DAY),
    )
    (summary,) = chores_at(world, SEVEN)
    assert summary.text.index("Contoh Dua") < summary.text.index("Contoh Satu")
    assert "(terlambat 2 hari)" in summary.text and "2 tugas menunggu Anda" in summary.text
