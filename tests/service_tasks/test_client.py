"""What the client makes of a provider that misbehaves: an exact kind, and what is certain about the signature."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
import time

import pytest

from app.sdk.secrets import Passphrase
from service_tasks.tte.answers import Delivery, Kind, TteFailure
from service_tasks.tte.client import Appearance, TteClient
from tests.local_provider import BUDI
from tests.service_tasks.misbehaving import HTML, JSON, PDF, SECRET, Misbehaving, answers, failed_sign, reset, told
from tests.service_tasks.misbehaving import http as answer

SPRING = {"timestamp": "2026-01-05T08:00:00Z", "message": "Internal Server Error", "path": "/api/sign/pdf"}
ANSWERS = [
    (told("400 Bad", error="Passphrase anda salah", status_code=2031), Kind.PASSPHRASE, Delivery.REFUSED),
    (
        told("400 Bad", error="Proses gagal : Passphrase anda salah 2031", status_code=400),
        Kind.PASSPHRASE,
        None,
    ),
    (told("200 OK", error="Passphrase anda salah", status_code=2031), Kind.PASSPHRASE, None),
    (told("500 Error", error="Passphrase anda salah", status_code="2031"), Kind.PASSPHRASE, None),
    (told("400 Bad", error="Passphrase anda salah"), Kind.PASSPHRASE, None),
    (told("400 Bad", error="User tidak terdaftar", status_code=2011), Kind.NOT_REGISTERED, Delivery.REFUSED),
    (
        told("400 Bad", error="Proses gagal : User tidak terdaftar 2011", status_code=400),
        Kind.NOT_REGISTERED,
        None,
    ),
    (told("400 Bad", error="Sertifikat user berstatus EXPIRED"), Kind.INACTIVE, Delivery.REFUSED),
    (told("400 Bad", error="Dokumen terlalu besar", status_code=2999), Kind.REFUSED, Delivery.REFUSED),
    (told("200 OK", error="sesuatu"), Kind.REFUSED, Delivery.REFUSED),
    (answer("413 Too Large", b"<html>", HTML), Kind.REFUSED, Delivery.REFUSED),
    (answer("401 Unauthorized"), Kind.CREDENTIALS, Delivery.REFUSED),
    (answer("429 Too Many"), Kind.BUSY, Delivery.REFUSED),
    (told("500 Error", **SPRING), Kind.SERVER_ERROR, Delivery.UNKNOWN),
    (answer("503 Unavailable"), Kind.SERVER_ERROR, Delivery.UNKNOWN),
    (answer("504 Timeout", b"<html>", HTML), Kind.SERVER_ERROR, Delivery.UNKNOWN),
    (answer("302 Found", b"", "Location: /login"), Kind.REDIRECT, Delivery.UNKNOWN),
    (answer("200 OK", b"<html><body>login</body></html>", HTML), Kind.HTML, Delivery.UNKNOWN),
    (answer("200 OK", b"  <!doctype html>", PDF), Kind.HTML, Delivery.UNKNOWN),
    (answer("200 OK"), Kind.EMPTY, Delivery.UNKNOWN),
    (answer("200 OK", b"%PDF-1.7 begins", PDF, length=5000), Kind.TRUNCATED, Delivery.UNKNOWN),
    (answer("200 OK", b"%PDF-1.7 has no end", PDF), Kind.TRUNCATED, Delivery.UNKNOWN),
    (answer("200 OK", b'{"error":"Passphrase anda sa', JSON, length=900), Kind.TRUNCATED, Delivery.UNKNOWN),
    (told("200 OK", status="apa ini"), Kind.MALFORMED, Delivery.UNKNOWN),
    (answer("200 OK", b"\x00\x01\x02", PDF), Kind.MALFORMED, Delivery.UNKNOWN),
    (b"bukan HTTP sama sekali\r\n\r\n", Kind.BROKEN_OFF, Delivery.UNKNOWN),
    (b"", Kind.BROKEN_OFF, Delivery.UNKNOWN),
]


@pytest.mark.parametrize(
    ("content", "kind", "delivery"), ANSWERS, ids=[f"{n}-{a[1].name}" for n, a in enumerate(ANSWERS)]
)
def test_every_kind_of_answer_is_told_apart(content, kind, delivery, pdf):
    with Misbehaving(answers(content)) as server:
        failed = failed_sign(server, pdf)
        assert failed.kind is kind
        assert failed.delivery is (delivery or Delivery.REFUSED)
        assert server.signatures_asked_for() == 1


def test_a_connection_reset_after_the_request_was_read_leaves_it_unknown(pdf):
    with Misbehaving(reset) as server:
        assert failed_sign(server, pdf).kind is Kind.BROKEN_OFF


def test_a_provider_that_never_read_the_document_can_not_have_signed_it():
    large = b"%PDF-1.7" + b"x" * 20_000_000
    with Misbehaving(reset, reads_the_body=False) as server:
        assert failed_sign(server, large).delivery is Delivery.UNSENT


def test_nobody_listening_and_no_such_host_are_provably_unsent(pdf):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    for url in (f"http://127.0.0.1:{port}", "http://tte.invalid:8100"):
        client = TteClient.from_settings({"TTE_URL": url})
        with pytest.raises(TteFailure) as failed:
            client.sign(pdf, BUDI.nik, Passphrase(SECRET), Appearance())
        assert failed.value.kind is Kind.UNREACHABLE
        assert failed.value.delivery is Delivery.UNSENT


def silent(conn: socket.socket, _request: bytes) -> None:
    time.sleep(1.6)


def dripping_body(conn: socket.socket, _request: bytes) -> None:
    conn.sendall(answer("200 OK", b"%PDF", PDF, length=4000))
    drip(conn)


def dripping_headers(conn: socket.socket, _request: bytes) -> None:
    conn.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    drip(conn)


def drip(conn: socket.socket) -> None:
    for _ in range(60):
        conn.sendall(b"x")
        time.sleep(0.05)


@pytest.mark.parametrize("script", [silent, dripping_body, dripping_headers])
def test_the_time_limit_is_for_the_whole_call(script, pdf):
    with Misbehaving(script) as server:
        started = time.perf_counter()
        failed = failed_sign(server, pdf, TTE_TIMEOUT_SIGN="0.4")
        assert time.perf_counter() - started < 1.2
        assert (failed.kind, failed.delivery) == (Kind.TIMEOUT, Delivery.UNKNOWN)


def test_an_answer_that_breaks_off_is_fetched_again_by_its_id(pdf):
    whole = pdf + b"%signed\n%%EOF\n"

    def script(conn: socket.socket, request: bytes) -> None:
        if request.startswith(b"GET /api/sign/download/abc12345"):
            conn.sendall(answer("200 OK", whole, PDF))
        else:
            conn.sendall(answer("200 OK", whole[:40], PDF, "id_dokumen: abc12345", length=len(whole)))

    with Misbehaving(script) as server:
        signed = TteClient.from_settings(server.settings).sign(pdf, BUDI.nik, Passphrase(SECRET), Appearance())
        assert signed.pdf == whole
        assert server.signatures_asked_for() == 1


def test_an_id_that_is_none_is_not_put_into_an_address(pdf):
    with Misbehaving(answers(answer("200 OK", pdf[:40], PDF, "id_dokumen: ../../user/status", length=4000))) as server:
        assert failed_sign(server, pdf).kind is Kind.TRUNCATED
        assert len(server.requests) == 1


class Flaky:
    """Refuses some status calls, then answers."""

    def __init__(self, *first: str) -> None:
        self.left = [answer(line) for line in first]

    def __call__(self, conn: socket.socket, _request: bytes) -> None:
        conn.sendall(self.left.pop(0) if self.left else told("200 OK", status_code=1111, status="ISSUE"))


def test_a_status_call_is_tried_again_when_the_provider_is_busy(monkeypatch):
    monkeypatch.setattr("service_tasks.tte.client.PAUSES", (0.01, 0.02))
    with Misbehaving(status=Flaky("503 Unavailable", "429 Too Many")) as server:
        assert TteClient.from_settings(server.settings).status(BUDI.nik) == "ISSUE"
        assert len(server.requests) == 3
    with Misbehaving(status=Flaky(*["504 Timeout"] * 4)) as server:
        with pytest.raises(TteFailure):
            TteClient.from_settings(server.settings).status(BUDI.nik)
        assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (told("200 OK", status_code=1111, status="ISSUE"), "ISSUE"),
        (told("200 OK", status_code=1110, message="belum"), "NOT_REGISTERED"),
        (told("200 OK", status_code=1112, status="suspend"), "SUSPEND"),
        (told("400 Bad", error="User tidak terdaftar", status_code=2011), "NOT_REGISTERED"),
        (told("404 Not Found", message="User belum terdaftar"), "NOT_REGISTERED"),
    ],
)
def test_the_status_is_read_by_word_or_number(content, status):
    with Misbehaving(status=answers(content)) as server:
        assert TteClient.from_settings(server.settings).status(BUDI.nik) == status


@pytest.mark.parametrize(
    "content",
    [
        told("200 OK", status_code=1111, status="AKTIF?"),
        told("200 OK"),
        answer("200 OK", b"[1]", JSON),
        answer("404 X"),
    ],
)
def test_a_status_that_can_not_be_read_counts_as_none(content):
    with Misbehaving(status=answers(content)) as server, pytest.raises(TteFailure):
        TteClient.from_settings(server.settings).status(BUDI.nik)


def test_what_is_no_nik_is_never_sent():
    with Misbehaving() as server:
        for text in ("123", "99010115018000 1", "../../../etc/pass"):
            with pytest.raises(ValueError, match="16 digits"):
                TteClient.from_settings(server.settings).status(text)
        assert server.requests == []


def test_the_request_is_what_version_1_asks_for(pdf):
    appearance = Appearance(
        page=2, x=10.5, y=20, width=80, height=70, link="https://alur/x", reason="Perjanjian Kinerja"
    )
    with Misbehaving(answers(answer("500 E"))) as server:
        client = TteClient.from_settings(server.settings)
        for wish in (appearance, Appearance(tag="$ttd", link="x")):
            with pytest.raises(TteFailure):
                client.sign(pdf, BUDI.nik, Passphrase(SECRET), wish)
        boxed, tagged = (request.decode("latin1") for request in server.requests)
    assert "Authorization: Basic YWx1cjphbHVyLWxva2Fs" in boxed
    expected = {
        "tampilan": "visible",
        "image": "false",
        "page": "2",
        "xAxis": "10.5",
        "reason": "Perjanjian Kinerja",
        "linkQR": "https://alur/x",
        "nik": BUDI.nik,
        "passphrase": SECRET,
    }
    for name, value in expected.items():
        assert f'name="{name}"\r\n\r\n{value}\r\n' in boxed
    assert 'name="tag_koordinat"\r\n\r\n$ttd\r\n' in tagged
    assert 'name="page"' not in tagged


def test_a_certificate_that_is_not_trusted_is_provably_unsent_and_a_bundle_of_ours_is_taken(pdf, tmp_path):
    key, cert = tmp_path / "k.pem", tmp_path / "c.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    with socket.create_server(("127.0.0.1", 0)) as plain:
        url = f"https://127.0.0.1:{plain.getsockname()[1]}"
        threading.Thread(target=_serve_tls, args=(plain, context), daemon=True).start()
        with pytest.raises(TteFailure) as failed:
            TteClient.from_settings({"TTE_URL": url}).sign(pdf, BUDI.nik, Passphrase(SECRET), Appearance())
        assert failed.value.kind is Kind.UNREACHABLE
        trusting = TteClient.from_settings({"TTE_URL": url, "TTE_CA_BUNDLE": str(cert)})
        assert trusting.status(BUDI.nik) == "ISSUE"


def _serve_tls(plain: socket.socket, context: ssl.SSLContext) -> None:
    for _ in range(2):
        conn, _address = plain.accept()
        try:
            with context.wrap_socket(conn, server_side=True) as tls:
                tls.recv(65536)
                tls.sendall(told("200 OK", status="ISSUE"))
        except (ssl.SSLError, OSError):
            conn.close()
