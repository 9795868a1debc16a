"""Elements that our templates have beyond xhtml2pdf's own, all drawn as vectors and without a second layout pass.

    <alur:qr value="..." width="19mm"></alur:qr>                    a QR code, error correction M
    <alur:svg src="lambang.svg" width="19mm"></alur:svg>            a picture from the template's folder
    <alur:tempat nama="ttd" width="2cm" height="2cm"></alur:tempat> an empty place; the PDF keeps its rectangle as the
                                                                    named destination `ttd` (/FitR, in points)
    <alur:halaman></alur:halaman>                                   "Halaman 2 dari 5"
    <alur:ruang height="5cm"></alur:ruang>                          a new page, unless this much is left of the old one
    <alur:lanjutan><p>...</p></alur:lanjutan>                       see `tables`

HTML has no self-closing elements of one's own, so each needs its closing tag.
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
from reportlab.platypus.flowables import CondPageBreak, Flowable
from svglib.svglib import svg2rlg
from xhtml2pdf import parser
from xhtml2pdf.default import FILE, MUST, SIZE, STRING, TAGS
from xhtml2pdf.tags import pisaTag, pisaTagBODY

from app.documents import tables
from app.documents.fonts import FAMILY
from app.documents.tables import Continuation
from app.errors import AlurError

_SHARE = {1: 0.5, 2: 1}  # of the free room, left of a box: reportlab's alignments middle and right


class MissingPicture(AlurError):
    """A picture that the template names is not in its folder, or is no SVG."""


class Box(Flowable):  # type: ignore[misc]
    """A box of fixed size that stands left, in the middle or right of the room it has, as the text around it does."""

    def __init__(self, width: float, height: float, alignment: int) -> None:
        super().__init__()
        self.width, self.height, self.alignment = width, height, alignment
        self.room = width

    def wrap(self, width: float, _height: float) -> tuple[float, float]:
        self.room = max(width, self.width)
        return self.room, self.height

    def draw(self) -> None:
        self.canv.saveState()
        self.canv.translate((self.room - self.width) * _SHARE.get(self.alignment, 0), 0)
        self.draw_inside()
        self.canv.restoreState()

    def draw_inside(self) -> None:
        """Draw with the origin in the lower left corner of the box."""
        raise NotImplementedError


class Place(Box):
    """An empty box that the PDF remembers by name."""

    name = ""

    def draw_inside(self) -> None:
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

    def draw_inside(self) -> None:
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

    def draw_inside(self) -> None:
        factor = self.width / self.drawing.width
        self.canv.scale(factor, factor)
        renderPDF.draw(self.drawing, self.canv, 0, 0)

    def __deepcopy__(self, _memo: dict[int, Any]) -> Picture:
        # Frames that repeat are copied for every page; the drawing is shared and never changed.
        copy = Picture(self.width, self.height, self.alignment)
        copy.drawing = self.drawing
        return copy


class PageNumber(Flowable):  # type: ignore[misc]
    """ "Halaman 2 dari 5": the page only refers to a drawing that `PageNumbers` defines when the total is known."""

    def __init__(self, font: str, size: float, color: Any, alignment: int) -> None:
        super().__init__()
        self.font, self.size, self.color, self.share = font, size, color, _SHARE.get(alignment, 0)

    def wrap(self, width: float, _height: float) -> tuple[float, float]:
        self.width = width
        return width, self.size * 1.25

    def draw(self) -> None:
        self.canv.saveState()
        self.canv.translate(self.width * self.share, self.size * 0.25)
        self.canv.doForm(_number(self.canv.getPageNumber()))
        self.canv.restoreState()


class PageNumbers(PageNumber):
    """The end of the story: the page it stands on is the last one."""

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        return 0, 0

    def draw(self) -> None:
        total = self.canv.getPageNumber()
        for page in range(1, total + 1):
            text = f"Halaman {page} dari {total}"
            width = stringWidth(text, self.font, self.size)
            self.canv.beginForm(_number(page), -width, -self.size, width, self.size * 2)
            self.canv.setFillColor(self.color)
            self.canv.setFont(self.font, self.size)
            self.canv.drawString(-width * self.share, 0, text)
            self.canv.endForm()


class TagQr(pisaTag):  # type: ignore[misc]
    def start(self, c: Any) -> None:
        box = Qr(self.attr.width, self.attr.width, c.frag.alignment)
        box.text = self.attr.value
        c.addPara()
        c.addStory(box)


class TagSvg(pisaTag):  # type: ignore[misc]
    def start(self, c: Any) -> None:
        drawing = _drawing(self.attr.src.getData() or b"", str(self.attr.src.uri))
        width = self.attr.width
        box = Picture(width, width * drawing.height / drawing.width, c.frag.alignment)
        box.drawing = drawing
        c.addPara()
        c.addStory(box)


class TagPlace(pisaTag):  # type: ignore[misc]
    def start(self, c: Any) -> None:
        box = Place(self.attr.width, self.attr.height, c.frag.alignment)
        box.name = self.attr.nama
        c.addPara()
        c.addStory(box)


class TagPageNumber(pisaTag):  # type: ignore[misc]
    def start(self, c: Any) -> None:
        font = tt2ps(c.frag.fontName, c.frag.bold, c.frag.italic)
        look = (font, c.frag.fontSize, c.frag.textColor, c.frag.alignment)
        c.alur_numbers = PageNumbers(*look)
        c.addPara()
        c.addStory(PageNumber(*look))


class TagRoom(pisaTag):  # type: ignore[misc]
    def start(self, c: Any) -> None:
        c.addPara()
        c.addStory(CondPageBreak(self.attr.height))


class TagContinuation(pisaTag):  # type: ignore[misc]
    def start(self, c: Any) -> None:
        c.addPara()
        self.story = c.swapStory()

    def end(self, c: Any) -> None:
        c.addPara()
        kept = c.story
        c.swapStory(self.story)
        c.addStory(Continuation(kept))


class TagBody(pisaTagBODY):  # type: ignore[misc]
    def end(self, c: Any) -> None:
        super().end(c)
        if numbers := getattr(c, "alur_numbers", None):
            c.addPara()
            c.addStory(numbers)


def install() -> None:
    """Make the elements known to xhtml2pdf; calling it again changes nothing."""
    parser.pisaTagALURQR = TagQr
    parser.pisaTagALURSVG = TagSvg
    parser.pisaTagALURTEMPAT = TagPlace
    parser.pisaTagALURHALAMAN = TagPageNumber
    parser.pisaTagALURRUANG = TagRoom
    parser.pisaTagALURLANJUTAN = TagContinuation
    parser.pisaTagBODY = TagBody
    tables.install()
    TAGS["alurqr"] = (0, {"value": (STRING, MUST), "width": (SIZE, MUST)})
    TAGS["alursvg"] = (0, {"src": (FILE, MUST), "width": (SIZE, MUST)})
    TAGS["alurtempat"] = (0, {"nama": (STRING, MUST), "width": (SIZE, MUST), "height": (SIZE, MUST)})
    TAGS["alurhalaman"] = (0, {})
    TAGS["alurruang"] = (0, {"height": (SIZE, MUST)})
    TAGS["alurlanjutan"] = (1, {})


def _number(page: int) -> str:
    return f"alur-halaman-{page}"


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
    drawing.initialFontName = FAMILY  # selected even where the picture has no text
    return drawing
