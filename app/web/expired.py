"""What was posted into an ended session is not lost.

Autosave keeps what was typed, but not the last seconds of it. A post of an ended session is answered with the login
page, which carries the typed fields along: encrypted, without secrets, bound to the account of the session. Only
after a login by the same account are they handed back, to be merged into the draft.

A blueprint of forms says for which of its endpoints:

    on_expired_post(app, "tugas.send", keep, restore)

`keep(view_args, typed)` returns what may be kept (`without_secrets(form, typed)`), or None.
`restore(actor, view_args, typed)` merges it into the draft; it must check the actor's right itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Flask, current_app, request, session
from flask_wtf.csrf import validate_csrf
from wtforms import ValidationError

from app.errors import AlurError
from app.flows.rights import Actor
from app.web.sealed import seal, unseal

Typed = dict[str, list[str]]
Keep = Callable[[dict[str, Any], Typed], Typed | None]
Restore = Callable[[Actor, dict[str, Any], Typed], None]

FIELD = "titipan"  # the hidden field of the login page
_LIFE = timedelta(hours=12)
_LIMIT = 1_500_000  # characters; the login form must stay well below MAX_FORM_MEMORY_SIZE (4 MiB)
_NEVER = ("password", "passphrase", "csrf_token", FIELD)  # a second fence: `keep` leaves secrets out by their type


@dataclass(frozen=True)
class Keeper:
    keep: Keep
    restore: Restore


def on_expired_post(app: Flask, endpoint: str, keep: Keep, restore: Restore) -> None:
    """Keep what is posted to `endpoint` by an ended session."""
    _keepers(app)[endpoint] = Keeper(keep, restore)


def deposit() -> str:
    """The sealed fields of this post, or "" where there is nothing to keep or nobody to keep it for."""
    keeper = _keepers(current_app).get(request.endpoint or "")
    owner = session.get("_user_id")
    if keeper is None or owner is None or not _own_page():
        return ""
    args = dict(request.view_args or {})
    typed = {k: v for k, v in request.form.lists() if not any(word in k.lower() for word in _NEVER)}
    try:
        kept = keeper.keep(args, typed)
    except AlurError:  # the task is gone: nothing to come back to
        return ""
    if not kept:
        return ""
    sealed = seal(FIELD, {"owner": str(owner), "endpoint": request.endpoint, "args": args, "typed": kept})
    return sealed if len(sealed) <= _LIMIT else ""


def restore(sealed: str, actor: Actor) -> bool:
    """Hand back what `deposit` kept, if `actor` is its owner. True if it was handed back."""
    kept = unseal(FIELD, sealed, _LIFE) if sealed else None
    if kept is None or kept["owner"] != str(actor.user_id):
        return False
    keeper = _keepers(current_app).get(kept["endpoint"])
    if keeper is None:
        return False
    try:
        keeper.restore(actor, kept["args"], kept["typed"])
    except AlurError:  # done by somebody else meanwhile, or no longer theirs: the page itself says so
        return False
    return True


def _own_page() -> bool:
    """Whether the post comes from a page of ours: a foreign page must not plant text in somebody's draft."""
    if not current_app.config["WTF_CSRF_ENABLED"]:
        return True
    try:
        validate_csrf(request.form.get("csrf_token"))
    except ValidationError:
        return False
    return True


def _keepers(app: Flask) -> dict[str, Keeper]:
    found: dict[str, Keeper] = app.extensions.setdefault("alur_expired", {})
    return found
