"""Whether a mail that waits still has to go out. Asked right before it is sent: it may have waited for a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from app.flows import rights
from app.flows.mails import SECRET
from app.models import AnyRow, DiagramDraft, Instance, Job, PasswordLink, Task, User, db

ADDRESS_STAYS = ("akun", "uji")  # they are for this address, whatever the account's is by now
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Verdict:
    """Send it to `address`; or `why` it is no longer needed, or not yet (`rests`)."""

    address: str = ""
    why: str = ""
    rests: bool = False


def judge(mail: AnyRow, now: datetime) -> Verdict:
    """The verdict on a row of `mail`."""
    address = mail.address
    if mail.user_id is not None:
        user = db.session.execute(select(User.email, User.active).where(User.id == mail.user_id)).one()
        if not user.active:
            return Verdict(why="Akun penerimanya sudah ditutup.")
        if user.email != address and mail.kind not in ADDRESS_STAYS:
            if mail.kind in SECRET or not user.email:
                return Verdict(why="Alamat e-mail akun ini berubah sejak surat ini dibuat.")
            address = user.email
    found = _CHECKS[mail.kind](mail, now) if mail.kind in _CHECKS else Verdict()
    return Verdict(address) if not found.why else found


def task_id(key: str) -> str:
    """The task that a mail is about: `tugas:<task>:...`, `pengingat:<task>:...`, `alih:<event>:<task>:...`."""
    parts = key.split(":")
    return parts[2 if parts[0] == "alih" else 1]


def _task(mail: AnyRow, now: datetime) -> Verdict:
    task = db.session.execute(
        select(Task.state, Task.role, Task.satker, Task.unit, Task.reminders, Instance.phase, Instance.tahun)
        .join(Instance, Instance.id == Task.instance_id)
        .where(Task.id == task_id(mail.key))
    ).first()
    if task is None or task.state != "open":
        return Verdict(why="Tugasnya sudah selesai.")
    if task.phase == "suspended":
        return Verdict(why="Perkaranya sedang ditangguhkan.", rests=True)
    if mail.kind == "pengingat" and mail.key.split(":")[2] != str(task.reminders):
        return Verdict(why="Ada pengingat yang lebih baru.")
    return Verdict() if _concerns(mail, task, now) else Verdict(why="Penerimanya tidak lagi memegang peran ini.")


def _concerns(mail: AnyRow, task: AnyRow, now: datetime) -> bool:
    """Whether the person still does, prepares, or (of what is late) oversees the task."""
    found = rights.standing(mail.user_id, task.tahun, rights.local_day(now))
    held = [h for h in found[0].holdings if h.covers(task.satker, task.unit)] if found else []
    return any(mail.kind == "eskalasi" or task.role in (h.role, h.reviews) for h in held)


def _link(mail: AnyRow, now: datetime) -> Verdict:
    good = (PasswordLink.id == int(mail.key.split(":")[1]), PasswordLink.used_at.is_(None))
    if db.session.scalar(select(PasswordLink.id).where(*good, PasswordLink.expires_at > now)) is None:
        return Verdict(why="Tautan di dalamnya sudah tidak berlaku.")
    return Verdict()


def _incident(mail: AnyRow, now: datetime) -> Verdict:
    state = db.session.scalar(select(Job.state).where(Job.id == mail.key.split(":")[1]))
    return Verdict() if state == "incident" else Verdict(why="Insidennya sudah ditangani.")


def _version(mail: AnyRow, now: datetime) -> Verdict:
    _, draft, what, *_ = mail.key.split(":")
    if what != "minta":
        return Verdict()
    state = db.session.scalar(select(DiagramDraft.state).where(DiagramDraft.id == int(draft)))
    return Verdict() if state == "waiting" else Verdict(why="Permintaan ini sudah dijawab atau ditarik.")


def _summary(mail: AnyRow, now: datetime) -> Verdict:
    return Verdict(why="Ringkasan ini sudah lewat sehari.") if mail.created_at < now - _DAY else Verdict()


_CHECKS = {
    "tugas": _task, "pengingat": _task, "eskalasi": _task, "password": _link, "undangan": _link, "ringkasan": _summary,
    "insiden": _incident, "proses": _version,
}  # fmt: skip
