"""A head logs in for the first time from the mail and signs: real browser, real SMTP, real provider."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from app import clock
from app.flows import accounts, invitations
from app.models import User, db
from tests import pk
from tests.browser import looks, steps
from tests.browser.live import House, aside, serving
from tests.catcher import Catcher
from tests.visitor import CODE
from tests.world import LITERASI, SATU, Stages, close, open_house

NEW = "sepeda hujan warung lima"
HEAD = f"{SATU.head.nip}@contoh.example"


@pytest.fixture
def catcher() -> Iterator[Catcher]:
    running = Catcher()
    yield running
    running.stop()


@pytest.fixture
def posted(
    tmp_path: Path, stages: Stages, browser: Browser, browser_context_args: dict[str, Any], complaints: list[str],
    catcher: Catcher,
) -> Iterator[House]:  # fmt: skip
    """The house at the head's signature, under an address that its mails name, with a server for them."""
    folder = aside(lambda: stages.copy(tmp_path / "house", pk.to_drafting, pk.to_making, pk.to_signing))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    world = open_house(folder, stages.provider, public_url=f"http://127.0.0.1:{port}", **catcher.settings)
    with serving(world, port) as url:
        made = House(world, url, browser, browser_context_args, complaints)
        yield made
        for page in made.pages.values():
            page.context.close()
    close(world)


def new_account(house: House) -> None:
    """The head has an account and no password yet; the admin sends the invitation."""
    with house.world.app.app_context():
        head = db.session.scalars(db.select(User).where(User.username == SATU.head.nip)).one()
        head.password_hash = accounts.no_password()
        invitations.invite(head.id, clock.now())
        db.session.commit()


def open_mail(page: Page, catcher: Catcher, to: str, subject: str) -> None:
    """The mailbox: the newest mail with this subject, and the link in it."""
    catcher.wait(to, subject)
    page.goto(catcher.page)
    page.get_by_role("link", name=subject).first.click()
    expect(page.locator("pre a")).to_have_count(1)
    page.locator("pre a").click()


def choose(page: Page, password: str) -> None:
    page.get_by_label("Password baru", exact=True).fill(password)
    page.get_by_label("Ulangi password baru").fill(password)
    steps.press(page, "Simpan password")


def sign_in(page: Page, password: str) -> None:
    """Year, password, code: the username stands there already."""
    expect(page.get_by_label("Username")).to_have_value(SATU.head.nip)
    page.get_by_label("Tahun").select_option("2026")
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_label("Kode captcha").fill(CODE)
    page.get_by_role("button", name="Masuk", exact=True).click()


def test_a_head_comes_from_the_invitation_to_the_signature(posted: House, catcher: Catcher) -> None:
    new_account(posted)
    head = posted.visitor()
    open_mail(head, catcher, HEAD, "Akun Anda di Alur")
    steps.heading(head, "Buat password")
    looks.accessible(head)
    looks.fits(head)
    choose(head, NEW)
    expect(head.locator("main").get_by_text("Password sudah dibuat.")).to_be_visible()
    sign_in(head, NEW)
    steps.heading(head, "Tugas saya")
    open_mail(head, catcher, HEAD, "Tandatangani PK")
    expect(head.locator("h1")).to_contain_text("Tandatangani PK")
    steps.sign(head, SATU.head.passphrase)
    steps.status(head, "Disetujui oleh Kepala Satker")
    # the PK goes on: whoever has it now has a mail
    eselon = posted.eselon()
    open_mail(eselon, catcher, f"{LITERASI.head.nip}@contoh.example", "Review dan tandatangani PK")
    expect(eselon.locator("h1")).to_contain_text("Review dan tandatangani PK")
    head.context.close()


def test_a_forgotten_password_by_mail(posted: House, catcher: Catcher) -> None:
    page = posted.visitor()
    page.goto("/masuk")
    page.get_by_role("link", name="Lupa password?").click()
    steps.heading(page, "Lupa password")
    looks.accessible(page)
    looks.fits(page)
    page.get_by_label("Username atau e-mail").fill(SATU.head.nip)
    page.get_by_label("Kode captcha").fill(CODE)
    page.get_by_label("Kode captcha").press("Enter")
    steps.heading(page, "Periksa surat Anda")
    looks.accessible(page)
    looks.fits(page)
    open_mail(page, catcher, HEAD, "Password baru untuk Alur")
    choose(page, NEW)
    sign_in(page, NEW)
    steps.heading(page, "Tugas saya")
    page.context.close()


def test_the_pages_of_account_and_outbox(posted: House, catcher: Catcher) -> None:
    page = posted.person("admin", "Admin")
    page.goto("/surat")
    steps.press(page, "Kirim surat uji")
    expect(page.locator("main").get_by_text("masuk antrean")).to_be_visible()
    catcher.wait("admin@contoh.example", "Surat uji")
    page.goto("/surat")
    expect(page.locator("main").get_by_text("Terkirim").first).to_be_visible()
    looks.accessible(page)
    looks.fits(page)
    page.get_by_role("link", name="Surat uji dari Alur").click()
    looks.accessible(page)
    looks.fits(page)
    page.goto("/akun")
    looks.accessible(page)
    looks.fits(page)
    page.get_by_label("Satu ringkasan sehari").check()
    page.get_by_role("button", name="Simpan", exact=True).click()
    expect(page.get_by_label("Satu ringkasan sehari")).to_be_checked()
