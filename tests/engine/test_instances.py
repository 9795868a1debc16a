"""Several times the same: multi-instance activities, loops, subprocesses, called processes."""

from __future__ import annotations

import pytest

from app.errors import StepFailed
from tests.engine.diagrams import Diagram
from tests.engine.people import Case

EACH = (
    '<multiInstanceLoopCharacteristics isSequential="{sequential}"><loopDataInputRef>satker</loopDataInputRef>{more}'
    "</multiInstanceLoopCharacteristics>"
)
COLLECT = '<loopDataOutputRef>jawaban</loopDataOutputRef><inputDataItem id="unit"/><outputDataItem id="jawab"/>'
ITEM = '<inputDataItem id="unit"/>'


def each(more: str, sequential: bool = False) -> Diagram:
    """Ask every satker, then review; the review may ask for another round."""
    d = Diagram()
    d.xor("lagi")
    d.xor("cukup", default="belum")
    inside = EACH.format(sequential=str(sequential).lower(), more=more)
    d.chain(d.start(), "lagi", d.node("userTask", "tanya", inside=inside), d.user("periksa"), "cukup")
    d.flow("cukup", "lagi", id="belum")
    d.flow("cukup", d.end(), "putusan == 'ya'")
    return d


def answer(case: Case, **values: object) -> None:
    """Each open instance answers under its own unit's name."""
    while case.step.user_tasks and case.step.user_tasks[0].element == "tanya":
        unit = case.shown("tanya")["unit"]
        case.submit("tanya", jawab=values[unit])


@pytest.mark.parametrize("sequential", [False, True])
def test_answers_of_all_instances_are_collected_round_after_round(sequential):
    case = Case(each(COLLECT, sequential).load(), satker=["a", "b", "c"])
    assert case.open == (["tanya"] if sequential else ["tanya"] * 3)
    for n in range(3):
        answer(case, a=n, b=n + 1, c=n + 2)
        assert case.open == ["periksa"]
        assert case.shown("periksa")["jawaban"] == [n, n + 1, n + 2] == case.step.data["jawaban"]
        assert "unit" not in case.step.data and "jawab" not in case.step.data
        case.submit("periksa", putusan="tidak")
    answer(case, a=7, b=8, c=9)
    assert case.submit("periksa", putusan="ya").ended
    assert case.step.data == {"satker": ["a", "b", "c"], "jawaban": [7, 8, 9], "putusan": "ya"}


@pytest.mark.parametrize("sequential", [False, True])
def test_without_an_output_item_an_instance_changes_whole_keys_and_others_stale_copies_change_nothing(sequential):
    case = Case(each(ITEM, sequential).load(), satker=["a", "b"], baris=[{"n": 1}, {"n": 2}], judul="lama")
    case.submit("tanya", judul="baru", baris=[{"n": 3}])
    case.submit("tanya")
    assert case.shown("periksa") == {"satker": ["a", "b"], "baris": [{"n": 3}], "judul": "baru"}
    case.submit("periksa", putusan="tidak")
    assert case.open[0] == "tanya"


def test_instances_end_early_when_the_diagram_says_so():
    more = COLLECT + "<completionCondition>jawab == 'stop'</completionCondition>"
    case = Case(each(more).load(), satker=["a", "b", "c"])
    case.submit("tanya", jawab="stop")
    assert case.open == ["periksa"] and case.shown("periksa")["jawaban"] == ["stop"]


def test_nobody_to_ask_is_no_instance():
    case = Case(each(COLLECT).load(), satker=[])
    assert case.open == ["periksa"]


def test_each_instance_of_a_subprocess_has_data_of_its_own():
    body = Diagram()
    body.parallel("bagi")
    body.parallel("temu")
    body.chain(body.start("m"), "bagi", body.user("isi"), "temu", body.user("sah"), body.end("s"))
    body.chain("bagi", body.user("baca"), "temu")
    d = Diagram()
    d.chain(d.start(), d.sub("per_unit", body, inside=EACH.format(sequential="false", more=COLLECT)))
    d.chain("per_unit", d.user("akhir"), d.end())
    case = Case(d.load(), satker=["a", "b"])
    for task in [t for t in case.step.user_tasks if t.element == "isi"]:
        unit = case.read().task_data[task.id]["unit"]
        case.task = lambda element, task=task: task
        case.submit("isi", jawab=f"dari {unit}")
        del case.task
    case.submit("baca")
    case.submit("baca")
    shown = [case.read().task_data[t.id] for t in case.step.user_tasks]
    assert [(s["unit"], s["jawab"]) for s in shown] == [("a", "dari a"), ("b", "dari b")]
    case.submit("sah")
    case.submit("sah")
    assert case.shown("akhir") == {"satker": ["a", "b"], "jawaban": ["dari a", "dari b"]}


def test_a_loop_activity_repeats_while_its_condition_holds_and_keeps_its_size():
    d = Diagram()
    condition = "<loopCondition>isi(lagi, True)</loopCondition>"
    inside = f'<standardLoopCharacteristics loopMaximum="90">{condition}</standardLoopCharacteristics>'
    d.chain(d.start(), d.node("userTask", "coba", inside=inside), d.user("akhir"), d.end())
    case = Case(d.load())
    sizes = []
    for n in range(50):
        case.submit("coba", ke=n, lagi=True)
        sizes.append(len(case.step.state))
        assert case.step.data == {"ke": n, "lagi": True}
    assert max(sizes[10:]) - min(sizes[10:]) < 5
    case.submit("coba", lagi=False)
    assert case.shown("akhir") == {"ke": 49, "lagi": False}


def test_forty_rounds_through_a_subprocess_leave_nothing_behind():
    body = Diagram()
    body.chain(body.start("m"), body.user("isi"), body.service("cek", result="cek"), body.end("s"))
    d = Diagram()
    d.xor("lagi")
    d.xor("cukup", default="belum")
    d.chain(d.start(), "lagi", d.sub("dalam", body), d.user("periksa"), "cukup")
    d.flow("cukup", "lagi", id="belum")
    d.flow("cukup", d.end(), "putusan == 'ya'")
    case = Case(d.load())
    sizes = set()
    for n in range(40):
        case.submit("isi", ke=100 + n)
        case.finish("cek", True)
        assert case.shown("periksa")["ke"] == 100 + n
        case.submit("periksa", putusan="belum")
        sizes.add(len(case.step.state))
    assert len(sizes) <= 2


def called(io: str = "") -> Diagram:
    other = Diagram("dipanggil")
    if io:
        other.parts.append(io)
    other.chain(other.start("m2"), other.user("di_sana", lane="Eselon 1"), other.end("s2"))
    return other


def test_a_called_process_has_lanes_of_its_own_and_shares_the_data():
    d = Diagram()
    d.chain(d.start(), d.call("panggil", "dipanggil"), d.user("akhir"), d.end())
    case = Case(d.load(called()), tahun=2025)
    assert case.task("di_sana").lane == "Eselon 1"
    case.submit("di_sana", hasil=1)
    assert case.shown("akhir") == {"tahun": 2025, "hasil": 1}


def test_a_called_process_that_declares_what_it_takes_and_gives_gets_and_gives_only_that():
    io = (
        '<ioSpecification><dataInput id="tahun"/><dataOutput id="hasil"/><inputSet><dataInputRefs>tahun</dataInputRefs>'
        "</inputSet><outputSet><dataOutputRefs>hasil</dataOutputRefs></outputSet></ioSpecification>"
    )
    d = Diagram()
    d.chain(d.start(), d.call("panggil", "dipanggil"), d.user("akhir"), d.end())
    case = Case(d.load(called(io)), tahun=2025, rahasia="x")
    assert case.shown("di_sana") == {"tahun": 2025}
    case.submit("di_sana", hasil=1, coretan="y")
    assert case.shown("akhir") == {"tahun": 2025, "rahasia": "x", "hasil": 1} == case.step.data


def test_a_subprocess_inherits_the_lane_it_stands_in():
    body = Diagram()
    body.chain(body.start("m"), body.user("isi"), body.end("s"))
    d = Diagram()
    d.chain(d.start(), d.sub("dalam", body, lane="Kepala Satker"), d.end())
    assert Case(d.load()).task("isi").lane == "Kepala Satker"


def test_a_decision_table_writes_whole_keys():
    rules = "".join(
        f'<rule id="r{i}"><inputEntry id="a{i}"><text>{when}</text></inputEntry>'
        f'<outputEntry id="b{i}"><text>"{then}"</text></outputEntry></rule>'
        for i, (when, then) in enumerate([("&gt; 90", "AA"), ("&lt;= 90", "A")])
    )
    table = (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="dd" name="dd" namespace="n">'
        '<decision id="nilai" name="nilai"><decisionTable id="dt"><input id="i" label="skor">'
        '<inputExpression id="ie" typeRef="number"><text>skor</text></inputExpression></input>'
        '<output id="o" label="predikat" name="predikat" typeRef="string"/>'
        f"{rules}</decisionTable></decision></definitions>"
    ).encode()
    d = Diagram()
    extension = "<spiffworkflow:calledDecisionId>nilai</spiffworkflow:calledDecisionId>"
    d.chain(d.start(), d.node("businessRuleTask", "hitung", extension=extension), d.user("akhir"), d.end())
    definition = d.load(**{"nilai.dmn": table})
    assert Case(definition, skor=95, predikat="?").step.data["predikat"] == "AA"
    assert Case(definition, skor=70).shown("akhir")["predikat"] == "A"


@pytest.mark.parametrize("satker", ["teks", 7, None, list(range(501))])
def test_only_a_list_of_bearable_length_can_be_gone_through(satker):
    with pytest.raises(StepFailed) as refusal:
        Case(each(COLLECT).load(), satker=satker)
    assert (refusal.value.element, refusal.value.expression) == ("tanya", "satker")


@pytest.mark.parametrize("times", ["banyak", "0 - 1", "100000", "1.5"])
def test_only_a_bearable_number_of_times_can_be_counted(times):
    d = Diagram()
    count = f"<loopCardinality>{times}</loopCardinality>"
    inside = f"<multiInstanceLoopCharacteristics>{count}</multiInstanceLoopCharacteristics>"
    d.chain(d.start(), d.node("userTask", "tanya", inside=inside), d.end())
    with pytest.raises(StepFailed) as refusal:
        Case(d.load_unchecked(), banyak="dua")
    assert refusal.value.element == "tanya"


def test_a_service_is_called_for_each_and_one_that_fails_takes_the_error_path():
    d = Diagram()
    operator = (
        '<spiffworkflow:serviceTaskOperator id="uji.kirim" resultVariable="hasil"><spiffworkflow:parameters>'
        '<spiffworkflow:parameter id="unit" type="any" value="unit"/></spiffworkflow:parameters>'
        "</spiffworkflow:serviceTaskOperator>"
    )
    more = '<loopDataOutputRef>semua</loopDataOutputRef><inputDataItem id="unit"/><outputDataItem id="hasil"/>'
    inside = EACH.format(sequential="false", more=more)
    d.chain(d.start(), d.node("serviceTask", "kirim", extension=operator, inside=inside), d.user("akhir"), d.end())
    d.boundary("gagal", "kirim", d.error("putus"))
    d.chain("gagal", d.user("hubungi"), d.end("dihubungi"))
    definition = d.load()
    case = Case(definition, satker=["a", "b"])
    assert [c.params for c in case.step.calls] == [{"unit": "a"}, {"unit": "b"}]
    case.finish("kirim", 1)
    case.finish("kirim", 2)
    assert case.shown("akhir") == {"satker": ["a", "b"], "semua": [1, 2]}
    case = Case(definition, satker=["a", "b"])
    case.finish("kirim", 1)
    case.fail("kirim", "putus")
    assert case.open == ["hubungi"] and case.submit("hubungi").ended


def test_a_data_object_is_kept_apart_from_the_forms():
    d = Diagram()
    d.parts.append('<dataObject id="nomor"/><dataObjectReference id="ref" dataObjectRef="nomor"/>')
    writes = "<dataOutputAssociation id='o'><targetRef>ref</targetRef></dataOutputAssociation>"
    reads = "<dataInputAssociation id='i'><sourceRef>ref</sourceRef></dataInputAssociation>"
    d.chain(d.start(), d.node("userTask", "isi", inside=writes), d.user("lain"))
    d.chain("lain", d.node("userTask", "lihat", inside=reads), d.end())
    case = Case(d.load())
    case.submit("isi", nomor=7, judul="x")
    assert case.shown("lain") == {"judul": "x"}
    case.submit("lain")
    assert case.shown("lihat") == {"judul": "x", "nomor": 7}
    assert case.submit("lihat").ended
