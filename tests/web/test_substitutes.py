# ruff: noqa: F811  (fixtures are imported by name)
"""The pages about absence: the list of all with its filters, and every page for a substitute and a penelaah."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app import clock
from app.flows import absence, sample
from app.flows.rights import local_day
from app.models import Substitution, User, db
from tests.stories.conftest import at_eselon, at_the_head  # noqa: F401 - fixtures
from tests.visitor import Visitor
from tests.web.test_routes import _links, _problems, pages
from tests.world import DUA, LITERASI, SATU, World, provider, stages, world  # noqa: F401 - fixtures


def today() -> date:
    return local_day(clock.now())


def account(world: World, username: str) -> int:
    return world.all(db.select(User.id).where(User.username == username))[0]


def add(world: World, *days: tuple[int, int], role: str = "Kepala Satker", scope: str = SATU.kode) -> None:
    """The head of Dua for the head of Satu, from day to day counted from today."""
    common = {
        "user_id": account(world, SATU.head.nip), "substitute_id": account(world, DUA.head.nip), "role": role,
        "scope": scope, "created_at": clock.now(), "reason": "Dinas luar",
    }  # fmt: skip
    rows = [common | {"since": today() + timedelta(days=a), "until": today() + timedelta(days=b)} for a, b in days]
    world.write(db.insert(Substitution).values(rows))


def found(page) -> int:
    return len(page.tree.xpath("//main//ul[contains(@class, 'list-group')]/li[.//div[contains(., ' a.n. ')]]"))


def test_the_admin_sees_all_and_narrows_it(world: World) -> None:
    add(world, (-20, -10), (-1, 3), (10, 12), (20, 19))
    admin = world.admin()
    assert found(admin.open("/pengganti/")) == 4
    for state, many in (("berlangsung", 1), ("akan datang", 1), ("selesai", 2), ("apa saja", 4)):
        assert found(admin.open(f"/pengganti/?keadaan={state}")) == many, state
    assert found(admin.open("/pengganti/?cari=Sekar")) == 4
    assert found(admin.open("/pengganti/?cari=Contoh+Satu&peran=Kepala+Satker")) == 4
    nothing = admin.open("/pengganti/?peran=Eselon+1")
    assert found(nothing) == 0 and nothing.has_link("Hapus saringan")
    assert "Dibatalkan" in admin.open("/pengganti/?keadaan=selesai").text


def test_pages_follow_one_another(world: World) -> None:
    add(world, *[(n, n) for n in range(absence.PAGE + 3)])
    first = world.admin().open("/pengganti/?cari=Sekar")
    assert found(first) == absence.PAGE
    second = first.link("Berikutnya")
    assert found(second) == 3 and not second.has_link("Berikutnya")
    assert found(second.link("Sebelumnya")) == absence.PAGE


@pytest.mark.parametrize(
    "query", ["sebelum=x", "sebelum=-1", "sebelum=99999999999999999999", "cari=%25", "keadaan[]=x"]
)
def test_odd_queries_do_no_harm(world: World, query: str) -> None:
    add(world, (0, 1))
    assert world.admin().open(f"/pengganti/?{query}").status == 200


def test_the_file_says_what_the_list_says(world: World) -> None:
    add(world, (-1, 3), (10, 12))
    lines = world.admin().open("/pengganti/?format=csv&keadaan=berlangsung").answer.text.strip().splitlines()
    assert len(lines) == 2 and SATU.head.nama in lines[1] and "berlangsung" in lines[1]
    assert SATU.head.nik not in "".join(lines)


def test_an_empty_list_says_what_it_is_for(world: World) -> None:
    page = world.admin().open("/pengganti/")
    assert "Belum ada pengganti." in page.text and page.has_link("Tunjuk pengganti")


def test_nobody_found_is_said(world: World) -> None:
    page = world.admin().open("/pengganti/cari?cari=Tidak+Ada+Orangnya")
    assert "Tidak ada yang cocok" in page.text


def test_an_account_without_a_role_has_nothing_to_pass_on(world: World) -> None:
    assert "Tidak ada peran yang perlu digantikan" in world.biro().open("/pengganti/saya").text


def check(world: World, visitor: Visitor) -> None:
    problems, linked = [], set()
    for path in pages(world):
        page = visitor.open(path)
        problems += _problems(path, page)
        linked |= set(_links(page))
    assert problems == [] and [p for p in sorted(linked) if visitor.open(p).status >= 400] == []


def test_every_page_is_well_formed_for_a_substitute(at_the_head: World) -> None:
    add(at_the_head, (-1, 3), (10, 12))
    check(at_the_head, at_the_head.head(DUA))
    check(at_the_head, at_the_head.head())


def test_every_page_is_well_formed_for_a_penelaah(at_eselon: World) -> None:
    reviewer = at_eselon.enter(f"telaah{LITERASI.kode}", sample.PENELAAH)
    page = reviewer.open("/tugas").link("Telaah PK 2026")
    page.form("/rekomendasi").fill(rekomendasi="kembalikan", catatan="Anggaran belum sesuai.").press()
    check(at_eselon, reviewer)
    check(at_eselon, at_eselon.eselon())
