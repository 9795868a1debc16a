# ruff: noqa: F811  (fixtures are imported by name)
"""A NIK: shown to whoever types it, hidden from everybody else, and every look at it in the audit list."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from app import clock
from app.flows import personal, sample
from app.models import Audit, Draft, Mail, Notice, Person, Task, db
from tests import pk
from tests.stories.conftest import archived, drafting  # noqa: F401 - fixtures
from tests.visitor import Page, Visitor
from tests.web.test_routes import pages
from tests.world import DUA, SATU, World

INFO = f"/kinerja/info-satker/{SATU.kode}/edit"
CEK = "/kinerja/cek-registrasi-tte"
# where a whole NIK may stand, and for whom: forms that ask for it
ALLOWED = {
    ("kinerja.edit_info", sample.OPERATOR), ("tasks.show", sample.OPERATOR), ("kinerja.cek_tte", "any"),
    ("privacy.mine_file", "any"),
    ("heads.person", sample.ADMIN), ("heads.person", sample.BIRO),
}  # fmt: skip


def looks(world: World) -> list[Audit]:
    return world.all(db.select(Audit).where(Audit.kind == "nik").order_by(Audit.seq))


def head_of(world: World, nip: str = SATU.head.nip) -> Person:
    (person,) = world.all(db.select(Person).where(Person.nip == nip))
    return person


def test_opening_the_form_says_who_saw_whose_nik_and_where(world: World) -> None:
    page = world.operator().open(INFO)
    assert SATU.head.nik in page.html
    (look,) = looks(world)
    assert (look.subject, look.actor) == (f"orang {head_of(world).id}", SATU.operator)
    assert look.after == {"nama": SATU.head.nama} and look.address == "127.0.0.1"
    assert look.note == f"Formulir Info Satker, satker {SATU.kode}"
    assert SATU.head.nik not in str([look.subject, look.before, look.after, look.note])


def test_a_form_that_is_opened_again_and_saves_itself_adds_no_entry(world: World) -> None:
    page = pk.begin(world.operator())
    assert SATU.head.nik in page.html
    task = page.path
    for _ in range(3):
        world.operator().open(task)
        world.operator().post(f"{task}/draf", alamat="Jl. Baru")
    assert len(looks(world)) == 1


def test_after_an_hour_it_is_a_look_of_its_own_and_so_is_that_of_another(world: World) -> None:
    with clock.held(clock.now()):
        world.operator().open(INFO)
        clock.advance(timedelta(minutes=59))
        world.operator().open(INFO)
        assert len(looks(world)) == 1
        clock.advance(timedelta(minutes=2))
        world.operator().open(INFO)
        assert len(looks(world)) == 2
    world.operator(DUA).open(INFO.replace(SATU.kode, DUA.kode))
    assert [e.actor for e in looks(world)] == [SATU.operator, SATU.operator, DUA.operator]


def test_who_may_not_open_the_form_leaves_no_entry(world: World) -> None:
    for visitor in (world.operator(DUA), world.head(), world.biro(), world.admin()):
        assert visitor.open(INFO).status in (403, 404)
    assert looks(world) == []


def test_a_task_without_a_nik_is_given_none(drafting: World) -> None:
    """The form of Penyusunan PK knows Info Satker, and its NIK by the last digits only."""
    with drafting.app.test_request_context():
        from app.flows import tasks
        from app.flows.rights import actor_of, local_day

        (task,) = db.session.scalars(db.select(Task).where(Task.state == "open", Task.kind == "user")).all()
        user = db.session.execute(db.text("select id from account where username = 'sim100101'")).scalar_one()
        actor = actor_of(user, 2026, local_day(clock.now()))
        context = tasks.context(tasks.find(task.id, actor), actor)
    assert context.satker["nik_pimpinan"] == "************0002"


def test_asking_the_provider_is_a_look_at_a_known_person(world: World) -> None:
    world.operator().open(CEK).form().fill(nik=DUA.head.nik).press()
    world.operator().open(CEK).form().fill(nik=DUA.head.nik).press()
    world.operator().open(CEK).form().fill(nik="9901010101900099").press()
    known, unknown = looks(world)
    assert (known.subject, known.after) == (f"orang {head_of(world, DUA.head.nip).id}", {"nama": DUA.head.nama})
    assert (unknown.subject, unknown.after) == ("NIK ************0099", {})


def test_a_number_that_is_none_asks_nobody(world: World) -> None:
    assert world.operator().open(CEK).form().fill(nik="123").press().status == 422
    assert looks(world) == []


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["drafting", "archived"])
def test_no_page_of_anybody_shows_a_nik_but_the_forms_that_ask_for_it(stage: str, request) -> None:
    world: World = request.getfixturevalue(stage)
    if stage == "drafting":  # the first form stands open too
        pk.begin(world.operator(DUA))
    niks = [h.nik for h in sample.heads()]
    found, opened = [], 0
    for role, visitor in _people(world):
        for path in pages(world):
            page = visitor.open(path)
            opened += page.status == 200
            if any(nik.encode() in page.answer.data for nik in niks) and not _allowed(world, page, role):
                found.append(f"{path} for {role}")
    assert found == [] and opened > 100


@pytest.mark.slow
def test_no_csv_shows_a_nik(archived: World) -> None:
    niks = [h.nik for h in sample.heads()]
    for _role, visitor in _people(archived):
        for path in {p.partition("?")[0] for p in pages(archived)}:
            answer = visitor.client.get(f"{path}?format=csv")
            if answer.mimetype == "text/csv":
                assert not [n for n in niks if n.encode() in answer.data], path


def test_no_table_but_that_of_people_keeps_a_nik(archived: World) -> None:
    """Not the audit list either, which tells of many looks by now."""
    for _role, visitor in _people(archived):
        for path in pages(archived):
            visitor.open(path)
    rows = {model: str([_values(r) for r in archived.all(db.select(model))]) for model in (Audit, Draft, Mail, Notice)}
    assert [m.__name__ for m, text in rows.items() if any(h.nik in text for h in sample.heads())] == []
    sixteen = re.compile(r"(?<![0-9a-f])\d{16}(?![0-9a-f])")  # not within a hash
    assert not sixteen.search(rows[Audit])


def test_only_forms_with_a_field_for_it_ask_for_a_nik() -> None:
    from forms import FORMS

    assert [name for name, form in FORMS.items() if personal.asks_nik(form)] == ["edit_satker"]


def _people(world: World) -> list[tuple[str, Visitor]]:
    return [
        (sample.OPERATOR, world.operator()), (sample.OPERATOR, world.operator(DUA)), (sample.KEPALA, world.head()),
        (sample.ESELON, world.eselon()), (sample.PENELAAH, world.enter("telaah010000", sample.PENELAAH)),
        (sample.BIRO, world.biro()), (sample.ADMIN, world.admin()),
    ]  # fmt: skip


def _allowed(world: World, page: Page, role: str) -> bool:
    endpoint = world.app.url_map.bind("localhost").match(page.path)[0]
    return (endpoint, role) in ALLOWED or (endpoint, "any") in ALLOWED


def _values(row: object) -> dict[str, object]:
    return {c.key: getattr(row, c.key) for c in row.__table__.columns}  # type: ignore[attr-defined]
