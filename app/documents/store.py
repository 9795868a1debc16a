"""Bytes under their SHA-256: written once, never changed, checked whenever they are read."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.errors import AlurError

_SHA256 = re.compile(r"[0-9a-f]{64}")


class MissingDocument(AlurError):
    """Berkas ini tidak ada di penyimpanan dokumen. Pulihkan dari cadangan, lalu buka lagi."""


class BrokenDocument(AlurError):
    """Isi berkas ini tidak lagi sama dengan saat disimpan. Jangan dipakai; pulihkan dari cadangan."""


@dataclass(frozen=True)
class StoreReport:
    """What `verify_all` found: how many files and bytes there are, and the names whose content is another."""

    files: int
    size: int  # bytes
    broken: tuple[str, ...]


class DocumentStore:
    """A folder of read-only files `ab/cd/abcd...`, each named by the SHA-256 (hex) of what it holds.

    Several processes may share it: a file appears whole or not at all, because it is written and synced under
    another name and then linked to its own. A crash leaves at most a file in `tmp/`, which nothing reads.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._tmp = root / "tmp"

    def put(self, content: bytes) -> str:
        """Store `content` and return its SHA-256 as 64 hex digits; what is there already is left untouched."""
        sha256 = hashlib.sha256(content).hexdigest()
        path = self.path(sha256)
        if path.exists():
            self.read(sha256)  # a broken file must not pass for a stored one
            return sha256
        path.parent.mkdir(parents=True, exist_ok=True)
        written = self._write(content)
        try:
            os.link(written, path)
        except FileExistsError:
            pass  # someone else stored the same bytes in this moment
        finally:
            written.unlink()
        # The names must survive a power cut too, those of new folders included, whoever made them.
        for folder in (path.parent, path.parent.parent, self.root):
            _sync_folder(folder)
        return sha256

    def read(self, sha256: str) -> bytes:
        """The bytes stored as `sha256`; MissingDocument or BrokenDocument otherwise."""
        try:
            content = self.path(sha256).read_bytes()
        except FileNotFoundError:
            raise MissingDocument(f"{MissingDocument.__doc__} ({sha256})") from None
        if hashlib.sha256(content).hexdigest() != sha256:
            raise BrokenDocument(f"{BrokenDocument.__doc__} ({sha256})")
        return content

    def path(self, sha256: str) -> Path:
        """Where the bytes of `sha256` lie or would lie; MissingDocument if that is no SHA-256 in lower-case hex."""
        if not _SHA256.fullmatch(sha256):
            raise MissingDocument(f"{MissingDocument.__doc__} ({sha256[:80]!r} bukan SHA-256)")
        return self.root / sha256[:2] / sha256[2:4] / sha256

    def __contains__(self, sha256: str) -> bool:
        return bool(_SHA256.fullmatch(sha256)) and self.path(sha256).is_file()

    def __iter__(self) -> Iterator[str]:
        """The SHA-256 of every stored file, in order."""
        return (path.name for path in sorted(self.root.glob("[0-9a-f][0-9a-f]/*/*")))

    def discard(self, sha256: str) -> None:
        """Remove what nothing refers to any more: an answer whose time is over, never a document."""
        self.path(sha256).unlink(missing_ok=True)

    def verify_all(self) -> StoreReport:
        """Read every file and compare it with its name: for the nightly check and after a restore."""
        files = size = 0
        broken = []
        for sha256 in self:
            files += 1
            try:
                size += len(self.read(sha256))
            except (MissingDocument, BrokenDocument):
                broken.append(sha256)
        return StoreReport(files, size, tuple(broken))

    def _write(self, content: bytes) -> Path:
        self._tmp.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self._tmp)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(file.fileno(), 0o444)
            os.fsync(file.fileno())
        return Path(name)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
