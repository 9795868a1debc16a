# ruff: noqa: F811  (fixtures are imported by name)
"""A restart that nobody notices: real gunicorn as docs/deploy runs it, people at work, a signature at the provider."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.models import Attempt, Job, db
from service_tasks.tte.provider import faults
from tests import pk
from tests.stories.conftest import at_the_head  # noqa: F401 - a fixture
from tests.visitor import Visitor
from tests.world import SATU, World, close, open_house, provider, stages  # noqa: F401 - fixtures

ROOT = Path(__file__).resolve().parents[1]
CONFIG = ROOT / "docs" / "deploy" / "gunicorn.conf.py"
# as systemd does it: the socket is number 3, and the environment names who it is for
AS_SYSTEMD = 'export LISTEN_PID=$$ LISTEN_FDS=1; exec "$@"'


class Service:
    """gunicorn behind a socket that outlives it, as alur-web.socket and alur-web.service."""

    def __init__(self, world: World) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self.socket.getsockname()[1]
        self.log = (world.folder / "gunicorn.log").open("wb")
        self._env = os.environ | {
            "SECRET_KEY": "k" * 32, "DATA_DIR": str(world.folder), "ENVIRONMENT": "development",
            "PUBLIC_URL": "http://localhost", "TTE_URL": world.provider.url,
            "TTE_ROOTS": str(world.provider.folder / "root.pem"), "PYTHONPATH": str(ROOT),
        }  # fmt: skip
        self.start()

    def start(self) -> None:
        gunicorn = [sys.executable, "-m", "gunicorn", "-c", str(CONFIG), "app:create_app()"]
        handed = self.socket.fileno()
        self.process = subprocess.Popen(
            ["sh", "-c", AS_SYSTEMD, "sh", *gunicorn], cwd=ROOT, env=self._env, stderr=self.log,
            close_fds=False, preexec_fn=lambda: os.dup2(handed, 3),
        )  # fmt: skip

    def reload(self) -> None:
        """systemctl reload alur-web; returns when the old process has ended."""
        before = self._workers()
        os.kill(self.process.pid, signal.SIGHUP)
        self._wait(lambda: self._workers() and not self._workers() & before)

    def restart(self) -> None:
        """systemctl restart alur-web."""
        self.stop()
        self.start()

    def stop(self) -> None:
        self.process.terminate()
        assert self.process.wait(100) == 0, self.text()[-2000:]

    def _workers(self) -> set[str]:
        listed = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True, check=False)
        return set(listed.stdout.split())

    def _wait(self, done) -> None:
        until = time.monotonic() + 90
        while not done():
            assert self.process.poll() is None and time.monotonic() < until, self.text()
            time.sleep(0.1)

    def text(self) -> str:
        return Path(self.log.name).read_text("utf-8", "replace")


@contextmanager
def visitors(service: Service, cookie: str) -> Iterator[tuple[list[str], list[str]]]:
    """People who ask all the time: on connections that stay, and on a new one for each request. (answers, failures)"""
    over, good, bad = threading.Event(), [], []

    def ask(stays: bool) -> None:
        connection = None
        while not over.is_set():
            connection = connection or http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)
            try:
                connection.request("GET", "/tugas", headers={"Cookie": f"alur={cookie}", "Host": "localhost"})
                answer = connection.getresponse()
                text = answer.read()
                (good if answer.status == 200 and b"Tugas saya" in text else bad).append(str(answer.status))
                if not stays or answer.will_close:
                    connection.close()
                    connection = None
            except (OSError, http.client.HTTPException) as e:
                bad.append(repr(e))
                connection = None
            time.sleep(0.01)
        if connection:
            connection.close()

    threads = [threading.Thread(target=ask, args=(n % 2 == 0,)) for n in range(4)]
    for thread in threads:
        thread.start()
    try:
        yield good, bad
    finally:
        over.set()
        for thread in threads:
            thread.join(90)


@pytest.fixture
def service(at_the_head: World) -> Iterator[Service]:
    made = Service(at_the_head)
    yield made
    if made.process.poll() is None:
        made.stop()
    made.socket.close()
    made.log.close()


def _cookie(visitor: Visitor) -> str:
    found = visitor.client.get_cookie("alur")
    assert found
    return found.value


def _sign(service: Service, head: Visitor, path: str, token: str) -> bytes:
    """Kirim Passphrase, at the running service; what the page says then."""
    from urllib.parse import urlencode

    body = urlencode({"csrf_token": token, "keputusan": "setuju", "passphrase": SATU.head.passphrase})
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)
    kind = "application/x-www-form-urlencoded"
    headers = {"Cookie": f"alur={_cookie(head)}", "Host": "localhost", "Content-Type": kind}
    connection.request("POST", path, body, headers)
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    assert answer.status == 302, (answer.status, text[-3000:])
    return text


@pytest.mark.slow
@pytest.mark.parametrize("how", ["reload", "restart"])
def test_nobody_notices_a_restart(at_the_head: World, service: Service, how: str) -> None:
    """Hundreds of requests before, during and after it, none fails; the signature that was under way counts, once."""
    world = at_the_head
    head = world.head()
    page = head.open("/tugas").link(pk.SIGN)
    form = page.form("/tugas/")
    asked = len(world.provider.journal)
    with visitors(service, _cookie(world.operator())) as (good, bad):
        service._wait(lambda: len(good) > 50)
        faults.order(world.provider.folder, "slow", 5)
        try:
            _sign(service, head, form.action.split("localhost")[-1], form.values["csrf_token"])
            time.sleep(0.5)
            assert world.all(db.select(Job.state).where(Job.attended)) == ["running"]
            getattr(service, how)()
        finally:
            faults.order(world.provider.folder, "none")
        since = len(good)
        service._wait(lambda: len(good) > since + 50)
    assert bad == [] and len(good) > 100, (bad[:5], service.text()[-3000:])
    assert world.all(db.select(Job.state).where(Job.attended)) == ["done"], service.text()[-3000:]
    (job,) = world.all(db.select(Job.id).where(Job.attended))
    assert world.all(db.select(Attempt.outcome).where(Attempt.job_id == job)) == ["result"]
    assert len(world.provider.journal) == asked + 1
    assert SATU.head.passphrase not in service.text() and '"endpoint": "tasks.index"' in service.text()


def test_the_worker_ends_after_the_job_in_hand(at_the_head: World, tmp_path: Path) -> None:
    """SIGTERM in the middle of a sheet: it is made, and nothing else is begun."""
    with at_the_head.app.app_context():
        db.session.remove()
    folder = at_the_head.folder
    program = (
        "import sys, time\nfrom pathlib import Path\nfrom tests.world import open_house\nfrom app.jobs import worker\n"
        "world = open_house(Path(sys.argv[1]), None)\n"
        "def slow():\n    print('begun', flush=True)\n    time.sleep(1.5)\n"
        "    print('done', flush=True)\n    return 1\n"
        "worker.work_once = slow\n"
        "with world.app.app_context():\n    worker.work()\nprint('ended', flush=True)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", program, str(folder)], cwd=ROOT, stdout=subprocess.PIPE)
    try:
        assert process.stdout.readline() == b"begun\n"
        process.terminate()
        assert process.communicate(timeout=30)[0] == b"done\nended\n"
    finally:
        process.kill()
    assert process.returncode == 0
