"""What everybody may change about their own account: where mails go, and when."""

from __future__ import annotations

from datetime import datetime

from app.errors import InvalidInput
from app.flows import audit, invitations, mails
from app.flows.accounts import Device, Refusal, authenticate
from app.flows.mails import Letter, one_line
from app.flows.rights import Actor
from app.models import User, db

MODES = {
    "segera": "Segera, satu surat untuk setiap tugas",
    "harian": "Satu ringkasan sehari, pukul 07.00",
}
MOVED = """\
Halo {nama},

Alamat e-mail akun {username} di Alur diganti. Surat selanjutnya tidak lagi dikirim ke alamat ini.

Bila bukan Anda yang menggantinya, segera ganti password Anda dan hubungi admin:
{link}
"""
WELCOME = """\
Halo {nama},

Alamat ini sekarang dipakai untuk surat dari Alur kepada akun {username}.

Alamat dan jadwal surat dapat diatur di sini:
{link}
"""


def change_email(actor: Actor, email: str, password: str, address: str, now: datetime, device: Device | None) -> None:
    """Send mails somewhere else; the old address is told. InvalidInput with `field` in it. Commits.

    "" is allowed: no mails then, and no link for a forgotten password.
    """
    email = "".join(email.split())
    if email and not mails.is_address(email):
        raise InvalidInput("Alamat e-mail ini belum benar. Contoh: nama@satker.go.id")
    user = db.session.get_one(User, actor.user_id)
    found = authenticate(user.username, password, address, now, device, login=False)
    if isinstance(found, Refusal):
        raise WrongPassword(found.words)
    before = user.email
    if email == before:
        return
    user.email = email
    invitations.end(user.id, now, db.session.connection())  # a link must not reach the address of before
    words = {"nama": one_line(user.nama), "username": user.username, "link": mails.link("/akun")}
    for to, subject, text in (
        (before, "Alamat e-mail akun Anda diganti", MOVED),
        (email, "Alamat surat Alur", WELCOME),
    ):
        key = f"akun:{user.id}:{now.timestamp():.3f}:{'lama' if to == before else 'baru'}"
        mails.put(Letter(key, "akun", to, subject, text.format(**words), user.id), now)
    audit.write("akun", f"akun {user.username}", now, by=actor, before={"email": before}, after={"email": email})
    db.session.commit()


class WrongPassword(InvalidInput):
    """Password tidak cocok. Ketik sekali lagi."""


def change_mode(actor: Actor, mode: str, now: datetime) -> None:
    """Mails at once or one summary a day. Commits."""
    if mode not in MODES:
        raise InvalidInput("Pilih salah satu cara menerima surat.")
    user = db.session.get_one(User, actor.user_id)
    before = user.mail_mode
    if mode != before:
        user.mail_mode = mode
        old, new = {"mail_mode": before}, {"mail_mode": mode}
        audit.write("akun", f"akun {user.username}", now, by=actor, before=old, after=new)
    db.session.commit()
