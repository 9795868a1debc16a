"""What decides whether files become a version: the checks, and every way through them."""

from __future__ import annotations

import json

import pytest

from app.cli import ROOT
from app.flows.diagrams import examine
from tests.world import World, provider, stages, world  # noqa: F401 - fixtures

NAME = "perjanjian_kinerja.bpmn"
GUIDE = (ROOT / "processes/perjanjian_kinerja" / NAME).read_bytes()


@pytest.fixture
def here(world: World):  # noqa: F811 - the fixture
    with world.app.app_context():
        yield world


def test_the_guide_has_no_problem_and_keeps_its_promises(here: World) -> None:
    found, walked = examine.judge({NAME: GUIDE}), examine.soundness({NAME: GUIDE})
    assert found.problems == ()
    assert walked.complete and [kept for _, kept in walked.promises] == [True] * 4
    said = json.loads(json.dumps(found.to_json()))
    assert said["ok"] and {"element", "name", "kind", "kind_words", "lane", "what"} == set(said["executed"][0])
    assert json.loads(json.dumps(walked.to_json()))["promises"][0][1] is True


def test_a_variable_that_nobody_writes_and_a_service_that_wants_more_are_refused(here: World) -> None:
    wrong = GUIDE.replace(b"langkah_lembar == 'buat'", b"langka_lembar == 'buat'").replace(
        b'<spiffworkflow:parameter id="dokumen" type="any" value="lembar" />', b""
    )
    refused = {p.element: p.message for p in examine.refusals({NAME: wrong})}
    assert "'langka_lembar'" in refused["f_buat"] and "'langkah_lembar'" in refused["f_buat"]
    assert "memerlukan parameter 'dokumen'" in refused["tte_kepala"]


def test_a_case_that_can_never_end_is_refused_by_its_ways_only(here: World) -> None:
    """Archived, it goes back to drafting: each element is fine by itself, and one end event is left for reminders."""
    wrong = GUIDE.replace(
        b'sourceRef="arsipkan" targetRef="selesai"', b'sourceRef="arsipkan" targetRef="penyusunan_pk"'
    )
    start, end = wrong.index(b'<endEvent id="selesai"'), wrong.index(b"</endEvent>", wrong.index(b'id="selesai"'))
    wrong = wrong[:start] + wrong[end + len(b"</endEvent>") :]
    wrong = wrong.replace(b"<flowNodeRef>selesai</flowNodeRef>", b"")
    wrong = wrong.replace(b'value="selesai hanya sesudah arsipkan"', b'value="arsipkan hanya sesudah tte_kepala"')
    assert examine.examine({NAME: wrong}).ok
    (refused,) = examine.refusals({NAME: wrong})
    assert "tidak pernah dapat selesai" in refused.message and refused.path[0] == "mulai"


def test_a_child_that_fails_is_a_warning(here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(*_args: object, **_more: object) -> None:
        raise examine.ChildFailed("Terlalu lama.")

    monkeypatch.setattr(examine, "run_in_child", dies)
    walked = examine.soundness({NAME: GUIDE})
    assert walked.ok and not walked.complete
    assert [p.level for p in walked.problems] == ["warning"]
