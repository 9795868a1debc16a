"""What is reached over the network: the provider, its roots, mail, the clock, and our own public address."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import requests
from cryptography import x509
from flask import current_app

from app import clock
from app.flows.house import House
from app.jobs import mailing
from app.jobs.doctor.run import BAD, OK, WARN, Finding

NOBODY = "0000000000000000"  # of the right length, and nobody's
_SOON = timedelta(days=90)
_SECONDS = 5.0  # for one call that only looks


def provider(house: House, _now: datetime) -> Iterator[Finding]:
    """It answers the status of a NIK that nobody has, with our credentials."""
    name, host = "Penyedia TTE", urlsplit(house.config.tte_url).netloc
    status = current_app.extensions["cek_tte"](NOBODY)["status"]
    if status == "TTE_TIDAK_TERJANGKAU":
        todo = "Periksa TTE_URL, jaringan, dan firewall; bila benar semua, hubungi penyedia."
        yield Finding(name, BAD, f"{host} tidak menjawab sebagaimana mestinya.", todo)
    elif status == "TTE_MENOLAK_AKUN":
        yield Finding(name, BAD, f"{host} menolak akun aplikasi ini.", "Periksa TTE_USERNAME dan TTE_PASSWORD.")
    else:
        yield Finding(name, OK, f"{host} menjawab dan mengenal akun aplikasi ini.")


def roots(house: House, now: datetime) -> Iterator[Finding]:
    """Each file of TTE_ROOTS holds certificates that are valid."""
    name = "Sertifikat induk TTE"
    for path in house.config.trust_roots:
        try:
            certificates = x509.load_pem_x509_certificates(path.read_bytes())
        except OSError:
            todo = "Sebut berkas PEM yang ada di TTE_ROOTS, dan beri akun aplikasi hak baca."
            yield Finding(name, BAD, f"{path.name} tidak ada atau tidak dapat dibaca.", todo)
            continue
        except ValueError:
            yield Finding(name, BAD, f"{path.name} bukan sertifikat PEM.", "Minta sertifikat induk dari penyedia TTE.")
            continue
        until = min(c.not_valid_after_utc for c in certificates)
        days = (until - now).days
        if until < now:
            yield Finding(name, BAD, f"{path.name} habis masa berlakunya.", "Tambahkan sertifikat induk yang baru.")
        elif until - now < _SOON:
            yield Finding(name, WARN, f"{path.name} berlaku {days} hari lagi.", "Minta sertifikat induk yang baru.")
        else:
            yield Finding(name, OK, f"{path.name} berlaku {days} hari lagi.")


def mail(house: House, _now: datetime) -> Iterator[Finding]:
    """The server takes our connection and login."""
    problem = mailing.probe(house.config)
    if not house.config.mail_server:
        yield Finding("Server surat", WARN, problem, "Isi MAIL_SERVER agar pemberitahuan sampai.")
    elif problem:
        todo = "Periksa MAIL_SERVER, MAIL_SECURITY, MAIL_USERNAME, dan MAIL_PASSWORD. Surat menunggu, tidak hilang."
        yield Finding("Server surat", BAD, problem, todo)
    else:
        yield Finding("Server surat", OK, f"{house.config.mail_server} menerima sambungan dan akun aplikasi ini.")


def time(house: House, _now: datetime) -> Iterator[Finding]:
    """Our clock against that of the provider: a signature that seems to come from the future is not valid."""
    name = "Jam"
    try:
        with requests.get(house.config.tte_url, timeout=_SECONDS, allow_redirects=False, stream=True) as answer:
            theirs = parsedate_to_datetime(answer.headers["Date"])
    except (requests.RequestException, KeyError, ValueError, TypeError):
        words = "Tidak dapat dibandingkan: penyedia TTE tidak memberi tahu jamnya."
        yield Finding(name, WARN, words, "Pastikan NTP berjalan: timedatectl.")
        return
    theirs = theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC)
    off = abs((clock.now() - theirs).total_seconds())
    words = f"Selisih dengan jam penyedia TTE {int(off)} detik."
    state = BAD if off > 120 else WARN if off > 30 else OK
    yield Finding(name, state, words, "" if state == OK else "Nyalakan NTP: timedatectl set-ntp true.")


def public_address(house: House, _now: datetime) -> Iterator[Finding]:
    """What stands in the QR codes leads here."""
    name, url = "Alamat publik", house.config.public_url.rstrip("/")
    later = "Bila aplikasi belum dimulai, mulai lalu ulangi. Periksa DNS, nginx, dan sertifikat TLS."
    try:
        with requests.get(f"{url}/health", timeout=_SECONDS, allow_redirects=False, stream=True) as answer:
            text = answer.raw.read(2000, decode_content=True).decode("utf-8", "replace")
            status = answer.status_code
    except requests.exceptions.SSLError:
        yield Finding(name, BAD, f"Sertifikat TLS {url} tidak dipercaya.", "Perbarui sertifikat: certbot renew.")
        return
    except (requests.RequestException, OSError):
        yield Finding(name, WARN, f"{url} tidak terjangkau dari mesin ini.", later)
        return
    if status != 200 or '"alur"' not in text:
        yield Finding(name, BAD, f"{url} dijawab oleh sesuatu yang lain (status {status}).", later)
    elif current_app.extensions["fingerprint"] not in text:
        words = f"{url} dijawab oleh Alur yang lain: SECRET_KEY-nya berbeda."
        yield Finding(name, BAD, words, "Arahkan nama itu ke mesin ini, atau pakai SECRET_KEY yang sama.")
    else:
        yield Finding(name, OK, f"{url} dijawab oleh aplikasi ini.")
