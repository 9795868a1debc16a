# ruff: noqa: F811  (fixtures are imported by name)
"""/proses/beda: what a draft changes, what lies between two versions or two saves, and who may read it."""

from __future__ import annotations

import json

import pytest

from app import clock
from app.flows import rights
from app.flows.diagrams import drafts
from app.flows.diagrams.files import digest
from app.models import Audit, Definition, DiagramDraft, db
from tests.visitor import Page
from tests.world import World, provider, stages, world  # noqa: F401 - fixtures

PK = "perjanjian_kinerja"
DUE = ("P14D", "P10D")
MOVED = ('x="450" y="200"', 'x="460" y="210"')
GONE = ('targetRef="info_satker" />', 'targetRef="penyusunan_pk" />')


@pytest.fixture
def draft(world: World) -> int:
    """A draft of the PK, as it came."""
    world.biro().open(f"/proses/{PK}").form("/ubah").press()
    return int(world.all(db.select(DiagramDraft.id))[0])


def save(world: World, draft: int, *changes: tuple[str, str], text: str = "") -> None:
    """Save the draft as the editor would, with texts replaced or another text."""
    with world.app.app_context():
        row = drafts.read(draft)
        name, new = next(iter(row.files.items()))
        for before, after in changes:
            assert before in new, before
            new = new.replace(before, after)
        by = rights.actor_of(row.created_by, 2026, rights.local_day(clock.now()))
        drafts.save(draft, row.revision, {name: text or new}, by, clock.now())


def publish(world: World, *changes: tuple[str, str]) -> None:
    """Another version, behind the pages' back: how one publishes is told elsewhere."""
    with world.app.app_context():
        last = db.session.scalar(db.select(Definition).order_by(Definition.version.desc()))
        files = {name: _replaced(text, changes) for name, text in last.files.items()}
        more = {"name": last.name, "files": files, "sha256": digest(files), "published_at": clock.now()}
        db.session.add(Definition(process=PK, version=last.version + 1, publisher="Tim Biro", note="Rapat.", **more))
        db.session.commit()


def _replaced(text: str, changes: tuple[tuple[str, str], ...]) -> str:
    for before, after in changes:
        text = text.replace(before, after)
    return text


def marks(page: Page) -> list[dict[str, str]]:
    """What is marked on each diagram: id -> mark."""
    told = [json.loads(t) for t in page.tree.xpath("//section[@data-bpmn]/script/text()")]
    return [{element: m["mark"] for element, m in each["marks"].items()} for each in told]


# ---- a draft -------------------------------------------------------------------------------------------------------


def test_the_owner_reads_what_a_draft_changes_and_sees_it_on_both_diagrams(world: World, draft: int) -> None:
    save(world, draft, DUE, MOVED, ('name="Eselon 1"', 'name="Eselon Satu"'))
    page = world.biro().open(f"/proses/beda/draf/{draft}")
    assert page.status == 200
    assert "Tenggat 'Penyusunan PK' berubah dari 14 hari menjadi 10 hari." in page.text
    assert "Letak 'Penyusunan PK' di gambar juga berubah." in page.text
    assert "2 diubah" in page.text
    assert "ditambahkan" not in page.tree.xpath("string(//p[contains(@class, 'fs-5')])")
    old, new = marks(page)
    assert old == new == {"lane_eselon": "changed", "penyusunan_pk": "changed"}
    assert page.tree.xpath("//button[@data-element='penyusunan_pk']")  # a sentence leads to its element


def test_a_draft_as_it_began_has_no_difference(world: World, draft: int) -> None:
    page = world.biro().open(f"/proses/beda/draf/{draft}")
    assert "Tidak ada perbedaan. Kedua sisi sama sampai ke hurufnya." in page.text
    save(world, draft, ("\n", "\n  "))
    page = world.biro().open(f"/proses/beda/draf/{draft}")
    assert "Tidak ada perbedaan isi." in page.text
    assert "Perbedaan XML" in page.link("Lihat XML-nya").text


def test_a_new_process_is_new_altogether(world: World) -> None:
    form = world.biro().open("/proses/baru").form("/baru")
    form.fill(name="Usulan", code="usulan").press()
    new = world.all(db.select(DiagramDraft.id))[-1]
    page = world.biro().open(f"/proses/beda/draf/{new}")
    assert "seluruhnya baru" in page.text
    assert len(marks(page)) == 1
    assert set(marks(page)[0].values()) == {"added"}


def test_the_owner_is_warned_of_a_version_that_the_draft_does_not_know(world: World, draft: int) -> None:
    """Published as it is, the draft would take back what others published meanwhile."""
    save(world, draft, DUE)
    publish(world, ('name="Eselon 1"', 'name="Eselon Satu"'))
    page = world.biro().open(f"/proses/beda/draf/{draft}")
    assert "versi 2 sudah terbit sesudahnya" in page.text
    assert "Jalur 'Eselon Satu' sekarang bernama 'Eselon 1'." in page.link("Bandingkan dengan versi 2").text


def test_filters_leave_what_is_asked_for(world: World, draft: int) -> None:
    save(world, draft, DUE, ('x="590" y="200"', 'x="590" y="240"'), ('name="Eselon 1"', 'name="Eselon Satu"'))
    at = f"/proses/beda/draf/{draft}"
    biro = world.biro()
    due, lane, moved = "Tenggat 'Penyusunan PK'", "Jalur 'Eselon 1' sekarang", "hanya letaknya di gambar"
    for query, seen, unseen in (
        ("?jenis=moved", [moved], [due, lane]),
        ("?bagian=peran", [lane], [due, moved]),
        ("?cari=TENGGAT+penyusunan", [due], [lane, moved]),
        ("?letak=sembunyi", [due, lane], [moved]),
        ("?jenis=zzz&bagian=zzz", [due, lane, moved], []),
    ):
        text = biro.open(at + query).text
        assert [s for s in seen if s not in text] + [s for s in unseen if s in text] == [], query
    assert marks(biro.open(at + "?letak=sembunyi"))[1] == {"lane_eselon": "changed", "penyusunan_pk": "changed"}
    nothing = biro.open(at + "?cari=zzz&jenis=added")
    assert "Tidak ada yang cocok dengan saringan." in nothing.text
    assert due in nothing.link("Hapus saringan").text


def test_the_xml_is_shown_line_by_line_on_request(world: World, draft: int) -> None:
    save(world, draft, DUE)
    page = world.biro().open(f"/proses/beda/draf/{draft}")
    assert "P14D" not in page.text
    page = page.link("Tampilkan baris demi baris")
    assert 'name="due" value="P14D"' in page.text
    assert 'name="due" value="P10D"' in page.text


def test_the_table_can_be_taken_away_and_that_is_noted(world: World, draft: int) -> None:
    save(world, draft, DUE)
    answer = world.biro().client.get(f"/proses/beda/draf/{draft}?format=csv")
    assert "diubah;Penyusunan PK;tugas;penyusunan_pk;tenggat;14 hari;10 hari" in answer.text
    assert any("beda" in a.subject for a in world.all(db.select(Audit).where(Audit.kind == "ekspor")))


# ---- versions and saves --------------------------------------------------------------------------------------------


def test_two_versions_in_either_direction(world: World) -> None:
    publish(world, DUE)
    publish(world, ('name="Eselon 1"', 'name="Eselon Satu"'))
    admin = world.admin()
    page = admin.open(f"/proses/beda/versi/{PK}?a=1&b=3")
    assert "Tenggat" in page.text and "Jalur 'Eselon 1' sekarang bernama 'Eselon Satu'." in page.text
    newest = admin.open(f"/proses/beda/versi/{PK}")  # the last two
    assert "Tenggat" not in newest.text and "sekarang bernama 'Eselon Satu'" in newest.text
    back = admin.open(f"/proses/beda/versi/{PK}?a=3&b=1")
    assert "jalan kembali" in back.text and "berubah dari 10 hari menjadi 14 hari" in back.text


def test_two_saves_tell_who_saved_what(world: World, draft: int) -> None:
    save(world, draft, DUE)
    save(world, draft, ('name="Eselon 1"', 'name="Eselon Satu"'))
    page = world.biro().open(f"/proses/beda/simpanan/{draft}?a=1&b=2")
    assert "Tenggat" in page.text and "Eselon Satu" not in page.text
    assert "Tim Biro Perencanaan" in page.text
    page = world.biro().open(f"/proses/beda/simpanan/{draft}")  # the last two
    assert "Tenggat" not in page.text and "Eselon Satu" in page.text


# ---- who may, and what goes wrong ----------------------------------------------------------------------------------


def test_others_do_not_see_diagrams_in_the_making(world: World, draft: int) -> None:
    paths = (f"/proses/beda/draf/{draft}", f"/proses/beda/versi/{PK}", f"/proses/beda/simpanan/{draft}")
    for person, status in ((world.admin(), 200), (world.operator(), 403), (world.head(), 403), (world.eselon(), 403)):
        assert {person.open(path).status for path in paths} == {status}


def test_what_is_not_there_is_not_found(world: World, draft: int) -> None:
    biro = world.biro()
    for path in (
        "draf/99", f"draf/{draft}?dasar=7", "versi/lain", f"versi/{PK}?a=1&b=9", "simpanan/99",
        f"simpanan/{draft}?a=1&b=9", f"versi/{PK}?a=99999999999999",
    ):  # fmt: skip
        assert biro.open(f"/proses/beda/{path}").status == 404, path
    assert biro.open(f"/proses/beda/versi/{PK}?a=x&b=y").status == 200


def test_a_draft_that_cannot_be_read_says_so(world: World, draft: int) -> None:
    for broken in ("<", "<!DOCTYPE a><a/>", "<a>" * 80 + "</a>" * 80):
        save(world, draft, text=broken)
        page = world.biro().open(f"/proses/beda/draf/{draft}")
        assert page.status == 200
        assert "tidak dapat dibaca, jadi isinya tidak dibandingkan" in page.text


def test_names_in_a_diagram_stay_text(world: World, draft: int) -> None:
    hostile = "&lt;/script>&lt;img src=x onerror=alert(1)>"
    save(world, draft, ('name="Penyusunan PK"', f'name="{hostile}"'))
    page = world.biro().open(f"/proses/beda/draf/{draft}?xml=1&_scheme=javascript&_external=1&id=9&_anchor=x&cari=img")
    assert page.status == 200
    assert not page.tree.xpath("//img")
    assert "sekarang bernama '</script><img" in page.text
    assert not page.tree.xpath("//a[starts-with(@href, 'javascript')]")
