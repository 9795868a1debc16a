"""Pengaturan: what is in effect, how the house is doing; and "Periksa sambungan" to the provider and to mail."""

from __future__ import annotations

from dataclasses import fields

from flask import Blueprint, current_app, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from app import clock
from app.config import Config
from app.flows import audit, backup, marks
from app.flows.house import house
from app.jobs.doctor import OUTSIDE, kept
from app.jobs.doctor.data import SILENT
from app.models import db
from app.web.access import needs
from app.web.cases import with_etag

bp = Blueprint("settings", __name__, url_prefix="/pengaturan")

# every setting, with what it is called here
GROUPS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("Aplikasi", (
        ("environment", "Lingkungan"), ("public_url", "Alamat publik (pada QR)"),
        ("instansi", "Instansi pada kop surat"),
        ("zone", "Zona waktu"), ("proxies", "Proxy di depan aplikasi"), ("log_format", "Bentuk log"),
        ("publish_confirm", "Orang kedua menyetujui versi proses"),
        ("metrics_token", "Token /metrics"), ("data_dir", "Folder data"), ("database_url", "Basis data"),
    )),
    ("Masuk", (
        ("secret_key", "Kunci rahasia"), ("session_hours", "Masuk lagi setelah diam (jam)"),
        ("captcha", "Kode captcha"),
    )),
    ("Tanda tangan elektronik", (
        ("tte_url", "Alamat penyedia"), ("tte_username", "Akun aplikasi"), ("tte_password", "Password akun"),
        ("tte_roots", "Sertifikat induk"), ("tte_timeout_status", "Batas waktu cek status (detik)"),
        ("tte_timeout_sign", "Batas waktu tanda tangan (detik)"), ("signing_threads", "Tanda tangan serentak"),
        ("signing_queue", "Antrean tanda tangan"), ("secret_seconds", "Passphrase menunggu paling lama (detik)"),
        ("lease_seconds", "Pekerjaan dianggap hilang setelah (detik)"),
    )),
    ("Surat", (
        ("mail_server", "Server surat"), ("mail_security", "Pengamanan"), ("mail_username", "Akun"),
        ("mail_password", "Password akun"), ("mail_from", "Pengirim"), ("mail_timeout", "Batas waktu (detik)"),
    )),
    ("Masa simpan", (
        ("retention_days_mail", "Surat terkirim (hari)"), ("retention_days_notice", "Pemberitahuan (hari)"),
        ("retention_days_login", "Catatan masuk akun yang ditutup (hari)"),
    )),
)  # fmt: skip
SECRETS = {f.name for f in fields(Config) if not f.repr}


@bp.get("")
@needs("Admin")
def index() -> ResponseReturnValue:
    """The settings and the signs of life."""
    beat, now = marks.get("worker.beat"), clock.now()
    return render_template(
        "settings/index.html",
        groups=[
            (title, [(label, shown(house().config, name), name) for name, label in rows]) for title, rows in GROUPS
        ],
        version=backup.version(),
        database=db.engine.dialect.name,
        beat=beat.at if beat else None,
        beats=bool(beat and now - beat.at <= SILENT),
        backup=marks.get(backup.MARK),
        restored=marks.get("restore.last"),
    )


@bp.get("/sambungan")
@needs("Admin")
def connections() -> ResponseReturnValue:
    """What was found last, and the button that looks again."""
    return render_template("settings/connections.html", checks=kept.latest(OUTSIDE, clock.now()), host=house().config)


@bp.get("/sambungan/hasil")
@needs("Admin")
def results() -> ResponseReturnValue:
    """The results alone, for the page that follows them."""
    return with_etag(render_template("settings/_results.html", checks=kept.latest(OUTSIDE, clock.now())))


@bp.post("/sambungan")
@needs("Admin")
def check() -> ResponseReturnValue:
    """Start all checks; the page shows each as it ends."""
    now = clock.now()
    audit.write("pengaturan", "sambungan diperiksa", now, by=g.actor)
    kept.start(current_app._get_current_object(), OUTSIDE, now)  # type: ignore[attr-defined]
    return redirect(url_for("settings.connections"))


def shown(config: Config, name: str) -> str:
    """A setting in words; of a secret only whether it is set."""
    value, default = getattr(config, name), {f.name: f.default for f in fields(Config)}[name]
    if name in SECRETS:
        return "Belum diatur" if not value else "Bawaan" if value == default else "Diatur"
    if name == "database_url":
        return _database(config.database)
    if name == "tte_roots":
        return ", ".join(p.name for p in config.trust_roots)
    if name == "publish_confirm":
        return "Ya" if config.two_publish else "Tidak"
    if isinstance(value, float):
        return f"{value:g}"
    return str(value) if value != "" else "Belum diatur"


def _database(url: str) -> str:
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return "?"
