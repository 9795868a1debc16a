"""What people send for one process: single files, or a .zip with them. Small enough, and by plain names."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterable
from io import BytesIO

from app.engine.bpmn_xml import MAX_BYTES, MAX_FILES
from app.errors import InvalidInput
from app.sdk.text import one_line

MAX_TOTAL = 4_000_000  # bytes of all files together, unpacked
MAX_ENTRIES = 500  # of a .zip
TAKEN = (".bpmn", ".dmn", ".xml", ".json", ".form")
_BPMN = b"http://www.omg.org/spec/BPMN/20100524/MODEL"
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BROKEN = (
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
)

NOTHING = "Belum ada berkas yang dipilih. Pilih berkas .bpmn, .dmn, .xml, atau .zip."
KIND = "'{}' bukan berkas diagram. Kirim .bpmn, .dmn, .xml, atau satu .zip yang berisi berkas itu."
TWICE = "Ada dua berkas bernama '{}'. Ganti nama salah satunya, lalu unggah lagi."
MANY = f"Lebih dari {MAX_FILES} berkas. Kirim hanya berkas dari satu proses."
LARGE = "'{}' lebih dari 2 MB. Hapus gambar yang tertanam, atau pecah diagramnya."
ALL = "Semua berkas bersama-sama lebih dari 4 MB. Kirim hanya berkas dari satu proses."
ZIP = "'{}' tidak dapat dibuka: arsipnya rusak, berkata sandi, atau memakai cara mampat lain. Buat ulang .zip-nya."
EMPTY = "'{}' tidak berisi berkas .bpmn, .dmn, atau .xml."


def unpack(sent: Iterable[tuple[str, bytes]]) -> dict[str, bytes]:
    """{plain name: bytes} of everything that was sent. InvalidInput names the file that can't be taken."""
    found: dict[str, bytes] = {}
    for name, data in sent:
        for given, content in _contents(plain_name(name), data):
            inner = _by_content(given, content)
            if inner in found:
                raise InvalidInput(TWICE.format(inner))
            found[inner] = content
            if len(found) > MAX_FILES:
                raise InvalidInput(MANY)
            if sum(map(len, found.values())) > MAX_TOTAL:
                raise InvalidInput(ALL)
    if not found:
        raise InvalidInput(NOTHING)
    return found


def plain_name(name: str) -> str:
    """The name without the way to it, without anything that a path, a header or a page could trip over."""
    last = re.split(r"[/\\]", one_line(name))[-1]
    clean = re.sub(r"[^\w .()+-]", "_", last).strip(". ")
    stem, dot, end = clean.rpartition(".")
    return (f"{stem[:100]}{dot}{end[:10]}" if stem else clean[:100]) or "berkas"


def _by_content(name: str, data: bytes) -> str:
    """The name with the ending by which pages know a diagram or a decision table: others may come as .xml or .BPMN."""
    plain = data.replace(b"\0", b"")  # UTF-16
    end = ".bpmn" if _BPMN in plain else ".dmn" if b"/DMN/" in plain else ""
    return f"{name.rpartition('.')[0]}{end}" if end else name


def _contents(name: str, data: bytes) -> Iterable[tuple[str, bytes]]:
    if name.lower().endswith(".zip") or data[:4] == b"PK\x03\x04":
        return _unzipped(name, data)
    if not name.lower().endswith(TAKEN):
        raise InvalidInput(KIND.format(name))
    if len(data) > MAX_BYTES:
        raise InvalidInput(LARGE.format(name))
    return [(name, data)]


def _unzipped(name: str, data: bytes) -> list[tuple[str, bytes]]:
    """Its diagrams, whatever folder they lie in; pictures, notes and archives in it are passed over."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_ENTRIES:
                raise InvalidInput(MANY)
            found = [_entry(archive, e) for e in entries if _wanted(e)]
    except _BROKEN as e:
        raise InvalidInput(ZIP.format(name)) from e
    if not found:
        raise InvalidInput(EMPTY.format(name))
    return found


def _wanted(entry: zipfile.ZipInfo) -> bool:
    hidden = entry.filename.startswith("__MACOSX/") or plain_name(entry.filename).startswith("._")
    return not entry.is_dir() and not hidden and entry.filename.lower().endswith(TAKEN)


def _entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> tuple[str, bytes]:
    if entry.compress_type not in _METHODS:
        raise ValueError(entry.compress_type)
    with archive.open(entry) as file:
        data = file.read(MAX_BYTES + 1)  # what the archive says of its sizes may be a lie
    name = plain_name(entry.filename)
    if len(data) > MAX_BYTES:
        raise InvalidInput(LARGE.format(name))
    return name, data
