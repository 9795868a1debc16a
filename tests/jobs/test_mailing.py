"""The outbox against mail servers that are down, refuse, break off or hang: nothing lost, nothing sent twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app import clock
from app.flows import mails, outbox, rights
from app.flows.mails import Letter
from app.jobs import mailing
from app.models import Mail, User, db
from tests.postoffice import CLOSE, HANG, PostOffice
from tests.world import World

ROOT = Path(__file__).resolve().parents[2]
MORNING = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # 08.00 WIB
MINUTE = timedelta(minutes=1)


def put(world: World, n: int = 1, **more: object) -> None:
    """n mails to n people: satu@, dua@ ... are 0@, 1@ here."""
    with world.app.app_context(), db.engine.begin() as conn:
        for i in range(n):
            given = {"key": f"uji:{i}", "kind": "uji", "address": f"{i}@contoh.example", "subject": f"Surat {i}"}
            mails.put(Letter(**(given | {"text": "Isi surat.\n"} | more)), clock.now(), conn)  # type: ignore[arg-type]


def deliver(world: World) -> int:
    with world.app.app_context():
        return mailing.deliver(clock.now())


def rows(world: World) -> list[Mail]:
    return world.all(db.select(Mail).order_by(Mail.id))


def states(world: World) -> list[str]:
    return [m.state for m in rows(world)]


def admin_id(world: World) -> int:
    return world.all(db.select(User.id).where(User.username == "admin"))[0]


def test_a_mail_goes_out_once_and_says_who_it_is(world: World) -> None:
    with PostOffice() as office, clock.held(MORNING):
        house = world.reopened(**office.settings)
        put(house, subject="Tugas baru — Balai Ögé", text="Halo Sékar,\n\nhttp://localhost/tugas/1\n")
        assert [deliver(house), deliver(house)] == [1, 0]
    (post,) = office.arrived
    assert post.accepted and post.to == "0@contoh.example"
    assert post.message["Subject"] == "Tugas baru — Balai Ögé" and "Halo Sékar," in post.message.get_content()
    assert post.message["Auto-Submitted"] == "auto-generated" and post.message["To"] == "0@contoh.example"
    assert post.message["From"] == "Alur <alur@contoh.example>" and post.message["Date"].datetime == MORNING
    assert post.message.get_content_type() == "text/plain" and post.id.endswith("@contoh.example>")
    assert states(house) == ["sent"] and rows(house)[0].sent_at == MORNING


def test_without_a_mail_server_mails_wait(world: World) -> None:
    put(world)
    assert deliver(world) == 0 and states(world) == ["ready"]
    with world.app.app_context():
        assert outbox.standing(clock.now()).configured is False
        assert "MAIL_SERVER" in mailing.probe(world.app.extensions["alur"].config)


def test_a_server_that_is_down_for_a_day_loses_and_doubles_nothing(world: World) -> None:
    with PostOffice() as office:
        pass  # its port is known now, and nobody answers there
    with clock.held(MORNING):
        house = world.reopened(**office.settings)
        put(house, 35)
        for _ in range(24 * 60):
            assert deliver(house) == 0
            clock.advance(MINUTE)
        assert states(house) == ["ready"] * 35 and {m.tries for m in rows(house)} == {0}
        with house.app.app_context():
            pause = outbox.last_failure()
        assert pause and 45 < pause.failures < 60 and "menolak sambungan" in pause.words  # left alone for half an hour
        with PostOffice(port=office.port) as office:
            sent = []
            for _ in range(60):
                sent.append(deliver(house))
                clock.advance(MINUTE)
        assert max(sent) == mailing.BATCH and sum(sent) == 35  # not all at once
    assert sorted(office.accepted) == sorted(f"{i}@contoh.example" for i in range(35))
    assert len({m.id for m in office.arrived}) == 35 and set(states(house)) == {"sent"}
    assert office.connections == 4  # one connection for many


def test_a_server_that_breaks_off_after_the_text_gets_it_again_with_the_same_id(world: World) -> None:
    with PostOffice(script={".": [CLOSE]}) as office, clock.held(MORNING):
        house = world.reopened(**office.settings)
        put(house)
        assert deliver(house) == 0 and states(house) == ["ready"]
        assert deliver(house) == 0  # not before the pause is over
        clock.advance(MINUTE)
        assert deliver(house) == 1
    first, second = office.arrived
    assert (first.accepted, second.accepted) == (False, True) and first.id == second.id


def test_one_address_refused_for_now_does_not_hold_up_the_others(world: World) -> None:
    with PostOffice(script={"RCPT": ["450 nanti saja"]}) as office, clock.held(MORNING):
        house = world.reopened(**office.settings)
        put(house, 3)
        assert deliver(house) == 2 and states(house) == ["ready", "sent", "sent"]
        waiting = rows(house)[0]
        assert "450 nanti saja" in waiting.error and waiting.send_at == MORNING + timedelta(seconds=30)
        clock.advance(MINUTE)
        assert deliver(house) == 1
    assert sorted(office.accepted) == [f"{i}@contoh.example" for i in range(3)]


def test_pauses_grow_to_half_an_hour_and_no_further() -> None:
    waits = [outbox.wait(n).total_seconds() for n in range(1, 12)]
    assert waits == [30, 60, 120, 240, 480, 960, 1800, 1800, 1800, 1800, 1800]


@pytest.mark.parametrize("verb", ["RCPT", "."])
def test_what_is_refused_for_good_fails_with_the_servers_words(world: World, verb: str) -> None:
    with PostOffice(script={verb: ["550 tidak dikenal 9901011204680001"]}) as office, clock.held(MORNING):
        house = world.reopened(**office.settings)
        put(house, 2)
        assert deliver(house) == 1 and states(house) == ["failed", "sent"]
        failed = rows(house)[0]
        assert "550 tidak dikenal ************0001" in failed.error
        clock.advance(timedelta(days=1))
        assert deliver(house) == 0
        with house.app.app_context():
            actor = rights.actor_of(admin_id(house), 2026, rights.local_day(clock.now()))
            outbox.retry(failed.id, actor, clock.now())
        assert deliver(house) == 1


REFUSALS: tuple[dict[str, list[object]], ...] = (
    {"CONNECT": ["421 sibuk", ...]},
    {"MAIL": ["530 masuk dulu", ...]},
    {"RCPT": ["421 tutup", ...]},
    {"EHLO": [CLOSE, ...], "HELO": [CLOSE, ...]},
    {"DATA": [CLOSE, ...]},
)


@pytest.mark.parametrize("script", REFUSALS)
def test_a_server_that_refuses_us_is_left_alone_and_no_mail_fails(
    world: World, script: dict[str, list[object]]
) -> None:
    with PostOffice(script=dict(script)) as office, clock.held(MORNING):
        house = world.reopened(**office.settings)
        put(house, 3)
        for _ in range(10):
            assert deliver(house) == 0
        assert office.connections == 1 and states(house) == ["ready"] * 3
        office.script.clear()
        clock.advance(timedelta(minutes=2))
        assert deliver(house) == 3


def test_a_wrong_password_at_the_server_stops_nothing_but_the_mails(world: World) -> None:
    with PostOffice(script={"AUTH": ["535 salah", ...]}) as office, clock.held(MORNING):
        house = world.reopened(**office.settings, mail_username="alur", mail_password="rahasia-smtp")
        put(house)
        assert deliver(house) == 0 and states(house) == ["ready"]
        with house.app.app_context():
            assert "535 salah" in mailing.probe(house.app.extensions["alur"].config)
            words = outbox.last_failure().words
        assert "535 salah" in words and "rahasia-smtp" not in words


def test_a_slow_server_is_given_up(world: World) -> None:
    with PostOffice(script={".": [HANG]}) as office:
        house = world.reopened(**office.settings, mail_timeout=0.5)
        put(house, 2)
        began = time.monotonic()
        assert deliver(house) == 0 and time.monotonic() - began < 5
        assert states(house) == ["ready", "ready"] and "tidak menjawab" in rows(house)[0].error


def test_two_workers_send_each_mail_once(world: World) -> None:
    with PostOffice() as office:
        house = world.reopened(**office.settings)
        put(house, 30)
        until = time.monotonic() + 30

        def work() -> None:
            while "ready" in states(house) and time.monotonic() < until:
                deliver(house)

        workers = [threading.Thread(target=work) for _ in range(3)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(40)
    assert sorted(office.accepted) == sorted(f"{i}@contoh.example" for i in range(30))


WORKER = """
import sys
from pathlib import Path
from app import clock
from app.jobs import mailing
from tests.world import open_house
folder, server = sys.argv[1:]
world = open_house(Path(folder), None, mail_server=server, mail_security="none",
                   mail_from="Alur <alur@contoh.example>")
with world.app.app_context():
    mailing.deliver(clock.now())
"""


def test_a_worker_that_is_killed_while_it_sends(world: World) -> None:
    with PostOffice(script={".": [HANG]}) as office:
        house = world.reopened(**office.settings)
        put(house)
        line = [sys.executable, "-c", WORKER, str(house.folder), f"127.0.0.1:{office.port}"]
        process = subprocess.Popen(line, cwd=ROOT)
        until = time.monotonic() + 30
        while not office.arrived and time.monotonic() < until:
            time.sleep(0.1)
        assert office.arrived, "the worker never sent the text"
        os.kill(process.pid, signal.SIGKILL)
        process.wait(10)
        assert states(house) == ["sending"]
        assert deliver(house) == 0 and states(house) == ["sending"]  # its lease runs
        with clock.held(clock.now() + timedelta(minutes=10)):
            assert deliver(house) == 1
    assert len({m.id for m in office.arrived}) == 1 and states(house) == ["sent"]


def test_a_sender_whose_lease_is_over_writes_nothing(world: World) -> None:
    with PostOffice() as office, clock.held(MORNING):
        house = world.reopened(**office.settings)
        put(house)
        with house.app.app_context():
            config = house.app.extensions["alur"].config
            late = mailing._claim(rows(house)[0].id, clock.now(), config)
            clock.advance(timedelta(hours=1))
            mailing._take_back(clock.now())
            mine = mailing._claim(late.id, clock.now(), config)
            mailing._finish(late, late.address, mailing.Outcome("failed", "terlambat"))
            assert states(house) == ["sending"]
            mailing._finish(mine, mine.address, mailing.Outcome("sent"))
    assert states(house) == ["sent"]


@pytest.mark.parametrize("text", ["PK\r\nBcc: musuh@contoh.example", "PK\nX: 1", "PK\u2028Y", "PK\x00\x1bZ", "a" * 900])
def test_nothing_is_smuggled_into_a_header(world: World, text: str) -> None:
    with PostOffice() as office:
        house = world.reopened(**office.settings)
        put(house, subject=text)
        assert deliver(house) == 1
    (post,) = office.arrived
    expected = {"From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Type", "MIME-Version",
                "Content-Transfer-Encoding"}  # fmt: skip
    assert set(post.message.keys()) == expected and post.to == "0@contoh.example"


NO_ADDRESSES = (
    "", "x", "a b@contoh.example", "a@contoh.example\r\nRCPT TO:<b@c.de>", "a@b", "a@contoh.example,b@contoh.example",
    "<a@contoh.example>", "sékar@contoh.example", "a@@contoh.example", "a" * 300 + "@b.id",
)  # fmt: skip


@pytest.mark.parametrize("address", NO_ADDRESSES)
def test_no_mail_is_made_for_what_is_no_address(world: World, address: str) -> None:
    put(world, address=address)
    assert rows(world) == []


def test_a_mail_with_the_same_key_is_not_made_twice(world: World) -> None:
    put(world)
    put(world)
    assert len(rows(world)) == 1


def test_a_nik_does_not_go_out(world: World) -> None:
    put(world, text="NIK 9901015705720002 milik Sekar", subject="9901015705720002")
    assert "9901015705720002" not in rows(world)[0].text + rows(world)[0].subject


@pytest.mark.parametrize("tls", ["tls", "starttls"])
def test_a_certificate_nobody_vouches_for_gets_no_mail(
    world: World, tls: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pem = certificate(tmp_path)
    with PostOffice(tls=tls, certificate=pem) as office:
        house = world.reopened(**office.settings, mail_username="alur", mail_password="rahasia-smtp")
        put(house)
        assert deliver(house) == 0 and office.arrived == []
        with house.app.app_context():
            assert "sertifikat tidak dipercaya" in outbox.last_failure().words
        monkeypatch.setenv("SSL_CERT_FILE", str(pem))
        with clock.held(clock.now() + MINUTE):
            assert deliver(house) == 1


def test_starttls_that_is_not_offered_is_not_done_without(world: World) -> None:
    with PostOffice() as office:
        house = world.reopened(**(office.settings | {"mail_security": "starttls"}))
        put(house)
        assert deliver(house) == 0 and office.arrived == []


def test_somebody_whose_account_was_closed_gets_no_mail(world: World) -> None:
    with PostOffice() as office:
        house = world.reopened(**office.settings)
        put(house, user_id=admin_id(house))
        house.write(db.update(User).where(User.username == "admin").values(active=False))
        assert deliver(house) == 0 and states(house) == ["gone"] and office.connections == 1


def test_the_worker_sends_on_a_thread_of_its_own(world: World) -> None:
    """A mail server that hangs must not hold up the cases."""
    from app.jobs.worker import work

    with PostOffice(script={"CONNECT": [HANG]}) as office:
        house = world.reopened(**office.settings, mail_timeout=3.0)
        put(house)
        rounds = []

        def going() -> bool:
            rounds.append(time.monotonic())
            return not (office.connections and len(rounds) > 6)

        with house.app.app_context():
            work(going)
    assert office.connections == 1 and len(rounds) > 6


def certificate(folder: Path) -> Path:
    """A certificate for 127.0.0.1 that only its own holder vouches for, with its key."""
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "kantor pos")])
    begin = clock.now() - timedelta(days=1)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(begin).not_valid_after(begin + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, *form) + made.public_bytes(serialization.Encoding.PEM)
    (folder / "kantor.pem").write_bytes(pem)
    return folder / "kantor.pem"
