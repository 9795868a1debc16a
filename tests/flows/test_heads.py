"""Terms of office: who leads on which day, which role goes with it, and what an appointment refuses."""

# ruff: noqa: F811  (fixtures are imported by name)
from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest

from app import clock
from app.errors import Conflict, InvalidInput, NotFound
from app.flows import audit, heads, masters, rights, terms
from app.flows.heads import Appointment, appoint
from app.flows.people import Who, Wrong
from app.flows.terms import Place, Stretch
from app.models import Assignment, Audit, Headship, Mail, Person, Satker, Unit, User, db
from tests.world import DUA, EMPAT, LITERASI, SATU, World, provider, stages, world  # noqa: F401 - fixtures

NOW = datetime(2026, 6, 10, 3, 0, tzinfo=UTC)  # 10.00 WIB
TODAY = date(2026, 6, 10)
DAY = timedelta(days=1)
WIRA = Who(nama="Drs. Wira Santosa, M.Pd.", nip="197501012000031001", nik="9901010101750001")
TARI = Who(nama="Tari Lestari, S.E.", nip="198002022005022002", nik="9901014202800002")
HERE = Place("satker", SATU.kode)


@pytest.fixture
def house(world: World) -> Iterator[World]:
    with clock.held(NOW), world.app.app_context():
        yield world


def admin() -> rights.Actor:
    user = db.session.scalar(db.select(User).where(User.username == "admin"))
    return rights.actor_of(user.id, 2026, TODAY)


def new(who: Who = WIRA, since: date = TODAY, **more) -> Appointment:
    return Appointment(
        **{"kind": "satker", "kode": SATU.kode, "jabatan": SATU.jabatan, "who": who, "since": since, **more}
    )


def go(who: Who = WIRA, since: date = TODAY, **more) -> heads.Appointed:
    return appoint(new(who, since, **more), by=admin(), now=clock.now())


def who_holds(day: date, role: str = "Kepala Satker", scope: str = SATU.kode) -> list[str]:
    query = (
        db.select(User.nama)
        .join(Assignment, Assignment.user_id == User.id)
        .where(Assignment.role == role, Assignment.scope == scope, rights.valid_on(Assignment, day))
    )
    return list(db.session.scalars(query))


def named() -> tuple[str, str]:
    satker = db.session.get_one(Satker, SATU.kode)
    return (satker.pimpinan.nama if satker.pimpinan else "", satker.jabatan_pimpinan)


def wait(days: int) -> None:
    clock.advance(timedelta(days=days))
    heads.apply_due(clock.now())


def old_account() -> User:
    return db.session.scalar(db.select(User).where(User.username == SATU.head.nip))


def test_a_new_head_leads_from_today(house: World) -> None:
    epoch = old_account().epoch
    done = go()
    assert named() == (WIRA.nama, SATU.jabatan)
    assert who_holds(TODAY) == [WIRA.nama] and who_holds(TODAY - DAY) == [SATU.head.nama]
    assert db.session.get(User, done.user_id).username == WIRA.nip and done.made
    assert old_account().epoch == epoch + 1
    assert masters.head_of_satker(SATU.kode).nik == WIRA.nik


def test_the_new_account_opens_by_no_password(house: World) -> None:
    go()
    page = house.app.test_client()
    assert page is not None
    from app.flows.accounts import FIRST_PASSWORD, Refusal, authenticate

    assert isinstance(authenticate(WIRA.nip, FIRST_PASSWORD, "203.0.113.7", clock.now()), Refusal)


def test_with_an_address_the_new_head_gets_a_link(house: World) -> None:
    go(Who(WIRA.person_id, WIRA.nama, WIRA.nip, WIRA.nik, "wira@contoh.example"))
    mail = db.session.scalars(db.select(Mail).where(Mail.kind == "undangan")).one()
    assert mail.address == "wira@contoh.example" and WIRA.nip in mail.text and WIRA.nik not in mail.text


def test_one_who_begins_next_month_waits_for_the_day(house: World) -> None:
    go(since=TODAY + timedelta(days=20))
    assert named()[0] == SATU.head.nama and who_holds(TODAY) == [SATU.head.nama]
    epoch = old_account().epoch
    wait(19)
    assert named()[0] == SATU.head.nama and old_account().epoch == epoch
    wait(1)
    assert named()[0] == WIRA.nama and old_account().epoch == epoch + 1
    assert who_holds(TODAY + timedelta(days=20)) == [WIRA.nama]
    assert heads.apply_due(clock.now()) == 0


def test_a_plh_leads_for_their_days_and_the_head_comes_back(house: World) -> None:
    go(TARI, sebagai="Plh.", until=TODAY + 4 * DAY)
    assert named() == (TARI.nama, f"Plh. {SATU.jabatan}")
    assert [who_holds(TODAY + n * DAY) for n in (0, 4, 5)] == [[TARI.nama], [TARI.nama], [SATU.head.nama]]
    wait(5)
    assert named() == (SATU.head.nama, SATU.jabatan)


def test_a_plt_who_ends_leaves_the_place_empty_where_nobody_is_definitif(house: World) -> None:
    term = db.session.scalar(db.select(Headship).where(Headship.kind == "satker", Headship.kode == EMPAT.kode))
    assert term.sebagai == "Plt." and term.jabatan == "Kepala Balai Sains Contoh Empat"
    heads.end(term.id, TODAY, "SK berakhir", by=admin(), now=clock.now())
    wait(1)
    satker = db.session.get_one(Satker, EMPAT.kode)
    assert satker.pimpinan_id is None and satker.jabatan_pimpinan == ""
    assert who_holds(TODAY + DAY, scope=EMPAT.kode) == []
    with pytest.raises(NotFound, match="belum diisi"):
        masters.head_of_satker(EMPAT.kode)


def test_a_definitif_head_ends_the_plt(house: World) -> None:
    go(TARI, sebagai="Plt.")
    go(WIRA, since=TODAY + 3 * DAY)
    assert [who_holds(TODAY + n * DAY) for n in (0, 2, 3)] == [[TARI.nama], [TARI.nama], [WIRA.nama]]


def test_the_head_of_a_unit(house: World) -> None:
    done = go(kind="unit", kode=LITERASI.kode, jabatan=LITERASI.jabatan)
    assert db.session.get_one(Unit, LITERASI.kode).pimpinan.nama == WIRA.nama
    assert who_holds(TODAY, "Eselon 1", LITERASI.kode) == [WIRA.nama] and done.made


def test_one_person_heads_two_satkers(house: World) -> None:
    head = db.session.scalar(db.select(Person).where(Person.nip == DUA.head.nip))
    done = go(Who(person_id=head.id), sebagai="Plt.")
    assert not done.made and who_holds(TODAY) == [DUA.head.nama] == who_holds(TODAY, scope=DUA.kode)


def test_the_same_twice_changes_nothing(house: World) -> None:
    first = go()
    rows = db.session.scalar(db.select(db.func.count()).select_from(Audit))
    again = go()
    assert again.headship_id == first.headship_id and not again.made
    assert db.session.scalar(db.select(db.func.count()).select_from(Audit)) == rows


def test_a_slip_of_today_is_replaced_today(house: World) -> None:
    go(TARI)
    go(WIRA)
    assert named()[0] == WIRA.nama and who_holds(TODAY) == [WIRA.nama]
    assert who_holds(TODAY - DAY) == [SATU.head.nama]


def test_an_appointment_is_taken_back_before_its_day(house: World) -> None:
    done = go(since=TODAY + 5 * DAY)
    heads.drop(done.headship_id, by=admin(), now=clock.now())
    assert who_holds(TODAY + 6 * DAY) == [SATU.head.nama]
    wait(10)
    assert named()[0] == SATU.head.nama


def test_a_term_ends_at_once_with_yesterday(house: World) -> None:
    term = db.session.scalar(db.select(Headship).where(Headship.kode == SATU.kode))
    epoch = old_account().epoch
    heads.end(term.id, TODAY - DAY, "berhalangan tetap", by=admin(), now=clock.now())
    assert named() == ("", "") and who_holds(TODAY) == [] and old_account().epoch == epoch + 1


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"since": TODAY, "until": TODAY - DAY}, "until"),
        ({"sebagai": "Plh."}, "until"),
        ({"since": date(1945, 8, 17)}, "since"),
        ({"since": date(2206, 6, 10)}, "since"),
        ({"since": TODAY - 30 * DAY, "until": TODAY - 3 * DAY, "sebagai": "Plt."}, "until"),
        ({"jabatan": " "}, "jabatan"),
        ({"jabatan": "Plt. Kepala Balai"}, "jabatan"),
        ({"sebagai": "Pjs."}, "sebagai"),
        ({"who": Who(nama="Orang Lain", nip=DUA.head.nip)}, "nip"),
        ({"who": Who(nama="Wira", nip="1234")}, "nip"),
        ({"who": Who(nama="Wira", nip=WIRA.nip, nik="12")}, "nik"),
        ({"who": Who(nama="Wira", nip=WIRA.nip, nik=DUA.head.nik)}, "nik"),
        ({"who": Who(nama="", nip=WIRA.nip)}, "nama"),
    ],
)
def test_what_is_wrong_is_named(house: World, more: dict, field: str) -> None:
    with pytest.raises(Wrong) as refused:
        go(**more)
    assert refused.value.field == field and str(refused.value).endswith(".")
    assert DUA.head.nik not in str(refused.value)
    db.session.rollback()
    assert named()[0] == SATU.head.nama and who_holds(TODAY) == [SATU.head.nama]


def test_places_that_are_not_there(house: World) -> None:
    for place in ({"kode": "999999"}, {"kind": "unit"}, {"kind": "dewan"}):
        with pytest.raises(NotFound):
            go(**place)


def test_one_who_is_to_come_already_stands_in_the_way(house: World) -> None:
    go(TARI, since=TODAY + 20 * DAY)
    with pytest.raises(Conflict, match=TARI.nama):
        go(WIRA)
    db.session.rollback()
    go(WIRA, until=TODAY + 19 * DAY)
    assert [who_holds(TODAY + n * DAY) for n in (0, 19, 20)] == [[WIRA.nama], [WIRA.nama], [TARI.nama]]


def test_a_person_without_nip_gets_no_account(house: World) -> None:
    with pytest.raises(InvalidInput, match="NIP"):
        go(Who(nama="Tanpa Nomor"))


def test_a_closed_account_is_not_opened_by_the_way(house: World) -> None:
    db.session.scalar(db.select(User).where(User.username == DUA.head.nip)).active = False
    db.session.commit()
    person = db.session.scalar(db.select(Person.id).where(Person.nip == DUA.head.nip))
    with pytest.raises(InvalidInput, match="sudah ditutup"):
        go(Who(person_id=person))


def test_info_satker_names_another_head_and_the_terms_follow(house: World) -> None:
    info = masters.info_satker(SATU.kode)
    changed = {**info, "nama_pimpinan": WIRA.nama, "nip_pimpinan": WIRA.nip, "nik_pimpinan": WIRA.nik}
    masters.change("info_satker", changed, clock.now())
    known = terms.of(db.session.connection(), HERE)
    assert [(t.since, t.until) for t in known] == [(date(2021, 1, 1), TODAY - DAY), (TODAY, None)]
    assert named() == (WIRA.nama, SATU.jabatan)
    assert who_holds(TODAY) == [SATU.head.nama]  # an operator gives no roles
    assert heads.apply_due(clock.now()) == 0
    heads.give_access(known[1].id, by=admin(), now=clock.now())
    assert who_holds(TODAY) == [WIRA.nama]


def test_no_role_follows_whom_only_info_satker_named(house: World) -> None:
    """An operator names the head of another satker, who has an account; a Plt. comes, and goes again."""
    other = {"nama_pimpinan": DUA.head.nama, "nip_pimpinan": DUA.head.nip, "nik_pimpinan": DUA.head.nik}
    masters.change("info_satker", masters.info_satker(SATU.kode) | other, clock.now())
    plt = Appointment("satker", SATU.kode, WIRA, SATU.jabatan, TODAY, "Plt.", TODAY + 9 * DAY)
    appoint(plt, by=admin(), now=clock.now())
    assert who_holds(TODAY + 9 * DAY) == [WIRA.nama]
    assert who_holds(TODAY + 10 * DAY) == []
    named_there = next(t for t in terms.of(db.session.connection(), HERE) if not t.confirmed)
    heads.give_access(named_there.id, by=admin(), now=clock.now())
    assert who_holds(TODAY + 10 * DAY) == [DUA.head.nama]


def test_info_satker_saved_as_it_is_changes_no_term(house: World) -> None:
    before = terms.of(db.session.connection(), HERE)
    masters.change("info_satker", masters.info_satker(SATU.kode), clock.now())
    assert terms.of(db.session.connection(), HERE) == before


def test_what_an_operator_changes_in_info_satker_is_audited_without_the_nik(house: World) -> None:
    info = masters.info_satker(SATU.kode)
    by = admin()
    masters.change("info_satker", info, clock.now(), by)
    changed = {**info, "nik_pimpinan": "9901015705720009", "alamat": "Jl. Baru 1"}
    masters.change("info_satker", changed, clock.now(), by)
    (entry,) = db.session.scalars(db.select(Audit).where(Audit.kind == "master"))
    assert entry.after == {"nik_pimpinan": "*" * 12 + "0009", "alamat": "Jl. Baru 1"} and entry.actor == by.name


def test_a_head_who_is_replaced_for_a_while_elsewhere_is_not_renamed_here(house: World) -> None:
    """Dua's head leads nothing today, a Plh. does; the term goes on, so Satu's operator can't change their name."""
    plh = Appointment("satker", DUA.kode, TARI, DUA.jabatan, TODAY, "Plh.", TODAY + 9 * DAY)
    appoint(plh, by=admin(), now=clock.now())
    info = masters.info_satker(SATU.kode) | {"nip_pimpinan": DUA.head.nip, "nik_pimpinan": DUA.head.nik}
    with pytest.raises(InvalidInput, match="bertugas di tempat lain"):
        masters.change("info_satker", info | {"nama_pimpinan": "Nama Lain"}, clock.now())


def test_info_satker_names_a_plt_beside_the_head(house: World) -> None:
    info = masters.info_satker(SATU.kode) | {"nama_pimpinan": WIRA.nama, "nip_pimpinan": WIRA.nip}
    info |= {"nik_pimpinan": WIRA.nik, "jabatan_pimpinan": f"plt {SATU.jabatan}"}
    masters.change("info_satker", info, clock.now())
    known = terms.of(db.session.connection(), HERE)
    assert [(t.sebagai, t.until) for t in known] == [("", None), ("Plt.", None)]
    assert named() == (WIRA.nama, f"Plt. {SATU.jabatan}")


def test_a_head_from_before_there_were_terms_gets_one(house: World) -> None:
    db.session.execute(db.delete(Headship))
    db.session.commit()
    assert heads.apply_due(clock.now()) == 0
    assert [(t.since, t.sebagai) for t in terms.of(db.session.connection(), HERE)] == [(date(2021, 1, 1), "")]
    assert db.session.scalar(db.select(db.func.count()).select_from(Headship)) == 6


def test_everything_stands_in_the_audit_list_without_a_nik(house: World) -> None:
    done = go(since=TODAY + DAY)
    heads.drop(done.headship_id, by=admin(), now=clock.now())
    rows = list(db.session.scalars(db.select(Audit).where(Audit.kind == "pejabat").order_by(Audit.id)))
    assert [r.subject for r in rows] == [f"satker {SATU.kode}"] * 2 and rows[0].actor == "Admin Contoh"
    assert WIRA.nama in str(rows[0].after) and WIRA.nik not in str([(r.before, r.after) for r in rows])
    assert audit.KINDS["pejabat"]


def term(person: int, since: int, until: int | None, sebagai: str = "") -> SimpleNamespace:
    day = date(2026, 1, 1) - DAY
    last = day + until * DAY if until else None
    return SimpleNamespace(person_id=person, since=day + since * DAY, until=last, sebagai=sebagai, confirmed=True)


def test_stretches() -> None:
    def days(found: list[Stretch]) -> list[tuple[int, int, int | None]]:
        first = date(2025, 12, 31)
        return [(s.person_id, (s.since - first).days, (s.until - first).days if s.until else None) for s in found]

    known = [term(1, 1, 20), term(2, 5, 8, "Plh."), term(3, 21, None), term(2, 18, 22, "Plt.")]
    assert days(terms.stretches(known, date(2026, 1, 1))) == [
        (1, 1, 4), (2, 5, 8), (1, 9, 17), (2, 18, 22), (3, 23, None),
    ]  # fmt: skip
    assert days(terms.stretches([term(1, 1, 3), term(1, 4, None), term(2, 2, 2, "Plh.")], date(2026, 1, 3))) == [
        (1, 3, None)
    ]
    assert days(terms.stretches([term(1, 2, 3)], date(2026, 1, 1))) == [(1, 2, 3)]


@pytest.mark.parametrize(
    ("printed", "parts"),
    [
        ("Plt. Kepala Balai", ("Plt.", "Kepala Balai")),
        ("plh Kepala", ("Plh.", "Kepala")),
        ("Kepala Balai", ("", "Kepala Balai")),
        ("Plt.", ("", "Plt.")),
        ("", ("", "")),
    ],
)
def test_printed_titles(printed: str, parts: tuple[str, str]) -> None:
    assert terms.split(printed) == parts
