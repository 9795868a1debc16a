"""Code in every place where an expression can stand: refused when the file comes in, and never run."""

from __future__ import annotations

from collections.abc import Callable
from xml.sax.saxutils import escape, quoteattr

import pytest

from app.engine.checks import check, prepare
from app.engine.definition import Definition
from app.engine.intake import take
from app.errors import InvalidDefinition
from tests.engine.drawing import END, START, document, flow, service, simple, task, timer
from tests.engine.hostility import CANARY, PAYLOADS, RUNS, WORDS, refusals

GATE = '<exclusiveGateway id="x" default="f_x_b"/>' + task("a") + task("b")
MESSAGE = '<message id="m" name="m"/>'


def condition(text: str) -> bytes:
    flows = flow("mulai", "x") + flow("x", "a", escape(text)) + flow("x", "b")
    return document(START + GATE + END + flows + flow("a", "selesai") + flow("b", "selesai"))


def parameter(text: str) -> bytes:
    return simple(
        service("x", "tte.status", f'<spiffworkflow:parameter id="p" type="any" value={quoteattr(text)}/>'), ("x",)
    )


def inside(kind: str, inner: str, beside: str = "") -> bytes:
    return simple(f'<{kind} id="x">{inner}</{kind}>', ("x",), beside)


def due(text: str) -> bytes:
    inner = f'<spiffworkflow:properties><spiffworkflow:property name="due" value={quoteattr(text)}/>'
    return inside("userTask", f"<extensionElements>{inner}</spiffworkflow:properties></extensionElements>")


def many(inner: str) -> bytes:
    return inside("userTask", f"<multiInstanceLoopCharacteristics>{inner}</multiInstanceLoopCharacteristics>")


def extended(kind: str, name: str, text: str) -> bytes:
    holder = f"<extensionElements><spiffworkflow:{name}>{escape(text)}</spiffworkflow:{name}></extensionElements>"
    if kind == "scriptTask":
        return inside(kind, f"{holder}<script>a = 1</script>")
    return inside(kind, holder)


def payload(text: str) -> bytes:
    message = f'<message id="m" name="m"><extensionElements><spiffworkflow:messagePayload>{escape(text)}'
    message += "</spiffworkflow:messagePayload></extensionElements></message>"
    event = '<intermediateThrowEvent id="x"><messageEventDefinition messageRef="m"/></intermediateThrowEvent>'
    return simple(event, ("x",), message)


def correlation(text: str) -> bytes:
    beside = MESSAGE + '<correlationProperty id="cp" name="cp"><correlationPropertyRetrievalExpression messageRef="m">'
    beside += (
        f"<messagePath>{escape(text)}</messagePath></correlationPropertyRetrievalExpression></correlationProperty>"
    )
    event = '<intermediateCatchEvent id="x"><messageEventDefinition messageRef="m"/></intermediateCatchEvent>'
    return simple(event, ("x",), beside)


PLACES: dict[str, Callable[[str], bytes]] = {
    "condition": condition,
    "parameter": parameter,
    "timeDuration": lambda t: timer(escape(t)),
    "timeDate": lambda t: timer(escape(t), "timeDate"),
    "timeCycle": lambda t: timer(escape(t), "timeCycle"),
    "due": due,
    "loopCardinality": lambda t: many(f"<loopCardinality>{escape(t)}</loopCardinality>"),
    "completionCondition": lambda t: many(
        f"<loopCardinality>2</loopCardinality><completionCondition>{escape(t)}</completionCondition>"
    ),
    "loopDataInputRef": lambda t: many(f'<loopDataInputRef>{escape(t)}</loopDataInputRef><inputDataItem id="i"/>'),
    "loopCondition": lambda t: inside(
        "userTask",
        f'<standardLoopCharacteristics loopMaximum="3"><loopCondition>{escape(t)}</loopCondition>'
        "</standardLoopCharacteristics>",
    ),
    "conditional": lambda t: inside(
        "intermediateCatchEvent",
        f"<conditionalEventDefinition><condition>{escape(t)}</condition></conditionalEventDefinition>",
    ),
    "script": lambda t: inside("scriptTask", f"<script>{escape(t)}</script>"),
    "assigned": lambda t: inside("scriptTask", f"<script>y = {escape(t)}</script>"),
    "preScript": lambda t: extended("userTask", "preScript", t),
    "postScript": lambda t: extended("scriptTask", "postScript", t),
    "messagePayload": payload,
    "correlation": correlation,
}
_SCRIPTS = {"script", "preScript", "postScript"}
_HARMLESS = {"x = 1", "pass", "keputusan = 'setuju'", "a; b"}  # to a script; the last one is no assignment, see below


def refused(data: bytes) -> bool:
    prepared = prepare({"p.bpmn": data})
    if not prepared.ok:
        return True
    if any(p.level == "error" for p in check(prepared, WORDS)):
        return True
    try:
        Definition.load({"p.bpmn": data})
    except InvalidDefinition:
        return True
    return False


@pytest.mark.parametrize("place", sorted(PLACES))
def test_code_is_refused_wherever_an_expression_can_stand(place: str) -> None:
    passed = [text for text in RUNS if not refused(PLACES[place](text))]
    assert passed == []
    assert not CANARY.exists()


@pytest.mark.slow
@pytest.mark.parametrize("place", sorted(PLACES))
def test_everything_hostile_is_refused_wherever_an_expression_can_stand(place: str) -> None:
    harmless = {"${keputusan}"} | (_HARMLESS if place in _SCRIPTS else set())
    if place == "loopDataInputRef":  # a name, and nothing is computed
        harmless |= {t for t in PAYLOADS if t.isidentifier() and t.isascii() and not t.startswith("_")}
    passed = [t for t in PAYLOADS if t not in harmless and not refused(PLACES[place](t))]
    assert passed == []


TABLE = (
    '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="dd" name="d" namespace="n">'
    '<decision id="tabel" name="t"><decisionTable id="dt"><input id="i" label="i"><inputExpression id="ie">'
    '<text>{}</text></inputExpression></input><output id="o" name="hasil"/><rule id="r"><inputEntry id="c"><text>{}'
    '</text></inputEntry><outputEntry id="e"><text>{}</text></outputEntry></rule></decisionTable></decision>'
    "</definitions>"
)


@pytest.mark.parametrize("cell", range(3))
def test_code_in_a_decision_table_is_refused(cell: int) -> None:
    inner = (
        "<extensionElements><spiffworkflow:calledDecisionId>tabel</spiffworkflow:calledDecisionId></extensionElements>"
    )
    diagram = simple(f'<businessRuleTask id="x">{inner}</businessRuleTask>', ("x",))
    for text in RUNS:
        cells = ["1", "1", "1"]
        cells[cell] = escape(text)
        assert not prepare({"p.bpmn": diagram, "t.dmn": TABLE.format(*cells).encode()}).ok, text
    assert prepare({"p.bpmn": diagram, "t.dmn": TABLE.format("a", "1", "1").encode()}).ok


ZEEBE = 'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"'
FOREIGN = {
    "inputParameter": '<serviceTask id="x" camunda:topic="tte.status"><extensionElements><camunda:inputOutput>'
    '<camunda:inputParameter name="p">{}</camunda:inputParameter></camunda:inputOutput></extensionElements>'
    "</serviceTask>",
    "zeebe input": f'<serviceTask id="x" {ZEEBE}><extensionElements><zeebe:taskDefinition type="tte.status"/>'
    '<zeebe:ioMapping><zeebe:input source="{}" target="p"/></zeebe:ioMapping></extensionElements></serviceTask>',
    "zeebe script": f'<scriptTask id="x" {ZEEBE}><extensionElements><zeebe:script resultVariable="y" '
    'expression="{}"/></extensionElements></scriptTask>',
    "collection": '<userTask id="x"><multiInstanceLoopCharacteristics camunda:collection="{}"/></userTask>',
    "setVariable": "<scriptTask id=\"x\"><script>execution.setVariable('y', {})</script></scriptTask>",
}


@pytest.mark.parametrize("place", sorted(FOREIGN))
def test_code_in_the_words_of_other_tools_is_refused_or_text(place: str) -> None:
    """Wrapped as their expressions it is refused; plain, it may be a text in quotes."""
    for text in RUNS:
        for wrapped in (f"${{{text}}}", f"={text}", text):
            data = simple(FOREIGN[place].format(escape(wrapped, {'"': "&quot;"})), ("x",))
            answer = take({"p.bpmn": data}, WORDS, {"": "Operator Satker"})
            if not refusals(answer):  # a text in quotes, which is handed on as it is
                assert place in ("inputParameter", "zeebe input"), wrapped
                assert not wrapped.startswith(("=", "${")) or "{" in text, wrapped
    assert not CANARY.exists()
