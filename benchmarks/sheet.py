"""The Lembar PK: three pages, in a process that has made one before."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from pypdf import PdfReader

from app.documents.render import Renderer
from app.sdk.services import Call
from benchmarks import pk
from benchmarks.measure import Figure, Samples, p50, p95, spread
from service_tasks import lembar
from service_tasks.lembar.isi import content
from tests.service_tasks.paper import FONTS, call

FOLDER = Path(lembar.__file__).parent
TOKEN = "AbCdEfGhIjKlMnOpQrStUv"


def made(number: int = 1) -> bytes:
    """The sheet of the benchmarks' PK."""
    return _draw(Renderer(FONTS), number)


def run(quick: bool = False) -> list[Figure]:
    """CPU from the case's data to the PDF's bytes: values, template, layout, QR code, fonts."""
    turns = 2 if quick else 20
    renderer = Renderer(FONTS)
    pages = len(PdfReader(BytesIO(_draw(renderer, 0))).pages)
    assert pages == 3, f"the sheet has {pages} pages"
    samples = Samples()
    for n in range(1, turns + 1):
        samples.time(lambda n=n: _draw(renderer, n))
    detail = {"pages": pages, "cpu_ms_p95": p95(samples.cpu), "wall_ms_p50": p50(samples.wall)}
    return [Figure("pdf_cpu_ms", p50(samples.cpu), "ms", ("<", 150), spread(samples.cpu), detail)]


def _draw(renderer: Renderer, number: int) -> bytes:
    order: Call = call(None, data={"pk": pk.draft(number)})  # type: ignore[arg-type]
    values = content(order, f"PK-2026-100101-{number}", TOKEN)
    return renderer.pdf("lembar_pk.html", values, str(FOLDER))
