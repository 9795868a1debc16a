"""A whole story with mails: what goes out, to whom, and what never stands in one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest

from app import clock
from app.flows import invitations, reminders, sample
from app.models import Mail, Notice, PasswordLink, Task, User, db
from tests import pk
from tests.catcher import Catcher
from tests.visitor import CODE, Visitor
from tests.world import LITERASI, PASSWORDS, SATU, World, cards

NEW = "sepeda hujan warung lima"
NIKS = [h.nik for h in sample.heads()]
PASSPHRASES = [h.passphrase for h in sample.heads() if h.passphrase]


@pytest.fixture
def catcher() -> Iterator[Catcher]:
    running = Catcher()
    yield running
    running.stop()


def through_everything(world: World) -> None:
    """Drafted, refused, made again, signed, late, returned by eselon 1, signed twice; each round mails."""
    note = f"Perbaiki target. NIK {SATU.head.nik} juga salah."
    pk.to_the_head(world)
    world.chores()
    pk.refuse(world.head(), pk.SIGN, note)
    world.chores()
    pk.make_sheet_again(world)
    world.chores()
    with clock.held(clock.now() + timedelta(days=9)):
        with world.app.app_context():
            reminders.remind(clock.now())
        world.chores()
    pk.to_review(world)
    world.chores()
    pk.refuse(world.eselon(), pk.REVIEW, note)
    world.chores()
    pk.make_sheet_again(world)
    world.chores()
    pk.to_review(world)
    world.chores()
    pk.to_archive(world)
    with world.app.app_context():
        for user in db.session.scalars(db.select(User.id)).all():
            invitations.invite(user, clock.now())
        db.session.commit()
        invitations.forgot("admin", "203.0.113.7", clock.now())
    world.chores()


def test_no_secret_and_no_nik_in_any_mail_of_a_whole_story(world: World, catcher: Catcher) -> None:
    house = world.reopened(**catcher.settings)
    through_everything(house)
    with clock.held(clock.now() + timedelta(seconds=5)):
        for _ in range(5):
            house.chores()  # ten a round
            clock.advance(timedelta(seconds=5))
    posts = catcher.read()
    kinds = set(house.all(db.select(Mail.kind).where(Mail.state == "sent")))
    assert {"tugas", "eskalasi", "selesai", "undangan", "password"} <= kinds and len(posts) > 15
    everything = "\n".join(p.text + p.subject + str(p.headers) for p in posts)
    kept = "\n".join(
        house.all(db.select(Mail.text)) + house.all(db.select(Mail.subject)) + house.all(db.select(Notice.text))
    )
    for secret in (*NIKS, *PASSPHRASES, *PASSWORDS.values(), *(c.passphrase for c in cards())):
        assert secret not in everything and secret not in kept
    assert not re.search(r"(?<!\d)\d{16}(?!\d)", everything) and "juga salah" not in everything
    assert all(len(p.links) == 1 for p in posts), [p.text for p in posts if len(p.links) != 1]
    assert len({p.headers["Message-ID"] for p in posts}) == len(posts)  # nothing twice
    assert "/password/tautan/" not in kept  # the secret is gone with the mail


def test_every_link_in_a_mail_opens_for_whom_it_was_sent_to(world: World, catcher: Catcher) -> None:
    house = world.reopened(**catcher.settings)
    pk.to_the_head(house)
    house.chores()
    post = catcher.wait(f"{SATU.head.nip}@contoh.example")
    page = house.head().open(post.links[0].removeprefix("http://localhost"))
    assert page.status == 200 and "Tandatangani PK" in page.text


def test_a_head_comes_from_the_invitation_to_the_signature(world: World, catcher: Catcher) -> None:
    house = world.reopened(**catcher.settings)
    pk.to_the_head(house)
    with house.app.app_context():
        head = db.session.scalars(db.select(User).where(User.username == SATU.head.nip)).one()
        invitations.invite(head.id, clock.now())
        db.session.commit()
    house.chores()
    to = f"{SATU.head.nip}@contoh.example"
    somebody = Visitor.__new__(Visitor)
    somebody.client, somebody.username = house.app.test_client(), SATU.head.nip
    page = somebody.open(catcher.wait(to, "Akun Anda").links[0].removeprefix("http://localhost"))
    page = page.form("/password/tautan").fill(new=NEW, again=NEW).press()
    page.form("/masuk").fill(tahun="2026", password=NEW, kode=CODE).press()
    page = somebody.open(catcher.wait(to, pk.SIGN).links[0].removeprefix("http://localhost"))
    page.form("/tugas/").fill(passphrase=SATU.head.passphrase).press()
    house.settle()
    house.chores()
    assert catcher.wait(f"{LITERASI.head.nip}@contoh.example", "Review dan tandatangani PK")
    assert house.all(db.select(PasswordLink.used_at.is_not(None))) == [True]
    assert house.all(db.select(Task.state).where(Task.element == "review_eselon_1")) == ["open"]
