"""A provider that echoes the passphrase doesn't get it into errors, logs or documents."""

from __future__ import annotations

import http.client
import json
import logging
import socket
import traceback
import zlib

import pytest
import requests

from app.sdk.secrets import Passphrase
from service_tasks.tte.answers import Kind
from service_tasks.tte.client import Appearance, TteClient
from tests.local_provider import BUDI
from tests.service_tasks.misbehaving import HTML, JSON, PDF, SECRET, Misbehaving, answers, failed_sign, reset
from tests.service_tasks.misbehaving import http as answer


def echo_everywhere(conn: socket.socket, _request: bytes) -> None:
    body = json.dumps({"error": f"{SECRET} ditolak", "message": SECRET, "status_code": 2999, "trace": SECRET})
    headers = (JSON, f"X-Echo: {SECRET}", f"id_dokumen: {SECRET}", f"broken header {SECRET}")
    conn.sendall(answer(f"400 {SECRET}", body.encode(), *headers))


def bad_headers(conn: socket.socket, _request: bytes) -> None:
    conn.sendall(f"HTTP/1.1 200 OK\r\n {SECRET}\r\n{SECRET}\r\n\r\n".encode())


def packed(pdf: bytes, text: bytes) -> bytes:
    return pdf + b"9 0 obj <</Filter/FlateDecode>> stream\n" + zlib.compress(text) + b"\nendstream\n%%EOF\n"


ECHOES = [
    echo_everywhere,
    bad_headers,
    reset,
    answers(f"HTTP/1.1 {SECRET}\r\n\r\n".encode()),
    answers(answer("302 Found", b"", f"Location: http://127.0.0.1:1/{SECRET}")),
    answers(answer("200 OK", f"<html>{SECRET}".encode(), HTML)),
]


@pytest.mark.parametrize("script", ECHOES)
def test_a_provider_that_echoes_the_passphrase_does_not_get_it_into_errors_or_logs(script, pdf, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    http.client.HTTPConnection.debuglevel = 1
    try:
        with Misbehaving(script) as server:
            failed = failed_sign(server, pdf)
    finally:
        http.client.HTTPConnection.debuglevel = 0
    chain, error = [], failed
    while error is not None:
        chain.append(repr(error) + str(error) + repr(error.__dict__))
        chain.extend(traceback.format_exception(error))
        error = error.__cause__ or error.__context__
    printed = capfd.readouterr()
    everything = "".join(chain) + caplog.text + printed.out + printed.err
    assert SECRET not in everything
    assert BUDI.nik not in everything


@pytest.mark.parametrize(
    "disguise",
    [
        lambda pdf, s: pdf + s + b"\n%%EOF\n",
        lambda pdf, s: pdf + s.decode().encode("utf-16-be") + b"\n%%EOF\n",
        lambda pdf, s: pdf + b"<" + s.hex().encode() + b"00000>\n%%EOF\n",
        packed,
    ],
)
def test_a_document_with_the_passphrase_in_it_never_leaves_the_client(disguise, pdf):
    with Misbehaving(answers(answer("200 OK", disguise(pdf, SECRET.encode()), PDF))) as server:
        assert failed_sign(server, pdf).kind is Kind.LEAK


def test_a_word_that_stood_in_the_document_before_is_no_echo(pdf):
    marked = pdf + SECRET.encode() + b"\n%%EOF\n"
    with Misbehaving(answers(answer("200 OK", marked + b"%%EOF\n", PDF))) as server:
        client = TteClient.from_settings(server.settings)
        assert client.sign(marked, BUDI.nik, Passphrase(SECRET), Appearance()).pdf


def test_no_call_stands_in_the_debug_log_and_calls_of_others_still_do(client, caplog):
    caplog.set_level(logging.DEBUG)
    client.status(BUDI.nik)
    assert BUDI.nik not in caplog.text
    with Misbehaving() as server:
        requests.get(f"{server.url}/api/user/orang-lain", timeout=5)
    assert "/api/user/orang-lain" in caplog.text
