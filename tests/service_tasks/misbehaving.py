"""A provider that misbehaves in every way: a real HTTP server whose answer to a signature is written by the test."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

import pytest

from app.sdk.secrets import Passphrase
from service_tasks.tte.answers import TteFailure
from service_tasks.tte.client import Appearance, TteClient
from tests.local_provider import BUDI

ISSUE = b'{"status_code":1111,"status":"ISSUE","message":"aktif"}'
Script: TypeAlias = Callable[[socket.socket, bytes], None]


def http(status: str, body: bytes = b"", *headers: str, length: int | None = None) -> bytes:
    """An HTTP answer; `length` may lie about the body."""
    lines = [f"HTTP/1.1 {status}", "Connection: close", f"Content-Length: {len(body) if length is None else length}"]
    return "\r\n".join([*lines, *headers]).encode() + b"\r\n\r\n" + body


def answers(content: bytes) -> Script:
    return lambda conn, _request: conn.sendall(content)


def reset(conn: socket.socket, _request: bytes) -> None:
    """Break the connection off, after all of the request was read."""
    conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@dataclass
class Misbehaving:
    """Answers status calls properly (or with `status`), calls for a signature with `script`. Keeps what it received."""

    script: Script = field(default_factory=lambda: answers(http("500 Error")))
    status: Script = field(default_factory=lambda: answers(http("200 OK", ISSUE, "Content-Type: application/json")))
    requests: list[bytes] = field(default_factory=list)
    reads_the_body: bool = True

    def __enter__(self) -> Misbehaving:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        self._threads = [threading.Thread(target=self._serve, daemon=True)]
        self._threads[0].start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        for thread in self._threads:
            thread.join(5)

    @property
    def settings(self) -> dict[str, str]:
        limits = {"TTE_TIMEOUT_STATUS": "1", "TTE_TIMEOUT_SIGN": "1"}
        return {"TTE_URL": self.url, "TTE_USERNAME": "alur", "TTE_PASSWORD": "alur-lokal"} | limits

    def signatures_asked_for(self) -> int:
        return sum(request.startswith(b"POST /api/sign/pdf") for request in self.requests)

    def _serve(self) -> None:
        while True:
            try:
                conn, _ = self._server.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._answer, args=(conn,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _answer(self, conn: socket.socket) -> None:
        with conn:
            conn.settimeout(5)
            try:
                request = self._read(conn)
                self.requests.append(request)
                (self.status if request.startswith(b"GET /api/user") else self.script)(conn, request)
            except OSError:
                pass

    def _read(self, conn: socket.socket) -> bytes:
        data = b""
        while b"\r\n\r\n" not in data:
            data += conn.recv(65536)
        head, _, body = data.partition(b"\r\n\r\n")
        lengths = [
            int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
        ]
        while self.reads_the_body and len(body) < (lengths or [0])[0]:
            body += conn.recv(65536)
        return head + b"\r\n\r\n" + body


SECRET = "Rahasia#Bocor-77"
JSON, PDF, HTML = "Content-Type: application/json", "Content-Type: application/pdf", "Content-Type: text/html"


def failed_sign(server: Misbehaving, pdf: bytes, **settings: str) -> TteFailure:
    client = TteClient.from_settings(server.settings | settings)
    with pytest.raises(TteFailure) as failed:
        client.sign(pdf, BUDI.nik, Passphrase(SECRET), Appearance())
    return failed.value


def told(line: str, **body: object) -> bytes:
    return http(line, json.dumps(body).encode(), JSON)
