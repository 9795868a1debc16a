"""The outbox as admins see and handle it, and how the mail server has behaved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import ColumnElement, delete, func, or_, select, update

from app.errors import Conflict, InvalidInput, NotFound
from app.flows import audit, mails, marks
from app.flows.house import house
from app.flows.mails import Letter
from app.flows.rights import Actor
from app.models import AnyRow, Mail, Mark, User, db

SERVER = "mail.server"  # the mark: since when and how often in a row it failed
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(minutes=30)
PAGE = 25

# state -> what it means to people
STATES = {
    "ready": "Menunggu",
    "sending": "Sedang dikirim",
    "sent": "Terkirim",
    "failed": "Gagal",
    "gone": "Tidak jadi",
}
EMPTIED = "Isi surat ini sudah dihapus karena memuat tautan rahasia. Kirim undangan atau tautan baru dari halaman akun."


@dataclass(frozen=True)
class Pause:
    """The server failed; nothing is sent until `until`."""

    until: datetime
    failures: int
    words: str


@dataclass(frozen=True)
class Filter:
    """What the list is narrowed to; "" for everything. `after` is the id of the last mail of the page before."""

    text: str = ""
    state: str = ""
    kind: str = ""
    person: str = ""
    after: int = 0


@dataclass(frozen=True)
class Standing:
    """The outbox in numbers: how many mails per state, since when the oldest waits, and why."""

    counts: dict[str, int]
    oldest: datetime | None
    pause: Pause | None
    configured: bool


def wait(failures: int) -> timedelta:
    """How long after the n-th failure in a row: 30 s, doubled each time, at most 30 min."""
    doubled: timedelta = FIRST_WAIT * 2 ** min(max(failures, 1) - 1, 10)
    return min(doubled, LONGEST_WAIT)


def pause(now: datetime) -> Pause | None:
    """The pause that runs now."""
    found = last_failure()
    return found if found is not None and found.until > now else None


def last_failure() -> Pause | None:
    """The last failure of the server since it worked."""
    mark = marks.get(SERVER)
    if mark is None:
        return None
    value = orjson.loads(mark.value)
    return Pause(datetime.fromisoformat(value["until"]), value["failures"], value["words"])


def server_failed(words: str, now: datetime) -> None:
    """Leave the server alone for a while, longer each time. Commits."""
    before = last_failure()
    if before is not None and before.until > now:  # another worker has noted it already
        db.session.rollback()
        return
    failures = before.failures + 1 if before is not None else 1
    value = {"until": (now + wait(failures)).isoformat(), "failures": failures, "words": words[:400]}
    marks.put(SERVER, orjson.dumps(value).decode(), now)
    db.session.commit()


def server_works() -> None:
    """It answered. Commits."""
    if marks.get(SERVER) is not None:
        db.session.execute(delete(Mark).where(Mark.name == SERVER))
    db.session.commit()


def standing(now: datetime) -> Standing:
    """For the page, for `flask doctor` and for metrics."""
    rows = db.session.execute(select(Mail.state, func.count()).group_by(Mail.state))
    counts = {row[0]: int(row[1]) for row in rows}
    oldest = db.session.scalar(select(func.min(Mail.created_at)).where(Mail.state == "ready", Mail.send_at <= now))
    return Standing(counts, oldest, pause(now), bool(house().config.mail_server))


def listed(f: Filter, limit: int | None = PAGE) -> Sequence[AnyRow]:
    """Mails, the newest first, and one more than `limit` to know whether there is a next page; without their text."""
    query = _query(f).order_by(Mail.id.desc())
    return db.session.execute(query if limit is None else query.limit(limit + 1)).all()


def export(f: Filter, actor: Actor, now: datetime) -> Sequence[AnyRow]:
    """Every mail that matches; written into the audit list, because addresses leave the house. Commits."""
    rows = listed(f, None)
    asked = {k: str(v) for k, v in vars(f).items() if v}
    audit.write("ekspor", "daftar surat keluar", now, by=actor, after={"baris": len(rows), "saringan": asked})
    db.session.commit()
    return rows


def find(mail_id: int) -> Mail:
    """One mail; NotFound if there is none."""
    mail = db.session.get(Mail, mail_id)
    if mail is None:
        raise NotFound
    return mail


def retry(mail_id: int, actor: Actor, now: datetime) -> None:
    """Send it with the next round, and don't wait for the server's pause to end. Commits."""
    mail = find(mail_id)
    if mail.state == "failed" and not mail.text:
        raise InvalidInput(EMPTIED)
    changed = update(Mail).where(Mail.id == mail_id, Mail.state.in_(("ready", "failed")))
    _change(changed.values(state="ready", send_at=now), "Surat ini sudah terkirim, atau sedang dikirim.")
    db.session.execute(delete(Mark).where(Mark.name == SERVER))
    audit.write("surat", _subject(mail), now, by=actor, note="Dicoba lagi sekarang")
    db.session.commit()


def drop(mail_id: int, actor: Actor, now: datetime) -> None:
    """Don't send it. Commits."""
    mail = find(mail_id)
    words = f"Dibatalkan oleh {actor.name}."
    changed = update(Mail).where(Mail.id == mail_id, Mail.state.in_(("ready", "failed")))
    text = "" if mail.kind in mails.SECRET else mail.text
    _change(changed.values(state="gone", error=words, text=text), "Surat ini sudah terkirim, atau sedang dikirim.")
    audit.write("surat", _subject(mail), now, by=actor, note="Tidak jadi dikirim")
    db.session.commit()


def test_mail(actor: Actor, now: datetime) -> str:
    """A mail to the admin themself; the address. InvalidInput where they have none. Commits."""
    address = db.session.scalar(select(User.email).where(User.id == actor.user_id)) or ""
    if not mails.is_address(address):
        raise InvalidInput("Akun Anda belum mempunyai alamat e-mail. Isi dulu di halaman Akun saya.")
    text = f"Halo {mails.one_line(actor.name)},\n\nSurat ini membuktikan bahwa Alur dapat mengirim surat.\n\n"
    key = f"uji:{actor.user_id}:{now.timestamp():.3f}"
    mails.put(
        Letter(key, "uji", address, "Surat uji dari Alur", text + mails.link("/surat") + "\n", actor.user_id), now
    )
    db.session.execute(delete(Mark).where(Mark.name == SERVER))  # whoever tests wants to know now
    audit.write("surat", f"surat uji ke {address}", now, by=actor)
    db.session.commit()
    return address


def _change(statement: Any, otherwise: str) -> None:
    done: Any = db.session.execute(statement, execution_options={"synchronize_session": False})
    if done.rowcount == 0:
        db.session.rollback()
        raise Conflict(otherwise)


def _subject(mail: Mail) -> str:
    return f"surat {mail.id} ({mails.KINDS.get(mail.kind, mail.kind)}) ke {mail.address}"


def _query(f: Filter) -> Any:
    where: list[ColumnElement[bool]] = []
    if f.text:
        like = f"%{f.text.strip()}%"
        where.append(or_(Mail.subject.ilike(like), Mail.address.ilike(like), Mail.error.ilike(like)))
    if f.person:
        like = f"%{f.person.strip()}%"
        where.append(or_(User.nama.ilike(like), User.username.ilike(like), Mail.address.ilike(like)))
    where += [Mail.state == f.state] if f.state else []
    where += [Mail.kind == f.kind] if f.kind else []
    where += [Mail.id < f.after] if f.after else []
    return (
        select(
            Mail.id, Mail.kind, Mail.address, Mail.subject, Mail.state, Mail.tries, Mail.send_at, Mail.sent_at,
            Mail.error, Mail.created_at, Mail.instance_id, User.nama, User.username,
        )
        .outerjoin(User, User.id == Mail.user_id)
        .where(*where)
    )  # fmt: skip
