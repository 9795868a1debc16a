"""Texts written to break out, to hang the server or to eat its memory: refused, in words, before anything runs."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.expressions import (
    ExpressionError,
    check,
    compile_script,
    evaluate,
    translate,
)

NOW = datetime(2025, 3, 27, 3, 0, tzinfo=UTC)
DATA: dict[str, Any] = {
    "keputusan": "setuju",
    "jumlah": 3,
    "kosong": None,
    "satker": {"kode": "123456", "nama": "Balai Bahasa", "zona": "WIT"},
    "indikator": [{"nama": "a", "target": 10}, {"nama": "b", "target": 2.5}],
    "angka": [3, 1, 2],
}


def value(text: str) -> Any:
    return evaluate(text, DATA, now=NOW)


@pytest.mark.parametrize(
    "text",
    [
        # attributes and dunders
        "satker.__class__",
        "().__class__.__bases__[0].__subclasses__()",
        "''.__class__",
        "satker['kode'].__class__",
        "(lambda: 0).__globals__",
        "__import__",
        "__builtins__",
        "jumlah.real.__class__",
        "(satker).__dict__",
        "'%s'.__mod__",
        "'{0.__class__}'.format",
        "(1).bit_length",
        # calls
        "__import__('os').system('id')",
        "open('/etc/passwd')",
        "eval('1')",
        "exec('1')",
        "getattr(satker, 'kode')",
        "globals()",
        "vars()",
        "print(1)",
        "satker.update({})",
        "satker.clear()",
        "indikator.append(1)",
        "'{}'.format(satker)",
        "len.__call__(satker)",
        "(len)(angka)()",
        "len(angka)()",
        "satker['kode']()",
        "max(*angka)",
        "max(angka, key=len)",
        "len(**satker)",
        "str.format('{}', 1)",
        "type('X', (), {})",
        # comprehensions, functions, generators
        "[a for a in angka]",
        "{a for a in angka}",
        "{a: 1 for a in angka}",
        "(a for a in angka)",
        "lambda: 1",
        "(lambda f: f(f))(lambda f: f(f))",
        "(yield 1)",
        "await x",
        "(x := 1)",
        # formatted strings, bytes, other constants
        "f'{satker}'",
        "f'{satker!r:>{10**9}}'",
        "b'x'",
        "1j",
        "...",
        # resources
        "9**9**9",
        "9*9",
        "'a' * 10**9",
        "[0] * 10**9",
        "'%099999d' % 1",
        "1 << 10**9",
        "1 / 3",
        "7 // 2",
        "~1",
        "+jumlah",
        "9" * 400,
        "1e999",
        "-" * 400 + "1",
        "(" * 220 + "1" + ")" * 220,
        "[" * 100 + "]" * 100,
        "not " * 100 + "1",
        "1" + "+1" * 240,
        "x" * 501,
        "a if b else " * 40 + "1",
        # slices, sets, stars, matrix
        "angka[0:1]",
        "angka[:]",
        "{1, 2}",
        "[*angka]",
        "{**satker}",
        "a @ b",
        "keputusan is 'setuju'",
        # texts that look otherwise than they are
        "ｌｅｎ(angka)",
        "𝓼𝓪𝓽𝓴𝓮𝓻.kode",
        "satker.ˍ_class__",
        "keputusan == 'a\u202e' or True",
        "keputusan\u200b",
        "\ufeffjumlah",
        "jumlah\x00",
        "jumlah\x0c",
        # not an expression at all
        "",
        "   ",
        "import os",
        "x = 1",
        "pass",
        "a; b",
        "keputusan = 'setuju'",
        "keputusan == 'setuju",
        "${keputusan}",
        "{1: 2}",
        "{satker.kode: 1}",
        "len()",
        "hari_kerja()",
        "ada()",
        "isi(a)",
        "tidak_ada(1)",
    ],
)
def test_what_is_not_on_the_list_is_refused_before_it_runs(text: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        check(text)
    assert str(refused.value).strip().endswith((".", "?"))


def test_objects_in_the_data_are_never_touched() -> None:
    class Trap:
        def __getattr__(self, name: str) -> Any:
            raise AssertionError("an attribute was read")

        def __eq__(self, other: object) -> bool:
            raise AssertionError("a method ran")

        def __hash__(self) -> int:
            return 1

        def __bool__(self) -> bool:
            raise AssertionError("a method ran")

    class Text(str):
        pass

    for trap in (Trap(), Text("rahasia"), datetime(2025, 1, 1, tzinfo=UTC), {1}, 1j):
        for text in ("x", "x == 1", "not x", "x.a", "x in (1,)", "d.x", "[x]", "teks(x)", "l[0]"):
            with pytest.raises(ExpressionError):
                evaluate(text, {"x": trap, "d": {"x": trap}, "l": [trap]}, now=NOW)


def test_results_are_bounded() -> None:
    big = {"s": "x" * 9_000, "l": [0] * 9_000}
    assert len(evaluate("s", big, now=NOW)) == 9_000
    for text in ("s + s", "[l, l, l]"):
        with pytest.raises(ExpressionError):
            evaluate(text, big, now=NOW)
    deep: list[Any] = []
    for _ in range(200):
        deep = [deep]
    for text in ("d", "d == d2"):
        with pytest.raises(ExpressionError):
            evaluate(text, {"d": deep, "d2": 1, "x": 1} if text == "d" else {"d": _cycle(), "d2": _cycle()}, now=NOW)


def _cycle() -> list[Any]:
    around: list[Any] = []
    around.append(around)
    return around


@pytest.mark.parametrize(
    "text",
    [
        "import os",
        "x = __import__('os')",
        "del satker",
        "for a in angka:\n  x = a",
        "while True: pass",
        "def f(): pass",
        "class A: pass",
        "x = y = 1",
        "a, b = 1, 2",
        "x: int = 1",
        "satker.update({})",
        "x *= 2",
        "x = [a for a in angka]",
        "satker.__class__ = 1",
        "__builtins__ = {}",
        "_x = 1",
        "true = 1",
        "f().x = 1",
        "angka[0:1] = 1",
        "with open('x') as f: pass",
        "try:\n  x = 1\nexcept Exception: pass",
        "global x",
        "-" * 4000 + "1",
        "x = 1\n" * 100,
        "x = 1" + " " * 5000,
        "if jumlah: x = 1",
        "raise ValueError",
        "assert False",
        "print('x')",
        "async def f(): pass",
        "@len\ndef f(): pass",
        "match x:\n  case 1: pass",
    ],
)
def test_a_script_is_assignments_only(text: str) -> None:
    with pytest.raises(ExpressionError):
        compile_script(text)


@given(st.text(max_size=200))
def test_translating_and_compiling_anything_ends_in_a_value_or_in_words(text: str) -> None:
    for attempt in (text, "${" + text + "}", "=" + text):
        try:
            check(translate(attempt))
        except ExpressionError as e:
            assert str(e)
    try:
        compile_script(text)
    except ExpressionError as e:
        assert str(e)


@given(st.text(alphabet="abxyz0123 ()[]{}.,:'\"+-*/=!<>&|_\\\n#lenotandifs", max_size=80))
@settings(max_examples=300)
def test_evaluating_what_looks_like_code_ends_in_a_value_or_in_words(text: str) -> None:
    data = {"a": 1, "b": "t", "x": [1, {"y": 2}], "y": {"z": None}}
    before = copy.deepcopy(data)
    try:
        evaluate(text, data, now=NOW)
    except ExpressionError:
        pass
    assert data == before
