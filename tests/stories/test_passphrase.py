"""No passphrase in the database, the files, the logs or a page, however the provider or a plug-in misbehaves."""

from __future__ import annotations

import json
import logging
import zlib
from collections.abc import Callable
from dataclasses import replace
from email.parser import BytesParser
from email.policy import HTTP
from urllib.parse import quote, quote_plus

import pytest

from app.flows import retry as retrying
from app.flows.house import KEY
from app.models import Attempt, Job, db
from app.sdk.services import BpmnError, Call, Result, ServiceError
from tests import pk
from tests.service_tasks.misbehaving import Misbehaving, http
from tests.world import SATU, World

SECRET = 'Kata "Sandi" é & Rahasia\\17%'
DISGUISES = {
    SECRET.encode(),
    SECRET.encode("utf-16-le"),
    SECRET.encode("utf-16-be"),
    quote(SECRET).encode(),
    quote_plus(SECRET).encode(),
    json.dumps(SECRET)[1:-1].encode(),
    json.dumps(SECRET, ensure_ascii=False)[1:-1].encode(),
    SECRET.replace("&", "&amp;").replace('"', "&#34;").encode(),
    SECRET.encode().hex().encode(),
}
# each takes what was typed and gives an answer of the provider
Echo = Callable[[bytes], bytes]
JSON = "Content-Type: application/json"
PDF = "Content-Type: application/pdf"


def _pdf(inside: bytes) -> bytes:
    return b"%PDF-1.7\n1 0 obj\n" + inside + b"\nendobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


ECHOES: dict[str, Echo] = {
    "error text": lambda s: http("400 Bad Request", json.dumps({"error": f"Passphrase {s.decode()} salah"}).encode()),
    "error with status 200": lambda s: http("200 OK", json.dumps({"error": s.decode()}).encode(), JSON),
    "error, unescaped": lambda s: http("400 Bad Request", b'{"error":"' + s + b'"}', JSON),
    "error, escaped twice": lambda s: http("500 Error", json.dumps({"message": json.dumps(s.decode())}).encode(), JSON),
    "html": lambda s: http("502 Bad Gateway", b"<html>" + s + b"</html>", "Content-Type: text/html"),
    "percent-encoded": lambda s: http("400 Bad Request", quote(s).encode(), "Content-Type: text/plain"),
    "form-encoded": lambda s: http("400 Bad Request", quote_plus(s).encode(), "Content-Type: text/plain"),
    "redirect": lambda s: http("302 Found", b"", f"Location: http://127.0.0.1:9/?p={quote(s)}"),
    "header": lambda s: http("200 OK", _pdf(b"<<>>"), PDF, f"id_dokumen: {quote(s, safe='')}"),
    "status line": lambda s: http(f"400 {quote(s)}"),
    "metadata of the PDF": lambda s: http("200 OK", _pdf(b"<</Title(" + s + b")>>"), PDF),
    "metadata as UTF-16": lambda s: http(
        "200 OK", _pdf(b"<</Title<FEFF" + s.decode().encode("utf-16-be").hex().encode() + b">>>"), PDF
    ),
    "packed in the PDF": lambda s: http("200 OK", _pdf(b"<<>>stream\n" + zlib.compress(s) + b"\nendstream"), PDF),
    "truncated": lambda s: http("200 OK", b"%PDF-1.7 " + s, PDF, length=9999),
    "nothing but it": lambda s: s,
}


def echoing(make: Echo):
    """The provider reads the passphrase from the request, and gives it back in its way."""

    def script(conn, request: bytes) -> None:
        conn.sendall(make(_typed(request)))

    return script


def _typed(request: bytes) -> bytes:
    head, _, body = request.partition(b"\r\n\r\n")
    headers = b"\r\n".join(line for line in head.split(b"\r\n")[1:] if line.lower().startswith(b"content-type"))
    parts = BytesParser(policy=HTTP).parsebytes(headers + b"\r\n\r\n" + body).iter_parts()
    found = [p.get_payload(decode=True) for p in parts if p.get_param("name", header="content-disposition") == _NAME]
    assert found == [SECRET.encode()], "the provider did not get the passphrase: the test would prove nothing"
    return found[0]


_NAME = "passphrase"


def everything_kept(world: World) -> dict[str, bytes]:
    """The database three times over (its text, its bytes, its log), and every file under the data folder."""
    with world.app.app_context():
        text = "\n".join(db.session.connection().connection.iterdump())
        db.session.remove()
    found = {"dump": text.encode()}
    for path in sorted(p for p in world.folder.rglob("*") if p.is_file()):
        found[str(path.relative_to(world.folder))] = path.read_bytes()
    assert any(name.startswith("alur.sqlite3") for name in found) and len(found) > 2
    return found


def every_page(world: World) -> dict[str, bytes]:
    """What people are shown of the case afterwards."""
    paths = ("/tugas", "/perkara/1", "/perkara/1/keadaan", "/perkara/1/ikuti/isi", "/kinerja/pk", "/pemberitahuan")
    people = (world.operator(), world.head(), world.eselon(), world.biro(), world.admin())
    pages = {f"{v.username} {p}": v.open(p).answer.data for v in people for p in paths}
    task = world.head().open("/tugas")
    return pages | ({"the head's task": task.link(pk.SIGN).answer.data} if task.has_link(pk.SIGN) else {})


def assert_nowhere(world: World, logs: str, pages: list[bytes]) -> None:
    places = everything_kept(world) | every_page(world) | {"log": logs.encode()}
    places |= {f"page {n}": page for n, page in enumerate(pages)}
    assert [name for name, content in places.items() if any(d in content for d in DISGUISES)] == []


def sign(world: World) -> list[bytes]:
    """The head types the passphrase and sends it; the pages on the way."""
    page = world.head().open("/tugas").link(pk.SIGN)
    sent = page.form("/tugas/").fill(passphrase=SECRET).press()
    world.settle()
    return [page.answer.data, sent.answer.data]


@pytest.mark.parametrize("make", ECHOES.values(), ids=ECHOES.keys())
def test_a_provider_that_gives_it_back(at_the_head: World, caplog, make: Echo) -> None:
    caplog.set_level(logging.DEBUG)
    with Misbehaving(script=echoing(make)) as provider:
        world = at_the_head.reopened(tte_url=provider.url)
        pages = sign(world)
        assert provider.signatures_asked_for() == 1
    assert_nowhere(world, caplog.text, pages)


def test_what_leaked_is_said_and_waits_for_an_admin(at_the_head: World, caplog) -> None:
    with Misbehaving(script=echoing(ECHOES["metadata of the PDF"])) as provider:
        world = at_the_head.reopened(tte_url=provider.url)
        pages = sign(world)
    (left,) = world.all(db.select(Job).where(Job.state == "incident"))
    assert "Ganti passphrase Anda di penyedia TTE dan beri tahu admin." in left.message
    assert world.all(db.select(Attempt.answer_sha256).where(Attempt.job_id == left.id)) == [None]
    with world.app.app_context():
        assert [i.id for i in retrying.incidents()] == [left.id]
    assert_nowhere(world, caplog.text, pages)


def _raises(call: Call) -> Result:
    raise RuntimeError(f"gagal dengan {call.secrets['passphrase'].reveal()}")


def _raises_from(call: Call) -> Result:
    try:
        _raises(call)
    except RuntimeError as e:
        raise ValueError("lalu") from e
    return Result(None)


def _logs(call: Call) -> Result:
    log, text = logging.getLogger("plugin"), call.secrets["passphrase"].reveal()
    log.error("passphrase %s", text)
    log.warning(f"{text}")
    log.info({"isi": text})
    log.error("%s %s", text)  # a broken record
    log.error("tersandi %s", quote(text))
    try:
        _raises(call)
    except RuntimeError:
        log.exception("dengan jejak")
    return Result({"dokumen": {}})


def _keeps(call: Call) -> Result:
    call.keep(call.secrets["passphrase"].reveal().encode())
    return Result({})


def _stores(call: Call) -> Result:
    content = _pdf(call.secrets["passphrase"].reveal().encode())
    stored = call.ports.documents.put(content, kind="signed", name="x.pdf", number="x", token="y")
    return Result({"sha256": stored.sha256})


PLUGINS = {
    "raises it": _raises,
    "raises it as a cause": _raises_from,
    "logs it": _logs,
    "gives it as the result": lambda c: Result({"p": c.secrets["passphrase"].reveal()}),
    "gives it as a key": lambda c: Result({c.secrets["passphrase"].reveal(): 1}),
    "gives the object itself": lambda c: Result({"p": c.secrets["passphrase"]}),
    "says it": lambda c: ServiceError(f"salah: {c.secrets['passphrase'].reveal()}", permanent=True),
    "says it to the diagram": lambda c: BpmnError("PASSPHRASE_SALAH", f"salah: {c.secrets['passphrase'].reveal()}"),
    "says it percent-encoded": lambda c: ServiceError(quote(c.secrets["passphrase"].reveal()), permanent=True),
    "keeps it": _keeps,
    "stores it": _stores,
}


@pytest.mark.parametrize("plugin", PLUGINS.values(), ids=PLUGINS.keys())
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_plug_in_that_gives_it_away(at_the_head: World, caplog, capfd, plugin) -> None:
    caplog.set_level(logging.DEBUG)
    house = at_the_head.app.extensions[KEY]
    task = replace(house.operators["tte.sign"], call=plugin)
    at_the_head.app.extensions[KEY] = replace(house, operators={**house.operators, "tte.sign": task})
    pages = sign(at_the_head)
    out, err = capfd.readouterr()
    assert_nowhere(at_the_head, caplog.text + out + err, pages)


def test_the_search_finds_what_is_there(at_the_head: World) -> None:
    """A note is stored: the search that finds no passphrase finds it in each of its places."""
    pk.refuse(at_the_head.head(), pk.SIGN, SECRET)
    kept = everything_kept(at_the_head)
    assert sum(any(d in content for d in DISGUISES) for content in kept.values()) >= 2
    page = every_page(at_the_head)[f"{SATU.head.nip} /perkara/1"]
    assert any(d in page for d in DISGUISES)


def test_a_passphrase_that_was_typed_and_not_needed_is_nowhere(at_the_head: World, caplog) -> None:
    """Typed into the form of an approval that is then a refusal, and into one with an error."""
    caplog.set_level(logging.DEBUG)
    head = at_the_head.head()
    page = head.open("/tugas").link(pk.SIGN)
    pages = [page.form("/tugas/").set({"passphrase": SECRET, "keputusan": ""}).press().answer.data]
    pages.append(head.post(page.path + "/draf", passphrase=SECRET, keputusan="setuju").answer.data)
    pages.append(
        page.form("/tugas/").set({"passphrase": SECRET, "keputusan": "setuju"}).press(_aksi="simpan").answer.data
    )
    values = {"passphrase": SECRET, "keputusan": "tolak", "catatan": "Perbaiki target kedua."}
    pages.append(page.form("/tugas/").set(values).press().answer.data)
    at_the_head.settle()
    assert_nowhere(at_the_head, caplog.text, pages)


def test_an_ended_session_carries_no_passphrase_through_the_login(at_the_head: World, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    head = at_the_head.head()
    form = head.open("/tugas").link(pk.SIGN).form("/tugas/").fill(passphrase=SECRET)
    with head.client.session_transaction() as session:
        session["seen"] = session["since"] = 0
    login = form.press()
    assert login.status == 401
    page = login.form("/masuk").fill(username=head.username, password="kepala-contoh", kode="48291").press()
    assert_nowhere(at_the_head, caplog.text, [login.answer.data, page.answer.data])


def test_a_good_signature_leaves_nothing_of_it(at_the_head: World, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    pk.approve(at_the_head, at_the_head.head(), pk.SIGN, SATU.head.passphrase)
    places = everything_kept(at_the_head) | every_page(at_the_head) | {"log": caplog.text.encode()}
    assert [n for n, content in places.items() if SATU.head.passphrase.encode() in content] == []
    assert [n for n, content in places.items() if SATU.head.nik.encode() in content and "sqlite" not in n] == ["dump"]
    assert SATU.head.nik not in at_the_head.provider.log()
