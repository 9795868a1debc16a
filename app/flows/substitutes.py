"""Appoint a substitute for a period, and end it early. The rules of who may be one stand in `absence`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, insert, or_, select, update

from app.documents.formats import tanggal
from app.errors import Conflict, InvalidInput, NotFound
from app.flows import absence, audit, letters, mails
from app.flows.absence import Post
from app.flows.claim import release_left
from app.flows.mails import Letter
from app.flows.rights import Actor, local_day
from app.models import Satker, Substitution, Unit, User, db, table

_S, _USER = table(Substitution), table(User)
LONGEST = timedelta(days=366)
ADMIN = "Admin"
UNFIT = (
    "Orang ini tidak dapat menjadi pengganti di sini: akunnya ditutup, tempatnya lain, atau NIP dan NIK-nya belum "
    "tercatat. Pilih dari daftar."
)
SET, ENDED = "diatur", "diakhiri"


class Refused(InvalidInput):
    """What stands in the way of a substitution; `field` is the form's field that it belongs to."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Wish:
    """What somebody typed. `assignment_id` says for whom, in which role and place; days are inclusive, in WIB."""

    assignment_id: int
    substitute_id: int
    since: date
    until: date
    reason: str


def find_post(assignment_id: int, actor: Actor, now: datetime) -> Post:
    """The post, if it is the actor's own or the actor is an admin; NotFound for everybody else."""
    found = absence.post(assignment_id, local_day(now))
    if found is None or not _may(actor, found.user_id):
        raise NotFound
    return found


def appoint(wish: Wish, actor: Actor, now: datetime) -> int:
    """The id of the new substitution. Refused says in words what is wrong with it and where.

    The row is written before it is compared with the others: two who appoint at once wait for each other there.
    """
    about, today = find_post(wish.assignment_id, actor, now), local_day(now)
    _check_days(wish, about, today)
    if wish.substitute_id == about.user_id:
        raise Refused("pengganti", "Seseorang tidak dapat menggantikan dirinya sendiri. Pilih orang lain.")
    if not absence.candidates(about, today, wish.substitute_id):
        raise Refused("pengganti", UNFIT)
    values = {
        "user_id": about.user_id, "substitute_id": wish.substitute_id, "role": about.role, "scope": about.scope,
        "since": wish.since, "until": wish.until, "reason": wish.reason, "created_by": actor.user_id, "created_at": now,
    }  # fmt: skip
    with db.engine.begin() as conn:
        key = conn.execute(insert(_S).values(values)).inserted_primary_key
        made = int(key[0]) if key else 0
        names = _names(conn, about.user_id, wish.substitute_id)
        after = {"pengganti": names[wish.substitute_id], "mulai": wish.since, "sampai": wish.until}
        audit.write("pengganti", _subject(about, names), now, by=actor, after=after, note=wish.reason, conn=conn)
        _check_others(conn, made, values, names)
        _tell(conn, made, now, SET)
    return made


def end(substitution_id: int, actor: Actor, now: datetime) -> int:
    """The account that was absent. The substitution counts no longer, from this moment on: its last day is yesterday.
    What the substitute took is given back.

    NotFound for whoever may not end it; Conflict if it is over already.
    """
    today = local_day(now)
    row = db.session.get(Substitution, substitution_id)
    if row is None or not _may(actor, row.user_id):
        raise NotFound
    absent, yesterday = row.user_id, today - timedelta(days=1)
    with db.engine.begin() as conn:
        running = update(_S).where(_S.c.id == substitution_id, _S.c.until >= today, _S.c.until >= _S.c.since)
        if conn.execute(running.values(until=yesterday)).rowcount == 0:  # somebody else ended it, or its time is up
            raise Conflict("Penggantian ini sudah berakhir. Tidak ada yang perlu diakhiri.")
        names = _names(conn, row.user_id, row.substitute_id)
        before, after = {"sampai": row.until}, {"sampai": yesterday}
        subject = f"pengganti {names[row.user_id]} ({row.role} {row.scope})"
        audit.write("pengganti", subject, now, by=actor, before=before, after=after, note="Diakhiri", conn=conn)
        _tell(conn, substitution_id, now, ENDED)
    db.session.expire_all()
    release_left(now)
    return absent


def left_behind(wish: Wish, about: Post) -> list[str]:
    """For whom the absent person stands in meanwhile, in words for a warning: it does not pass to their substitute."""
    rows = db.session.execute(
        select(User.nama, Substitution.role)
        .join(User, User.id == Substitution.user_id)
        .where(
            Substitution.substitute_id == about.user_id, Substitution.since <= wish.until,
            Substitution.until >= wish.since, Substitution.until >= Substitution.since,
        )
    )  # fmt: skip
    return [f"{nama} ({role})" for nama, role in rows]


def _may(actor: Actor, absent: int) -> bool:
    return absent == actor.user_id or ADMIN in actor.roles


def _check_days(wish: Wish, about: Post, today: date) -> None:
    if wish.since < today:
        raise Refused("mulai", "Tanggal mulai sudah lewat. Pilih hari ini atau sesudahnya.")
    if wish.until < wish.since:
        raise Refused("sampai", "Tanggal selesai mendahului tanggal mulai. Pilih tanggal mulai atau sesudahnya.")
    if wish.until - wish.since > LONGEST or wish.since - today > LONGEST:
        raise Refused(
            "sampai", "Masa penggantian paling lama satu tahun dan dimulai dalam setahun ini. Pilih lebih singkat."
        )
    if about.until is not None and wish.until > about.until:
        raise Refused(
            "sampai", f"Peran ini sendiri berakhir {tanggal(about.until)}. Pilih tanggal selesai sampai hari itu."
        )


def _check_others(conn: Connection, made: int, new: dict[str, object], names: dict[int, str]) -> None:
    """Refused where it meets another substitution: the same post, the same substitute here, or one who is absent."""
    others = conn.execute(
        select(_S).where(
            _S.c.id != made, _S.c.until >= _S.c.since, _S.c.since <= new["until"], _S.c.until >= new["since"],
            or_(_S.c.user_id.in_((new["user_id"], new["substitute_id"])), _S.c.substitute_id == new["substitute_id"]),
        )
    ).all()  # fmt: skip
    for o in others:
        days = f"{tanggal(o.since)} sampai {tanggal(o.until)}"
        same = (o.role, o.scope) == (new["role"], new["scope"])
        if o.user_id == new["user_id"] and same:
            raise Refused("mulai", f"Sudah ada pengganti untuk {days}. Akhiri yang itu, atau pilih tanggal lain.")
        if o.user_id == new["substitute_id"]:
            who = names[o.user_id]
            raise Refused("pengganti", f"{who} sendiri tidak hadir {days}. Pilih orang atau tanggal lain.")
        if o.substitute_id == new["substitute_id"] and same:
            raise Refused(
                "pengganti", f"Orang ini sudah menggantikan pejabat lain di tempat yang sama, {days}. Pilih orang lain."
            )


def _names(conn: Connection, *ids: int) -> dict[int, str]:
    rows = conn.execute(select(_USER.c.id, _USER.c.nama).where(_USER.c.id.in_(ids)))
    return {row.id: row.nama for row in rows}


def _subject(about: Post, names: dict[int, str]) -> str:
    return f"pengganti {names[about.user_id]} ({about.role} {about.scope})"


# ---- telling both -------------------------------------------------------------------------------------------------

_SUBJECTS = {SET: "Pengganti {absent}, {role}", ENDED: "Penggantian {absent} diakhiri"}
_TO_SUBSTITUTE = {
    SET: "Anda menggantikan {absent} sebagai {role} ({place}) {days}. Tugasnya muncul di Tugas saya dengan tanda a.n. "
    "Untuk tanda tangan, Anda memakai passphrase dan sertifikat Anda sendiri.",
    ENDED: "Anda tidak lagi menggantikan {absent} sebagai {role} ({place}). Tugasnya tidak muncul lagi pada Anda.",
}
_TO_ABSENT = {
    SET: "{substitute} menggantikan Anda sebagai {role} ({place}) {days}. Anda tetap dapat bertindak sendiri, dan "
    "dapat mengakhirinya di Ketidakhadiran saya.",
    ENDED: "{substitute} tidak lagi menggantikan Anda sebagai {role} ({place}).",
}


def _tell(conn: Connection, substitution_id: int, now: datetime, what: str) -> None:
    """A mail to each of the two, in the same transaction; who has no address reads it on Tugas saya."""
    row = conn.execute(select(_S).where(_S.c.id == substitution_id)).one()
    people = {r.id: r for r in conn.execute(select(_USER).where(_USER.c.id.in_((row.user_id, row.substitute_id))))}
    absent, substitute = people[row.user_id], people[row.substitute_id]
    known = {
        "absent": absent.nama, "substitute": substitute.nama, "role": row.role, "place": _place(conn, row.scope),
        "days": f"dari {tanggal(row.since)} sampai {tanggal(row.until)}",
    }  # fmt: skip
    for person, texts, path in ((substitute, _TO_SUBSTITUTE, "/tugas"), (absent, _TO_ABSENT, "/pengganti/saya")):
        if person.active:
            text = letters.body(person.nama, texts[what].format(**known), "", "Buka Alur:", mails.link(path))
            subject, key = _SUBJECTS[what].format(**known), f"pengganti:{what}:{substitution_id}:{person.id}"
            mails.put(Letter(key, "pengganti", person.email, subject, text, person.id), now, conn)


def _place(conn: Connection, scope: str) -> str:
    found = (conn.execute(select(t.c.nama).where(t.c.kode == scope)).scalar() for t in (table(Satker), table(Unit)))
    return str(next((nama for nama in found if nama), scope))
