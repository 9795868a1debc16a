"""The one font family of the documents: registered once per process, embedded in every PDF.

Source Sans 3 (OFL-1.1) comes from npm as TrueType files and is not committed; `npm run build` copies it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from reportlab import rl_config
from reportlab.lib.fonts import addMapping
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.platypus.tables import CellStyle
from xhtml2pdf.default import DEFAULT_FONT

from app.errors import AlurError

FAMILY = "SourceSans3"

# (bold, italic): the file and the name under which the PDF embeds it. Bold is the calmer SemiBold.
FACES = {
    (0, 0): ("SourceSans3_400Regular.ttf", FAMILY),
    (1, 0): ("SourceSans3_600SemiBold.ttf", f"{FAMILY}-Bold"),
    (0, 1): ("SourceSans3_400Regular_Italic.ttf", f"{FAMILY}-Italic"),
    (1, 1): ("SourceSans3_600SemiBold_Italic.ttf", f"{FAMILY}-BoldItalic"),
}

_lock = threading.Lock()
_drawable: frozenset[str] = frozenset()


class MissingFont(AlurError):
    """A font of the documents is not there or not readable. Run `npm ci && npm run build`, then try again."""


def register(folder: Path) -> frozenset[str]:
    """Make the family known to reportlab and xhtml2pdf; return the characters that all four faces can draw.

    ReportLab keeps its fonts per process, so only the first call reads the files (about 0.1 s).
    Raises MissingFont, naming the file.
    """
    global _drawable
    with _lock:
        if not _drawable:
            _drawable = frozenset.intersection(*(_register(folder / file, *key) for key, (file, _) in FACES.items()))
            # xhtml2pdf's own style sheet asks for Helvetica, which is not embedded and lacks letters.
            DEFAULT_FONT.update(dict.fromkeys((FAMILY.lower(), "helvetica", "arial", "sans-serif"), FAMILY))
    return _drawable


@contextmanager
def as_base() -> Iterator[None]:
    """Make the family reportlab's base font for one document, and let it write equal bytes for equal data.

    ReportLab begins every page and every table cell with its base font, even where nothing is drawn in it; and without
    `invariant` it writes the time and a random id. Both are settings of the process, which isn't ours alone.
    """
    before = rl_config.canvas_basefontname, CellStyle.fontname, rl_config.invariant
    rl_config.canvas_basefontname, CellStyle.fontname, rl_config.invariant = FAMILY, FAMILY, 1
    try:
        yield
    finally:
        rl_config.canvas_basefontname, CellStyle.fontname, rl_config.invariant = before


def _register(path: Path, bold: int, italic: int) -> frozenset[str]:
    name = FACES[bold, italic][1]
    try:
        # As bytes: given a path, reportlab tries an address on the network when the file is missing.
        font = TTFont(name, BytesIO(path.read_bytes()))
    except (TTFError, OSError) as e:
        raise MissingFont(f"{MissingFont.__doc__} ({path.name})") from e
    pdfmetrics.registerFont(font)
    addMapping(FAMILY, bold, italic, name)
    return frozenset(map(chr, font.face.charToGlyph))
