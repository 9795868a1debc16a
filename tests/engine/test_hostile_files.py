"""Files made to hurt: refused in words, or taken as the plain text they are. Nothing is fetched or written.

They go through the child process as uploads do, with their time and memory measured.
"""

from __future__ import annotations

import socket
import threading
import time
from pathlib import Path

import pytest

from app.engine.checks import prepare
from app.engine.quarantine import ChildFailed
from tests.engine.drawing import END, START, document, flow, simple, task, timer
from tests.engine.hostility import SLACK, ask, refusals


def billion_laughs() -> bytes:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE d [<!ENTITY l0 "lol">{levels}]><definitions>&l9;</definitions>'.encode()


def quadratic() -> bytes:
    return f'<!DOCTYPE d [<!ENTITY a "{"x" * 50_000}">]><definitions>{"&a;" * 50_000}</definitions>'.encode()


BYTES: dict[str, tuple[bytes, str]] = {
    "truncated": (simple()[:-80], "XML"),
    "not XML": (b"\x89PNG\r\n\x1a\n" + b"\x00" * 1000, "bukan diagram"),
    "50 MB": (b"<definitions>" + b" " * 50_000_000 + b"</definitions>", "MB"),
    "deep": (b"<a>" * 100_000 + b"</a>" * 100_000, "bersarang"),
    "billion laughs": (billion_laughs(), "DOCTYPE"),
    "quadratic": (quadratic(), "DOCTYPE"),
    "external DTD": (b'<!DOCTYPE d SYSTEM "http://127.0.0.1:9/x.dtd">' + simple(), "DOCTYPE"),
    "600,000 elements": (b"<definitions>" + b"<a/>" * 380_000 + b"</definitions>", "elemen"),
    "many attributes": (b"<definitions " + b" ".join(b'a%d=""' % n for n in range(150_000)) + b"/>", "BPMN"),
    "long name": (b"<" + b"a" * 1_900_000 + b"/>", "XML"),
    "long text": (simple().replace(b'name="Tugas a"', b'name="' + b"a" * 1_900_000 + b'"'), ""),
    "linear 400": (
        simple("".join(task(f"t{n}") for n in range(400)), tuple(f"t{n}" for n in range(400))), "300 elemen"
    ),
    "gateways 10,000": (
        simple("".join(f'<parallelGateway id="g{n}"/>' for n in range(8_000)), tuple(f"g{n}" for n in range(8_000))),
        "",
    ),
    "nested subprocesses": (
        simple('<subProcess id="s%s">' * 60 % tuple(range(60)) + "</subProcess>" * 60, ("s0",)), "",
    ),
    "nested instances": (
        simple(
            '<subProcess id="s"><multiInstanceLoopCharacteristics><loopCardinality>100000</loopCardinality>'
            f"</multiInstanceLoopCharacteristics>{START.replace('mulai', 'm2')}{END.replace('selesai', 'e2')}"
            f"{flow('m2', 'e2')}</subProcess>",
            ("s",),
        ),
        "1 sampai 500",
    ),
    "giant time": (timer("P99999999999M"), ""),
    "giant id": (simple().replace(b'"a"', b'"' + b"a" * 300 + b'"').replace(b">a<", b">" + b"a" * 300 + b"<"), ""),
    "dangling": (simple(more=flow("a", "tidak_ada")), "tujuan"),
    "twice": (simple(task("a") + task("a")), "dua kali"),
    "endless": (
        document(
            START + '<exclusiveGateway id="g"/><scriptTask id="a"><script>a = 1</script></scriptTask>' + END
            + flow("mulai", "g") + flow("g", "a") + flow("a", "g")
        ),
        "berputar",
    ),
    "calls itself": (simple('<callActivity id="c" calledElement="p"/>', ("c",)), "tanpa henti"),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(BYTES))
def test_bytes_made_to_hurt_are_refused_soon_and_cheaply(name: str) -> None:
    data, words = BYTES[name]
    started = time.monotonic()
    peak = 0
    try:
        answer = ask(data)
        found, peak = refusals(answer), answer["peak"]
    except ChildFailed as e:  # its limits held
        found = [str(e)]
    assert found and any(words in message for message in found), found[:5]
    assert time.monotonic() - started < 10 * SLACK
    assert peak < 512 * 1024


def test_calls_in_a_circle_across_files_are_refused() -> None:
    def calling(process: str, other: str) -> bytes:
        data = simple(f'<callActivity id="c_{process}" calledElement="{other}"/>', (f"c_{process}",))
        return data.replace(b'<process id="p"', f'<process id="{process}"'.encode())

    assert any("tanpa henti" in m for m in refusals(ask(calling("p1", "p2"), calling("p2", "p3"), calling("p3", "p1"))))


def test_a_data_object_two_levels_down_is_refused_or_a_note() -> None:
    deep = '<task id="t"><dataInputAssociation id="da"><sourceRef>ref</sourceRef><targetRef>x</targetRef>'
    deep += "</dataInputAssociation></task>"
    for n in (3, 2):
        deep = f'<subProcess id="s{n}"><startEvent id="m{n}"/><endEvent id="e{n}"/>{deep}</subProcess>'
    data = simple(deep + '<dataObject id="o"/><dataObjectReference id="ref" dataObjectRef="o"/>', ("s2",))
    started = time.monotonic()
    prepare({"p.bpmn": data})
    ask(data)
    assert time.monotonic() - started < 10 * SLACK


# ---- connections ------------------------------------------------------------------------------------------


class Ear:
    """Listens on a port of this machine, and remembers whether anybody came."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.settimeout(0.2)
        self.port = self._socket.getsockname()[1]
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def _listen(self) -> None:
        while not self._over.is_set():
            try:
                caller, _ = self._socket.accept()
            except OSError:
                continue
            self.heard.append(str(caller.recv(100)))
            caller.close()

    def close(self) -> None:
        self._over.set()
        self._thread.join()
        self._socket.close()


def test_nothing_is_fetched_and_no_file_is_read(tmp_path: Path) -> None:
    secret = tmp_path / "rahasia.txt"
    secret.write_text("RAHASIA-NEGARA")
    ear = Ear()
    try:
        url = f"http://127.0.0.1:{ear.port}/x"
        head = simple().decode()
        doctypes = [
            f'<!DOCTYPE d SYSTEM "{url}">{head}',
            f'<!DOCTYPE d PUBLIC "x" "{url}">{head}',
            f'<!DOCTYPE d [<!ENTITY x SYSTEM "{url}">]>{head.replace("Tugas a", "&x;")}',
            f'<!DOCTYPE d [<!ENTITY % x SYSTEM "{url}"> %x;]>{head}',
            f'<!DOCTYPE d [<!ENTITY x SYSTEM "file://{secret}">]>{head.replace("Tugas a", "&x;")}',
        ]
        for text in doctypes:
            assert any("DOCTYPE" in m for m in refusals(ask(text.encode()))), text
        xi = 'xmlns:xi="http://www.w3.org/2001/XInclude"'
        quiet = [
            head.replace("<definitions ", f'<definitions xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
                         f'xsi:schemaLocation="http://x {url}" '),
            head.replace("<process ", f'<import importType="http://x" location="{url}" namespace="n"/><process '),
            head.replace("<process ", f'<xi:include {xi} href="file://{secret}" parse="text"/><process '),
            head.replace("<process ", f'<xi:include {xi} href="{url}"/><process '),
            f'<?xml-stylesheet href="{url}"?>{head}',
        ]  # fmt: skip
        for text in quiet:
            assert "RAHASIA" not in str(ask(text.encode()))
    finally:
        ear.close()
    assert ear.heard == []
