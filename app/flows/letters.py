"""What mails about work say: plain Indonesian, exactly one link, what to do, for whom, since when, until when.

Days stand as dates, because nobody knows when a mail is read. Notes of those who return a sheet stay in the house:
somebody may have typed personal data into them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from app.documents.formats import tanggal
from app.flows.holders import Holder
from app.flows.mails import Letter, link, one_line
from app.models import AnyRow, Instance, Satker, Task, Unit, db

ZONES = {"WIB": ZoneInfo("Asia/Jakarta"), "WITA": ZoneInfo("Asia/Makassar"), "WIT": ZoneInfo("Asia/Jayapura")}
DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
AT_ONCE = "segera"
FOOT = (
    "Alur tidak pernah meminta password atau passphrase lewat surat. Alamat dan jadwal surat ini dapat diatur di Alur, "
    "halaman Akun saya."
)

# a task with its case and place, as the words need it
TASKS = (
    select(
        Task.id, Task.name, Task.role, Task.satker, Task.unit, Task.tahun, Task.created_at, Task.due, Task.remind_at,
        Task.reminders, Task.claimed_by, Task.instance_id, Instance.title, Instance.status,
        Satker.nama.label("nama_satker"), Satker.zona, Unit.nama.label("nama_unit"),
    )
    .join(Instance, Instance.id == Task.instance_id)
    .outerjoin(Satker, Satker.kode == Task.satker)
    .outerjoin(Unit, Unit.kode == Task.unit)
    .where(Task.state == "open", Task.kind == "user", Instance.phase == "running")
)  # fmt: skip


@dataclass(frozen=True)
class Words:
    """What differs between mails about tasks: `key` without the person, subject, and the first sentence."""

    key: str
    kind: str
    subject: str
    opening: str


def about_task(words: Words, task: AnyRow, people: Iterable[Holder]) -> list[Letter]:
    """One letter a person who wants mails at once."""
    return [_letter(words, task, p, f"/tugas/{task.id}", "Buka tugas") for p in people if p.mail_mode == AT_ONCE]


def about_case(words: Words, task: AnyRow, people: Iterable[Holder]) -> list[Letter]:
    """The same for people who may look at the case and don't do the task."""
    path = f"/perkara/{task.instance_id}"
    return [_letter(words, task, p, path, "Buka perkara") for p in people if p.mail_mode == AT_ONCE]


def finished(key: str, case: Any, people: Iterable[Holder]) -> list[Letter]:
    """The case has come to its end, whatever the diagram calls it ("PK Telah Ditandatangani")."""
    lines = ("Dokumennya dapat dilihat dan diunduh di halaman perkara.", "", "Buka perkara:")
    return [
        Letter(
            f"{key}:{p.user_id}",
            "selesai",
            p.email,
            f"{case.status}: {case.title}",
            body(p.name, f"{case.title}: {case.status}.", *lines, link(f"/perkara/{case.id}")),
            p.user_id,
            case.id,
        )
        for p in people
        if p.mail_mode == AT_ONCE
    ]


def body(name: str, *lines: str) -> str:
    """Greeting, lines, foot."""
    return "\n".join((f"Halo {one_line(name)},", "", *lines, "", FOOT, ""))


def moment(at: datetime, zona: str | None) -> str:
    """Selasa, 24 November 2026 pukul 23.59 WITA"""
    zona = zona if zona in ZONES else "WIB"
    local = at.astimezone(ZONES[zona])
    return f"{DAYS[local.weekday()]}, {tanggal(local.date())} pukul {local:%H.%M} {zona}"


def days_late(due: datetime, now: datetime) -> int:
    """Whole days since `due`."""
    return max(0, (now - due) // timedelta(days=1))


def _letter(words: Words, task: AnyRow, person: Holder, path: str, call: str) -> Letter:
    text = body(
        person.name, words.opening, "", *_facts(task, person if call == "Buka tugas" else None), "", f"{call}:",
        link(path),
    )  # fmt: skip
    return Letter(
        f"{words.key}:{person.user_id}", words.kind, person.email, words.subject, text, person.user_id, task.instance_id
    )


def _facts(task: AnyRow, person: Holder | None) -> Sequence[str]:
    behalf = f" (Anda bertugas atas nama {one_line(person.behalf)})" if person and person.behalf else ""
    facts = [
        f"Tugas: {one_line(task.name)}",
        f"Perkara: {one_line(task.title)}",
        f"Satker: {one_line(task.nama_satker or task.satker)} ({task.satker})",
        f"Peran: {task.role}{behalf}",
        f"Sejak: {moment(task.created_at, task.zona)}",
    ]
    return [*facts, f"Batas waktu: {moment(task.due, task.zona)}"] if task.due else facts


def tasks_of(*where: Any) -> Sequence[AnyRow]:
    """Open tasks of running cases."""
    return db.session.execute(TASKS.where(*where)).all()
