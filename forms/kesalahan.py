"""The error that brought a case back to a person, as the engine leaves it: {"kode", "pesan"} under `kesalahan`."""

from __future__ import annotations

from app.sdk.forms import FormContext
from app.sdk.json import JsonObject


def of(context: FormContext) -> JsonObject:
    """The error, or an empty dict."""
    found = context.data.get("kesalahan")
    return found if isinstance(found, dict) else {}


def settled(context: FormContext) -> JsonObject:
    """What a submission adds so that an old error is not shown to the next person, and not acted on by them.

    Without it a certificate that differed for Kepala Satker would offer Eselon 1 to confirm a new one.
    """
    return {"kesalahan": None} if context.data.get("kesalahan") else {}
