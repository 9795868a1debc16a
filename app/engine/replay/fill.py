"""Fills in a step that no recording knows, as far as the diagram itself says what may stand in its form."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.engine.types import Element, Field, JsonObject


def filled(element: Element | None, now: datetime) -> JsonObject | None:
    """What the form of `element` gives when somebody takes its defaults; None for a form that is programmed."""
    if element is None or element.form:
        return None
    return {f.id: _value(f, now) for f in element.fields}


def _value(f: Field, now: datetime) -> Any:
    """The default; for a required field without one the first choice, Ya, today, 1 or a word; else empty."""
    given = (f.default or "").strip()
    match f.type:
        case "boolean":
            return given.lower() == "true" if given or not f.required else True
        case "long":
            whole = given.removeprefix("-")
            return int(given) if whole.isascii() and whole.isdigit() and len(whole) < 16 else 1 if f.required else None
        case "enum":
            offered = [value for value, _ in f.choices]
            return given if given in offered else offered[0] if f.required and offered else None
        case "date":
            return given or (now.date().isoformat() if f.required else None)
    return given or ("contoh" if f.required else "")
