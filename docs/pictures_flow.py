"""The pictures of the chapters about changing the flow: Biro Perencanaan goes the way of tests/browser/reviu.py."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect

from app.flows import sample
from tests import pk
from tests.browser import reviu, steps
from tests.browser.live import House, aside, serving
from tests.local_provider import LocalProvider
from tests.world import TIGA, World, build, close

NOTE = "Indikator kedua belum menyebut sumber datanya."


def tell(
    folder: Path, provider: LocalProvider, browser: Browser, options: dict[str, Any], take: Callable[..., None]
) -> None:
    """A house of its own, in which one PK is in the archive and one waits for Eselon 1."""
    world = aside(lambda: _prepared(folder, provider))
    with serving(world) as url:
        house = House(world, url, browser, options, [])
        _change(house.person("biro", sample.BIRO), take)
        _meet(house, take)
        _move(house, take)
    close(world)


def _prepared(folder: Path, provider: LocalProvider) -> World:
    world = build(folder, provider)
    pk.to_drafting(world)
    pk.to_making(world)
    pk.to_signing(world)
    pk.to_review(world)
    pk.to_archive(world)
    pk.to_the_head(world, TIGA)
    pk.approve(world, world.head(TIGA), pk.SIGN, TIGA.head.passphrase)
    return world


def _change(biro: Page, take: Callable[..., None]) -> None:
    biro.goto("/proses/perjanjian_kinerja")
    take(biro, "proses", 520)
    reviu.open_editor(biro)
    take(biro, "editor", still=True)
    reviu.add_lane(biro)
    take(biro, "editor-jalur", still=True)
    reviu.pick_task(biro)
    take(biro, "editor-tugas", still=True)
    reviu.drop_task(biro)
    reviu.declare_form(biro)
    reviu.panel(biro).get_by_text("Pratinjau", exact=True).evaluate("e => e.scrollIntoView()")
    take(biro, "editor-isian", still=True)
    reviu.set_times_and_words(biro)
    reviu.check(biro)
    take(biro, "editor-periksa", 900)
    reviu.look_at_difference(biro)
    expect(biro.locator("[data-bpmn] .mark.is-added").first).to_be_attached()
    take(biro, "beda", 1000)
    reviu.replay(biro)
    expect(biro.locator("main")).to_contain_text("0 dari 2 berakhir sama")
    expect(biro.locator("[data-bpmn] .mark.count").first).to_be_attached()
    take(biro, "uji-ulang", 1000)
    reviu.publish(biro)
    take(biro, "terbitkan", 1000)
    steps.press(biro, "Terbitkan sebagai versi 2")
    expect(biro.get_by_text("Versi 2").first).to_be_visible()


def _meet(house: House, take: Callable[..., None]) -> None:
    """The next PK meets the new step."""
    aside(lambda: reviu.to_the_new_step(house.world))
    biro = house.person("biro", sample.BIRO)
    steps.open_task(biro, reviu.TASK)
    biro.get_by_label("Ada catatan").check()
    biro.get_by_label("Catatan", exact=True).fill(NOTE)
    take(biro, "reviu-biro", 760)


def _move(house: House, take: Callable[..., None]) -> None:
    """The PK that waits for Eselon 1 on version 1 may come along."""
    biro = house.person("biro", sample.BIRO)
    biro.goto("/proses/pindah/")
    biro.get_by_role("link", name="Perjanjian Kinerja", exact=True).click()
    biro.get_by_label("Catatan").fill("Menyesuaikan dengan langkah reviu.")
    biro.get_by_role("button", name="Periksa 1 perkara").click()
    expect(biro.get_by_role("button", name="Pindahkan yang dicentang")).to_be_visible()
    take(biro, "pindah-versi", 1000)
    biro.goto("/proses/berkas")
    take(biro, "berkas-dari-luar", 760)
