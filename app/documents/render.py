"""From a template and the case's values to a PDF: the same data give the same bytes, and nothing is left out silently.

xhtml2pdf logs what it can't do (a missing picture, a letter without a glyph, a footer that doesn't fit) and goes on.
A document that is signed may not lack anything, so here every such line is an error.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment
from reportlab.platypus.doctemplate import LayoutError
from xhtml2pdf.config.resources import RenderLimitError, ResourceAccessPolicy
from xhtml2pdf.default import DEFAULT_CSS
from xhtml2pdf.document import pisaDocument

from app.documents import fonts, tags
from app.documents.formats import angka, baris, tanggal
from app.errors import AlurError
from app.sdk.json import JsonObject
from app.sdk.numbers import grouped, rupiah
from app.sdk.rendering import CannotRender
from app.sdk.text import paragraphs

_LOGGERS = ("xhtml2pdf", "reportlab", "svglib")
_BASE_FONT = re.compile(rb"/BaseFont\s*/([^\s/<>\[\]()]+)")
_OUR_FONT = re.compile(rb"[A-Z]{6}\+SourceSans3-\w+")

# A word longer than its line (an address, a row of letters) is broken: xhtml2pdf would print it over the edge.
_STYLE = f"{DEFAULT_CSS}\nbody {{ overflow-wrap: anywhere; }}"

_TOO_LONG = (
    "Ada isian yang terlalu panjang untuk satu halaman. Persingkat uraian sasaran, indikator, kegiatan, atau "
    "tugas dan fungsi, lalu buat lembarnya lagi."
)
_WARM_UP = (
    "<body><p>{{ 'Alur' }} <b>1</b> <i>2</i></p><table><tr><td>3</td></tr></table><alur:halaman></alur:halaman></body>"
)


class BrokenTemplate(AlurError):
    """A document template can't be drawn as it is. Correct the template or its pictures; the message says where."""


class Renderer:
    """Templates to PDFs. One per process is enough; threads wait for each other, as reportlab is not shared-safe.

    `fonts_dir` holds the TrueType files of `fonts.FACES`; they are read at the first document or by `warm_up`.
    """

    def __init__(self, fonts_dir: Path) -> None:
        self._fonts_dir = fonts_dir
        self._environments: dict[Path, jinja2.Environment] = {}
        self._lock = threading.Lock()
        tags.install()

    def pdf(self, template: str, values: JsonObject, folder: Path | str) -> bytes:
        """The PDF of `values` in `template`: the name of a file in `folder` (*.html), or the template's text.

        Pictures and style sheets are read from `folder` and nowhere else; no request leaves the process.
        Raises CannotRender where other values would help, BrokenTemplate, MissingPicture or MissingFont otherwise.
        """
        drawable = fonts.register(self._fonts_dir)
        values = _clean(values)
        _check_letters(values, drawable, "")
        with self._lock:
            html = self._html(template, values, Path(folder))
            pdf = _draw(html, Path(folder))
        _check_fonts(pdf)
        return pdf

    def warm_up(self) -> None:
        """Draw a small page, so that the first person does not wait for fonts and imports (about a second)."""
        self.pdf(_WARM_UP, {}, Path(__file__).parent)

    def _html(self, template: str, values: JsonObject, folder: Path) -> str:
        environment = self._environments.setdefault(folder, _environment(folder))
        try:
            if template.endswith(".html") and "<" not in template:
                return environment.get_template(template).render(values)
            return environment.from_string(template).render(values)
        except jinja2.TemplateError as e:
            line = getattr(e, "lineno", None)
            where = f"{template[:60]!r}" + (f", line {line}" if line else "")
            raise BrokenTemplate(f"{BrokenTemplate.__doc__} ({where}: {type(e).__name__}: {e})") from e


def _environment(folder: Path) -> jinja2.Environment:
    environment = ImmutableSandboxedEnvironment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(rupiah=rupiah, ribuan=grouped, tanggal=tanggal, angka=angka, baris=baris)
    return environment


def _draw(html: str, folder: Path) -> bytes:
    out = BytesIO()
    policy = ResourceAccessPolicy.server(folder, allow_remote=False, max_render_seconds=30)
    try:
        with fonts.as_base(), _complaints() as complaints:
            # `path` is a file in the folder that relative addresses start from; nothing reads it.
            context = pisaDocument(
                html, dest=out, default_css=_STYLE, encoding="utf-8", path=str(folder / "-"), resource_policy=policy
            )
    except LayoutError as e:
        raise CannotRender(_TOO_LONG) from e
    except RenderLimitError as e:
        raise CannotRender(f"Lembar ini terlalu besar untuk dibuat. Kurangi jumlah barisnya. ({e})") from e
    if context.err or complaints:
        raise BrokenTemplate(f"{BrokenTemplate.__doc__} ({'; '.join(complaints) or 'xhtml2pdf gave no reason'})")
    return out.getvalue()


class _Collector(logging.Handler):
    """Collects what is logged from warning upwards by the thread that made it."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.thread = threading.get_ident()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self.thread:
            self.lines.append(" ".join(record.getMessage().split())[:300])


@contextmanager
def _complaints() -> Iterator[list[str]]:
    collector = _Collector()
    for logger in map(logging.getLogger, _LOGGERS):
        logger.addHandler(collector)
        # A quieter root must not hide from us what was left out.
        logger.setLevel(min(logger.level or logging.WARNING, logging.WARNING))
    try:
        yield collector.lines
    finally:
        for name in _LOGGERS:
            logging.getLogger(name).removeHandler(collector)


def _clean(value: Any) -> Any:
    """A copy whose texts have no invisible characters (`app.sdk.text`): what is signed is what is seen."""
    if isinstance(value, str):
        return paragraphs(value)
    if isinstance(value, dict):
        return {key: _clean(item) for key, item in value.items()}
    return [_clean(item) for item in value] if isinstance(value, list) else value


def _check_letters(value: Any, drawable: frozenset[str], where: str) -> None:
    """CannotRender for the first text with a character that the font can't draw: it would be a box or a blank."""
    if isinstance(value, dict):
        for key, item in value.items():
            _check_letters(item, drawable, f"{where} › {key}" if where else key)
    elif isinstance(value, list):
        for number, item in enumerate(value, 1):
            _check_letters(item, drawable, f"{where} ke-{number}")
    elif isinstance(value, str) and (strange := set(value) - drawable - {"\n"}):
        letter = min(strange, key=value.index)
        place = value.index(letter)
        around = value[max(0, place - 20) : place + 20].replace("\n", " ")
        raise CannotRender(
            f"Huruf “{letter}” (U+{ord(letter):04X}) tidak dapat dicetak. Ganti huruf itu pada {where}: “{around}”."
        )


def _check_fonts(pdf: bytes) -> None:
    strangers = {name for name in _BASE_FONT.findall(pdf) if not _OUR_FONT.fullmatch(name)}
    if strangers:
        names = ", ".join(sorted(name.decode("latin-1") for name in strangers))
        raise BrokenTemplate(f"{BrokenTemplate.__doc__} (fonts that are not embedded: {names})")
