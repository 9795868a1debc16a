# ruff: noqa: F811  (fixtures are imported by name)
"""Pindah versi in the pages: Biro Perencanaan chooses, reads, maps and moves; the case tells its history."""

from __future__ import annotations

from app.models import Audit, Migration, Task, db
from tests import pk
from tests.flows.test_moves import REVIEW, publish, removed, version, with_review
from tests.stories.conftest import at_eselon, at_the_head  # noqa: F401 - fixtures
from tests.visitor import Page, Visitor
from tests.web.test_routes import _problems
from tests.world import DUA, LITERASI, SATU, World, provider, stages, world  # noqa: F401 - fixtures

NEW = "/proses/pindah/baru/perjanjian_kinerja"


def checked(world: World, visitor: Visitor, **more: str) -> Page:
    """A move of all cases to the newest version, and what came of the check."""
    page = visitor.post(NEW, ke="2", catatan="Reviu ditambahkan.", **more)
    assert "Menunggu pekerja memeriksa" in page.text, page.text
    world.chores()
    return visitor.open(page.path)


def sound(page: Page) -> Page:
    assert page.status == 200 and _problems(page.path, page) == []
    return page


def test_nothing_to_move_says_so(world: World) -> None:
    biro = world.biro()
    assert "Belum ada pemindahan" in sound(biro.open("/proses/pindah/")).text
    assert "Baru ada satu versi" in sound(biro.open(NEW)).text
    assert biro.open("/proses/pindah/baru/tidak_ada").status == 404
    assert biro.open("/proses/pindah/7").status == 404
    publish(world, with_review())
    assert "0 perkara akan diperiksa" in sound(biro.open(NEW)).text
    refused = biro.post(NEW, ke="2")
    assert refused.status == 422 and "Tidak ada perkara berjalan yang cocok" in refused.text


def test_only_biro_and_admin_come_in(at_the_head: World) -> None:
    for visitor in (at_the_head.operator(), at_the_head.head(), at_the_head.eselon()):
        assert visitor.open("/proses/pindah/").status == 403
        assert visitor.post(NEW, ke="2").status == 403
    assert at_the_head.admin().open("/proses/pindah/").status == 200


def test_a_pk_moves_and_its_pages_tell_it(at_the_head: World) -> None:
    biro = at_the_head.biro()
    pk.confirm_info(pk.begin(at_the_head.operator(DUA)))
    publish(at_the_head, with_review())
    page = sound(biro.open(NEW))
    assert "2 perkara akan diperiksa" in page.text and "Versi 1: 2 perkara berjalan" in page.text
    assert "1 perkara akan diperiksa" in biro.open(NEW + "?langkah=persetujuan_kepala&dari=1&ke=2").text
    assert "1 perkara akan diperiksa" in biro.open(NEW + "?nomor=2").text
    assert biro.open(NEW + "?diam=x").status == 422

    page = sound(checked(at_the_head, biro))
    assert "Siap dipindahkan" in page.text and "Aman 2" in page.text
    assert f"Langkah '{REVIEW}' ditambahkan." in page.text and f"Langkah baru sesudah ini: '{REVIEW}'." in page.text
    assert "PK 2026" in biro.open(page.path + "?hasil=green&cari=1").text
    assert "Tidak ada perkara yang cocok" in sound(biro.open(page.path + "?hasil=red")).text
    csv = biro.client.get(page.path + "?format=csv").text
    assert csv.count("\r\n") == 3 and "Langkah baru sesudah ini" in csv

    page = biro.post(page.path + "/pindahkan", apa="beberapa", jumlah="1")
    assert "Memindahkan: 0 dari 1 perkara" in sound(page).text
    at_the_head.chores()
    page = sound(biro.open(page.path))
    assert "Dipindahkan 1" in page.text and "Aman 1" in page.text and version(at_the_head, 2) == 1
    page = biro.post(page.path + "/pindahkan", apa="hijau")
    at_the_head.chores()
    page = sound(biro.open(page.path))
    assert "Selesai" in page.text and "Dipindahkan 2" in page.text

    told = "memindahkan perkara ini dari diagram versi 1 ke versi 2."
    case = sound(at_the_head.operator().open("/perkara/1"))
    assert told in case.text and "Reviu ditambahkan." in case.text
    admin = at_the_head.admin()
    shown = sound(admin.open("/instans/1"))
    assert told in shown.text and "Tandatangani PK (Approved PK)" in shown.text
    last = sound(shown.link("Lihat keadaan setelah langkah ini"))
    assert "Dra. Sekar" in shown.text and last.status == 200
    assert "PK 2026" in admin.open("/instans/?proses=perjanjian_kinerja~2").text
    assert "Tidak ada perkara yang cocok" in admin.open("/instans/?proses=perjanjian_kinerja~1").text


def test_an_old_step_is_shown_on_the_diagram_it_had_then(at_the_head: World) -> None:
    admin = at_the_head.admin()
    publish(at_the_head, removed())
    page = checked(at_the_head, at_the_head.biro())
    page = at_the_head.biro().post(
        page.path + "/periksa", petakan="1", **{"peta-persetujuan_kepala": "tanda_tangan_kepala"}
    )
    at_the_head.chores()
    at_the_head.biro().post(page.path + "/pindahkan", perkara="1")
    at_the_head.chores()
    assert version(at_the_head) == 2
    old, new = (admin.client.get(f"/perkara/1/diagram.bpmn{which}").text for which in ("?langkah=3", ""))
    assert 'id="persetujuan_kepala"' in old and 'id="tanda_tangan_kepala"' not in old
    assert 'id="tanda_tangan_kepala"' in new
    assert admin.client.get("/perkara/1/diagram.bpmn?langkah=99").status_code == 404
    for seq in (1, 3, 5):
        sound(admin.open(f"/instans/1/langkah/{seq}"))


def test_a_removed_step_is_mapped_on_the_page(at_the_head: World) -> None:
    biro = at_the_head.biro()
    publish(at_the_head, removed())
    page = sound(checked(at_the_head, biro))
    assert "Tidak bisa 1" in page.text and "petakan ke langkah lain" in page.text
    assert "Langkah yang dihapus" in page.text and "Tandatangani PK (Approved PK) (1 perkara)" in page.text
    assert "Pindahkan yang dicentang" not in page.text
    page = page.form("/periksa")  # "Periksa lagi" stands first: it keeps the mapping
    page = biro.post(f"{page.action}", petakan="1", **{"peta-persetujuan_kepala": "tidak_ada"})
    assert "tidak ada di versi tujuan" in page.text
    page = biro.post(page.path + "/periksa", petakan="1", **{"peta-persetujuan_kepala": "tanda_tangan_kepala"})
    at_the_head.chores()
    page = sound(biro.open(page.path))
    assert "Perlu diperhatikan 1" in page.text and "dipetakan ke" in page.text
    refused = biro.post(page.path + "/pindahkan", apa="hijau")
    assert "Belum ada perkara yang dapat dipindahkan" in refused.text
    again = biro.post(page.path + "/periksa")
    at_the_head.chores()
    assert at_the_head.all(db.select(Migration.mapping)) == [{"persetujuan_kepala": "tanda_tangan_kepala"}], again.text
    biro.post(page.path + "/pindahkan", perkara="1")
    at_the_head.chores()
    (task,) = at_the_head.all(db.select(Task).where(Task.kind == "user", Task.state == "open"))
    assert task.element == "tanda_tangan_kepala"
    pk.approve(at_the_head, at_the_head.head(), pk.SIGN, SATU.head.passphrase)
    assert at_the_head.eselon().open("/tugas").has_link(pk.REVIEW)


def test_undo_on_the_page_and_why_it_is_too_late(at_the_head: World) -> None:
    biro = at_the_head.biro()
    publish(at_the_head, with_review())
    page = checked(at_the_head, biro)
    biro.post(page.path + "/pindahkan", apa="hijau")
    at_the_head.chores()
    page = sound(biro.open(page.path)).form("/batalkan/1").press()
    assert "Perkara ini kembali ke versi semula." in page.text and version(at_the_head) == 1
    assert "membatalkan pemindahan: perkara ini kembali ke diagram versi 1." in biro.open("/perkara/1").text
    sound(at_the_head.admin().open("/instans/1"))
    assert biro.post("/proses/pindah/1/batalkan/1").status == 409

    biro.post(page.path + "/periksa")
    at_the_head.chores()
    biro.post(page.path + "/pindahkan", apa="hijau")
    at_the_head.chores()
    pk.approve(at_the_head, at_the_head.head(), pk.SIGN, SATU.head.passphrase)
    page = sound(biro.open(page.path))
    assert "Sudah bergerak sejak dipindahkan" in page.text and page.has_link("pemindahan ke versi 1")
    late = biro.post("/proses/pindah/1/batalkan/1")
    assert late.status == 409 and "pemindahan baru ke versi 1" in late.text
    assert "1 perkara akan diperiksa" in page.link("pemindahan ke versi 1").text


def test_progress_stop_and_a_second_admin(at_the_head: World) -> None:
    biro, admin = at_the_head.biro(), at_the_head.admin()
    publish(at_the_head, with_review())
    page = biro.post(NEW, ke="2")
    part = biro.client.get(page.path + "/keadaan")
    assert "<progress" in part.text
    assert biro.client.get(page.path + "/keadaan", headers={"If-None-Match": part.headers["ETag"]}).status_code == 304
    admin.post(page.path + "/hentikan")
    at_the_head.chores()
    assert "Dihentikan atas permintaan" in sound(biro.open(page.path)).text
    assert biro.client.get(page.path + "/keadaan").headers["X-Location"] == page.path
    biro.post(page.path + "/periksa")
    assert admin.post(page.path + "/periksa").status == 409
    at_the_head.chores()
    listed = sound(biro.open("/proses/pindah/?keadaan=ready"))
    assert "Siap dipindahkan" in listed.text and "0 dari 1" in listed.text
    assert "Tidak ada pemindahan yang cocok" in sound(biro.open("/proses/pindah/?keadaan=failed")).text
    assert biro.client.get("/proses/pindah/?format=csv").text.count("\r\n") == 2


def test_what_is_skipped_is_told_on_the_case(at_eselon: World) -> None:
    biro = at_eselon.biro()
    publish(at_eselon, with_review())
    page = sound(checked(at_eselon, biro))
    assert "Perlu diperhatikan 1" in page.text
    biro.post(page.path + "/pindahkan", perkara="1")
    at_eselon.chores()
    assert f"Langkah '{REVIEW}' disisipkan sebelum langkah sekarang" in at_eselon.operator().open("/perkara/1").text
    pk.approve(at_eselon, at_eselon.eselon(), pk.REVIEW, LITERASI.head.passphrase)
    assert "PK Telah Ditandatangani" in at_eselon.operator().open("/kinerja/pk").text


def test_every_change_is_in_the_audit_list(at_the_head: World) -> None:
    biro = at_the_head.biro()
    publish(at_the_head, with_review())
    page = checked(at_the_head, biro)
    biro.post(page.path + "/pindahkan", apa="hijau")
    at_the_head.chores()
    biro.post(page.path + "/batalkan/1")
    told = at_the_head.all(db.select(Audit.subject).where(Audit.kind == "proses").order_by(Audit.id))
    assert [s.split(", ")[-1] for s in told[-3:]] == [
        "pemindahan 1 perkara ke versi 2 disiapkan", "1 perkara dipindahkan ke versi 2", "perkara 1 kembali ke versi 1",
    ]  # fmt: skip
