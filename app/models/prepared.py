"""Statements of the hot path: written with SQLAlchemy, compiled once per dialect, run by the driver.

SQLAlchemy keeps compiled statements too, but at each execution it compares the statement with those it knows, walks
the parameters and sets up a result: for the small writes of a step that costs more than the writes themselves.
Values go through the column types as ever. What comes back does not: only text and numbers may be selected.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, CursorResult, Dialect
from sqlalchemy.sql.expression import ClauseElement, Insert

Convert = Callable[[Any], Any]


@dataclass(frozen=True)
class _Form:
    """A statement in one dialect: its text, its constants, and the parameters' names with how to convert each."""

    sql: str
    constants: Mapping[str, Any]
    parameters: Sequence[tuple[str, Convert | None]]
    positional: bool

    def bind(self, row: Mapping[str, Any]) -> Any:
        values = {**self.constants, **row} if self.constants else row
        bound = [(name, values[name] if to is None else to(values[name])) for name, to in self.parameters]
        return tuple(value for _, value in bound) if self.positional else dict(bound)


class Prepared:
    """One statement. For an INSERT, `columns` are those whose values are given; others take their constant default."""

    def __init__(self, statement: ClauseElement, *columns: str) -> None:
        self._statement, self._columns = statement, columns
        self._forms: WeakKeyDictionary[Dialect, _Form] = WeakKeyDictionary()

    def run(self, conn: Connection, *rows: Mapping[str, Any]) -> CursorResult[Any]:
        """Execute it once, or once for each row."""
        form = self._forms.get(conn.dialect)
        if form is None:
            form = self._forms[conn.dialect] = self._form(conn.dialect)
        if len(rows) == 1:
            return conn.exec_driver_sql(form.sql, form.bind(rows[0]))
        return conn.exec_driver_sql(form.sql, [form.bind(row) for row in rows])

    def _form(self, dialect: Dialect) -> _Form:
        compiled: Any = self._statement.compile(dialect=dialect, column_keys=list(self._columns) or None)
        constants = {name: value for name, value in compiled.params.items() if value is not None}
        if isinstance(self._statement, Insert):
            constants |= {c.key: c.default.arg for c in compiled.insert_prefetch}
        names = compiled.positiontup if compiled.positional else list(compiled.binds)
        types = [compiled.binds[name].type.dialect_impl(dialect) for name in names]
        parameters = [(name, kind.bind_processor(dialect)) for name, kind in zip(names, types, strict=True)]
        return _Form(str(compiled), constants, parameters, compiled.positional)
