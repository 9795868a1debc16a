"""What the provider's answers mean: both dialects of its errors, and everything that is no answer at all.

Source: the manual "Petunjuk Teknis Penggunaan API Esign Client Service" 2.0 and the practice of other clients; the
manual has no table of errors. No text of the provider goes on from here: it may echo what was sent.
"""

from __future__ import annotations

import json
import re
from enum import Enum
from typing import Any

from service_tasks.tte.wire import NoReply, Reply, Stage

STATUSES = (
    "ISSUE", "EXPIRED", "RENEW", "WAITING_FOR_VERIFICATION", "NEW", "NO_CERTIFICATE", "NOT_REGISTERED", "SUSPEND",
    "REVOKE",
)  # fmt: skip
CODE_STATUS = {1111: "ISSUE", 1110: "NOT_REGISTERED"}
WRONG_PASSPHRASE, NOT_REGISTERED = 2031, 2011


class Delivery(Enum):
    """What is certain about a call that failed."""

    UNSENT = "unsent"  # the provider provably didn't get it
    REFUSED = "refused"  # the provider got it and says that it didn't do it
    UNKNOWN = "unknown"  # it may have been done


class Kind(Enum):
    """Why a call failed, exactly, with what that means for its delivery."""

    UNREACHABLE = ("unreachable", Delivery.UNSENT)  # refused, no such host, TLS, or cut while still sending
    PASSPHRASE = ("passphrase", Delivery.REFUSED)
    NOT_REGISTERED = ("not registered", Delivery.REFUSED)
    INACTIVE = ("inactive", Delivery.REFUSED)
    CREDENTIALS = ("credentials", Delivery.REFUSED)  # the agency's own, not the signer's
    BUSY = ("busy", Delivery.REFUSED)
    REFUSED = ("refused", Delivery.REFUSED)  # for a reason we don't know
    TIMEOUT = ("timeout", Delivery.UNKNOWN)
    BROKEN_OFF = ("broken off", Delivery.UNKNOWN)  # the connection, before any answer
    SERVER_ERROR = ("server error", Delivery.UNKNOWN)  # 5xx that doesn't say what became of the call
    REDIRECT = ("redirect", Delivery.UNKNOWN)
    HTML = ("HTML", Delivery.UNKNOWN)
    EMPTY = ("empty", Delivery.UNKNOWN)
    TRUNCATED = ("truncated", Delivery.UNKNOWN)
    MALFORMED = ("malformed", Delivery.UNKNOWN)  # neither PDF nor JSON as documented
    LEAK = ("leak", Delivery.UNKNOWN)  # the answer contains the passphrase

    @property
    def delivery(self) -> Delivery:
        return self.value[1]


class TteFailure(Exception):
    """A call to the TTE provider failed. It holds no text of the provider, only what was recognised in it."""

    def __init__(self, kind: Kind, *, http: int | None = None, code: int | None = None, status: str = "") -> None:
        super().__init__(f"TTE: {kind.value[0]}" + (f" (HTTP {http})" if http else ""))
        self.kind = kind
        self.http = http  # status of the HTTP answer, if there was one
        self.code = code  # the provider's own four digits
        self.status = status  # one of STATUSES, if kind is INACTIVE

    @property
    def delivery(self) -> Delivery:
        return self.kind.delivery


def failure(reply: Reply | NoReply) -> TteFailure | None:
    """Why this is no success, or None for a complete answer of 200 without an `error`."""
    if isinstance(reply, NoReply):
        return _without_reply(reply)
    body = _json(reply)
    if reply.status == 200:
        return _disguised(reply, body)
    if 300 <= reply.status < 400:
        return TteFailure(Kind.REDIRECT, http=reply.status)
    told = _told(body, reply.status)
    if told is not None:
        return told
    if reply.status in (401, 403):
        return TteFailure(Kind.CREDENTIALS, http=reply.status)
    if reply.status == 429:
        return TteFailure(Kind.BUSY, http=reply.status)
    if 400 <= reply.status < 500:
        return TteFailure(Kind.REFUSED, http=reply.status, code=_code(body))
    return TteFailure(Kind.SERVER_ERROR, http=reply.status)


def json_of(reply: Reply) -> dict[str, Any]:
    """The JSON object of a successful answer; TteFailure MALFORMED otherwise."""
    body = _json(reply)
    if body is None:
        raise TteFailure(Kind.MALFORMED, http=reply.status)
    return body


def status_of(body: dict[str, Any]) -> str | None:
    """The user's status by word, else by number, from an answer of the status call; None if it says neither."""
    word = body.get("status")
    if isinstance(word, str) and word.strip().upper() in STATUSES:
        return word.strip().upper()
    return None if isinstance(word, str) and word.strip() else CODE_STATUS.get(_code(body) or 0)


def _without_reply(reply: NoReply) -> TteFailure:
    if reply.stage is not Stage.SENT:
        return TteFailure(Kind.UNREACHABLE)
    return TteFailure(Kind.TIMEOUT if reply.timed_out else Kind.BROKEN_OFF)


def _disguised(reply: Reply, body: dict[str, Any] | None) -> TteFailure | None:
    """Failures that come with HTTP 200."""
    if body is not None and "error" in body and reply.complete:
        return _told(body, 200) or TteFailure(Kind.REFUSED, http=200, code=_code(body))
    if not reply.complete:
        return TteFailure(Kind.TRUNCATED, http=200)
    if not reply.body.strip():
        return TteFailure(Kind.EMPTY, http=200)
    is_html = "html" in reply.headers.get("content-type", "").lower() or reply.body.lstrip()[:1] == b"<"
    return TteFailure(Kind.HTML, http=200) if is_html else None


def _told(body: dict[str, Any] | None, http: int) -> TteFailure | None:
    """The failure that the provider names: by its code, by the code hidden in the text, or by its words."""
    if body is None:
        return None
    code, text = _code(body), _text(body)
    if code == WRONG_PASSPHRASE or re.search(r"passphrase\b.*\bsalah|(wrong|invalid) passphrase", text, re.I | re.S):
        return TteFailure(Kind.PASSPHRASE, http=http, code=code)
    if code in (NOT_REGISTERED, 1110) or re.search(r"(tidak|belum) terdaftar", text, re.I):
        return TteFailure(Kind.NOT_REGISTERED, http=http, code=code)
    word = next((word for word in STATUSES[1:] if re.search(rf"\b{word}\b", text)), "")
    if word:
        return TteFailure(Kind.INACTIVE, http=http, code=code, status=word)
    return None


def _code(body: dict[str, Any] | None) -> int | None:
    """The provider's four digits: in `status_code`, or at the end of the text in the older dialect."""
    if body is None:
        return None
    given = str(body.get("status_code", ""))
    if re.fullmatch(r"[1-9]\d{3}", given):
        return int(given)
    hidden = re.search(r"\b([1-9]\d{3})\W*$", _text(body))
    return int(hidden[1]) if hidden else None


def _text(body: dict[str, Any]) -> str:
    return " ".join(str(body[key]) for key in ("error", "message") if isinstance(body.get(key), str))


def _json(reply: Reply) -> dict[str, Any] | None:
    if reply.body[:5] == b"%PDF-":
        return None
    try:
        body = json.loads(reply.body)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None
