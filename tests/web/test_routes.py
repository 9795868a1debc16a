# ruff: noqa: F811  (fixtures are imported by name)
"""All routes of the real application: each declares its right, the right holds, and what opens is well-formed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import lxml.html
import pytest

from app.models import Assignment, DiagramDraft, Document, Job, Mail, Task, db
from app.web.access import access_of
from app.web.security import CSP
from tests import pk
from tests.stories.conftest import archived, at_the_head  # noqa: F401 - fixtures
from tests.visitor import Page, Visitor
from tests.web import walk
from tests.world import DUA, SAINS, TIGA, World, provider, stages, world  # noqa: F401 - fixtures

# routes that open to everybody, by their endpoint: a new one is added here on purpose or not at all
PUBLIC = {
    "auth.login", "auth.enter", "auth.logout", "auth.switch", "auth.captcha_picture", "auth.captcha_voice",
    "auth.captcha_renewed", "frame.front_door", "health.health", "health.ready",
    "help.book", "help.chapter", "metrics.show", "verification.show",
    "passwords.forgotten", "passwords.ask", "passwords.asked", "passwords.choose",
}  # fmt: skip


@dataclass
class Nobody(Visitor):
    """Somebody who is not signed in, with the same verbs."""

    def __init__(self, world: World) -> None:
        self.client, self.username = world.app.test_client(), "nobody"


@pytest.fixture
def house(at_the_head: World) -> World:
    at_the_head.biro().open("/proses/perjanjian_kinerja").form("/ubah").press()  # a draft, for its pages
    return at_the_head


def pages(world: World) -> Iterator[str]:
    """Every address that opens by GET, with arguments that exist."""
    tasks = world.all(db.select(Task).where(Task.kind == "user"))
    values = {
        "task_id": [t.id for t in tasks], "instance_id": [1], "kode": ["100101"], "run_id": [1],
        "document_id": [d.id for d in world.all(db.select(Document))],
        "mail_id": world.all(db.select(Mail.id))[:3], "assignment_id": world.all(db.select(Assignment.id))[:4],
        "job_id": world.all(db.select(Job.id)),
        "subject": ["orang-1", "akun-3"], "user_id": [1, 3],
        "person_id": [1], "tempat": ["satker-100101", "unit-010000", "satker-999999"],
        "process": ["perjanjian_kinerja"], "number": [1], "id": world.all(db.select(DiagramDraft.id)), "case_id": [1],
        "key": [f"{d.number}-{d.token}" for d in world.all(db.select(Document))[:1]],
    }  # fmt: skip
    for rule in world.app.url_map.iter_rules():
        if "GET" not in rule.methods or walk.is_static(rule.endpoint):
            continue
        names = sorted(rule.arguments)
        if names and names[0] not in values:
            continue  # a captcha's picture: its token is made by the login page
        for value in values[names[0]] if names else [None]:
            with world.app.test_request_context():
                yield rule.build({n: value if n == names[0] else (values.get(n) or [1])[0] for n in names})[1]


def test_every_route_declares_its_right(world: World) -> None:
    assert walk.undeclared(world.app) == []


def test_what_is_public_is_public_on_purpose(world: World) -> None:
    found = {r.endpoint for r in walk.walk_routes(world.app) if r.access and r.access.public}
    assert found == PUBLIC, found ^ PUBLIC


def test_a_visitor_is_led_to_the_login_from_everywhere_else(world: World) -> None:
    assert walk.open_to_anybody(world.app) == []


def test_a_role_is_needed_where_one_is_declared(world: World) -> None:
    assert walk.open_without_role(world.app, world.head().client) == []


def test_nothing_changes_without_the_token_of_the_session(world: World) -> None:
    assert walk.open_without_token(world.app, world.operator().client) == []


def test_everything_of_a_case_is_closed_to_other_places(house: World) -> None:
    """Whatever takes the id of a case, a task or a document answers a stranger with 404, by GET and by POST.

    Where a role is needed that the stranger lacks altogether it is 403, whatever the id.
    """
    own = ["task_id", "instance_id", "document_id", "action_id", "job_id"]
    strangers = [house.operator(DUA), house.operator(TIGA), house.eselon(SAINS)]
    ids = {
        "task_id": house.all(db.select(Task.id).where(Task.kind == "user", Task.state == "open"))[0],
        "action_id": house.all(db.select(Task.id).where(Task.kind == "action", Task.state == "open"))[0],
        "instance_id": 1,
        "job_id": house.all(db.select(Job.id))[0],
        "document_id": house.all(db.select(Document.id))[0],
    }
    seen, wrong = 0, []
    for rule in house.app.url_map.iter_rules():
        named = sorted(rule.arguments & set(own))
        for verb in sorted(rule.methods & {"GET", "POST"}) if named else ():
            with house.app.test_request_context():
                url = rule.build(dict.fromkeys(rule.arguments, 1) | {named[0]: ids[named[0]]})[1]
            for who in strangers:
                status = (who.open(url) if verb == "GET" else who.post(url)).status
                seen += 1
                needed = access_of(house.app, rule.endpoint).roles
                if status not in (403, 404) or (status == 403 and verb == "GET" and not needed):
                    wrong.append(f"{verb} {url} for {who.username}: {status}")
    assert wrong == [] and seen > 40


@pytest.mark.parametrize("who", range(8))
def test_every_page_is_well_formed_for_everybody(house: World, who: int) -> None:
    """Broken links among them: each page that a link of a page leads to opens too."""
    visitor = house.everybody()[who]
    problems, linked, opened = [], set(), 0
    for path in pages(house):
        page = visitor.open(path)
        assert page.status in (200, 403, 404), f"{path}: {page.status}"
        opened += page.status == 200
        problems += _problems(path, page)
        linked |= set(_links(page))
    problems += [f"the link {p} is broken" for p in sorted(linked) if visitor.open(p).status >= 400]
    assert problems == [] and opened > 15


def test_the_pages_of_a_finished_case_are_well_formed_too(archived: World) -> None:
    for visitor in (archived.operator(), archived.eselon(), archived.biro()):
        for path in pages(archived):
            assert _problems(path, visitor.open(path)) == []


def test_the_pages_of_somebody_who_is_not_signed_in(house: World) -> None:
    nobody = Nobody(house)
    for path in pages(house):
        assert _problems(path, nobody.open(path)) == []


def test_pages_with_errors_are_well_formed(house: World) -> None:
    operator, head = house.operator(), house.head()
    sent = [
        pk.refuse(head, pk.SIGN, ""),
        pk.approve(house, head, pk.SIGN, ""),
        operator.open("/kinerja/cek-registrasi-tte").form().fill(nik="1").press(),
        operator.open("/kinerja/info-satker").link("Edit").form("/edit").fill(nik_pimpinan="1", email="x").press(),
        operator.open("/tidak-ada"), operator.open("/kinerja/info-satker?satker=999999"),
        operator.post("/tugas/x"), operator.open("/perkara/mulai"),
    ]  # fmt: skip
    assert [p.status for p in sent] == [422, 422, 422, 422, 404, 404, 404, 405]
    assert [_problems(p.path, p) for p in sent] == [[]] * 8


def _problems(path: str, page: Page) -> list[str]:
    """What is wrong with an answer, in words."""
    found = []
    headers = page.answer.headers
    if headers.get("Cache-Control") != "no-store":
        found.append(f"Cache-Control: {headers.get('Cache-Control')}")
    if not headers.get("Content-Security-Policy", "").startswith(CSP):
        found.append("no Content-Security-Policy")
    if headers.get("X-Content-Type-Options") != "nosniff":
        found.append("no nosniff")
    if page.html.lstrip()[:15].lower() == "<!doctype html>":
        found += _of_html(lxml.html.fromstring(page.html))
    return [f"{path} for {page.visitor.username}: {f}" for f in found]


def _of_html(tree: lxml.html.HtmlElement) -> list[str]:
    found = [f"{len(tree.xpath('//h1'))} h1"] if len(tree.xpath("//h1")) != 1 else []
    if not (tree.findtext(".//title") or "").strip() or tree.get("lang") != "id":
        found.append("no title, or not lang=id")
    found += [f"id {i} twice" for i, n in Counter(_ids(tree)).items() if n > 1]
    found += [f"no label for {f.get('name')}" for f in _inputs(tree) if not _labelled(tree, f)]
    known = set(_ids(tree))
    for attribute in ("for", "aria-describedby", "aria-labelledby", "aria-controls"):
        for value in tree.xpath(f"//*[not(ancestor-or-self::template)]/@{attribute}"):
            found += [f"{attribute}={one} leads nowhere" for one in value.split() if one not in known]
    found += [f"style attribute on {e.tag}" for e in tree.xpath("//*[@style]")]
    found += [f"{a} on {e.tag}" for e in tree.iter() for a in e.attrib if re.match(r"on[a-z]+$", a)]
    found += ["a script in the page" for s in tree.xpath("//script[not(@src)]") if s.get("type") != "application/json"]
    return found


def _ids(tree: lxml.html.HtmlElement) -> list[str]:
    return list(tree.xpath("//*[not(ancestor-or-self::template)]/@id"))


def _inputs(tree: lxml.html.HtmlElement) -> list[lxml.html.HtmlElement]:
    fields = tree.xpath("//*[self::input or self::select or self::textarea][not(ancestor::template)]")
    shown = [f for f in fields if f.get("hidden") is None]
    return [f for f in shown if (f.get("type") or "") not in ("hidden", "submit", "button", "image")]


def _labelled(tree: lxml.html.HtmlElement, f: lxml.html.HtmlElement) -> bool:
    id_ = f.get("id")
    return bool(
        f.get("aria-label") or f.get("aria-labelledby") or f.xpath("ancestor::label")
        or (id_ and tree.xpath(f"//label[@for='{id_}'][normalize-space(.)]"))
    )  # fmt: skip


def _links(page: Page) -> list[str]:
    hrefs = page.tree.xpath("//a/@href") if page.html else []
    return [h.split("#")[0] for h in hrefs if h.startswith("/") and not h.startswith("/keluar") and h.split("#")[0]]
