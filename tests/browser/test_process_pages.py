"""/proses in a real browser: one asks for a version, another confirms it; pages fit a phone and axe is quiet."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from app import clock
from app.config import Config
from app.flows import sample
from app.flows.diagrams import drafts
from app.models import DiagramDraft, db
from tests.browser import looks
from tests.browser.live import House, aside

PK = "perjanjian_kinerja"


def look(page: Page) -> None:
    looks.unfolded(page)
    looks.accessible(page)
    looks.fits(page)


def told(page: Page, words: str) -> None:
    expect(page.locator("[data-flash]")).to_contain_text(words)


def change(house: House, draft_id: int, before: str, after: str) -> None:
    """Save the draft as the editor would."""

    def save() -> None:
        with house.world.app.app_context():
            draft = drafts.read(draft_id)
            files = {name: text.replace(before, after) for name, text in draft.files.items()}
            drafts.rework(draft, files)
            draft.saved_at = clock.now()
            db.session.commit()

    aside(save)


def begun(house: House, biro: Page) -> int:
    """A draft by the button Ubah."""
    biro.goto(f"/proses/{PK}")
    biro.get_by_role("button", name="Ubah").click()
    biro.wait_for_url("**/proses/draf/*")
    return int(house.world.all(db.select(DiagramDraft.id).order_by(DiagramDraft.id.desc()))[0])


@pytest.mark.slow
def test_a_version_that_another_person_confirms(live: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Config, "two_publish", True)
    biro, second = live.person("biro", sample.BIRO), live.person("biro2", sample.BIRO)
    for path in ("/proses", "/proses?cari=zzz", f"/proses/{PK}", f"/proses/{PK}/1"):
        biro.goto(path)
        look(biro)
    biro.goto("/proses/baru")
    biro.get_by_role("button", name="Buat draf").click()
    expect(biro.locator("[data-focus]")).to_contain_text("Nama proses belum diisi")
    look(biro)
    live.forgive(422)

    draft_id = begun(live, biro)
    change(live, draft_id, 'value="draft_pk"', 'value="draf_pk"')
    biro.goto(f"/proses/draf/{draft_id}/terbitkan")
    expect(biro.get_by_text("Mungkin draft_pk").first).to_be_visible()
    look(biro)
    change(live, draft_id, 'value="draf_pk"', 'value="draft_pk"')
    change(live, draft_id, 'name="Review dan tandatangani PK"', 'name="Review PK oleh Eselon 1"')
    biro.reload()
    look(biro)
    biro.get_by_label("Apa yang berubah, dan mengapa").fill("Nama langkah Eselon 1 diperjelas.")
    biro.get_by_role("button", name="Minta persetujuan").click()
    told(biro, "Persetujuan diminta.")
    look(biro)

    second.goto("/proses")
    look(second)
    second.get_by_role("link", name=f"Perjanjian Kinerja, draf {draft_id}").click()
    look(second)
    second.get_by_role("button", name="Setujui dan terbitkan sebagai versi 2").click()
    told(second, "Versi 2 terbit.")
    look(second)


@pytest.mark.slow
def test_a_draft_is_dropped_after_a_question_and_taken_back(live: House) -> None:
    biro = live.person("biro", sample.BIRO)
    begun(live, biro)
    biro.goto(f"/proses/{PK}")
    look(biro)
    biro.get_by_role("button", name="Buang", exact=True).click()
    dialog = biro.get_by_role("dialog")
    expect(dialog).to_contain_text("Buang draf 1?")
    look(biro)
    dialog.get_by_role("button", name="Buang draf").click()
    told(biro, "Draf dibuang.")
    look(biro)
    biro.get_by_role("button", name="Pakai lagi").click()
    expect(biro.get_by_role("link", name="Lanjutkan draf 1")).to_be_visible()
