"""The list of what will be executed: every node once, in the order of the flow; what is not run is documentation."""

from __future__ import annotations

from pathlib import Path

from lxml import etree

from app.engine.bpmn_xml import NODES, local
from app.engine.checks import prepare
from app.engine.execution import executed
from app.engine.types import Executed
from tests.engine.diagrams import Diagram

GUIDE = Path(__file__).parents[2] / "processes" / "perjanjian_kinerja" / "perjanjian_kinerja.bpmn"


def listed(files: dict[str, bytes]) -> dict[str, Executed]:
    rows, problems = executed(prepare(files), files, frozenset({"tte.sign"}))
    assert problems == ()
    assert len({r.element for r in rows}) == len(rows)
    return {r.element: r for r in rows}


def test_every_node_of_the_guide_is_listed_with_what_happens_there() -> None:
    data = GUIDE.read_bytes()
    rows = listed({"p.bpmn": data})
    drawn = {t.get("id") for t in etree.fromstring(data).iter() if local(t) in NODES}
    assert drawn <= set(rows)
    assert {i for i in rows if rows[i].kind == "documentation"} == set(rows) - drawn
    assert rows["penyusunan_pk"].what == "formulir draft_pk, peran Operator Satker, tenggat 14 hari"
    assert rows["pengingat_kepala"].what.startswith("waktu: 3 hari kerja, pada Tandatangani PK (Approved PK), langkah")
    assert "dicoba sekali, dengan passphrase" in rows["tte_kepala"].what
    assert "dicoba sampai 5 kali, jeda 30 detik, hasilnya di lembar" in rows["buat_lembar"].what
    assert rows["gw_terdaftar"].what == "satu jalan menurut syarat; selain itu ke Periksa registrasi TTE"
    order = list(rows)
    assert order[0] == "mulai"
    assert (
        order.index("info_satker") < order.index("penyusunan_pk") < order.index("buat_lembar") < order.index("arsipkan")
    )


def test_subprocesses_and_called_processes_stand_where_they_run() -> None:
    other = Diagram("lain")
    other.flows = 50
    other.chain(other.start("m3"), other.user("x"), other.end("s3"))
    body = Diagram()
    body.flows = 100
    body.chain(body.start("m2"), body.call("panggil", "lain"), body.end("s2"))
    d = Diagram()
    d.sub("sub", body)
    d.chain(d.start(), d.user("a"), "sub", d.user("b"), d.end())
    rows = listed(d.files(other))
    assert list(rows) == ["mulai", "a", "sub", "m2", "panggil", "m3", "x", "s3", "s2", "b", "selesai"]
    assert rows["panggil"].what == "menjalankan proses lain"


def test_notes_and_processes_beside_are_documentation() -> None:
    d = Diagram()
    d.chain(d.start(), d.user("a"), d.end())
    note = b'<textAnnotation id="n"><text>Ingat ini</text></textAnnotation></process>'
    partner = (
        b'<process id="mitra" isExecutable="false">\n<task id="di_luar" name="Kirim surat"/>\n</process></definitions>'
    )
    data = d.xml().replace(b"</process>", note).replace(b"</definitions>", partner)
    rows = listed({"p.bpmn": data})
    assert rows["n"].name == "Ingat ini" and rows["n"].kind_words == "Catatan"
    assert rows["di_luar"].kind == "documentation" and "tidak dijalankan" in rows["di_luar"].what


def test_an_id_that_was_repaired_is_not_missed() -> None:
    d = Diagram()
    d.chain(d.start(), d.user("a"), d.end("End"))
    rows, problems = executed(prepare(d.files()), d.files())
    assert problems == ()
    assert [r.kind for r in rows] == ["startEvent", "userTask", "endEvent"]


def test_a_node_that_got_lost_is_an_error() -> None:
    """As if a repair had dropped it: what was drawn is compared with what will be run."""
    d = Diagram()
    d.chain(d.start(), d.user("a"), d.end())
    drawn = {"proses.bpmn": d.xml().replace(b"</process>", b'\n<userTask id="hilang" name="Hilang"/></process>')}
    _, problems = executed(prepare(d.files()), drawn)
    assert [(p.element, p.level) for p in problems] == [("hilang", "error")]
