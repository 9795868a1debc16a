"""Where a request came from and where it goes back to: paths of this host only; and the numbers in addresses."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import IntegerConverter, Map


class RowNumber(IntegerConverter):
    """`<int:...>` up to what a table's key can be: a larger number is no page, and not a failure of the database."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=2**31 - 1)


def row_number(text: str) -> int:
    """The same for a number in the query; for `request.args.get(..., type=row_number)`, which takes None for others."""
    if not (text.isascii() and text.isdecimal() and len(text) < 16):
        raise ValueError(text)
    return int(text)


def safe_next(target: str | None, otherwise: str = "/") -> str:
    """`target` if it is a path of this host, else `otherwise`.

    Browsers read "//host" and "/\\\\host" as another host, and drop tabs and line ends before they look.
    """
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return otherwise
    if any(ord(c) < 33 or ord(c) == 127 or c == "\\" for c in target) or len(target) > 2000:
        return otherwise
    parts = urlsplit(target)
    return target if not parts.scheme and not parts.netloc else otherwise


def here() -> str:
    """Path and query of this request."""
    return safe_next(request.full_path.removesuffix("?"))


def page_behind() -> str:
    """The page that this post or fetch belongs to: its own path if it opens by GET (with the query that it was
    opened with, if the browser tells), else the page it came from.
    """
    before = page_before()
    if not is_fetch() and urlsplit(before).path != request.path and _opens(request.path):
        return safe_next(request.path)
    return before


def page_before() -> str:
    """The page of this host that led here, or "/"."""
    came = urlsplit(request.referrer or "")
    if came.netloc == request.host:
        return safe_next(came.path + (f"?{came.query}" if came.query else ""))
    return "/"


def is_fetch() -> bool:
    """Whether a script asks, and not a person who waits for a page."""
    wants = request.accept_mimetypes
    scripted = "X-Requested-With" in request.headers or "HX-Request" in request.headers
    return scripted or (bool(wants) and wants.best == "application/json")


def _opens(path: str) -> bool:
    try:
        current_app.create_url_adapter(request).match(path, method="GET")  # type: ignore[union-attr]
    except HTTPException:
        return False
    return True
