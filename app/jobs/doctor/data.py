"""What lies on this machine: folders, disk, database, fonts, histories, backups, and whether the worker is there."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import func, select, text

from app.documents import fonts
from app.documents.store import BrokenDocument, MissingDocument
from app.flows import audit, backup, events, marks, snapshots
from app.flows.house import House
from app.jobs.doctor.run import BAD, OK, WARN, Finding
from app.models import Assignment, Definition, Document, Instance, Job, Mail, User, db

GB = 1_000_000_000
SILENT = timedelta(minutes=3)  # a worker that is in the middle of a long call says nothing for that long
_STALE, _OLD = timedelta(hours=26), timedelta(days=7)
_SAMPLE = 50  # cases and documents that are looked at here; `flask verify` looks at all


def folders(house: House, _now: datetime) -> Iterator[Finding]:
    """DATA_DIR is there, ours alone, and can be written to."""
    folder, name = house.config.data_dir, "Folder data"
    try:
        mode = folder.stat().st_mode & 0o777
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".periksa-"):
            pass
    except OSError as e:
        todo = "Beri akun aplikasi hak tulis atas DATA_DIR, lalu ulangi."
        yield Finding(name, BAD, f"{folder} tidak dapat ditulisi: {e.strerror}.", todo)
        return
    if mode & 0o077:
        yield Finding(name, BAD, f"{folder} terbuka bagi akun lain (mode {mode:o}).", f"Jalankan: chmod 700 {folder}")
    elif folder.stat().st_uid != os.getuid():
        yield Finding(
            name, WARN, f"{folder} milik akun lain.", "Jalankan `flask` dan layanannya dengan akun yang sama."
        )
    else:
        yield Finding(name, OK, f"{folder} hanya untuk akun ini, dan dapat ditulisi.")


def disk(house: House, _now: datetime) -> Iterator[Finding]:
    """Room for documents and database."""
    usage = shutil.disk_usage(house.config.data_dir)
    words = f"{usage.free / GB:.1f} GB dari {usage.total / GB:.1f} GB masih kosong."
    if usage.free < GB:
        yield Finding("Disk", BAD, words, "Kosongkan atau perbesar disk: bila penuh, tidak ada yang dapat disimpan.")
    elif usage.free < 5 * GB:
        yield Finding("Disk", WARN, words, "Perbesar disk, atau pindahkan cadangan lama ke tempat lain.")
    else:
        yield Finding("Disk", OK, words)


def database(_house: House, _now: datetime) -> Iterator[Finding]:
    """It answers, has today's tables, and is whole."""
    name, sqlite = "Basis data", db.engine.dialect.name == "sqlite"
    with db.engine.connect() as conn:
        facts = snapshots.facts(conn)
        heads = ScriptDirectory(current_app.extensions["migrate"].directory).get_heads()
        if not facts.revision or facts.revision not in heads:
            words = (
                f"Susunan tabel {facts.revision or 'belum ada'}, sedangkan aplikasi ini memerlukan {', '.join(heads)}."
            )
            yield Finding(name, BAD, words, "Buat cadangan (`flask backup`), lalu jalankan `flask db upgrade`.")
            return
        if sqlite and (said := conn.execute(text("PRAGMA quick_check(1)")).scalar()) != "ok":
            words = f"Berkas basis data rusak: {said}"
            yield Finding(name, BAD, words, "Hentikan aplikasi, lalu pulihkan cadangan terakhir (`flask restore`).")
            return
        if sqlite and (mode := conn.execute(text("PRAGMA journal_mode")).scalar()) != "wal":
            yield Finding(
                name, WARN, f"Modus jurnal {mode}, bukan WAL.", "Simpan basis data di disk lokal, bukan jaringan."
            )
    yield Finding(name, OK, f"{db.engine.dialect.name}, susunan tabel {facts.revision}, {facts.cases} perkara, utuh.")


def content(_house: House, now: datetime) -> Iterator[Finding]:
    """Somebody can administer it, and there is a process to run."""
    admins = select(func.count(func.distinct(User.id))).join(Assignment, Assignment.user_id == User.id)
    today = now.date()
    admins = admins.where(User.active, Assignment.role == "Admin", Assignment.since <= today + timedelta(days=1))
    admins = admins.where((Assignment.until.is_(None)) | (Assignment.until >= today))
    if not db.session.scalar(admins):
        yield Finding("Admin", BAD, "Belum ada akun Admin yang aktif.", "Jalankan: flask admin USERNAME")
    if not db.session.scalar(select(func.count()).select_from(Definition)):
        yield Finding("Proses", BAD, "Belum ada proses yang diterbitkan.", "Jalankan: flask deploy")
    else:
        yield Finding("Proses", OK, "Proses sudah diterbitkan.")


def waiting(_house: House, now: datetime) -> Iterator[Finding]:
    """What waits for an admin: incidents, stuck cases, mails."""
    name = "Antrean"
    incidents = db.session.scalar(select(func.count()).select_from(Job).where(Job.state == "incident"))
    stuck = db.session.scalar(select(func.count()).select_from(Instance).where(Instance.stuck != ""))
    late = select(func.count()).select_from(Mail).where(Mail.state == "ready", Mail.send_at < now - timedelta(hours=1))
    mails, failed = (
        db.session.scalar(late),
        db.session.scalar(
            select(func.count())
            .select_from(Mail)
            .where(Mail.state == "failed", Mail.created_at > now - timedelta(days=7))
        ),
    )
    if incidents or stuck:
        words = f"{incidents} insiden dan {stuck} perkara macet menunggu."
        yield Finding(name, WARN, words, "Buka Menu, Instans, lalu Insiden.")
    if mails or failed:
        words = f"{mails} surat menunggu lebih dari satu jam; {failed} surat ditolak dalam tujuh hari ini."
        yield Finding("Surat keluar", WARN, words, "Buka Pengaturan, lalu Surat keluar.")
    if not (incidents or stuck or mails or failed):
        yield Finding(name, OK, "Tidak ada insiden, perkara macet, atau surat yang tertahan.")


def pages(house: House, _now: datetime) -> Iterator[Finding]:
    """The bundle of the pages and the fonts of the documents."""
    build = Path(str(current_app.static_folder)) / "build"
    todo = "Jalankan: python app/web/assets/ensure.py (memerlukan jaringan satu kali)."
    try:
        names = json.loads((build / "manifest.json").read_text("utf-8"))
        missing = [n for n in names.values() if not (build / n).is_file()]
    except (OSError, ValueError):
        yield Finding("Tampilan", BAD, "Berkas tampilan belum dibangun.", todo)
        return
    if missing:
        yield Finding("Tampilan", BAD, f"{len(missing)} berkas tampilan hilang.", todo)
    else:
        yield Finding("Tampilan", OK, f"{len(names)} berkas tampilan ada.")
    lost = [file for file, _ in fonts.FACES.values() if not (build / "fonts-pdf" / file).is_file()]
    if lost:
        yield Finding("Huruf", BAD, f"Huruf untuk Lembar PK hilang: {', '.join(lost)}.", todo)
    else:
        yield Finding("Huruf", OK, "Huruf untuk Lembar PK ada.")


def worker(_house: House, now: datetime) -> Iterator[Finding]:
    """It gives a sign of life every twenty seconds."""
    todo = "Mulai layanannya: systemctl start alur-worker (atau `flask work`), lalu lihat lognya."
    beat = marks.get("worker.beat")
    if beat is None:
        yield Finding("Pekerja", BAD, "Pekerja belum pernah berjalan: lembar tidak dibuat, surat tidak terkirim.", todo)
    elif now - beat.at > SILENT:
        minutes = int((now - beat.at).total_seconds() // 60)
        yield Finding("Pekerja", BAD, f"Pekerja diam sejak {minutes} menit yang lalu.", todo)
    else:
        yield Finding("Pekerja", OK, f"Pekerja memberi tanda {int((now - beat.at).total_seconds())} detik yang lalu.")


def backups(_house: House, now: datetime) -> Iterator[Finding]:
    """There is one, and it is not old."""
    name, todo = "Cadangan", "Jalankan `flask backup`, dan pasang alur-backup.timer (docs/running.md)."
    last = marks.get(backup.MARK)
    if last is None:
        yield Finding(name, WARN, "Belum pernah dibuat cadangan.", todo)
        return
    hours = int((now - last.at).total_seconds() // 3600)
    words = f"Yang terakhir {hours} jam yang lalu: {last.value}."
    state = BAD if now - last.at > _OLD else WARN if now - last.at > _STALE or "rusak" in last.value else OK
    yield Finding(name, state, words, todo if state != OK else "")


def histories(house: House, _now: datetime) -> Iterator[Finding]:
    """The audit list, and the newest cases and documents."""
    name, todo = "Riwayat", "Jalankan `flask verify` untuk daftar lengkap, dan simpan cadangan terakhir baik-baik."
    fault = audit.broken_at()
    if fault:
        yield Finding("Jejak audit", BAD, f"Tidak utuh pada catatan {fault.seq}: {fault.words}", todo)
    newest = db.session.scalars(select(Instance.id).order_by(Instance.id.desc()).limit(_SAMPLE))
    broken = [str(i) for i in newest if events.broken_at(i) is not None]
    lost = []
    for sha in db.session.scalars(select(Document.sha256).order_by(Document.id.desc()).limit(_SAMPLE)):
        try:
            house.documents.read(sha)
        except (MissingDocument, BrokenDocument):
            lost.append(sha)
    if broken:
        yield Finding(name, BAD, f"Riwayat perkara {', '.join(broken)} tidak utuh.", todo)
    if lost:
        yield Finding("Dokumen", BAD, f"{len(lost)} dari {_SAMPLE} dokumen terbaru rusak atau hilang.", todo)
    if not (fault or broken or lost):
        yield Finding(name, OK, f"Jejak audit serta {_SAMPLE} perkara dan dokumen terbaru utuh.")
