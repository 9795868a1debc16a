"""The whole house behind a real server on 127.0.0.1, with its worker, for people with a real browser."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page
from werkzeug.serving import WSGIRequestHandler, make_server

from app.flows import sample
from app.jobs.worker import work
from app.models import Document, db
from tests.visitor import CODE
from tests.world import LITERASI, PASSWORDS, SATU, Stages, Way, World, close, open_house

STATUS = "Failed to load resource: the server responded with a status of {}"


@dataclass
class House:
    """A running house and the browsers that are open in it."""

    world: World
    url: str
    browser: Browser
    options: dict[str, Any]
    complaints: list[str]
    pages: dict[str, Page] = field(default_factory=dict)

    def enter(self, username: str, role: str, **options: Any) -> Page:
        """A new browser, signed in through the login page."""
        page = self.visitor(**options)
        page.goto("/masuk")
        page.get_by_label("Tahun").select_option("2026")
        self.log_in(page, username, role)
        page.wait_for_url("**/tugas**")
        return page

    def visitor(self, **options: Any) -> Page:
        """A new browser of somebody who is not signed in."""
        page = self.browser.new_context(base_url=self.url, **(self.options | options)).new_page()
        page.set_default_timeout(20_000)
        page.context.on("console", self._hear)
        page.context.on("weberror", lambda e: self.complaints.append(str(e.error)))
        return page

    def log_in(self, page: Page, username: str, role: str) -> None:
        """The login page, filled in."""
        page.get_by_label("Username").fill(username)
        page.get_by_label("Password", exact=True).fill(PASSWORDS[role])
        page.get_by_label("Kode captcha").fill(CODE)
        page.get_by_role("button", name="Masuk", exact=True).click()

    def person(self, username: str, role: str) -> Page:
        """The browser of somebody: the same one all through a story."""
        if username not in self.pages:
            self.pages[username] = self.enter(username, role)
        return self.pages[username]

    def operator(self, office: sample.Office = SATU) -> Page:
        return self.person(f"sim{office.kode}", sample.OPERATOR)

    def head(self, office: sample.Office = SATU) -> Page:
        return self.person(office.head.nip, sample.KEPALA)

    def eselon(self, ministry: sample.Ministry = LITERASI) -> Page:
        return self.person(ministry.head.nip, sample.ESELON)

    def read(self, sha256: str) -> bytes:
        """A document of the archive."""
        return self.world.app.extensions["alur"].documents.read(sha256)

    def archived(self) -> Document:
        """The row of the sheet in the archive."""
        found: Document = self.world.all(db.select(Document).where(Document.kind == "archive"))[0]
        return found

    def forgive(self, status: int) -> None:
        """Chromium notes the status of a page as an error: forget the notes about this one, and nothing else."""
        noted = STATUS.format(status)
        assert any(c.startswith(noted) for c in self.complaints), f"no answer had the status {status}"
        self.complaints[:] = [c for c in self.complaints if not c.startswith(noted)]

    def _hear(self, said: ConsoleMessage) -> None:
        if said.type in ("error", "warning"):
            self.complaints.append(f"{said.text} ({said.location.get('url', '')})")


class Quiet(WSGIRequestHandler):
    """A line for every request would bury what a failing test has to say."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


@contextmanager
def serving(world: World, port: int = 0) -> Iterator[str]:
    """The address under which the house answers while its worker works; 0 takes a free port."""
    server = make_server("127.0.0.1", port, world.app, threaded=True, request_handler=Quiet)
    ending = threading.Event()
    threads = [
        threading.Thread(target=server.serve_forever, daemon=True),
        threading.Thread(target=_work, args=(world, lambda: not ending.is_set()), daemon=True),
    ]
    for thread in threads:
        thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    ending.set()
    server.shutdown()
    for thread in threads:
        thread.join(10)
    server.server_close()


def live_at(*ways: Way) -> Any:
    """A fixture: the house after `ways` (see tests/world.py), serving; ended with everything in it."""

    @pytest.fixture
    def house(
        tmp_path: Path,
        stages: Stages,
        browser: Browser,
        browser_context_args: dict[str, Any],
        complaints: list[str],
    ) -> Iterator[House]:
        # pyHanko runs a loop of its own, and playwright has one on this thread already
        folder = aside(lambda: stages.copy(tmp_path / "house", *ways))
        world = open_house(folder, stages.provider)
        with serving(world) as url:
            made = House(world, url, browser, browser_context_args, complaints)
            yield made
            for page in made.pages.values():
                page.context.close()
        close(world)

    return house


def aside(job: Callable[[], Any]) -> Any:
    """What `job` returns, from a thread of its own."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(job).result()


def _work(world: World, going: Callable[[], bool]) -> None:
    with world.app.app_context():
        work(going)


live = live_at()
