"""The worked example of Buku Panduan, done as it says: a step between Kepala Satker and Eselon 1, without a programmer.

A PK that waits for Eselon 1 when the new version appears goes to the archive on the old one; the next PK meets the new
step. Nobody types XML: reviu.py holds the steps, and `make pictures` takes the guide's pictures on the same way.
"""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from app.flows import sample
from app.models import Definition, Event, Instance, db
from tests import pk
from tests.browser import looks, reviu, steps
from tests.browser.live import House, aside
from tests.world import DUA, LITERASI, World

NOTE = "Indikator kedua belum menyebut sumber datanya."


def test_biro_adds_a_step_and_a_pk_goes_through_it_while_another_keeps_the_old_way(live_at_eselon: House) -> None:
    live = live_at_eselon
    biro = live.person("biro", sample.BIRO)
    _draw(biro)
    reviu.check(biro)
    _look_what_it_would_do(biro)
    reviu.publish(biro)
    steps.press(biro, "Terbitkan sebagai versi 2")
    expect(biro.get_by_text("Versi 2").first).to_be_visible()

    aside(lambda: reviu.to_the_new_step(live.world))
    steps.open_task(biro, reviu.TASK)
    expect(biro.get_by_role("list", name="Tahapan")).to_contain_text(reviu.STAGE)
    expect(biro.get_by_text(reviu.HELP)).to_be_visible()
    expect(biro.get_by_role("region", name="PK bertanda tangan")).to_be_visible()  # what is reviewed, beside the fields
    looks.accessible(biro)
    looks.fits(biro)
    steps.press(biro, "Kirim")  # what is required is asked for
    expect(biro.get_by_text("Hasil reviu belum", exact=False).first).to_be_visible()
    live.forgive(422)
    biro.get_by_label("Ada catatan").check()
    biro.get_by_label("Catatan", exact=True).fill(NOTE)
    steps.press(biro, "Kirim")
    expect(biro.locator("main")).to_contain_text("Review dan tandatangani PK")
    biro.goto("/kinerja/progres")
    expect(biro.get_by_role("row", name=re.compile(DUA.nama))).to_contain_text(reviu.STATUS)

    aside(lambda: _sign_both(live.world))
    old, new = live.world.all(db.select(Instance).order_by(Instance.id))
    assert [_version(live, case) for case in (old, new)] == [1, 2]
    assert [case.status for case in (old, new)] == ["PK Telah Ditandatangani"] * 2
    assert [reviu.TASK in _passed(live, case) for case in (old, new)] == [False, True]


def _draw(biro: Page) -> None:
    reviu.open_editor(biro)
    reviu.add_lane(biro)
    reviu.pick_task(biro)
    reviu.drop_task(biro)
    reviu.declare_form(biro)
    reviu.set_times_and_words(biro)
    looks.accessible(biro)


def _look_what_it_would_do(biro: Page) -> None:
    """The PK on record came past the new step's place: it would wait there, on another way than it went."""
    reviu.look_at_difference(biro)
    expect(biro.locator("[data-bpmn] .mark.is-added").first).to_be_attached()
    expect(biro.get_by_role("link", name="Tandai yang hanya letaknya")).to_be_visible()
    reviu.replay(biro)
    expect(biro.locator("main")).to_contain_text("0 dari 1 berakhir sama, 1 menempuh jalan lain.")


def _sign_both(world: World) -> None:
    """Eselon 1 has both PKs now: the one on the old way too, which never was with Biro Perencanaan."""
    eselon, ended = world.eselon(), db.select(Instance).where(Instance.status == "PK Telah Ditandatangani")
    for n in (1, 2):
        reviu.task(eselon, pk.REVIEW).form("/tugas/").fill(passphrase=LITERASI.head.passphrase).press()
        reviu.until(lambda n=n: len(world.all(ended)) == n)  # type: ignore[misc]


def _version(live: House, case: Instance) -> int:
    found: list[int] = live.world.all(db.select(Definition.version).where(Definition.id == case.definition_id))
    return found[0]


def _passed(live: House, case: Instance) -> list[str]:
    names: list[str] = live.world.all(db.select(Event.name).where(Event.instance_id == case.id))
    return names
