"""Do two PDFs show the same pages? For a provider that writes an unsigned document anew in place of appending to it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")
SHOWN = (*INHERITED, "/UserUnit")
PACKING = {"/Length", "/Filter", "/DecodeParms", "/DL"}  # how a stream is packed says nothing about what it holds
# what a signature brings: its own field, and a link on its QR code
OF_SIGNATURES = ("/Widget", "/Link")
DEEPEST = 60


def same_pages(one: PdfFileReader, other: PdfFileReader) -> bool:
    """Whether count, boxes, contents, resources and annotations agree; those that a signature brings don't count."""
    first, second = _fingerprints(one), _fingerprints(other)
    return bool(first) and first == second


def _fingerprints(reader: PdfFileReader) -> list[str]:
    digest = _Digest()
    return [digest.page(page, inherited) for page, inherited in _pages(reader.root["/Pages"], {}, 0)]


def _pages(node: Any, inherited: dict[str, Any], depth: int) -> Iterator[tuple[Any, dict[str, Any]]]:
    if depth > DEEPEST:
        raise ValueError("the page tree is too deep, or bites its own tail")
    inherited = inherited | {key: node.raw_get(key) for key in INHERITED if key in node}
    if "/Kids" not in node:
        yield node, inherited
        return
    for kid in node["/Kids"]:
        yield from _pages(kid.get_object(), inherited, depth + 1)


class _Digest:
    """Hashes of PDF objects by what they mean: references followed, streams unpacked, keys in order."""

    def __init__(self) -> None:
        self._known: dict[Any, str] = {}

    def page(self, page: Any, inherited: dict[str, Any]) -> str:
        shown = inherited | {key: page.raw_get(key) for key in SHOWN if key in page}
        parts = [f"{key}:{self.of(value, 0)}" for key, value in sorted(shown.items())]
        parts.append(hashlib.sha256(b"\n".join(_contents(page))).hexdigest())
        parts.extend(sorted(self._annotations(page)))
        return _sha("|".join(parts))

    def _annotations(self, page: Any) -> Iterator[str]:
        for entry in _entry(page, "/Annots") or ():
            annotation = entry.get_object()
            if _entry(annotation, "/Subtype") not in OF_SIGNATURES:
                keys = (key for key in annotation if key not in ("/P", "/Parent", "/Popup"))
                yield _sha(",".join(f"{key}:{self.of(annotation.raw_get(key), 1)}" for key in sorted(keys)))

    def of(self, value: Any, depth: int) -> str:
        if depth > DEEPEST:
            raise ValueError("objects are nested too deeply")
        if isinstance(value, generic.IndirectObject):
            return self._followed(value, depth)
        if isinstance(value, generic.DictionaryObject):
            skipped = PACKING if isinstance(value, generic.StreamObject) else set()
            keys = sorted(key for key in value if key not in skipped)
            text = ",".join(f"{key}:{self.of(value.raw_get(key), depth + 1)}" for key in keys)
            if isinstance(value, generic.StreamObject):
                text += "#" + hashlib.sha256(value.data).hexdigest()
            return _sha(f"<{text}>")
        if isinstance(value, generic.ArrayObject):
            return _sha("[" + ",".join(self.of(item, depth + 1) for item in _raw_items(value)) + "]")
        if isinstance(value, generic.NumberObject | generic.FloatObject):
            return f"{float(value):.4f}"
        return f"{type(value).__name__}:{value!r}"

    def _followed(self, value: Any, depth: int) -> str:
        key = value.reference
        if key not in self._known:
            self._known[key] = "…"  # what leads back to itself is the same wherever it begins
            self._known[key] = self.of(value.get_object(), depth + 1)
        return self._known[key]


def _contents(page: Any) -> Iterator[bytes]:
    contents = _entry(page, "/Contents")
    if isinstance(contents, generic.StreamObject):
        yield contents.data
    else:
        yield from (part.get_object().data for part in contents or ())


def _entry(node: Any, key: str) -> Any:
    """The entry with references followed, or None; pyHanko's own `get` returns the reference."""
    return node[key] if key in node else None  # noqa: SIM401


def _raw_items(array: Any) -> Iterator[Any]:
    return (array.raw_get(i) for i in range(len(array)))


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
