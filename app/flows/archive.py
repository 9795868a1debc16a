"""The file of a backup: a plain .tar in which every byte is covered by a hash.

    database.sqlite3        the snapshot
    documents/<sha256>      write-once files, each under the hash of what it holds
    manifest.json           what there is: sizes and hashes, revision of the tables, counts, faults
    SHA256                  of all bytes before this member

Any tar reads it. Nothing is ever unpacked by the names that stand in it: only the names above are taken.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import tarfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import IO, Any, BinaryIO

import orjson

from app.errors import AlurError

FORMAT = 1
DATABASES = {"sqlite": "database.sqlite3"}  # by the kind that the manifest names
_MANIFEST, _TRAILER = "manifest.json", "SHA256"
_DOCUMENT = re.compile(r"documents/([0-9a-f]{64})")
_CHUNK = 1024 * 1024


class BrokenBackup(AlurError):
    """Berkas cadangan ini rusak. Tidak ada yang diubah; pakai cadangan lain."""


@dataclass(frozen=True)
class Manifest:
    """What a backup holds. `files` is size and SHA-256 by name; `faults` are documents that were lost or broken when
    it was made, so that they are not in it.
    """

    format: int
    version: str  # of Alur
    revision: str  # of the tables, as Alembic calls it
    database: str  # sqlite
    created_at: str  # ISO 8601, UTC
    cases: int
    documents: int  # that rows of the snapshot refer to
    files: dict[str, tuple[int, str]]
    faults: tuple[str, ...] = ()

    @property
    def made(self) -> datetime:
        return datetime.fromisoformat(self.created_at)


class Writer:
    """Writes a backup to a binary file, one member after the other."""

    def __init__(self, file: BinaryIO, now: datetime) -> None:
        self._hashing = _Hashing(file)
        # GNU: a database may be larger than the 8 GB that plain tar can name
        self._tar = tarfile.open(fileobj=self._hashing, mode="w", format=tarfile.GNU_FORMAT)  # type: ignore[call-overload]  # noqa: SIM115
        self._now = int(now.timestamp())
        self.files: dict[str, tuple[int, str]] = {}

    def add(self, name: str, content: IO[bytes], size: int) -> str:
        """One member; its SHA-256. OSError if there is less in `content` than it said."""
        reading = _Reading(content)
        self._tar.addfile(self._info(name, size), reading)
        self.files[name] = (size, reading.hash.hexdigest())
        return reading.hash.hexdigest()

    def close(self, manifest: Manifest) -> None:
        """The manifest, and the hash over all of it."""
        text = orjson.dumps(asdict(manifest), option=orjson.OPT_INDENT_2)
        self._tar.addfile(self._info(_MANIFEST, len(text)), io.BytesIO(text))
        trailer = self._hashing.hash.hexdigest().encode()
        self._tar.addfile(self._info(_TRAILER, len(trailer)), io.BytesIO(trailer))
        self._tar.close()

    def _info(self, name: str, size: int) -> tarfile.TarInfo:
        info = tarfile.TarInfo(name)
        info.size, info.mtime, info.mode = size, self._now, 0o600
        return info


class Reader:
    """A backup that lies at `path`. BrokenBackup says what is wrong with it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._file = path.open("rb")
        except FileNotFoundError:
            raise BrokenBackup(f"Tidak ada berkas {path}.") from None
        except OSError as e:
            raise BrokenBackup(f"{path} tidak dapat dibaca: {e.strerror}.") from e
        try:
            self._tar = tarfile.open(fileobj=self._file, mode="r:")  # noqa: SIM115  # closed with the reader
            self._members = {m.name: m for m in self._read_members()}
        except (tarfile.TarError, EOFError, ValueError, OSError) as e:
            self._file.close()
            raise BrokenBackup(f"{path.name} terpotong atau bukan cadangan Alur ({e}).") from e

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._tar.close()
        self._file.close()

    def check(self) -> Manifest:
        """Read every byte of it; what it says it holds is there, whole, and nothing else is."""
        if _TRAILER not in self._members or _MANIFEST not in self._members:
            raise BrokenBackup(f"{self.path.name} terpotong: daftar isinya tidak ada. Pakai cadangan lain.")
        manifest = self._manifest()
        held = set(self._members) - {_MANIFEST, _TRAILER}
        for name in sorted(held ^ set(manifest.files)):
            words = "tidak ada di dalamnya" if name in manifest.files else "tidak ada dalam daftar isinya"
            raise BrokenBackup(f"{self.path.name} tidak lengkap: {name} {words}.")
        if DATABASES.get(str(manifest.database)) not in held:
            raise BrokenBackup(f"{self.path.name} tidak memuat basis data.")
        for name in held:
            self._check_member(name, manifest)
        self._check_whole()
        return manifest

    def open(self, name: str) -> IO[bytes]:
        """What stands in a member."""
        found = self._tar.extractfile(self._members[name])
        if found is None:
            raise BrokenBackup
        return found

    def documents(self) -> Iterator[str]:
        """The SHA-256 of each document in it."""
        return (m[1] for name in self._members if (m := _DOCUMENT.fullmatch(name)))

    def _read_members(self) -> list[tarfile.TarInfo]:
        members = self._tar.getmembers()
        names = [m.name for m in members]
        for m in members:
            known = m.name in (_MANIFEST, _TRAILER, *DATABASES.values()) or _DOCUMENT.fullmatch(m.name)
            if not known or not m.isreg():
                raise ValueError(f"berkas asing di dalamnya: {m.name[:80]!r}")
        if len(set(names)) != len(names):
            raise ValueError("satu nama dua kali di dalamnya")
        return members

    def _manifest(self) -> Manifest:
        try:
            found: dict[str, Any] = orjson.loads(self.open(_MANIFEST).read())
            if found["format"] != FORMAT:
                raise BrokenBackup(
                    f"{self.path.name} dibuat dengan bentuk cadangan {found['format']}, sedangkan aplikasi ini "
                    f"mengenal bentuk {FORMAT}. Pasang Alur {found.get('version')}, lalu coba lagi."
                )
            found["files"] = {str(n): (int(size), str(sha)) for n, (size, sha) in found["files"].items()}
            found["faults"] = tuple(str(f) for f in found["faults"])
            manifest = Manifest(**{f.name: found[f.name] for f in fields(Manifest)})
            if manifest.made.tzinfo is None or not isinstance(manifest.revision, str):
                raise ValueError
        except (ValueError, KeyError, TypeError, AttributeError) as e:
            raise BrokenBackup(f"Daftar isi {self.path.name} tidak dapat dibaca. Pakai cadangan lain.") from e
        return manifest

    def _check_member(self, name: str, manifest: Manifest) -> None:
        size, sha = manifest.files[name]
        document = _DOCUMENT.fullmatch(name)
        found = hash_of(self.open(name))
        if self._members[name].size != size or found != sha or (document and document[1] != found):
            raise BrokenBackup(f"Isi {name} di dalam {self.path.name} tidak lagi sama dengan saat disimpan.")

    def _check_whole(self) -> None:
        """The hash over everything before the last member, and nothing behind it: no byte is left unseen."""
        last = self._members[_TRAILER]
        said = self.open(_TRAILER).read()
        with self.path.open("rb") as file:
            found = hash_of(_Part(file, last.offset)).encode()
            file.seek(last.offset_data + len(said))
            rest = file.read(_CHUNK)
        if said != found or rest.strip(b"\0"):
            raise BrokenBackup(f"{self.path.name} berubah sejak dibuat. Pakai cadangan lain.")


def hash_of(file: IO[bytes] | _Part) -> str:
    """SHA-256 of what is left in a file, hex."""
    digest = hashlib.sha256()
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def copy(file: IO[bytes], to: Path) -> str:
    """Write what is left in `file` to a new file of this account's own, synced; its SHA-256."""
    digest = hashlib.sha256()
    with os.fdopen(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    return digest.hexdigest()


def sync_folder(folder: Path) -> None:
    """Make the names in it survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class _Hashing:
    """What tarfile writes to, hashed on its way."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.hash = file, hashlib.sha256()

    def write(self, data: bytes) -> int:
        self.hash.update(data)
        return self._file.write(data)

    def tell(self) -> int:
        return self._file.tell()


class _Reading:
    """What tarfile reads from, hashed on its way."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self.hash = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.hash.update(data)
        return data


class _Part:
    """The first `left` bytes of a file."""

    def __init__(self, file: IO[bytes], left: int) -> None:
        self._file, self._left = file, left

    def read(self, size: int) -> bytes:
        data = self._file.read(min(size, self._left))
        self._left -= len(data)
        return data
