"""The cookie by which a browser is known in which an account was opened before (why: see `app/flows/accounts.py`).

It opens nothing. It only takes its browser out of the delays that others can cause. Its content is sealed: a random
id, and the keys of at most twelve accounts.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from flask import current_app, request
from werkzeug.wrappers import Response

from app.flows.accounts import Device, account_key
from app.web.sealed import seal, unseal

COOKIE = "alur-perangkat"
_LIFE = timedelta(days=400)  # the longest that browsers keep a cookie
_MOST = 12


def this_device() -> Device | None:
    """The device behind the request, if it shows a cookie of ours."""
    known = unseal(COOKIE, request.cookies.get(COOKIE, ""), _LIFE)
    return Device(known[0], frozenset(known[1])) if known else None


def remember(response: Response, username: str) -> None:
    """Note in the browser that `username` was opened in it; the least recent of too many is left out."""
    known = unseal(COOKIE, request.cookies.get(COOKIE, ""), _LIFE) or [secrets.token_hex(8), []]
    key = account_key(username)
    accounts = [*(a for a in known[1] if a != key), key][-_MOST:]
    response.set_cookie(
        COOKIE,
        seal(COOKIE, [known[0], accounts]),
        max_age=_LIFE,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
