"""Forms of the admins' pages: our fields and messages, errors at the field they belong to, and two people at once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import orjson
from wtforms import HiddenField

from app.errors import AlurError
from app.models import db
from app.sdk.fields import TanggalField
from app.sdk.forms import TaskForm

OVERTAKEN = (
    "Data ini diubah orang lain sejak halaman ini dibuka. Isian Anda masih ada di bawah; bandingkan dengan data yang "
    "sekarang, lalu simpan sekali lagi untuk memakainya."
)


class AdminForm(TaskForm):
    """Filled from `data` when a page opens, from what was sent when it is posted."""

    def refused(self, error: AlurError) -> None:
        """Show what a flow refused at the field that it names, else at the first one. What it began is undone."""
        db.session.rollback()
        own = [f for f in self if not isinstance(f, HiddenField)]
        named = getattr(error, "field", "")
        at = next((f for f in own if f.name == named), own[0])
        at.errors = [*at.errors, str(error)]


class SeenForm(AdminForm):
    """Knows what stood there when it was opened, so that two people at once don't undo each other's work."""

    seen = HiddenField()

    def overtaken(self, state: Mapping[str, Any]) -> bool:
        """Whether `state` is not what this person had before them. They are told, and may save once more."""
        now = digest(state)
        if self.seen.data == now:
            return False
        self.seen.data = now
        self.refused(_Overtaken(OVERTAKEN))
        return True


class _Overtaken(AlurError):
    """Somebody else saved in between."""


class DateField(TanggalField):
    """A day; `.day` is a date or None."""

    @property
    def day(self) -> date | None:
        return date.fromisoformat(str(self.data)) if self.data else None


def day_of(text: str) -> date | None:
    """What a date input sends; None for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def digest(state: Mapping[str, Any]) -> str:
    """A short mark of what stands somewhere."""
    return hashlib.sha256(orjson.dumps(dict(state), option=orjson.OPT_SORT_KEYS, default=str)).hexdigest()[:16]


def kode_of(text: str | None, known: Mapping[str, str]) -> str:
    """The kode that was picked or typed: "100101", "100101 Balai Contoh", or the name alone; "" for nothing.

    What is not known comes back as typed, so that a flow can refuse it.
    """
    plain = " ".join((text or "").split())
    first = re.match(r"[0-9]{6}\b", plain)
    if first:
        return first[0]
    return next((kode for kode, name in known.items() if name.lower() == plain.lower()), plain)
