"""A local catcher of mails: an SMTP server that delivers nothing, and a page on which each mail can be read.

A program of its own, for one machine and for trying out: `python -m app.catcher --port 1025 --page 8025`. It imports
nothing of Alur, checks no password and speaks without TLS, and therefore listens on this machine only. Every mail is
kept as it came, one file each where a folder is given; nothing is thrown together, so that a mail that was sent twice
is seen twice.

aiosmtpd's own Controller would start a thread with a loop and connect to itself to see whether that works; here the
loop is the program and the page is the thread.
"""

from __future__ import annotations

import argparse
import asyncio
import html
import ipaddress
import json
import re
import signal
import sys
import threading
from collections import deque
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiosmtpd.smtp import SMTP, Envelope

MOST = 1000  # mails in memory; the oldest are forgotten first
LARGEST = 10 * 1024 * 1024  # bytes of one mail
_LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)]")
_PAGE = """<!doctype html>
<html lang="id"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>{title}</title>
<link rel="stylesheet" href="/gaya.css"><link rel="icon" href="data:,"></head><body><main>{body}</main></body></html>
"""
_STYLE = """body { font: 1rem/1.5 system-ui, sans-serif; margin: 0 }
main { max-width: 50rem; margin: 0 auto; padding: 1.5rem 1rem }
ul { list-style: none; padding: 0 }
li { border-top: 1px solid #8886; padding: .6rem 0; overflow-wrap: anywhere }
small { opacity: .8 }
h1, p { overflow-wrap: anywhere }
pre { font: inherit; white-space: pre-wrap; overflow-wrap: anywhere; border: 1px solid #8886; padding: 1rem }
"""


@dataclass(frozen=True)
class Caught:
    """One mail as it came over the wire, with the addresses of the envelope."""

    number: int
    sender: str
    recipients: tuple[str, ...]
    content: bytes

    @property
    def parsed(self) -> EmailMessage:
        return message_from_bytes(self.content, policy=default)

    @property
    def text(self) -> str:
        part = self.parsed.get_body(("plain",))
        return str(part.get_content()) if part is not None else ""

    def facts(self) -> dict[str, Any]:
        """For programs: /surat.json."""
        headers = {str(k): str(v) for k, v in self.parsed.items()}
        who = {"number": self.number, "from": self.sender, "to": list(self.recipients)}
        return {**who, "subject": headers.get("Subject", ""), "headers": headers, "text": self.text}


@dataclass
class Box:
    """What was caught, the latest last."""

    folder: Path | None = None
    mails: deque[Caught] = field(default_factory=lambda: deque(maxlen=MOST))
    lock: threading.Lock = field(default_factory=threading.Lock)
    last: int = 0

    def __post_init__(self) -> None:
        if self.folder is not None:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for file in sorted(self.folder.glob("*.eml"))[-MOST:]:
                self.last = int(file.stem) if file.stem.isdecimal() else self.last
                content = file.read_bytes()
                to = str(message_from_bytes(content, policy=default).get("To", ""))
                self.mails.append(Caught(self.last, "", (to,), content))

    def add(self, sender: str, recipients: list[str], content: bytes) -> None:
        with self.lock:
            self.last += 1
            self.mails.append(Caught(self.last, sender, tuple(recipients), content))
            if self.folder is not None:
                (self.folder / f"{self.last:08d}.eml").write_bytes(content)

    def all(self) -> list[Caught]:
        with self.lock:
            return list(self.mails)


class Handler:
    """What aiosmtpd calls for each mail."""

    def __init__(self, box: Box) -> None:
        self.box = box

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's name
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        self.box.add(envelope.mail_from or "", list(envelope.rcpt_tos), content)
        return "250 OK, kept and not delivered"


class Pages(BaseHTTPRequestHandler):
    """The list, one mail, and both for programs."""

    box: Box

    def do_GET(self) -> None:  # http.server's name
        # another site's name that leads here (DNS rebinding) must not read the mails
        host = urlsplit(f"//{self.headers.get('Host', '')}").hostname or ""
        path = urlsplit(self.path).path
        if not _is_local(host):
            return self._answer(HTTPStatus.FORBIDDEN, "text/plain", "Hanya untuk mesin ini.")
        if path == "/gaya.css":
            return self._answer(HTTPStatus.OK, "text/css", _STYLE)
        if path == "/surat.json":
            return self._answer(HTTPStatus.OK, "application/json", json.dumps([m.facts() for m in self.box.all()]))
        if path == "/":
            return self._page("Surat", _list(self.box.all()))
        for mail in self.box.all():
            if path == f"/{mail.number}":
                return self._page(str(mail.parsed.get("Subject", "")), _one(mail))
        return self._page("Tidak ada", "<h1>Surat ini tidak ada</h1><p><a href='/'>Semua surat</a></p>", 404)

    def _page(self, title: str, body: str, status: int = 200) -> None:
        self._answer(status, "text/html", _PAGE.format(title=html.escape(title), body=body))

    def _answer(self, status: int, kind: str, text: str) -> None:
        content = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src data:")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # http.server's name
        """Nobody needs a line for each look."""


def _list(mails: list[Caught]) -> str:
    rows = [
        f'<li><a href="/{m.number}">{html.escape(str(m.parsed.get("Subject", "(tanpa judul)")))}</a><br><small>'
        f"{html.escape(', '.join(m.recipients))} &middot; {html.escape(str(m.parsed.get('Date', '')))}</small></li>"
        for m in reversed(mails)
    ]
    empty = "<p>Belum ada surat. Surat yang dikirim Alur di mesin ini muncul di sini.</p>"
    return f"<h1>Surat</h1>{'<ul>' + ''.join(rows) + '</ul>' if rows else empty}"


def _one(mail: Caught) -> str:
    heads = "<br>".join(
        f"{name}: {html.escape(str(mail.parsed.get(name, '')))}" for name in ("From", "To", "Date", "Message-ID")
    )
    linked, at = "", 0
    for found in _LINK.finditer(mail.text):
        address = html.escape(found[0])
        linked += html.escape(mail.text[at : found.start()]) + f'<a href="{address}">{address}</a>'
        at = found.end()
    linked += html.escape(mail.text[at:])
    subject = html.escape(str(mail.parsed.get("Subject", "")))
    return f"<p><a href='/'>Semua surat</a></p><h1>{subject}</h1><p><small>{heads}</small></p><pre>{linked}</pre>"


def _is_local(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


async def _serve(box: Box, host: str, port: int, page: int) -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, ended.set)
    handler = Handler(box)
    smtp = await loop.create_server(
        lambda: SMTP(handler, hostname="alur.localhost", loop=loop, data_size_limit=LARGEST), host, port
    )
    pages = ThreadingHTTPServer((host, page), type("BoxPages", (Pages,), {"box": box}))
    threading.Thread(target=pages.serve_forever, daemon=True).start()
    taken = smtp.sockets[0].getsockname()[1]
    print(f"catcher: smtp {host}:{taken} page http://{host}:{pages.server_port}", flush=True)
    await ended.wait()
    pages.shutdown()
    pages.server_close()
    smtp.close()


def main() -> None:
    """Run until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m app.catcher", description=__doc__.splitlines()[0])
    parser.add_argument("--host", default="127.0.0.1", help="an address of this machine only")
    parser.add_argument("--port", type=int, default=1025, help="SMTP; 0 takes a free one")
    parser.add_argument("--page", type=int, default=8025, help="the page; 0 takes a free one")
    parser.add_argument("--folder", type=Path, help="keep the mails here, one .eml file each")
    args = parser.parse_args()
    if not _is_local(args.host) or args.host == "localhost":
        sys.exit(f"{args.host} is not an address of this machine alone (127.0.0.1): the catcher opens for nobody else.")
    asyncio.run(_serve(Box(args.folder), args.host, args.port, args.page))


if __name__ == "__main__":
    main()
