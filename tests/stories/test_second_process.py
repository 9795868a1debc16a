"""A second process without a change in `app/`: a diagram of three steps that declares its fields, and one role more."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import click
import pytest

from app.cli import deploy_all
from app.flows.accounts import hash_password
from app.models import Assignment, Instance, Role, User, db
from tests.visitor import Visitor
from tests.world import LITERASI, SAINS, World

FOLDER = Path(__file__).parent / "usulan_pelatihan"
BPMN = FOLDER / "usulan_pelatihan.bpmn"
ROLE = "Penelaah Pelatihan"


def publish(world: World) -> list[str]:
    said: list[str] = []
    with world.app.app_context():
        deploy_all(said.append, FOLDER)
    return said


def reviewer(world: World, unit: str) -> Visitor:
    """Somebody with the new role in one unit."""
    with world.app.app_context():
        user = User(username=f"penelaah{unit}", nama=f"Penelaah {unit}", password_hash=hash_password("penelaah-contoh"))
        db.session.add(user)
        db.session.flush()
        db.session.add(Assignment(user_id=user.id, role=ROLE, scope=unit, since=date(2026, 1, 1)))
        db.session.commit()
    return Visitor(world.app, f"penelaah{unit}", "penelaah-contoh")


@pytest.fixture
def published(world: World) -> World:
    with world.app.app_context():
        db.session.add(Role(name=ROLE, scope="unit"))
        db.session.commit()
    assert publish(world) == ["usulan_pelatihan: versi 1 diterbitkan"]
    return world


def test_a_lane_needs_a_role(world: World) -> None:
    with pytest.raises(click.ClickException, match="Peran \\(jalur\\) 'Penelaah Pelatihan' tidak dikenal"):
        publish(world)


def test_the_same_bytes_again_change_nothing(published: World) -> None:
    assert publish(published) == ["usulan_pelatihan: versi 1 sudah ada"]


def ids(diagram: bytes) -> set[str]:
    """Of all that is drawn; notes of the diagram's author are not shown."""
    return {e.get("id", "") for e in ElementTree.fromstring(diagram).iter()}


def test_two_people_do_it_in_tugas_saya_and_it_ends(published: World) -> None:
    rani, other = published.operator(), reviewer(published, SAINS.kode)
    page = rani.open("/mulai").form("/perkara/mulai").set({"proses": "usulan_pelatihan"}).press()
    assert "Tulis usulan" in page.text and "Judul pelatihan" in page.text
    page = page.form("/tugas/").fill(judul_pelatihan="", peserta="dua puluh").press()
    assert page.status == 422 and "hanya berisi angka bulat" in page.text
    page = page.form("/tugas/").fill(judul_pelatihan="Menulis kode yang tenang", peserta="20").press()
    assert "Menunggu telaah" in page.text and "Menunggu Penelaah Pelatihan" in page.text

    assert not other.open("/tugas").has_link("Telaah usulan")
    wati = reviewer(published, LITERASI.kode)
    page = wati.open("/tugas").link("Telaah usulan").form("/tugas/").fill(hasil="perbaiki").press()
    assert "Sudah ditelaah" in page.text and "Menunggu Operator Satker (Rani Pertiwi): Tulis usulan" in page.text
    page = rani.open("/tugas").link("Tulis usulan")
    assert page.form("/tugas/").values["judul_pelatihan"] == "Menulis kode yang tenang"
    page.form("/tugas/").press()
    wati.open("/tugas").link("Telaah usulan").form("/tugas/").fill(hasil="layak").press()
    page = rani.open("/tugas").link("Baca hasil").form("/tugas/").press()
    assert "Selesai" in page.text and not rani.open("/tugas").has_link("Baca hasil")
    (case,) = published.all(db.select(Instance).where(Instance.process == "usulan_pelatihan"))
    assert case.ended_at and case.title == "Usulan Pelatihan 2026 Balai Literasi Contoh Satu"

    page = rani.open(f"/perkara/{case.id}")
    for words in ("Usulan Pelatihan 2026", "Telaah usulan: layak", "Telaah usulan: perbaiki", "Baca hasil", ROLE):
        assert words in page.text
    assert ids(rani.open(f"/perkara/{case.id}/diagram.bpmn").answer.data) == ids(BPMN.read_bytes())
    assert other.open(f"/perkara/{case.id}").status == 404


def test_it_may_be_started_as_often_as_wanted_beside_the_pk(published: World) -> None:
    for _ in range(2):
        published.operator().post("/perkara/mulai", proses="usulan_pelatihan", satker="100101")
    published.operator().post("/perkara/mulai", proses="perjanjian_kinerja", satker="100101")
    names = published.all(db.select(Instance.process).order_by(Instance.id))
    assert names == ["usulan_pelatihan", "usulan_pelatihan", "perjanjian_kinerja"]
    assert "Lengkapi Info Satker" in published.operator().open("/kinerja/penyusunan").text
