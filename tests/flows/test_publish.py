# ruff: noqa: F811  (fixtures are imported by name)
"""A draft becomes a version: what stands in the way, two people at once, a second person, an old version again."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from sqlalchemy import func, select

from app import clock
from app.errors import AlurError, Conflict, InvalidInput, NotAllowed
from app.flows import definitions, rights
from app.flows.diagrams import begin, confirm, create, drafts, drop, publish, ready, versions
from app.flows.diagrams.begin import BeingChanged
from app.flows.diagrams.publish import AlreadyPublished, Wanted
from app.flows.rights import Actor
from app.models import Audit, Definition, DiagramDraft, Instance, Mail, User, db
from tests import pk
from tests.world import DUA, World, provider, stages, world  # noqa: F401 - fixtures

PK, FILE = "perjanjian_kinerja", "perjanjian_kinerja.bpmn"
NOTE = "Nama langkah Eselon 1 diperjelas, sesuai rapat."


def actor(username: str = "biro") -> Actor:
    user = db.session.scalar(select(User.id).where(User.username == username))
    return rights.actor_of(user, 2026, rights.local_day(clock.now()))


def renamed(text: str, to: str) -> str:
    assert 'name="Review dan tandatangani PK"' in text
    return text.replace('name="Review dan tandatangani PK"', f'name="{to}"')


def drawn(to: str = "Review PK oleh Eselon 1", beside: bool = False) -> int:
    """A draft of the PK in which one step has another name."""
    draft_id = begin.begin(PK, actor(), clock.now(), beside=beside)
    change(draft_id, to)
    return draft_id


def change(draft_id: int, to: str) -> int:
    draft = drafts.read(draft_id)
    base = db.session.scalar(select(Definition.files).where(Definition.version == 1))
    return drafts.save(draft_id, draft.revision, {FILE: renamed(base[FILE], to)}, actor(), clock.now())


def seen(draft_id: int, **more: Any) -> Wanted:
    """What the page of the draft shows now."""
    draft = drafts.read(draft_id)
    newest = versions.newest(draft.process)
    return Wanted(**{"revision": draft.revision, "newest": newest.version if newest else 0, "note": NOTE} | more)


def issue(draft_id: int, who: str = "biro", **more: Any) -> int:
    return publish.publish(draft_id, seen(draft_id, **more), actor(who), clock.now())


def numbers() -> list[int]:
    return list(db.session.scalars(select(Definition.version).order_by(Definition.id)))


@pytest.fixture
def app(world: World):
    with world.app.app_context():
        yield world.app


@pytest.fixture
def two(world: World):
    """A house that asks for a second person."""
    other = world.reopened(publish_confirm="on")
    with other.app.app_context():
        yield other


def test_new_cases_take_the_version_and_running_ones_stay(world: World) -> None:
    pk.begin(world.operator())
    with world.app.app_context():
        assert issue(drawn()) == 2
        assert definitions.current(PK).version == 2
        row = versions.version(PK, 2)
        assert (row.origin, row.publisher, row.note, row.restored_from) == (
            "browser",
            "Tim Biro Perencanaan",
            NOTE,
            None,
        )
        assert versions.version(PK, 1).files != row.files
    pk.begin(world.operator(DUA))
    ran = select(Definition.version).join(Instance, Instance.definition_id == Definition.id).order_by(Instance.id)
    assert world.all(ran) == [1, 2]
    with world.app.app_context():
        assert versions.running_on(PK) == {PK: [(2, 1), (1, 1)]}


def test_it_is_in_the_audit_list_with_who_and_why(app) -> None:
    issue(drawn())
    entry = db.session.scalar(select(Audit).where(Audit.kind == "proses").order_by(Audit.seq.desc()))
    assert (entry.actor, entry.subject, entry.after["versi"]) == ("Tim Biro Perencanaan", f"proses {PK}", 2)
    assert NOTE in entry.note


def test_a_mistake_keeps_it_back(app) -> None:
    draft_id = begin.begin(PK, actor(), clock.now())
    files = {FILE: drafts.read(draft_id).files[FILE].replace('value="draft_pk"', 'value="draf_pk"')}
    drafts.save(draft_id, 1, files, actor(), clock.now())
    with pytest.raises(InvalidInput, match="Diagram ini masih memuat"):
        issue(draft_id)
    assert numbers() == [1] and drafts.read(draft_id).state == "open"


@pytest.mark.parametrize("note", ["", "   ", "singkat", "Kembali: .", "x" * 2001])
def test_the_note_says_why(app, note: str) -> None:
    draft_id = drawn()
    with pytest.raises(InvalidInput, match=r"Tulis alasannya|Alasan ini lebih dari"):
        issue(draft_id, note=note)
    assert numbers() == [1]


def test_the_same_files_are_no_new_version(app) -> None:
    draft_id = begin.begin(PK, actor(), clock.now())
    with pytest.raises(InvalidInput, match="sama dengan versi 1"):
        issue(draft_id)


def test_another_process_can_not_slip_in_under_this_name(app) -> None:
    draft_id = begin.begin(PK, actor(), clock.now())
    text = drafts.read(draft_id).files[FILE]
    other = text.replace('process id="perjanjian_kinerja"', 'process id="lain_lagi"').replace(
        'processRef="perjanjian_kinerja"', 'processRef="lain_lagi"'
    )
    drafts.save(draft_id, 1, {FILE: other}, actor(), clock.now())
    with pytest.raises(InvalidInput, match="Kode proses di dalam diagram adalah lain_lagi"):
        issue(draft_id)
    assert numbers() == [1]


def test_whoever_saved_since_the_page_was_opened_is_named(app) -> None:
    draft_id = drawn()
    before = seen(draft_id)
    change(draft_id, "Review lain")
    with pytest.raises(Conflict, match="Tim Biro Perencanaan menyimpan draf ini lagi"):
        publish.publish(draft_id, before, actor(), clock.now())
    assert numbers() == [1]


def test_a_version_published_in_between_is_told_and_may_be_passed_knowingly(app) -> None:
    first, second = drawn(), drawn("Review kedua", beside=True)
    page = seen(second)
    issue(first)
    with pytest.raises(Conflict, match="Versi lain terbit sejak halaman ini dibuka"):
        publish.publish(second, page, actor(), clock.now())
    with pytest.raises(InvalidInput, match="Versi 2 terbit sesudah draf ini dimulai"):
        issue(second)
    assert issue(second, over=True) == 3


def test_two_who_press_at_once_make_one_version(world: World) -> None:
    """Two people on one draft, and two drafts of one process: one version each time, the other one is told."""
    with world.app.app_context():
        first, other = drawn(), drawn("Review kedua", beside=True)
        wanted = {first: seen(first), other: seen(other)}
    gate, said = threading.Barrier(4), []

    def press(draft_id: int, who: str) -> None:
        with world.app.app_context():
            person = actor(who)
            gate.wait()
            try:
                said.append(publish.publish(draft_id, wanted[draft_id], person, clock.now()))
            except AlurError as e:
                said.append(e)

    people = [(first, "biro"), (first, "biro2"), (other, "biro"), (other, "biro2")]
    threads = [threading.Thread(target=press, args=each) for each in people]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert [s for s in said if s == 2] == [2]
    assert all(isinstance(s, Conflict) for s in said if s != 2), said
    with world.app.app_context():
        assert numbers() == [1, 2]
        states = list(db.session.scalars(select(DiagramDraft.state).order_by(DiagramDraft.state)))
        assert states == ["open", "published"]


def test_a_draft_is_published_once(app) -> None:
    draft_id = drawn()
    page = seen(draft_id)
    issue(draft_id)
    with pytest.raises(AlreadyPublished, match="sudah terbit sebagai versi 2"):
        publish.publish(draft_id, page, actor(), clock.now())
    with pytest.raises(Conflict):
        drafts.save(draft_id, 2, {FILE: "<x/>"}, actor(), clock.now())


def test_an_old_version_comes_back_as_a_new_one_byte_for_byte(app) -> None:
    issue(drawn())
    draft_id = begin.restore(PK, 1, actor(), clock.now())
    assert ready.look(draft_id).older.version == 1
    assert issue(draft_id, note="Kembali ke versi 1: yang baru membingungkan.") == 3
    old, new = versions.version(PK, 1), versions.version(PK, 3)
    assert new.restored_from == 1 and versions.content(new) == versions.content(old)
    with pytest.raises(Conflict, match="sudah yang terbaru"):
        begin.restore(PK, 3, actor(), clock.now())


def test_a_draft_that_is_open_is_offered_before_a_second_one(app) -> None:
    draft_id = drawn()
    with pytest.raises(BeingChanged) as told:
        begin.begin(PK, actor("biro2"), clock.now())
    assert [d.id for d in told.value.drafts] == [draft_id]
    assert begin.begin(PK, actor("biro2"), clock.now(), beside=True) != draft_id


def test_a_draft_is_put_aside_and_taken_back(app) -> None:
    draft_id = drawn()
    drop.drop(draft_id, actor(), clock.now())
    with pytest.raises(Conflict, match="sudah dibuang"):
        issue(draft_id)
    with pytest.raises(Conflict, match="tidak dapat dibuang"):
        drop.drop(draft_id, actor(), clock.now())
    drop.take_back(draft_id, actor("biro2"), clock.now())
    assert issue(draft_id) == 2
    with pytest.raises(Conflict, match="tidak sedang dibuang"):
        drop.take_back(draft_id, actor(), clock.now())


def test_a_new_process_is_version_one(app) -> None:
    draft_id = create.create("Usulan & Tanggapan", "usulan", actor(), clock.now())
    assert issue(draft_id) == 1
    assert definitions.current("usulan").definition.name == "Usulan & Tanggapan"
    for taken in ("usulan", PK, "draf", "Usul", "x", "9abc", "a b", "a" * 61):
        with pytest.raises(InvalidInput):
            create.create("Lain", taken, actor(), clock.now())


# ---- the second person ---------------------------------------------------------------------------------------------


def asked(draft_id: int, who: str = "biro") -> None:
    confirm.ask(draft_id, seen(draft_id), actor(who), clock.now())


def test_one_asks_and_another_publishes(two: World) -> None:
    draft_id = drawn()
    with pytest.raises(Conflict, match="disetujui orang kedua"):
        issue(draft_id)
    asked(draft_id)
    assert numbers() == [1]
    assert confirm.approve(draft_id, seen(draft_id, note=""), actor("biro2"), clock.now()) == 2
    row = versions.version(PK, 2)
    assert (row.publisher, row.confirmer, row.note) == ("Tim Biro Perencanaan", "Puspita Rahayu", NOTE)
    assert definitions.current(PK).version == 2


def test_nobody_confirms_their_own(two: World) -> None:
    draft_id = drawn()
    asked(draft_id)
    for verb in (
        lambda: confirm.approve(draft_id, seen(draft_id), actor(), clock.now()),
        lambda: confirm.send_back(draft_id, "Ada yang kurang di sini.", actor(), clock.now()),
        lambda: confirm.withdraw(draft_id, actor("biro2"), clock.now()),
    ):
        with pytest.raises(NotAllowed):
            verb()
    assert numbers() == [1] and drafts.read(draft_id).state == "waiting"


def test_what_waits_is_not_changed(two: World) -> None:
    draft_id = drawn()
    asked(draft_id)
    with pytest.raises(Conflict, match="menunggu persetujuan"):
        change(draft_id, "Diam-diam")
    with pytest.raises(Conflict):
        asked(draft_id)
    with pytest.raises(Conflict):
        drop.drop(draft_id, actor(), clock.now())


def test_it_is_given_back_with_a_reason_and_asked_for_again(two: World) -> None:
    draft_id = drawn()
    asked(draft_id)
    with pytest.raises(InvalidInput, match="agar peminta tahu"):
        confirm.send_back(draft_id, "kurang", actor("biro2"), clock.now())
    confirm.send_back(draft_id, "Nama langkahnya belum sesuai pedoman.", actor("biro2"), clock.now())
    draft = drafts.read(draft_id)
    assert draft.state == "open" and draft.reply == "Puspita Rahayu: Nama langkahnya belum sesuai pedoman."
    change(draft_id, "Review PK")
    asked(draft_id)
    assert drafts.read(draft_id).reply == ""
    confirm.withdraw(draft_id, actor(), clock.now())
    assert drafts.read(draft_id).state == "open"
    with pytest.raises(Conflict, match="sudah ditarik atau dikembalikan"):
        confirm.approve(draft_id, seen(draft_id), actor("biro2"), clock.now())


def test_the_approval_is_for_what_was_seen(two: World) -> None:
    """Withdrawn, changed and asked for again while the second person still reads the first page."""
    draft_id = drawn()
    asked(draft_id)
    page = seen(draft_id)
    confirm.withdraw(draft_id, actor(), clock.now())
    change(draft_id, "Sesuatu yang lain")
    asked(draft_id)
    with pytest.raises(Conflict, match="menyimpan draf ini lagi"):
        confirm.approve(draft_id, page, actor("biro2"), clock.now())
    assert numbers() == [1]


def test_the_others_are_told_and_the_asker_hears_the_answer(two: World) -> None:
    draft_id = drawn()
    asked(draft_id)
    told = select(Mail.address, Mail.subject).where(Mail.kind == "proses").order_by(Mail.id)
    assert [m.address for m in db.session.execute(told)] == ["biro2@contoh.example"]
    confirm.approve(draft_id, seen(draft_id), actor("biro2"), clock.now())
    last = db.session.execute(told).all()[-1]
    assert last.address == "biro@contoh.example" and last.subject.startswith("Jawaban atas versi baru")
    text = db.session.scalar(select(Mail.text).order_by(Mail.id.desc()).limit(1))
    assert "terbit sebagai versi 2" in text and f"/proses/draf/{draft_id}/terbitkan" in text


def test_a_request_that_was_withdrawn_is_not_mailed(two: World) -> None:
    from app.flows import needed

    draft_id = drawn()
    asked(draft_id)
    mail = db.session.scalar(select(Mail).where(Mail.kind == "proses"))
    assert needed.judge(mail, clock.now()).address == "biro2@contoh.example"
    confirm.withdraw(draft_id, actor(), clock.now())
    assert "ditarik" in needed.judge(mail, clock.now()).why


def test_versions_have_one_number_each(app) -> None:
    for to in ("Satu", "Dua", "Tiga"):
        issue(drawn(to))
    assert numbers() == [1, 2, 3, 4]
    assert db.session.scalar(select(func.count()).select_from(DiagramDraft).where(DiagramDraft.state == "open")) == 0
