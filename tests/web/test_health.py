# ruff: noqa: F811  (fixtures are imported by name)
"""What machines ask: does it live, can it work, how is it doing."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from app import clock
from app.flows import backup
from app.models import Delay, Job, db
from app.web import health, metrics
from tests.stories.conftest import at_the_head  # noqa: F401 - a fixture
from tests.world import World, provider, stages, world  # noqa: F401 - fixtures

TOKEN = "token-yang-panjang-sekali"


def figures(world: World) -> dict[str, float]:
    answer = world.app.test_client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200 and answer.mimetype == "text/plain"
    lines = [line.rsplit(" ", 1) for line in answer.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in lines}


def test_a_house_that_is_up(world: World) -> None:
    client = world.app.test_client()
    assert client.get("/health").json["status"] == "ok"
    assert (client.get("/ready").status_code, client.get("/ready").json) == (200, {"status": "ready"})


def test_it_lives_without_a_database_but_is_not_ready(world: World, tmp_path: Path) -> None:
    broken = world.reopened(database_url=f"sqlite:///{tmp_path / 'no folder' / 'x.sqlite3'}")
    client = broken.app.test_client()
    assert client.get("/health").status_code == 200
    answer = client.get("/ready")
    assert (answer.status_code, answer.json["missing"]) == (503, ["database"])
    assert str(tmp_path) not in answer.text


def test_it_is_not_ready_before_the_upgrade_or_the_bundle(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with world.app.app_context(), db.engine.begin() as conn:
        conn.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    monkeypatch.setattr(health, "_bundle", lambda: False)
    answer = world.app.test_client().get("/ready")
    assert (answer.status_code, answer.json["missing"]) == (503, ["database", "bundle"])


def test_metrics_are_for_those_who_hold_the_token(world: World) -> None:
    assert world.app.test_client().get("/metrics").status_code == 404
    opened = world.reopened(metrics_token=TOKEN).app.test_client()
    assert opened.get("/metrics").status_code == 401
    for wrong in ("Bearer ", "Bearer salah", f"Bearer {TOKEN}x", "Bearer é"):
        assert opened.get("/metrics", headers={"Authorization": wrong}).status_code == 401
    assert opened.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200


def test_metrics_count_what_waits(at_the_head: World) -> None:
    world = at_the_head.reopened(metrics_token=TOKEN)
    world.operator().open("/tugas")
    world.app.test_client().get("/tidak-ada")
    with world.app.app_context():
        backup.backup(None, clock.now())
    world.chores()
    now = clock.now()
    job = world.all(db.select(Job))[0]
    ready = {"state": "ready", "attended": False, "run_at": now - timedelta(minutes=2)}
    world.write(db.update(Job).where(Job.id == job.id).values(**ready))
    found = figures(world)
    assert found['alur_tasks_open{role="Kepala Satker"}'] == 1 and found['alur_cases{phase="running"}'] == 1
    assert 100 < found["alur_oldest_ready_job_seconds"] < 200
    assert found["alur_worker_beat_age_seconds"] < 60 and found["alur_last_backup_age_seconds"] < 60
    assert (
        found["alur_database_bytes"] > 100_000 and found["alur_signing_queue"] == 0 and found["alur_database_up"] == 1
    )
    assert found['alur_requests_total{endpoint="tasks.index",method="GET",status="200"}'] >= 1
    assert found['alur_requests_total{endpoint="none",method="GET",status="404"}'] == 1
    assert found['alur_request_seconds_count{endpoint="tasks.index"}'] >= 1


def test_metrics_name_nobody(at_the_head: World) -> None:
    world = at_the_head.reopened(metrics_token=TOKEN)
    for who in world.everybody():
        who.open("/tugas")
    text = world.app.test_client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
    assert not re.search(r"(?<![\d.])\d{16,18}(?![\d.])", text)
    assert "Sekar" not in text and "100101" not in text


def test_the_database_is_asked_once_in_a_while(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world = world.reopened(metrics_token=TOKEN)
    asked = []
    real = metrics._figures
    monkeypatch.setattr(metrics, "_figures", lambda *a: asked.append(1) or real(*a))
    for _ in range(5):
        figures(world)
    assert len(asked) == 1


def test_metrics_say_that_the_database_is_away(world: World, tmp_path: Path) -> None:
    away = world.reopened(metrics_token=TOKEN, database_url=f"sqlite:///{tmp_path / 'no folder' / 'x.sqlite3'}")
    assert figures(away)["alur_database_up"] == 0


# ---- addresses behind proxies --------------------------------------------------------------------------------------


def _fail(world: World, forwarded: str) -> set[str]:
    """A wrong password, and which addresses are counted for it."""
    from tests.cast import fields

    client = world.app.test_client()
    page = client.get("/masuk")
    typed = {"tahun": "2026", "username": "sim100101", "password": "salah", "kode": "48291"}
    client.post("/masuk", data=fields(page) | typed, headers={"X-Forwarded-For": forwarded})
    return {k for k in world.all(db.select(Delay.key)) if k.startswith("alamat:")}


def test_without_a_proxy_of_our_own_the_header_is_anybodys(world: World) -> None:
    assert _fail(world, "203.0.113.9") == {"alamat:127.0.0.1"}


def test_behind_one_proxy_delays_count_for_who_really_asks(world: World) -> None:
    """What a visitor writes into the header stands before what our proxy adds."""
    behind = world.reopened(proxies=1)
    assert _fail(behind, "198.51.100.1, 203.0.113.9") == {"alamat:203.0.113.9"}
    assert _fail(behind, "203.0.113.77") == {"alamat:203.0.113.9", "alamat:203.0.113.77"}


def test_behind_two_proxies_the_last_but_one_counts(world: World) -> None:
    assert _fail(world.reopened(proxies=2), "1.1.1.1, 203.0.113.9, 10.0.0.1") == {"alamat:203.0.113.9"}
