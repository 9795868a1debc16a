"""The provider's API, version 1 (multipart), over HTTP. Knows nothing of documents, cases or people of the house."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from app.sdk.secrets import Passphrase
from service_tasks.tte.answers import Kind, TteFailure, failure, json_of, status_of
from service_tasks.tte.echo import echoes
from service_tasks.tte.wire import Endpoint, NoReply, Reply, exchange

PAUSES = (0.5, 1.5)  # seconds between the tries of a status call
AGAIN = (429, 503, 504)
DOWNLOAD_SECONDS = 10.0


@dataclass(frozen=True)
class Appearance:
    """How the signature shows: a QR code in a box (points, origin bottom-left) or at a tag; invisible without."""

    page: int | None = None  # from 1
    x: float = 0
    y: float = 0
    width: float = 100
    height: float = 100
    tag: str | None = None
    link: str = ""  # the QR code's content
    reason: str = ""
    location: str = ""
    text: str = ""  # one line beside the stamp

    def fields(self) -> dict[str, str]:
        """The form's fields, as version 1 names them."""
        notes = {k: v for k, v in (("reason", self.reason), ("location", self.location)) if v}
        if self.page is None and self.tag is None:
            return {"tampilan": "invisible"} | notes
        box = {"xAxis": self.x, "yAxis": self.y, "width": self.width, "height": self.height}
        where = {name: f"{value:g}" for name, value in box.items()}
        where |= {"tag_koordinat": self.tag} if self.tag else {"page": str(self.page)}
        where |= {"text": self.text} if self.text else {}
        return {"tampilan": "visible", "image": "false", "linkQR": self.link} | where | notes


@dataclass(frozen=True)
class Signed:
    """The provider's answer to a signature: bytes that look like a whole PDF, not judged yet."""

    pdf: bytes = field(repr=False)
    document_id: str | None  # for one download


class TteClient:
    """One provider with the agency's credentials. Every call opens its own connection: one that was kept open may be
    dead, and then nobody could say whether a signature was asked for.
    """

    def __init__(self, endpoint: Endpoint, status_seconds: float = 15.0, sign_seconds: float = 60.0) -> None:
        self._endpoint = endpoint
        self._status_seconds = status_seconds
        self._sign_seconds = sign_seconds

    @classmethod
    def from_settings(cls, settings: Mapping[str, str]) -> TteClient:
        """From TTE_URL, TTE_USERNAME, TTE_PASSWORD and, if set, TTE_TIMEOUT_STATUS, TTE_TIMEOUT_SIGN (seconds for the
        whole call) and TTE_CA_BUNDLE (a file of CAs in place of the system's)."""
        endpoint = Endpoint(
            settings["TTE_URL"],
            settings.get("TTE_USERNAME", ""),
            settings.get("TTE_PASSWORD", ""),
            settings.get("TTE_CA_BUNDLE") or True,
        )
        seconds = (float(settings.get(f"TTE_TIMEOUT_{name}") or default) for name, default in _TIMEOUTS)
        return cls(endpoint, *seconds)

    def status(self, nik: str, *, patient: bool = True) -> str:
        """The person's status in the provider's words (`answers.STATUSES`); TteFailure otherwise.

        `patient` tries again, with growing pauses, what the provider answers with 429, 503 or 504.
        """
        path = f"/api/user/status/{_checked(nik)}"
        for pause in (*PAUSES, None) if patient else (None,):
            reply = exchange(self._endpoint, "GET", path, self._status_seconds)
            if pause is None or isinstance(reply, NoReply) or reply.status not in AGAIN:
                break
            time.sleep(pause)
        return _status(reply)

    def sign(self, pdf: bytes, nik: str, passphrase: Passphrase, appearance: Appearance) -> Signed:
        """Ask for one signature, once. TteFailure says whether it may have been made nevertheless.

        An answer that breaks off is fetched again by its id, the only thing that version 1 offers for it.
        """
        reply = self._send(pdf, nik, passphrase, appearance)
        failed = failure(reply) or _no_pdf(reply)
        document_id = _document_id(reply, passphrase)
        if failed is not None and failed.kind is Kind.TRUNCATED and document_id:
            reply = exchange(self._endpoint, "GET", f"/api/sign/download/{document_id}", DOWNLOAD_SECONDS)
            failed = failed if failure(reply) or _no_pdf(reply) else None
        if failed is not None:
            raise failed
        body = reply.body if isinstance(reply, Reply) else b""
        if echoes(passphrase, body, pdf):
            raise TteFailure(Kind.LEAK)
        return Signed(body, document_id)

    def verify(self, pdf: bytes) -> dict[str, Any]:
        """The provider's own judgement of a PDF, as it words it (`jumlah_signature`, `details`, ...)."""
        files = {"signed_file": ("dokumen.pdf", pdf, "application/pdf")}
        reply = exchange(self._endpoint, "POST", "/api/sign/verify", self._sign_seconds, files=files)
        return json_of(_good(reply))

    def download(self, document_id: str) -> bytes:
        """A signed document by the id of its answer; the provider gives it out once."""
        path = f"/api/sign/download/{quote(document_id, safe='')}"
        reply = _good(exchange(self._endpoint, "GET", path, self._status_seconds))
        if failed := _no_pdf(reply):
            raise failed
        return reply.body

    def _send(self, pdf: bytes, nik: str, passphrase: Passphrase, appearance: Appearance) -> Reply | NoReply:
        return exchange(
            self._endpoint,
            "POST",
            "/api/sign/pdf",
            self._sign_seconds,
            files={"file": ("dokumen.pdf", pdf, "application/pdf")},
            data={"nik": _checked(nik), "passphrase": passphrase.reveal()} | appearance.fields(),
        )


_TIMEOUTS = (("STATUS", 15.0), ("SIGN", 60.0))


def _checked(nik: str) -> str:
    if not re.fullmatch(r"[0-9]{16}", nik):
        raise ValueError("a NIK has 16 digits: check it before the provider is asked")
    return nik


def _good(reply: Reply | NoReply) -> Reply:
    failed = failure(reply)
    if failed is not None or isinstance(reply, NoReply):
        raise failed or TteFailure(Kind.BROKEN_OFF)
    return reply


def _status(reply: Reply | NoReply) -> str:
    failed = failure(reply)
    if failed is not None and failed.kind in (Kind.NOT_REGISTERED, Kind.INACTIVE):
        return failed.status or "NOT_REGISTERED"  # some gateways tell it as an error
    word = status_of(json_of(_good(reply)))
    if word is None:
        raise TteFailure(Kind.MALFORMED)
    return word


def _no_pdf(reply: Reply | NoReply) -> TteFailure | None:
    """Why the body of a success is no whole PDF, or None."""
    if isinstance(reply, NoReply) or reply.body[:5] != b"%PDF-":
        return TteFailure(Kind.MALFORMED)
    return None if b"%%EOF" in reply.body[-1024:] else TteFailure(Kind.TRUNCATED)


def _document_id(reply: Reply | NoReply, passphrase: Passphrase) -> str | None:
    """The id in the answer's header, if it is one: it becomes part of an address."""
    given = reply.headers.get("id_dokumen", "") if isinstance(reply, Reply) else ""
    return given if re.fullmatch(r"[A-Za-z0-9_-]{8,64}", given) and not passphrase.is_in(given) else None
