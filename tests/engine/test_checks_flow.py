"""Faults of the drawn flow and of what is evaluated in it: events, texts, gateways, decision tables."""

from __future__ import annotations

import pytest

from app.engine.checks import prepare
from tests.engine.drawing import (
    END,
    GATEWAY,
    JOINED,
    START,
    catching,
    chain,
    document,
    errors,
    event,
    flow,
    look,
    properties,
    refused,
    repeated,
    service,
    simple,
    spiff,
    task,
    timer,
)

# --- events


@pytest.mark.parametrize(
    ("kind", "definition"),
    [
        ("startEvent", "error"),
        ("startEvent", "escalation"),
        ("startEvent", "compensate"),
        ("endEvent", "signal"),
        ("endEvent", "compensate"),
        ("endEvent", "link"),
        ("endEvent", "cancel"),
        ("intermediateThrowEvent", "compensate"),
        ("intermediateThrowEvent", "link"),
        ("intermediateThrowEvent", "timer"),
        ("intermediateCatchEvent", "link"),
        ("intermediateCatchEvent", "error"),
        ("boundaryEvent", "compensate"),
        ("boundaryEvent", "link"),
        ("boundaryEvent", "cancel"),
    ],
)
def test_events_the_engine_would_pass_silently_are_refused(kind: str, definition: str) -> None:
    found = errors(look(event(kind, f"<{definition}EventDefinition/>")))
    assert [e for e, m in found if e == "e" and ("tidak didukung" in m or "hanya" in m)], found


@pytest.mark.parametrize("kind", ["intermediateCatchEvent", "boundaryEvent"])
def test_events_that_wait_for_nothing_are_refused(kind: str) -> None:
    refused(event(kind, ""), "e", "tanpa jenis")


@pytest.mark.parametrize(
    ("kind", "definition"),
    [
        ("boundaryEvent", "error"),
        ("boundaryEvent", "escalation"),
        ("endEvent", "error"),
        ("intermediateCatchEvent", "message"),
        ("intermediateThrowEvent", "signal"),
    ],
)
def test_references_must_be_there(kind: str, definition: str) -> None:
    refused(event(kind, f'<{definition}EventDefinition {definition}Ref="tiada"/>'), "e", "'tiada'")
    named = f'<{definition} id="ada" name="ada" errorCode="X"/>'
    assert errors(look(event(kind, f'<{definition}EventDefinition {definition}Ref="ada"/>', named))) == []


def test_messages_need_names() -> None:
    refused(event("intermediateCatchEvent", "<messageEventDefinition/>"), "e", "messageRef")
    refused(event("endEvent", "<errorEventDefinition/>"), "e", "menyebut kesalahannya")
    refused(simple(beside='<message id="m"/>'), "m", "tanpa nama")
    refused(simple(beside='<error errorCode="x"/>'), "", "tanpa id")


def test_boundary_events_sit_on_activities() -> None:
    refused(
        event("boundaryEvent", "<timerEventDefinition/>").replace(b'attachedToRef="a"', b'attachedToRef="mulai"'),
        "e",
        "Tempelkan",
    )
    refused(event("boundaryEvent", "<timerEventDefinition/>"), "e", "lebih dari satu")


def test_definitions_hidden_deeper_are_refused() -> None:
    hidden = "<extensionElements><timerEventDefinition/></extensionElements>"
    refused(event("startEvent", hidden), "e", "terselip")


def test_conditional_events_need_a_condition() -> None:
    refused(event("intermediateCatchEvent", "<conditionalEventDefinition/>"), "e", "syarat")


# --- texts


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('"P99999999999M"', "timeDuration"),
        ("P99999999999M", "timeDuration"),
        ('"besok"', "timeDuration"),
        ("__import__('os')", "timeDuration"),
        ('"2025-13-01"', "timeDate"),
        ('"9999-01-01"', "timeDate"),
        ("R/PT1S", "timeCycle"),
        ("R99999/P1D", "timeCycle"),
        ("R3/PT1S", "timeCycle"),
        ("R3/2025-01-01/2025-01-02", "timeCycle"),
        ("'0 0 * * *'", "timeCycle"),
        ("", "timeDuration"),
    ],
)
def test_times_that_are_none_are_refused(text: str, kind: str) -> None:
    refused(timer(text, kind), "t", "Waktu")


@pytest.mark.parametrize(
    "data",
    [
        document(GATEWAY + flow("g", "a", "__import__('os')") + flow("g", "b") + JOINED),
        simple('<scriptTask id="t"><script>import os</script></scriptTask>', ("t",)),
        simple(task("a", spiff("preScript", "open('x')"))),
        simple(task("a", spiff("postScript", "x.y()"))),
        simple(task("a", repeated("<loopCardinality>9**9</loopCardinality>"))),
        simple(
            task("a", repeated("<loopCardinality>3</loopCardinality><completionCondition>f()</completionCondition>"))
        ),
        simple(
            task("a", "<standardLoopCharacteristics><loopCondition>x.y()</loopCondition></standardLoopCharacteristics>")
        ),
        event(
            "intermediateCatchEvent",
            "<conditionalEventDefinition><condition>f()</condition></conditionalEventDefinition>",
        ),
        event(
            "intermediateThrowEvent",
            '<messageEventDefinition messageRef="m"><extensionElements><spiffworkflow:messagePayload>exit()'
            "</spiffworkflow:messagePayload></extensionElements></messageEventDefinition>",
            '<message id="m" name="m"/>',
        ),
        simple(service("s", "a.b", '<spiffworkflow:parameter id="x" type="any" value="open(1)"/>'), ("s",)),
        simple(task("a", properties(due="besok()"))),
        simple(task("a", properties(due="P99Y"))),
        simple(task("a", properties(retries="banyak"))),
    ],
)
def test_code_is_refused_at_every_door(data: bytes) -> None:
    assert errors(look(data))


def test_due_takes_durations_and_working_days() -> None:
    for due in ("P14D", "hari_kerja(3)", "pk.tenggat"):
        assert look(simple(task("a", properties(due=due)))).problems == ()


# --- gateways


def test_conditions_that_may_all_be_false_need_a_default() -> None:
    refused(document(GATEWAY + flow("g", "a", "x == 1") + flow("g", "b", "x == 2") + JOINED), "g", "jalan bawaan")
    for yes, no in (
        ("x == 1", "x != 1"),
        ("x", "not x"),
        ("not (x)", "x"),
        ("x &lt; 3", "x &gt;= 3"),
        ("x in y", "x not in y"),
    ):
        assert errors(look(document(GATEWAY + flow("g", "a", yes) + flow("g", "b", no) + JOINED))) == []


def test_gateways_without_conditions_are_refused() -> None:
    refused(document(GATEWAY + flow("g", "a") + flow("g", "b") + JOINED), "f_g_a", "syarat")


def test_a_default_must_leave_its_gateway() -> None:
    data = document(
        (GATEWAY + flow("g", "a", "x") + flow("g", "b", "y") + JOINED).replace('id="g"', 'id="g" default="lain"')
    )
    refused(data, "g", "'lain'")


def test_conditions_where_nobody_looks_are_refused() -> None:
    refused(
        document(START + task("a") + END + flow("mulai", "a") + flow("a", "selesai", "x == 1")),
        "f_a_selesai",
        "diabaikan",
    )
    refused(
        document(START + task("a") + END + flow("mulai", "a", "x") + flow("a", "selesai")), "f_mulai_a", "diabaikan"
    )
    two = (
        START
        + task("a")
        + task("b")
        + END
        + flow("mulai", "a")
        + flow("a", "b", "x")
        + flow("a", "selesai")
        + flow("b", "selesai")
    )
    refused(document(two), "f_a_b", "diabaikan")


def test_after_an_event_gateway_come_events() -> None:
    body = START + '<eventBasedGateway id="g"/>' + task("a") + END + chain("mulai", "g", "a", "selesai")
    refused(document(body), "f_g_a", "gateway kejadian")


@pytest.mark.parametrize("split", ["exclusiveGateway", "eventBasedGateway"])
def test_an_exclusive_split_into_a_parallel_join_is_refused(split: str) -> None:
    body = (
        START + f'<{split} id="g"/>' + catching("a") + catching("b") + '<parallelGateway id="j"/>' + END
        + flow("mulai", "g") + flow("g", "a", "" if "event" in split else "x") + flow("g", "b")
        + flow("a", "j") + flow("b", "j") + flow("j", "selesai")
    )  # fmt: skip
    refused(document(body), "j", "hanya satu yang datang")


def test_a_boundary_event_and_its_task_do_not_meet_at_a_parallel_join() -> None:
    body = (
        START + task("a") + '<boundaryEvent id="e" attachedToRef="a"><timerEventDefinition>'
        + '<timeDuration>"P1D"</timeDuration></timerEventDefinition></boundaryEvent><parallelGateway id="j"/>' + END
        + chain("mulai", "a", "j", "selesai") + flow("e", "j")
    )  # fmt: skip
    refused(document(body), "j", "hanya satu yang datang")
    assert errors(look(document(body.replace('id="e"', 'id="e" cancelActivity="false"')))) == []


def test_parallel_branches_that_meet_without_a_join_are_mentioned() -> None:
    body = START + '<parallelGateway id="g"/>' + task("a") + task("b") + task("c") + END
    body += (
        flow("mulai", "g") + flow("g", "a") + flow("g", "b") + flow("a", "c") + flow("b", "c") + flow("c", "selesai")
    )
    found = look(document(body)).problems
    assert [(p.element, p.level) for p in found] == [("c", "warning")]


def test_what_is_never_reached_is_refused() -> None:
    refused(simple(task("a") + task("z"), more=flow("z", "a")), "z", "tidak pernah dicapai")


def test_flows_into_starts_and_out_of_ends_are_refused() -> None:
    refused(simple(more=flow("a", "mulai")), "mulai", "panah masuk")
    refused(simple(more=flow("selesai", "a")), "selesai", "panah keluar")


def test_a_round_that_waits_for_nobody_is_refused() -> None:
    body = START + '<exclusiveGateway id="g"/><scriptTask id="t"><script>x = 1</script></scriptTask>' + END
    body += flow("mulai", "t") + flow("t", "g") + flow("g", "t", "x == 1") + flow("g", "selesai")
    found = errors(look(document(body)))
    assert [m for e, m in found if e in ("g", "t") and "berputar" in m], found


def test_a_round_through_a_person_is_fine() -> None:
    body = START + task("a") + '<exclusiveGateway id="g"/>' + END
    body += chain("mulai", "a", "g") + flow("g", "a", "ulang") + flow("g", "selesai")
    assert errors(look(document(body))) == []


# --- decision tables


DMN = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">
<decision id="golongan" name="Golongan"><decisionTable id="t" hitPolicy="FIRST">
<input id="i" label="x"><inputExpression id="ie" typeRef="number"><text>{input}</text></inputExpression></input>
<output id="o" name="hasil"/>
<rule id="r"><inputEntry id="c"><text>{cell}</text></inputEntry>
<outputEntry id="u"><text>{output}</text></outputEntry></rule>
</decisionTable></decision></definitions>"""
DECIDE = (
    '<businessRuleTask id="t"><extensionElements><spiffworkflow:calledDecisionId>{}</spiffworkflow:calledDecisionId>'
    "</extensionElements></businessRuleTask>"
)


@pytest.mark.parametrize("cell", ["&gt; 5", "5", "'a'", "1 &lt; ? &lt; 5", "-", "", "? == '?'"])
def test_decision_tables_are_understood(cell: str) -> None:
    table = DMN.format(input="nilai.akhir", cell=cell, output="'A'").encode()
    prepared = prepare({"p.bpmn": simple(DECIDE.format("golongan"), ("t",)), "g.dmn": table})
    assert errors(prepared) == []
    assert set(prepared.files) == {"p.bpmn", "g.dmn"}


@pytest.mark.parametrize(
    ("part", "text"), [("input", "f()"), ("input", ""), ("cell", "__import__('os')"), ("output", "9**9")]
)
def test_code_in_decision_tables_is_refused(part: str, text: str) -> None:
    table = DMN.format(**{"input": "x", "cell": "1", "output": "2", part: text}).encode()
    found = errors(prepare({"p.bpmn": simple(DECIDE.format("golongan"), ("t",)), "g.dmn": table}))
    assert [m for _, m in found if "Isi sel" in m], found


def test_the_decision_called_must_be_there() -> None:
    refused(simple(DECIDE.format("tiada"), ("t",)), "t", "'tiada'")
    refused(simple('<businessRuleTask id="t"/>', ("t",)), "t", "kosong")
