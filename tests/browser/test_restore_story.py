"""A backup of a house that is at work is restored into an empty folder, and a PK is finished there, in browsers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from app import clock
from app.flows import backup
from app.models import Event, db
from tests import pk
from tests.browser import steps
from tests.browser.live import House, aside, serving
from tests.pdfsig import pdfsig
from tests.pk import REVIEW, SIGN
from tests.world import DUA, LITERASI, SATU, World, close, open_house

# CI restores each time; `make test` has ten minutes
pytestmark = pytest.mark.slow


@pytest.fixture
def second_house(live_at_the_head: House, tmp_path: Path) -> Iterator[House]:
    """Another machine: an empty folder, another port, the same provider; its people have browsers of their own."""
    path = aside(lambda: _taken_at_work(live_at_the_head.world, tmp_path / "cadangan.tar"))
    world = open_house(tmp_path / "mesin-kedua", live_at_the_head.world.provider)
    done = world.app.test_cli_runner().invoke(args=["restore", str(path)])
    assert done.exit_code == 0, done.output
    assert "Dipulihkan dari cadangan.tar: " in done.output and "SECRET_KEY" in done.output
    with serving(world) as url:
        first = live_at_the_head
        house = House(world, url, first.browser, first.options, first.complaints)
        yield house
        for page in house.pages.values():
            page.context.close()
    close(world)


def _taken_at_work(world: World, path: Path) -> Path:
    """A backup while the operator of another satker sends one page after the other."""
    going, went_wrong = threading.Event(), []

    def work() -> None:
        try:
            page = pk.begin(world.operator(DUA))
            going.set()
            pk.draft(pk.confirm_info(page))
        except BaseException as e:
            went_wrong.append(e)

    people = threading.Thread(target=work)
    people.start()
    assert going.wait(20)
    with world.app.app_context():
        made = backup.backup(path, clock.now())
    people.join(30)
    assert went_wrong == []
    return made.path


def test_a_pk_is_finished_on_another_machine(live_at_the_head: House, second_house: House, tmp_path: Path) -> None:
    before = live_at_the_head.world.all(db.select(Event.hash))
    head, eselon, operator = second_house.head(), second_house.eselon(), second_house.operator()
    assert second_house.url != live_at_the_head.url
    steps.open_task(head, SIGN)
    steps.sign(head, SATU.head.passphrase)
    steps.status(head, "Disetujui oleh Kepala Satker")
    steps.open_task(eselon, REVIEW)
    steps.sign(eselon, LITERASI.head.passphrase)
    steps.status(eselon, "PK Telah Ditandatangani")

    operator.goto("/dokumentasi/")
    operator.get_by_role("link", name="PK 2026 Balai Literasi Contoh Satu", exact=True).click()
    expect(operator.get_by_text("PK-2026-100101-1").first).to_be_visible()
    pdf = second_house.read(second_house.archived().sha256)
    found: list[Any] = pdfsig(pdf, second_house.world.provider.root, tmp_path)
    assert [(f.valid, f.trusted) for f in found] == [(True, True)] * 2 and found[-1].whole
    # the history began on the first machine and went on here
    first, second = before[0], second_house.world.all(db.select(Event.hash))
    assert first in second
    checked = second_house.world.app.test_cli_runner().invoke(args=["verify"])
    assert checked.exit_code == 0 and "Semuanya utuh" in checked.output, checked.output
