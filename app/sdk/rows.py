"""Rows inside a form: sasaran with their indikator, kegiatan with their anggaran."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from wtforms import BooleanField, FieldList, Form, FormField
from wtforms.fields import SelectFieldBase

from app.sdk.messages import IndonesianMeta

# Only what a page sends: "007" and "7" would be one row with two names, and "²" is a digit to str.isdigit()
_INDEX = re.compile(r"(?:0|[1-9][0-9]{0,5})", re.ASCII)


class Row(Form):
    """The form of one row. Its fields have the same rules as those of a page."""

    class Meta(IndonesianMeta, Form.Meta):  # type: ignore[misc]
        pass


class RowsField(FieldList):  # type: ignore[type-arg]  # generic in the stubs only
    """Rows that can be added, removed with undo, reordered and pasted from a spreadsheet.

    `row` is a `Row` class. `add_label` is the button's text, `noun` what one row is called,
    `paste` the fields of the row in the order of a spreadsheet's columns, `total` the field that is summed,
    `unique` the fields that may not be the same in two rows.

    A form nobody has typed in opens with one empty row. Rows in which nothing was typed are left out of `data`
    and not complained about, unless there is no other and `at_least` (the sentence for no row at all) is given.
    Indices may have gaps; `entries` are renumbered.
    """

    def __init__(
        self,
        label: str,
        row: type[Form],
        *,
        noun: str,
        add_label: str,
        paste: tuple[str, ...] = (),
        total: str | None = None,
        unique: tuple[str, ...] = (),
        at_least: str | None = None,
        at_most: int = 200,
        **kw: Any,
    ) -> None:
        self.noun, self.add_label, self.paste, self.total, self.unique = noun, add_label, paste, total, unique
        self.at_least, self.at_most, self.row = at_least, at_most, row
        self.sent = 0  # rows that arrived; more than `entries` only if somebody sends absurdly many
        kw.setdefault("default", ({},))
        super().__init__(FormField(row), label, max_entries=None, **kw)

    def _extract_indices(self, prefix: str, formdata: Iterable[str]) -> Iterator[int]:
        """The first rows, up to twice as many as may be: enough to show the mistake, not enough to tie up a server."""
        start, found = f"{prefix}-", set()
        for name in formdata:
            if name.startswith(start):
                index = name[len(start) :].split("-", 1)[0]
                if _INDEX.fullmatch(index):
                    found.add(int(index))
        self.sent = len(found)
        return iter(sorted(found)[: 2 * self.at_most])

    @property
    def filled(self) -> list[Any]:
        """The entries in which something was typed."""
        return [entry for entry in self.entries if not is_blank(entry)]

    @property
    def data(self) -> list[Any]:
        return [entry.data for entry in self.filled]

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:
        filled = self.filled
        judged = filled or (self.entries[:1] if self.at_least else [])
        for entry in judged:
            entry.validate(form)
        self._refuse_twins(filled)
        self.errors = [entry.errors for entry in judged if entry.errors] + self._own_errors(len(filled))
        return not self.errors

    def _own_errors(self, filled: int) -> list[str]:
        if self.at_least and not self.entries:
            return [self.at_least]
        count = filled + max(0, self.sent - len(self.entries))
        if count > self.at_most:
            return [f"Paling banyak {self.at_most} {self.noun}; sekarang ada {count}. Gabungkan atau hapus sebagian."]
        return []

    def _refuse_twins(self, filled: list[Any]) -> None:
        """No two rows may be the same in the fields of `unique`; the later one gets the error."""
        seen: dict[tuple[str, ...], int] = {}
        for entry in filled if self.unique else ():
            values = [entry.form[name].data for name in self.unique]
            if any(value in (None, "") for value in values):
                continue
            first = seen.setdefault(tuple(str(value).casefold() for value in values), entry.index)
            if first != entry.index:
                entry.form[self.unique[0]].errors.append(
                    f"Isinya sama dengan {self.noun} {first + 1}. Bedakan isinya, atau hapus salah satu."
                )

    def sum(self) -> int:
        """The total of the field `total`, over the rows whose number can be read."""
        values = [entry.form[self.total].data for entry in self.entries] if self.total else []
        return sum(v for v in values if isinstance(v, int))

    def blank(self) -> FormField[Any]:
        """An empty row with the index __N__, from which the page makes new ones.

        Every level has the same mark: replace the whole prefix ("sasaran-__N__" by "sasaran-3"), in names, ids and
        labels, and the rows inside keep theirs ("sasaran-3-indikator-__N__") until it is their turn.
        """
        bound: Any = self  # the stubs don't know what a field is bound to
        names = {"name": f"{self.name}-__N__", "id": f"{self.id}-__N__"}
        entry = self.meta.bind_field(bound._form, self.unbound_field, {**names, "_meta": self.meta})
        entry.process(None, {})
        return entry  # type: ignore[no-any-return]


def is_blank(f: Any) -> bool:
    """Whether nothing was typed. Choices and check boxes do not count: they may come with a value."""
    if isinstance(f, FieldList):
        return all(is_blank(entry) for entry in f.entries)
    if isinstance(f, FormField):
        return all(is_blank(sub) for sub in f.form)
    return isinstance(f, (BooleanField, SelectFieldBase)) or not str(f._value()).strip()


def leaves(f: Any, trail: str = "") -> Iterator[tuple[Any, str]]:
    """Every field under `f` with its errors as plain text, and where it stands: "Sasaran 2, indikator 1"."""
    if isinstance(f, FieldList):
        noun = getattr(f, "noun", "baris")
        for number, entry in enumerate(f.entries, 1):
            place = f"{trail}, {noun} {number}" if trail else f"{noun} {number}".capitalize()
            yield from leaves(entry, place)
        yield f, trail  # its own errors stand after those of its rows
    elif isinstance(f, FormField):
        for sub in f.form:
            yield from leaves(sub, trail)
    else:
        yield f, trail


def name_rows(f: Any) -> None:
    """Put the row in front of every message under `f`: "Sasaran 2, indikator 1: Satuan belum diisi. ..."."""
    for leaf, trail in leaves(f):
        if trail and leaf.errors:
            # in place: the lists are shared with the errors of the rows around them
            leaf.errors[:] = [f"{trail}: {e}" if isinstance(e, str) else e for e in leaf.errors]
