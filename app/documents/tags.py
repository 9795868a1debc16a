"""Elements that our templates have beyond xhtml2pdf's own, all drawn as vectors and without a second layout pass.

    <alur:qr value="..." width="19mm"></alur:qr>                a QR code, error correction M
    <alur:svg src="lambang.svg" width="19mm"></alur:svg>         a picture from the template's folder
    <alur:tempat nama="ttd" width="26mm" height="26mm"></alur:tempat>   an empty place; its rectangle is kept in the PDF as the
                                                       named destination `ttd` (/FitR, points, origin bottom-left)
    <alur:halaman></alur:halaman>                                    "Halaman 2 dari 5"

xhtml2pdf looks a tag up as `pisaTag...` among its parser's globals and its attributes in TAGS: `install` adds ours.
It would draw an SVG as a bitmap of one point per pixel, a PNG for the QR code blurs in print, and its page count
builds every document twice (measured: 1.9 times the CPU).
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from io import BytesIO
from typing import Any

import segno
from reportlab.graphics import renderPDF
from reportlab.lib.fonts import tt2ps
from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus.flowables import Flowable
from svglib.svglib import svg2rlg
from xhtml2pdf import parser
from xhtml2pdf.default import FILE, MUST, SIZE, STRING, TAGS
from xhtml2pdf.tags import pisaTag, pisaTagBODY

from app.errors import AlurError

TOTAL = "alur-jumlah-halaman"


class MissingPicture(AlurError):
    """A picture that the template names is not in its folder, or is no SVG."""


class Box(Flowable):
    """A box of fixed size that stands left, in the middle or right, as the text around it does."""

    def __init__(self, width: float, height: float, alignment: int) -> None:
        super().__init__()
        self.width, self.height = width, height
        self.hAlign = {1: "CENTER", 2: "RIGHT"}.get(alignment, "LEFT")

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        return self.width, self.height


class Place(Box):
    """An empty box that the PDF remembers by name."""

    name = ""

    def draw(self) -> None:
        left, bottom = self.canv.absolutePosition(0, 0)
        right, top = self.canv.absolutePosition(self.width, self.height)
        document = self.canv._doc
        # ReportLab writes no list of its bookmarks, so that only links could find them: this is the list.
        places = getattr(document.Catalog, "Dests", None) or PDFDictionary({})
        corners = (round(value, 2) for value in (left, bottom, right, top))
        places[self.name] = PDFArray([document.thisPageRef(), PDFName("FitR"), *corners])
        document.Catalog.Dests = places


class Qr(Box):
    """A QR code without its quiet zone: the template leaves the room around it."""

    text = ""

    def draw(self) -> None:
        # The same code stands on every page: its drawing is kept once in the file.
        form = f"alur-qr-{sha256(self.text.encode()).hexdigest()[:16]}"
        if not self.canv.hasForm(form):
            self.canv.beginForm(form, 0, 0, self.width, self.height)
            self._draw_modules()
            self.canv.endForm()
        self.canv.doForm(form)

    def _draw_modules(self) -> None:
        rows = _modules(self.text)
        side = self.width / len(rows)
        path = self.canv.beginPath()
        for y, row in enumerate(rows):
            for start, length in row:
                # A little higher than a module: viewers show hairlines between boxes that only touch.
                path.rect(start * side, self.height - (y + 1) * side, length * side, side * 1.03)
        self.canv.drawPath(path, fill=1, stroke=0)


class Picture(Box):
    """A drawing, scaled to the width of its box."""

    drawing: Any = None

    def draw(self) -> None:
        factor = self.width / self.drawing.width
        self.canv.saveState()
        self.canv.scale(factor, factor)
        renderPDF.draw(self.drawing, self.canv, 0, 0)
        self.canv.restoreState()

    def __deepcopy__(self, _memo: dict[int, Any]) -> Picture:
        # Frames that repeat are copied for every page; the drawing is shared and never changed.
        copy = Picture(self.width, self.height, 0)
        copy.hAlign, copy.drawing = self.hAlign, self.drawing
        return copy


class PageNumber(Flowable):
    """"Halaman 2 dari 5". The total is a drawing of its own that the page refers to and `Total` defines at the end."""

    def __init__(self, font: str, size: float, color: Any) -> None:
        super().__init__()
        self.font, self.size, self.color = font, size, color

    def wrap(self, width: float, _height: float) -> tuple[float, float]:
        return width, self.size * 1.25

    def draw(self) -> None:
        text = f"Halaman {self.canv.getPageNumber()} dari "
        self.canv.saveState()
        self.canv.setFillColor(self.color)
        self.canv.setFont(self.font, self.size)
        self.canv.drawString(0, self.size * 0.3, text)
        self.canv.translate(stringWidth(text, self.font, self.size), self.size * 0.3)
        self.canv.doForm(TOTAL)
        self.canv.restoreState()


class Total(PageNumber):
    """The end of the story: here the number of pages is known."""

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        return 0, 0

    def draw(self) -> None:
        self.canv.beginForm(TOTAL, 0, -self.size, self.size * 4, self.size * 2)
        self.canv.setFillColor(self.color)
        self.canv.setFont(self.font, self.size)
        self.canv.drawString(0, 0, str(self.canv.getPageNumber()))
        self.canv.endForm()


class TagQr(pisaTag):
    def start(self, c: Any) -> None:
        box = Qr(self.attr.width, self.attr.width, c.frag.alignment)
        box.text = self.attr.value
        c.addPara()
        c.addStory(box)


class TagSvg(pisaTag):
    def start(self, c: Any) -> None:
        drawing = _drawing(self.attr.src.getData() or b"", str(self.attr.src.uri))
        width = self.attr.width
        box = Picture(width, width * drawing.height / drawing.width, c.frag.alignment)
        box.drawing = drawing
        c.addPara()
        c.addStory(box)


class TagPlace(pisaTag):
    def start(self, c: Any) -> None:
        box = Place(self.attr.width, self.attr.height, c.frag.alignment)
        box.name = self.attr.nama
        c.addPara()
        c.addStory(box)


class TagPageNumber(pisaTag):
    def start(self, c: Any) -> None:
        font = tt2ps(c.frag.fontName, c.frag.bold, c.frag.italic)
        look = (font, c.frag.fontSize, c.frag.textColor)
        c.alur_total = Total(*look)
        c.addPara()
        c.addStory(PageNumber(*look))


class TagBody(pisaTagBODY):
    def end(self, c: Any) -> None:
        super().end(c)
        if total := getattr(c, "alur_total", None):
            c.addPara()
            c.addStory(total)


def install() -> None:
    """Make the elements known to xhtml2pdf; calling it again changes nothing."""
    parser.pisaTagALURQR = TagQr
    parser.pisaTagALURSVG = TagSvg
    parser.pisaTagALURTEMPAT = TagPlace
    parser.pisaTagALURHALAMAN = TagPageNumber
    parser.pisaTagBODY = TagBody
    TAGS["alurqr"] = (0, {"value": (STRING, MUST), "width": (SIZE, MUST)})
    TAGS["alursvg"] = (0, {"src": (FILE, MUST), "width": (SIZE, MUST)})
    TAGS["alurtempat"] = (0, {"nama": (STRING, MUST), "width": (SIZE, MUST), "height": (SIZE, MUST)})
    TAGS["alurhalaman"] = (0, {})


@lru_cache(maxsize=64)
def _modules(text: str) -> tuple[tuple[tuple[int, int], ...], ...]:
    """The dark modules of each row from the top, as runs (first column, number of columns)."""
    return tuple(_runs(row) for row in segno.make(text, error="m", micro=False).matrix)


def _runs(row: bytearray) -> tuple[tuple[int, int], ...]:
    runs: list[tuple[int, int]] = []
    for x, dark in enumerate(row):
        if dark and runs and sum(runs[-1]) == x:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        elif dark:
            runs.append((x, 1))
    return tuple(runs)


@lru_cache(maxsize=16)
def _drawing(svg: bytes, name: str) -> Any:
    drawing = svg2rlg(BytesIO(svg), resolve_entities=False) if svg else None
    if drawing is None:
        raise MissingPicture(f"{MissingPicture.__doc__} ({name})")
    return drawing
