"""How long each kind of personal data is kept, why, and the sweep that ends it (UU 27/2022, article 16 (2) g and 44).

What is signed, the histories of cases and the audit list stay whole: they are records under UU 43/2009 (Kearsipan),
each proves the one before it, and an entry taken out would break its chain.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import ColumnElement, and_, delete, func, literal, or_, select, tuple_, update

from app.config import Config
from app.flows import audit, marks
from app.flows.house import house
from app.models import (
    Attempt,
    Audit,
    DiagramDraft,
    Document,
    Draft,
    DraftSave,
    ImportRun,
    Instance,
    Job,
    Mail,
    Notice,
    PasswordLink,
    Replay,
    ReplayCase,
    Task,
    User,
    db,
    table,
)  # fmt: skip

BATCH, MOST = 500, 20  # rows of a transaction, transactions of a rule in one sweep; the rest is done the next day
MARK = "retensi"
Condition = Callable[[datetime], ColumnElement[bool]]


@dataclass(frozen=True)
class Sweep:
    """Rows of `model` that are over `days` after their time: taken out, or emptied where `empty` has values."""

    model: Any
    days: Callable[[Config], int]
    condition: Condition
    empty: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Rule:
    """One kind of data: what it is, in which tables, why it is kept, how long in words, and what ends it."""

    key: str
    what: str
    where: str
    why: str
    how_long: str  # {n}: the days of the first sweep
    sweeps: tuple[Sweep, ...] = field(default=())

    def words(self, config: Config) -> str:
        return self.how_long.format(n=self.sweeps[0].days(config) if self.sweeps else "")


_OVER = ("ended", "cancelled")
_case_over = select(Instance.id).where(Instance.id == Notice.instance_id, Instance.phase.in_(_OVER)).exists()
_mail_over = or_(
    Mail.instance_id.is_(None),
    select(Instance.id).where(Instance.id == Mail.instance_id, Instance.phase.in_(_OVER)).exists(),
)
_sent = Mail.state.in_(("sent", "failed", "gone"))
_task_open = select(Task.id).where(Task.id == Draft.task_id, Task.state == "open").exists()
_draft_over = (
    select(DiagramDraft.id)
    .where(DiagramDraft.id == DraftSave.draft_id, DiagramDraft.state.in_(("published", "dropped")))
    .exists()
)
_replayed = ("done", "stopped", "failed")
_cases_left = select(ReplayCase.id).where(ReplayCase.replay_id == Replay.id).exists()
_job_over = select(Job.id).where(Job.id == Attempt.job_id, Job.state.in_(("done", "gone"))).exists()


def _closed(cutoff: datetime) -> ColumnElement[bool]:
    """Accounts that are closed and of which nothing was heard since."""
    told = select(Audit.id).where(Audit.subject == literal("akun ") + User.username, Audit.at >= cutoff).exists()
    left = or_(User.email != "", User.last_login_at.is_not(None), User.notices_seen_at.is_not(None))
    quiet = or_(User.last_login_at.is_(None), User.last_login_at < cutoff)
    return and_(User.active.is_(False), left, quiet, ~told)


_NO_TRACE = {"email": "", "last_login_at": None, "notices_seen_at": None}

RULES = (
    Rule("akun", "Akun: username, nama, e-mail, waktu masuk terakhir", "account",
         "Tanpa akun tidak dapat diketahui siapa yang bertindak.",
         "Selama akun dipakai; e-mail dan waktu masuk terakhir dihapus {n} hari setelah akun ditutup.",
         (Sweep(User, lambda c: c.retention_days_login, _closed, _NO_TRACE),)),
    Rule("peran", "Peran, jabatan, dan pengganti, dengan tanggalnya", "assignment, headship, substitution",
         "Menentukan siapa berwenang menandatangani pada suatu tanggal.",
         "Disimpan selama arsip PK disimpan: wewenang harus dapat dibuktikan kemudian."),
    Rule("orang", "Nama, NIP, dan NIK pejabat", "person",
         "Nama dan NIP tercetak pada PK; penyedia TTE hanya mengenal penanda tangan dari NIK.",
         "Nama dan NIP selama arsip disimpan; NIK sampai data pribadi orang itu dihapus."),
    Rule("sertifikat", "Sertifikat elektronik: nama, nomor seri, sidik", "certificate",
         "Tanda tangan dengan sertifikat lain tidak diterima.",
         "Sidik selama arsip disimpan; nama dan nomor seri sampai data pribadi orang itu dihapus."),
    Rule("kontak", "Kontak satker: nama operator, no HP, e-mail", "satker",
         "Agar satker dapat dihubungi tentang PK-nya.",
         "Sampai diganti di Info Satker, atau data pribadi operatornya dihapus."),
    Rule("perkara", "Perkara: siapa mengerjakan langkah apa, kapan", "instance, task, job, event",
         "Riwayat adalah bukti pertanggungjawaban; setiap catatan mengunci catatan sebelumnya.",
         "Tidak dihapus dari sini: arsip (UU 43/2009), menurut jadwal retensi arsip instansi."),
    Rule("dokumen", "Dokumen PK yang memuat nama, NIP, dan tanda tangan", "document, penyimpanan dokumen",
         "Dokumen yang ditandatangani adalah arsip dan tidak boleh berubah satu bit pun.",
         "Tidak dihapus dari sini: arsip (UU 43/2009), menurut jadwal retensi arsip instansi."),
    Rule("surat", "Surat keluar: alamat, judul, isi", "mail",
         "Agar dapat dijawab apakah dan kapan seseorang diberi tahu.",
         "{n} hari. Surat tentang perkara yang masih berjalan dikosongkan dulu, lalu dihapus bila perkaranya selesai.",
         (Sweep(Mail, lambda c: c.retention_days_mail, lambda at: and_(_sent, _mail_over, Mail.created_at < at)),
          Sweep(Mail, lambda c: c.retention_days_mail,
                lambda at: and_(_sent, Mail.created_at < at, or_(Mail.address != "", Mail.text != "")),
                {"address": "", "text": "", "error": ""}))),
    Rule("pemberitahuan", "Pemberitahuan di lonceng", "notice",
         "Agar orang tahu apa yang menunggu mereka.",
         "{n} hari, dan setidaknya selama perkaranya berjalan.",
         (Sweep(Notice, lambda c: c.retention_days_notice, lambda at: and_(Notice.created_at < at, _case_over)),)),
    Rule("tautan", "Tautan password (sidiknya saja)", "password_link",
         "Agar tautan hanya dapat dipakai sekali.",
         "{n} hari setelah tidak berlaku.",
         (Sweep(PasswordLink, lambda c: 30, lambda at: PasswordLink.expires_at < at),)),
    Rule("draf", "Draf isian yang belum dikirim", "draft",
         "Agar isian tidak hilang bila halaman ditutup.",
         "Sampai tugasnya selesai, paling lama {n} hari sejak disimpan.",
         (Sweep(Draft, lambda c: 400, lambda at: or_(Draft.saved_at < at, ~_task_open)),)),
    Rule("muat", "Berkas yang dimuat: isi barisnya dan laporannya", "import_run",
         "Agar dapat diperiksa sebelum diterapkan, dan diketahui hasilnya sesudahnya.",
         "Isi baris dibuang begitu selesai, yang ditinggalkan sesudah 7 hari; laporannya sesudah {n} hari.",
         (Sweep(ImportRun, lambda c: 400,
                lambda at: and_(ImportRun.state.in_(("done", "failed", "dropped")), ImportRun.created_at < at)),)),
    Rule("jawaban", "Jawaban penyedia TTE", "attempt, penyimpanan dokumen",
         "Agar setelah gangguan sebuah tanda tangan tidak diminta dua kali.",
         "{n} hari setelah pekerjaannya selesai; dokumen hasilnya tetap.",
         (Sweep(Attempt, lambda c: 90,
                lambda at: and_(Attempt.answer_sha256.is_not(None), Attempt.started_at < at, _job_over),
                {"answer_sha256": None}),)),
    Rule("diagram", "Versi dan draf proses: siapa mengubah, menerbitkan, menyetujui",
         "definition, diagram_draft, draft_save",
         "Siapa mengubah aturan main sebuah proses, kapan dan mengapa, harus dapat dibuktikan.",
         "Versi dan drafnya selama arsip disimpan; simpanan antara dari draf yang sudah selesai {n} hari.",
         (Sweep(DraftSave, lambda c: 400,  # the first stays: `flask deploy` knows by it what it has brought before
                lambda at: and_(DraftSave.saved_at < at, DraftSave.revision > 1, _draft_over)),)),
    Rule("uji_ulang", "Uji ulang draf dengan perkara tercatat: judul perkara dan jalannya", "replay, replay_case",
         "Agar diketahui apa akibat sebuah perubahan sebelum diterbitkan.",
         "{n} hari setelah selesai.",
         (Sweep(ReplayCase, lambda c: 90,
                lambda at: select(Replay.id).where(Replay.id == ReplayCase.replay_id, Replay.state.in_(_replayed),
                                                   Replay.created_at < at).exists()),
          Sweep(Replay, lambda c: 90,
                lambda at: and_(Replay.state.in_(_replayed), Replay.created_at < at, ~_cases_left)))),
    Rule("pindah", "Pemindahan perkara ke versi lain: siapa, kapan, mengapa", "migration, migration_case",
         "Riwayat perkara merujuk kepadanya.",
         "Tidak dihapus dari sini: bagian riwayat perkara, menurut jadwal retensi arsip instansi."),
    Rule("penundaan", "Percobaan masuk yang gagal, menurut akun (tersamar) dan alamat IP", "delay, spent",
         "Agar password tidak dapat ditebak dengan mencoba-coba.",
         "Satu hari sejak percobaan terakhir."),
    Rule("audit", "Jejak audit: siapa melakukan apa, kapan, dari alamat mana", "audit",
         "Pemrosesan data wajib dicatat (UU 27/2022 pasal 31); setiap catatan mengunci catatan sebelumnya.",
         "Tidak dihapus dari sini: arsip (UU 43/2009), menurut jadwal retensi arsip instansi."),
)  # fmt: skip


def rule(key: str) -> Rule:
    """The rule of one kind of data."""
    return next(r for r in RULES if r.key == key)


def sweep(now: datetime) -> dict[str, int]:
    """Apply every rule; how many rows each took, by its key. Commits piece by piece; for the worker, once a day."""
    done = {r.key: sum(_apply(s, now) for s in r.sweeps) for r in RULES if r.sweeps}
    taken = {k: n for k, n in done.items() if n}
    marks.put(MARK, orjson.dumps(taken).decode(), now)
    if taken:
        audit.write("data_pribadi", "masa simpan", now, after=taken, note="Data yang habis masa simpannya dihapus.")
    db.session.commit()
    return taken


def due(now: datetime) -> dict[str, int]:
    """How many rows each rule would take now, by its key."""
    return {r.key: sum(_count(s, now) for s in r.sweeps) for r in RULES if r.sweeps}


def last() -> tuple[datetime, dict[str, int]] | None:
    """When the last sweep was, and what it took; None if there was none yet."""
    mark = marks.get(MARK)
    return (mark.at, orjson.loads(mark.value)) if mark else None


def _apply(s: Sweep, now: datetime) -> int:
    total = 0
    for _ in range(MOST):
        taken = _answers(s, now) if s.model is Attempt else _batch(s, now)
        total += taken
        if taken < BATCH:
            break
    return total


def _batch(s: Sweep, now: datetime) -> int:
    keys = list(table(s.model).primary_key)
    some = select(*keys).where(_where(s, now)).limit(BATCH)
    chosen = (keys[0] if len(keys) == 1 else tuple_(*keys)).in_(some)
    statement = (
        delete(s.model).where(chosen) if s.empty is None else update(s.model).where(chosen).values(dict(s.empty))
    )
    taken = db.session.execute(statement, execution_options={"synchronize_session": False})
    db.session.commit()
    return int(taken.rowcount)  # type: ignore[attr-defined]


def _answers(s: Sweep, now: datetime) -> int:
    """The rows first: a file that nothing names is harmless, a row that names no file is not."""
    query = select(Attempt.id, Attempt.answer_sha256).where(_where(s, now)).limit(BATCH)
    rows = db.session.execute(query).all()
    db.session.execute(update(Attempt).where(Attempt.id.in_([r.id for r in rows])).values(dict(s.empty or {})))
    db.session.commit()
    for sha in {str(r.answer_sha256) for r in rows}:
        named = or_(
            select(Document.id).where(Document.sha256 == sha).exists(),
            select(Attempt.id).where(Attempt.answer_sha256 == sha).exists(),
        )
        if not db.session.scalar(select(named)):
            house().documents.discard(sha)
    return len(rows)


def _count(s: Sweep, now: datetime) -> int:
    return db.session.scalar(select(func.count()).select_from(s.model).where(_where(s, now))) or 0


def _where(s: Sweep, now: datetime) -> ColumnElement[bool]:
    return s.condition(now - timedelta(days=s.days(house().config)))
