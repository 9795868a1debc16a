"""The visible part of a signature: a QR code or a picture, and where a tag stands on the pages."""

from __future__ import annotations

import io
from typing import Any

import segno
from PIL import Image, UnidentifiedImageError
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.content import PdfContent, PdfResources, RawContent, ResourceType
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.images import PdfImage
from pyhanko.pdf_utils.layout import AxisAlignment, BoxConstraints, InnerScaling, Margins, SimpleBoxLayoutRule
from pyhanko.stamp import BaseStampStyle, StaticStampStyle
from pypdf import PdfReader

from service_tasks.tte.provider.request import BadRequest, Place, Wish

SMALLEST = 3.0  # height of letters, in points
LINE = 8  # height of the line of text under the QR code, in points
FIT = SimpleBoxLayoutRule(
    x_align=AxisAlignment.ALIGN_MID,
    y_align=AxisAlignment.ALIGN_MID,
    margins=Margins.uniform(0),
    inner_content_scaling=InnerScaling.STRETCH_TO_FIT,
)


def style(wish: Wish, place: Place) -> BaseStampStyle:
    """The stamp's appearance, scaled into the place's box without distortion."""
    content = _picture(wish.image) if wish.image else _qr(wish.link or "", wish.text, place)
    return StaticStampStyle(border_width=0, background=content, background_layout=FIT, background_opacity=1.0)


def locate(pdf: bytes, place: Place, pages: int) -> Place:
    """The place with page, x and y known; BadRequest if its tag isn't found or the page doesn't exist.

    With a tag, the stamp's lower left corner stands where the tag's text begins, moved so far that all of it is on
    the page.
    """
    if place.tag:
        place = _find_tag(pdf, place.tag, place)
    if place.page > pages:
        raise BadRequest(f"Halaman {place.page} tidak ada: dokumen terdiri atas {pages} halaman")
    return place


def _find_tag(pdf: bytes, tag: str, place: Place) -> Place:
    found: list[tuple[float, float]] = []

    def visit(text: str, cm: Any, tm: Any, _font: Any, _size: Any) -> None:
        if tag in text and not found:
            x, y = tm[4], tm[5]
            found.append((cm[0] * x + cm[2] * y + cm[4], cm[1] * x + cm[3] * y + cm[5]))

    for number, page in enumerate(PdfReader(io.BytesIO(pdf)).pages, 1):
        page.extract_text(visitor_text=visit)
        if found:
            box = page.mediabox
            x = _within(found[0][0], float(box.left), float(box.right) - place.width)
            y = _within(found[0][1], float(box.bottom), float(box.top) - place.height)
            return Place(number, x, y, place.width, place.height)
    raise BadRequest(f"Tag {tag} tidak ditemukan pada dokumen")


def _within(value: float, least: float, most: float) -> float:
    return max(least, min(value, most))


def _picture(image: bytes) -> PdfContent:
    try:
        picture: Image.Image = Image.open(io.BytesIO(image), formats=("PNG", "JPEG"))
        picture.load()
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        raise BadRequest("imageTTD bukan gambar JPEG atau PNG") from None
    if picture.mode not in ("RGB", "RGBA", "L", "LA", "P"):
        picture = picture.convert("RGB")
    return PdfImage(picture, writer=None, box=BoxConstraints(picture.width, picture.height))


def _qr(link: str, text: str | None, place: Place) -> PdfContent:
    code = segno.make_qr(link, error="m")
    rows = [list(row) for row in code.matrix_iter(border=2)]
    size = len(rows)
    foot = LINE if text and place.height > 3 * LINE else 0
    side = min(place.width, place.height - foot)
    scale = side / size
    left = (place.width - side) / 2
    # white under the whole code: a scanner needs the quiet zone, and a tag's text disappears beneath it
    drawing = [b"q 1 1 1 rg 0 0 %g %g re f 0 g" % (place.width, place.height)]
    drawing.append(b"%g 0 0 %g %g %g cm" % (scale, scale, left, foot))
    for y, row in enumerate(rows):
        drawing.extend(b"%d %d %d 1 re" % (x, size - 1 - y, width) for x, width in _runs(row))
    drawing.append(b"f Q")
    resources = PdfResources()
    if foot:
        drawing.append(_line(text or "", place.width))
        resources[ResourceType.FONT][pdf_name("/F1")] = _helvetica()
    return RawContent(b"\n".join(drawing), resources, BoxConstraints(place.width, place.height))


def _runs(row: list[int]) -> list[tuple[int, int]]:
    """Start and length of each run of dark modules: one rectangle instead of many."""
    runs: list[tuple[int, int]] = []
    for x, dark in enumerate(row):
        if dark and x and row[x - 1]:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        elif dark:
            runs.append((x, 1))
    return runs


def _line(text: str, width: float) -> bytes:
    """A name of usual length stands there whole, in smaller letters; what is longer still is cut."""
    size = max(SMALLEST, min(6.0, 2 * width / max(len(text), 1)))
    shown = text.encode("cp1252", "replace")[: max(1, int(2 * width / size))]
    shown = shown.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
    return b"BT /F1 %g Tf 2 2 Td (%s) Tj ET" % (size, shown)


def _helvetica() -> generic.DictionaryObject:
    names = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica", "/Encoding": "/WinAnsiEncoding"}
    return generic.DictionaryObject({pdf_name(k): pdf_name(v) for k, v in names.items()})
