# ruff: noqa: F811  (fixtures are imported by name)
"""Signing out ends a session for good: also a copy of its cookie, and on request every session of the account."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app import clock
from app.models import Audit, db
from tests.visitor import Visitor
from tests.world import SATU, World, provider, stages, world  # noqa: F401 - fixtures


def second_device(world: World) -> Visitor:
    return Visitor(world.app, f"sim{SATU.kode}", "operator-contoh")


def stolen(world: World, visitor: Visitor) -> Visitor:
    """Somebody who copied the cookie."""
    thief = object.__new__(Visitor)
    thief.client, thief.username = world.app.test_client(), "thief"
    cookie = visitor.client.get_cookie("alur")
    assert cookie is not None
    thief.client.set_cookie("alur", cookie.value)
    return thief


def is_in(visitor: Visitor) -> bool:
    return visitor.client.get("/tugas").status_code == 200


@pytest.mark.parametrize("way", ["/keluar", "/ganti-pengguna"])
def test_a_copied_cookie_ends_when_its_owner_signs_out(world: World, way: str) -> None:
    operator, other = second_device(world), second_device(world)
    thief = stolen(world, operator)
    assert is_in(thief)
    operator.post(way)
    assert not is_in(thief) and not is_in(operator)
    assert is_in(other)  # the other device of the same person goes on


def test_it_stays_ended_for_as_long_as_the_cookie_could_live(world: World) -> None:
    with clock.held(clock.now()):
        operator = second_device(world)
        thief = stolen(world, operator)
        operator.post("/keluar")
        for _ in range(25):
            clock.advance(timedelta(hours=1))
            world.chores()
            assert not is_in(thief)


def test_all_devices_are_signed_out_by_one_button(world: World) -> None:
    one, two = second_device(world), second_device(world)
    page = one.open("/data-saya")
    page = page.form("/keluar-semua").press()
    assert page.path == "/masuk" and "Semua sesi akun ini sudah diakhiri" in page.text
    assert not is_in(one) and not is_in(two)
    (entry,) = world.all(db.select(Audit).where(Audit.note == "Keluar dari semua perangkat"))
    assert (entry.kind, entry.subject, entry.actor) == ("keluar", f"akun sim{SATU.kode}", SATU.operator)
    assert is_in(second_device(world))  # and can come in again


def test_others_stay_signed_in(world: World) -> None:
    head = world.head()
    second_device(world).post("/data-saya/keluar-semua")
    assert is_in(head)
