"""The whole house behind a real server on 127.0.0.1, with its worker, for people with a real browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from werkzeug.serving import make_server

from app.jobs.worker import work
from tests.local_provider import LocalProvider
from tests.visitor import CODE
from tests.world import PASSWORDS, World, build, close


@dataclass
class House:
    """A running house and the browsers that are open in it."""

    world: World
    url: str
    browser: Browser
    options: dict[str, object]
    complaints: list[str]

    def enter(self, username: str, role: str) -> Page:
        """A new browser, signed in through the login page."""
        context: BrowserContext = self.browser.new_context(**self.options)  # type: ignore[arg-type]
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", lambda m: self.complaints.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda e: self.complaints.append(str(e)))
        page.goto(f"{self.url}/masuk")
        page.get_by_label("Username").fill(username)
        page.get_by_label("Password", exact=True).fill(PASSWORDS[role])
        page.get_by_label("Kode captcha").fill(CODE)
        page.get_by_role("button", name="Masuk").click()
        page.wait_for_url("**/tugas**")
        return page


@pytest.fixture
def live(
    tmp_path: Path,
    provider: LocalProvider,
    browser: Browser,
    browser_context_args: dict[str, object],
    complaints: list[str],
) -> Iterator[House]:
    """The house, serving; ended with everything in it."""
    world = build(tmp_path / "house", provider)
    server = make_server("127.0.0.1", 0, world.app, threaded=True)
    going = True
    threads = [
        threading.Thread(target=server.serve_forever, daemon=True),
        threading.Thread(target=_work, args=(world, lambda: going), daemon=True),
    ]
    for thread in threads:
        thread.start()
    yield House(world, f"http://127.0.0.1:{server.server_port}", browser, browser_context_args, complaints)
    going = False
    server.shutdown()
    for thread in threads:
        thread.join(10)
    close(world)


def _work(world: World, going: object) -> None:
    with world.app.app_context():
        work(going)  # type: ignore[arg-type]
