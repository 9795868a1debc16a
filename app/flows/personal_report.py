"""Everything that is stored about one person: for themselves (UU 27/2022 article 7) and for admins who are asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, false, func, or_, select

from app.flows import audit, outbox, retention
from app.flows.accounts import account_key
from app.flows.house import house
from app.flows.importing import runs
from app.flows.personal import Subject, note_once
from app.flows.rights import Actor
from app.models import (
    Assignment,
    Audit,
    Certificate,
    Definition,
    Delay,
    DiagramDraft,
    Document,
    Draft,
    Headship,
    ImportRun,
    Instance,
    Mail,
    Migration,
    Notice,
    PasswordLink,
    Satker,
    Substitution,
    Task,
    Unit,
    db,
)

SHOWN, TAKEN = 50, 10_000  # rows of a section on a page, in a file
DOCUMENTS = {"draft": "Draft PK", "signed": "PK bertanda tangan", "archive": "Naskah arsip"}


@dataclass(frozen=True)
class Section:
    """One kind of data: rows under `head`, the newest first; `total` may be more than the rows that are here."""

    title: str
    rule: retention.Rule
    head: tuple[str, ...]
    rows: Sequence[Sequence[Any]]
    total: int


def note(s: Subject, actor: Actor, how: str, now: datetime) -> None:
    """Write into the audit list that somebody looked at, or took away, what is stored about a person. Commits."""
    note_once("data_pribadi", s.called, {"nama": s.name}, actor, how, now)


def report(s: Subject, *, whole_nik: bool = False, most: int = SHOWN) -> list[Section]:
    """All sections, those without rows too: that nothing is stored is an answer. NIK masked unless `whole_nik`."""
    sections = [part(s, most) for part in (
        _accounts, _roles, _headships, _substitutions, _certificates, _contacts, _cases, _documents, _mails, _notices,
        _links, _drafts, _versions, _diagrams, _moves, _loads, _delays, _audit, _told,
    )]  # fmt: skip
    return [_person(s, whole_nik), *sections]


def _person(s: Subject, whole_nik: bool) -> Section:
    rows = []
    if s.person:
        nik = s.person.nik if whole_nik else audit.mask(s.person.nik)
        rows = [(s.person.nama, s.person.nip or "", nik)]
    return _section("Data orang", "orang", ("Nama", "NIP", "NIK"), rows)


def _accounts(s: Subject, _most: int) -> Section:
    rows = [
        (a.username, a.nama, a.email, "aktif" if a.active else "ditutup", a.mail_mode, a.last_login_at)
        for a in s.accounts
    ]
    head = ("Username", "Nama", "E-mail", "Keadaan", "Surat", "Terakhir masuk")
    return _section("Akun", "akun", head, rows)


def _roles(s: Subject, most: int) -> Section:
    query = select(Assignment.role, Assignment.scope, Assignment.since, Assignment.until)
    query = query.where(Assignment.user_id.in_(s.ids)).order_by(Assignment.since.desc())
    return _read("Peran", "peran", ("Peran", "Tempat", "Mulai", "Sampai"), query, most)


def _headships(s: Subject, most: int) -> Section:
    query = select(Headship.sebagai, Headship.jabatan, Headship.kode, Headship.since, Headship.until)
    query = query.where(Headship.person_id == _id(s)).order_by(Headship.since.desc())
    found = _read("Jabatan", "peran", ("Sebagai", "Jabatan", "Tempat", "Mulai", "Sampai"), query, most)
    places: list[Any] = []
    for model in (Satker, Unit):
        places += db.session.execute(
            select(model.kode, model.nama, model.jabatan_pimpinan).where(model.pimpinan_id == _id(s))
        ).all()
    now = [("", p.jabatan_pimpinan, f"{p.kode} {p.nama}", "sekarang", None) for p in places]
    return Section(found.title, found.rule, found.head, [*now, *found.rows], found.total + len(now))


def _substitutions(s: Subject, most: int) -> Section:
    query = select(
        Substitution.role, Substitution.scope, Substitution.since, Substitution.until, Substitution.reason
    ).where(or_(Substitution.user_id.in_(s.ids), Substitution.substitute_id.in_(s.ids)))
    head = ("Peran", "Tempat", "Mulai", "Sampai", "Alasan")
    return _read("Digantikan atau menggantikan", "peran", head, query.order_by(Substitution.id.desc()), most)


def _certificates(s: Subject, most: int) -> Section:
    query = select(Certificate.name, Certificate.serial, Certificate.fingerprint, Certificate.confirmed_at)
    query = query.where(Certificate.person_id == _id(s)).order_by(Certificate.id.desc())
    return _read("Sertifikat elektronik", "sertifikat", ("Nama", "Nomor seri", "Sidik", "Dikenali"), query, most)


def contacts_of(s: Subject) -> ColumnElement[bool]:
    """The satkers in which they had a role and whose contact has their name; a namesake elsewhere is somebody else."""
    places = select(Assignment.scope).where(Assignment.user_id.in_(s.ids))
    return and_(Satker.kode.in_(places), Satker.nama_operator.in_({s.name, *(a.nama for a in s.accounts)}))


def _contacts(s: Subject, most: int) -> Section:
    query = select(Satker.kode, Satker.nama, Satker.nama_operator, Satker.hp, Satker.email).where(contacts_of(s))
    head = ("Satker", "Nama satker", "Nama operator", "No HP", "E-mail")
    return _read("Kontak satker", "kontak", head, query.order_by(Satker.kode), most)


def _cases(s: Subject, most: int) -> Section:
    query = (
        select(Instance.title, Task.name, Task.done_at, Instance.status)
        .join(Instance, Instance.id == Task.instance_id)
        .where(Task.done_by.in_(s.ids))
        .order_by(Task.done_at.desc())
    )
    head = ("Perkara", "Langkah yang dikerjakan", "Kapan", "Status perkara")
    return _read("Perkara yang memuat namanya", "perkara", head, query, most)


def _documents(s: Subject, most: int) -> Section:
    mine = select(Task.instance_id).where(Task.done_by.in_(s.ids))
    query = select(Document.name, Document.number, Document.kind, Document.created_at, Document.sha256)
    query = query.where(Document.instance_id.in_(mine)).order_by(Document.id.desc())
    head = ("Dokumen", "Nomor", "Jenis", "Dibuat", "SHA-256")
    return _in_words(_read("Dokumen dari perkara itu", "dokumen", head, query, most), 2, DOCUMENTS)


def _mails(s: Subject, most: int) -> Section:
    query = select(Mail.subject, Mail.address, Mail.state, Mail.created_at, Mail.sent_at)
    query = query.where(Mail.user_id.in_(s.ids)).order_by(Mail.id.desc())
    found = _read("Surat", "surat", ("Judul", "Alamat", "Keadaan", "Dibuat", "Dikirim"), query, most)
    return _in_words(found, 2, outbox.STATES)


def _notices(s: Subject, most: int) -> Section:
    query = select(Notice.text, Notice.created_at).where(Notice.user_id.in_(s.ids)).order_by(Notice.id.desc())
    return _read("Pemberitahuan untuk orang ini sendiri", "pemberitahuan", ("Isi", "Kapan"), query, most)


def _links(s: Subject, most: int) -> Section:
    query = select(PasswordLink.kind, PasswordLink.created_at, PasswordLink.expires_at, PasswordLink.used_at)
    query = query.where(PasswordLink.user_id.in_(s.ids)).order_by(PasswordLink.id.desc())
    return _read("Tautan password", "tautan", ("Jenis", "Dibuat", "Berlaku sampai", "Dipakai"), query, most)


def _drafts(s: Subject, most: int) -> Section:
    query = (
        select(Task.name, Instance.title, Draft.saved_at)
        .join(Task, Task.id == Draft.task_id)
        .join(Instance, Instance.id == Task.instance_id)
        .where(Draft.user_id.in_(s.ids))
    )
    return _read("Draf", "draf", ("Tugas", "Perkara", "Disimpan"), query.order_by(Draft.saved_at.desc()), most)


def _versions(s: Subject, most: int) -> Section:
    query = select(Definition.name, Definition.version, Definition.published_at, Definition.note)
    mine = or_(Definition.published_by.in_(s.ids), Definition.confirmed_by.in_(s.ids))
    head = ("Proses", "Versi", "Terbit", "Alasan")
    query = query.where(mine).order_by(Definition.published_at.desc())
    return _read("Versi proses yang diterbitkan atau disetujuinya", "diagram", head, query, most)


def _diagrams(s: Subject, most: int) -> Section:
    columns = DiagramDraft.created_by, DiagramDraft.saved_by, DiagramDraft.asked_by
    query = select(DiagramDraft.name, DiagramDraft.id, DiagramDraft.created_at, DiagramDraft.saved_at)
    query = query.where(or_(*(c.in_(s.ids) for c in columns))).order_by(DiagramDraft.id.desc())
    return _read("Draf proses yang dikerjakannya", "diagram", ("Proses", "Draf", "Dibuat", "Disimpan"), query, most)


def _moves(s: Subject, most: int) -> Section:
    query = select(Migration.process, Migration.note, Migration.created_at)
    query = query.where(Migration.created_by.in_(s.ids)).order_by(Migration.id.desc())
    return _read("Perkara yang dipindahkannya ke versi lain", "pindah", ("Proses", "Catatan", "Kapan"), query, most)


def loads_of(s: Subject) -> ColumnElement[bool]:
    """Loads on their way in that hold the NIK or NIP of the person."""
    numbers = [n for n in (s.person.nik, s.person.nip) if n] if s.person else []
    return or_(false(), *(cast(ImportRun.rows, String).contains(n) for n in numbers))


def _loads(s: Subject, most: int) -> Section:
    query = select(ImportRun.name, ImportRun.state, ImportRun.created_at)
    query = query.where(or_(ImportRun.user_id.in_(s.ids), loads_of(s))).order_by(ImportRun.id.desc())
    head = ("Berkas", "Keadaan", "Dimuat")
    return _in_words(_read("Berkas yang dimuatnya atau memuat nomornya", "muat", head, query, most), 1, runs.STATES)


def delays_of(s: Subject) -> ColumnElement[bool]:
    """Counts of failed attempts at the accounts, whatever they were attempts at."""
    return or_(false(), *(Delay.key.endswith(f":{account_key(a.username)}") for a in s.accounts))


def _delays(s: Subject, most: int) -> Section:
    query = select(Delay.failures, Delay.last_at, Delay.not_before).where(delays_of(s)).order_by(Delay.last_at.desc())
    head = ("Percobaan gagal", "Terakhir", "Ditunda sampai")
    return _read("Percobaan masuk yang gagal", "penundaan", head, query, most)


def _audit(s: Subject, most: int) -> Section:
    query = select(Audit.kind, Audit.subject, Audit.address, Audit.at).where(Audit.actor_id.in_(s.ids))
    found = _read("Jejak audit: yang dilakukannya", "audit", ("Apa", "Perihal", "Dari", "Kapan"),
                  query.order_by(Audit.id.desc()), most)  # fmt: skip
    return _in_words(found, 0, audit.KINDS)


def _told(s: Subject, most: int) -> Section:
    query = select(Audit.kind, Audit.actor, Audit.note, Audit.at).where(Audit.subject.in_(s.subjects))
    found = _read("Jejak audit: yang dicatat tentangnya", "audit", ("Apa", "Oleh", "Catatan", "Kapan"),
                  query.order_by(Audit.id.desc()), most)  # fmt: skip
    return _in_words(found, 0, audit.KINDS)


def _in_words(found: Section, column: int, words: Mapping[str, str]) -> Section:
    """The section with the words for what is stored in one of its columns."""
    rows = [(*r[:column], words.get(r[column], r[column]), *r[column + 1 :]) for r in found.rows]
    return Section(found.title, found.rule, found.head, rows, found.total)


def _read(title: str, key: str, head: tuple[str, ...], query: Any, most: int) -> Section:
    rows = db.session.execute(query.limit(most)).all()
    total = len(rows)
    if total == most:
        counted = select(func.count()).select_from(query.order_by(None).subquery())
        total = db.session.scalar(counted) or 0
    return Section(title, retention.rule(key), head, [tuple(r) for r in rows], total)


def _section(title: str, key: str, head: tuple[str, ...], rows: Sequence[Sequence[Any]]) -> Section:
    return Section(title, retention.rule(key), head, rows, len(rows))


def _id(s: Subject) -> int:
    return s.person.id if s.person else 0


def how_long(rule: retention.Rule) -> str:
    """The rule's words with the days of this house."""
    return rule.words(house().config)
