"""Guards at the doors: does something that is about to be stored or logged contain a secret?"""

from __future__ import annotations

import copy
import html
import json
import logging
import re
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote_to_bytes

from app.sdk.secrets import Passphrase

_UNICODE = re.compile(rb"(?:\\u[0-9a-fA-F]{4})+")
_BACKSLASH = re.compile(rb"\\([\"'\\/])")
_FOLDED = re.compile(rb"[\s\0]+")


def leaks(secrets: Mapping[str, Passphrase]) -> Callable[[bytes | str], bool]:
    """A test for content that contains one of the secrets, plain or in a usual disguise."""

    def found(content: bytes | str) -> bool:
        raw = content.encode() if isinstance(content, str) else content
        return any(s.is_in(disguise) for s in secrets.values() if s for disguise in _undone(raw))

    return found


def _undone(raw: bytes) -> Iterator[bytes]:
    """The content, and what it may hide: percent-encoding, JSON escapes, entities, UTF-16, broken lines."""
    yield raw
    yield _FOLDED.sub(b" ", raw)
    yield raw.replace(b"\0", b"")
    if b"%" in raw or b"+" in raw:
        yield unquote_to_bytes(raw)
        yield unquote_to_bytes(raw.replace(b"+", b" "))
    if b"\\" in raw:
        yield _BACKSLASH.sub(rb"\1", _UNICODE.sub(_character, raw))
    if b"&" in raw:
        yield html.unescape(raw.decode("utf-8", "replace")).encode("utf-8", "replace")


def _character(found: re.Match[bytes]) -> bytes:
    return str(json.loads(b'"' + found[0] + b'"')).encode("utf-8", "replace")


def text_of(outcome: Any) -> str:
    """All text of an outcome."""
    return json.dumps(getattr(outcome, "__dict__", {}), default=str, ensure_ascii=False)


def copy_json(value: Any) -> Any:
    """A deep copy: what a service task does with its parameters must not change the case's data."""
    return copy.deepcopy(value)


def place(error: BaseException) -> str:
    """File and line where an error was raised, without its message."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}" if frames else "?"


# ---- logs ----------------------------------------------------------------------------------------------------------

_guarded: list[Callable[[bytes | str], bool]] = []  # one test per call that is holding secrets now
_lock = threading.Lock()
UNFIT = "a log record of %s was withheld: it contains a secret"


@contextmanager
def quiet_logs(secrets: Mapping[str, Passphrase]) -> Iterator[None]:
    """While a call holds secrets, no log record of this process may carry one: whoever logs, and wherever to.

    A plug-in may log what it likes, and so may every library under it. What prints past `logging` is out of reach.
    """
    _watch_logs()
    test = leaks(secrets)
    with _lock:
        _guarded.append(test)
    try:
        yield
    finally:
        with _lock:
            _guarded.remove(test)


def _watch_logs() -> None:
    made = logging.getLogRecordFactory()
    if getattr(made, "guards_secrets", False):
        return

    def guarded(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = made(*args, **kwargs)
        if _guarded and _carries(record):
            record.msg, record.args = UNFIT, (record.name,)
            record.exc_info = record.exc_text = record.stack_info = None
        return record

    guarded.guards_secrets = True  # type: ignore[attr-defined]
    logging.setLogRecordFactory(guarded)


def _carries(record: logging.LogRecord) -> bool:
    try:
        text = record.getMessage()
    except Exception:  # a broken record: its handler will say so, and print its parts
        text = f"{record.msg!r} {record.args!r}"
    if record.exc_info and record.exc_info[0]:
        text += "".join(traceback.format_exception(*record.exc_info))
    text += record.stack_info or ""
    with _lock:
        return any(test(text) for test in _guarded)
