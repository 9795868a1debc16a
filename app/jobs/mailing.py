"""Send what lies in the outbox, by SMTP. A chore of the worker, on a thread of its own.

A mail is claimed and committed as "sending" before it goes out, and "sent" after the server has taken it. Between the
server's answer and that commit lies a moment in which a crash leaves it unknown whether the mail went out; the same
holds when the server breaks off after the text. Our reading: a lost mail is worse than a double one (RFC 5321, 4.5.3.2,
asks the sender to try again). So it goes out again, with the same Message-ID, which mail systems use to show it once.

A server that can't be reached, or refuses us rather than the recipient, is left alone for 30 seconds, then for twice as
long each time, up to half an hour; no mail loses a try by it. A mail that was refused for now (4xx) waits by itself in
the same way. One refused for good (5xx) is "failed", with the server's words, and an admin sees it.

A few mails a round over one connection: a pile of a day goes out at some 200 a minute.
"""

from __future__ import annotations

import hashlib
import logging
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select, update

from app import clock
from app.config import Config
from app.flows import needed, outbox
from app.flows.audit import mask
from app.flows.house import house
from app.flows.mails import SECRET, one_line
from app.models import AnyRow, Mail, db, table

log = logging.getLogger("alur.mail")
_MAIL = table(Mail)

BATCH = 10  # mails of one round
URGENT = ("password", "undangan", "uji")  # somebody sits and waits for these
REST = timedelta(hours=1)  # until a mail of a suspended case is looked at again


@dataclass(frozen=True)
class Outcome:
    """What became of one try. `state`: sent, failed (for good) or ready (again later). `down`: it is the server."""

    state: str
    words: str = ""
    down: bool = False


def deliver(now: datetime) -> int:
    """One round; how many mails went out. Commits each by itself, holds no transaction while the server is asked."""
    config = house().config
    _take_back(now)
    if not config.mail_server or outbox.pause(now) is not None:
        return 0
    waiting = _due(now)
    db.session.remove()
    if not waiting:
        return 0
    try:
        with connected(config) as server:
            return _send_all(waiting, server, config)
    except (OSError, smtplib.SMTPException) as e:
        outbox.server_failed(f"Server surat {config.mail_server}: {words(e)}", now)
        log.warning("the mail server can't be used: %s", type(e).__name__)
        return 0


def probe(config: Config) -> str:
    """Reach the server as a round would, without a mail; "" when that works, else what is wrong in a sentence."""
    if not config.mail_server:
        return "MAIL_SERVER belum diatur, jadi surat menunggu."
    try:
        with connected(config) as server:
            server.noop()
    except (OSError, smtplib.SMTPException) as e:
        return f"Server surat {config.mail_server}: {words(e)}"
    return ""


@contextmanager
def connected(config: Config) -> Iterator[smtplib.SMTP]:
    """A connection as the settings say: checked certificate, login. OSError or SMTPException where it fails."""
    host, _, port = config.mail_server.rpartition(":")
    host = host.strip("[]")
    ours = urlsplit(config.public_url).hostname or "localhost"
    options: dict[str, Any] = {"timeout": config.mail_timeout, "local_hostname": ours}
    if config.mail_security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, int(port), context=ssl.create_default_context(), **options)
    else:
        server = smtplib.SMTP(host, int(port), **options)
    try:
        if config.mail_security == "starttls":
            server.starttls(context=ssl.create_default_context())
        if config.mail_username:
            server.login(config.mail_username, config.mail_password)
        yield server
        try:
            server.quit()
        except (OSError, smtplib.SMTPException):  # all was said; a server that hangs up without a word may
            pass
    finally:
        server.close()


def message(mail: AnyRow, address: str, config: Config, now: datetime) -> EmailMessage:
    """The mail as it goes out. Its Message-ID comes from the key, so that a repeated one can be known."""
    made = EmailMessage(policy=SMTP)
    made["From"] = config.mail_from
    made["To"] = address
    made["Subject"] = one_line(mail.subject)
    made["Date"] = format_datetime(now)
    domain = parseaddr(config.mail_from)[1].rpartition("@")[2] or "localhost"
    made["Message-ID"] = f"<{hashlib.sha256(mail.key.encode()).hexdigest()[:32]}@{domain}>"
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(mail.text, cte="quoted-printable")
    return made


def words(e: Exception) -> str:
    """What went wrong, as an admin reads it; in one line, and without a number that could be a NIK."""
    if isinstance(e, smtplib.SMTPRecipientsRefused):
        code, said = next(iter(e.recipients.values()))
        text = f"{code} {_text(said)}"
    elif isinstance(e, smtplib.SMTPResponseException):
        text = f"{e.smtp_code} {_text(e.smtp_error)}"
    elif isinstance(e, TimeoutError) or "timed out" in str(e):  # smtplib calls it a broken connection
        text = "tidak menjawab pada waktunya"
    elif isinstance(e, smtplib.SMTPServerDisconnected):
        text = "sambungan terputus"
    elif isinstance(e, ssl.SSLCertVerificationError):
        text = f"sertifikat tidak dipercaya: {e.verify_message}"
    elif isinstance(e, ConnectionRefusedError):
        text = "menolak sambungan; mungkin sedang mati"
    else:
        text = str(e) or type(e).__name__
    return mask(one_line(text))[:400]


def _text(said: bytes | str) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said


def _due(now: datetime) -> list[int]:
    """Mails whose time has come: those that somebody waits for, then the oldest."""
    ready = select(_MAIL.c.id).where(_MAIL.c.state == "ready", _MAIL.c.send_at <= now)
    ready = ready.order_by(_MAIL.c.send_at, _MAIL.c.id).limit(BATCH)
    with db.engine.connect() as conn:
        first = conn.execute(ready.where(_MAIL.c.kind.in_(URGENT))).scalars().all()
        rest = conn.execute(ready.where(_MAIL.c.kind.not_in(URGENT))).scalars().all()
    return [*first, *rest][:BATCH]


def _send_all(waiting: list[int], server: smtplib.SMTP, config: Config) -> int:
    sent = 0
    for mail_id in waiting:
        mail = _claim(mail_id, clock.now(), config)
        if mail is None:  # another worker was faster, or it was dropped meanwhile
            continue
        verdict = needed.judge(mail, clock.now())
        db.session.remove()
        if verdict.why:
            _set_aside(mail, verdict)
            continue
        outcome = _send(mail, verdict.address, server, config)
        _finish(mail, verdict.address, outcome)
        sent += outcome.state == "sent"
        if outcome.down:
            outbox.server_failed(outcome.words, clock.now())
            break
        outbox.server_works()
    return sent


def _claim(mail_id: int, now: datetime, config: Config) -> AnyRow | None:
    # a dozen answers are waited for, each no longer than the timeout: after that, whoever sent it is gone
    lease = now + timedelta(seconds=15 * config.mail_timeout)
    mine = update(_MAIL).where(_MAIL.c.id == mail_id, _MAIL.c.state == "ready")
    with db.engine.begin() as conn:
        values = {"state": "sending", "lease_until": lease, "tries": _MAIL.c.tries + 1}
        return conn.execute(mine.values(values).returning(_MAIL)).first()


def _send(mail: AnyRow, address: str, server: smtplib.SMTP, config: Config) -> Outcome:
    try:
        made = message(mail, address, config, clock.now()).as_bytes()
    except (ValueError, LookupError) as e:  # a header that can't be written: no later try would help
        return Outcome("failed", f"Surat ini tidak dapat disusun: {words(e)}")
    try:
        server.sendmail(parseaddr(config.mail_from)[1], [address], made)
    except smtplib.SMTPRecipientsRefused as e:
        return _refused(next(iter(e.recipients.values()))[0], "Alamat ditolak: ", e)
    except smtplib.SMTPDataError as e:
        return _refused(e.smtp_code, "Surat ditolak: ", e)
    except (OSError, smtplib.SMTPException) as e:  # broken off, or it is us who are refused
        return Outcome("ready", f"Server surat {config.mail_server}: {words(e)}", down=True)
    return Outcome("sent")


def _refused(code: int, before: str, e: Exception) -> Outcome:
    if code == 421:  # "service not available, closing": it is about the server
        return Outcome("ready", words(e), down=True)
    return Outcome("failed" if code >= 500 else "ready", before + words(e))


def _finish(mail: AnyRow, address: str, outcome: Outcome) -> None:
    """Write what became of it, if it is still ours: no row means that the lease ended and somebody else has it."""
    now = clock.now()
    values: dict[str, Any] = {"state": outcome.state, "error": outcome.words[:500], "lease_until": None}
    if outcome.state == "ready":
        values["send_at"] = now + outbox.wait(mail.tries)
    else:
        values |= {"address": address, "sent_at": now if outcome.state == "sent" else None}
        values |= {"text": ""} if mail.kind in SECRET else {}
    _write(mail, values)


def _set_aside(mail: AnyRow, verdict: needed.Verdict) -> None:
    """It need not go out, or not now."""
    values: dict[str, Any] = {"error": verdict.why, "lease_until": None, "tries": mail.tries - 1}
    if verdict.rests:
        values |= {"state": "ready", "send_at": clock.now() + REST}
    else:
        values |= {"state": "gone"} | ({"text": ""} if mail.kind in SECRET else {})
    _write(mail, values)


def _write(mail: AnyRow, values: dict[str, Any]) -> None:
    mine = (_MAIL.c.id == mail.id, _MAIL.c.state == "sending", _MAIL.c.lease_until == mail.lease_until)
    with db.engine.begin() as conn:
        conn.execute(update(_MAIL).where(*mine).values(values))


def _take_back(now: datetime) -> None:
    """Mails whose sender is gone: whether they went out is unknown, so they go out again (see above)."""
    lost = update(_MAIL).where(_MAIL.c.state == "sending", _MAIL.c.lease_until < now)
    words_ = "Pengiriman terputus; dikirim lagi dengan Message-ID yang sama."
    with db.engine.connect() as conn:  # mostly there are none: don't queue up for writing
        if (
            conn.execute(select(_MAIL.c.id).where(_MAIL.c.state == "sending", _MAIL.c.lease_until < now)).first()
            is None
        ):
            return
    with db.engine.begin() as conn:
        conn.execute(lost.values(state="ready", send_at=now, lease_until=None, error=words_))
