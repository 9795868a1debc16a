"""Info Satker changed since the case took its copy: saying so, and taking the new one over when asked."""

from __future__ import annotations

from app.sdk.forms import FormContext
from app.sdk.json import JsonObject

LABEL = "Pakai Info Satker yang baru"


def differs(context: FormContext) -> bool:
    """Whether the case has a copy and it says something else than the master. The NIK plays no part: no case has it."""
    then = context.data.get("info_satker")
    return isinstance(then, dict) and any((then.get(k) or "") != v for k, v in _public(context).items())


def taken(context: FormContext) -> JsonObject:
    """What a submission adds to take the new one over."""
    return {"info_satker": _public(context)}


def _public(context: FormContext) -> JsonObject:
    return {key: value or "" for key, value in context.satker.items() if key != "nik_pimpinan"}
