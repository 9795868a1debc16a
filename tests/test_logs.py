# ruff: noqa: F811  (fixtures are imported by name)
"""The log: one JSON object a line, with the case it is about, and nothing of people in it."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest

from app import logs
from app.flows import sample
from app.models import Instance, Job, db
from tests import pk
from tests.stories.conftest import drafting  # noqa: F401 - a fixture
from tests.world import LITERASI, SATU, World, provider, stages  # noqa: F401 - fixtures


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What would go to stderr as JSON."""
    stream = io.StringIO()
    root, ours = logging.getLogger(), [logging.getLogger(n) for n in logs._OURS]
    levels = [(logger, logger.level) for logger in (root, *ours)]
    handler = logs.init_logs("json", stream)
    yield stream
    root.removeHandler(handler)
    for logger, level in levels:
        logger.setLevel(level)


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_whole_story_leaves_the_case_in_the_log_and_no_person(drafting: World, written: io.StringIO) -> None:
    world = drafting
    logging.getLogger("alur").setLevel(logging.DEBUG)
    pk.to_making(world)
    pk.to_signing(world)
    pk.approve(world, world.head(), pk.SIGN, "salah sama sekali")
    pk.approve(world, world.head(), pk.SIGN, SATU.head.passphrase)
    pk.approve(world, world.eselon(), pk.REVIEW, LITERASI.head.passphrase)
    world.operator().open("/kinerja/cek-registrasi-tte").form().fill(nik=SATU.head.nik).press()
    world.operator().open(f"/dokumentasi/?cari={SATU.head.nik}&unit=budi@contoh.example")
    world.operator().open(f"/tidak-ada/{SATU.head.nip}?nama=Sekar")
    text = written.getvalue()
    people = list(sample.heads())
    for person in people:
        for secret in (person.nik, person.nip, person.nama, person.passphrase):
            assert not secret or secret not in text, secret
    for word in ("salah sama sekali", "contoh.example", "Sekar", SATU.nama, "operator-contoh", "?cari", "sim100101"):
        assert word not in text, word
    found = lines(written)
    requests = [e for e in found if e["logger"] == "alur.access"]
    assert len(requests) > 20 and all({"time", "level", "reference", "status", "ms"} <= set(e) for e in requests)
    assert any(e.get("case") == 1 and isinstance(e.get("user"), int) for e in requests)
    about_tasks = [e for e in requests if str(e.get("endpoint")).startswith("tasks.") and e["method"] == "POST"]
    assert about_tasks and all(e["case"] == 1 for e in about_tasks)
    assert {e["endpoint"] for e in requests if "endpoint" in e} >= {"tasks.index", "auth.login"}


def test_lines_of_a_job_say_which(drafting: World, written: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.documents.render import Renderer

    def breaks(*_anything: object) -> bytes:
        raise RuntimeError("Budi 9901011501800001")

    pk.to_making(drafting)
    monkeypatch.setattr(Renderer, "pdf", breaks)
    page = drafting.operator().open("/tugas").link("Membuat Lembar PK")
    page.form("/tugas/").press(langkah="buat")
    drafting.settle()
    (job,) = drafting.all(db.select(Job).where(Job.operator == "lembar.buat"))
    about = [e for e in lines(written) if e.get("job") == job.id]
    assert about and about[0]["case"] == drafting.all(db.select(Instance.id))[0]
    assert "Budi" not in written.getvalue()


@pytest.mark.parametrize(
    ("line", "masked"),
    [
        ("NIK 9901011501800001 tidak ada", "NIK **************** tidak ada"),
        ("nik=9901 0115 0180 0001.", "nik=****************."),
        ("NIP 197205171998032002", "NIP ****************"),
        ("kepada budi.s+x@contoh.example gagal", "kepada ***@*** gagal"),
        ("GET /dokumentasi/?cari=Budi%20S HTTP/1.1", "GET /dokumentasi/?... HTTP/1.1"),
        ("Exception on /password/tautan/AbCdEf [POST]", "Exception on /password/tautan/*** [POST]"),
        ("postgresql://alur:rahasia@db/alur", "postgresql://alur:***@db/alur"),
        ("job 1234567890123456abcdef1234567890", "job 1234567890123456abcdef1234567890"),
        ("2026-11-22T20:47:39.123456+00:00", "2026-11-22T20:47:39.123456+00:00"),
        ("Rp 1250000000", "Rp 1250000000"),
    ],
)
def test_what_is_masked_and_what_stays(line: str, masked: str) -> None:
    assert logs.mask(line) == masked


def test_a_traceback_is_masked_too_and_stays_one_line(written: io.StringIO) -> None:
    try:
        raise ValueError("Budi 9901011501800001")
    except ValueError:
        logging.getLogger("alur.uji").exception("gagal")
    (entry,) = lines(written)
    assert "9901011501800001" not in str(entry) and entry["level"] == "ERROR" and "ValueError" in str(entry["exc_info"])


def test_text_for_people_at_a_terminal() -> None:
    stream = io.StringIO()
    handler = logs.make_handler("text", stream)
    record = logging.LogRecord("alur.uji", logging.INFO, "x", 1, "selesai", None, None)
    with logs.about(case=7):
        handler.handle(record)
    assert stream.getvalue().endswith("INFO alur.uji: selesai [case=7]\n")
