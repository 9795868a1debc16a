# ruff: noqa: F811  (fixtures are imported by name)
"""Lupa password and the page behind the link, as people meet them."""

from __future__ import annotations

import re
import time

from app import clock
from app.flows import invitations
from app.models import Mail, User, db
from tests.visitor import CODE, Page, Visitor
from tests.world import SATU, World, provider, stages, world  # noqa: F401 - fixtures

NEW = "sepeda hujan warung lima"


class Stranger(Visitor):
    """Somebody who is not signed in."""

    def __init__(self, world: World) -> None:
        self.client, self.username = world.app.test_client(), "stranger"


def ask(world: World, who: str, kode: str = CODE) -> Page:
    page = Stranger(world).open("/masuk").link("Lupa password?")
    return page.form("/lupa-password").fill(who=who, kode=kode).press()


def link(world: World) -> str:
    text = world.all(db.select(Mail.text).where(Mail.state == "ready").order_by(Mail.id.desc()))[0]
    return re.findall(r"http://localhost(/password/tautan/\S+)", text)[0]


def test_from_the_login_page_to_a_new_password(world: World) -> None:
    page = ask(world, "sim100101")
    assert page.status == 200 and "Periksa surat Anda" in page.text
    somebody = Stranger(world)
    page = somebody.open(link(world))
    assert "Untuk akun sim100101 (Rani Pertiwi)." in page.text
    page = page.form("/password/tautan").fill(new=NEW, again=NEW).press()
    assert page.path == "/masuk" and "Password sudah dibuat." in page.text
    form = page.form("/masuk")
    assert form.values["username"] == "sim100101"  # typed once less
    page = form.fill(tahun="2026", password=NEW, kode=CODE).press()
    assert page.path == "/tugas"


def test_the_answer_does_not_tell_whether_there_is_such_an_account(world: World) -> None:
    world.write(db.update(User).where(User.username == "biro").values(email=""))
    texts, times = set(), {}
    for who in ("sim100101", "sim999999", "biro", "tidak@ada.example", "sim100101@contoh.example"):
        began = time.monotonic()
        page = ask(world, who)
        times[who] = time.monotonic() - began
        texts.add(re.sub(r"Nomor rujukan \S+", "", page.text))
        assert page.path == "/lupa-password/terkirim"
    assert len(texts) == 1
    assert min(times.values()) >= 0.3  # each takes as long, whatever was to be done


def test_a_program_can_t_ask(world: World) -> None:
    page = ask(world, "sim100101", kode="00000")
    assert page.status == 422 and "Kode captcha tidak cocok" in page.text
    assert page.form("/lupa-password").values["who"] == "sim100101" and world.all(db.select(Mail)) == []


def test_another_picture_asks_for_nothing(world: World) -> None:
    page = Stranger(world).open("/lupa-password").form("/lupa-password").fill(who="sim100101").press(baru="1")
    assert page.status == 200 and page.form("/lupa-password").values["who"] == "sim100101"
    assert world.all(db.select(Mail)) == []


def test_an_empty_field_is_said(world: World) -> None:
    assert "Ketik username atau alamat e-mail akun." in ask(world, "").text


def test_opening_the_link_does_not_use_it_up(world: World) -> None:
    """Programs that scan mails open every link in them."""
    ask(world, "sim100101")
    for _ in range(3):
        assert Stranger(world).open(link(world)).status == 200
        assert Stranger(world).client.head(link(world)).status_code == 200
    page = Stranger(world).open(link(world)).form("/password/tautan").fill(new=NEW, again=NEW).press()
    assert page.path == "/masuk"


def test_a_used_link_says_what_to_do(world: World) -> None:
    ask(world, "sim100101")
    where = link(world)
    Stranger(world).open(where).form("/password/tautan").fill(new=NEW, again=NEW).press()
    for address in (where, where[:-1], "/password/tautan/x", "/password/tautan/" + "a" * 3000):
        page = Stranger(world).open(address)
        assert page.status == 404 and "Tautan ini tidak berlaku lagi" in page.text
    assert "Lupa password" in Stranger(world).open(where).link("Minta tautan baru").text


def test_what_is_wrong_with_the_password_is_said_at_the_field(world: World) -> None:
    ask(world, "sim100101")
    page = Stranger(world).open(link(world))
    page = page.form("/password/tautan").fill(new=NEW, again="lain").press()
    assert page.status == 422 and "Kedua password baru tidak sama." in page.text
    page = page.form("/password/tautan").fill(new="sim100101", again="sim100101").press()
    assert page.status == 422 and "Password" in page.text
    page = page.form("/password/tautan").fill(new=NEW, again=NEW).press()
    assert page.path == "/masuk"


def test_somebody_else_s_session_in_the_browser_ends(world: World) -> None:
    ask(world, "sim100101")
    admin = world.admin()
    admin.open(link(world)).form("/password/tautan").fill(new=NEW, again=NEW).press()
    assert admin.open("/tugas").path == "/masuk"


def test_a_page_that_was_open_too_long_is_no_error(world: World) -> None:
    world.app.config["WTF_CSRF_ENABLED"] = True
    ask(world, "sim100101")
    visitor = Stranger(world)
    answer = visitor.client.post(link(world), data={"new": NEW, "again": NEW})
    assert answer.status_code == 302 and answer.location == link(world)


def test_an_invited_head_chooses_a_password_and_is_in(world: World) -> None:
    with world.app.app_context():
        head = db.session.scalars(db.select(User).where(User.username == SATU.head.nip)).one()
        invitations.invite(head.id, clock.now())
        db.session.commit()
    page = Stranger(world).open(link(world)).form("/password/tautan").fill(new=NEW, again=NEW).press()
    page = page.form("/masuk").fill(tahun="2026", password=NEW, kode=CODE).press()
    assert page.path == "/tugas" and "Dra. Sekar Ayuningtyas" in page.text


def test_the_address_of_the_link_is_told_to_nobody(world: World) -> None:
    ask(world, "sim100101")
    page = Stranger(world).open(link(world))
    assert page.answer.headers["Referrer-Policy"] == "same-origin" and 'content="no-referrer"' in page.html
    assert page.answer.headers["Cache-Control"] == "no-store"
