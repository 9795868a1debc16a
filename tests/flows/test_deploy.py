# ruff: noqa: F811  (fixtures are imported by name)
"""`flask deploy`: the published version is the truth, and files that differ from it wait as a draft."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app import clock
from app.cli import ROOT, deploy_all
from app.errors import InvalidDefinition
from app.flows import deploy
from app.flows.deploy import DRAFT, DRAFTED, KNOWN, NEW, Brought
from app.flows.diagrams import drafts, drop, versions
from app.models import Audit, Definition, DiagramDraft, db
from tests.flows.test_publish import FILE, PK, actor, change, drawn, issue, numbers, renamed
from tests.world import World, provider, stages, world  # noqa: F401 - fixtures

TEXT = (ROOT / "processes" / PK / FILE).read_bytes()


@pytest.fixture
def app(world: World):
    with world.app.app_context():
        yield world.app


def bring(content: bytes) -> Brought:
    return deploy.bring({FILE: content}, clock.now())


def other(to: str) -> bytes:
    return renamed(TEXT.decode(), to).encode()


def test_files_follow_files_as_versions(app) -> None:
    assert bring(TEXT) == Brought(PK, 1, KNOWN)
    assert bring(other("Review A")) == Brought(PK, 2, NEW)
    assert bring(other("Review B")) == Brought(PK, 3, NEW)
    assert bring(other("Review A")) == Brought(PK, 2, KNOWN)
    assert deploy.deploy({FILE: TEXT}, clock.now()) == (PK, 1, False)
    assert numbers() == [1, 2, 3]
    last = db.session.scalar(select(Audit).where(Audit.kind == "proses").order_by(Audit.seq.desc()))
    assert last.subject == f"proses {PK}" and last.actor == "" and "Versi 3 terbit dari berkas" in last.note


def test_a_file_does_not_undo_what_was_published_in_the_browser(app) -> None:
    issue(drawn())
    assert bring(TEXT) == Brought(PK, 1, KNOWN)  # make run after an evening of work: nothing happens
    made = bring(other("Review dari berkas"))
    assert (made.version, made.what) == (2, DRAFT)
    draft = drafts.read(made.draft_id)
    assert (draft.origin, draft.state, draft.base.version, draft.saver) == ("file", "open", 2, "Sistem")
    assert numbers() == [1, 2]


def test_the_same_file_makes_one_draft_whatever_became_of_it(app) -> None:
    issue(drawn())
    made = bring(other("Review dari berkas"))
    again = Brought(PK, 2, DRAFTED, made.draft_id)
    assert bring(other("Review dari berkas")) == again
    change(made.draft_id, "Review, diperbaiki di editor")
    assert bring(other("Review dari berkas")) == again
    drop.drop(made.draft_id, actor(), clock.now())
    assert bring(other("Review dari berkas")) == again
    drop.take_back(made.draft_id, actor(), clock.now())
    assert issue(made.draft_id) == 3
    assert bring(other("Review dari berkas")) == Brought(PK, 3, DRAFTED, made.draft_id)
    assert len(list(db.session.scalars(select(DiagramDraft.id)))) == 2


def test_a_draft_from_a_file_becomes_a_version_that_the_file_then_is(app) -> None:
    issue(drawn())
    made = bring(other("Review dari berkas"))
    assert issue(made.draft_id) == 3
    assert bring(other("Review dari berkas")) == Brought(PK, 3, KNOWN)


def test_the_terminal_says_what_became_of_it(app, tmp_path) -> None:
    folder = tmp_path / PK
    folder.mkdir()
    (folder / FILE).write_bytes(other("Review dari berkas"))
    issue(drawn())
    first: list[str] = []
    deploy_all(first.append, folder)
    assert "versi 2 terbit dari editor dan berbeda dari berkas ini" in first[0]
    assert "/proses/draf/2/terbitkan" in first[0]
    assert any("'Review PK oleh Eselon 1' sekarang bernama 'Review dari berkas'" in line for line in first[1:])
    said: list[str] = []
    deploy_all(said.append, folder)
    assert len(said) == 1 and "sudah menjadi draf 2" in said[0]


def test_a_file_with_faults_changes_nothing(app) -> None:
    issue(drawn())
    with pytest.raises(InvalidDefinition):
        bring(TEXT.replace(b'value="draft_pk"', b'value="draf_pk"'))
    assert numbers() == [1, 2]


def test_the_versions_are_listed_in_the_terminal(app) -> None:
    issue(drawn())
    lines = app.test_cli_runner().invoke(args=["versions", PK]).output.splitlines()
    assert len(lines) == 2 and "versi 2" in lines[0] and "Tim Biro Perencanaan" in lines[0] and "berkas" in lines[1]


def in_latin(text: bytes) -> bytes:
    return text.decode().replace('encoding="UTF-8"', 'encoding="ISO-8859-1"').encode("latin-1", "xmlcharrefreplace")


@pytest.mark.parametrize(
    "original",
    [
        pytest.param(TEXT.decode().replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16"), id="utf-16"),
        pytest.param(b"\xef\xbb\xbf" + TEXT, id="bom"),
        pytest.param(TEXT.replace(b"\n", b"\r\n"), id="crlf"),
        pytest.param(in_latin(TEXT.replace(b"Review dan", "Révisi dan".encode())), id="latin-1"),
        pytest.param(TEXT + b"\n<!-- akhir -->\n\n", id="tail"),
    ],
)
def test_what_is_exported_is_what_came_byte_for_byte(app, original: bytes) -> None:
    assert bring(original).what == NEW
    row = versions.version(PK, 2)
    assert versions.content(row) == {FILE: original}
    assert bring(original) == Brought(PK, 2, KNOWN)


def test_a_draft_from_a_file_in_utf_16_keeps_its_bytes_until_it_is_changed(app) -> None:
    issue(drawn())
    original = other("Review").decode().replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16")
    first = bring(original)
    assert issue(first.draft_id) == 3
    assert versions.content(versions.version(PK, 3)) == {FILE: original}
    second = bring(original.decode("utf-16").replace("Review", "Telaah").encode("utf-16"))
    change(second.draft_id, "Diubah di editor")
    assert issue(second.draft_id, over=True) == 4
    assert b"Diubah di editor" in versions.content(versions.version(PK, 4))[FILE]
    assert [d.origin for d in db.session.scalars(select(Definition).order_by(Definition.version))][1:] == [
        "browser"
    ] * 3
