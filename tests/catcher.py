"""The real local catcher as tests use it: a process of its own on free ports of 127.0.0.1."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Post:
    """A mail as it arrived."""

    to: str
    subject: str
    text: str
    headers: dict[str, str]

    @property
    def links(self) -> list[str]:
        return re.findall(r"https?://\S+", self.text)


class Catcher:
    """`python -m app.catcher`. `server` is for MAIL_SERVER, `page` the address of its page."""

    def __init__(self, *options: str) -> None:
        line = [sys.executable, "-W", "error", "-m", "app.catcher", "--port", "0", "--page", "0", *options]
        self._process = subprocess.Popen(line, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        found = re.search(r"smtp (\S+) page (\S+)", self._process.stdout.readline())
        assert found, "the catcher did not start"
        self.server, self.page = found[1], found[2]

    @property
    def settings(self) -> dict[str, str]:
        return {"mail_server": self.server, "mail_security": "none", "mail_from": "Alur <alur@contoh.example>"}

    def read(self) -> list[Post]:
        """All mails, the oldest first."""
        with urllib.request.urlopen(f"{self.page}/surat.json", timeout=10) as answer:
            found: list[dict[str, Any]] = json.load(answer)
        return [Post(", ".join(m["to"]), m["subject"], m["text"], m["headers"]) for m in found]

    def wait(self, to: str, subject: str = "", seconds: float = 20) -> Post:
        """The newest mail to somebody whose subject contains `subject`."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for post in reversed(self.read()):
                if post.to == to and subject in post.subject:
                    return post
            time.sleep(0.2)
        raise AssertionError(f"no mail {subject!r} to {to}: {[(p.to, p.subject) for p in self.read()]}")

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(10)
        self._process.stdout.close()
