# ruff: noqa: F811  (fixtures are imported by name)
"""What hostile and careless people tried with drafts, versions, replays and moves, and what stopped them."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event

from app import clock
from app.documents.store import MissingDocument
from app.engine import quarantine
from app.errors import Busy, Conflict, InvalidDefinition
from app.flows import deploy, start
from app.flows.diagrams import drafts, intake, replay
from app.flows.diagrams.examine import examine
from app.flows.house import house
from app.jobs.ports import JobDocuments
from app.models import Definition, DiagramDraft, Document, Instance, Replay, db
from tests.flows.drafts import NAME, PK, changed
from tests.flows.test_moves import actor
from tests.stories.conftest import at_the_head  # noqa: F401 - a fixture
from tests.visitor import Visitor
from tests.world import SATU, World, provider, stages, world  # noqa: F401 - fixtures

PROCESS = "perjanjian_kinerja"
NOTE = "Nama langkah diperjelas, sesuai rapat."


def draw(world: World, text: str = "") -> int:
    """A draft of the PK, begun by the button; with `text` as its file."""
    world.biro().post(f"/proses/{PROCESS}/ubah", lain="1")
    draft_id = world.all(db.select(DiagramDraft.id).order_by(DiagramDraft.id.desc()))[0]
    if text:
        with world.app.app_context():
            drafts.save(draft_id, 1, {NAME: text}, actor(), clock.now())
    return draft_id


def send(visitor: Visitor, path: str, body: Any) -> Any:
    """Post JSON as a script of the page would; `body` may be text that is none."""
    data = body if isinstance(body, str) else json.dumps(body)
    headers = {"X-CSRFToken": visitor.open("/tugas").token(), "Accept": "application/json"}
    return visitor.client.post(path, data=data, content_type="application/json", headers=headers)


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What they gave, or raised."""
    found: list[Any] = [None] * len(acts)

    def run(n: int) -> None:
        try:
            found[n] = acts[n]()
        except Exception as e:
            found[n] = e

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(acts))]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return found


# ---- what scripts send --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("revision", [-1, 2**31, 2**63, 10**400, True, "1", 1.0, None])
def test_a_revision_that_is_none_is_refused(world: World, revision: Any) -> None:
    draft_id = draw(world)
    sent = send(world.biro(), f"/proses/draf/{draft_id}/simpan", {"revision": revision, "files": {NAME: "<a/>"}})
    assert sent.status_code == 422 and "Muat ulang halaman ini" in sent.json["error"]


@pytest.mark.parametrize("verb", ["simpan", "periksa", "alur", "salin", "pratinjau", "ekspresi"])
def test_brackets_without_end_are_no_question(world: World, verb: str) -> None:
    draft_id = draw(world)
    for body in (
        "[" * 100_000,
        '{"files":' * 50_000,
        "",
        "null",
        '{"files": 1e999}',
        '"\ud800"'.encode("utf-8", "surrogatepass").decode("latin1"),
    ):
        assert send(world.biro(), f"/proses/draf/{draft_id}/{verb}", body).status_code == 422


def test_half_a_character_is_shown_to_nobody(world: World) -> None:
    draft_id, half = draw(world), "\ud800"
    asked = [
        {"form": half},
        {"fields": [{"id": "a", "label": half, "type": "string"}]},
        {"fields": [{"id": "a", "label": "a", "type": "enum", "choices": [{"value": half}]}]},
        {"fields": [{"id": "a", "label": "a", "type": "string"}], "name": half},
    ]
    for body in asked:
        assert send(world.biro(), f"/proses/draf/{draft_id}/pratinjau", body).status_code == 422
    assert (
        send(world.biro(), f"/proses/draf/{draft_id}/ekspresi", {"kind": "condition", "text": half}).status_code == 422
    )


# ---- titles --------------------------------------------------------------------------------------------------------

HOSTILE_TITLES = [
    "{tahun:>999999999}", "{tahun.__class__}", "{0}", "{}", "{tahun!r}", "{nama_satker:{tahun}}", "{", "{tahun[0]}",
    "{nama_satker:d}",
]  # fmt: skip


@pytest.mark.parametrize("title", HOSTILE_TITLES)
def test_a_title_is_names_and_words_only(world: World, title: str) -> None:
    text = PK.replace('name="judul" value="PK {tahun} {nama_satker}"', f'name="judul" value="{title}"')
    assert text != PK
    with world.app.app_context():
        problems = examine({NAME: text.encode()}).problems
    assert any("Judul perkara" in p.message for p in problems if p.level == "error")


def test_titles_and_keys_of_older_versions_stop_no_case_from_beginning(world: World) -> None:
    """They were published before the checks looked at them: what can't be filled in stays out."""
    for number, title in enumerate(HOSTILE_TITLES):
        text = PK.replace("PK {tahun} {nama_satker}", title).replace('value="tahun satker"', 'value="tahun entah"')
        row = {NAME: text}
        with world.app.app_context():
            db.session.add(
                Definition(
                    process=PROCESS,
                    version=number + 2,
                    name="PK",
                    files=row,
                    sha256=str(number),
                    published_at=clock.now(),
                )
            )
            db.session.execute(db.update(Instance).values(key=None))
            db.session.commit()
            start.start(PROCESS, SATU.kode, actor(f"sim{SATU.kode}"), clock.now())
    titles = world.all(db.select(Instance.title).order_by(Instance.id))
    assert titles[0] == "2026" and max(map(len, titles)) < 100 and all(titles)


# ---- many at once --------------------------------------------------------------------------------------------------


def test_checks_leave_the_server_to_others(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two run, three wait a moment, and whoever comes then is told at once to come back."""
    monkeypatch.setattr(quarantine, "PATIENCE", 0.2)
    draft_id = draw(world)
    asking = [Visitor(world.app, "biro", "biro-contoh") for _ in range(3)]
    with quarantine.slot(), quarantine.slot():
        waited = send(asking[0], f"/proses/draf/{draft_id}/periksa", {})
        page = asking[0].open(f"/proses/draf/{draft_id}/periksa")
        posted = at_once(*[lambda: examine_in(world)] * 8)
    assert waited.status_code == 503 and "coba lagi" in waited.json["error"]
    assert page.status == 503 and "Sedang sibuk" in page.text and "coba lagi" in page.text
    assert Counter(type(p) for p in posted) == {Busy: 8}
    assert send(asking[0], f"/proses/draf/{draft_id}/periksa", {}).status_code == 200


def examine_in(world: World) -> Any:
    with world.app.app_context():
        return examine({NAME: PK.encode()})


def test_a_deploy_beside_a_publication_waits_as_a_draft(world: World) -> None:
    """The number is taken between the look and the write: what was published in the browser goes first."""
    taken: list[int] = []

    def meanwhile(_session: Any, _context: Any, _instances: Any) -> None:
        if taken:
            return
        taken.append(1)
        with db.engine.begin() as conn:
            row = {"process": PROCESS, "version": 2, "name": "PK", "files": {NAME: "<a/>"}, "sha256": "0" * 64}
            conn.execute(db.insert(Definition).values(**row, published_at=clock.now(), origin="browser"))

    with world.app.app_context():
        event.listen(db.session, "before_flush", meanwhile)
        try:
            text = changed(('name="Review dan tandatangani PK"', 'name="Telaah"'))
            brought = deploy.bring({NAME: text.encode()}, clock.now())
        finally:
            event.remove(db.session, "before_flush", meanwhile)
    assert (brought.what, brought.version) == (deploy.DRAFT, 2)
    assert world.all(db.select(Definition.version)) == [1, 2]


@pytest.mark.parametrize("process", ["a/b", "..", ".", "uji", "draf", "x" * 101, "a b", "-"])
def test_no_process_is_published_whose_pages_nobody_could_open(world: World, process: str) -> None:
    text = PK.replace(PROCESS, process)
    with world.app.app_context():
        draft_id = drafts.begin("Tanpa kode", {NAME: text}, actor(), clock.now()).id
        db.session.commit()
        with pytest.raises(InvalidDefinition):
            deploy.bring({NAME: text.encode()}, clock.now())
    page = world.biro().post(f"/proses/draf/{draft_id}/terbitkan", note=NOTE, revision="1", newest="0")
    assert page.status == 422 and world.all(db.select(Definition.version)) == [1]


# ---- what a diagram may reach for -----------------------------------------------------------------------------------


def test_a_call_reads_the_documents_of_its_own_case_only(at_the_head: World) -> None:
    """Else a diagram could have a head sign, or an operator archive, what another satker's case holds."""
    (sha,) = {d.sha256 for d in at_the_head.all(db.select(Document).where(Document.instance_id == 1))}
    with at_the_head.app.app_context():
        assert JobDocuments(house(), lambda _: False, 1).read(sha)
        with pytest.raises(MissingDocument):
            JobDocuments(house(), lambda _: False, 2).read(sha)
        fresh = JobDocuments(house(), lambda _: False, 2)
        made = fresh.put(b"%PDF-1.7 of this call", kind="draft", name="a.pdf", number="x", token="y")
        assert fresh.read(made.sha256)


# ---- moves ---------------------------------------------------------------------------------------------------------


def test_a_choice_beyond_any_calendar_means_nothing_so_old(world: World) -> None:
    page = world.biro().open(f"/proses/pindah/baru/{PROCESS}?diam=999999999")
    assert page.status == 200 and "Kesalahan" not in page.text


# ---- replays -------------------------------------------------------------------------------------------------------


def test_of_four_who_ask_for_a_replay_at_once_one_gets_it(at_the_head: World) -> None:
    draft_id = draw(at_the_head)

    def ask() -> int:
        with at_the_head.app.app_context():
            return replay.begin(draft_id, replay.Asked(running=True), actor(), clock.now())

    found = at_once(*[ask] * 4)
    assert Counter(type(f) for f in found) == {int: 1, Conflict: 3}
    assert len(at_the_head.all(db.select(Replay.id))) == 1


# ---- names of files ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["alur.xml", "ALUR.BPMN", "x/../alur.Xml"])
def test_a_diagram_is_shown_whatever_its_file_was_called(world: World, name: str) -> None:
    """Pages look for .bpmn: the page of every case of such a version would have failed."""
    biro = world.biro()
    sent = {"isi": intake.packed({name: PK.replace("Penyusunan PK", "Susun PK").encode()}), "ke": PROCESS}
    draft_id = int(biro.post("/proses/berkas/draf", **sent).path.rpartition("/")[2])
    (revision, files), *_ = [(d.revision, d.files) for d in world.all(db.select(DiagramDraft))]
    assert [n.lower() for n in files] == ["alur.bpmn"]
    biro.post(f"/proses/draf/{draft_id}/terbitkan", note=NOTE, revision=str(revision), newest="1")
    with world.app.app_context():
        case = start.start(PROCESS, SATU.kode, actor(f"sim{SATU.kode}"), clock.now())
    shown = world.operator().client.get(f"/perkara/{case}/diagram.bpmn")
    assert shown.status_code == 200 and "Susun PK" in shown.text


def test_the_files_that_a_page_carries_are_looked_at_like_those_that_are_sent(world: World) -> None:
    for name in ("jahat.exe", "a\r\nb", ""):
        page = world.biro().post("/proses/berkas/draf", isi=intake.packed({name: b"x"}), ke=PROCESS)
        assert page.status == 422 and "bukan berkas diagram" in page.text
    assert world.all(db.select(DiagramDraft.id)) == []
