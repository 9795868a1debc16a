"""The local catcher of mails: keeps everything as it came, opens for this machine only."""

from __future__ import annotations

import smtplib
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.catcher import ROOT, Catcher


@pytest.fixture
def catcher() -> Iterator[Catcher]:
    running = Catcher()
    yield running
    running.stop()


def send(catcher: Catcher, subject: str = "Halo", text: str = "http://127.0.0.1/tugas/1\n") -> None:
    mail = EmailMessage()
    mail["Subject"], mail["To"], mail["From"] = subject, "sari@contoh.example", "alur@contoh.example"
    mail.set_content(text)
    host, port = catcher.server.split(":")
    with smtplib.SMTP(host, int(port), timeout=10) as server:
        server.send_message(mail)


def page(catcher: Catcher, path: str = "/", host: str = "") -> str:
    request = urllib.request.Request(catcher.page + path, headers={"Host": host} if host else {})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.read().decode()


def test_a_mail_can_be_read_and_its_link_followed(catcher: Catcher) -> None:
    assert "Belum ada surat." in page(catcher)
    send(catcher, "Tugas baru — Balai", "Buka tugas:\nhttp://127.0.0.1/tugas/1.\n")
    assert "Tugas baru — Balai" in page(catcher) and "sari@contoh.example" in page(catcher)
    assert '<a href="http://127.0.0.1/tugas/1">http://127.0.0.1/tugas/1</a>.' in page(catcher, "/1")


def test_a_mail_that_came_twice_is_seen_twice(catcher: Catcher) -> None:
    send(catcher)
    send(catcher)
    assert [p.subject for p in catcher.read()] == ["Halo", "Halo"]


def test_what_stands_in_a_mail_is_text(catcher: Catcher) -> None:
    send(catcher, "<script>alert(1)</script>", "<img src=x onerror=alert(1)> http://x.id/'\"><b>\n")
    for where in ("/", "/1"):
        assert "<script>" not in page(catcher, where) and "<img" not in page(catcher, where)


def test_another_name_for_this_machine_is_refused(catcher: Catcher) -> None:
    """A site that points its name here could read the mails through a browser."""
    with pytest.raises(urllib.error.HTTPError) as refused:
        page(catcher, "/surat.json", host="musuh.example")
    assert refused.value.code == 403
    refused.value.close()


def test_mails_in_a_folder_outlive_it(tmp_path: Path) -> None:
    for n in (1, 2):
        running = Catcher("--folder", str(tmp_path / "surat"))
        send(running, f"Surat {n}")
        subjects = [p.subject for p in running.read()]
        running.stop()
    assert subjects == ["Surat 1", "Surat 2"] and len(list((tmp_path / "surat").glob("*.eml"))) == 2


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "contoh.example", ""])
def test_it_opens_for_nobody_else(host: str) -> None:
    line = [sys.executable, "-m", "app.catcher", "--host", host, "--port", "0", "--page", "0"]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False, timeout=20)
    assert done.returncode == 1 and "opens for nobody else" in done.stderr
