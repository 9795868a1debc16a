"""The whole house as stories use it: sample ministry, published processes, the real local provider, worker on demand.

Making a house takes more than a second (a dozen argon2 hashes, tables, a diagram), so it is made once per test
process and copied. `stage(...)` does the same for the way to a certain point: what people did to get there was done
once, by the real pages, and every test begins with a copy of what that left behind.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_migrate import stamp
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from app import clock, create_app
from app.cli import deploy_all
from app.config import Config
from app.flows import definitions, sample
from app.jobs.chores import Round
from app.jobs.worker import work_once
from app.models import Job, db
from tests.local_provider import LocalProvider, SignerCard, register
from tests.visitor import CODE, Visitor

PASSWORDS = sample.PASSWORDS
SATU, DUA = sample.MINISTRY[0].offices
TIGA, EMPAT = sample.MINISTRY[1].offices
LITERASI, SAINS = sample.MINISTRY
NOBODY = "http://127.0.0.1:9"  # discard: nobody answers there


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

    def biro2(self) -> Visitor:
        """A colleague of theirs, who confirms what is to be published."""
        return self.enter("biro2", sample.BIRO)

    def admin(self) -> Visitor:
        return self.enter("admin", sample.ADMIN)

    def everybody(self) -> list[Visitor]:
        """One of each role, and their neighbours."""
        return [
            *(self.operator(o) for o in (SATU, TIGA)), *(self.head(o) for o in (SATU, DUA)),
            *(self.eselon(m) for m in (LITERASI, SAINS)), self.biro(), self.admin(),
        ]  # fmt: skip

    def settle(self, seconds: float = 20) -> None:
        """Let worker and signing pool do all there is to do now."""
        until = time.monotonic() + seconds
        with self.app.app_context():
            while time.monotonic() < until:
                signing = self._signing()  # before the round: what a signature leads to may become ready during it
                if work_once():
                    continue
                if not signing:
                    return
                time.sleep(0.02)
        raise AssertionError("worker and signing pool did not come to rest")

    def chores(self) -> None:
        """Let the worker do everything that it does at intervals: mails, sweeps, dates that have come."""
        with self.app.app_context():
            Round().run(clock.now())

    def _signing(self) -> bool:
        db.session.remove()
        busy = db.select(db.func.count()).where(Job.attended, Job.state.in_(("ready", "running")))
        return bool(db.session.scalar(busy.select_from(Job)))

    def all(self, query: Any) -> list[Any]:
        """Rows of the database as they are now."""
        with self.app.app_context():
            db.session.remove()
            return list(db.session.scalars(query))

    def write(self, *statements: Any) -> None:
        """Change the database behind the house's back."""
        with self.app.app_context(), db.engine.begin() as conn:
            for statement in statements:
                conn.execute(statement)

    def reopened(self, **settings: object) -> World:
        """The house after a restart, with other settings; everybody logs in anew."""
        close(self)
        return open_house(self.folder, self.provider, **settings)


def config_for(folder: Path, provider: LocalProvider | None, **more: object) -> Config:
    settings: dict[str, object] = {
        "secret_key": "k" * 32,
        "data_dir": folder,
        "environment": "test",
        "public_url": "http://localhost",
        "tte_url": provider.url if provider else NOBODY,
    }
    if provider:
        settings |= {"tte_roots": str(provider.folder / "root.pem")}
    return Config(**(settings | more)).checked()  # type: ignore[arg-type]


def open_house(folder: Path, provider: LocalProvider | None, **more: object) -> World:
    """The house whose data lie in `folder`."""
    definitions.forget()
    app = create_app(config_for(folder, provider, **more), CAPTCHA_FIXED=CODE)
    app.jinja_env.bytecode_cache = _COMPILED
    return World(app, provider, folder)


def build(folder: Path, provider: LocalProvider | None, **more: object) -> World:
    """A new house in `folder`, with the sample ministry in it."""
    made = open_house(folder, provider, **more)
    with made.app.app_context():
        db.create_all()
        stamp()  # as after `flask db upgrade`
        sample.load(clock.now())
        deploy_all(lambda _line: None)
        db.session.remove()
    return made


class _Compiled(BytecodeCache):
    """Templates compiled once per test process, not once per application."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


_COMPILED = _Compiled()


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


Way = Callable[[World], object]


@dataclass
class Stages:
    """Houses to be copied, each made once: the new one, and those that a `Way` leads to."""

    root: Path
    provider: LocalProvider
    made: dict[str, Path] = field(default_factory=dict)

    def copy(self, to: Path, *ways: Way) -> Path:
        """A copy of the house after `ways`, each of which goes on where the one before ended."""
        shutil.copytree(self._at(ways), to)
        return to

    def _at(self, ways: tuple[Way, ...]) -> Path:
        name = "_".join(["new", *(way.__name__ for way in ways)])
        if name not in self.made:
            folder = self.root / name
            if ways:
                world = open_house(self.copy(folder, *ways[:-1]), self.provider)
                ways[-1](world)
            else:
                world = build(folder, None)
            close(world)
            self.made[name] = folder
        return self.made[name]


@pytest.fixture(scope="session")
def stages(tmp_path_factory: pytest.TempPathFactory, provider: LocalProvider) -> Stages:
    return Stages(tmp_path_factory.mktemp("stages"), provider)


def stage(*ways: Way, down: bool = False) -> Any:
    """A fixture: the house after `ways`, with the provider that works, or with one that is down."""

    @pytest.fixture
    def house(tmp_path: Path, stages: Stages) -> Iterator[World]:
        made = open_house(stages.copy(tmp_path / "house", *ways), None if down else stages.provider)
        yield made
        close(made)

    return house


world = stage()  # a new house with a provider that works
cut_off = stage(down=True)


def close(world: World) -> None:
    world.app.extensions["signing"].close()
    with world.app.app_context():
        db.session.remove()
        db.engine.dispose()
