"""Guards at the doors: does something that is about to be stored or logged contain a secret?"""

from __future__ import annotations

import copy
import json
import traceback
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

from app.sdk.secrets import Passphrase


def leaks(secrets: Mapping[str, Passphrase]) -> Callable[[bytes | str], bool]:
    """A test for content that contains one of the secrets, plain or in a usual disguise."""

    def found(content: bytes | str) -> bool:
        raw = content.encode() if isinstance(content, str) else content
        return any(s.is_in(disguise) for s in secrets.values() if s for disguise in _undone(raw))

    return found


def _undone(raw: bytes) -> list[bytes]:
    """The content, and what it may hide: percent-encoding, JSON escapes, UTF-16."""
    out = [raw, unquote_to_bytes(raw.replace(b"+", b" "))]
    try:
        out.append(raw.decode("unicode_escape").encode("utf-8", "ignore"))
    except (UnicodeDecodeError, ValueError):
        pass
    out.append(raw.replace(b"\0", b""))
    return out


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
