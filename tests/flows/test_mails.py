# ruff: noqa: F811  (fixtures are imported by name)
"""Who is told of what, once: mails and notices that the worker makes of what happened."""

from __future__ import annotations

import threading
from datetime import timedelta

from app import clock
from app.flows import announce, marks, needed
from app.jobs import mailing
from app.models import Assignment, Event, Instance, Job, Mail, Mark, Notice, Substitution, Task, User, db
from tests import pk
from tests.postoffice import PostOffice
from tests.stories.conftest import archived, at_eselon, at_the_head, before_the_sheet, drafting  # noqa: F401 - fixtures
from tests.world import LITERASI, SATU, World, provider, stages, world  # noqa: F401 - fixtures

HEAD, OPERATOR = f"{SATU.head.nip}@contoh.example", "sim100101@contoh.example"
ESELON, PENELAAH = f"{LITERASI.head.nip}@contoh.example", "telaah010000@contoh.example"


def told(world: World) -> list[tuple[str, str]]:
    world.chores()
    return [(m.address, m.kind) for m in world.all(db.select(Mail).order_by(Mail.id))]


def account(world: World, username: str) -> int:
    return world.all(db.select(User.id).where(User.username == username))[0]


def announced(world: World) -> None:
    with world.app.app_context():
        announce.announce(clock.now())


def test_the_head_is_told_what_to_do_with_one_link(at_the_head: World) -> None:
    assert told(at_the_head) == [(HEAD, "tugas")]
    (mail,) = at_the_head.all(db.select(Mail))
    (task,) = at_the_head.all(db.select(Task.id).where(Task.element == "persetujuan_kepala"))
    assert mail.subject == "Tandatangani PK (Approved PK): PK 2026 Balai Literasi Contoh Satu"
    assert mail.text.count("http") == 1 and f"\nhttp://localhost/tugas/{task}\n" in mail.text
    for words in ("Halo Dra. Sekar Ayuningtyas, M.M.,", "Satker: Balai Literasi Contoh Satu (100101)", "Batas waktu: ",
                  "Peran: Kepala Satker", "Sejak: "):  # fmt: skip
        assert words in mail.text
    assert "Tugas baru: Tandatangani PK (Approved PK)." in at_the_head.head().open("/pemberitahuan").text


def test_whoever_goes_on_by_themselves_is_not_told(before_the_sheet: World) -> None:
    """Info Satker, Penyusunan, Membuat Lembar: all the operator's, one after the other."""
    assert told(before_the_sheet) == []
    assert before_the_sheet.all(db.select(Notice)) == []


def test_a_task_that_comes_by_a_timer_is_told_to_everybody(drafting: World) -> None:
    drafting.write(db.update(Task).where(Task.state == "open").values(created_at=clock.now() + timedelta(hours=1)))
    assert told(drafting) == [(OPERATOR, "tugas")]


def test_the_operator_is_told_who_returned_it_but_not_the_note(at_the_head: World) -> None:
    told(at_the_head)
    pk.refuse(at_the_head.head(), pk.SIGN, "Target indikator kedua masih terlalu rendah.")
    assert told(at_the_head)[1:] == [(OPERATOR, "tugas")]
    mail = at_the_head.all(db.select(Mail).order_by(Mail.id))[-1]
    assert mail.subject == "Dikembalikan: PK 2026 Balai Literasi Contoh Satu"
    assert "dikembalikan oleh Dra. Sekar Ayuningtyas, M.M. (Kepala Satker)" in mail.text
    assert "terlalu rendah" not in mail.text
    page = at_the_head.operator().open("/pemberitahuan").text
    assert "PK ditolak Kepala Satker" in page and "Tugas baru" not in page  # said once


def test_who_prepares_the_review_is_told_too(at_eselon: World) -> None:
    assert told(at_eselon) == [(ESELON, "tugas"), (PENELAAH, "tugas")]
    mails = at_eselon.all(db.select(Mail).order_by(Mail.id))
    assert mails[1].subject == "Telaah: PK 2026 Balai Literasi Contoh Satu" and "menunggu telaah Anda" in mails[1].text


def test_the_end_is_told_to_operator_and_head(archived: World) -> None:
    assert told(archived) == [(OPERATOR, "selesai"), (HEAD, "selesai")]
    assert "PK Telah Ditandatangani" in archived.all(db.select(Mail.text))[0]
    notices = archived.all(db.select(Notice.role).order_by(Notice.id))
    assert notices == ["Operator Satker", "Kepala Satker"]  # the diagram told the operator itself


def test_rounds_crashes_and_two_workers_double_nothing(at_the_head: World) -> None:
    workers = [threading.Thread(target=announced, args=(at_the_head,)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    announced(at_the_head)
    at_the_head.write(db.delete(Mark))  # a mark that was lost
    announced(at_the_head)
    assert told(at_the_head) == [(HEAD, "tugas")]
    assert len(at_the_head.all(db.select(Notice))) == 1


def test_the_mark_stays_behind_what_is_fresh(at_the_head: World) -> None:
    """A transaction that took its number earlier may end later: a minute is looked at again."""
    first, last = (at_the_head.all(db.select(f(Event.id)))[0] for f in (db.func.min, db.func.max))
    announced(at_the_head)

    def mark() -> int:
        with at_the_head.app.app_context():
            return int(marks.get(announce.MARK).value)

    assert mark() < first
    with clock.held(clock.now() + timedelta(minutes=2)):
        announced(at_the_head)
    assert mark() == last
    late = db.select(Event.id).where(Event.id > last)
    assert at_the_head.all(late) == []


def test_a_house_that_was_there_before_tells_nothing_of_last_year(at_the_head: World) -> None:
    with clock.held(clock.now() + timedelta(days=30)):
        announced(at_the_head)
    assert at_the_head.all(db.select(Mail)) == []


def test_a_substitute_is_told_in_whose_name(at_the_head: World) -> None:
    today = clock.now().date()
    row = {
        "user_id": account(at_the_head, SATU.head.nip), "substitute_id": account(at_the_head, "sim100102"),
        "role": "Kepala Satker", "scope": "100101", "since": today - timedelta(days=2),
        "until": today + timedelta(days=2), "created_at": clock.now(),
    }  # fmt: skip
    at_the_head.write(db.insert(Substitution).values(row))
    assert sorted(told(at_the_head)) == sorted([(HEAD, "tugas"), ("sim100102@contoh.example", "tugas")])
    texts = at_the_head.all(db.select(Mail.text).where(Mail.address.startswith("sim")))
    assert "atas nama Dra. Sekar Ayuningtyas, M.M." in texts[0]


def test_the_tasks_of_a_suspended_case_are_told_when_it_goes_on(at_the_head: World) -> None:
    at_the_head.write(db.update(Instance).values(phase="suspended"))
    assert told(at_the_head) == []
    at_the_head.write(db.update(Instance).values(phase="running"))
    assert told(at_the_head) == [(HEAD, "tugas")]


def test_who_has_no_address_is_told_at_the_bell_only(at_the_head: World) -> None:
    at_the_head.write(db.update(User).values(email=""))
    assert told(at_the_head) == []
    assert "Tugas baru" in at_the_head.head().open("/pemberitahuan").text


# ---- what waited too long -----------------------------------------------------------------------------------------


def sent(world: World, office: PostOffice) -> dict[str, str]:
    with world.app.app_context():
        mailing.deliver(clock.now())
    return {m.state: m.error for m in world.all(db.select(Mail))}


def test_mails_about_what_is_done_meanwhile_do_not_go_out(at_the_head: World) -> None:
    told(at_the_head)
    pk.approve(at_the_head, at_the_head.head(), pk.SIGN, SATU.head.passphrase)
    with PostOffice() as office:
        house = at_the_head.reopened(**office.settings)
        assert sent(house, office) == {"gone": "Tugasnya sudah selesai."} and office.arrived == []


def test_mails_of_a_suspended_case_rest(at_the_head: World) -> None:
    told(at_the_head)
    at_the_head.write(db.update(Instance).values(phase="suspended"))
    with PostOffice() as office:
        house = at_the_head.reopened(**office.settings)
        assert sent(house, office) == {"ready": "Perkaranya sedang ditangguhkan."}
        house.write(db.update(Instance).values(phase="running"))
        with clock.held(clock.now() + timedelta(hours=2)):
            assert sent(house, office) == {"sent": ""}
    assert office.accepted == [HEAD]


def test_who_lost_the_role_meanwhile_gets_no_mail(at_the_head: World) -> None:
    told(at_the_head)
    yesterday = clock.now().date() - timedelta(days=2)
    mine = Assignment.user_id == account(at_the_head, SATU.head.nip)
    at_the_head.write(db.update(Assignment).where(mine).values(until=yesterday))
    with PostOffice() as office:
        house = at_the_head.reopened(**office.settings)
        assert sent(house, office) == {"gone": "Penerimanya tidak lagi memegang peran ini."}


def test_a_mail_follows_the_person_to_a_new_address(at_the_head: World) -> None:
    told(at_the_head)
    at_the_head.write(db.update(User).where(User.username == SATU.head.nip).values(email="sekar@contoh.example"))
    with PostOffice() as office:
        sent(at_the_head.reopened(**office.settings), office)
    assert office.accepted == ["sekar@contoh.example"]


def test_admins_are_told_of_an_incident_once_and_not_when_it_is_cleared(at_the_head: World) -> None:
    told(at_the_head)
    (job,) = at_the_head.all(db.select(Job).where(Job.operator == "lembar.buat"))
    at_the_head.write(db.update(Job).where(Job.id == job.id).values(state="incident", message="Disk penuh."))
    before = len(at_the_head.all(db.select(Mail)))
    assert told(at_the_head)[before:] == [("admin@contoh.example", "insiden")]
    mail = at_the_head.all(db.select(Mail).order_by(Mail.id))[-1]
    assert mail.subject == "Terhenti: PK 2026 Balai Literasi Contoh Satu" and mail.text.count("http") == 1
    assert f"\nhttp://localhost/instans/{job.instance_id}\n" in mail.text and "Disk" not in mail.text
    assert "Terhenti: " in at_the_head.admin().open("/pemberitahuan").text
    assert "Terhenti: " not in at_the_head.operator().open("/pemberitahuan").text
    assert len(told(at_the_head)) == before + 1
    at_the_head.write(db.update(Job).where(Job.id == job.id).values(fence=Job.fence + 1))  # tried again, and failed
    assert len(told(at_the_head)) == before + 2
    with at_the_head.app.app_context():
        assert not needed.judge(mail, clock.now()).why
    at_the_head.write(db.update(Job).where(Job.id == job.id).values(state="done"))
    with at_the_head.app.app_context():
        assert needed.judge(mail, clock.now()).why == "Insidennya sudah ditangani."
