"""Forms that a diagram declares itself: what would not be asked as drawn, or could never be answered, is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from keyword import iskeyword

from app.engine.bpmn_xml import Report, Tag, bpmn, camunda, find, properties_of
from app.engine.diagram import declared_of
from app.engine.expression_functions import NAMES as FUNCTIONS
from app.engine.expression_tree import CONSTANT_NAMES
from app.engine.types import Field

TYPES = ("string", "text", "long", "boolean", "date", "enum")
MAX_FIELDS = 100  # of one form
MAX_CHOICES = 200
MAX_ID, MAX_LABEL, MAX_HELP, MAX_DEFAULT = 64, 300, 500, 500

# What a form of the house, its page, or a case uses itself; "_" at the beginning is the page's too.
TAKEN = frozenset({"csrf_token", "submit", "tahun", "satker", "zona", "kesalahan"})

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z", re.ASCII)
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)\Z|(\d\d?)[-/.](\d\d?)[-/.](\d{4})\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with the field at `index` (from 0; -1: with the form), at its `part`: id, label, type, ..."""

    index: int
    part: str
    message: str
    level: str = "error"


def check_fields(roots: Mapping[str, Tag], report: Report) -> None:
    for file, root in roots.items():
        for data in root.iter(camunda("formData")):
            holder = data.getparent().getparent() if data.getparent() is not None else None
            if holder is None or not holder.get("id"):
                continue
            # as `declared_of` finds them: a damaged file may have a second extensionElements
            tags = find(holder, "./bpmn:extensionElements/camunda:formData/camunda:formField")
            if not tags:
                continue
            for fault in faults(declared_of(holder)):
                where = tags[fault.index] if fault.index >= 0 else holder
                report.add(file, int(where.sourceline or 0), holder.get("id"), holder.get("name") or "",
                           fault.message, fault.level)  # fmt: skip
            _beside(file, holder, tags, report)


def _beside(file: str, holder: Tag, tags: Sequence[Tag], report: Report) -> None:
    """What is declared and has no effect here."""
    if holder.tag != bpmn("userTask"):
        report.at(file, holder, "Isian di sini tidak ditanyakan. Letakkan isian pada tugas orang.", "warning")
    elif properties_of(holder).get("form"):
        message = "Tugas ini memakai formulir yang ada, jadi isian sendirinya tidak dipakai. Hapus salah satunya."
        report.at(file, holder, message, "warning")
    unknown = {c.get("name") or "?" for t in tags for c in find(t, "./camunda:validation/camunda:constraint")}
    for name in sorted(unknown - {"required"})[:10]:
        report.at(file, holder, f"Batas '{name[:40]}' pada isian tidak diperiksa. Hapus batas itu.", "warning")


def faults(fields: Sequence[Field]) -> list[Fault]:
    """Everything wrong with the fields of one form, in their order."""
    if len(fields) > MAX_FIELDS:
        message = f"Formulir ini berisi {len(fields)} isian; paling banyak {MAX_FIELDS}. Bagi menjadi beberapa tugas."
        return [Fault(-1, "", message)]
    found: list[Fault] = []
    seen: dict[str, int] = {}
    for index, field in enumerate(fields):
        found += [Fault(index, *what) for what in _of_id(field, seen.setdefault(field.id, index), index)]
        found += [Fault(index, *what) for what in _of_field(field)]
    return found


_What = tuple[str, str] | tuple[str, str, str]


def _of_id(field: Field, first: int, index: int) -> Iterator[_What]:
    id_, name = field.id, (field.label or field.id)[:60]
    if not id_:
        yield "id", f"Isian ke-{index + 1} tidak punya id. Beri id, misalnya catatan_reviu."
    elif id_ in TAKEN or id_.startswith("_"):
        yield "id", f"Id isian '{id_[:40]}' sudah dipakai Alur sendiri. Pakai id lain."
    elif first != index:
        yield "id", f"Dua isian memakai id '{id_[:40]}'. Bedakan id salah satunya."
    elif len(id_) > MAX_ID:
        yield "id", f"Id isian '{name}' lebih dari {MAX_ID} huruf. Persingkat."
    elif not id_.isprintable():
        yield "id", f"Id isian '{name}' memuat huruf yang tidak terlihat. Ketik ulang."
    elif not _NAME.match(id_) or iskeyword(id_) or id_ in FUNCTIONS or id_ in CONSTANT_NAMES:
        message = f"Id isian '{id_[:40]}' tidak dapat dibaca oleh syarat. Pakai huruf a-z, angka, dan _ saja."
        yield "id", message, "warning"


def _of_field(field: Field) -> Iterator[_What]:
    name = (field.label or field.id)[:60]
    if not field.label.strip():
        yield (
            "label",
            f"Isian '{field.id[:40]}' tidak punya label, jadi id-nya yang tampil. Tulis pertanyaannya.",
            "warning",
        )
    if len(field.label) > MAX_LABEL:
        yield "label", f"Label '{name}' lebih dari {MAX_LABEL} huruf. Pindahkan penjelasannya ke bantuan."
    if len(field.help) > MAX_HELP:
        yield "help", f"Bantuan isian '{name}' lebih dari {MAX_HELP} huruf. Persingkat."
    if field.type not in TYPES:
        yield "type", f"Jenis isian '{field.type[:40]}' tidak dikenal. Pilih {', '.join(TYPES[:-1])}, atau {TYPES[-1]}."
    elif field.type == "enum":
        yield from _of_choices(field, name)
    if field.default:
        yield from _of_default(field, name)


def _of_choices(field: Field, name: str) -> Iterator[_What]:
    values = [value for value, _ in field.choices]
    if not values:
        yield "choices", f"Isian '{name}' tidak punya pilihan. Tambahkan paling sedikit satu."
    elif len(values) > MAX_CHOICES:
        yield "choices", f"Isian '{name}' punya {len(values)} pilihan; paling banyak {MAX_CHOICES}. Kurangi."
    elif len(set(values)) < len(values):
        yield "choices", f"Dua pilihan isian '{name}' bernilai sama. Bedakan nilainya."
    elif any(not value or len(value) > MAX_LABEL or len(label) > MAX_LABEL for value, label in field.choices):
        yield "choices", f"Ada pilihan isian '{name}' yang kosong atau terlalu panjang. Perbaiki nilainya."


def _of_default(field: Field, name: str) -> Iterator[_What]:
    default = field.default or ""
    if len(default) > MAX_DEFAULT:
        yield "default", f"Isi awal '{name}' lebih dari {MAX_DEFAULT} huruf. Persingkat."
    elif field.type == "enum" and field.choices and default not in {value for value, _ in field.choices}:
        yield "default", f"Isi awal '{default[:40]}' bukan salah satu pilihan '{name}'. Pilih salah satunya."
    elif field.type == "long" and not re.fullmatch(r"-?\d{1,15}", default, re.ASCII):
        yield "default", f"Isi awal '{name}' bukan angka bulat. Tulis misalnya 10."
    elif field.type == "boolean" and default not in ("true", "false"):
        yield "default", f"Isi awal '{name}' hanya true atau false. Pilih salah satunya."
    elif field.type == "date" and not _is_date(default):
        yield "default", f"Isi awal '{name}' bukan tanggal. Tulis misalnya 2026-01-31."


def _is_date(text: str) -> bool:
    found = _DATE.match(text)
    if found is None:
        return False
    year, month, day = found.groups()[:3] if found[1] else reversed(found.groups()[3:])
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        return False
    return True
