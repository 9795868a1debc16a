"""Where what is done now comes from, for the audit list: an address, or the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from flask import has_request_context, request

_asked_from: ContextVar[str] = ContextVar("asked_from", default="")


def here() -> str:
    """The address of the request, or of the one that asked for it before; else "terminal"."""
    if has_request_context():
        return (request.remote_addr or "")[:60]
    return _asked_from.get() or "terminal"


@contextmanager
def asked_from(address: str) -> Iterator[None]:
    """What is done inside was asked for by somebody at `address`, and is carried out by the worker."""
    token = _asked_from.set(address)
    try:
        yield
    finally:
        _asked_from.reset(token)
