"""Values that travel through the browser and that nobody there can read or change.

Each purpose has a key of its own, so that a value sealed for one can't be handed in for another.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import zlib
from datetime import timedelta
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from flask import current_app

from app import clock


def seal(purpose: str, value: Any) -> str:
    """`value` (JSON) compressed, encrypted and dated; safe in an address and in a field."""
    packed = zlib.compress(json.dumps(value, separators=(",", ":")).encode())
    return _key(purpose).encrypt_at_time(packed, int(clock.now().timestamp())).decode().rstrip("=")


def unseal(purpose: str, text: str, within: timedelta) -> Any | None:
    """What was sealed, or None where it is too old, from elsewhere, or not ours."""
    try:
        padded = (text + "=" * (-len(text) % 4)).encode("ascii")
        packed = _key(purpose).decrypt_at_time(padded, int(within.total_seconds()), int(clock.now().timestamp()))
    except (InvalidToken, ValueError):
        return None
    return json.loads(zlib.decompress(packed))


def _key(purpose: str) -> Fernet:
    secret = current_app.secret_key or ""
    secret = secret if isinstance(secret, bytes) else secret.encode()
    return Fernet(base64.urlsafe_b64encode(hmac.digest(secret, b"alur:" + purpose.encode(), hashlib.sha256)))
