# ruff: noqa: F811  (fixtures are imported by name)
"""Files made to hurt, through the pages: nothing is published, others are served, and what is written is only text."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

import pytest

from app import clock
from app.flows.deploy import deploy
from app.models import Definition, DiagramDraft, Mail, db
from app.web.limits import Limit
from tests.engine.drawing import END, HEAD, START, chain, simple
from tests.engine.test_hostile_files import BYTES
from tests.visitor import Page, Visitor
from tests.web.test_intake import draw, upload
from tests.web.test_routes import _problems
from tests.world import World, provider, stages, world  # noqa: F401 - fixtures

EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>{{7*191}}{%x%}${7*191}'\""
DRAWN = {"editor", "differences", "replays", "processes", "intake"}


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test has minutes of its own: the limit is counted by process, and people have the same ids in each house."""
    monkeypatch.setattr("app.web.intake._OFTEN", Limit(30, 60))


def evil() -> bytes:
    """A diagram that runs, with the same bad words wherever words can stand."""
    e, q = escape(EVIL), quoteattr(EVIL)
    properties = "".join(
        f'<spiffworkflow:property name="{n}" value={q}/>' for n in ("status", "tahap", "notice", "dokumen")
    )
    value = f'<camunda:value id="ya" name={q}/><camunda:value id="tidak" name={q}/>'
    helps = f'<camunda:properties><camunda:property id="help" value={q}/></camunda:properties>'
    required = '<camunda:validation><camunda:constraint name="required"/></camunda:validation>'
    fields = f'<camunda:formField id="jawab" label={q} type="string" defaultValue={q}>{helps}</camunda:formField>'
    fields += f'<camunda:formField id="pilih" label={q} type="enum">{helps}{value}{required}</camunda:formField>'
    form = f"<camunda:formData>{fields}</camunda:formData>"
    held = f"<spiffworkflow:properties>{properties}</spiffworkflow:properties>{form}"
    task = f'<userTask id="a" name={q}><documentation>{e}</documentation>'
    task += f"<extensionElements>{held}</extensionElements></userTask>"
    body = START + task + END + chain("mulai", "a", "selesai").replace('id="f_mulai_a"', f'id="f_mulai_a" name={q}')
    refs = "<flowNodeRef>mulai</flowNodeRef><flowNodeRef>a</flowNodeRef>"
    lane = f'<laneSet id="ls"><lane id="l" name="Operator Satker">{refs}</lane></laneSet>'
    note = f'<textAnnotation id="catatan"><text>{e}</text></textAnnotation>'
    title = '<extensionElements><spiffworkflow:properties><spiffworkflow:property name="judul" '
    title += f"value={quoteattr('Uji </script><b>')}/></spiffworkflow:properties></extensionElements>"
    process = f'<process id="jahat" name={q} isExecutable="true"><documentation>{e}</documentation>{title}'
    return f"{HEAD}{process}{lane}{body}{note}</process></definitions>".encode()


def plain(page: Page) -> list[str]:
    """What is wrong with a page that shows the bad words."""
    raw = page.answer.get_data(as_text=True)
    found = [bad for bad in ("<script>alert", "<img src=x", "1337", "</script><b>") if bad in raw]
    return [f"{page.path}: {bad}" for bad in found] + _problems(page.path, page)


def pages_of(world: World, draft_id: int) -> Iterator[str]:
    for rule in world.app.url_map.iter_rules():
        if rule.endpoint.partition(".")[0] in DRAWN and "GET" in rule.methods and rule.arguments == {"id"}:
            with world.app.test_request_context():
                yield rule.build({"id": draft_id})[1]


def test_words_of_a_file_are_shown_as_words_in_the_report_and_on_every_page_of_the_draft(world: World) -> None:
    biro = world.biro()
    page = upload(biro, ("<b>jahat.bpmn", evil()))
    assert "alert(1)" in page.text and plain(page) == []
    draw(page.form("/draf"), kode="jahat")
    [draft] = world.all(db.select(DiagramDraft))
    seen = {path: biro.open(path) for path in (*pages_of(world, draft.id), "/proses", "/proses/berkas")}
    assert [bad for p in seen.values() if p.answer.mimetype == "text/html" for bad in plain(p)] == []
    assert sum(p.status == 200 for p in seen.values()) >= 4, {k: p.status for k, p in seen.items()}


def test_words_of_a_diagram_are_words_in_its_cases_too(world: World) -> None:
    with world.app.app_context():
        assert deploy({"jahat.bpmn": evil()}, clock.now())[0] == "jahat"
    rani = world.operator()
    page = rani.open("/mulai").form("/perkara/mulai").set({"proses": "jahat"}).press()
    assert "alert(1)" in page.text and plain(page) == []
    done = page.form("/tugas/").fill(jawab=EVIL, pilih="ya").press()
    world.settle()
    world.chores()
    paths = ["/tugas", "/perkara", "/perkara/1", "/pemberitahuan", "/mulai"]
    opened = [done, *(rani.open(p) for p in paths)]
    opened += [
        world.admin().open(p) for p in ("/instans/", "/instans/1", "/proses", "/proses/jahat", "/proses/jahat/1")
    ]
    assert [bad for p in opened for bad in plain(p)] == []
    assert sum(p.status == 200 for p in opened) >= 6, [(p.path, p.status) for p in opened]
    for mail in world.all(db.select(Mail)):
        assert "<script>" not in (getattr(mail, "html", "") or "")


@pytest.mark.parametrize("name", ["truncated", "billion laughs", "deep", "twice", "dangling", "calls itself"])
def test_what_is_hostile_is_refused_on_the_page_and_nothing_is_kept(world: World, name: str) -> None:
    page = upload(world.biro(), ("a.bpmn", BYTES[name][0]))
    assert page.status == 200 and "ditolak" in page.text and _problems(page.path, page) == []
    assert world.all(db.select(DiagramDraft)) == []
    assert len(world.all(db.select(Definition))) == 1


def test_what_can_not_be_drawn_can_not_be_made_a_draft_by_hand(world: World) -> None:
    biro = world.biro()
    form = upload(biro, ("a.bpmn", simple())).form("/draf")
    bad = upload(biro, ("a.bpmn", BYTES["truncated"][0]))
    assert not bad.has_form("/proses/berkas/draf")
    from app.flows.diagrams import intake

    answer = draw(form, isi=intake.packed({"a.bpmn": BYTES["truncated"][0]}), kode="rusak")
    assert answer.status == 422 and "belum dapat dijadikan draf" in answer.text
    assert world.all(db.select(DiagramDraft)) == []


@pytest.mark.slow
def test_others_are_served_while_a_heavy_file_is_looked_at(world: World) -> None:
    """The file costs its child seconds; a page of somebody else does not wait for it."""
    biro, other = world.biro(), world.operator()
    other.open("/tugas")
    heavy = threading.Thread(target=upload, args=(biro, ("berat.bpmn", BYTES["gateways 10,000"][0])))
    heavy.start()
    waits = []
    while heavy.is_alive():
        started = time.monotonic()
        assert other.open("/tugas").status == 200
        waits.append(time.monotonic() - started)
    heavy.join()
    assert waits and max(waits) < 2, max(waits)


def test_somebody_in_a_hurry_is_asked_to_wait(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.web import intake as view

    monkeypatch.setattr(view, "_OFTEN", Limit(2, 60))
    biro: Visitor = world.biro()
    assert [upload(biro, ("a.txt", b"x")).status for _ in range(3)] == [422, 422, 429]


def test_a_picture_is_not_called_a_broken_diagram(world: World) -> None:
    page = upload(world.biro(), ("gambar.bpmn", b"\x89PNG\r\n\x1a\n\x00\x00"))
    assert "Ini bukan diagram BPMN. Simpan diagramnya sebagai BPMN 2.0" in page.text
