"""What goes into the log: one JSON object a line (or plain text), with the case it is about and without people.

Every line may carry `reference` (the number on an error page), `case`, `job`, `user` (the account's number, never a
name), `endpoint`, and for requests `method`, `status` and `ms`. Numbers that could be a NIK or NIP, e-mail addresses,
passwords in addresses and query strings are masked in the finished line, whoever wrote them there.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TextIO

from flask import g, has_request_context, request
from pythonjsonlogger.json import JsonFormatter

# 16 or 18 digits, in groups or not; within a hexadecimal id they are no such number
_NUMBER = re.compile(r"(?<![0-9a-f])\d(?: ?\d){15}(?: ?\d ?\d)?(?![0-9a-f])")
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PASSWORD = re.compile(r"(://[^\s:/@]*):[^\s/@]+@")
_LINK = re.compile(r"(/password/tautan/)\w+")  # opens an account
_QUERY = re.compile(r"(/[\w./%~-]*)\?[^\s\"'\\]+")
_FIELDS = ("reference", "case", "job", "user", "endpoint", "method", "status", "ms")
_OURS = ("alur", "app", "gunicorn.error")

_about: ContextVar[dict[str, Any] | None] = ContextVar("about", default=None)


@contextmanager
def about(**what: Any) -> Iterator[None]:
    """Lines within the body carry these fields: `with about(case=7, job=...)`."""
    token = _about.set({**(_about.get() or {}), **what})
    try:
        yield
    finally:
        _about.reset(token)


def init_logs(form: str, stream: TextIO | None = None) -> logging.Handler:
    """Send what is logged to `stream` (stderr) as `form` says, "json" or "text". Of libraries only warnings."""
    handler = make_handler(form, stream)
    root = logging.getLogger()
    for old in root.handlers[:]:
        if getattr(old, "alur", False):
            root.removeHandler(old)
    handler.alur = True  # type: ignore[attr-defined]
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    for name in _OURS:
        logging.getLogger(name).setLevel(logging.INFO)
    # who reads text sits at a terminal: a line for each poll would bury the rest
    logging.getLogger("alur.access").setLevel(logging.WARNING if form == "text" else logging.INFO)
    return handler


def make_handler(form: str, stream: TextIO | None = None) -> logging.Handler:
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.addFilter(_know)
    handler.setFormatter(_Json() if form == "json" else _Text())
    return handler


def mask(line: str) -> str:
    """A line without what could tell of a person."""
    line = _NUMBER.sub("****************", line)
    line = _PASSWORD.sub(r"\1:***@", line)
    line = _ADDRESS.sub("***@***", line)
    line = _LINK.sub(r"\1***", line)
    return _QUERY.sub(r"\1?...", line)


def _know(record: logging.LogRecord) -> bool:
    """Put on the record what is known about where we are."""
    known = dict(_about.get() or {})
    if has_request_context():
        actor = g.get("actor")
        case = g.get("case_id") or (request.view_args or {}).get("instance_id")
        seen = {
            "reference": g.get("reference"), "user": actor.user_id if actor else None,
            "endpoint": request.endpoint, "case": case,
        }  # fmt: skip
        known = {k: v for k, v in seen.items() if v is not None} | known
    for name, value in known.items():
        if name not in record.__dict__:
            setattr(record, name, value)
    return True


class _Json(JsonFormatter):
    def __init__(self) -> None:
        super().__init__(
            "%(levelname)s %(name)s %(message)s",
            timestamp="time",
            rename_fields={"levelname": "level", "name": "logger"},
            json_ensure_ascii=False,
        )

    def format(self, record: logging.LogRecord) -> str:
        return mask(super().format(record))


class _Text(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        more = " ".join(f"{n}={record.__dict__[n]}" for n in _FIELDS if n in record.__dict__)
        line = super().format(record)
        head, end, rest = line.partition("\n")
        return mask(f"{head} [{more}]{end}{rest}" if more else line)
