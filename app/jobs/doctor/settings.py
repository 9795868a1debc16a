"""The settings: what starts, but should not run like this."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from app.config import Config
from app.flows.house import House
from app.jobs.doctor.run import BAD, OK, WARN, Finding

_LOCAL = ("localhost", "127.0.0.1", "::1", "0.0.0.0")  # noqa: S104  # names that lead nowhere from elsewhere
NEW_KEY = "Buat yang baru: python3 -c 'import secrets; print(secrets.token_hex(32))'."


def settings(house: House, _now: datetime) -> Iterator[Finding]:
    """Each that is weak, as a finding of its own; one that says "fine" where none is."""
    found = [*_secrets(house.config), *_addresses(house.config), *_mail(house.config), *_zone(house.config)]
    yield from found or [Finding("Pengaturan", OK, "Semua pengaturan layak untuk dipakai sungguhan.")]


def _secrets(c: Config) -> Iterator[Finding]:
    if len(c.secret_key) < 32 or len(set(c.secret_key)) < 10:
        yield _weak(
            c, "SECRET_KEY", "SECRET_KEY pendek atau mudah ditebak; siapa pun yang menebaknya dapat masuk.", NEW_KEY
        )
    if c.environment != "production":
        yield Finding(
            "ENVIRONMENT", WARN, f"ENVIRONMENT adalah {c.environment}.", "Untuk dipakai sungguhan: production."
        )
    if c.captcha == "off":
        yield _weak(c, "CAPTCHA", "CAPTCHA mati, jadi password dapat ditebak oleh program.", "Atur CAPTCHA=on.")
    if c.tte_password == Config.tte_password:
        words = "TTE_PASSWORD masih bawaan penyedia lokal."
        yield _weak(c, "TTE_PASSWORD", words, "Isi TTE_USERNAME dan TTE_PASSWORD dari penyedia TTE.")
    if c.metrics_token and len(c.metrics_token) < 20:
        yield _weak(c, "METRICS_TOKEN", "METRICS_TOKEN mudah ditebak.", "Pakai paling sedikit 20 huruf acak.")


def _addresses(c: Config) -> Iterator[Finding]:
    public = urlsplit(c.public_url)
    if public.hostname in _LOCAL:
        words = "PUBLIC_URL menunjuk mesin ini sendiri, sedangkan alamat itu tertulis pada QR setiap lembar."
        yield _weak(c, "PUBLIC_URL", words, "Isi alamat yang dibuka orang, misalnya https://alur.instansi.go.id.")
    elif public.scheme != "https":
        words = "PUBLIC_URL memakai http: password dan passphrase terbaca di jaringan."
        yield _weak(c, "PUBLIC_URL", words, "Pasang sertifikat TLS (docs/running.md), lalu pakai https.")
    if public.scheme == "https" and c.proxies == 0:
        words = "PROXIES adalah 0 padahal https biasanya lewat nginx: semua orang tampak dari satu alamat."
        yield Finding("PROXIES", WARN, words, "Atur PROXIES=1 bila satu nginx berdiri di depan aplikasi ini.")
    provider = urlsplit(c.tte_url)
    if provider.scheme != "https" and provider.hostname not in _LOCAL:
        words = "TTE_URL memakai http: passphrase terbaca di jaringan."
        yield _weak(c, "TTE_URL", words, "Pakai alamat https dari penyedia TTE.")
    if not c.tte_roots and provider.hostname not in _LOCAL:
        words = "TTE_ROOTS belum diatur, jadi tidak ada tanda tangan penyedia yang dipercaya."
        yield _weak(c, "TTE_ROOTS", words, "Simpan sertifikat induk penyedia (PEM), lalu sebut berkasnya di TTE_ROOTS.")


def _mail(c: Config) -> Iterator[Finding]:
    if not c.mail_server:  # said by the check of the mail server
        return
    if "@localhost" in c.mail_from:
        words = "MAIL_FROM masih bawaan; banyak server menolaknya."
        yield _weak(c, "MAIL_FROM", words, "Isi alamat pengirim instansi, misalnya Alur <alur@instansi.go.id>.")
    if c.mail_security == "none" and c.mail_server.rpartition(":")[0] not in _LOCAL:
        words = "MAIL_SECURITY adalah none: surat dan password server surat terbaca di jaringan."
        yield _weak(c, "MAIL_SECURITY", words, "Pakai starttls atau tls.")


def _zone(c: Config) -> Iterator[Finding]:
    try:
        ZoneInfo(c.zone)
    except (KeyError, ValueError, OSError):
        yield Finding("ZONE", BAD, f"ZONE {c.zone[:40]!r} tidak dikenal.", "Isi misalnya Asia/Jakarta.")


def _weak(c: Config, name: str, words: str, todo: str) -> Finding:
    """Bad where people depend on it, a warning where it is tried out."""
    return Finding(name, BAD if c.environment == "production" else WARN, words, todo)
