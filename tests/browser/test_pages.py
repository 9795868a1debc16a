"""Every page of the real application, for everybody, in every state of a PK.

A page is looked at once for each shape that it has: the walk is done without a browser, which is quick, and only a
page that is built otherwise than those before it is opened in one.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.flows import sample
from app.models import Task, db
from tests import pk
from tests.browser import looks, steps
from tests.browser.live import House, aside
from tests.pk import SIGN
from tests.web.walk import walk_routes
from tests.world import EMPAT, LITERASI, SATU, World

ROOT = Path(__file__).resolve().parents[2]
IMPORT = """async (xml) => {
  const viewer = new BpmnJS({ container: '#canvas' });
  const { warnings } = await viewer.importXML(xml);
  return { warnings: warnings.map(String), drawn: viewer.get('elementRegistry').getAll().length };
}"""

PEOPLE = {
    "operator": (f"sim{SATU.kode}", sample.OPERATOR),
    "head": (SATU.head.nip, sample.KEPALA),
    "eselon": (LITERASI.head.nip, sample.ESELON),
    "biro": ("biro", sample.BIRO),
    "admin": ("admin", sample.ADMIN),
}
BEGIN = ("/tugas", "/tugas?lihat=peran", "/tugas?lihat=selesai", "/kinerja/progres", "/keluar", "/mulai", "/password")
NOTHING = ("/tugas?cari=zzz", "/kinerja/progres?cari=zzz", "/dokumentasi/?cari=zzz")
NOT_A_PAGE = {
    "auth.captcha_picture", "auth.captcha_voice", "auth.captcha_renewed", "frame.front_door", "kinerja.index",
    "tasks.fresh", "cases.state", "cases.followed", "cases.diagram", "documents.show", "documents.download",
    "help.book", "help.chapter", "settings.results", "health.health", "health.ready", "metrics.show",
}  # fmt: skip
"""Files, parts of pages, and addresses that only lead on."""

ELSEWHERE = {
    "imports": "test_import_story.py",
    "intake": "test_intake_pages.py",
    "interventions": "test_incident.py",
    "mails": "test_first_login_story.py",
    "moves": "test_moves.py",
    "passwords": "test_first_login_story.py",
    "privacy": "test_audit_pages.py",
    "substitutes": "test_substitute_story.py",
    "users": "test_admin_pages.py",
    "units": "test_admin_pages.py",
    "satkers": "test_admin_pages.py",
    "heads": "test_admin_pages.py",
    "instances": "test_instances.py",
    "audit": "test_audit_pages.py",
    "processes": "test_process_pages.py",
    "editor": "test_editor.py",
    "differences": "test_differences.py",
    "replays": "test_replay_story.py",
}  # fmt: skip
"""Pages by their blueprint that a story of their own looks at, in states that an archived PK does not have."""

SHAPES: set[str] = set()
"""Those that this process has looked at already; most pages look the same in many states."""


def walk(house: House, *starts: str, people: tuple[str, ...] = tuple(PEOPLE)) -> set[str]:
    """Look at every page of these people; the endpoints that were seen. What is wrong is told for all pages at once."""
    seen: set[str] = set()
    wrong: list[str] = []
    for who in people:
        browser = None
        for read in aside(lambda who=who: list(looks.pages_of(house.world.enter(*PEOPLE[who]), *BEGIN, *starts))):
            assert read.status == 200, f"{who}, {read.path}: {read.status}"
            seen.add(_endpoint(house.world, read.path))
            if (found := looks.shapes(read)) <= SHAPES:
                continue
            SHAPES.update(found)
            browser = browser or house.person(*PEOPLE[who])
            browser.goto(read.answer.request.full_path.rstrip("?"))
            try:
                look(browser)
            except AssertionError as e:
                wrong.append(f"{who}: {e}")
        if browser:
            browser.goto("about:blank")  # so that it asks for nothing while the others are looked at
    assert not wrong, "\n".join(wrong)
    return seen


def look(page: Page) -> None:
    looks.unfolded(page)
    looks.accessible(page)
    looks.fits(page)


def _endpoint(world: World, path: str) -> str:
    return world.app.url_map.bind("127.0.0.1").match(path)[0]


@pytest.mark.slow
def test_before_anything_has_begun(live: House) -> None:
    seen = walk(live, *NOTHING)
    assert {"kinerja.penyusunan", "kinerja.pk", "kinerja.info_satker", "kinerja.edit_info", "kinerja.cek_tte"} <= seen


@pytest.mark.slow
def test_in_progress(live_drafting: House) -> None:
    assert {"tasks.show", "cases.show"} <= walk(live_drafting, people=("operator", "head"))


@pytest.mark.slow
def test_returned(live_at_the_head: House) -> None:
    pk.refuse(live_at_the_head.world.head(), SIGN, "Target indikator kedua masih terlalu rendah.")
    assert {"tasks.show", "cases.show"} <= walk(live_at_the_head, people=("operator", "head"))


@pytest.mark.slow
def test_waiting_for_the_head(live_at_the_head: House) -> None:
    refusing = _task(live_at_the_head.world) + "?keputusan=tolak"
    follow = "/perkara/1/ikuti"
    assert "cases.follow" in walk(live_at_the_head, refusing, follow, people=("operator", "head"))


def test_waiting_for_eselon_1(live_at_eselon: House) -> None:
    refusing = _task(live_at_eselon.world) + "?keputusan=kembalikan"
    walk(live_at_eselon, refusing, people=("eselon", "operator"))


@pytest.mark.slow
def test_archived(live_archived: House) -> None:
    sheet = live_archived.archived()
    begun = _done(live_archived.world)
    seen = walk(live_archived, f"/dokumentasi/{sheet.id}?periksa=1", f"/verifikasi/{sheet.number}-{sheet.token}", begun)
    pages = {r.endpoint for r in walk_routes(live_archived.world.app) if r.method == "GET"} - NOT_A_PAGE
    # the login is looked at below, the page that follows a case where one waits
    left = {e for e in pages - seen if e.partition(".")[0] not in ELSEWHERE}
    assert left == {"auth.login", "cases.follow"}


def test_stories_that_look_at_pages_do_look() -> None:
    for name in set(ELSEWHERE.values()):
        text = (Path(__file__).parent / name).read_text("utf-8")
        assert "accessible" in text or "look" in text, name


def test_the_login_and_what_strangers_see(live_archived: House) -> None:
    stranger, sheet = live_archived.visitor(), live_archived.archived()
    stranger.goto("/masuk")
    look(stranger)
    steps.press(stranger, "Masuk")
    expect(stranger.get_by_text("Belum berhasil")).to_be_visible()
    look(stranger)
    stranger.goto(f"/verifikasi/{sheet.number}-{sheet.token}")
    look(stranger)
    stranger.goto("/verifikasi/tidak-ada")
    look(stranger)
    live_archived.forgive(404)
    live_archived.forgive(422)


def test_another_captcha_leaves_the_password_typed(live: House) -> None:
    stranger = live.visitor()
    stranger.goto("/masuk")
    picture = stranger.locator("[data-captcha] img")
    before = picture.get_attribute("src") or ""
    stranger.get_by_label("Password", exact=True).fill("rahasia")
    steps.press(stranger, "Gambar lain")
    expect(picture).not_to_have_attribute("src", before)
    expect(stranger.get_by_label("Password", exact=True)).to_have_value("rahasia")
    expect(stranger.get_by_label("Kode captcha")).to_be_focused()


def test_pages_that_say_what_is_wrong(live_drafting: House) -> None:
    operator = live_drafting.operator()
    operator.goto(f"/kinerja/info-satker/{SATU.kode}/edit")
    operator.get_by_label("NIK Pimpinan").fill("990101570572000")
    operator.get_by_label("Nama Pimpinan").fill("")
    steps.press(operator, "Simpan")
    operator.locator("section.alert a").first.click()
    expect(operator.get_by_label("NIK Pimpinan")).to_be_focused()
    look(operator)
    operator.goto(_task(live_drafting.world))
    steps.press(operator, "Lanjut")
    expect(operator.get_by_text("yang perlu diperbaiki")).to_be_visible()
    look(operator)
    operator.goto(_task(live_drafting.world) + "?halaman=4")  # Periksa isian, with nothing in it
    steps.press(operator, "Simpan Penyusunan PK")
    expect(operator.get_by_text("yang perlu diperbaiki")).to_be_visible()
    look(operator)
    operator.goto("/kinerja/cek-registrasi-tte")
    operator.get_by_label("NIK").fill("123")
    steps.press(operator, "Cek Registrasi")
    look(operator)
    live_drafting.forgive(422)


def test_answers_about_the_registration(live: House) -> None:
    operator = live.operator()
    for person, words in ((SATU.head, "terdaftar"), (EMPAT.head, "belum terdaftar")):
        operator.goto("/kinerja/cek-registrasi-tte")
        operator.get_by_label("NIK").fill(person.nik)
        steps.press(operator, "Cek Registrasi")
        expect(operator.get_by_role("status").filter(has_text=words)).to_be_visible()
        assert person.nik not in operator.locator("[role=status]").first.inner_text()
        look(operator)


def test_a_decision_that_is_not_complete(live_at_the_head: House) -> None:
    head = live_at_the_head.head()
    head.goto(_task(live_at_the_head.world))
    steps.press(head, "Kirim Passphrase")
    expect(head.get_by_text("Passphrase belum diisi").first).to_be_visible()
    look(head)
    head.get_by_role("link", name="PK Ditolak").click()
    steps.press(head, "Kirim Catatan PK")
    expect(head.get_by_text("Catatan PK belum diisi").first).to_be_visible()
    look(head)
    live_at_the_head.forgive(422)


def test_a_registration_that_is_missing_says_so(live: House) -> None:
    """A head without a key: the operator is told, and led on."""
    pk.draft(pk.confirm_info(pk.begin(live.world.operator(EMPAT))))
    operator = live.operator(EMPAT)
    operator.goto("/perkara/1/ikuti")
    steps.heading(operator, "Periksa registrasi TTE")
    look(operator)


def test_pages_one_may_not_see(live: House) -> None:
    head = live.head()
    for path, status in ((f"/kinerja/info-satker/{SATU.kode}/edit", 403), ("/perkara/99", 404)):
        head.goto(path)
        expect(head.get_by_text(f"Kesalahan {status}")).to_be_visible()
        look(head)
        live.forgive(status)


def test_bpmn_js_takes_the_diagram_without_a_warning(page: Page) -> None:
    page.set_content("<div id='canvas' style='width: 1000px; height: 600px'></div>")
    page.add_script_tag(path=ROOT / "node_modules" / "bpmn-js" / "dist" / "bpmn-viewer.production.min.js")
    diagram = ROOT / "processes" / "perjanjian_kinerja" / "perjanjian_kinerja.bpmn"
    result = page.evaluate(IMPORT, diagram.read_text("utf-8"))
    assert result["warnings"] == []
    assert result["drawn"] > 60


def _task(world: World) -> str:
    """The address of the open task."""
    return f"/tugas/{world.all(db.select(Task.id).where(Task.state == 'open', Task.kind == 'user'))[0]}"


def _done(world: World) -> str:
    """The address of a task that was done."""
    return f"/tugas/{world.all(db.select(Task.id).where(Task.state == 'done'))[0]}"
