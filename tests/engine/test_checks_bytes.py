"""What comes in may be any bytes: other encodings are read, bombs and giants are refused soon."""

from __future__ import annotations

import time

import pytest

from app.engine.checks import prepare
from tests.engine.drawing import (
    END,
    HEAD,
    START,
    chain,
    document,
    errors,
    look,
    service,
    simple,
    task,
)


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1", "utf-8-sig", "windows-1252"])
def test_other_encodings_are_legal_and_come_out_as_utf_8(encoding: str) -> None:
    declared = encoding.removesuffix("-sig")
    text = (
        f'<?xml version="1.0" encoding="{declared}"?>' + simple(task("a", "<documentation>é</documentation>")).decode()
    )
    prepared = look(text.encode(encoding))
    assert errors(prepared) == []
    assert "é".encode() in prepared.files["p.bpmn"]
    assert b"encoding='UTF-8'" in prepared.files["p.bpmn"]


BOMB = '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "bukan diagram"),
        (b"\x00\x01\x02", "bukan diagram"),
        (b"<definitions", "XML"),
        (b"<a/>", "BPMN 2.0"),
        (b"PK\x03\x04", "bukan diagram"),
        (BOMB.encode() + simple(), "DOCTYPE"),
        (b'<!DOCTYPE d SYSTEM "file:///etc/passwd">' + simple(), "DOCTYPE"),
        (f'<?xml version="1.0" encoding="utf-16"?>{BOMB}{simple().decode()}'.encode("utf-16"), "DOCTYPE"),
        (
            simple(task("a", "<documentation>&xxe;</documentation>")) if False else b"<definitions>&xxe;</definitions>",
            "XML",
        ),
        (b"<definitions>" + b"<a/>" * 20_001 + b"</definitions>", "20000 elemen"),
        (b"<a>" * 65 + b"</a>" * 65, "bersarang"),
        (b"<definitions>" + b" " * 2_000_001 + b"</definitions>", "MB"),
        (b'<?xml version="1.0" encoding="bukan-huruf"?><definitions/>', "tidak"),
        (f"{HEAD}</definitions>".encode(), "proses"),
    ],
)
def test_bytes_that_are_no_diagram_are_refused(data: bytes, words: str) -> None:
    found = errors(look(data))
    assert any(words in message for _, message in found), found


def test_too_many_files_and_none_are_refused() -> None:
    assert not prepare({}).ok
    assert not prepare({f"{i}.bpmn": simple() for i in range(31)}).ok


def test_all_problems_come_at_once_with_their_lines() -> None:
    body = (
        START
        + "\n"
        + task("a")
        + "\n<complexGateway id='x'/>\n<scriptTask id='y'/>"
        + END
        + chain("mulai", "a", "selesai")
    )
    found = look(document(body)).problems
    assert {p.element for p in found} == {"x", "y"}
    assert sorted({p.line for p in found}) == [3, 4]
    assert {p.file for p in found} == {"p.bpmn"}


@pytest.mark.parametrize("shape", ["flows", "tasks", "parameters"])
def test_what_is_too_large_is_refused_soon(shape: str) -> None:
    flows = '<sequenceFlow sourceRef="mulai" targetRef="selesai"/>' * 15_000
    tasks = "".join(f'<task id="t{i}"/>' for i in range(9_000))
    parameters = service("s", "a.b", '<spiffworkflow:parameter id="x" type="any" value="1"/>' * 15_000)
    body = {"flows": flows, "tasks": tasks, "parameters": parameters}[shape]
    started = time.monotonic()
    assert not prepare({"a.bpmn": document(START + body + END), "b.bpmn": document(START + body + END)}).ok
    assert time.monotonic() - started < 30  # about 3 seconds on an idle core
