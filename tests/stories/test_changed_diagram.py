"""An approval without a signature is a change of the diagram only; running cases keep their version."""

from __future__ import annotations

import pytest
from lxml import etree

from app import clock
from app.cli import ROOT
from app.errors import InvalidDefinition
from app.flows import deploy
from app.models import Definition, Document, Instance, db
from tests import pk
from tests.world import DUA, SATU, World

NAME = "perjanjian_kinerja.bpmn"
B = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
S = "{http://spiffworkflow.org/bpmn/schema/1.0/core}"


def without_second_signature(promised: bool = False) -> bytes:
    """The diagram as a process owner would change it: Eselon 1 approves, and the PK goes to the archive as it is.

    `promised`: the process goes on promising that both have signed.
    """
    tree = etree.fromstring((ROOT / "processes/perjanjian_kinerja" / NAME).read_bytes())
    process = tree.find(f"{B}process")
    gone = [e for e in process.iter() if (e.get("id") or "").startswith(("tte_eselon", "gw_ulang_eselon"))]
    ids = {e.get("id") for e in gone if e.get("id")}
    for flow in list(process.iter(f"{B}sequenceFlow")):
        if flow.get("id") == "f_setuju_eselon":
            flow.set("targetRef", "arsipkan")
        elif ids & {flow.get("sourceRef"), flow.get("targetRef")}:
            gone.append(flow)
            ids.add(flow.get("id"))
    for element in gone:
        if element.getparent() is not None:
            element.getparent().remove(element)
    for reference in [r for r in process.iter(f"{B}flowNodeRef", f"{B}incoming", f"{B}outgoing") if r.text in ids]:
        reference.getparent().remove(reference)
    review = next(e for e in process if e.get("id") == "review_eselon_1")
    etree.SubElement(next(review.iter(f"{S}properties")), f"{S}property", name="tanda_tangan", value="tidak")
    archive = next(e for e in process if e.get("id") == "arsipkan")
    given = {p.get("id"): p for p in archive.iter(f"{S}parameter")}
    given["dokumen"].set("value", "ttd_kepala.dokumen")
    given["tanda_tangan"].set("value", "1")
    for promise in [p for p in process.iter(f"{S}property") if "tte_eselon" in p.get("value", "") and not promised]:
        promise.getparent().remove(promise)
    for diagram in tree.findall("{http://www.omg.org/spec/BPMN/20100524/DI}BPMNDiagram"):
        tree.remove(diagram)  # drawn anew by the editor
    return etree.tostring(tree)


def publish(world: World, content: bytes) -> tuple[str, int, bool]:
    with world.app.app_context():
        return deploy.deploy({NAME: content}, clock.now())


def test_eselon_1_approves_without_a_passphrase_and_it_is_archived(world: World) -> None:
    assert publish(world, without_second_signature()) == ("perjanjian_kinerja", 2, True)
    pk.to_the_head(world)
    pk.approve(world, world.head(), pk.SIGN, SATU.head.passphrase)
    page = world.eselon().open("/tugas").link(pk.REVIEW)
    assert "Kirim Persetujuan" in page.text and "passphrase" not in page.form("/tugas/").values
    page.form("/tugas/").press()
    world.settle()
    assert "PK Telah Ditandatangani" in world.operator().open("/kinerja/pk").text
    (kept,) = world.all(db.select(Document).where(Document.kind == "archive"))
    assert world.operator().open(f"/dokumentasi/{kept.id}?periksa=1").text.count("Tanda tangan ini sah") == 1


def test_a_process_keeps_what_it_promises_or_is_not_published(world: World) -> None:
    """The second signature is gone, and the process still says that nothing is archived without it."""
    with pytest.raises(InvalidDefinition) as refused:
        publish(world, without_second_signature(promised=True))
    assert "Janji menyebut 'tte_eselon', yang tidak ada di diagram" in str(refused.value)
    assert world.all(db.select(Definition.version)) == [1]


def test_a_way_around_the_signatures_is_refused_with_the_way(world: World) -> None:
    good = (ROOT / "processes/perjanjian_kinerja" / NAME).read_bytes()
    shortcut = good.replace(b'sourceRef="pk_dikembalikan" targetRef="penyusunan_pk"',
                            b'sourceRef="pk_dikembalikan" targetRef="arsipkan"')  # fmt: skip
    assert shortcut != good
    with pytest.raises(InvalidDefinition) as refused:
        publish(world, shortcut)
    broken = [p for p in refused.value.problems if "arsipkan hanya sesudah" in p.message]
    assert [p.element for p in broken] == ["arsipkan"]
    assert "pk_dikembalikan" in broken[0].path and broken[0].path[-1] == "arsipkan"
    assert "tte_eselon" not in broken[0].path


def test_eselon_1_may_still_give_it_back(world: World) -> None:
    publish(world, without_second_signature())
    pk.to_the_head(world)
    pk.approve(world, world.head(), pk.SIGN, SATU.head.passphrase)
    pk.refuse(world.eselon(), pk.REVIEW, "Sesuaikan anggaran kegiatan pertama.")
    assert "Dikembalikan" in world.operator().open("/kinerja/penyusunan").text


def test_running_cases_keep_the_version_on_which_they_began(at_eselon: World) -> None:
    assert publish(at_eselon, without_second_signature())[1] == 2
    pk.begin(at_eselon.operator(DUA))
    page = at_eselon.eselon().open("/tugas").link(pk.REVIEW)
    assert "passphrase" in page.form("/tugas/").values
    versions = db.select(Definition.version).join(Instance).order_by(Instance.id)
    assert at_eselon.all(versions) == [1, 2]


def test_the_same_bytes_are_the_same_version_even_after_another(world: World) -> None:
    first = (ROOT / "processes/perjanjian_kinerja" / NAME).read_bytes()
    publish(world, without_second_signature())
    assert publish(world, first) == ("perjanjian_kinerja", 1, False)


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (b'id="tte.sign"', b'id="tte.singn"', "Mungkin tte.sign"),
        (b'value="draft_pk"', b'value="draf_pk"', "Mungkin draft_pk"),
        (b'name="Kepala Satker"', b'name="Kepala Stker"', "Mungkin Kepala Satker"),
        (b"langkah_lembar == 'buat'", b"__import__('os')", ""),
        (b'errorRef="err_passphrase"', b'errorRef="err_tidak_ada"', ""),
    ],
)
def test_a_mistake_is_refused_in_words_and_nothing_is_published(world: World, before, after, words) -> None:
    good = (ROOT / "processes/perjanjian_kinerja" / NAME).read_bytes()
    assert before in good
    with pytest.raises(InvalidDefinition) as refused:
        publish(world, good.replace(before, after))
    assert words in str(refused.value) and NAME in str(refused.value)
    assert world.all(db.select(Definition.version)) == [1]
