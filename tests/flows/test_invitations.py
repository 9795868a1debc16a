# ruff: noqa: F811  (fixtures are imported by name)
"""Links by which people choose a password: used once, for a time, known to nobody but the mail."""

from __future__ import annotations

import re
import threading
from datetime import timedelta

import pytest

from app import clock
from app.errors import InvalidInput, NotFound
from app.flows import accounts, invitations
from app.jobs import mailing
from app.models import Audit, Mail, PasswordLink, User, db
from tests.postoffice import PostOffice
from tests.world import World, provider, stages, world  # noqa: F401 - fixtures

NEW = "sepeda hujan warung lima"


def invite(world: World, username: str = "admin") -> str:
    """Invite, and take the token out of the mail."""
    with world.app.app_context():
        user = db.session.scalars(db.select(User).where(User.username == username)).one()
        invitations.invite(user.id, clock.now())
        db.session.commit()
    return token(world)


def token(world: World) -> str:
    text = world.all(db.select(Mail.text).where(Mail.state == "ready").order_by(Mail.id.desc()))[0]
    return re.findall(r"/password/tautan/(\S+)", text)[0]


def use(world: World, secret: str, password: str = NEW) -> None:
    with world.app.app_context():
        invitations.use(secret, password, clock.now())


def good(world: World, secret: str) -> bool:
    with world.app.app_context():
        return invitations.find(secret, clock.now()) is not None


def test_an_invitation_names_the_account_and_holds_one_link(world: World) -> None:
    invite(world, "sim100101")
    (mail,) = world.all(db.select(Mail))
    assert mail.kind == "undangan" and mail.address == "sim100101@contoh.example"
    assert "Username Anda: sim100101" in mail.text and mail.text.count("http") == 1 and "7 hari" in mail.text


def test_the_secret_stands_in_the_mail_only(world: World) -> None:
    secret = invite(world)
    (link,) = world.all(db.select(PasswordLink))
    assert len(secret) == 43 and secret.isalpha() and secret not in repr(vars(link))
    assert link.token_hash == invitations.hashed(secret)


def test_the_text_is_emptied_once_it_was_sent(world: World) -> None:
    with PostOffice() as office:
        house = world.reopened(**office.settings)
        secret = invite(house)
        with house.app.app_context():
            assert mailing.deliver(clock.now()) == 1
    assert secret in office.arrived[0].message.get_content()
    assert [(m.state, m.text) for m in house.all(db.select(Mail))] == [("sent", "")]
    assert good(house, secret)


def test_a_link_is_used_once_and_ends_all_sessions(world: World) -> None:
    admin = world.admin()
    secret = invite(world)
    use(world, secret)
    assert "Masuk" in admin.open("/tugas").text and admin.open("/tugas").path == "/masuk"
    with pytest.raises(NotFound):
        use(world, secret, "perahu angin malam tiga")
    with world.app.app_context():
        user = accounts.authenticate("admin", NEW, "203.0.113.7", clock.now())
        assert isinstance(user, User) and not accounts.must_change(user, NEW)
    assert [a.kind for a in world.all(db.select(Audit).order_by(Audit.seq))].count("password_tautan") == 1


def test_of_two_who_use_it_at_once_one_succeeds(world: World) -> None:
    secret, done = invite(world), []

    def choose(password: str) -> None:
        try:
            use(world, secret, password)
            done.append(password)
        except NotFound:
            pass

    people = [threading.Thread(target=choose, args=(f"{NEW} {n}",)) for n in range(4)]
    for person in people:
        person.start()
    for person in people:
        person.join(30)
    assert len(done) == 1


def test_a_weak_password_leaves_the_link_good(world: World) -> None:
    secret = invite(world)
    with pytest.raises(InvalidInput):
        use(world, secret, "admin")
    assert good(world, secret)
    use(world, secret)


@pytest.mark.parametrize(
    "change", [str.swapcase, lambda s: s[:-1], lambda s: s + "a", lambda s: "", lambda s: "a" * 43]
)
def test_a_link_that_was_changed_opens_nothing(world: World, change) -> None:
    assert not good(world, change(invite(world)))


def test_an_invitation_is_good_for_seven_days(world: World) -> None:
    secret = invite(world)
    for days, whether in ((6.9, True), (7.1, False)):
        with clock.held(clock.now() + timedelta(days=days)):
            assert good(world, secret) is whether


def test_a_new_invitation_ends_the_one_before_and_its_mail(world: World) -> None:
    first = invite(world)
    second = invite(world)
    assert (good(world, first), good(world, second)) == (False, True)
    assert [(m.state, bool(m.text)) for m in world.all(db.select(Mail).order_by(Mail.id))] == [
        ("gone", False), ("ready", True),
    ]  # fmt: skip


def test_the_link_of_a_closed_account_opens_nothing(world: World) -> None:
    secret = invite(world)
    world.write(db.update(User).where(User.username == "admin").values(active=False))
    assert not good(world, secret)


def test_a_mail_whose_link_is_over_does_not_go_out(world: World) -> None:
    with PostOffice() as office:
        house = world.reopened(**office.settings)
        invite(house)
        with clock.held(clock.now() + timedelta(days=8)), house.app.app_context():
            mailing.deliver(clock.now())
    assert office.arrived == [] and house.all(db.select(Mail.state)) == ["gone"]
    assert house.all(db.select(Mail.text)) == [""]


def test_no_address_no_invitation(world: World) -> None:
    world.write(db.update(User).values(email=""))
    with pytest.raises(InvalidInput, match="belum mempunyai alamat e-mail"):
        invite(world)


def test_an_invitation_belongs_to_the_callers_transaction(world: World) -> None:
    with world.app.app_context():
        invitations.invite(1, clock.now())
        db.session.rollback()
    assert world.all(db.select(Mail)) == [] and world.all(db.select(PasswordLink)) == []


# ---- lupa password ------------------------------------------------------------------------------------------------


def forgot(world: World, typed: str, address: str = "203.0.113.7") -> int:
    with world.app.app_context():
        return invitations.forgot(typed, address, clock.now())


@pytest.mark.parametrize("typed", ["sim100101", " SIM100101 ", "sim100101@contoh.example", "Sim100101@Contoh.Example"])
def test_by_username_or_by_e_mail(world: World, typed: str) -> None:
    assert forgot(world, typed) == 0
    (mail,) = world.all(db.select(Mail))
    assert mail.kind == "password" and mail.address == "sim100101@contoh.example" and "2 jam" in mail.text


def test_a_link_for_a_forgotten_password_is_good_for_two_hours(world: World) -> None:
    forgot(world, "sim100101")
    secret = token(world)
    for hours, whether in ((1.9, True), (2.1, False)):
        with clock.held(clock.now() + timedelta(hours=hours)):
            assert good(world, secret) is whether


def test_three_mails_an_hour_and_account_however_it_is_asked_for(world: World) -> None:
    with clock.held(clock.now()):
        for n, typed in enumerate(["sim100101", "sim100101@contoh.example"] * 4):
            assert forgot(world, typed, f"203.0.113.{n}") == 0
        assert len(world.all(db.select(Mail))) == 3
        clock.advance(timedelta(minutes=61))
        forgot(world, "sim100101")
        assert len(world.all(db.select(Mail))) == 4


def test_one_address_asks_for_a_while_then_waits(world: World) -> None:
    with clock.held(clock.now()):
        waits = [forgot(world, f"sim{n:06d}") for n in range(25)]
    assert waits[:20] == [0] * 20 and waits[-1] > 0


@pytest.mark.parametrize("typed", ["", "sim999999", "x@y.zz", "%", "' or 1=1", "a" * 200])
def test_nobody_is_sent_nothing(world: World, typed: str) -> None:
    assert forgot(world, typed) == 0 and world.all(db.select(Mail)) == []
    assert typed not in "".join(world.all(db.select(Audit.subject))) or not typed


def test_who_has_no_address_or_is_closed_is_sent_nothing(world: World) -> None:
    world.write(db.update(User).where(User.username == "admin").values(email=""))
    world.write(db.update(User).where(User.username == "biro").values(active=False))
    assert (forgot(world, "admin"), forgot(world, "biro")) == (0, 0) and world.all(db.select(Mail)) == []


def test_choosing_a_password_ends_every_other_link(world: World) -> None:
    invited = invite(world)
    forgot(world, "admin")
    use(world, token(world))
    assert not good(world, invited)


def test_a_password_changed_by_its_owner_ends_the_links_too(world: World) -> None:
    """Perhaps a mail that nobody asked for is why it was changed."""
    forgot(world, "admin")
    with world.app.app_context():
        accounts.set_password(world.all(db.select(User.id).where(User.username == "admin"))[0], NEW)
    assert not good(world, token(world))
