"""Tables whose row-spanning cells may be divided by a page break, and that never print in shrunken letters.

xhtml2pdf moves the whole span to the next page, gives up if it is taller than a page, and shrinks a cell with more
text than a page holds. Here a span is divided where the page ends, and the part on the next page shows what the
template keeps for it:

    <td rowspan="9"><p>Sasaran</p><alur:lanjutan><p>Sasaran (lanjutan)</p></alur:lanjutan></td>
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from reportlab.platypus.doctemplate import LayoutError
from reportlab.platypus.flowables import Flowable
from xhtml2pdf import tables
from xhtml2pdf.xhtml2pdf_reportlab import PmlKeepInFrame, PmlTable

SHRUNK = 1.1  # a cell printed smaller than by this factor is refused; a little is needed for a very long word
TALL = 100_000  # points; no limit, for measuring


class Continuation(Flowable):  # type: ignore[misc]
    """Nothing, in the cell where it stands; the content of that cell's part on the next page."""

    def __init__(self, story: list[Any]) -> None:
        super().__init__()
        self.story = story

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        return 0, 0

    def draw(self) -> None:
        """It has no ink of its own."""


class DividingTable(PmlTable):  # type: ignore[misc]
    """The table behind every <table>; only cells with a `Continuation` are divided."""

    _spanCmds: list[Any]  # noqa: N815 - ReportLab's: ("SPAN", (column, row), (column, row))

    def split(self, width: float, height: float) -> list[Any]:
        row = self._getFirstPossibleSplitRowPosition(height, ignoreSpans=1)
        spans = [span for span in getattr(self, "_spanRanges", {}).values() if span and span[1] < row <= span[3]]
        if row < self._nrows and spans and all(self._divisible(span, row) for span in spans):
            for span in spans:
                self._divide(span, row)
            self._calcSpanRanges()
            self._calcSpanRects()
        return list(super().split(width, height))

    def drawOn(self, canvas: Any, x: float, y: float, _sW: float = 0) -> None:  # noqa: N802, N803 - reportlab's
        if any(getattr(_frame(cell), "_scale", 1) > SHRUNK for cells in self._cellvalues for cell in cells):
            raise LayoutError("a cell has more text than a page holds")
        super().drawOn(canvas, x, y, _sW)

    def _divisible(self, span: tuple[int, int, int, int], row: int) -> bool:
        """Does the cell know how it goes on, and do the rows above `row` hold what it shows first?"""
        column, top = span[0], span[1]
        cell = self._cellvalues[top][column]
        if _continuation(cell) is None:
            return False
        style = self._cellStyles[top][column]
        inner = sum(self._colWidths[column : span[2] + 1]) - style.leftPadding - style.rightPadding
        needed = _frame(cell).wrapOn(self.canv, inner, TALL)[1] + style.topPadding + style.bottomPadding
        return bool(needed <= sum(self._rowHeights[top:row]))

    def _divide(self, span: tuple[int, int, int, int], row: int) -> None:
        left, top, right, bottom = span
        self._spanCmds = [
            command for command in self._spanCmds if (command[1], command[2]) != ((left, top), (right, bottom))
        ]
        for first, last in ((top, row - 1), (row, bottom)):
            if (left, first) != (right, last):
                self._spanCmds.append(("SPAN", (left, first), (right, last)))
        self._cellvalues[row][left] = _rest(self._cellvalues[top][left])
        self._cellStyles[row][left] = self._cellStyles[top][left]
        # The upper part needs the lower edge that the whole cell had.
        for op, start, stop, *look in list(self._linecmds):
            if op == "LINEBELOW" and (start, stop) == ((left, bottom), (right, bottom)):
                self._linecmds.append((op, (left, row - 1), (right, row - 1), *look))


def _frame(cell: Any) -> Any:
    """The frame that xhtml2pdf puts around a cell's content; reportlab may have put a tuple around that."""
    return cell[0] if isinstance(cell, tuple | list) and len(cell) == 1 else cell


def _continuation(cell: Any) -> Continuation | None:
    return next((one for one in getattr(_frame(cell), "_content", ()) if isinstance(one, Continuation)), None)


def _rest(cell: Any) -> Any:
    """The cell on the next page; it keeps the continuation, for the page after that."""
    kept = _continuation(cell)
    story = kept.story if kept else []
    return PmlKeepInFrame(maxWidth=0, maxHeight=0, mode="shrink", content=[*deepcopy(story), Continuation(story)])


def install() -> None:
    """Make xhtml2pdf use these tables."""
    tables.PmlTable = DividingTable
