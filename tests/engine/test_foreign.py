"""Files of other tools: what runs runs to its end, what does not is refused by element and line, and nothing is lost.

All samples are our own inventions, written as Camunda Modeler, bpmn.io and SpiffArena write them.
"""

from __future__ import annotations

from base64 import b64decode
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from app.engine import steps
from app.engine.bpmn_xml import BPMN, BPMNDI, NODES
from app.engine.checks import Vocabulary, prepare
from app.engine.definition import Definition
from app.engine.intake import take
from app.engine.types import Field
from tests.engine.people import MONDAY

FILES = Path(__file__).with_name("foreign_files")
SETS = (
    ("camunda_induk.bpmn", "camunda_anak.bpmn", "camunda_risiko.dmn"),
    ("zeebe_perjalanan.bpmn", "zeebe_perjalanan_bayar.bpmn"),
    ("arena_barang.bpmn", "barang-schema.json"),
)
ALONE = sorted({(p.name,) for p in FILES.iterdir()} - {(n,) for names in SETS for n in names})
REFUSED = {
    "arena_skrip_python.bpmn": {("py", 3)},
    "refused_bean.bpmn": {("Flow_3", 6)},
    "refused_kompleks.bpmn": {("rumit", 3), ("Flow_1", 4), ("Flow_2", 5)},
    "refused_kompensasi.bpmn": {("b", 3), ("undo", 3), ("e", 3)},
    "refused_tanpa_anak.bpmn": {("panggil", 3), ("r", 3)},
}
RUN = [names for names in (*SETS, *ALONE) if names[0] not in REFUSED]
WORDS = Vocabulary(
    forms=frozenset({"keputusan", "draft_pk"}),
    operators=frozenset({"tte.status", "arsip.simpan"}),
    roles=frozenset({"Operator Satker", "Kepala Satker", "Eselon 1", "Biro Perencanaan"}),
)
ROLES = {"": "Operator Satker", "Pemohon": "Operator Satker", "Petugas Aula": "Kepala Satker"}


def read(*names: str) -> dict[str, bytes]:
    return {name: (FILES / name).read_bytes() for name in names}


def taken(*names: str, roles: dict[str, str] | None = None, process: str = "") -> dict[str, Any]:
    return take(read(*names), WORDS, ROLES if roles is None else roles, process)


def files_of(answer: dict[str, Any]) -> dict[str, bytes]:
    return {name: b64decode(data) for name, data in answer["files"].items()}


def errors(answer: dict[str, Any]) -> set[tuple[str, int]]:
    return {(p["element"], p["line"]) for p in answer["problems"] if p["level"] == "error"}


def said(answer: dict[str, Any], element: str) -> str:
    return " ".join(p["message"] for p in answer["problems"] if p["element"] == element)


def verdicts(answer: dict[str, Any]) -> dict[str, str]:
    return {row["element"]: row["verdict"] for row in answer["rows"]}


def answered(field: Field) -> Any:
    values = {"boolean": True, "long": 60_000_000, "date": "2025-03-03"}
    return field.choices[0][0] if field.choices else values.get(field.type, "isi")


def walk(definition: Definition) -> list[str]:
    """Everything a case does when people answer whatever they are asked, services work and time goes by."""
    now, seen = MONDAY, []
    step = steps.start(definition, {}, now)
    for _ in range(60):
        seen += [p.element for p in step.passed]
        now += timedelta(hours=1)
        if step.ended:
            return seen
        if step.user_tasks:
            task = step.user_tasks[0]
            data = {f.id: answered(f) for f in definition.elements[task.element].fields}
            step = steps.submit(definition, step.state, task.id, data, now)
        elif step.calls:
            step = steps.finish(definition, step.state, step.calls[0].id, {}, now)
        elif step.actions:
            step = steps.act(definition, step.state, step.actions[0].id, {}, now)
        else:
            assert step.next_timer is not None, "nothing can happen any more"
            now = step.next_timer
            step = steps.tick(definition, step.state, now)
    raise AssertionError("the case never ends")


@pytest.mark.parametrize("names", RUN, ids=lambda n: n[0])
def test_what_is_taken_runs_to_its_end(names: tuple[str, ...]) -> None:
    answer = taken(*names)
    assert errors(answer) == set(), answer["problems"]
    definition = Definition.load(files_of(answer))
    passed = walk(definition)
    assert len(passed) > 2
    rows = {e: v for e, v in verdicts(answer).items() if v in ("executed", "person")}
    assert set(passed) <= set(rows), "the report names everything that runs"
    people = {e.id for e in definition.elements.values() if e.kind in ("userTask", "manualTask")}
    assert people == {e for e, v in rows.items() if v == "person"}


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_can_not_run_is_refused_by_element_and_line(name: str) -> None:
    answer = taken(name)
    assert REFUSED[name] <= errors(answer)
    refused = {e for e, v in verdicts(answer).items() if v == "refused"}
    assert {e for e, _ in REFUSED[name]} <= refused
    assert all(row["reasons"] for row in answer["rows"] if row["verdict"] == "refused")
    assert answer["files"], "it may be mended in the editor"


@pytest.mark.parametrize("names", [*SETS, *ALONE], ids=lambda n: n[0])
def test_what_the_editor_shows_is_what_is_checked(names: tuple[str, ...]) -> None:
    """Every node that is loaded stands in the draft's file, has a place in its picture, and a line leads to it."""
    answer = taken(*names)
    roots = [etree.fromstring(d) for d in files_of(answer).values()]
    roots = [r for r in roots if r.tag == f"{{{BPMN}}}definitions"]
    ids = {t.get("id") for r in roots for t in r.iter(*(f"{{{BPMN}}}{n}" for n in NODES))}
    flows = {t.get("id") for r in roots for t in r.iter(f"{{{BPMN}}}sequenceFlow")}
    assert set(prepare(files_of(answer)).elements) <= ids
    if answer["drawn"]:  # where the picture came along it may leave something out
        shapes = {t.get("bpmnElement") for r in roots for t in r.iter(f"{{{BPMNDI}}}BPMNShape")}
        edges = {t.get("bpmnElement") for r in roots for t in r.iter(f"{{{BPMNDI}}}BPMNEdge")}
        whole = {f.id for f in prepare(files_of(answer)).graph.flows}
        assert ids <= shapes and whole <= edges <= flows


@pytest.mark.parametrize("names", [*SETS, *ALONE], ids=lambda n: n[0])
def test_what_was_taken_once_is_taken_as_it_is(names: tuple[str, ...]) -> None:
    once = files_of(taken(*names))
    again = take(once, WORDS, {}, "")
    assert files_of(again) == once, [p for p in again["problems"] if p["level"] == "repair"]


# ---- Camunda 7 ------------------------------------------------------------------------------------------------------


def test_camunda_forms_groups_topics_and_due_dates() -> None:
    answer = taken("camunda_cuti.bpmn")
    elements = prepare(files_of(answer)).elements
    isi, setuju, catat = (elements[i] for i in ("Activity_isi", "Activity_setuju", "Activity_catat"))
    assert (isi.lane, [f.id for f in isi.fields]) == ("Operator Satker", ["mulai_cuti", "jumlah_hari", "alasan"])
    assert (setuju.lane, setuju.properties["due"], setuju.form) == ("Kepala Satker", "P3D", None)
    assert "putusan-cuti" in said(answer, "Activity_setuju")
    assert (catat.kind, catat.operator) == ("userTask", None)
    assert "simpeg-cuti" in said(answer, "Activity_catat") and "asyncBefore" in said(answer, "Activity_catat")
    assert "taskListener" in said(answer, "Activity_isi") and "historyTimeToLive" in said(answer, "Process_cuti")
    assert verdicts(answer)["TextAnnotation_1"] == "documentation"
    assert "CatatListener" not in str(files_of(answer))


def test_known_topics_and_forms_are_used() -> None:
    data = read("camunda_cuti.bpmn")["camunda_cuti.bpmn"]
    data = data.replace(b"simpeg-cuti", b"arsip.simpan").replace(b"forms/putusan-cuti.html", b"forms/keputusan.html")
    elements = prepare(files_of(take({"a.bpmn": data}, WORDS, ROLES))).elements
    assert (elements["Activity_catat"].kind, elements["Activity_catat"].operator) == ("serviceTask", "arsip.simpan")
    assert elements["Activity_setuju"].form == "keputusan"


def test_services_of_other_engines_are_never_skipped() -> None:
    answer = taken("camunda_pengadaan.bpmn")
    assert {verdicts(answer)[e] for e in ("surat", "beritahu")} == {"person"}
    definition = Definition.load(files_of(answer))
    assert {"surat", "beritahu", "hitung"} <= set(walk(definition))


def test_scripts_that_assign_are_read() -> None:
    text = files_of(taken("camunda_pengadaan.bpmn"))["camunda_pengadaan.bpmn"].decode()
    assert "<bpmn:script>pajak = nilai - 1000</bpmn:script>" in text


def test_a_set_is_one_process() -> None:
    definition = Definition.load(files_of(taken(*SETS[0])))
    assert (definition.id, set(definition.subprocesses)) == ("induk", {"anak"})


# ---- Camunda 8 ------------------------------------------------------------------------------------------------------


def test_zeebe_forms_become_declared_fields() -> None:
    usul = prepare(files_of(taken(*SETS[1]))).elements["Activity_usul"]
    assert [(f.id, f.type, f.required) for f in usul.fields] == [
        ("tujuan", "string", True), ("hari", "long", False), ("moda", "enum", False),
    ]  # fmt: skip
    assert usul.fields[2].choices == (("kereta", "Kereta"), ("pesawat", "Pesawat"))
    assert usul.properties["due"] == "P2D"


def test_a_gateway_without_conditions_asks_a_person() -> None:
    elements = prepare(files_of(taken("zeebe_penilaian.bpmn"))).elements
    [asked] = elements["isi"].fields
    assert (asked.label, asked.required) == ("Lulus?", True)
    assert asked.choices == (("lulus", "Lulus"), ("belum_lulus", "Belum lulus"))
    definition = Definition.load(files_of(taken("zeebe_penilaian.bpmn")))
    step = steps.start(definition, {}, MONDAY)
    step = steps.submit(definition, step.state, step.user_tasks[0].id, {asked.id: "belum_lulus"}, MONDAY)
    assert [t.element for t in step.user_tasks] == ["bina"]


def test_an_address_in_a_connector_is_text_that_nobody_calls() -> None:
    answer = taken("zeebe_konektor.bpmn")
    assert verdicts(answer)["http"] == "person"
    assert b"contoh.invalid" not in files_of(answer)["zeebe_konektor.bpmn"]


# ---- bpmn.io --------------------------------------------------------------------------------------------------------


def test_lanes_that_are_no_roles_are_named_and_can_be_chosen() -> None:
    answer = taken("bpmnio_pinjam_aula.bpmn", roles={})
    assert answer["lanes"] == ["Pemohon", "Petugas Aula"] and errors(answer)
    answer = taken("bpmnio_pinjam_aula.bpmn")
    assert answer["lanes"] == [] and not errors(answer)
    assert prepare(files_of(answer)).lanes == ("Operator Satker", "Kepala Satker")


def test_what_documents_stays_in_the_picture() -> None:
    answer = taken("bpmnio_pinjam_aula.bpmn")
    aside = {e for e, v in verdicts(answer).items() if v == "documentation"}
    assert aside == {
        "DataObjectReference_1",
        "DataStoreReference_1",
        "TextAnnotation_1",
        "MessageFlow_1",
        "Participant_2",
    }
    assert answer["drawn"] == []
    assert b'bpmnElement="DataStoreReference_1"' in files_of(answer)["bpmnio_pinjam_aula.bpmn"]


def test_a_partner_is_documentation_whatever_is_in_it() -> None:
    answer = taken("bpmnio_dua_kolam.bpmn")
    assert (answer["process"], verdicts(answer)["terima"], verdicts(answer)["rumit"]) == ("satker",) + (
        "documentation",
    ) * 2


def test_a_process_without_a_name_is_called_as_its_pool_or_its_file() -> None:
    assert taken("bpmnio_pinjam_aula.bpmn")["name"] == "Peminjaman Aula"
    assert taken("bpmnio_sederhana.bpmn")["name"] == "bpmnio sederhana"


def test_work_that_nobody_was_chosen_for_waits_for_a_role() -> None:
    answer = taken("camunda_pengadaan.bpmn", roles={})
    assert answer["homeless"] == 2 and {e for e, _ in errors(answer)} == {"surat", "beritahu"}


def test_a_drawing_without_start_end_lane_or_kind_of_task() -> None:
    answer = taken("bpmnio_sederhana.bpmn", roles={})
    assert answer["homeless"] == 3 and {e for e, _ in errors(answer)} == {"Activity_a", "Activity_b", "Activity_c"}
    assert walk(Definition.load(files_of(taken("bpmnio_sederhana.bpmn"))))[-1].startswith("selesai_")


def test_other_encodings_come_out_as_utf_8() -> None:
    answer = taken("bpmnio_utf16.bpmn")
    assert "Nota – é" in files_of(answer)["bpmnio_utf16.bpmn"].decode()
    assert answer["name"] == "Nota – é"


# ---- SpiffArena -----------------------------------------------------------------------------------------------------


def test_json_schemas_become_declared_fields_and_instructions_documentation() -> None:
    answer = taken(*SETS[2])
    minta = prepare(files_of(answer)).elements["minta"]
    assert [(f.id, f.type, f.required) for f in minta.fields] == [
        ("jumlah", "long", True), ("jenis", "enum", False), ("perlu_pada", "date", False),
    ]  # fmt: skip
    text = files_of(answer)["arena_barang.bpmn"].decode()
    assert "Halo {{ nama }}" in text and "instructionsForEndUser" not in text and "formJsonSchemaFilename" not in text
    assert verdicts(answer)["kirim"] == "person"


def test_post_scripts_are_run_by_the_bounded_evaluator() -> None:
    definition = Definition.load(files_of(taken(*SETS[2])))
    step = steps.start(definition, {}, MONDAY)
    step = steps.submit(definition, step.state, step.user_tasks[0].id, {"jumlah": 12}, MONDAY)
    assert (step.data["sisa"], step.data["perlu"]) == (-2, True)


# ---- the id of the process ------------------------------------------------------------------------------------------


def test_the_process_gets_the_id_of_the_house() -> None:
    answer = taken(*SETS[0], process="audit_internal")
    assert answer["process"] == "audit_internal" and not errors(answer)
    assert Definition.load(files_of(answer)).id == "audit_internal"
    taken_already = taken("bpmnio_sederhana.bpmn", process="Activity_a")
    assert "dipakai elemen lain" in str(taken_already["problems"])
