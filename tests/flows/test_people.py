"""People and accounts below their pages: found by their number, two admins at once, first passwords, a unit's cases."""

# ruff: noqa: F811  (fixtures are imported by name)
from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from app import clock
from app.errors import AlurError, Conflict, NotFound
from app.flows import accounts, heads, people, rights, roles, units, users
from app.flows.heads import Appointment
from app.flows.people import Who, Wrong
from app.flows.roles import Grant
from app.flows.users import Details
from app.models import Assignment, Audit, Headship, Person, User, db
from tests.world import DUA, LITERASI, SAINS, SATU, World, provider, stages, world  # noqa: F401 - fixtures

WIRA = Who(nama="Drs. Wira Santosa, M.Pd.", nip="197501012000031001", nik="9901010101750001")


@pytest.fixture
def house(world: World) -> Iterator[World]:
    with world.app.app_context():
        yield world


def actor(username: str = "admin") -> rights.Actor:
    user = db.session.scalar(db.select(User).where(User.username == username))
    return rights.actor_of(user.id, 2026, rights.local_day(clock.now()))


def at_once(world: World, *jobs) -> list[str]:
    """What each job came to, done at the same moment: "ok", or the name of the refusal."""

    def run(job) -> str:
        with world.app.app_context():
            try:
                job()
            except AlurError as e:
                return type(e).__name__
            finally:
                db.session.remove()
            return "ok"

    with ThreadPoolExecutor(len(jobs)) as pool:
        return sorted(pool.map(run, jobs))


def test_a_person_is_found_by_nip_as_people_type_it(house: World) -> None:
    known = people.find_or_make(Who(nip="19720517 199803 2 002"))
    assert known.nama == SATU.head.nama
    assert people.find_or_make(Who(nama=SATU.head.nama.upper(), nip=SATU.head.nip)).id == known.id


def test_a_nik_that_was_missing_is_filled_in_and_another_is_refused(house: World) -> None:
    made = people.find_or_make(Who(nama=WIRA.nama, nip=WIRA.nip))
    assert made.nik == "" and people.find_or_make(WIRA).nik == WIRA.nik
    with pytest.raises(Wrong, match="berbeda dari yang tercatat") as refused:
        people.find_or_make(Who(nama=WIRA.nama, nip=WIRA.nip, nik="9901010101750099"))
    assert refused.value.field == "nik" and WIRA.nik not in str(refused.value)


def test_people_that_are_not_there(house: World) -> None:
    with pytest.raises(NotFound):
        people.find_or_make(Who(person_id=9999))
    with pytest.raises(NotFound):
        people.correct(9999, "X", "", "", by=actor(), now=clock.now())


def test_first_passwords_are_never_the_same(house: World) -> None:
    made = {users.generated() for _ in range(200)}
    assert len(made) == 200 and all(re.fullmatch(r"[a-z]{6}-[a-z]{6}-[1-9]\d", p) for p in made)


def test_an_account_without_a_password_opens_to_nobody(house: World) -> None:
    user, made = people.account_for(people.find_or_make(WIRA))
    db.session.commit()
    assert made and accounts.is_first(user)
    for guess in ("", "operator", WIRA.nip, user.password_hash):
        answer = accounts.authenticate(WIRA.nip, guess, "203.0.113.7", clock.now())
        assert isinstance(answer, accounts.Refusal)


def test_a_username_that_is_somebody_else_s_nip(house: World) -> None:
    users.create(Details("Orang Lain", WIRA.nip), by=actor(), now=clock.now())
    with pytest.raises(AlurError, match="sudah dipakai Orang Lain"):
        people.account_for(people.find_or_make(WIRA))


def test_two_admins_who_end_each_other_leave_one(house: World) -> None:
    biro = db.session.scalar(db.select(User.id).where(User.username == "biro"))
    today = rights.local_day(clock.now())
    roles.give(biro, Grant("Admin", "", today), by=actor(), now=clock.now())
    first, second = actor("admin"), actor("biro")
    found = at_once(
        house,
        lambda: users.close(second.user_id, "x", by=first, now=clock.now()),
        lambda: users.close(first.user_id, "x", by=second, now=clock.now()),
    )
    assert found == ["InvalidInput", "ok"]
    left = db.select(User.id).join(Assignment, Assignment.user_id == User.id).where(Assignment.role == "Admin")
    db.session.remove()
    assert len(list(db.session.scalars(left.where(User.active)))) == 1


def test_two_at_once_appoint_for_one_place(house: World) -> None:
    today, admin = rights.local_day(clock.now()), actor()

    def go(who: Who):
        new = Appointment("satker", SATU.kode, who, SATU.jabatan, today)
        return lambda: heads.appoint(new, by=admin, now=clock.now())

    tari = Who(nama="Tari Lestari, S.E.", nip="198002022005022002", nik="9901014202800002")
    assert at_once(house, go(WIRA), go(tari)) == ["ok", "ok"]
    db.session.remove()
    terms = list(db.session.scalars(db.select(Headship).where(Headship.kode == SATU.kode).order_by(Headship.since)))
    assert [t.until for t in terms] == [today - timedelta(days=1), None]  # the second one replaced the first
    holds = db.select(User.person_id).join(Assignment, Assignment.user_id == User.id).where(
        Assignment.role == "Kepala Satker", Assignment.scope == SATU.kode, rights.valid_on(Assignment, today)
    )  # fmt: skip
    assert list(db.session.scalars(holds)) == [terms[1].person_id]


def test_the_same_new_account_twice_at_once(house: World) -> None:
    admin = actor()
    new = Details("Budi Operator", "sim100199")
    found = at_once(house, *[lambda: users.create(new, by=admin, now=clock.now())] * 2)
    assert found == ["Conflict", "ok"]


def test_saved_without_a_change_nothing_is_written(house: World) -> None:
    written = db.select(db.func.count()).select_from(Audit)
    before = db.session.scalar(written)
    user = db.session.scalar(db.select(User).where(User.username == "biro"))
    users.change(user.id, Details(user.nama, "biro", user.email), by=actor(), now=clock.now())
    assert db.session.scalar(written) == before


def test_following_a_unit_again_moves_nothing(house: World) -> None:
    assert units.follow_unit(clock.now()) == 0


def test_a_unit_change_without_cases_moves_none(house: World) -> None:
    satker = units.find_satker(DUA.kode)
    new = units.SatkerDetails(satker.nama, SAINS.kode)
    assert units.save_satker(DUA.kode, new, new=False, by=actor(), now=clock.now()) == 0
    assert units.find_satker(DUA.kode).unit_kode == SAINS.kode
    with pytest.raises(Conflict, match="masih memiliki satker"):
        units.remove("unit", LITERASI.kode, by=actor(), now=clock.now())


def test_a_person_keeps_the_account_with_another_name(house: World) -> None:
    """A name that an admin gave the account by hand is not overwritten by the person's."""
    person = db.session.scalar(db.select(Person).where(Person.nip == SATU.head.nip))
    db.session.execute(db.update(User).where(User.person_id == person.id).values(nama="Bu Sekar"))
    db.session.commit()
    people.correct(person.id, "Dra. Sekar A.", SATU.head.nip, SATU.head.nik, by=actor(), now=clock.now())
    assert db.session.scalar(db.select(User.nama).where(User.person_id == person.id)) == "Bu Sekar"


def test_digits_that_change_behind_the_stars_are_told_too(house: World) -> None:
    head = db.session.scalar(db.select(Person).where(Person.nip == SATU.head.nip))
    people.correct(head.id, head.nama, SATU.head.nip, "9902015705720002", by=actor(), now=clock.now())
    entry = db.session.scalars(db.select(Audit).where(Audit.kind == "master")).one()
    assert entry.before == {"nik": "*" * 12 + "0002"} and entry.after == {"nik": "*" * 12 + "0002 (diubah)"}
