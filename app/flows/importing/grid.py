"""What the readers hand on: rows of raw cells, and what is wrong with a file or a cell in words."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

ERROR, WARNING = "error", "warning"


@dataclass(frozen=True)
class Formula:
    """A cell that holds a formula, or an error value that one left behind."""

    text: str


Raw = str | int | float | bool | date | Formula | None  # a datetime is a date too


@dataclass(frozen=True)
class Grid:
    """One sheet: (row number as the spreadsheet counts, cells), empty rows left out."""

    name: str
    rows: list[tuple[int, list[Raw]]]


@dataclass(frozen=True)
class Fault:
    """One thing that must be put right (`error`), or that somebody should know (`warning`). `value` is masked."""

    level: str
    sheet: str
    text: str
    row: int = 0  # 0: of the sheet or file as a whole
    column: str = ""
    value: str = ""

    def as_json(self) -> list[Any]:
        return [self.level, self.sheet, self.row, self.column, self.value, self.text]


@dataclass(frozen=True)
class Record:
    """A checked row: cleaned values by column key, dates as ISO text, "" for what was left empty.

    `bad`: one of its cells could not be read. Others may still refer to what it says.
    """

    kind: str
    sheet: str
    row: int
    values: dict[str, str]
    bad: bool = False

    def __getitem__(self, key: str) -> str:
        return self.values.get(key, "")

    def as_json(self) -> list[Any]:
        return [self.kind, self.sheet, self.row, self.values]


@dataclass
class Report:
    """Faults as they are found, each once."""

    faults: list[Fault] = field(default_factory=list)

    def error(self, sheet: str, text: str, row: int = 0, column: str = "", value: str = "") -> None:
        self.faults.append(Fault(ERROR, sheet, text, row, column, value))

    def warn(self, sheet: str, text: str, row: int = 0, column: str = "", value: str = "") -> None:
        self.faults.append(Fault(WARNING, sheet, text, row, column, value))

    def of(self, record: Record, text: str, column: str, value: str = "") -> None:
        self.error(record.sheet, text, record.row, column, value)

    def warn_of(self, record: Record, text: str, column: str, value: str = "") -> None:
        self.warn(record.sheet, text, record.row, column, value)

    @property
    def errors(self) -> int:
        return sum(f.level == ERROR for f in self.faults)
