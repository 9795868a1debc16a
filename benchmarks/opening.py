"""The diagram editor in a real browser: from the click on a draft to a diagram that can be changed."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from app import clock
from app.flows import rights, sample
from app.flows.diagrams import drafts
from app.models import Definition, User, db
from benchmarks.measure import Figure, p50, p95, spread
from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.browser.live import aside, serving
from tests.visitor import CODE
from tests.world import PASSWORDS, World, build, close

LIMIT = 1500.0  # milliseconds


def run(quick: bool = False) -> list[Figure]:
    """Without a chromium there is nothing to measure. The first opening of a new browser fetches the code."""
    if not Path(CHROMIUM).exists():
        print("editor: no chromium here, so it was not measured", file=sys.stderr)
        return []
    first: list[float] = []
    again: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        world: World = aside(lambda: build(Path(folder), None))
        aside(lambda: _draft(world))
        with serving(world) as url, sync_playwright() as p:
            browser = p.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            for _ in range(1 if quick else 5):
                page = browser.new_context(base_url=url).new_page()
                _log_in(page)
                first.append(_open(page))
                again += [_open(page) for _ in range(1 if quick else 4)]
                page.context.close()
            browser.close()
        close(world)
    detail = {"again_ms_p50": p50(again), "again_ms_p95": p95(again)}
    wanted = None if quick else ("<", LIMIT)
    return [Figure("editor_ready_ms", p50(first), "ms", wanted, spread(first), detail)]


def _draft(world: World) -> None:
    with world.app.app_context():
        biro = db.session.scalars(db.select(User).where(User.username == "biro")).one()
        actor = rights.actor_of(biro.id, 2026, rights.local_day(clock.now()))
        drafts.begin_from(db.session.scalars(db.select(Definition.id)).first() or 0, actor, clock.now())
        db.session.remove()


def _log_in(page: Page) -> None:
    page.goto("/masuk")
    page.get_by_label("Username").fill("biro")
    page.get_by_label("Password", exact=True).fill(PASSWORDS[sample.BIRO])
    page.get_by_label("Kode captcha").fill(CODE)
    page.get_by_role("button", name="Masuk", exact=True).click()
    page.wait_for_url("**/tugas**")


def _open(page: Page) -> float:
    page.goto("/proses/perjanjian_kinerja")
    link = page.get_by_role("link", name="Lanjutkan").first
    link.wait_for()
    began = time.perf_counter()
    link.click()
    page.locator("[data-editor][data-ready]").wait_for()
    return (time.perf_counter() - began) * 1000
