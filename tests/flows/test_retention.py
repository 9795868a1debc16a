# ruff: noqa: F811  (fixtures are imported by name)
"""What is kept no longer than its rule says, and what stays whole whatever its age."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from app import clock
from app.config import Config
from app.errors import InvalidConfig
from app.flows import audit, delays, events, retention
from app.flows.diagrams import drafts
from app.models import (
    Attempt,
    Audit,
    Delay,
    DiagramDraft,
    Document,
    Draft,
    DraftSave,
    Event,
    ImportRun,
    Instance,
    Job,
    Mail,
    Notice,
    PasswordLink,
    Replay,
    ReplayCase,
    Task,
    User,
    db,
)  # fmt: skip
from tests import pk
from tests.stories.conftest import archived, drafting  # noqa: F401 - fixtures
from tests.world import SATU, World, provider, stages, world  # noqa: F401 - fixtures

KEPT = (Event, Document, Audit, Instance, Task, Job)


def count(world: World, model: Any, *where: Any) -> int:
    (n,) = world.all(select(func.count()).select_from(model).where(*where))
    return int(n)


def age(world: World, days: int, *columns: Any) -> None:
    """Move these times of all rows into the past."""
    for column in columns:
        world.write(update(column.class_).values({column: clock.now() - timedelta(days=days)}))


def sweep(world: World) -> dict[str, int]:
    with world.app.app_context():
        return retention.sweep(clock.now())


def mail(world: World, key: str, **more: object) -> None:
    row = {"key": key, "kind": "tugas", "address": "a@contoh.example", "subject": "x", "text": "y", "state": "sent"}
    row |= {"send_at": clock.now(), "created_at": clock.now() - timedelta(days=91)}
    world.write(insert(Mail).values(row | more))


def test_a_fresh_house_has_nothing_to_lose(archived: World) -> None:
    assert sweep(archived) == {}
    with archived.app.app_context():
        assert retention.last()[1] == {}


def test_cases_documents_and_the_audit_list_stay_whole_for_ever(archived: World) -> None:
    audits = count(archived, Audit)
    before = {m: count(archived, m) for m in KEPT}
    hashes = {d.sha256 for d in archived.all(select(Document))}
    times = (Document.created_at, Instance.created_at, Instance.changed_at, Job.created_at, Task.created_at)
    age(archived, 9000, *times, Notice.created_at, Attempt.started_at)
    taken = sweep(archived)
    assert taken["pemberitahuan"] and taken["jawaban"]
    assert {m: count(archived, m) for m in KEPT} == before | {Audit: audits + 1}
    store = archived.app.extensions["alur"].documents
    assert all(store.read(sha) for sha in hashes)
    with archived.app.app_context():
        assert events.broken_at(1) is None and audit.broken_at() is None


def test_answers_of_the_provider_go_with_their_files_and_documents_stay(archived: World) -> None:
    store = archived.app.extensions["alur"].documents
    answers = {a.answer_sha256 for a in archived.all(select(Attempt)) if a.answer_sha256}
    documents = {d.sha256 for d in archived.all(select(Document))}
    age(archived, 91, Attempt.started_at)
    assert sweep(archived)["jawaban"] >= len(answers) > 0
    assert count(archived, Attempt, Attempt.answer_sha256.is_not(None)) == 0
    assert {sha for sha in answers if sha in store} <= documents
    assert store.verify_all().broken == ()


def test_an_answer_that_may_still_be_judged_stays(archived: World) -> None:
    age(archived, 91, Attempt.started_at)
    archived.write(update(Job).values(state="incident"))
    assert "jawaban" not in sweep(archived)


def test_mails_go_after_their_days_and_not_a_day_before(world: World) -> None:
    mail(world, "old")
    mail(world, "young", created_at=clock.now() - timedelta(days=89))
    mail(world, "waiting", state="ready")
    mail(world, "refused", state="failed")
    assert sweep(world) == {"surat": 2}
    assert {m.key for m in world.all(select(Mail))} == {"young", "waiting"}


def test_mails_about_a_case_that_runs_are_emptied_and_not_sent_again(drafting: World) -> None:
    mail(drafting, "tugas:1:1", instance_id=1)
    assert sweep(drafting) == {"surat": 1}
    (kept,) = drafting.all(select(Mail).where(Mail.key == "tugas:1:1"))
    assert (kept.address, kept.text, kept.state) == ("", "", "sent")
    assert sweep(drafting) == {}
    drafting.write(update(Instance).values(phase="ended"))
    assert sweep(drafting) == {"surat": 1}


def test_the_days_are_those_of_the_settings(world: World) -> None:
    mail(world, "old", created_at=clock.now() - timedelta(days=31))
    assert sweep(world) == {}
    assert sweep(world.reopened(retention_days_mail=30)) == {"surat": 1}


def test_notices_of_a_case_that_runs_stay(drafting: World) -> None:
    row = {"instance_id": 1, "role": "Operator Satker", "satker": SATU.kode, "unit": "", "text": "x"}
    drafting.write(insert(Notice).values(**row, created_at=clock.now() - timedelta(days=401)))
    assert sweep(drafting) == {}
    drafting.write(update(Instance).values(phase="cancelled"))
    assert sweep(drafting)["pemberitahuan"] == 1


def test_drafts_go_when_nobody_came_back_for_a_year(drafting: World) -> None:
    operator = drafting.operator()
    page = operator.open("/tugas").link("Penyusunan PK")
    page.form("/tugas/").set(pk.FIRST).press(_aksi="simpan")
    assert sweep(drafting) == {} and count(drafting, Draft) == 1
    age(drafting, 401, Draft.saved_at)
    assert sweep(drafting) == {"draf": 1} and count(drafting, Draft) == 0


def test_links_and_loads_go(world: World) -> None:
    old = clock.now() - timedelta(days=31)
    link = {"user_id": 1, "kind": "lupa", "created_at": old}
    world.write(insert(PasswordLink).values(**link, token_hash="a", expires_at=old))
    world.write(insert(PasswordLink).values(**link, token_hash="b", expires_at=clock.now()))
    run = {"user_id": 1, "name": "x", "rows": {}, "report": {}, "created_at": clock.now() - timedelta(days=401)}
    world.write(insert(ImportRun).values(**run, state="done"), insert(ImportRun).values(**run, state="applying"))
    assert sweep(world) == {"tautan": 1, "muat": 1}
    assert [r.state for r in world.all(select(ImportRun))] == ["applying"]


def test_saves_of_drafts_that_are_over_go_but_not_the_first(world: World) -> None:
    with world.app.app_context():
        for state in ("open", "dropped"):
            draft = drafts.begin("Usul", {"a.bpmn": "<a/>"}, None, clock.now(), process=state)
            for n in (2, 3):
                drafts.rework(draft, {"a.bpmn": f"<a n='{n}'/>"})
            draft.state = state
        db.session.commit()
    age(world, 401, DraftSave.saved_at)
    assert sweep(world) == {"diagram": 2}
    left = world.all(select(DraftSave).join(DiagramDraft, DiagramDraft.id == DraftSave.draft_id).order_by(DraftSave.id))
    assert [s.revision for s in left] == [1, 2, 3, 1] and count(world, DiagramDraft) == 2


def test_replays_go_with_what_they_found(drafting: World) -> None:
    old, young = clock.now() - timedelta(days=91), clock.now()
    with drafting.app.app_context():
        draft = drafts.begin("PK", {"a.bpmn": "<a/>"}, None, young, process="perjanjian_kinerja")
        for at, state in ((old, "done"), (old, "running"), (young, "done")):
            replay = Replay(draft_id=draft.id, revision=1, files={}, state=state, created_at=at)
            db.session.add(replay)
            db.session.flush()
            db.session.add(ReplayCase(replay_id=replay.id, instance_id=1, outcome="same"))
        db.session.commit()
    assert sweep(drafting) == {"uji_ulang": 2}
    assert count(drafting, Replay) == count(drafting, ReplayCase) == 2


def test_a_closed_account_is_forgotten_a_year_after_the_last_that_was_heard_of_it(world: World) -> None:
    long_ago = clock.now() - timedelta(days=401)
    mine = User.username == "sim100101"
    world.write(update(User).where(mine).values(last_login_at=long_ago))
    assert sweep(world) == {}  # still open
    with world.app.app_context():
        audit.write("akun", "akun sim100101", clock.now() - timedelta(days=399), after={"aktif": False})
        db.session.commit()
    world.write(update(User).where(mine).values(active=False))
    assert sweep(world) == {}  # closed a year ago, not yet 400 days
    with clock.held(clock.now() + timedelta(days=2)):
        assert sweep(world)["akun"] == 1
    (user,) = world.all(select(User).where(mine))
    assert (user.email, user.last_login_at) == ("", None) and user.nama == SATU.operator


def test_many_rows_are_taken_in_bounded_pieces(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 10)
    monkeypatch.setattr(retention, "MOST", 3)
    for n in range(45):
        mail(world, f"m{n}")
    assert sweep(world) == {"surat": 45}  # thirty are gone, and the other fifteen at least emptied
    assert {(m.address, m.text) for m in world.all(select(Mail))} == {("", "")} and count(world, Mail) == 15
    assert sweep(world) == {"surat": 15} and count(world, Mail) == 0


def test_the_worker_does_it_and_says_so(world: World) -> None:
    mail(world, "old")
    world.chores()
    assert "old" not in {m.key for m in world.all(select(Mail))}
    (entry,) = world.all(select(Audit).where(Audit.kind == "data_pribadi"))
    assert (entry.subject, entry.after, entry.actor) == ("masa simpan", {"surat": 1}, "")


def test_failed_logins_are_forgotten_after_a_day(world: World) -> None:
    with world.app.app_context():
        delays.reserve(("akun:x", "alamat:10.0.0.1"), clock.now() - timedelta(days=2))
    world.chores()
    assert count(world, Delay, Delay.key == "akun:x") == 0


def test_every_rule_says_all_that_it_has_to(world: World) -> None:
    config = Config(secret_key="k" * 32)
    for rule in retention.RULES:
        assert rule.what and rule.where and rule.why.endswith(".")
        assert rule.words(config).endswith(".") and "{" not in rule.words(config)
    tables = {t.strip() for r in retention.RULES for t in r.where.split(",")}
    without = {"unit", "role", "mark", "audit_head"}  # nobody's name is in them
    assert set(db.metadata.tables) - without == tables - {"penyimpanan dokumen"}


@pytest.mark.parametrize("days", ["0", "-1", "6"])
def test_a_setting_that_would_take_everything_is_refused(days: str) -> None:
    with pytest.raises(InvalidConfig, match="7 or more"):
        Config.from_env({"SECRET_KEY": "k" * 32, "RETENTION_DAYS_MAIL": days})
