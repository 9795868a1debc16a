# ruff: noqa: F811  (fixtures are imported by name)
"""/proses: who sees what, how a draft begins, and how it becomes a version that another person confirmed."""

from __future__ import annotations

from tests.world import World, provider, stages, world  # noqa: F401 - fixtures

PK = "perjanjian_kinerja"


def test_the_list_says_what_runs_and_what_is_being_drawn(world: World) -> None:
    page = world.biro().open("/proses")
    assert page.status == 200 and "Perjanjian Kinerja" in page.text and "Versi 1" in page.text
    page = page.link("Perjanjian Kinerja")
    assert page.path == f"/proses/{PK}" and "Tidak ada yang sedang diubah" in page.text
    page.form("/ubah").press()
    page = world.biro().open("/proses")
    assert "Draf 1 Dikerjakan" in page.text
    assert "Tidak ada proses yang cocok" in world.biro().open("/proses?cari=zzz").text


def test_a_new_process_begins_with_a_diagram_that_is_valid(world: World) -> None:
    page = world.biro().open("/proses").link("Proses baru")
    bad = page.form("/baru").fill(name="", code="Usul!").press()
    assert bad.status == 422 and "Nama proses belum diisi" in bad.text
    page.form("/baru").fill(name='Usul "baru" & <lain>', code="usul_baru").press()
    page = world.biro().open("/proses/usul_baru")
    assert 'Usul "baru" & <lain>' in page.text and "Belum ada versi yang terbit" in page.text


def test_a_version_is_shown_with_all_that_is_executed(world: World) -> None:
    page = world.admin().open(f"/proses/{PK}/1")
    assert page.status == 200 and "layanan tte.sign" in page.text and not page.has_form("/pulihkan")
    assert world.admin().open(f"/proses/{PK}/2").status == 404
