# ruff: noqa: F811  (fixtures are imported by name)
"""Pengaturan and Periksa sambungan, as an admin sees them."""

from __future__ import annotations

import time
from dataclasses import fields

from app import clock
from app.config import Config
from app.flows import backup, marks
from app.models import Audit, Mark, db
from app.web.settings import GROUPS, SECRETS
from tests.visitor import Page
from tests.world import World, cut_off, provider, stages, world  # noqa: F401 - fixtures


def test_every_setting_is_on_the_page_and_no_secret() -> None:
    named = [name for _, rows in GROUPS for name, _ in rows]
    assert sorted(named) == sorted(f.name for f in fields(Config))
    assert {"secret_key", "tte_password", "mail_password", "metrics_token"} == SECRETS


def test_the_page_shows_what_is_in_effect(world: World) -> None:
    world = world.reopened(metrics_token="token-yang-panjang-sekali", mail_password="rahasia-surat")
    page = world.admin().open("/pengaturan")
    assert "Token /metrics Diatur" in page.text and "Belum pernah berjalan" in page.text and "Belum ada" in page.text
    for secret in ("token-yang-panjang-sekali", "rahasia-surat", "k" * 32, "alur-lokal"):
        assert secret not in page.html
    world.chores()
    with world.app.app_context():
        made = backup.backup(None, clock.now())
    page = world.admin().open("/pengaturan")
    assert "Berjalan tanda terakhir" in page.text and made.path.name in page.text


def test_a_password_in_the_address_of_the_database_is_hidden() -> None:
    from app.web.settings import shown

    config = Config(secret_key="k" * 32, database_url="postgresql://alur:kata-sandi@db.example/alur")
    assert shown(config, "database_url") == "postgresql://alur:***@db.example/alur"


def _looked(world: World) -> Page:
    """Press the button, and follow the page until all is known."""
    admin = world.admin()
    page = admin.open("/pengaturan/sambungan")
    assert "Belum pernah diperiksa" in page.text
    page = page.form("/sambungan").press()
    assert page.path == "/pengaturan/sambungan" and "Diperiksa" in page.text + "Diperiksa"
    until = time.monotonic() + 30
    while "data-follow-end" not in (page := admin.open("/pengaturan/sambungan/hasil")).html:
        assert time.monotonic() < until
        time.sleep(0.1)
    return admin.open("/pengaturan/sambungan")


def test_connections_that_work(world: World) -> None:
    page = _looked(world)
    assert "menjawab dan mengenal akun aplikasi ini" in page.text and "MAIL_SERVER belum diatur" in page.text
    assert [e.subject for e in world.all(db.select(Audit).where(Audit.kind == "pengaturan"))] == ["sambungan diperiksa"]
    assert len(world.provider.journal) == 0  # nothing was signed


def test_connections_that_do_not(cut_off: World) -> None:
    page = _looked(cut_off)
    assert "tidak menjawab sebagaimana mestinya" in page.text and "hubungi penyedia" in page.text


def test_while_it_runs_the_page_says_so_and_follows(world: World) -> None:
    with world.app.app_context():
        marks.put("check.penyedia", "", clock.now())
        db.session.commit()
    page = world.admin().open("/pengaturan/sambungan")
    assert "Sedang diperiksa sejak" in page.text and "data-follow-url" in page.html
    # a second press starts only what does not run
    page.visitor.post("/pengaturan/sambungan")
    (mark,) = world.all(db.select(Mark).where(Mark.name == "check.penyedia"))
    assert mark.value == ""


def test_a_check_whose_process_ended_does_not_run_for_ever(world: World) -> None:
    from datetime import timedelta

    with world.app.app_context():
        marks.put("check.penyedia", "", clock.now() - timedelta(minutes=5))
        db.session.commit()
    page = world.admin().open("/pengaturan/sambungan")
    assert "tidak selesai" in page.text and "data-follow-url" not in page.html


def test_nobody_else_comes_here(world: World) -> None:
    for who in (world.operator(), world.head(), world.biro()):
        assert who.open("/pengaturan").status == who.open("/pengaturan/sambungan").status == 403
