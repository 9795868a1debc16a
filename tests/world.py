"""The whole house as stories use it: sample ministry, published processes, the real local provider, worker on demand."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import Flask

from app import clock, create_app
from app.cli import deploy_all
from app.config import Config
from app.flows import definitions, sample
from app.jobs.worker import work_once
from app.models import Job, db
from tests.local_provider import LocalProvider, SignerCard, register
from tests.visitor import CODE, Visitor

PASSWORDS = sample.PASSWORDS
SATU, DUA = sample.MINISTRY[0].offices
TIGA, EMPAT = sample.MINISTRY[1].offices
LITERASI, SAINS = sample.MINISTRY


@dataclass
class World:
    """An application with its provider. Nothing in it is pretended."""

    app: Flask
    provider: LocalProvider | None
    folder: Path
    visitors: dict[str, Visitor] = field(default_factory=dict)

    def enter(self, username: str, role: str, year: int = 2026) -> Visitor:
        key = f"{username}/{year}"
        if key not in self.visitors:
            self.visitors[key] = Visitor(self.app, username, PASSWORDS[role], year)
        return self.visitors[key]

    def operator(self, office: sample.Office = SATU, year: int = 2026) -> Visitor:
        return self.enter(f"sim{office.kode}", sample.OPERATOR, year)

    def head(self, office: sample.Office = SATU, year: int = 2026) -> Visitor:
        return self.enter(office.head.nip, sample.KEPALA, year)

    def eselon(self, ministry: sample.Ministry = LITERASI, year: int = 2026) -> Visitor:
        return self.enter(ministry.head.nip, sample.ESELON, year)

    def biro(self) -> Visitor:
        return self.enter("biro", sample.BIRO)

    def admin(self) -> Visitor:
        return self.enter("admin", sample.ADMIN)

    def settle(self, seconds: float = 20) -> None:
        """Let worker and signing pool do all there is to do now."""
        until = time.monotonic() + seconds
        with self.app.app_context():
            while time.monotonic() < until:
                if work_once():
                    continue
                if not self._signing():
                    return
                time.sleep(0.02)
        raise AssertionError("worker and signing pool did not come to rest")

    def _signing(self) -> bool:
        db.session.remove()
        busy = db.select(db.func.count()).where(Job.attended, Job.state.in_(("ready", "running")))
        return bool(db.session.scalar(busy.select_from(Job)))


def config_for(folder: Path, provider: LocalProvider | None, **more: object) -> Config:
    settings: dict[str, object] = {
        "secret_key": "k" * 32,
        "data_dir": folder,
        "environment": "test",
        "public_url": "http://localhost",
    }
    if provider:
        settings |= {"tte_url": provider.url, "tte_roots": str(provider.folder / "root.pem")}
    else:
        settings |= {"tte_url": "http://127.0.0.1:9"}  # discard: nobody answers there
    return Config(**(settings | more)).checked()  # type: ignore[arg-type]


def build(folder: Path, provider: LocalProvider | None, **more: object) -> World:
    """A new house in `folder`, with the sample ministry in it."""
    definitions.forget()
    app = create_app(config_for(folder, provider, **more), CAPTCHA_FIXED=CODE)
    with app.app_context():
        db.create_all()
        sample.load(clock.now())
        deploy_all(lambda _line: None)
        db.session.remove()
    return World(app, provider, folder)


def cards() -> list[SignerCard]:
    """The sample ministry's signers as the provider registers them."""
    return [SignerCard(h.nik, h.nama, h.passphrase) for h in sample.heads() if h.passphrase]


@pytest.fixture(scope="session")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalProvider]:
    """One local provider for all stories of a test process; keys take a while to make."""
    folder = tmp_path_factory.mktemp("tte") / "data"
    register(folder, *cards())
    running = LocalProvider(folder)
    yield running
    running.stop()


@pytest.fixture
def world(tmp_path: Path, provider: LocalProvider) -> Iterator[World]:
    """The house with a provider that works."""
    made = build(tmp_path / "house", provider)
    yield made
    close(made)


@pytest.fixture
def cut_off(tmp_path: Path) -> Iterator[World]:
    """The house with a provider that is down."""
    made = build(tmp_path / "house", None)
    yield made
    close(made)


def close(world: World) -> None:
    world.app.extensions["signing"].close()
    with world.app.app_context():
        db.session.remove()
        db.engine.dispose()
