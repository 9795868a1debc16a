"""An SMTP server that does what a test says: refuses, breaks off, hangs, asks for TLS; and remembers what came in."""

from __future__ import annotations

import socket
import ssl
import threading
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

CLOSE, HANG = "close", "hang"  # in place of an answer


@dataclass(frozen=True)
class Arrived:
    """A mail whose text came in whole; `accepted` if the server said 250 to it."""

    to: str
    message: EmailMessage
    accepted: bool

    @property
    def id(self) -> str:
        return str(self.message["Message-ID"])


@dataclass
class PostOffice:
    """Answers 250 to everything, but what stands in `script`: verb (or "." for the end of the text) -> answers.

    Each answer is used once, in order; the last one of a list that ends in `...` for ever.
    """

    script: dict[str, list[Any]] = field(default_factory=dict)
    port: int = 0
    tls: str = ""  # "" | "tls" | "starttls"
    certificate: Path | None = None  # PEM of key and certificate
    arrived: list[Arrived] = field(default_factory=list)
    connections: int = 0

    def __enter__(self) -> PostOffice:
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._listening = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listening.getsockname()[1]
        self._listening.settimeout(0.1)
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join(5)
        self._listening.close()

    @property
    def settings(self) -> dict[str, Any]:
        security = {"mail_security": self.tls or "none", "mail_from": "Alur <alur@contoh.example>"}
        return {"mail_server": f"127.0.0.1:{self.port}", **security}

    @property
    def accepted(self) -> list[str]:
        """Who got a mail, in order."""
        return [m.to for m in self.arrived if m.accepted]

    def _accept(self) -> None:
        while not self._ended.is_set():
            try:
                conn, _ = self._listening.accept()
            except TimeoutError:
                continue
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(conn,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, conn: socket.socket) -> None:
        conn.settimeout(10)
        try:
            if self.tls == "tls":
                conn = self._secured(conn)
            self._talk(conn)
        except (OSError, ConnectionError):
            pass
        finally:
            conn.close()

    def _secured(self, conn: socket.socket) -> socket.socket:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate)
        return context.wrap_socket(conn, server_side=True)

    def _talk(self, conn: socket.socket, greet: bool = True) -> None:
        lines, to = conn.makefile("rb"), ""
        if greet and not self._say(conn, "CONNECT", "220 kantor pos"):
            return
        for line in lines:
            verb, rest = line[:4].decode().strip().upper(), line[4:].decode().strip()
            if verb == "STAR":
                conn.sendall(b"220 silakan\r\n")
                with self._secured(conn) as secured:
                    self._talk(secured, greet=False)
                return
            if verb == "RCPT":
                to = rest.partition("<")[2].partition(">")[0]
            if not self._answer(conn, lines, verb, to):
                return

    def _answer(self, conn: socket.socket, lines: Any, verb: str, to: str) -> bool:
        if verb == "DATA":
            if not self._say(conn, "DATA", "354 tulis"):
                return False
            content = b"".join(iter(lines.readline, b".\r\n"))
            answer = self._next(".", "250 diterima")
            with self._lock:
                made = message_from_bytes(content, policy=default)
                self.arrived.append(Arrived(to, made, answer.startswith("2")))
            return self._send(conn, answer)
        hello = "250-kantor pos\r\n250-STARTTLS\r\n250 AUTH PLAIN" if self.tls == "starttls" else None
        good = {"EHLO": hello or "250-kantor pos\r\n250 AUTH PLAIN", "QUIT": "221 sampai jumpa", "AUTH": "235 masuk"}
        return self._say(conn, verb, good.get(verb, "250 baik")) and verb != "QUIT"

    def _say(self, conn: socket.socket, verb: str, good: str) -> bool:
        return self._send(conn, self._next(verb, good))

    def _send(self, conn: socket.socket, answer: str) -> bool:
        if answer == HANG:
            self._ended.wait(20)
            return False
        if answer == CLOSE:
            return False
        conn.sendall(answer.encode() + b"\r\n")
        return True

    def _next(self, verb: str, good: str) -> str:
        with self._lock:
            answers = self.script.get(verb, [])
            if not answers:
                return good
            if answers[1:2] == [...]:
                return str(answers[0])
            return str(answers.pop(0))
