"""Which kind of rows a sheet holds, and which column is which: by its name and its headers, in any order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.flows.importing.columns import KINDS, SHEETS, Kind, fold, names_of
from app.flows.importing.grid import Formula, Grid, Raw, Report

_LOOK = 10  # rows in which the headers are looked for: a title may stand above them


@dataclass(frozen=True)
class Table:
    """A sheet whose columns are known. `where` is column key -> position; `header` the position's own words."""

    kind: Kind
    name: str
    where: dict[str, int]
    header: dict[str, str]
    rows: list[tuple[int, list[Raw]]]


def tables(grids: Sequence[Grid], report: Report) -> list[Table]:
    """The sheets that can be read; what is wrong with the others goes to `report`."""
    found: list[Table] = []
    for grid in grids:
        table = _table(grid, report, alone=len(grids) == 1)
        if table is None:
            continue
        if any(t.kind is table.kind for t in found):
            report.error(grid.name, f"Ada dua sheet berisi {table.kind.sheet}. Gabungkan barisnya dalam satu sheet.")
            continue
        found.append(table)
    if not found and not report.errors:
        report.error("", "Berkas ini tidak berisi baris data. Isi contoh berkas di bawah judul kolomnya.")
    return found


def _table(grid: Grid, report: Report, alone: bool) -> Table | None:
    if not grid.rows:
        return None
    # a file of one sheet may be called anything: a CSV "unit.csv" of satkers is one of satkers
    named = SHEETS.get(fold(grid.name))
    kind = (_recognised(grid, alone) or named) if alone else (named or _recognised(grid, alone))
    if kind is None:
        names = ", ".join(k.sheet for k in KINDS.values())
        if alone:
            report.error(grid.name, f"Judul kolomnya tidak dikenal. Pakai judul kolom dari contoh berkas ({names}).")
        else:
            report.warn(grid.name, f"Sheet {grid.name} tidak dikenal, jadi dilewati. Yang dibaca: {names}.")
        return None
    return _columns(grid, kind, report)


def _recognised(grid: Grid, alone: bool) -> Kind | None:
    """The kind whose headers stand there: all that it requires, and most of all; else, in a file of one sheet, half."""
    ranked = []
    for kind in KINDS.values():
        at = _header_row(grid, kind)
        known = _match(grid.rows[at][1], kind)
        lacking = [c for c in kind.required if c.key not in known]
        if len(known) >= 2 and (not lacking or (alone and len(lacking) <= len(kind.required) // 2)):
            ranked.append((not lacking, len(known) - len(lacking), kind))
    return max(ranked, key=lambda r: r[:2])[2] if ranked else None


def _header_row(grid: Grid, kind: Kind) -> int:
    scores = [len(_match(cells, kind)) for _, cells in grid.rows[:_LOOK]]
    return scores.index(max(scores))


def _match(cells: Sequence[Raw], kind: Kind) -> dict[str, int]:
    names = names_of(kind)
    found: dict[str, int] = {}
    for position, cell in enumerate(cells):
        key = names.get(fold(cell)) if isinstance(cell, str) else None
        if key is not None:
            found.setdefault(key, position)
    return found


def _columns(grid: Grid, kind: Kind, report: Report) -> Table | None:
    at = _header_row(grid, kind)
    number, cells = grid.rows[at]
    where = _match(cells, kind)
    lacking = [c.label for c in kind.required if c.key not in where]
    if lacking:
        report.error(
            grid.name,
            f"Kolom {_and(lacking)} tidak ada. Tambahkan dengan judul persis itu di baris judul, "
            "atau mulai dari contoh berkas.",
            number if where else 0,
        )
        return None
    names = names_of(kind)
    for position, cell in enumerate(cells):
        _look_at_header(grid, kind, report, (number, position, cell), names, where)
    header = {key: str(cells[position]) for key, position in where.items()}
    return Table(kind, grid.name, where, header, grid.rows[at + 1 :])


def _look_at_header(
    grid: Grid, kind: Kind, report: Report, cell: tuple[int, int, Raw], names: dict[str, str], where: dict[str, int]
) -> None:
    """Name a column that nobody knows, and one that stands there twice."""
    number, position, words = cell
    if words is None or isinstance(words, Formula):
        return
    key = names.get(fold(words))
    if key is None:
        known = ", ".join(c.label for c in kind.columns)
        report.warn(grid.name, f"Kolom {words} tidak dikenal, jadi dilewati. Yang dibaca: {known}.", number, str(words))
    elif where[key] != position:
        report.error(grid.name, f"Kolom {kind.column(key).label} ada dua. Hapus salah satunya.", number, str(words))


def _and(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} dan {words[-1]}"
