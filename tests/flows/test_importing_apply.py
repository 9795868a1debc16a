# ruff: noqa: F811  (fixtures are imported by name)
"""What a load does: all of it or nothing, twice the same is nothing, and what changed meanwhile is shown again."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from app import clock
from app.errors import Conflict, NotFound
from app.flows import audit, invitations, rights, sample
from app.flows.importing import apply, runs
from app.flows.importing import write as writing
from app.models import (
    Assignment,
    Audit,
    Headship,
    ImportRun,
    Instance,
    Mail,
    PasswordLink,
    Person,
    Satker,
    Unit,
    User,
    db,
)
from tests import pk
from tests.flows.sheets import OPERATOR, PEJABAT, PENELAAH, SATKER, UNIT, WHOLE, actor, book, checked, faults, load
from tests.visitor import Visitor
from tests.world import DUA, LITERASI, SAINS, SATU, World, provider, stage, stages, world  # noqa: F401 - fixtures

drafting = stage(pk.to_drafting)


def user(world: World, username: str) -> User:
    (found,) = world.all(db.select(User).where(User.username == username))
    return found  # type: ignore[no-any-return]


def today() -> date:
    return rights.local_day(clock.now())


def start(world: World, content: bytes, by: str = "admin") -> int:
    with world.app.app_context():
        return runs.start(content, "data.xlsx", actor(by), clock.now())


def confirm(world: World, run_id: int, by: str = "admin") -> None:
    with world.app.app_context():
        runs.confirm(run_id, runs.find(run_id, actor(by)).report["digest"], actor(by))


def run(world: World, run_id: int) -> ImportRun:
    (found,) = world.all(db.select(ImportRun).where(ImportRun.id == run_id))
    return found  # type: ignore[no-any-return]


def test_a_whole_unit_is_there_afterwards(world: World) -> None:
    done = load(world, book(**WHOLE))
    assert (done.state, done.rows) == ("done", {}) and done.finished_at is not None
    (unit,) = world.all(db.select(Unit).where(Unit.kode == "030000"))
    (satker,) = world.all(db.select(Satker).where(Satker.kode == "300301"))
    assert (unit.nama, satker.zona, satker.kota) == (UNIT["Nama Unit"], "WITA", "Denpasar")
    (head,) = world.all(db.select(Person).where(Person.nip == PEJABAT["NIP"]))
    assert (satker.pimpinan_id, satker.jabatan_pimpinan, head.nik) == (head.id, PEJABAT["Jabatan"], PEJABAT["NIK"])
    held = world.all(db.select(Assignment.role).join(User, User.id == Assignment.user_id).where(User.id > 12))
    assert {sample.OPERATOR, sample.KEPALA, sample.PENELAAH} <= set(held)


def test_an_operator_begins_with_the_guides_password_and_must_change_it(world: World) -> None:
    load(world, book(**WHOLE))
    page = Visitor(world.app, "sim300301", "operator").open("/tugas")
    assert page.path == "/password", page.path


def test_everybody_else_is_invited_and_has_no_password_that_anybody_knows(world: World) -> None:
    load(world, book(**WHOLE))
    invited = {PENELAAH["Username"], PEJABAT["NIP"]}
    query = db.select(User.username).join(Mail, Mail.user_id == User.id).where(Mail.kind == "undangan")
    assert set(world.all(query)) == invited
    with pytest.raises(AssertionError):
        Visitor(world.app, PEJABAT["NIP"], "operator")


def test_somebody_without_a_mail_address_is_mentioned(world: World) -> None:
    report = checked(world, book(Pengguna=[{**PENELAAH, "Tempat": LITERASI.kode, "E-mail": ""}])).plan.report
    assert report.errors == 0 and "Akun baru ini tanpa e-mail" in report.faults[0].text


def test_the_same_file_twice_changes_nothing(world: World) -> None:
    load(world, book(**WHOLE))
    before = len(world.all(db.select(Audit)))
    again = load(world, book(**WHOLE))
    assert again.state == "done" and again.report["changes"] == [] and again.rows == {}
    assert {thing: of["sama"] for thing, of in again.report["counts"].items()} == {
        "unit": 1, "satker": 1, "akun": 3, "peran": 2, "pejabat": 1,
    }  # fmt: skip
    assert len(world.all(db.select(Audit))) == before


def test_old_and_new_values_stand_in_the_preview(world: World) -> None:
    row = {"Kode Satker": SATU.kode, "Nama Satker": "Balai Literasi Baru", "Kode Unit": LITERASI.kode, "Alamat": ""}
    (change,) = checked(world, book(Satker=[row])).plan.changes
    assert (change.action, change.fields) == ("berubah", (("Nama Satker", SATU.nama, "Balai Literasi Baru"),))
    load(world, book(Satker=[row]))
    (satker,) = world.all(db.select(Satker).where(Satker.kode == SATU.kode))
    assert (satker.nama, satker.alamat) == ("Balai Literasi Baru", SATU.alamat)


def test_nothing_is_written_before_somebody_confirms(world: World) -> None:
    start(world, book(**WHOLE))
    world.chores()
    assert world.all(db.select(Unit).where(Unit.kode == "030000")) == []


def test_a_faulty_file_can_not_be_confirmed_and_keeps_no_rows(world: World) -> None:
    run_id = start(world, book(**{**WHOLE, "Unit": [{**UNIT, "Kode Unit": "3"}]}))
    assert (run(world, run_id).state, run(world, run_id).rows) == ("faulty", {})
    with pytest.raises(Conflict):
        confirm(world, run_id)


def test_a_new_head_ends_the_term_of_the_one_before(world: World) -> None:
    new = {**PEJABAT, "Kode Satker": SATU.kode, "Mulai": today().isoformat()}
    changes = {c.action: c for c in checked(world, book(Pejabat=[new])).plan.changes if c.thing == "pejabat"}
    yesterday = today() - timedelta(days=1)
    assert SATU.head.nama in changes["berakhir"].subject and changes["berakhir"].fields[0][2] == yesterday.isoformat()
    assert changes["baru"].fields[0] == ("Pejabat", SATU.head.nama, PEJABAT["Nama"])
    load(world, book(Pejabat=[new]))
    terms = world.all(db.select(Headship).where(Headship.kode == SATU.kode).order_by(Headship.since))
    assert [t.until for t in terms] == [yesterday, None]
    old = user(world, SATU.head.nip).id
    (role,) = world.all(db.select(Assignment).where(Assignment.user_id == old))
    assert role.until == yesterday
    assert load(world, book(Pejabat=[new])).report["changes"] == []


def test_a_plh_stands_above_the_head_for_some_days(world: World) -> None:
    row = {**PEJABAT, "Kode Satker": SATU.kode, "Sebagai": "Plh", "Mulai": today().isoformat()}
    assert "Isi tanggal Sampai" in faults(world, book(Pejabat=[row]))[0][3]
    row["Sampai"] = (today() + timedelta(days=3)).isoformat()
    assert not [c for c in checked(world, book(Pejabat=[row])).plan.changes if c.action == "berakhir"]
    assert load(world, book(Pejabat=[row])).state == "done"
    (satker,) = world.all(db.select(Satker).where(Satker.kode == SATU.kode))
    assert satker.jabatan_pimpinan == f"Plh. {PEJABAT['Jabatan']}"


def test_two_heads_one_after_the_other_in_one_file(world: World) -> None:
    later = (today() + timedelta(days=30)).isoformat()
    second = {
        **PEJABAT, "NIP": "198602022010011008", "NIK": "9901010202860081", "Nama": "Ni Wayan Contoh",
        "Mulai": later, "E-mail": "wayan@contoh.example",
    }  # fmt: skip
    content = book(Unit=[UNIT], Satker=[SATKER], Pejabat=[second, PEJABAT])
    assert load(world, content).state == "done"
    terms = world.all(db.select(Headship).where(Headship.kode == "300301").order_by(Headship.since))
    assert [t.until for t in terms] == [date.fromisoformat(later) - timedelta(days=1), None]
    assert load(world, content).report["changes"] == []


def test_terms_that_make_no_sense_are_named(world: World) -> None:
    for other, says in (
        ({"Sampai": "2026-01-01"}, "lebih awal dari tanggal Mulai"),
        ({"Mulai": "2020-01-01", "Sampai": "2021-01-01"}, "sudah lewat seluruhnya"),
        ({"Jabatan": "Plt. Kepala Balai"}, "tanpa Plt. atau Plh."),
        ({"Mulai": "2099-01-01"}, "terlalu jauh"),
    ):
        (fault,) = faults(world, book(Pejabat=[{**PEJABAT, "Kode Satker": SATU.kode, **other}]))
        assert says in fault[3]


def test_a_satker_that_moves_takes_its_open_cases_along(drafting: World) -> None:
    row = {"Kode Satker": SATU.kode, "Nama Satker": SATU.nama, "Kode Unit": SAINS.kode}
    assert load(drafting, book(Satker=[row])).state == "done"
    (case,) = drafting.all(db.select(Instance))
    assert case.unit == SAINS.kode


def test_a_role_is_given_until_a_day_and_never_twice(world: World) -> None:
    until = (today() + timedelta(days=60)).isoformat()
    row = {**OPERATOR, "Nama": SATU.operator, "Tempat": SATU.kode, "Sampai": until}
    (change,) = [c for c in checked(world, book(Pengguna=[row])).plan.changes if c.thing == "peran"]
    assert (change.action, change.fields) == ("berubah", (("Sampai", "", until),))
    load(world, book(Pengguna=[row]))
    held = world.all(db.select(Assignment).where(Assignment.user_id == user(world, f"sim{SATU.kode}").id))
    assert [h.until for h in held] == [date.fromisoformat(until)]


def test_a_role_that_ended_is_given_anew(world: World) -> None:
    key = user(world, f"sim{SATU.kode}").id
    world.write(update(Assignment).where(Assignment.user_id == key).values(until=date(2025, 12, 31)))
    load(world, book(Pengguna=[{**OPERATOR, "Nama": SATU.operator, "Tempat": SATU.kode, "Mulai": "2021-01-01"}]))
    held = world.all(db.select(Assignment).where(Assignment.user_id == key).order_by(Assignment.since))
    assert [(h.since, h.until) for h in held] == [(date(2021, 1, 1), date(2025, 12, 31)), (today(), None)]


def test_masters_that_changed_meanwhile_show_a_new_preview(world: World) -> None:
    run_id = start(world, book(**WHOLE))
    world.write(Unit.__table__.insert().values(kode="030000", nama="Nama Lain", jabatan_pimpinan=""))
    confirm(world, run_id)
    world.chores()
    found = run(world, run_id)
    assert found.state == "ready" and found.rows and "berubah sejak pratinjau" in found.report["note"]
    assert ["unit", "berubah"] in [c[:2] for c in found.report["changes"]]
    assert world.all(db.select(Satker).where(Satker.kode == "300301")) == []
    confirm(world, run_id)
    world.chores()
    assert run(world, run_id).state == "done"
    assert [u.nama for u in world.all(db.select(Unit).where(Unit.kode == "030000"))] == [UNIT["Nama Unit"]]


def test_a_file_that_became_faulty_meanwhile_is_not_loaded(world: World) -> None:
    run_id = start(world, book(**WHOLE))
    world.write(update(Person).where(Person.nip == SATU.head.nip).values(nik=PEJABAT["NIK"]))
    confirm(world, run_id)
    world.chores()
    found = run(world, run_id)
    assert (found.state, found.rows) == ("faulty", {}) and found.report["errors"] == 1
    assert world.all(db.select(Unit).where(Unit.kode == "030000")) == []


def test_a_preview_is_confirmed_as_it_was_seen_and_once(world: World) -> None:
    run_id = start(world, book(**WHOLE))
    with world.app.app_context(), pytest.raises(Conflict):
        runs.confirm(run_id, "another", actor())
    confirm(world, run_id)
    with pytest.raises(Conflict):
        confirm(world, run_id)


def test_a_right_that_went_meanwhile_is_gone(world: World) -> None:
    run_id = start(world, book(Unit=[UNIT]), by="biro")
    confirm(world, run_id, by="biro")
    world.write(update(Assignment).where(Assignment.role == sample.BIRO).values(until=date(2025, 12, 31)))
    world.chores()
    found = run(world, run_id)
    assert (found.state, found.rows) == ("failed", {}) and "tidak lagi berwenang" in found.report["note"]


def test_all_or_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("in the middle")

    monkeypatch.setattr(writing.heads, "enter", broken)
    done = load(world, book(**WHOLE))
    assert (done.state, done.rows) == ("failed", {}) and "Tidak ada baris yang tersimpan" in done.report["note"]
    assert world.all(db.select(Unit).where(Unit.kode == "030000")) == []
    assert world.all(db.select(User).where(User.username == "sim300301")) == []


def test_a_killed_workers_run_is_taken_over(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed before the commit: nothing is there. After its lease another worker begins anew."""

    class Killed(BaseException):
        pass

    def killed(*_: Any, **__: Any) -> None:
        raise Killed

    run_id = start(world, book(**WHOLE))
    confirm(world, run_id)
    with monkeypatch.context() as patch, world.app.app_context():
        patch.setattr(apply, "write", killed)
        with pytest.raises(Killed):
            apply.work(clock.now())
    world.chores()
    assert run(world, run_id).state == "applying"  # its lease still runs
    with world.app.app_context():
        apply.work(clock.now() + timedelta(seconds=100))
    assert run(world, run_id).state == "done"
    assert len(world.all(db.select(User).where(User.username == "sim300301"))) == 1


def test_a_worker_killed_among_the_invitations_leaves_the_rest_to_the_next(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    sent: list[int] = []

    def invite(user_id: int, *rest: Any) -> str:
        if len(sent) == 2:
            sent.append(0)
            raise Killed
        sent.append(user_id)
        return real(user_id, *rest)

    real = invitations.invite
    rows = [{**PENELAAH, "Username": f"telaah{n}", "Tempat": LITERASI.kode} for n in range(3)]
    monkeypatch.setattr(apply, "_BATCH", 1)
    monkeypatch.setattr(apply.invitations, "invite", invite)
    run_id = start(world, book(Pengguna=rows))
    confirm(world, run_id)
    with world.app.app_context(), pytest.raises(Killed):
        apply.work(clock.now())
    assert run(world, run_id).report["invite"] and run(world, run_id).rows == {}
    with world.app.app_context():
        apply.work(clock.now() + timedelta(seconds=100))
    assert run(world, run_id).state == "done" and "invite" not in run(world, run_id).report
    assert len(world.all(db.select(PasswordLink))) == 3


def test_two_workers_do_it_once(world: World) -> None:
    run_id = start(world, book(**WHOLE))
    confirm(world, run_id)
    done: list[int] = []

    def worker() -> None:
        with world.app.app_context():
            done.append(apply.work(clock.now()))
            db.session.remove()

    workers = [threading.Thread(target=worker) for _ in range(3)]
    for w in workers:
        w.start()
    for w in workers:
        w.join()
    assert sum(done) == 1 and run(world, run_id).state == "done"
    assert len(world.all(db.select(User).where(User.username == "sim300301"))) == 1


def test_the_audit_list_tells_of_it_and_stays_whole(world: World) -> None:
    load(world, book(**WHOLE))
    found = world.all(db.select(Audit).order_by(Audit.seq))
    about = [a for a in found if a.kind in ("muat", "master", "akun", "peran", "pejabat")]
    assert [a.kind for a in about].count("muat") == 1 and all(a.actor_id == user(world, "admin").id for a in about)
    assert {"unit 030000 " + UNIT["Nama Unit"], "akun sim300301 Ketut Contoh"} <= {a.subject for a in about}
    assert PEJABAT["NIK"] not in str([(a.subject, a.before, a.after, a.note) for a in found])
    with world.app.app_context():
        assert audit.broken_at() is None


def test_a_nik_is_kept_nowhere_but_with_the_person(world: World) -> None:
    """Neither the run, nor its report, nor anything else in the database holds it afterwards."""
    load(world, book(**WHOLE))
    world.app.extensions["signing"].close()
    with world.app.app_context(), db.engine.connect() as conn:
        dump = "\n".join(conn.connection.dbapi_connection.iterdump())  # type: ignore[union-attr]
    lines = [line for line in dump.splitlines() if PEJABAT["NIK"] in line]
    assert len(lines) == 1 and lines[0].startswith('INSERT INTO "person"')


def test_what_nobody_confirms_is_dropped_after_a_week(world: World) -> None:
    run_id = start(world, book(**WHOLE))
    with world.app.app_context():
        assert runs.sweep(clock.now() + timedelta(days=6)) == 0
        assert runs.sweep(clock.now() + timedelta(days=8)) == 1
    assert (run(world, run_id).state, run(world, run_id).rows) == ("dropped", {})


def test_runs_of_others_are_not_found_but_by_an_admin(world: World) -> None:
    mine, theirs = start(world, book(**WHOLE)), start(world, book(Unit=[UNIT]), by="biro")
    with world.app.app_context():
        assert runs.find(theirs, actor()).id == theirs
        with pytest.raises(NotFound):
            runs.find(mine, actor("biro"))
        assert [r.id for r in runs.listed(runs.Filter(), actor("biro"))] == [theirs]
        assert [r.id for r in runs.listed(runs.Filter(), actor())] == [theirs, mine]


def test_the_head_of_two_satkers_has_one_account(world: World) -> None:
    both = [{**PEJABAT, "Kode Satker": kode} for kode in (SATU.kode, DUA.kode)]
    assert load(world, book(Pejabat=both)).state == "done"
    held = world.all(db.select(Assignment.scope).where(Assignment.user_id == user(world, PEJABAT["NIP"]).id))
    assert sorted(held) == [SATU.kode, DUA.kode]
