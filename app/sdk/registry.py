"""Look-up in the two literal tables `FORMS` and `SERVICE_TASKS`."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import TypeVar

T = TypeVar("T")


class UnknownName(LookupError):
    """The diagram names something that is not in the table. Correct the name in the diagram, or add it to the table."""


def look_up(table: Mapping[str, T], name: str, what: str) -> T:
    """The entry `name` of `table`; UnknownName with the nearest known names otherwise."""
    if name in table:
        return table[name]
    near = get_close_matches(name, table, n=3) or sorted(table)
    raise UnknownName(f"There is no {what} named {name!r}. Known: {', '.join(near)}.")
