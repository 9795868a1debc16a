"""What a substitution gives and what it does not: periods, closed accounts, chains, one's own role first."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace

import pytest

from app.flows import absence
from app.flows.claim import release_left
from app.flows.holders import holders
from app.flows.rights import acting, actor_of, fitting, local_day, may_do, sees, task_conditions
from app.models import Assignment, Definition, Instance, Person, Role, Substitution, Task, db
from tests.cast import (  # noqa: F401
    ADI,
    BIMA,
    NOW,
    RINI,
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
WEEK = timedelta(days=7)


def task(role: str, satker: str) -> SimpleNamespace:
    return SimpleNamespace(role=role, satker=satker, unit=SATKERS[satker])


def away(
    who: str, substitute: str, role: str, scope: str, since: date = TODAY, until: date = TODAY + WEEK
) -> Substitution:
    row = Substitution(
        user_id=account(who).id, substitute_id=account(substitute).id, role=role, scope=scope, since=since, until=until,
        created_at=NOW,
    )  # fmt: skip
    db.session.add(row)
    db.session.commit()
    return row


def on(username: str, day: date):
    return actor_of(account(username).id, 2026, day)


def names(role: str, satker: str, day: date = TODAY) -> list[str]:
    return [h.words for h in holders(role, satker, SATKERS[satker], day)]


HEADS = task("Kepala Satker", "100101")


def test_tono_acts_for_rini_in_one_satker_and_no_other():
    away(RINI, TONO, "Kepala Satker", "100101")
    tono = actor(TONO)
    assert [may_do(tono, task("Kepala Satker", s)) for s in SATKERS] == [True, False, False]
    assert sees(tono, "100101", "A00000") and not sees(tono, "100102", "A00000")
    assert acting(tono, HEADS) == "Tono, operator 200201 a.n. Rini, kepala dua satker (Kepala Satker)"


@pytest.mark.parametrize(("offset", "may"), [(-1, False), (0, True), (7, True), (8, False)])
def test_first_and_last_day_count(offset, may):
    away(RINI, TONO, "Kepala Satker", "100101")
    day = TODAY + timedelta(days=offset)
    assert may_do(on(TONO, day), HEADS) is may
    assert (
        TONO in [account(TONO).username for n in names("Kepala Satker", "100101", day) if n.startswith("Tono")]
    ) is may


def test_days_are_those_of_jakarta():
    """The day begins at midnight in WIB, wherever the satker is."""
    assert local_day(NOW.replace(hour=16, minute=59)) == TODAY and local_day(NOW.replace(hour=17)) == TODAY + timedelta(
        1
    )


def test_who_is_away_keeps_the_role():
    away(RINI, TONO, "Kepala Satker", "100101")
    assert may_do(actor(RINI), HEADS) and acting(actor(RINI), HEADS) == "Rini, kepala dua satker (Kepala Satker)"
    assert names("Kepala Satker", "100101") == [
        "Rini, kepala dua satker", "Tono, operator 200201 a.n. Rini, kepala dua satker"
    ]  # fmt: skip


def test_chains_pass_nothing_on():
    away(RINI, TONO, "Kepala Satker", "100101")
    away(TONO, SARI, "Operator Satker", "200201")
    away(TONO, SARI, "Kepala Satker", "100101")  # a row that nobody can make: Tono holds no such role himself
    sari = actor(SARI)
    assert may_do(sari, task("Operator Satker", "200201")) and not may_do(sari, HEADS)
    assert not any("Sari" in n for n in names("Kepala Satker", "100101"))


def test_ones_own_role_comes_first_and_counts_once():
    db.session.add(Assignment(user_id=account(TONO).id, role="Kepala Satker", scope="100101", since=TODAY))
    away(RINI, TONO, "Kepala Satker", "100101")
    tono = actor(TONO)
    assert acting(tono, HEADS) == "Tono, operator 200201 (Kepala Satker)"
    assert [h.behalf for h in tono.holdings if h.role == "Kepala Satker"] == [""]
    assert len(task_conditions(tono)) == 2 and names("Kepala Satker", "100101")[1] == "Tono, operator 200201"


def test_for_two_at_once_the_earlier_one():
    db.session.add(Assignment(user_id=account(ADI).id, role="Kepala Satker", scope="100101", since=TODAY))
    away(ADI, TONO, "Kepala Satker", "100101", since=TODAY)
    away(RINI, TONO, "Kepala Satker", "100101", since=TODAY - WEEK)
    assert fitting(actor(TONO), HEADS).behalf == "Rini, kepala dua satker"


@pytest.mark.parametrize("closed", [RINI, TONO])
def test_a_closed_account_ends_it(closed):
    away(RINI, TONO, "Kepala Satker", "100101")
    account(closed).active = False
    db.session.commit()
    assert not any("Tono" in n for n in names("Kepala Satker", "100101"))
    if closed == RINI:
        assert not may_do(actor(TONO), HEADS)


def test_who_loses_the_role_passes_nothing_on():
    away(RINI, TONO, "Kepala Satker", "100101")
    term = db.session.scalars(db.select(Assignment).filter_by(user_id=account(RINI).id, scope="100101")).one()
    term.until = TODAY - timedelta(days=1)
    db.session.commit()
    assert not may_do(actor(TONO), HEADS) and names("Kepala Satker", "100101") == []


@pytest.fixture
def claimed():
    """A task of Kepala Satker 100101 that Tono has taken."""
    db.session.add(Definition(id=1, process="p", version=1, name="P", files={}, sha256="", published_at=NOW))
    db.session.add(Instance(
        id=1, process="p", definition_id=1, tahun=2026, satker="100101", unit="A00000", title="P", created_at=NOW,
        changed_at=NOW,
    ))  # fmt: skip
    db.session.flush()
    row = Task(
        id="t", instance_id=1, element="e", name="E", role="Kepala Satker", satker="100101", unit="A00000", tahun=2026,
        created_at=NOW, claimed_by=account(TONO).id,
    )  # fmt: skip
    db.session.add(row)
    db.session.commit()

    def by(now=NOW):
        release_left(now)
        return db.session.scalar(db.select(Task.claimed_by).where(Task.id == "t"))

    return by


def test_a_substitute_keeps_what_they_took_while_it_lasts(claimed):
    away(RINI, TONO, "Kepala Satker", "100101")
    assert claimed() == account(TONO).id
    assert claimed(NOW + timedelta(days=7)) == account(TONO).id
    assert claimed(NOW + timedelta(days=8)) is None


def test_another_place_is_no_reason_to_keep_it(claimed):
    away(RINI, TONO, "Kepala Satker", "100102")
    assert claimed() is None


@pytest.mark.parametrize("closed", [RINI, TONO])
def test_a_closed_account_gives_it_back(claimed, closed):
    away(RINI, TONO, "Kepala Satker", "100101")
    account(closed).active = False
    db.session.commit()
    assert claimed() is None


# ---- who may be asked ----------------------------------------------------------------------------------------------


def official(username: str, nip: str, nik: str = "9901011501800001") -> None:
    person = Person(nama=account(username).nama, nip=nip, nik=nik)
    db.session.add(person)
    db.session.flush()
    account(username).person_id = person.id
    db.session.commit()


def asked(username: str, role: str, scope: str) -> list[str]:
    post = next(p for p in absence.posts_of(account(username).id, TODAY) if (p.role, p.scope) == (role, scope))
    return [c.nama for c in absence.candidates(post, TODAY)]


def test_a_head_is_followed_by_officials_of_the_unit_only():
    for username, nip in ((SARI, "1"), (ADI, "2"), (TONO, "3")):
        official(username, nip)
    assert asked(RINI, "Kepala Satker", "100101") == ["Sari, operator 100101", "Adi, eselon 1 unit A"]


@pytest.mark.parametrize(("nip", "nik"), [("", "9901011501800001"), (None, "9901011501800001"), ("1", "")])
def test_who_has_no_nip_or_nik_does_not_sign(nip, nik):
    official(SARI, nip, nik)
    assert asked(RINI, "Kepala Satker", "100101") == []


def test_an_operator_is_followed_by_anybody_of_the_unit():
    assert asked(SARI, "Operator Satker", "100101") == ["Rini, kepala dua satker", "Adi, eselon 1 unit A"]


def test_who_prepares_does_not_follow_who_decides():
    db.session.add(Role(name="Penelaah", scope="unit", reviews="Eselon 1"))
    db.session.flush()
    db.session.add(Assignment(user_id=account(TAMU).id, role="Penelaah", scope="A00000", since=TODAY))
    official(TAMU, "1")
    assert asked(ADI, "Eselon 1", "A00000") == []
    assert "Tamu tanpa peran" in asked(RINI, "Kepala Satker", "100101")


def test_roles_that_reach_everywhere_have_no_post():
    assert absence.posts_of(account(BIMA).id, TODAY) == []
