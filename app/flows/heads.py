"""A head of a satker or unit begins or ends: `appoint`, `end`, `drop`, `give_access`; and the day that has come.

Rules of `appoint` (and of `enter`, which does the same within the caller's transaction, for a load of many rows):

- Days are inclusive, in WIB. `since` may lie ahead: the chore `apply_due` does what is due, hourly, and so does every
  write.
- A definitif head (sebagai "") ends the term of the one before, and of a Plt. or Plh. who is there, the day before.
- Plt. and Plh. stand above the definitif head for their days; a Plh. has a last day. Afterwards the definitif head
  leads again if their term still runs; else the place has no head until one is appointed.
- The role (Kepala Satker, Eselon 1) is always with whoever leads, dated like the term. Whoever had it and has it no
  longer is signed out. A person without an account gets one: username = NIP, a password that nobody knows. `appoint`
  mails them a link if an e-mail is given; `enter` leaves that to its caller.
- The same appointment twice changes nothing the second time. One that begins on the day of another replaces it.
- Sheets that were made name the head of their time: what is signed stays, what is not must be made again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from app.errors import Conflict, InvalidInput, NotFound
from app.flows import audit, handover, invitations, mails, terms
from app.flows.people import Who, Wrong, account_for, check_day, commit, find_or_make, refuse_oneself, turn
from app.flows.rights import Actor, local_day
from app.flows.terms import DAY, TEMPORARY, Place
from app.models import Headship, Person, Satker, Unit, User, db

EARLIEST = date(1990, 1, 1)
LATEST_AHEAD = 366 * 5  # days
TWICE = "Pejabat tempat ini baru saja diubah orang lain. Periksa keadaannya yang sekarang, lalu ulangi bila perlu."


@dataclass(frozen=True)
class Appointment:
    """Who becomes head of what. `sebagai`: "" (definitif), "Plt." or "Plh."; `jabatan` without that word."""

    kind: str
    kode: str
    who: Who = field(repr=False)
    jabatan: str
    since: date
    sebagai: str = ""
    until: date | None = None

    @property
    def place(self) -> Place:
        return Place(self.kind, self.kode)


@dataclass(frozen=True)
class Appointed:
    """What came of it. `made`: the account is new, and its owner has no password yet."""

    headship_id: int
    user_id: int
    made: bool


def appoint(new: Appointment, *, by: Actor | None, now: datetime) -> Appointed:
    """All of it in one transaction. InvalidInput, Conflict or NotFound say what is wrong."""
    turn()
    done = enter(new, by=by, now=now)
    _invite(done, now)
    commit(TWICE)
    return done


def enter(new: Appointment, *, by: Actor | None, now: datetime) -> Appointed:
    """As `appoint`, without `turn` and commit. The account is made by the way; see the module for the rules."""
    place = new.place
    check(new, now)
    person = find_or_make(new.who)
    user, made = account_for(person, new.who.email)
    refuse_oneself(by, person.id, user.id)
    db.session.flush()
    conn = db.session.connection()
    terms.adopt(conn, place, now)
    same = _same(conn, new, person.id)
    if same is not None:
        return Appointed(same, user.id, made)
    before = _words(conn, place, now)
    for term in _giving_way(terms.of(conn, place), new):
        terms.close(conn, term, new.since)
    term = (person.id, new.jabatan.strip(), new.sebagai, new.since, new.until)
    key = terms.add(conn, place, term, now)
    _take_effect(place, new.since, now)
    after = {
        "pejabat": f"{terms.title(new.sebagai, new.jabatan.strip())}: {person.nama}", "mulai": new.since,
        "sampai": new.until or "", "akun": f"{user.username} (baru)" if made else user.username,
    }  # fmt: skip
    audit.write("pejabat", place.words, now, by=by, before=before, after=after)
    return Appointed(key, user.id, made)


def end(headship_id: int, last: date, reason: str, *, by: Actor, now: datetime) -> None:
    """A term that runs ends with `last`, yesterday at the earliest: one that began today never was. Commits."""
    turn()
    term = find(headship_id)
    today = local_day(now)
    if term.since > today:
        raise InvalidInput("Masa jabatan ini belum mulai. Batalkan saja penunjukannya.")
    if term.until is not None and term.until < today:
        raise Conflict("Masa jabatan ini sudah berakhir.")
    if last < today - DAY:
        raise Wrong("last", "Hari terakhir paling awal kemarin.")
    check_day(last, "last")
    if term.until is not None and last > term.until:
        raise Wrong("last", "Masa jabatan ini berakhir lebih awal dari tanggal itu. Pilih tanggal yang lebih awal.")
    if not reason.strip():
        raise Wrong("reason", "Ketik alasannya, misalnya nomor surat keputusan.")
    place = Place(term.kind, term.kode)
    before = {"sampai": term.until or "", "pejabat": term.person.nama}
    terms.close(db.session.connection(), term, last + DAY)
    _take_effect(place, last + DAY, now)
    audit.write("pejabat", place.words, now, by=by, before=before, after={"sampai": last}, note=reason.strip())
    commit(TWICE)


def drop(headship_id: int, *, by: Actor, now: datetime) -> None:
    """Take back an appointment whose first day has not come; the term that it cut short runs on. Commits."""
    turn()
    term = find(headship_id)
    if term.since <= local_day(now):
        raise Conflict("Masa jabatan ini sudah mulai. Akhiri, jangan dibatalkan.")
    conn, place, since = db.session.connection(), Place(term.kind, term.kode), term.since
    before = {"pejabat": f"{terms.title(term.sebagai, term.jabatan)}: {term.person.nama}", "mulai": since}
    cut = db.session.scalars(
        select(Headship).where(
            Headship.kind == term.kind, Headship.kode == term.kode, Headship.until == since - DAY,
            Headship.sebagai == term.sebagai,
        )
    ).first()  # fmt: skip
    if cut is not None and not cut.sebagai:  # the end of a Plt. or Plh. may be their own
        cut.until = term.until
    db.session.delete(term)
    db.session.flush()
    terms.give_roles(conn, place, since)
    audit.write("pejabat", place.words, now, by=by, before=before, note="penunjukan dibatalkan")
    commit(TWICE)


def give_access(headship_id: int, *, by: Actor, now: datetime) -> Appointed:
    """An account and the role for a head whom Info Satker named: until an admin says so they have neither. Commits."""
    turn()
    term = find(headship_id)
    today = local_day(now)
    if term.until is not None and term.until < today:
        raise Conflict("Masa jabatan ini sudah berakhir.")
    user, made = account_for(term.person)
    term.confirmed = True
    db.session.flush()
    place = Place(term.kind, term.kode)
    after = {"akun": user.username, "pejabat": term.person.nama}
    _take_effect(place, max(term.since, today), now)
    audit.write("pejabat", place.words, now, by=by, after=after, note="akun dan peran diberikan")
    done = Appointed(term.id, user.id, made)
    _invite(done, now)
    commit(TWICE)
    return done


def apply_due(now: datetime) -> int:
    """Do what the day brings: who leads now stands in the master, whoever led before is signed out. Idempotent.

    Also gives a term to each head who has none (data from before there were terms). How many places changed. Commits.
    """
    changed = 0
    for place in _behind(now):
        turn()
        before, after = terms.set_master(db.session.connection(), place, now)
        if after is not None and after != before:
            handover.tell(db.session.connection(), place, after, now)
        changed += before != after
        _sign_out(before, after)
        db.session.commit()
    return changed


def find(headship_id: int) -> Headship:
    """NotFound where there is none."""
    term = db.session.get(Headship, headship_id)
    if term is None:
        raise NotFound
    return term


def check(new: Appointment, now: datetime) -> None:
    """InvalidInput that names what is wrong with the words and dates of an appointment."""
    if new.kind not in terms.ROLES or db.session.get(Satker if new.kind == "satker" else Unit, new.kode) is None:
        raise NotFound("Satker atau unit ini tidak terdaftar. Pilih dari daftar.")
    if new.sebagai not in ("", *TEMPORARY):
        raise Wrong("sebagai", "Pilih definitif, Plt., atau Plh.")
    if not new.jabatan.strip():
        raise Wrong("jabatan", "Jabatan belum diisi. Ketik jabatan lengkap, misalnya Kepala Biro Perencanaan.")
    if len(new.jabatan) > 190:
        raise Wrong("jabatan", "Jabatan ini lebih dari 190 huruf. Persingkat.")
    if terms.split(new.jabatan)[0]:
        raise Wrong("jabatan", "Tulis jabatan tanpa Plt. atau Plh.; pilih itu pada Sebagai.")
    if new.since < EARLIEST or (new.since - local_day(now)).days > LATEST_AHEAD:
        raise Wrong("since", "Tanggal mulai ini terlalu jauh. Periksa tahunnya.")
    check_day(new.until, "until")
    if new.until is not None and new.until < new.since:
        raise Wrong("until", "Tanggal sampai lebih awal dari tanggal mulai. Periksa kedua tanggalnya.")
    if new.until is not None and new.until < local_day(now):
        raise Wrong("until", "Masa jabatan ini sudah lewat seluruhnya. Isi tanggal sampai hari ini atau sesudahnya.")
    if new.sebagai == "Plh." and new.until is None:
        raise Wrong("until", "Plh. bertugas untuk waktu tertentu. Isi juga tanggal sampai.")


def _invite(done: Appointed, now: datetime) -> None:
    """A new account with an address gets its link to a first password at once."""
    if done.made and mails.is_address(db.session.get_one(User, done.user_id).email):
        invitations.invite(done.user_id, now)


def _same(conn: Any, new: Appointment, person_id: int) -> int | None:
    """The id of the term that says exactly this already."""
    wanted = (person_id, new.sebagai, new.jabatan.strip(), new.since, new.until)
    for t in terms.of(conn, new.place):
        if t.confirmed and (t.person_id, t.sebagai, t.jabatan, t.since, t.until) == wanted:
            return int(t.id)
    return None


def _giving_way(known: Any, new: Appointment) -> list[Any]:
    """The terms that end because of the new one. Conflict where a later one stands in its way."""
    layer = [t for t in known if bool(t.sebagai) == bool(new.sebagai)]
    later = [t for t in layer if t.since > new.since and (new.until is None or t.since <= new.until)]
    if later:
        who = db.session.get_one(Person, later[0].person_id).nama
        raise Conflict(
            f"{who} sudah tercatat mulai {later[0].since:%d-%m-%Y}. Isi tanggal sampai sebelum itu, atau batalkan dulu "
            "penunjukan tersebut."
        )
    runs = [t for t in layer if t.since <= new.since and (t.until is None or t.until >= new.since)]
    above = [
        t for t in known
        if t.sebagai and not new.sebagai and t.since <= new.since and (t.until is None or t.until >= new.since)
    ]  # fmt: skip
    return runs + above


def _take_effect(place: Place, start: date, now: datetime) -> None:
    """Roles from `start` (today at the earliest: the past is past), the master today; who lost it is signed out."""
    conn, today = db.session.connection(), local_day(now)
    before = terms.holders_on(conn, place, today)
    terms.give_roles(conn, place, max(start, today))
    was, leads = terms.set_master(conn, place, now)
    if leads is not None and leads != was:
        handover.tell(conn, place, leads, now)
    terms.end_sessions(conn, before - terms.holders_on(conn, place, today))
    db.session.expire_all()  # the statements above went past the session


def _behind(now: datetime) -> list[Place]:
    """Places whose master does not name who leads today; heads without a term get one on the way."""
    conn, today, behind = db.session.connection(), local_day(now), []
    with_terms = {(r.kind, r.kode) for r in conn.execute(select(Headship.kind, Headship.kode).distinct())}
    for kind, model in (("satker", Satker), ("unit", Unit)):
        rows = conn.execute(select(model.kode, model.pimpinan_id, model.jabatan_pimpinan)).all()
        leads = _leading(kind, today)
        for row in rows:
            place = Place(kind, row.kode)
            if (kind, row.kode) not in with_terms:
                if row.pimpinan_id is not None:
                    terms.adopt(conn, place, now)
                continue
            if leads.get(row.kode, (None, "")) != (row.pimpinan_id, row.jabatan_pimpinan):
                behind.append(place)
    db.session.commit()
    return behind


def _leading(kind: str, today: date) -> dict[str, tuple[int, str]]:
    """kode -> (person, printed title) of all places of a kind, by one query."""
    running: dict[str, list[Headship]] = {}
    query = select(Headship).where(Headship.kind == kind, Headship.since <= today)
    for term in db.session.scalars(query):
        running.setdefault(term.kode, []).append(term)
    found = {kode: terms.leader(rows, today) for kode, rows in running.items()}
    return {kode: (t.person_id, terms.title(t.sebagai, t.jabatan)) for kode, t in found.items() if t}


def _sign_out(before: int | None, after: int | None) -> None:
    if before is not None and before != after:
        ids = db.session.scalars(select(User.id).where(User.person_id == before))
        terms.end_sessions(db.session.connection(), ids)


def _words(conn: Any, place: Place, now: datetime) -> dict[str, Any]:
    leads = terms.leader(terms.of(conn, place), local_day(now))
    if leads is None:
        return {"pejabat": ""}
    name = db.session.get_one(Person, leads.person_id).nama
    return {"pejabat": f"{terms.title(leads.sebagai, leads.jabatan)}: {name}"}
