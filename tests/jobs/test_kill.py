"""A web process that is really killed while the provider is signing, and the worker that comes after it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from app.models import Attempt, db
from tests import pk
from tests.jobs.crashing import recover
from tests.service_tasks.misbehaving import Misbehaving, answers
from tests.world import SATU, World

ROOT = Path(__file__).resolve().parents[2]
WEB = """
import sys, time
from pathlib import Path
from tests import pk
from tests.world import SATU, open_house
folder, url, roots = sys.argv[1:]
world = open_house(Path(folder), None, tte_url=url, tte_roots=roots)
page = world.head().open("/tugas").link(pk.SIGN)
page.form("/tugas/").fill(passphrase=SATU.head.passphrase).press()
print("sent", flush=True)
time.sleep(60)
"""


def test_killed_in_mid_call_the_head_is_told_and_nothing_is_repeated(at_the_head: World) -> None:
    asked, over = threading.Event(), threading.Event()

    def never(conn, request) -> None:
        asked.set()
        over.wait(30)
        answers(b"")(conn, request)

    roots = str(at_the_head.provider.folder / "root.pem")
    with Misbehaving(script=never) as provider:
        arguments = [str(at_the_head.folder), provider.url, roots]
        web = subprocess.Popen([sys.executable, "-c", WEB, *arguments], cwd=ROOT, stdout=subprocess.PIPE)
        try:
            while not asked.wait(0.2):
                assert web.poll() is None, "the web process ended before it called the provider"
            assert web.stdout.readline() == b"sent\n"  # its request was answered while the call goes on
        finally:
            os.kill(web.pid, signal.SIGKILL)
            web.wait(10)
            web.stdout.close()
            over.set()
        assert recover(at_the_head) and provider.signatures_asked_for() == 1
    (attempt,) = at_the_head.all(db.select(Attempt).order_by(Attempt.id.desc()).limit(1))
    assert attempt.outcome == "unknown"
    page = at_the_head.head().open("/tugas").link(pk.SIGN)
    assert "Belum diketahui apakah tanda tangan jadi" in page.text
    pk.approve(at_the_head, at_the_head.head(), pk.SIGN, SATU.head.passphrase)
    assert "Disetujui oleh Kepala Satker" in at_the_head.operator().open("/kinerja/pk").text


def test_a_waiting_call_holds_up_neither_the_head_nor_the_operator(at_the_head: World) -> None:
    """The page answers at once although the provider does not."""
    over = threading.Event()
    with Misbehaving(script=lambda conn, request: over.wait(20)) as provider:
        world = at_the_head.reopened(tte_url=provider.url)
        began = time.monotonic()
        page = world.head().open("/tugas").link(pk.SIGN).form("/tugas/").fill(passphrase=SATU.head.passphrase).press()
        assert "TTE Kepala Satker sedang berjalan" in page.text
        assert world.operator().open("/tugas").status == 200
        assert time.monotonic() - began < 5
        over.set()
        world.settle()
