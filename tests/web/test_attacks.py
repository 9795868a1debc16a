# ruff: noqa: F811  (fixtures are imported by name)
"""What hostile people tried, inside and outside, and what stopped them."""

from __future__ import annotations

import threading
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import delete, select, text, update

from app import clock, create_app
from app.flows import events
from app.flows.accounts import hash_password
from app.jobs import execute as execution
from app.jobs.chores import Round
from app.models import Assignment, Draft, Event, Person, Satker, Task, User, db
from app.sdk.fields import PassphraseField
from app.sdk.secrets import Passphrase
from tests import pk
from tests.jobs.crashing import attempts, calls, job, recover, run, send_passphrase
from tests.stories.conftest import archived, at_the_head, drafting  # noqa: F401 - fixtures
from tests.visitor import Visitor
from tests.world import (  # noqa: F401 - fixtures among them
    DUA,
    LITERASI,
    PASSWORDS,
    SATU,
    World,
    config_for,
    provider,
    stages,
    world,
)

INFO = f"/kinerja/info-satker/{SATU.kode}/edit"


def open_task(world: World) -> Task:
    return world.all(select(Task).where(Task.state == "open", Task.kind == "user"))[0]


# ---- people of other places ----------------------------------------------------------------------------------------


def people(world: World) -> list[tuple[str, str, str]]:
    return [(p.nama, p.nip, p.nik) for p in world.all(select(Person).order_by(Person.id))]


@pytest.mark.parametrize("other", [LITERASI.head, DUA.head], ids=["eselon 1", "the head next door"])
def test_an_operator_does_not_rename_somebody_who_signs_elsewhere(world: World, other) -> None:
    """Whoever typed the NIP of eselon 1 could give them another name on every sheet, and a NIK that can't sign."""
    before = people(world)
    form = world.operator().open(INFO).form("/edit")
    page = form.fill(nip_pimpinan=other.nip, nama_pimpinan="Donal Bebek", nik_pimpinan="9901011501800001").press()
    assert page.status == 422 and "NIP ini milik pejabat yang juga bertugas di tempat lain." in page.text
    assert page.form("/edit").values["nama_pimpinan"] == "Donal Bebek"
    assert people(world) == before


def test_nor_does_a_task_of_the_operator(world: World) -> None:
    before, other = people(world), LITERASI.head
    form = pk.begin(world.operator()).form("/tugas/")
    page = form.fill(nip_pimpinan=other.nip, nama_pimpinan="Donal Bebek", nik_pimpinan="9901011501800001").press()
    assert page.status == 422 and "NIP ini milik pejabat yang juga bertugas di tempat lain." in page.text
    assert page.form("/tugas/").values["nama_pimpinan"] == "Donal Bebek"
    assert people(world) == before and open_task(world).element == "info_satker"


def test_somebody_who_heads_two_places_is_named_as_they_are_known(world: World) -> None:
    other = DUA.head
    form = world.operator().open(INFO).form("/edit")
    page = form.fill(nip_pimpinan=other.nip, nama_pimpinan=other.nama, nik_pimpinan=other.nik).press()
    assert "Info Satker tersimpan." in page.text and other.nama in page.text


def test_the_own_head_is_corrected(world: World) -> None:
    page = world.operator().open(INFO).form("/edit").fill(nama_pimpinan="Dra. Sekar Ayu, M.M.").press()
    assert "Info Satker tersimpan." in page.text and "Dra. Sekar Ayu, M.M." in page.text


def test_a_nik_is_shown_to_whoever_fills_it_in_and_to_nobody_who_looks_on(world: World) -> None:
    pk.begin(world.operator())
    address = f"/tugas/{open_task(world).id}"
    assert SATU.head.nik in world.operator().open(address).html
    for visitor in (world.head(), world.eselon(), world.biro(), world.admin()):
        page = visitor.open(address)
        assert page.status == 200 and SATU.head.nik not in page.html


# ---- tasks ---------------------------------------------------------------------------------------------------------


def test_whoever_left_with_a_task_does_not_keep_it(drafting: World) -> None:
    """The operator took the task and moved on: whoever comes after them must be able to do it."""
    task = open_task(drafting)
    drafting.operator().post(f"/tugas/{task.id}/klaim")
    with drafting.app.app_context():
        left = select(User.id).where(User.username == f"sim{SATU.kode}").scalar_subquery()
        db.session.execute(update(Assignment).where(Assignment.user_id == left).values(until=date(2026, 1, 2)))
        new = User(username="pengganti", nama="Pengganti", password_hash=hash_password(PASSWORDS["Operator Satker"]))
        db.session.add(new)
        db.session.flush()
        place = {"role": "Operator Satker", "scope": SATU.kode, "since": date(2026, 1, 1)}
        db.session.add(Assignment(user_id=new.id, **place))
        db.session.commit()
        Round().run(clock.now())
    successor = Visitor(drafting.app, "pengganti", PASSWORDS["Operator Satker"])
    page = successor.open("/tugas").link("Penyusunan PK")
    assert successor.post(f"/tugas/{task.id}/klaim").status == 200 and page.status == 200


def test_who_is_still_there_keeps_what_they_took(drafting: World) -> None:
    drafting.operator().post(f"/tugas/{open_task(drafting).id}/klaim")
    with drafting.app.app_context():
        Round().run(clock.now())
    assert open_task(drafting).claimed_by


def at_once(visitor: Visitor, *posts: tuple[str, dict[str, str]]) -> list[int]:
    """What each of some posts is answered, all of them sent in the same moment."""
    token, gate = visitor.open("/tugas").token(), threading.Barrier(len(posts))
    said = [0] * len(posts)

    def send(number: int, path: str, typed: dict[str, str]) -> None:
        gate.wait()
        said[number] = visitor.client.post(path, data={"csrf_token": token, **typed}).status_code

    threads = [threading.Thread(target=send, args=(n, *post)) for n, post in enumerate(posts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return said


def test_two_tabs_that_save_at_once_both_save(drafting: World) -> None:
    path = f"/tugas/{open_task(drafting).id}/draf"
    said = at_once(drafting.operator(), *[(path, {"_halaman": "1", "tempat": f"Kota {n}"}) for n in range(6)])
    assert said == [200] * 6


def test_a_late_draft_leaves_nothing_behind_a_task_that_is_done(drafting: World) -> None:
    """What is typed is saved while the form is sent, from several tabs: sent once, and no draft outlives the task."""
    operator, task = drafting.operator(), open_task(drafting)
    page = operator.open(f"/tugas/{task.id}")
    for part in (pk.FIRST, pk.SASARAN, pk.KEGIATAN):
        page = page.form("/tugas/").set(part).press(_aksi="lanjut")
    send = (f"/tugas/{task.id}", {"_halaman": "4", "_aksi": "kirim"})
    save = (f"/tugas/{task.id}/draf", {"_halaman": "1", **pk.FIRST})
    said = at_once(operator, send, save, send, save, send, save)
    assert sorted(said[::2]) == [302, 409, 409] and set(said[1::2]) <= {200, 409}
    assert drafting.all(select(Draft).where(Draft.task_id == task.id)) == []


@pytest.mark.parametrize("path", ["/perkara/{}", "/perkara/{}/ikuti", "/dokumen/{}/berkas", "/dokumentasi/{}"])
@pytest.mark.parametrize("number", [2**31, 2**63, 10**30])
def test_a_number_that_no_table_has_is_not_found(world: World, path: str, number: int) -> None:
    assert world.operator().open(path.format(number)).status == 404


# ---- signatures ----------------------------------------------------------------------------------------------------


def test_a_runner_that_lost_its_job_before_it_began_sends_nothing(at_the_head: World, monkeypatch) -> None:
    """A process stood still between claim and attempt for longer than its lease. The head was told meanwhile that the
    passphrase was not sent: so it must not be sent any more.
    """
    before, job_id, begin = calls(at_the_head), send_passphrase(at_the_head), execution.begin

    def stood_still(a_run):
        assert recover(at_the_head)
        return begin(a_run)

    monkeypatch.setattr(execution, "PIPELINE", (stood_still, *execution.PIPELINE[1:]))
    run(at_the_head, job_id)
    assert calls(at_the_head) == before and attempts(at_the_head, job_id) == []


def test_a_signature_whose_answer_could_not_be_stored_is_unknown(at_the_head: World, monkeypatch) -> None:
    """The disk is full just then: the provider has signed, so nobody may say that it failed."""
    before, job_id = calls(at_the_head), send_passphrase(at_the_head)

    def full(*_anything: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(execution, "_keep", full)
        run(at_the_head, job_id)
    assert calls(at_the_head) == before + 1
    assert job(at_the_head, job_id).state == "incident" and attempts(at_the_head, job_id) == ["unknown"]


# ---- files ---------------------------------------------------------------------------------------------------------


def test_other_accounts_of_the_machine_do_not_get_into_the_data(tmp_path: Path) -> None:
    create_app(config_for(tmp_path / "new" / "data", None))
    assert (tmp_path / "new" / "data").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_a_name_is_no_formula_in_a_spreadsheet(world: World, name: str) -> None:
    world.write(update(Satker).values(nama=name))
    cells = world.biro().open("/kinerja/progres?format=csv").answer.text
    assert f"'{name}" in cells


# ---- traces --------------------------------------------------------------------------------------------------------


def test_a_failing_database_puts_no_nik_into_the_log(world: World, caplog) -> None:
    world.app.config["PROPAGATE_EXCEPTIONS"] = False
    form = world.operator().open(INFO).form("/edit").fill(nama_pimpinan="Dra. Sekar Ayu, M.M.")
    world.write(text("CREATE TRIGGER t BEFORE UPDATE ON person BEGIN SELECT RAISE(ABORT, 'no'); END"))
    page = form.press()
    assert page.status == 500 and "IntegrityError" in caplog.text
    assert SATU.head.nik not in caplog.text and SATU.head.nip not in caplog.text


def test_a_history_without_its_end_is_not_whole(archived: World) -> None:
    """Taking the last events away leaves a chain that holds; the case remembers where it ended."""
    last = archived.all(select(Event.seq).order_by(Event.seq.desc()))[0]
    archived.write(delete(Event).where(Event.seq == last))
    with archived.app.app_context():
        assert events.broken_at(1) == last
    archived.write(delete(Event))
    with archived.app.app_context():
        assert events.broken_at(1) == 1


# ---- too much of everything ----------------------------------------------------------------------------------------


def test_rows_within_rows_do_not_hold_a_web_worker(drafting: World) -> None:
    """200 sasaran with 80 indikator each took 21 s to check and 28 MB to show."""
    operator = drafting.operator()
    rows = {f"sasaran-{s}-indikator-{i}-indikator": "x" for s in range(200) for i in range(80)}
    page = operator.open("/tugas").link("Penyusunan PK").form("/tugas/").set(rows).press(_aksi="lanjut", _halaman="2")
    assert page.status == 413 and "terlalu banyak baris" in page.text


def test_a_passphrase_that_was_refused_is_wiped(at_the_head: World, monkeypatch) -> None:
    """With a note of the wrong kind, say: the form comes back, the secret does not stay behind."""
    seen: list[Passphrase] = []
    monkeypatch.setattr(PassphraseField, "post_validate", lambda field, *_a: seen.append(field.data), raising=False)
    task = at_the_head.head().open("/tugas").link("Tandatangani PK").form("/tugas/")
    page = task.fill(passphrase="x" * 201).press()
    assert page.status == 422 and seen and all(secret.wiped for secret in seen)
