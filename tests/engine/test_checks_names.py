"""Names of forms, services and roles; and a secret's way from the form to the call."""

from __future__ import annotations

import pytest

from app.engine.checks import Vocabulary, check
from tests.engine.drawing import (
    END,
    START,
    catching,
    chain,
    document,
    errors,
    flow,
    look,
    properties,
    service,
    simple,
    task,
)

# --- names


WORDS = Vocabulary(
    forms=frozenset({"draft_pk", "input_passphrase"}),
    operators=frozenset({"tte.sign", "arsip.simpan"}),
    roles=frozenset({"Operator Satker", "Kepala Satker"}),
    attended=frozenset({"tte.sign"}),
    secret_forms=frozenset({"input_passphrase"}),
)


def named(data: bytes) -> list[tuple[str, str]]:
    prepared = look(data)
    assert errors(prepared) == []
    return [(p.element, p.message) for p in check(prepared, WORDS) if p.level == "error"]


def test_unknown_names_come_with_the_nearest_known_ones() -> None:
    assert "draft_pk" in named(simple(task("a", properties(form="draf_pk"))))[0][1]
    assert "arsip.simpan" in named(simple(service("s", "arsip.simpn"), ("s",)))[0][1]
    lane = document(
        START + task("a", properties(form="draft_pk")) + END + chain("mulai", "a", "selesai"), lane="Operator Saker"
    )
    assert [(e, "Operator Satker" in m) for e, m in named(lane)] == [("a", True)]


def test_nobody_works_in_the_lane_of_the_system() -> None:
    data = document(
        START + task("a", properties(form="draft_pk")) + END + chain("mulai", "a", "selesai"), lane="Sistem"
    )
    assert "Sistem" in named(data)[0][1]


def test_a_task_without_form_is_mentioned() -> None:
    assert [(p.element, p.level) for p in check(look(simple()), WORDS)] == [("a", "warning")]


PASSPHRASE = task("izin", properties(form="input_passphrase"))
FAILED = '<boundaryEvent id="gagal" attachedToRef="ttd"><errorEventDefinition/></boundaryEvent>'


def signing(between: str = "", ids: tuple[str, ...] = (), back: str = "izin", failed: str = FAILED) -> bytes:
    body = (
        START
        + task("a", properties(form="draft_pk"))
        + PASSPHRASE
        + between
        + service("ttd", "tte.sign")
        + failed
        + END
    )
    ways = chain("mulai", "a", "izin", *ids, "ttd", "selesai") + (flow("gagal", back) if failed else "")
    return document(body + ways)


def test_a_secret_goes_straight_from_the_form_to_the_call() -> None:
    assert named(signing()) == []
    assert named(signing('<scriptTask id="x"><script>y = 1</script></scriptTask>', ("x",))) == []
    assert named(signing('<intermediateThrowEvent id="x"/>', ("x",))) == []


@pytest.mark.parametrize(
    "between",
    [
        task("x", properties(form="draft_pk")),
        service("x", "arsip.simpan"),
        catching("x"),
        '<subProcess id="x"><startEvent id="m2"/><userTask id="y"/><endEvent id="s2"/>'
        + chain("m2", "y", "s2")
        + "</subProcess>",
    ],
)
def test_nothing_waits_between_the_form_and_the_call(between: str) -> None:
    found = named(signing(between, ("x",)))
    assert [m for e, m in found if e == "ttd" and "tidak sampai" in m], found


def test_a_way_around_the_form_is_seen() -> None:
    body = (
        START
        + task("a", properties(form="draft_pk"))
        + '<exclusiveGateway id="g"/>'
        + PASSPHRASE
        + service("ttd", "tte.sign")
        + FAILED
    )
    body += (
        END
        + chain("mulai", "a", "g", "izin", "ttd", "selesai").replace('id="f_g_izin"', 'id="f1"')
        + flow("g", "ttd", "cepat")
    )
    found = named(document(body + flow("gagal", "izin")))
    assert [m for e, m in found if e == "ttd" and "Tugas a" in m], found


def test_a_failed_call_leads_back_to_the_form() -> None:
    for data in (signing(failed=""), signing(back="selesai")):
        found = named(data)
        assert [m for e, m in found if e == "ttd" and "jalan kembali" in m], found
    assert named(signing(back="a")) == []


def test_a_call_is_not_tried_again_without_its_signer() -> None:
    found = named(signing(back="ttd"))
    assert [m for e, m in found if e == "ttd" and "tidak sampai" in m], found


def test_a_form_before_a_subprocess_feeds_the_call_in_it() -> None:
    inner = '<startEvent id="m2"/>' + service("ttd", "tte.sign") + FAILED + '<endEvent id="s2"/><endEvent id="s3">'
    inner += '<errorEventDefinition errorRef="e"/></endEvent>' + chain("m2", "ttd", "s2") + flow("gagal", "s3")
    body = START + PASSPHRASE + f'<subProcess id="sub">{inner}</subProcess>' + END
    body += '<boundaryEvent id="ulang" attachedToRef="sub"><errorEventDefinition errorRef="e"/></boundaryEvent>'
    body += chain("mulai", "izin", "sub", "selesai") + flow("ulang", "izin")
    assert named(document(body, '<error id="e" errorCode="X"/>')) == []
