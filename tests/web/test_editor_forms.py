# ruff: noqa: F811  (fixtures are imported by name)
"""What the diagram editor asks of the server: previews of forms, and whether an expression will be understood."""

from __future__ import annotations

import json
from typing import Any

import lxml.html
import pytest
from werkzeug.test import TestResponse

from app.flows import rights
from app.flows.diagrams import drafts
from app.models import Definition, DiagramDraft, db
from app.web.editor_vocabulary import vocabulary_json
from forms import FORMS
from service_tasks import SERVICE_TASKS
from tests.cast import NOW
from tests.visitor import Visitor
from tests.world import World, provider, stages, world  # noqa: F401 - fixtures

CATATAN = {"id": "catatan", "label": "Catatan reviu", "type": "text", "required": True, "help": "Tulis yang perlu."}


@pytest.fixture
def drawing(world: World) -> World:
    """A house in which somebody has begun to change the diagram: draft 1."""
    with world.app.app_context():
        drafts.begin_from(db.session.scalars(db.select(Definition.id)).first(), _biro(), NOW)  # type: ignore[arg-type]
    return world


def _biro() -> rights.Actor:
    from app.models import User

    user_id = db.session.scalar(db.select(User.id).where(User.username == "biro"))
    return rights.actor_of(user_id or 0, 2026, rights.local_day(NOW))


def ask(visitor: Visitor, what: str, question: Any, draft: int = 1) -> TestResponse:
    token = visitor.open("/tugas").token()
    headers = {"X-CSRFToken": token, "X-Requested-With": "fetch"}
    return visitor.client.post(f"/proses/draf/{draft}/{what}", json=question, headers=headers)


def test_a_declared_form_is_shown_as_it_will_look(drawing: World) -> None:
    fields = [
        CATATAN,
        {"id": "jenis", "label": "Jenis", "type": "enum", "choices": [{"value": "a", "label": "Anu"}, {"value": "b"}]},
        {"id": "jumlah", "label": "Jumlah", "type": "long", "default": "10"},
    ]
    answer = ask(drawing.biro(), "pratinjau", {"fields": fields, "name": "Reviu"})
    assert answer.status_code == 200
    page = lxml.html.fromstring(answer.text)
    assert [label.text_content() for label in page.xpath("//label|//legend")] == [
        "Catatan reviu *", "Jenis", "Anu", "b", "Jumlah",
    ]  # fmt: skip
    assert "Tulis yang perlu." in answer.text
    assert page.xpath("//input[@inputmode='numeric']/@value") == ["10"]
    # ids of the preview and of the page around it never meet
    assert all(i.startswith("pratinjau-") for i in page.xpath("//@id"))
    large = ask(drawing.biro(), "pratinjau", {"fields": fields, "large": True})
    assert all(i.startswith("pratinjau-besar-") for i in lxml.html.fromstring(large.text).xpath("//@id"))


@pytest.mark.parametrize("name", sorted(FORMS))
def test_every_form_of_the_house_has_a_preview(drawing: World, name: str) -> None:
    answer = ask(drawing.biro(), "pratinjau", {"form": name})
    assert answer.status_code == 200
    assert FORMS[name].title in answer.text
    assert "Biro Perencanaan" not in answer.text  # a satker that is invented, not one of the house
    if FORMS[name].decision:
        assert "Approved PK" in answer.text or "Membuat Lembar PK" in answer.text or "Periksa lagi" in answer.text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ([CATATAN, CATATAN], "Dua isian memakai id"),
        ([{**CATATAN, "id": ""}], "tidak punya id"),
        ([{**CATATAN, "id": "csrf_token"}], "sudah dipakai Alur"),
        ([{**CATATAN, "type": "enum"}], "tidak punya pilihan"),
        ([{"id": f"x{n}", "label": "X", "type": "string"} for n in range(10_000)], "paling banyak 100"),
    ],
)
def test_fields_that_can_not_be_asked_are_answered_with_the_sentence_of_the_check(
    drawing: World, fields: list[Any], sentence: str
) -> None:
    answer = ask(drawing.biro(), "pratinjau", {"fields": fields})
    assert answer.status_code == 200
    assert sentence in answer.text
    assert "data-index=" in answer.text


@pytest.mark.parametrize(
    "question",
    [None, [], "x", {}, {"form": "tidak_ada"}, {"form": 1}, {"fields": "x"}, {"fields": [1]}, {"fields": []},
     {"fields": [None]}],
)  # fmt: skip
def test_nonsense_is_answered_with_a_sentence(drawing: World, question: Any) -> None:
    answer = ask(drawing.biro(), "pratinjau", question)
    assert answer.status_code == 422
    assert answer.json["error"].endswith(".")


def test_what_is_typed_into_a_declaration_is_text(drawing: World) -> None:
    hostile = {"id": "x", "label": "<script>alert(1)</script>{{7*7}}", "type": "string", "help": "<b>tebal</b>"}
    text = ask(drawing.biro(), "pratinjau", {"fields": [hostile]}).text
    assert "<script>" not in text
    assert "49" not in text
    assert "&lt;b&gt;tebal" in text
    odd = {"id": 1, "label": None, "type": [], "required": "ya", "choices": {"a": 1}, "default": {}, "help": 3}
    assert ask(drawing.biro(), "pratinjau", {"fields": [odd]}).status_code == 200


@pytest.mark.parametrize(
    ("kind", "text", "ok", "names"),
    [
        ("condition", "reviu.keputusan == 'setuju' and jumlah > 3", True, ["jumlah", "reviu"]),
        ("condition", "${setuju && !batal}", True, ["batal", "setuju"]),
        ("condition", "keputusan = 'setuju'", False, []),
        ("condition", "__import__('os').system('id')", False, []),
        ("condition", "9**9**9", False, []),
        ("condition", "x" * 501, False, []),
        ("condition", "", False, []),
        ("value", "lembar.tempat.pihak_pertama", True, ["lembar"]),
        ("script", "nomor = pk.nomor + 1", True, ["pk"]),
        ("script", "import os", False, []),
        ("due", "P14D", True, []),
        ("due", "hari_kerja(3)", True, []),
        ("due", "P999999Y", False, []),
        ("timeDuration", '"PT8H"', True, []),
        ("timeDuration", "PT8H", True, []),
        ("timeDate", "2026-12-31", True, []),
        ("timeDate", '"besok"', False, []),
        ("timeDate", "hari_kerja(3)", True, []),
        ("timeCycle", "R3/P1D", True, []),
        ("timeCycle", "R/PT1S", False, []),
        ("timeCycle", '"R3/P1D', False, []),
    ],
)
def test_an_expression_is_judged_with_the_words_of_the_check(
    drawing: World, kind: str, text: str, ok: bool, names: list[str]
) -> None:
    answer = ask(drawing.biro(), "ekspresi", {"kind": kind, "text": text}).json
    assert answer["ok"] is ok, answer
    assert answer["names"] == names
    assert bool(answer["message"]) is not ok
    assert ok or answer["message"].endswith(".")


@pytest.mark.parametrize("question", [None, {}, {"kind": "exec", "text": "x"}, {"kind": "due"}, {"kind": [], "text": 1},
                                      {"kind": "value", "text": "x" * 20_000}])  # fmt: skip
def test_what_is_no_question_is_refused(drawing: World, question: Any) -> None:
    assert ask(drawing.biro(), "ekspresi", question).status_code == 422


def test_only_who_owns_the_process_asks(drawing: World) -> None:
    for visitor, status in ((drawing.operator(), 403), (drawing.head(), 403), (drawing.admin(), 200)):
        assert ask(visitor, "pratinjau", {"fields": [CATATAN]}).status_code == status
        assert ask(visitor, "ekspresi", {"kind": "due", "text": "P1D"}).status_code == status
    assert ask(drawing.biro(), "pratinjau", {"fields": [CATATAN]}, draft=99).status_code == 404


def test_the_vocabulary_says_everything_that_may_be_picked(drawing: World) -> None:
    with drawing.app.app_context():
        found = vocabulary_json()
        assert db.session.scalar(db.select(DiagramDraft.id)) == 1
    json.dumps(found)
    assert {f["name"] for f in found["forms"]} == set(FORMS)
    assert {o["name"] for o in found["operators"]} == set(SERVICE_TASKS)
    assert {"Operator Satker", "Kepala Satker", "Eselon 1", "Biro Perencanaan"} <= set(found["roles"])
    # every error that a service may answer with has words
    assert {e for o in found["operators"] for e in o["errors"]} <= set(found["errors"])
