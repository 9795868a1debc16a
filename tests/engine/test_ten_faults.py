"""One diagram with ten different faults: ten sentences at once, each with its element and its line."""

from __future__ import annotations

from app.engine.checks import Vocabulary
from app.engine.quarantine import LOAD, prepare_in_child

WORDS = Vocabulary(
    forms=frozenset({"draft_pk", "input_passphrase"}),
    operators=frozenset({"tte.sign", "arsip.simpan"}),
    roles=frozenset({"Operator Satker"}),
    attended=frozenset({"tte.sign"}),
    secret_forms=frozenset({"input_passphrase"}),
    writes={"draft_pk": frozenset({"pk"}), "input_passphrase": frozenset({"kepala"})},
    reads={"input_passphrase": frozenset({"lembar"})},
)
HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:s="http://spiffworkflow.org/bpmn/schema/1.0/core" targetNamespace="t">\n'
    '<process id="p" isExecutable="true">\n'
)
LINES = """
<laneSet><lane name="Operator Satker"><flowNodeRef>susun</flowNodeRef><flowNodeRef>ttd</flowNodeRef>
<flowNodeRef>lupa</flowNodeRef></lane>
<lane name="Kepala Satkr"><flowNodeRef>mulai</flowNodeRef></lane></laneSet>
<startEvent id="mulai"/>
<userTask id="susun"><extensionElements><s:properties>
<s:property name="form" value="draf_pk"/></s:properties></extensionElements></userTask>
<userTask id="ttd"><extensionElements><s:properties>
<s:property name="form" value="input_passphrase"/></s:properties></extensionElements></userTask>
<intermediateCatchEvent id="tunda"><timerEventDefinition>
<timeDuration>P1D</timeDuration></timerEventDefinition></intermediateCatchEvent>
<serviceTask id="tte"><extensionElements><s:serviceTaskOperator id="tte.sign"/></extensionElements></serviceTask>
<serviceTask id="arsip"><extensionElements><s:serviceTaskOperator id="arsip.simpen"/></extensionElements></serviceTask>
<exclusiveGateway id="gw" default="f9"/>
<scriptTask id="hitung"><script>import os</script></scriptTask>
<userTask id="lupa"/>
<complexGateway id="rumit"/>
<endEvent id="selesai"/>
<sequenceFlow id="f1" sourceRef="mulai" targetRef="susun"/>
<sequenceFlow id="f2" sourceRef="susun" targetRef="ttd"/>
<sequenceFlow id="f3" sourceRef="ttd" targetRef="tunda"/>
<sequenceFlow id="f4" sourceRef="tunda" targetRef="tte"/>
<sequenceFlow id="f5" sourceRef="tte" targetRef="arsip"/>
<sequenceFlow id="f6" sourceRef="arsip" targetRef="gw"/>
<sequenceFlow id="f7" sourceRef="gw" targetRef="hitung">
<conditionExpression>entah == 1</conditionExpression></sequenceFlow>
<sequenceFlow id="f8" sourceRef="hitung" targetRef="selesai"/>
<sequenceFlow id="f9" sourceRef="gw" targetRef="selesai"/>
""".strip()

EXPECTED = (
    ("mulai", "Peran (jalur) 'Kepala Satkr' tidak dikenal"),
    ("susun", "Formulir 'draf_pk' tidak dikenal. Mungkin draft_pk?"),
    ("ttd", "Formulir 'input_passphrase' membaca 'lembar'"),
    ("tte", "Passphrase tidak sampai ke layanan ini: sebelumnya ada 'tunda'"),
    ("tte", "tidak ada jalan kembali ke formulir passphrase"),
    ("arsip", "Layanan 'arsip.simpen' tidak dikenal. Mungkin arsip.simpan?"),
    ("f7", "Syarat panah ini membaca 'entah', yang tidak ditulis langkah mana pun sebelumnya"),
    ("hitung", "Skrip belum dapat dijalankan"),
    ("lupa", "Elemen ini tidak pernah dicapai"),
    ("rumit", "Elemen complexGateway tidak didukung"),
)


def test_ten_faults_get_ten_sentences_at_once() -> None:
    data = (HEAD + LINES + "</process></definitions>").encode()
    found = prepare_in_child({"p.bpmn": data}, WORDS, load=LOAD, seconds=30.0).problems
    lines = data.decode().split("\n")
    for element, words in EXPECTED:
        told = [p for p in found if p.element == element and words in p.message and p.level == "error"]
        assert len(told) == 1, (element, words, [str(p) for p in found])
        assert f'id="{element}"' in lines[told[0].line - 1]
        assert told[0].message.endswith((".", "?"))
    assert len([p for p in found if p.level == "error"]) == len(EXPECTED), [str(p) for p in found]
