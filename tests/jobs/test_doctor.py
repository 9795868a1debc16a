# ruff: noqa: F811  (fixtures are imported by name)
"""`flask doctor`: what is set up badly is said, and what to do; nothing secret, nothing hangs, nothing raises."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app import clock
from app.config import Config
from app.flows import backup, marks
from app.flows.house import KEY, House
from app.jobs import doctor
from app.jobs.doctor import data, outside
from app.jobs.doctor.run import Check, Finding
from app.jobs.doctor.settings import settings
from app.models import Audit, Event, Job, User, db
from tests.cast import fields
from tests.stories.conftest import at_the_head  # noqa: F401 - a fixture
from tests.visitor import CODE
from tests.world import World, cut_off, provider, stages, world  # noqa: F401 - fixtures

GOOD = {
    "secret_key": "8c1f0a7be2d94563f00d8c1f0a7be2d9", "environment": "production", "captcha": "on",
    "tte_password": "bukan-bawaan", "public_url": "https://alur.example.go.id", "proxies": 1,
    "tte_url": "https://tte.example.go.id", "tte_roots": "/etc/alur/induk.pem", "mail_server": "smtp.example.go.id:587",
    "mail_from": "Alur <alur@example.go.id>",
}  # fmt: skip


def look(world: World, *ids: str) -> dict[str, Finding]:
    """The findings of these checks, by name."""
    checks = [c for c in doctor.CHECKS if c.id in ids]
    assert len(checks) == len(ids)
    return {f.name: f for f in doctor.run(world.app, checks)}


def configured(world: World, **values: object) -> None:
    """Other settings, for what looks at them later."""
    house: House = world.app.extensions[KEY]
    world.app.extensions[KEY] = replace(house, config=replace(house.config, **values))


def weak(**values: object) -> dict[str, str]:
    config = Config(**{**GOOD, **values}).checked()  # type: ignore[arg-type]
    found = settings(House(config, {}, {}, None, None), clock.now())  # type: ignore[arg-type]
    return {f.name: f.state for f in found}


def test_good_settings_are_called_good() -> None:
    assert weak() == {"Pengaturan": "ok"}


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({"secret_key": "k" * 64}, {"SECRET_KEY": "bad"}), ({"captcha": "off"}, {"CAPTCHA": "bad"}),
        ({"tte_password": "alur-lokal"}, {"TTE_PASSWORD": "bad"}),
        ({"public_url": "http://alur.example.go.id"}, {"PUBLIC_URL": "bad"}),
        ({"public_url": "https://127.0.0.1"}, {"PUBLIC_URL": "bad"}), ({"proxies": 0}, {"PROXIES": "warn"}),
        ({"tte_url": "http://tte.example.go.id"}, {"TTE_URL": "bad"}), ({"tte_roots": ""}, {"TTE_ROOTS": "bad"}),
        ({"mail_from": "alur@localhost"}, {"MAIL_FROM": "bad"}), ({"mail_security": "none"}, {"MAIL_SECURITY": "bad"}),
        ({"zone": "Asia/Entah"}, {"ZONE": "bad"}), ({"metrics_token": "abc"}, {"METRICS_TOKEN": "bad"}),
        ({"environment": "development", "captcha": "off"}, {"ENVIRONMENT": "warn", "CAPTCHA": "warn"}),
    ],
)  # fmt: skip
def test_each_weak_setting_is_named(values: dict[str, object], found: dict[str, str]) -> None:
    assert weak(**values) == found


def test_a_house_that_works(world: World) -> None:
    with world.app.app_context():
        marks.beat(clock.now())
        world.folder.chmod(0o700)
        backup.backup(None, clock.now())
    found = {f.name: f for f in doctor.run(world.app, doctor.CHECKS)}
    bad = {n for n, f in found.items() if f.state == "bad"}
    assert bad <= {"Disk"}, found
    assert found["Penyedia TTE"].state == found["Basis data"].state == found["Pekerja"].state == "ok"
    assert found["Jam"].state == found["Riwayat"].state == found["Sertifikat induk TTE"].state == "ok"


def test_the_command_says_what_to_do_and_ends_with_a_status(world: World) -> None:
    done = world.app.test_cli_runner().invoke(args=["doctor"])
    assert done.exit_code == 1
    assert "BURUK  Pekerja: Pekerja belum pernah berjalan" in done.output and "-> Mulai layanannya" in done.output
    config: Config = world.app.extensions[KEY].config
    for secret in (config.secret_key, config.tte_password):
        assert secret not in done.output


def test_a_provider_that_is_away(cut_off: World) -> None:
    assert look(cut_off, "penyedia")["Penyedia TTE"].state == "bad"
    assert look(cut_off, "jam")["Jam"].state == "warn"


def test_a_provider_that_refuses_us(world: World) -> None:
    refused = world.reopened(tte_password="salah-sama-sekali")
    found = look(refused, "penyedia")["Penyedia TTE"]
    assert found.state == "bad" and "menolak akun" in found.words and "TTE_PASSWORD" in found.todo
    assert "salah-sama-sekali" not in found.words + found.todo


def test_roots_that_are_lost_no_certificates_or_old(world: World, tmp_path: Path) -> None:
    root = world.provider.folder / "root.pem"
    (tmp_path / "kosong.pem").write_text("bukan sertifikat")
    configured(world, tte_roots=f"{root}:{tmp_path / 'kosong.pem'}:{tmp_path / 'hilang.pem'}")
    with world.app.app_context():
        house: House = world.app.extensions[KEY]
        found = list(outside.roots(house, clock.now()))
        assert [f.state for f in found] == ["ok", "bad", "bad"]
        (first, *_) = outside.roots(house, clock.now() + timedelta(days=365 * 60))
        assert first.state == "bad" and "habis masa berlakunya" in first.words


@contextmanager
def listening(answer: bytes) -> Iterator[int]:
    """A server that says one thing to everybody; nothing at all with b""."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        ended = threading.Event()

        def serve() -> None:
            while not ended.is_set():
                try:
                    conn, _ = server.accept()
                except OSError:
                    return
                with conn:
                    if answer:
                        conn.recv(65536)
                        conn.sendall(answer)
                    else:
                        ended.wait(5)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        ended.set()
        server.shutdown(socket.SHUT_RDWR)
    thread.join(6)


def page(body: str, **headers: str) -> bytes:
    lines = ["HTTP/1.1 200 OK", f"Content-Length: {len(body)}", "Connection: close"]
    return "\r\n".join([*lines, *(f"{k}: {v}" for k, v in headers.items()), "", body]).encode()


@pytest.mark.parametrize(("off", "state"), [(0, "ok"), (60, "warn"), (600, "bad"), (-600, "bad")])
def test_a_clock_that_is_wrong(world: World, off: int, state: str) -> None:
    at = (clock.now() + timedelta(seconds=off)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    with listening(page("x", Date=at)) as port:
        configured(world, tte_url=f"http://127.0.0.1:{port}")
        assert look(world, "jam")["Jam"].state == state


def test_the_public_address_must_lead_here(world: World) -> None:
    for body, state, words in (
        ('{"app":"alur","id":"%s"}', "ok", "dijawab oleh aplikasi ini"),
        ('{"app":"alur","id":"0123456789abcdef"}', "bad", "SECRET_KEY-nya berbeda"),
        ("<h1>Welcome to nginx!</h1>", "bad", "sesuatu yang lain"),
    ):
        with listening(page(body.replace("%s", world.app.extensions["fingerprint"]))) as port:
            configured(world, public_url=f"http://127.0.0.1:{port}")
            found = look(world, "alamat")["Alamat publik"]
            assert (found.state, words in found.words) == (state, True), found
    configured(world, public_url="http://127.0.0.1:9")
    assert look(world, "alamat")["Alamat publik"].state == "warn"


def test_a_mail_server_that_is_away(world: World) -> None:
    configured(world, mail_server="127.0.0.1:9", mail_security="none", mail_password="rahasia-surat")
    found = look(world, "surat")["Server surat"]
    assert found.state == "bad" and "tidak hilang" in found.todo and "rahasia-surat" not in found.words


def test_what_hangs_is_cut_off_and_what_breaks_is_a_finding(world: World) -> None:
    def hangs(*_anything: object) -> list[Finding]:
        time.sleep(30)
        return []

    def breaks(*_anything: object) -> list[Finding]:
        raise RuntimeError("postgresql://alur:kata-sandi@db")

    began = time.monotonic()
    found = doctor.run(world.app, [Check("a", "Diam", hangs, 0.3), Check("b", "Rusak", breaks)])
    assert time.monotonic() - began < 5
    assert [(f.name, f.state) for f in found] == [("Diam", "bad"), ("Rusak", "bad")]
    assert "tidak selesai dalam 0.3 detik" in found[0].words and "kata-sandi" not in found[1].words


def test_old_tables_are_named(world: World) -> None:
    with world.app.app_context(), db.engine.begin() as conn:
        conn.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    found = look(world, "basisdata")["Basis data"]
    assert found.state == "bad" and "0001" in found.words and "flask db upgrade" in found.todo


def test_a_database_file_that_is_broken_is_found(world: World) -> None:
    with world.app.app_context():
        db.session.remove()
        db.engine.dispose()
    file = world.folder / "alur.sqlite3"
    content = bytearray(file.read_bytes())
    content[8192:40960] = b"\xff" * 32768
    file.write_bytes(bytes(content))
    assert look(world, "basisdata")["Basis data"].state == "bad"


def test_a_data_folder_open_to_others_or_not_writable(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.folder.chmod(0o755)
    found = look(world, "folder")["Folder data"]
    assert found.state == "bad" and "chmod 700" in found.todo
    world.folder.chmod(0o700)
    assert look(world, "folder")["Folder data"].state == "ok"
    configured(world, data_dir=world.folder / "hilang")
    assert look(world, "folder")["Folder data"].state == "bad"


def test_a_worker_that_is_silent_and_a_backup_that_is_old(world: World) -> None:
    now = clock.now()
    with world.app.app_context():
        marks.put("worker.beat", "", now - timedelta(minutes=10))
        marks.put(backup.MARK, "a.tar", now - timedelta(days=2))
        db.session.commit()
    found = look(world, "pekerja", "cadangan")
    assert found["Pekerja"].state == "bad" and "10 menit" in found["Pekerja"].words
    assert found["Cadangan"].state == "warn" and "flask backup" in found["Cadangan"].todo
    world.chores()
    assert look(world, "pekerja")["Pekerja"].state == "ok"


def test_changed_histories_are_found(at_the_head: World) -> None:
    assert look(at_the_head, "riwayat")["Riwayat"].state == "ok"
    at_the_head.write(db.update(Event).where(Event.seq == 1).values(actor="Orang lain"))
    at_the_head.write(db.update(Audit).where(Audit.seq == 1).values(actor="Orang lain"))
    found = look(at_the_head, "riwayat")
    assert found["Riwayat"].state == found["Jejak audit"].state == "bad"


def test_what_waits_for_an_admin(at_the_head: World) -> None:
    job = at_the_head.all(db.select(Job))[0]
    at_the_head.write(db.update(Job).where(Job.id == job.id).values(state="incident"))
    found = look(at_the_head, "antrean")["Antrean"]
    assert found.state == "warn" and "1 insiden" in found.words


def test_a_full_disk(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = type("Usage", (), {"total": 100 * data.GB, "free": data.GB // 2})
    monkeypatch.setattr(data.shutil, "disk_usage", lambda _path: usage)
    assert look(world, "disk")["Disk"].state == "bad"


# ---- the first admin -----------------------------------------------------------------------------------------------


def test_the_first_admin_gets_in_with_the_password_of_the_terminal(world: World) -> None:
    done = world.app.test_cli_runner().invoke(args=["admin", "Kepala.TI", "--nama", "Wulan"])
    assert done.exit_code == 0, done.output
    password = done.output.split("Password sekali pakai: ")[1].split("\n")[0]
    client = world.app.test_client()
    (user,) = world.all(db.select(User).where(User.username == "kepala.ti"))
    assert user.nama == "Wulan" and password not in user.password_hash
    typed = {"tahun": "2026", "username": "kepala.ti", "password": password, "kode": CODE}
    answer = client.post("/masuk", data=fields(client.get("/masuk")) | typed)
    assert "/password" in answer.location or "/password" in client.get(answer.location).location
    (entry,) = world.all(db.select(Audit).where(Audit.subject == "akun kepala.ti", Audit.kind == "akun"))
    assert entry.address == "terminal" and password not in str(entry.after) + entry.note


def test_a_known_admin_gets_a_new_password_and_sessions_end(world: World) -> None:
    admin = world.admin()
    done = world.app.test_cli_runner().invoke(args=["admin", "admin"])
    assert done.exit_code == 0 and "Akun admin memegang peran Admin" in done.output
    assert admin.client.get("/tugas").status_code == 302
    assert "Username" in world.app.test_cli_runner().invoke(args=["admin", "a b!"]).output
