# ruff: noqa: F811  (fixtures are imported by name)
"""A person who left is forgotten, and what they signed says afterwards what it said before, bit by bit."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, or_, select, update

from app import clock
from app.errors import AlurError, Conflict, InvalidInput, NotAllowed
from app.flows import audit, erase, events, personal
from app.flows.rights import Actor, local_day
from app.models import (
    Assignment,
    Audit,
    Certificate,
    Document,
    Draft,
    Event,
    Headship,
    ImportRun,
    Mail,
    Notice,
    PasswordLink,
    Person,
    Satker,
    Task,
    User,
    db,
)
from tests import pk
from tests.pdfsig import pdfsig
from tests.stories.conftest import archived, at_the_head, drafting  # noqa: F401 - fixtures
from tests.world import DUA, LITERASI, SATU, World, provider, stages, world  # noqa: F401 - fixtures

WHY = "Surat permintaan 12/2026"


def admin(world: World) -> Actor:
    (user,) = world.all(select(User).where(User.username == "admin"))
    return Actor(user.id, user.nama, None, 2026)


def head(world: World) -> tuple[Person, User]:
    (person,) = world.all(select(Person).where(Person.nip == SATU.head.nip))
    (user,) = world.all(select(User).where(User.username == SATU.head.nip))
    return person, user


def leave(world: World) -> str:
    """The head of SATU goes; the one of DUA takes over. The key of who left."""
    person, user = head(world)
    (other,) = world.all(select(Person).where(Person.nip == DUA.head.nip))
    yesterday = local_day(clock.now()) - timedelta(days=1)
    world.write(
        update(Assignment).where(Assignment.user_id == user.id).values(until=yesterday),
        update(Headship).where(Headship.person_id == person.id).values(until=yesterday),
        update(Satker).where(Satker.kode == SATU.kode).values(pimpinan_id=other.id),
    )
    return f"orang-{person.id}"


def remove(world: World, key: str, name: str = SATU.head.nama, reason: str = WHY) -> dict[str, int]:
    with world.app.app_context():
        return erase.erase(key, name, reason, admin(world), clock.now())


def obstacles(world: World, key: str) -> tuple[str, ...]:
    with world.app.app_context():
        return erase.preview(personal.find(key), clock.now()).obstacles


def test_what_was_signed_stays_valid_to_the_last_bit(archived: World, tmp_path: Path) -> None:
    store = archived.app.extensions["alur"].documents
    before = {d.sha256: store.read(d.sha256) for d in archived.all(select(Document))}
    histories = [(e.seq, e.hash, e.actor) for e in archived.all(select(Event).order_by(Event.id))]
    remove(archived, leave(archived))
    assert {sha: store.read(sha) for sha in before} == before and store.verify_all().broken == ()
    assert [(e.seq, e.hash, e.actor) for e in archived.all(select(Event).order_by(Event.id))] == histories
    with archived.app.app_context():
        assert events.broken_at(1) is None and audit.broken_at() is None
    (kept,) = archived.all(select(Document).where(Document.kind == "archive"))
    assert archived.operator().open(f"/dokumentasi/{kept.id}?periksa=1").text.count("Tanda tangan ini sah") == 2
    found = pdfsig(before[kept.sha256], (archived.provider.folder / "root.pem").read_bytes(), tmp_path)
    assert [(f.valid, f.trusted) for f in found] == [(True, True)] * 2
    assert found[-1].whole and SATU.head.nama in archived.operator().open("/perkara/1").text


def test_everything_else_about_the_person_goes(archived: World) -> None:
    person, user = head(archived)
    now = clock.now()
    mail = {"key": "x", "user_id": user.id, "kind": "tugas", "address": user.email, "subject": "x", "text": "x"}
    link = {"user_id": user.id, "token_hash": "x", "kind": "lupa", "created_at": now, "expires_at": now}
    notice = {
        "instance_id": 1,
        "user_id": user.id,
        "role": "",
        "satker": "",
        "unit": "",
        "text": "x",
        "created_at": now,
    }
    archived.write(
        insert(Mail).values(**mail, state="sent", send_at=now, created_at=now),
        insert(PasswordLink).values(link), insert(Notice).values(notice),
    )  # fmt: skip
    gone = remove(archived, leave(archived))
    assert gone["NIK"] == gone["Alamat e-mail akun"] == gone["Nama dan nomor seri sertifikat"] == 1
    assert gone["Tautan password"] == gone["Pemberitahuan untuk orang ini"] == 1 and gone["Surat"] >= 1
    person, user = head(archived)
    assert (person.nik, person.nama, person.nip) == ("", SATU.head.nama, SATU.head.nip)
    assert (user.email, user.last_login_at, user.active) == ("", None, False)
    (certificate,) = archived.all(select(Certificate).where(Certificate.person_id == person.id))
    assert (certificate.name, certificate.serial) == ("", "") and len(certificate.fingerprint) == 64
    mine = [m.user_id == user.id for m in (Mail, PasswordLink, Notice, Draft)]
    assert [archived.all(select(c.left.table).where(c)) for c in mine] == [[], [], [], []]


def test_nothing_in_the_database_holds_the_nik_or_the_address_any_more(archived: World) -> None:
    person, user = head(archived)
    archived.operator().open(f"/kinerja/info-satker/{SATU.kode}/edit")
    key, nik, email = leave(archived), person.nik, user.email
    remove(archived, key)
    with archived.app.app_context():
        lines = list(db.session.connection().connection.iterdump())
    assert [line[:60] for line in lines if nik in line] == []
    left = [line[:60] for line in lines if email in line]
    assert left == []


def test_it_is_noted_with_what_went_by_whom_and_on_what_ground(archived: World) -> None:
    gone = remove(archived, leave(archived))
    entry = archived.all(select(Audit).order_by(Audit.seq.desc()).limit(1))[0]
    assert (entry.kind, entry.actor, entry.note) == ("data_pribadi", "Admin Contoh", WHY)
    assert entry.after == {"nama": SATU.head.nama, "dihapus": [f"{words} ({n})" for words, n in gone.items()]}
    assert SATU.head.nik not in str(entry.after)


def test_who_holds_a_role_or_heads_a_place_is_refused(archived: World) -> None:
    person, user = head(archived)
    key = f"orang-{person.id}"
    words = " ".join(obstacles(archived, key))
    assert "Masih memegang peran Kepala Satker 100101" in words and "pimpinan satker 100101" in words
    with pytest.raises(Conflict, match="Masih memegang peran"):
        remove(archived, key)
    assert head(archived)[0].nik == SATU.head.nik
    leave(archived)
    assert obstacles(archived, key) == ()
    archived.write(insert(Assignment).values(user_id=user.id, role="Kepala Satker", scope="100102",
                                             since=local_day(clock.now()) + timedelta(days=30)))  # fmt: skip
    assert len(obstacles(archived, key)) == 1  # a role that begins next month


def test_who_has_a_task_in_hand_or_numbers_on_their_way_in_is_refused(at_the_head: World) -> None:
    world = at_the_head
    key = leave(world)
    person, user = head(world)
    world.write(update(Task).where(Task.state == "open").values(claimed_by=user.id))
    run = {"user_id": user.id, "name": "x", "state": "ready", "rows": {"x": [person.nik]}, "report": {}}
    world.write(insert(ImportRun).values(**run, created_at=clock.now()))
    words = " ".join(obstacles(world, key))
    assert "tugas yang diambilnya" in words and "menunggu diterapkan" in words
    with pytest.raises(Conflict):
        remove(world, key)


@pytest.mark.parametrize(
    ("name", "reason", "error"),
    [
        ("", WHY, InvalidInput),
        ("Dra. Sekar", WHY, InvalidInput),
        (SATU.head.nama, "", InvalidInput),
        (SATU.head.nama, "  x ", InvalidInput),
    ],
)
def test_the_name_and_a_ground_are_asked_for(archived: World, name: str, reason: str, error: type[AlurError]) -> None:
    key = leave(archived)
    with pytest.raises(error):
        remove(archived, key, name, reason)
    assert head(archived)[0].nik == SATU.head.nik
    remove(archived, key, f"  {SATU.head.nama.upper()} ")


def test_the_second_time_there_is_nothing_left(archived: World) -> None:
    key = leave(archived)
    remove(archived, key)
    with pytest.raises(Conflict, match="Tidak ada lagi"):
        remove(archived, key)


def test_nobody_erases_themselves(world: World) -> None:
    me = admin(world)
    with pytest.raises(NotAllowed):
        remove(world, f"akun-{me.user_id}", me.name)


def test_a_failure_on_the_way_leaves_everything_as_it_was(archived: World, monkeypatch: pytest.MonkeyPatch) -> None:
    key = leave(archived)

    def fail(*_args: object, **_more: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(audit, "write", fail)
    with pytest.raises(RuntimeError):
        remove(archived, key)
    assert head(archived)[0].nik == SATU.head.nik and head(archived)[1].active


def test_an_operator_who_left_takes_their_contact_along_and_a_namesake_keeps_theirs(world: World) -> None:
    (user,) = world.all(select(User).where(User.username == f"sim{SATU.kode}"))
    yesterday = local_day(clock.now()) - timedelta(days=1)
    world.write(
        update(Assignment).where(Assignment.user_id == user.id).values(until=yesterday),
        update(Satker).where(Satker.kode == DUA.kode).values(nama_operator=SATU.operator),
    )
    remove(world, f"akun-{user.id}", SATU.operator)
    rows = {s.kode: (s.nama_operator, s.hp, s.email) for s in world.all(select(Satker))}
    assert rows[SATU.kode] == ("", "", "") and rows[DUA.kode][0] == SATU.operator and rows[DUA.kode][1]


def test_a_nik_that_somebody_else_typed_into_a_draft_goes_too(world: World) -> None:
    operator = world.operator()
    page = pk.begin(operator)
    operator.post(f"{page.path}/draf", nik_pimpinan=SATU.head.nik)
    assert world.all(select(Draft))
    remove(world, leave(world))
    assert world.all(select(Draft)) == []


def test_who_was_erased_can_not_come_in_and_is_out(archived: World) -> None:
    visitor = archived.head()
    remove(archived, leave(archived))
    assert visitor.client.get("/tugas").status_code == 302


def test_an_admin_does_it_on_the_page(archived: World) -> None:
    person, _user = head(archived)
    page = archived.admin().open(f"/data-pribadi/orang-{person.id}").link("Hapus data pribadi")
    assert "Belum dapat dihapus" in page.text and not page.has_form("/hapus")
    assert archived.admin().post(page.path, nama=SATU.head.nama, dasar=WHY).status == 409
    leave(archived)
    page = archived.admin().open(page.path)
    wrong = page.form("/hapus").fill(nama="Budi", dasar=WHY).press()
    assert wrong.status == 422 and "tidak sama dengan" in wrong.text and WHY in wrong.html
    done = wrong.form("/hapus").fill(nama=SATU.head.nama).press()
    assert "Data pribadi dihapus: NIK (1)" in done.text and done.path == f"/data-pribadi/orang-{person.id}"
    assert "Tidak ada lagi data pribadi" in archived.admin().open(page.path).text


def test_the_next_pk_of_the_satker_goes_its_way(archived: World) -> None:
    """The one who came after signs; the one who left is in nobody's way."""
    remove(archived, leave(archived))
    assert LITERASI.head.nama in archived.eselon().open("/perkara/1").text
    assert archived.operator().open("/kinerja/progres").status == 200
    assert not archived.all(select(Person).where(or_(Person.nik.is_(None), Person.nama == "")))
