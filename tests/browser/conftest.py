"""A real chromium for the tests of this folder. Without one they are skipped, or fail with ALUR_REQUIRE_TOOLS=1."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests import pk
from tests.browser import looks
from tests.browser.live import live, live_at  # noqa: F401 - a fixture
from tests.world import provider, stages  # noqa: F401 - fixtures

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
# no sandbox: containers have none; the rest keeps chromium off the network
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
BUILD = Path(__file__).parents[2] / "app" / "web" / "static" / "build"
expect.set_options(timeout=15_000)  # other people's work may run on the same cores
# colours that are on their way from one theme to the other have no contrast to measure
STILL = {"reduced_motion": "reduce"}


def _missing() -> str:
    if not CHROMIUM:
        return "chromium is not installed (Debian: apt-get install chromium; or name it in CHROMIUM)"
    if not (BUILD / "manifest.json").is_file():
        return "the pages' bundle is not built (python app/web/assets/ensure.py)"
    return ""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here, missing = Path(__file__).parent, _missing()
    for item in items:
        if not item.path.is_relative_to(here):
            continue
        item.add_marker(pytest.mark.browser)
        if missing and os.environ.get("ALUR_REQUIRE_TOOLS") != "1":
            item.add_marker(pytest.mark.skip(reason=missing))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    if _missing():
        pytest.fail(_missing())
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": ARGUMENTS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {
        **browser_context_args,
        "viewport": looks.DESKTOP,
        "locale": "id-ID",
        "timezone_id": "Asia/Jakarta",
        **STILL,
    }


@pytest.fixture(scope="session")
def base_url() -> None:
    """In place of the plug-in's own, of which pytest warns; each house knows its address."""


# the house behind a real server, each time a copy of one in which people have come so far
live_drafting = live_at(pk.to_drafting)
live_at_the_head = live_at(pk.to_drafting, pk.to_making, pk.to_signing)
live_at_eselon = live_at(pk.to_drafting, pk.to_making, pk.to_signing, pk.to_review)
live_archived = live_at(pk.to_drafting, pk.to_making, pk.to_signing, pk.to_review, pk.to_archive)


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """What the browser complains about; a test that expects a complaint empties the list."""
    found: list[str] = []
    page.set_default_timeout(8000)
    page.on("console", lambda m: found.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda e: found.append(str(e)))
    return found


@pytest.fixture(autouse=True)
def _quiet(complaints: list[str]) -> Iterator[None]:
    """No errors, warnings or violations of the policy on any page."""
    yield
    assert complaints == []


@pytest.fixture
def accessible(page: Page) -> Callable[[], None]:
    """Call it on a page: axe finds nothing, in the light and in the dark theme."""
    return partial(looks.accessible, page)


@pytest.fixture
def fits(page: Page) -> Callable[[], None]:
    """Call it on a page: 375 px wide without sideways scrolling, and the same with text at 200 %."""
    return partial(looks.fits, page)
