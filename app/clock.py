"""The one clock. Everything that asks for the time asks here, so that tests can hold it still."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

_held: datetime | None = None


def now() -> datetime:
    """The present moment as an aware UTC datetime."""
    return _held or datetime.now(UTC)


@contextmanager
def held(at: datetime) -> Iterator[None]:
    """Hold the clock at `at` (aware) for the length of a `with` block; tests only."""
    global _held
    before, _held = _held, at
    try:
        yield
    finally:
        _held = before


def advance(by: timedelta) -> None:
    """Move a held clock forward; tests only."""
    global _held
    if _held is None:
        raise RuntimeError("advance() needs a held clock: use it inside held()")
    _held += by
