"""Take out what is stored about somebody who left, and leave whole what they signed (UU 27/2022 articles 8, 15, 43).

The NIK, ways to reach them, certificates' names, mails, notices and drafts go. Their name stays where it is part of a
record: on documents, in histories and in the audit list, none of which is touched. So every hash and every signature
says afterwards what it said before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, cast, delete, false, func, or_, select, update

from app.errors import Conflict, InvalidInput, NotAllowed
from app.flows import audit, people
from app.flows.accounts import no_password
from app.flows.personal import Subject, find
from app.flows.personal_report import contacts_of, delays_of, loads_of
from app.flows.rights import Actor, local_day
from app.models import (
    Assignment,
    Certificate,
    Delay,
    Draft,
    Headship,
    ImportRun,
    Job,
    Mail,
    Notice,
    PasswordLink,
    Person,
    Satker,
    Substitution,
    Task,
    Unit,
    User,
    db,
)

STAYS = (
    ("Nama dan NIP pada PK yang sudah ditandatangani", "Dokumen itu arsip; mengubahnya merusak tanda tangannya."),
    ("Nama dalam riwayat perkara dan jejak audit", "Setiap catatan mengunci catatan sebelumnya."),
    ("Nama dalam riwayat versi proses", "Siapa mengubah aturan sebuah proses harus dapat dibuktikan kemudian."),
    ("Nama, NIP, dan username tanpa cara menghubunginya", "Riwayat merujuk kepadanya; akunnya ditutup."),
    ("Tanggal peran dan jabatan", "Wewenang saat menandatangani harus dapat dibuktikan kemudian."),
    ("Sidik sertifikat elektronik", "Dengan sidik itu tanda tangan lama diperiksa; nama di dalamnya dihapus."),
)
WRONG_NAME = "Nama yang diketik tidak sama dengan {name}. Ketik persis seperti tertulis."
NO_REASON = "Tulis dasar penghapusannya, misalnya nomor surat permintaan."
NOTHING = "Tidak ada lagi data pribadi yang dapat dihapus."


@dataclass(frozen=True)
class Preview:
    """What stands in the way, what would go (words, how many), and what stays (words, why)."""

    obstacles: tuple[str, ...]
    goes: tuple[tuple[str, int], ...]
    stays: tuple[tuple[str, str], ...] = STAYS


@dataclass(frozen=True)
class _Part:
    """One kind of data: its name, its rows, and the values they get; None takes them out."""

    words: str
    model: Any
    where: ColumnElement[bool]
    values: dict[str, Any] | None = None


def preview(s: Subject, now: datetime) -> Preview:
    """What `erase` would do now."""
    counted = ((p.words, _count(p.model, p.where)) for p in _parts(s))
    return Preview(tuple(obstacles(s, now)), tuple((words, n) for words, n in counted if n))


def erase(key: str, typed_name: str, reason: str, actor: Actor, now: datetime) -> dict[str, int]:
    """Do it, all or nothing; what went, and how many of each. Commits.

    `typed_name` is what the admin typed to confirm. Conflict says what stands in the way, InvalidInput what is wrong
    with what was typed; nobody erases themselves.
    """
    people.turn()  # nobody gets a role between the look and the deed
    s = find(key)
    if actor.user_id in s.ids:
        raise NotAllowed("Data sendiri dihapus oleh admin lain.")
    if " ".join(typed_name.split()).casefold() != " ".join(s.name.split()).casefold():
        raise InvalidInput(WRONG_NAME.format(name=s.name))
    if len(reason.strip()) < 5:
        raise InvalidInput(NO_REASON)
    found = obstacles(s, now)
    if found:
        raise Conflict(" ".join(found))
    gone = {p.words: n for p in _parts(s) if (n := _take(p))}
    if not gone:
        raise Conflict(NOTHING)
    _close(s)
    after = {"nama": s.name, "dihapus": [f"{words} ({n})" for words, n in gone.items()]}
    audit.write("data_pribadi", s.called, now, by=actor, after=after, note=reason.strip())
    db.session.commit()
    db.session.expire_all()
    return gone


def obstacles(s: Subject, now: datetime) -> list[str]:
    """Sentences: why this person's data are still needed, and what ends that."""
    return [*_roles(s, now), *_posts(s, now), *_substitutions(s, now), *_work(s)]


def _roles(s: Subject, now: datetime) -> list[str]:
    query = select(Assignment.role, Assignment.scope).where(
        Assignment.user_id.in_(s.ids), or_(Assignment.until.is_(None), Assignment.until >= local_day(now))
    )
    return [
        f"Masih memegang peran {r.role} {r.scope}".rstrip() + ". Akhiri dulu perannya di Pengguna."
        for r in db.session.execute(query)
    ]


def _posts(s: Subject, now: datetime) -> list[str]:
    if s.person is None:
        return []
    found = [
        f"Masih tercatat sebagai pimpinan {kind} {kode}. Tunjuk dulu penggantinya di Pejabat."
        for kind, model in (("satker", Satker), ("unit", Unit))
        for kode in db.session.scalars(select(model.kode).where(model.pimpinan_id == s.person.id))
    ]
    ahead = select(Headship.kode).where(
        Headship.person_id == s.person.id, or_(Headship.until.is_(None), Headship.until >= local_day(now))
    )
    led = " ".join(found)
    return found + [
        f"Masa jabatannya di {kode} belum berakhir. Akhiri atau batalkan dulu di Pejabat."
        for kode in db.session.scalars(ahead)
        if kode not in led
    ]


def _substitutions(s: Subject, now: datetime) -> list[str]:
    mine = or_(Substitution.user_id.in_(s.ids), Substitution.substitute_id.in_(s.ids))
    runs = _count(Substitution, mine & (Substitution.until >= local_day(now)))
    return ["Masih digantikan atau menggantikan seseorang. Akhiri dulu di Pengganti."] if runs else []


def _work(s: Subject) -> list[str]:
    found = []
    if n := _count(Task, Task.claimed_by.in_(s.ids) & (Task.state == "open")):
        found.append(f"Ada {n} tugas yang diambilnya dan belum selesai. Alihkan dulu di Instans.")
    if n := _count(Job, Job.state.in_(("ready", "running", "incident")) & Job.signer_id.in_(s.ids)):
        found.append(f"Ada {n} tanda tangannya yang belum selesai. Tunggu, atau selesaikan dulu insidennya.")
    waiting = ImportRun.state.in_(("checking", "ready", "applying"))
    if n := _count(ImportRun, waiting & loads_of(s)):
        found.append(f"Ada {n} berkas yang memuat nomornya dan menunggu diterapkan. Batalkan dulu di Muat dari Excel.")
    return found


def _parts(s: Subject) -> Sequence[_Part]:
    person, ids = s.person.id if s.person else 0, s.ids
    accounts = User.id.in_(ids)
    seen = or_(User.last_login_at.is_not(None), User.notices_seen_at.is_not(None))
    reasons = or_(Substitution.user_id.in_(ids), Substitution.substitute_id.in_(ids)) & (Substitution.reason != "")
    named = or_(Certificate.name != "", Certificate.serial != "")
    return (
        _Part("NIK", Person, (Person.id == person) & (Person.nik != ""), {"nik": ""}),
        _Part("Alamat e-mail akun", User, accounts & (User.email != ""), {"email": ""}),
        _Part("Waktu masuk terakhir", User, accounts & seen, {"last_login_at": None, "notices_seen_at": None}),
        _Part("Nama dan nomor seri sertifikat", Certificate, (Certificate.person_id == person) & named,
              {"name": "", "serial": ""}),
        _Part("Nama operator, no HP, dan e-mail di Info Satker", Satker, contacts_of(s),
              {"nama_operator": "", "hp": "", "email": ""}),
        _Part("Alasan tidak hadir", Substitution, reasons, {"reason": ""}),
        _Part("Surat", Mail, Mail.user_id.in_(ids)),
        _Part("Pemberitahuan untuk orang ini", Notice, Notice.user_id.in_(ids)),
        _Part("Draf", Draft, or_(Draft.user_id.in_(ids), _typed(s))),
        _Part("Tautan password", PasswordLink, PasswordLink.user_id.in_(ids)),
        _Part("Hitungan percobaan masuk", Delay, delays_of(s)),
        _Part("Laporan berkas yang memuat nomornya", ImportRun, loads_of(s), {"rows": {}, "report": {}}),
    )  # fmt: skip


def _typed(s: Subject) -> ColumnElement[bool]:
    """Drafts of others into which the NIK was typed."""
    nik = s.person.nik if s.person else ""
    return cast(Draft.typed, String).contains(nik) if nik else false()


def _take(p: _Part) -> int:
    statement = delete(p.model) if p.values is None else update(p.model).values(p.values)
    done = db.session.execute(statement.where(p.where), execution_options={"synchronize_session": False})
    return int(done.rowcount)  # type: ignore[attr-defined]


def _close(s: Subject) -> None:
    """Nobody can come in any more, and who is in is out."""
    values = {"active": False, "password_hash": no_password(), "epoch": User.epoch + 1}
    mine = update(User).where(User.id.in_(s.ids)).values(values)
    db.session.execute(mine, execution_options={"synchronize_session": False})


def _count(model: Any, where: ColumnElement[bool]) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(where)) or 0
