# ruff: noqa: F811  (fixtures are imported by name)
"""Akun saya, and Surat keluar for admins."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app import clock
from app.flows import invitations, mails, outbox
from app.flows.mails import Letter
from app.models import Audit, Mail, User, db
from tests.stories.conftest import at_the_head  # noqa: F401 - fixtures
from tests.world import PASSWORDS, World, provider, stages, world  # noqa: F401 - fixtures

OLD, NEW = "sim100101@contoh.example", "rani@contoh.example"
PASSWORD = PASSWORDS["Operator Satker"]


def email_of(world: World, username: str = "sim100101") -> str:
    return world.all(db.select(User.email).where(User.username == username))[0]


def change(world: World, email: str, password: str = PASSWORD):
    return world.operator().open("/akun").form("/akun/email").fill(email=email, password=password).press()


def test_everybody_has_an_account_page(world: World) -> None:
    for visitor in world.everybody():
        page = visitor.open("/tugas").link("Akun saya")
        assert page.status == 200 and visitor.username in page.text and page.has_link("Ganti password")


def test_another_address_is_told_to_the_old_one(world: World) -> None:
    assert "Alamat e-mail sudah disimpan." in change(world, f" {NEW} ").text and email_of(world) == NEW
    old, new = world.all(db.select(Mail).order_by(Mail.id))
    assert (old.address, new.address) == (OLD, NEW) and "Bila bukan Anda yang menggantinya" in old.text
    assert NEW not in old.text  # whoever reads the old mailbox need not know the new one
    entry = world.all(db.select(Audit).where(Audit.kind == "akun"))[0]
    assert (entry.before, entry.after) == ({"email": OLD}, {"email": NEW})


@pytest.mark.parametrize("password", ["", "salah sekali"])
def test_without_the_password_nothing_changes(world: World, password: str) -> None:
    page = change(world, NEW, password)
    assert page.status == 422 and "Password tidak cocok" in page.text and email_of(world) == OLD
    assert page.form("/akun/email").values["email"] == NEW


@pytest.mark.parametrize("email", ["rani", "rani@", "a@b\r\nBcc: c@d.id", "x" * 300 + "@contoh.example"])
def test_what_is_no_address_is_refused(world: World, email: str) -> None:
    page = change(world, email)
    assert page.status == 422 and "belum benar" in page.text and email_of(world) == OLD


def test_no_address_is_allowed_and_said(world: World) -> None:
    page = change(world, "")
    assert "Belum ada alamat" in page.text and email_of(world) == ""
    assert [m.address for m in world.all(db.select(Mail))] == [OLD]


def test_guessing_the_password_here_is_slowed_too(world: World) -> None:
    for _ in range(8):
        page = change(world, NEW, "salah sekali")
    assert "Tunggu" in page.text or "detik lagi" in page.text


def test_one_mail_a_day(world: World) -> None:
    page = world.operator().open("/akun").form("/akun/surat").fill(cara="harian").press()
    assert "sudah disimpan" in page.text and page.form("/akun/surat").values["cara"] == "harian"
    assert world.operator().post("/akun/surat", cara="mingguan").status == 422
    assert [a.after for a in world.all(db.select(Audit).where(Audit.kind == "akun"))] == [{"mail_mode": "harian"}]


# ---- surat keluar -------------------------------------------------------------------------------------------------


def put(world: World, n: int, **more: object) -> None:
    with world.app.app_context(), db.engine.begin() as conn:
        for i in range(n):
            given = {"key": f"x:{i}", "kind": "uji", "address": f"orang{i}@contoh.example", "subject": f"Surat {i}."}
            mails.put(Letter(**(given | {"text": "Isi.\n"} | more)), clock.now(), conn)  # type: ignore[arg-type]


def test_only_admins_see_the_outbox(world: World) -> None:
    put(world, 1)
    for visitor in world.everybody():
        expected = 200 if visitor.username == "admin" else 403
        assert visitor.open("/surat").status == expected and visitor.open("/surat/1").status == expected
    assert world.admin().open("/surat/99").status == 404


def test_the_outbox_says_why_a_mail_waits(at_the_head: World) -> None:
    at_the_head.chores()
    admin = at_the_head.admin()
    page = admin.open("/surat")
    assert "Server surat belum diatur (MAIL_SERVER)" in page.text and "Tugas baru" in page.text
    with at_the_head.app.app_context():
        outbox.server_failed("Server surat smtp.contoh.example:587: menolak sambungan", clock.now())
    house = at_the_head.reopened(mail_server="127.0.0.1:9")
    page = house.admin().open("/surat")
    assert "menolak sambungan" in page.text and "Gagal 1 kali berturut-turut" in page.text
    page = page.link("Tandatangani PK")
    assert "Halo Dra. Sekar" in page.text and "Menunggu server surat" in page.text
    page.form("/kirim").press()
    with house.app.app_context():
        assert outbox.last_failure() is None  # the next round tries


def test_filters_pages_and_csv(world: World) -> None:
    put(world, 60)
    world.write(db.update(Mail).where(Mail.id == 5).values(state="failed", error="550 tidak dikenal"))
    admin = world.admin()
    page = admin.open("/surat")
    assert "Surat 59." in page.text and "Surat 34." not in page.text
    page = page.link("Berikutnya")
    assert "Surat 34." in page.text and "Surat 59." not in page.text
    page = page.link("Berikutnya")
    assert "Surat 0." in page.text and not page.has_link("Berikutnya")
    assert "Surat 4." in admin.open("/surat?keadaan=failed").text
    assert "Surat 5." not in admin.open("/surat?keadaan=failed").text
    assert "Surat 7." in admin.open("/surat?orang=orang7@").text
    assert "Tidak ada surat yang cocok." in admin.open("/surat?cari=tidakada").text
    assert "Tidak ada surat yang cocok." in admin.open("/surat?jenis=undangan").text
    for odd in ("?sesudah=x", "?sesudah=99999999999999999999", "?keadaan=x&jenis=y", "?cari=%25%00"):
        assert admin.open("/surat" + odd).status == 200
    table = admin.open("/surat?format=csv").answer.text
    assert "daftar surat keluar" in world.all(db.select(Audit.subject).where(Audit.kind == "ekspor"))
    assert table.count("\r\n") == 61 and "550 tidak dikenal" in table and "Isi." not in table


def test_the_text_of_an_invitation_is_not_shown_to_admins(world: World) -> None:
    """Or whoever looks in time could choose somebody else's password."""
    with world.app.app_context():
        invitations.invite(1, clock.now())
        db.session.commit()
    page = world.admin().open("/surat/1")
    assert "Isinya hanya untuk penerima" in page.text and "/password/tautan/" not in page.html
    assert "/password/tautan/" not in world.admin().open("/surat?format=csv").answer.text


def test_a_mail_is_dropped_after_a_question(world: World) -> None:
    put(world, 1)
    page = world.admin().open("/surat/1")
    assert "Batalkan surat ini?" in page.text
    page = page.form("/batal").press()
    assert "Dibatalkan oleh Admin Contoh." in page.text and not page.has_form("/batal")
    assert world.admin().post("/surat/1/batal").status == 409
    assert world.admin().post("/surat/1/kirim").status == 409
    assert [a.subject for a in world.all(db.select(Audit).where(Audit.kind == "surat"))] == [
        "surat 1 (Surat uji) ke orang0@contoh.example"
    ]


def test_an_emptied_mail_is_not_sent_again(world: World) -> None:
    put(world, 1, kind="undangan", key="undangan:1")
    world.write(db.update(Mail).values(state="failed", text=""))
    page = world.admin().post("/surat/1/kirim")
    assert page.status == 422 and "sudah dihapus karena memuat tautan rahasia" in page.text


def test_a_test_mail_goes_to_oneself(world: World) -> None:
    page = world.admin().open("/surat").form("/surat/uji").press()
    assert "Surat uji untuk admin@contoh.example masuk antrean." in page.text
    world.write(db.update(User).where(User.username == "admin").values(email=""))
    assert world.admin().post("/surat/uji").status == 422


def test_a_pile_of_many_mails_opens_fast(world: World) -> None:
    rows = [
        {"key": f"n:{i}", "kind": "uji", "address": f"o{i}@contoh.example", "subject": f"S{i}", "text": "t",
         "state": "sent", "send_at": clock.now(), "created_at": clock.now() - timedelta(minutes=i)}
        for i in range(20_000)
    ]  # fmt: skip
    world.write(*(db.insert(Mail).values(rows[n : n + 500]) for n in range(0, len(rows), 500)))
    admin = world.admin()
    began = clock.now()
    assert "20.000" in admin.open("/surat").text
    assert (clock.now() - began).total_seconds() < 1
