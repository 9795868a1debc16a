"""The files of one process as the tables keep them: text by name, and the bytes of those that are not UTF-8."""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import NamedTuple


class Kept(NamedTuple):
    """`files` are what runs and what is edited; `originals` (base64) what came, where that is not UTF-8."""

    files: dict[str, str]
    originals: dict[str, str] | None

    @property
    def sha256(self) -> str:
        return digest(self.files)


def keep(content: Mapping[str, bytes], repaired: Mapping[str, bytes]) -> Kept:
    """`content` as it came; a file in another encoding is kept as the checks rewrote it, beside its own bytes."""
    files, originals = {}, {}
    for name, data in sorted(content.items()):
        try:
            files[name] = data.decode()
        except UnicodeDecodeError:
            files[name] = repaired[name].decode()
            originals[name] = b64encode(data).decode()
    return Kept(files, originals or None)


def digest(files: Mapping[str, str]) -> str:
    """SHA-256 (hex) over names and texts: equal for equal files, whatever their order."""
    return hashlib.sha256(json.dumps(dict(sorted(files.items())), sort_keys=True).encode()).hexdigest()


def as_bytes(files: Mapping[str, str], originals: Mapping[str, str] | None = None) -> dict[str, bytes]:
    """The files byte for byte as they came."""
    return {name: b64decode((originals or {})[name]) if name in (originals or {}) else text.encode()
            for name, text in files.items()}  # fmt: skip
