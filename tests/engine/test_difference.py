"""Two sets of files: nothing that differs stays unsaid, nothing is said of what is the same."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from app.engine.difference import Change, Difference, compare

PK = (Path(__file__).parents[2] / "processes" / "perjanjian_kinerja" / "perjanjian_kinerja.bpmn").read_text()
SPIFF = "{http://spiffworkflow.org/bpmn/schema/1.0/core}"
DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"


def difference(*changes: tuple[str, str], old: str = PK) -> Difference:
    """The PK against itself with texts replaced."""
    new = old
    for before, after in changes:
        assert before in new, before
        new = new.replace(before, after)
    return compare({"pk.bpmn": old}, {"pk.bpmn": new})


def said(*changes: tuple[str, str], old: str = PK) -> list[str]:
    return list(difference(*changes, old=old).words)


def only(found: Difference) -> Change:
    assert len(found.changes) == 1, found.words
    return found.changes[0]


# ---- the same is the same ------------------------------------------------------------------------------------------


def test_equal_files_do_not_differ() -> None:
    assert compare({"pk.bpmn": PK}, {"pk.bpmn": PK.encode()}).changes == ()


def test_notes_that_a_program_keeps_elsewhere_are_no_change() -> None:
    """The editor moves them from the process to the collaboration whenever it saves."""
    note = PK[PK.index("    <textAnnotation ") : PK.index("  </process>")]
    assert said((note, ""), ("  </collaboration>", f"{note}  </collaboration>")) == []


@pytest.mark.parametrize("pretty", [True, False])
def test_white_space_and_the_order_of_attributes_are_no_difference(pretty: bool) -> None:
    root = etree.fromstring(PK.encode(), etree.XMLParser(remove_blank_text=True))
    for tag in root.iter():
        values = list(tag.attrib.items())
        tag.attrib.clear()
        tag.attrib.update(reversed(values))
    assert difference((PK, etree.tostring(root, encoding="unicode", pretty_print=pretty))).changes == ()


def test_prefixes_are_no_difference() -> None:
    """As bpmn-js writes: every BPMN element with a prefix, also inside of xsi:type."""
    text = re.sub(r"<(/?)(?=[a-zA-Z]+[\s/>])(?!bpmndi:|dc:|di:|spiffworkflow:)", r"<\1bpmn:", PK)
    text = text.replace("xmlns=", "xmlns:bpmn=").replace('"tFormalExpression"', '"bpmn:tFormalExpression"')
    assert "<bpmn:userTask" in text
    assert difference((PK, text)).changes == ()


def test_the_order_of_properties_and_what_bpmn_takes_by_default_are_no_difference() -> None:
    due, tahap = (
        '<spiffworkflow:property name="due" value="P14D" />',
        '<spiffworkflow:property name="tahap" value="Penyusunan" />',
    )
    assert difference((due, "@"), (tahap, due), ("@", tahap)).changes == ()
    assert difference(('attachedToRef="cek_tte"', 'attachedToRef="cek_tte" cancelActivity="true"')).changes == ()


def test_a_file_that_says_nothing_of_its_flows_at_the_nodes_does_the_same() -> None:
    found = compare({"pk.bpmn": PK}, {"pk.bpmn": re.sub(r"<(incoming|outgoing)>.*?</\1>", "", PK)})
    assert found.changes
    assert not found.effective
    assert len(found.words) == 1  # fifty nodes, one line


# ---- nothing stays unsaid ------------------------------------------------------------------------------------------


def mutations(root: Any) -> Iterator[tuple[str, Any]]:
    """(what was done, damaged tree): each attribute altered and taken away, each text altered, each element removed."""
    for nth, tag in enumerate(list(root.iter())):
        for name in list(tag.attrib):
            for value in ("zz", None):
                old = tag.get(name)
                tag.set(name, value) if value else tag.attrib.pop(name)
                yield f"{nth} {_called(tag)} {name}={value}", root
                tag.set(name, old)
        if (tag.text or "").strip():
            old, tag.text = tag.text, "zz"
            yield f"{nth} {_called(tag)} text", root
            tag.text = old
        parent = tag.getparent()
        if parent is not None:
            place = list(parent).index(tag)
            after = tag.tail
            parent.remove(tag)
            yield f"{nth} {_called(tag)} gone from {_called(parent)}", root
            parent.insert(place, tag)
            tag.tail = after


def _called(tag: Any) -> str:
    return f"{etree.QName(tag).localname} {tag.get('id') or ''}".strip()


def unsaid(xml: str, every: int = 1) -> tuple[list[str], int]:
    """The damages that compare() does not tell, or tells of nothing in particular; and how many were done."""
    root = etree.fromstring(xml.encode())
    silent, done = [], 0
    for n, (what, damaged) in enumerate(mutations(root)):
        if n % every:
            continue
        found, done = compare({"a.bpmn": xml}, {"a.bpmn": etree.tostring(damaged)}), done + 1
        told = found.words and all(c.element and c.sentences for c in found.changes)
        if not told or not all(c.what for c in found.changes if c.kind in ("changed", "moved")):
            silent.append(what)
    return silent, done


def test_nothing_differs_silently() -> None:
    silent, done = unsaid(PK, every=13)
    assert silent == []
    assert done > 200


@pytest.mark.slow
def test_nothing_at_all_differs_silently() -> None:
    silent, done = unsaid(PK)
    assert silent == []
    assert done > 3000


RICH = f"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:x="https://lain.example/x"
  xmlns:spiffworkflow="{SPIFF[1:-1]}" xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="d">
 <signal id="s" name="tanda"/><escalation id="e" escalationCode="NAIK"/><itemDefinition id="i" structureRef="x:y"/>
 <process id="p" name="P" isExecutable="true">
  <dataObject id="do" isCollection="true"/><dataObjectReference id="dr" dataObjectRef="do"/>
  <startEvent id="m"/><sequenceFlow id="f1" sourceRef="m" targetRef="t"/>
  <userTask id="t" name="Isi" x:lain="1" camunda:assignee="a">
   <documentation>Baca <x:b>ini</x:b> dulu.</documentation>
   <extensionElements>
    <camunda:formData>
     <camunda:formField id="putusan" label="Putusan" type="enum" defaultValue="ok">
      <camunda:properties><camunda:property id="help" value="Pilih satu"/></camunda:properties>
      <camunda:validation><camunda:constraint name="required" config="true"/></camunda:validation>
      <camunda:value id="ok" name="Setuju"/><camunda:value id="no" name="Ditolak"/>
     </camunda:formField>
     <camunda:formField id="alasan" label="Alasan" type="text"/>
    </camunda:formData>
    <spiffworkflow:preScript>a = 1</spiffworkflow:preScript>
    <x:asing kunci="1"><x:dalam>2</x:dalam><x:dalam>3</x:dalam></x:asing>
   </extensionElements>
   <multiInstanceLoopCharacteristics isSequential="true"><loopDataInputRef>daftar</loopDataInputRef>
    <inputDataItem id="satu" name="satu"/><completionCondition>n > 3</completionCondition>
   </multiInstanceLoopCharacteristics>
  </userTask>
  <subProcess id="sub" name="Dalam"><startEvent id="m2"><signalEventDefinition signalRef="s"/></startEvent>
   <endEvent id="s2"><terminateEventDefinition/></endEvent>
   <sequenceFlow id="f3" sourceRef="m2" targetRef="s2"/></subProcess>
  <serviceTask id="l" name="Layani"><extensionElements><spiffworkflow:serviceTaskOperator id="a.b" resultVariable="h">
   <spiffworkflow:parameters><spiffworkflow:parameter id="q" type="any" value="1"/></spiffworkflow:parameters>
   <spiffworkflow:retry retries="3" backoff_base="5"/></spiffworkflow:serviceTaskOperator></extensionElements>
  </serviceTask>
  <intermediateCatchEvent id="w" name="Tunggu"><timerEventDefinition><timeDuration>"P3D"</timeDuration>
   </timerEventDefinition></intermediateCatchEvent>
  <scriptTask id="h" name="Hitung"><script>a = b\nc = d</script></scriptTask>
  <sequenceFlow id="f2" sourceRef="t" targetRef="sub"/>
 </process>
</definitions>"""


def test_nothing_differs_silently_where_elements_are_strange() -> None:
    silent, done = unsaid(RICH)
    assert silent == []
    assert done > 180


# ---- in words ------------------------------------------------------------------------------------------------------


def test_a_due_time_reads_as_people_say_it() -> None:
    found = difference(("P14D", "P10D"))
    assert found.words == ("Tenggat 'Penyusunan PK' berubah dari 14 hari menjadi 10 hari.",)
    change = only(found)
    assert (change.kind, change.element, change.name) == ("changed", "penyusunan_pk", "Penyusunan PK")
    assert change.what[0][:3] == ("tenggat", "14 hari", "10 hari")


STEP = """<userTask id="reviu" name="Reviu Biro Perencanaan"><extensionElements><spiffworkflow:properties>
<spiffworkflow:property name="due" value="hari_kerja(2)"/></spiffworkflow:properties></extensionElements>
<incoming>f_ke_eselon</incoming><outgoing>f_reviu</outgoing></userTask>
<sequenceFlow id="f_reviu" sourceRef="reviu" targetRef="review_eselon_1"/>"""
REF = "<flowNodeRef>review_eselon_1</flowNodeRef>"
ADDED = (
    (REF, REF + "<flowNodeRef>reviu</flowNodeRef>"),
    ('sourceRef="tte_kepala" targetRef="review_eselon_1"', 'sourceRef="tte_kepala" targetRef="reviu"'),
    ("<incoming>f_ke_eselon</incoming>", "<incoming>f_reviu</incoming>"),
    ('<sequenceFlow id="f_arsip"', STEP + '<sequenceFlow id="f_arsip"'),
)


def test_a_new_step_is_told_with_its_lane_and_its_neighbours() -> None:
    found = difference(*ADDED)
    assert found.words == (
        "Panah dari 'TTE Kepala Satker' ke 'Review dan tandatangani PK' sekarang menuju 'Reviu Biro Perencanaan'.",
        "Tugas 'Reviu Biro Perencanaan' ditambahkan di jalur 'Eselon 1', sesudah 'TTE Kepala Satker', sebelum "
        "'Review dan tandatangani PK'.",
        "Tugas 'Reviu Biro Perencanaan' berisi tenggat 2 hari kerja.",
        "Panah dari 'Reviu Biro Perencanaan' ke 'Review dan tandatangani PK' ditambahkan.",
    )
    assert found.counts == (2, 1, 0, 0)


def test_a_step_that_goes_is_told_as_removed() -> None:
    new = PK
    for before, after in ADDED:
        new = new.replace(before, after)
    found = compare({"pk.bpmn": new}, {"pk.bpmn": PK})
    assert "Tugas 'Reviu Biro Perencanaan' dihapus dari jalur 'Eselon 1'." in found.words
    assert found.counts == (0, 1, 2, 0)


def test_conditions_operators_parameters_and_codes() -> None:
    assert said(("kepala.keputusan == 'setuju'", "kepala.keputusan != 'tolak'")) == [
        "Syarat panah 'disetujui' dari 'Disetujui Kepala Satker?' ke 'TTE Kepala Satker' berubah dari "
        "“kepala.keputusan == 'setuju'” menjadi “kepala.keputusan != 'tolak'”."
    ]
    assert said(('"lembar.tempat.pihak_pertama"', '"lembar.tempat.lain"')) == [
        "Parameter 'tempat' pada 'TTE Kepala Satker' berubah dari “lembar.tempat.pihak_pertama” menjadi "
        "“lembar.tempat.lain”."
    ]
    assert said(('errorRef="err_isi"', 'errorRef="err_passphrase"')) == [
        "Kesalahan 'Isi belum lengkap' berubah dari 'ISI_LEMBAR' menjadi 'PASSPHRASE_SALAH'."
    ]
    assert said(('default="f_ubah"', 'default="f_buat"')) == [
        "Panah bawaan 'Data sudah sesuai?' berubah dari panah 'belum, ubah' dari 'Data sudah sesuai?' ke "
        "'Penyusunan PK' menjadi panah 'sudah' dari 'Data sudah sesuai?' ke 'Buat draft PDF Lembar PK'."
    ]
    assert said(("hari_kerja(3)</timeDate>", "hari_kerja(4)</timeDate>")) == [
        "Waktu '3 hari kerja' berubah dari 3 hari kerja menjadi 4 hari kerja."
    ]


def test_a_step_in_another_lane_and_a_lane_of_another_name() -> None:
    ref = "<flowNodeRef>cek_tte</flowNodeRef>"
    moved = (
        ("<flowNodeRef>review_eselon_1</flowNodeRef>", ""),
        (ref, ref + "<flowNodeRef>review_eselon_1</flowNodeRef>"),
    )
    assert said(*moved) == ["'Review dan tandatangani PK' pindah jalur dari 'Eselon 1' ke 'Sistem'."]
    assert said(('name="Eselon 1"', 'name="Eselon Satu"')) == ["Jalur 'Eselon 1' sekarang bernama 'Eselon Satu'."]


def test_fields_of_a_form_choice_by_choice() -> None:
    """Everything that a declared field has."""
    first = '<camunda:value id="ok" name="Setuju"/>'
    second = '<camunda:value id="no" name="Ditolak"/>'
    assert said((second, second + '<camunda:value id="x" name="Tunda"/>'), old=RICH) == [
        "Pilihan 'Tunda' pada isian 'Putusan' ditambahkan pada 'Isi'."
    ]
    assert said((first, "@"), (second, first), ("@", second), old=RICH) == [
        "Urutan pilihan isian 'Putusan' 'Isi' berubah menjadi pilihan 'Ditolak' pada isian 'Putusan', "
        "pilihan 'Setuju' pada isian 'Putusan'."
    ]
    assert said(('config="true"', 'config="false"'), old=RICH) == [
        "Wajib diisi pada isian 'Putusan' pada 'Isi' berubah dari ya menjadi tidak."
    ]
    required = '<camunda:validation><camunda:constraint name="required" config="true"/></camunda:validation>'
    assert said((required, ""), old=RICH) == ["Isian 'Putusan' pada 'Isi' sekarang boleh kosong."]
    assert said(("Pilih satu", "Pilih dua"), old=RICH) == [
        "Bantuan pada isian 'Putusan' pada 'Isi' berubah dari “Pilih satu” menjadi “Pilih dua”."
    ]


def test_what_only_moves_is_marked_as_without_effect() -> None:
    found = difference(('x="450" y="200"', 'x="460" y="210"'))
    assert only(found).kind == "moved"
    assert not found.effective
    assert found.words == ("Tugas 'Penyusunan PK': hanya letaknya di gambar yang berubah.",)


def test_the_order_in_which_a_gateway_asks_counts() -> None:
    """The engine asks conditions in the order of the file."""
    flows = [f'<sequenceFlow id="{i}" sourceRef="g" targetRef="{i}t"/>' for i in "ab"]
    nodes = '<exclusiveGateway id="g" name="Mana?"/><task id="at" name="A"/><task id="bt" name="B"/>'
    one, other = (f"<process id='p'>{nodes}{''.join(f)}</process>" for f in (flows, flows[::-1]))
    wrap = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL">{}</definitions>'
    found = compare({"a.bpmn": wrap.format(one)}, {"a.bpmn": wrap.format(other)})
    assert found.words == ("Urutan panah 'Mana?' berubah menjadi ke 'B', ke 'A'.",)


# ---- another id, another file, no file -----------------------------------------------------------------------------


def test_another_id_is_a_new_name_and_not_another_step() -> None:
    found = compare({"pk.bpmn": PK}, {"pk.bpmn": re.sub(r"\bperbaiki_registrasi\b", "periksa", PK)})
    assert found.words == ("Tugas 'Periksa registrasi TTE' sekarang ber-id 'periksa' (dulu 'perbaiki_registrasi').",)
    assert (only(found).kind, only(found).element, only(found).was) == ("changed", "periksa", "perbaiki_registrasi")


@pytest.mark.parametrize("old", ["gw_ulang_kepala", "f_setuju", "lane_eselon", "err_isi", "cek_gagal", "kementerian"])
def test_every_kind_of_id_may_change(old: str) -> None:
    found = compare({"pk.bpmn": PK}, {"pk.bpmn": re.sub(rf"\b{old}\b", "nama_lain", PK)})
    assert [(c.kind, c.was, c.element) for c in found.changes] == [("changed", old, "nama_lain")], found.words


def test_two_of_a_kind_that_change_ids_are_not_guessed() -> None:
    nodes = '<task id="{0}1" name="Sama"/><task id="{0}2" name="Sama"/>'
    wrap = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process id="p">{}</process></definitions>'
    found = compare({"a.bpmn": wrap.format(nodes.format("a"))}, {"a.bpmn": wrap.format(nodes.format("b"))})
    assert found.counts == (2, 0, 2, 0)


def test_files_come_go_and_change_names() -> None:
    assert compare({}, {"pk.bpmn": PK}).words[0] == "Berkas 'pk.bpmn' ditambahkan."
    assert compare({"pk.bpmn": PK}, {"lain.bpmn": PK}).words == ("Berkas 'pk.bpmn' sekarang bernama 'lain.bpmn'.",)
    found = compare({"pk.bpmn": PK, "a.txt": "1"}, {"pk.bpmn": PK, "a.txt": "2"})
    assert found.words == ("Isi berkas 'a.txt' berubah dari “1” menjadi “2”.",)


@pytest.mark.parametrize(
    "broken", ["", "<", PK[:5000], "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "<a>" * 100 + "</a>" * 100, "\0"]
)
def test_a_file_that_cannot_be_read_is_said_to_be_so(broken: str) -> None:
    for old, new in ((PK, broken), (broken, PK)):
        found = compare({"pk.bpmn": old, "b.bpmn": RICH}, {"pk.bpmn": new, "b.bpmn": RICH.replace("Isi", "Tulis")})
        assert len(found.problems) == 1
        assert "tidak dapat dibaca" in found.problems[0]
        assert "Tugas 'Isi' sekarang bernama 'Tulis'." in found.words  # the rest is compared all the same
    assert compare({"a.bpmn": broken}, {"a.bpmn": broken}).changes == ()


DMN = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="K" namespace="x">
<decision id="k" name="Besar pagu"><decisionTable hitPolicy="FIRST">
<input label="Pagu"><inputExpression><text>pagu</text></inputExpression></input><output label="Jalur" name="jalur"/>
<rule id="r1"><inputEntry><text>&lt; 10</text></inputEntry><outputEntry><text>"biasa"</text></outputEntry></rule>
<rule id="r2"><inputEntry><text>-</text></inputEntry><outputEntry><text>"khusus"</text></outputEntry></rule>
</decisionTable></decision></definitions>"""


def test_decision_tables_cell_by_cell() -> None:
    def table(*changes: tuple[str, str]) -> tuple[str, ...]:
        new = DMN
        for before, after in changes:
            new = new.replace(before, after)
        return compare({"k.dmn": DMN}, {"k.dmn": new}).words

    assert table(('"khusus"', '"istimewa"')) == (
        "Kolom 'Jalur' baris 2 pada tabel keputusan 'Besar pagu' berubah dari “\"khusus\"” menjadi “\"istimewa\"”.",
    )
    row = '<rule id="r3"><inputEntry><text>1</text></inputEntry><outputEntry><text>2</text></outputEntry></rule>'
    assert table(("</decisionTable>", row + "</decisionTable>")) == (
        "Baris 3 ditambahkan pada tabel keputusan 'Besar pagu': kolom 'Pagu' “1”, kolom 'Jalur' “2”.",
    )
    silent, done = unsaid_dmn()
    assert (silent, done > 30) == ([], True)


def unsaid_dmn() -> tuple[list[str], int]:
    done = [
        (what, compare({"k.dmn": DMN}, {"k.dmn": etree.tostring(damaged)}).words)
        for what, damaged in mutations(etree.fromstring(DMN.encode()))
    ]
    return [what for what, words in done if not words], len(done)


# ---- quickly -------------------------------------------------------------------------------------------------------


def test_a_pk_is_compared_at_once() -> None:
    began = time.process_time()
    for _ in range(5):
        difference(*ADDED)
    assert (time.process_time() - began) / 5 < 0.05  # half of it on a quiet machine


ALONE = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL">{}</definitions>'


def _tasks(name: str, n: int = 12_000) -> str:
    inside = "".join(f'<task id="{name.format(i)}" name="n{i}"/>' for i in range(n))
    return ALONE.format(f"<process id='p'>{inside}</process>")


@pytest.mark.parametrize(("old", "new"), [("a{}", "b{}"), ("a{}", "a"), ("a", "a{}")])
def test_no_file_holds_the_comparison(old: str, new: str) -> None:
    """Nearly as many elements as a file may have, all renamed, or all of one id: seconds, not minutes."""
    began = time.process_time()
    assert compare({"a.bpmn": _tasks(old)}, {"a.bpmn": _tasks(new)}).words
    assert time.process_time() - began < 10
