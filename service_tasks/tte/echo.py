"""Does what came from the provider contain the passphrase that was sent to it?"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

from app.sdk.secrets import Passphrase

_HEX = re.compile(rb"<([0-9A-Fa-f\s]{8,})>")
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\n?endstream", re.S)
_LARGEST = 5_000_000  # bytes of one unpacked stream that are looked at


def echoes(passphrase: Passphrase, answer: bytes, sent: bytes = b"") -> bool:
    """Whether `answer`, a PDF or text, contains the passphrase as people and programs would write it there.

    Plainly, as UTF-16, with backslashes, in hexadecimal strings (certificates are) or in packed streams. A word
    that stood in the document before, `sent`, is no echo.
    """
    return _contains(passphrase, answer) and not (sent and _contains(passphrase, sent))


def _contains(passphrase: Passphrase, content: bytes) -> bool:
    return any(passphrase.is_in(view) for part in _parts(content) for view in _views(part))


def _parts(content: bytes) -> Iterator[bytes]:
    yield content
    for found in _HEX.finditer(content):
        digits = b"".join(found[1].split()).rstrip(b"0")
        yield bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())
    for found in _STREAM.finditer(content):
        try:
            yield zlib.decompressobj().decompress(found[1], _LARGEST)
        except zlib.error:
            continue  # not packed this way: its bytes were looked at as they are


def _views(part: bytes) -> tuple[bytes, ...]:
    return part, part.replace(b"\0", b""), part.replace(b"\\", b"")
