# ruff: noqa: F811  (fixtures are imported by name)
"""The editor's answers to its script, and the check page: who may, what is kept, what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import TestResponse

from app.models import DiagramDraft, DraftSave, db
from tests.visitor import Visitor
from tests.world import World, provider, stages, world  # noqa: F401 - fixtures

PK = "perjanjian_kinerja.bpmn"


@pytest.fixture
def draft(world: World) -> int:
    world.biro().post("/proses/perjanjian_kinerja/ubah")
    return int(world.all(db.select(DiagramDraft.id))[0])


def send(who: Visitor, path: str, body: Any) -> TestResponse:
    """As the page's script does."""
    token = who.open("/tugas").token()
    return who.client.post(path, json=body, headers={"X-Requested-With": "fetch", "X-CSRFToken": token})


def row(world: World, draft: int) -> DiagramDraft:
    found: DiagramDraft = world.all(db.select(DiagramDraft).where(DiagramDraft.id == draft))[0]
    return found


def files(world: World, draft: int, new: str = "Isi Info Satker") -> dict[str, str]:
    return {PK: row(world, draft).files[PK].replace("Lengkapi Info Satker", new)}


def test_a_save_is_kept_with_who_and_when(world: World, draft: int) -> None:
    answer = send(world.biro(), f"/proses/draf/{draft}/simpan", {"revision": 1, "files": files(world, draft)})
    assert answer.status_code == 200 and answer.json is not None
    assert answer.json["revision"] == 2 and answer.json["saver"] == row(world, draft).saver
    assert "Isi Info Satker" in row(world, draft).files[PK]
    assert [s.revision for s in world.all(db.select(DraftSave).order_by(DraftSave.revision))] == [1, 2]


def test_who_did_not_see_the_last_save_overwrites_nothing(world: World, draft: int) -> None:
    biro, path = world.biro(), f"/proses/draf/{draft}/simpan"
    first, second = (files(world, draft, name) for name in ("Satu", "Dua"))
    send(biro, path, {"revision": 1, "files": first})
    answer = send(biro, path, {"revision": 1, "files": second})
    assert answer.status_code == 409 and answer.json is not None
    assert answer.json["revision"] == 2 and answer.json["saver"] and "Bandingkan" in answer.json["message"]
    assert answer.json["words"] == ["Tugas 'Satu' sekarang bernama 'Dua'."]  # what is hers and not theirs
    assert '"Dua"' not in row(world, draft).files[PK]


def test_a_save_that_is_sent_twice_is_one_save(world: World, draft: int) -> None:
    """The answer to the first got lost; the second must not be told that somebody else was faster."""
    body = {"revision": 1, "files": files(world, draft)}
    for _ in range(2):
        answer = send(world.biro(), f"/proses/draf/{draft}/simpan", body)
        assert answer.status_code == 200 and answer.json is not None and answer.json["revision"] == 2


@pytest.mark.parametrize(
    "body",
    [
        None, [], "x", {}, {"revision": "1", "files": {}}, {"revision": True, "files": {}},
        {"revision": 1, "files": []}, {"revision": 1, "files": {"../lain.bpmn": "<a/>"}},
        {"revision": 1, "files": {PK: ""}}, {"revision": 1, "files": {PK: 7}},
        {"revision": 1, "files": {PK: "\ud800"}}, {"revision": 1, "files": {PK: "a\0b"}},
        {"revision": 1, "files": {PK: "x" * 2_100_000}},
    ],
)  # fmt: skip
def test_what_no_page_sends_is_refused_in_words(world: World, draft: int, body: Any) -> None:
    answer = send(world.biro(), f"/proses/draf/{draft}/simpan", body)
    assert answer.status_code == 422 and answer.json is not None and answer.json["error"].endswith(".")
    assert row(world, draft).revision == 1


def test_a_closed_draft_is_shown_and_never_saved(world: World, draft: int) -> None:
    body = {"revision": 1, "files": files(world, draft)}
    world.write(db.update(DiagramDraft).values(state="published"))
    answer = send(world.biro(), f"/proses/draf/{draft}/simpan", body)
    assert answer.status_code == 409 and answer.json is not None and "revision" not in answer.json
    page = world.biro().open(f"/proses/draf/{draft}")
    assert "sudah terbit" in page.text and 'data-mode="read"' in page.html


def test_admins_read_and_others_see_nothing(world: World, draft: int) -> None:
    page = world.admin().open(f"/proses/draf/{draft}")
    assert page.status == 200 and 'data-mode="read"' in page.html and "hanya dapat dilihat" in page.text
    assert send(world.admin(), f"/proses/draf/{draft}/simpan", {"revision": 1, "files": {}}).status_code == 403
    assert send(world.admin(), f"/proses/draf/{draft}/salin", {"files": {}}).status_code == 403
    for path in ("", "/periksa", "/keadaan"):
        assert world.operator().open(f"/proses/draf/{draft}{path}").status == 403
        assert world.biro().open(f"/proses/draf/{draft + 1}{path}").status == 404


def test_only_the_canvas_may_use_style_attributes(world: World, draft: int) -> None:
    policy = [
        world.biro().open(f"/proses/draf/{draft}{path}").answer.headers["Content-Security-Policy"]
        for path in ("", "/periksa")
    ]
    assert "style-src-attr" in policy[0] and "style-src-attr" not in policy[1]


def test_what_is_drawn_is_checked_before_it_is_saved(world: World, draft: int) -> None:
    drawn = {PK: row(world, draft).files[PK].replace('value="edit_satker"', 'value="formulir_lama"')}
    answer = send(world.biro(), f"/proses/draf/{draft}/periksa", {"files": drawn})
    assert answer.json is not None and not answer.json["ok"]
    (wrong,) = [p for p in answer.json["problems"] if p["level"] == "error"]
    assert (wrong["element"], wrong["file"]) == ("info_satker", PK) and wrong["line"] > 0
    assert "formulir_lama" in wrong["message"]
    broken = send(world.biro(), f"/proses/draf/{draft}/periksa", {"files": {PK: "<definitions"}})
    assert broken.json is not None and not broken.json["ok"] and broken.json["problems"]
    assert row(world, draft).revision == 1


def test_the_list_of_what_is_executed_misses_no_node(world: World, draft: int) -> None:
    answer = send(world.biro(), f"/proses/draf/{draft}/periksa", {})
    page = world.biro().open(f"/proses/draf/{draft}/periksa")
    assert answer.json is not None and answer.json["ok"] and "dapat diterbitkan" in page.text
    listed = {e["element"] for e in answer.json["executed"]}
    drawn = {n.get("id") for n in _nodes(row(world, draft).files[PK])}
    assert drawn <= listed and len(drawn) > 30
    linked = {href.partition("elemen=")[2] for href in page.tree.xpath("//main//table//a/@href")}
    assert drawn <= linked


def _nodes(xml: str) -> list[Any]:
    from lxml import etree

    kinds = ("Task", "Event", "Gateway")
    return [e for e in etree.fromstring(xml.encode()).iter() if isinstance(e.tag, str) and e.tag.endswith(kinds)]


def test_where_cases_can_go_is_told_on_request(world: World, draft: int) -> None:
    answer = send(world.biro(), f"/proses/draf/{draft}/alur", {})
    assert answer.json is not None and answer.json["problems"] == [] and "keadaan ditelusuri" in answer.json["facts"][0]
    page = world.biro().open(f"/proses/draf/{draft}/periksa").link("Periksa alur juga")
    assert "keadaan ditelusuri" in page.text and "dapat diterbitkan" in page.text
    # a case that can't leave a step: the way there is told
    xml = row(world, draft).files[PK]
    text = xml.replace('sourceRef="gw_eselon" targetRef="arsipkan"', 'sourceRef="gw_eselon" targetRef="gw_eselon"')
    if text != xml:
        answer = send(world.biro(), f"/proses/draf/{draft}/alur", {"files": {PK: text}})
        assert answer.json is not None and answer.json["problems"]


def test_a_copy_stands_beside_the_first_draft(world: World, draft: int) -> None:
    answer = send(world.biro(), f"/proses/draf/{draft}/salin", {"files": files(world, draft)})
    assert answer.json is not None and answer.json["url"] == f"/proses/draf/{draft + 1}"
    copy = row(world, draft + 1)
    assert "Isi Info Satker" in copy.files[PK] and copy.base_id == row(world, draft).base_id
    assert "Isi Info Satker" not in row(world, draft).files[PK]


def test_a_page_that_looks_now_and_then_is_told_of_news_only(world: World, draft: int) -> None:
    biro, path = world.biro(), f"/proses/draf/{draft}/keadaan"
    first = biro.client.get(path)
    assert first.json is not None and first.json["revision"] == 1 and first.json["mine"]
    again = {"If-None-Match": first.headers["ETag"]}
    assert biro.client.get(path, headers=again).status_code == 304
    send(biro, f"/proses/draf/{draft}/simpan", {"revision": 1, "files": files(world, draft)})
    news = biro.client.get(path, headers=again)
    assert news.status_code == 200 and news.json is not None and news.json["revision"] == 2
    whole = biro.client.get(f"{path}?isi=1").json
    assert whole is not None and PK in whole["files"]


def test_an_ended_session_is_told_where_to_log_in(world: World, draft: int) -> None:
    token = world.biro().open("/tugas").token()
    stranger = world.app.test_client()
    answer = stranger.post(
        f"/proses/draf/{draft}/simpan",
        json={"revision": 1, "files": {}},
        headers={"X-Requested-With": "fetch", "X-CSRFToken": token, "Referer": f"http://localhost/proses/draf/{draft}"},
    )
    assert answer.status_code == 401 and answer.json is not None
    assert answer.json["login"] == f"/masuk?next=/proses/draf/{draft}"
