"""From Python's syntax tree to nested functions, node by node, by a whitelist. Nothing is ever given to `eval`.

A node that is not in the table of builders is refused, whatever it is: what a later Python adds is refused too.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from app.engine.expression_functions import FUNCTIONS, NAMES, OTHERWISE, PRESENT
from app.engine.expression_values import (
    MAX_DEPTH,
    MAX_NUMBER,
    ExpressionError,
    MissingData,
    add,
    contains,
    item,
    known,
    negate,
    ordered,
    subtract,
)

Node = Callable[[Mapping[str, Any], datetime], Any]

CONSTANT_NAMES = {"true": True, "false": False, "null": None}  # JSON's and FEEL's words


class Builder:
    """Builds one expression; afterwards `names` holds the top-level names it reads."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self._depth = 0

    def build(self, node: ast.AST) -> Node:
        make = _BUILDERS.get(type(node))
        if make is None:
            raise ExpressionError(_refusal(node))
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ExpressionError("Ekspresi bersarang terlalu dalam. Pecah menjadi beberapa langkah.")
        try:
            return make(self, node)
        finally:
            self._depth -= 1

    def constant(self, node: ast.Constant) -> Node:
        value: Any = node.value
        kind = type(value)
        if kind is int and abs(value) > MAX_NUMBER:
            raise ExpressionError("Angka di ekspresi terlalu besar. Pakai paling banyak 18 angka.")
        if kind is float and not abs(value) < float("inf"):
            raise ExpressionError("Angka di ekspresi terlalu besar. Pakai angka yang lebih kecil.")
        if kind not in (str, int, float, bool, type(None)):
            raise ExpressionError(
                f"Nilai {kind.__name__} tidak dapat dipakai. Pakai teks, angka, True, False, atau None."
            )
        return lambda _d, _n: value

    def name(self, node: ast.Name) -> Node:
        name = node.id
        if name in CONSTANT_NAMES:
            value = CONSTANT_NAMES[name]
            return lambda _d, _n: value
        if name.startswith("__"):
            raise ExpressionError(f"Nama '{name[:60]}' tidak dapat dipakai. Nama data tidak diawali garis bawah ganda.")
        self.names.add(name)

        def run(data: Mapping[str, Any], _now: datetime) -> Any:
            try:
                value = data[name]
            except KeyError:
                raise MissingData(
                    f"Data '{name}' belum ada. Periksa namanya, atau pastikan formulir sebelumnya mengisinya."
                ) from None
            return known(value, name)

        return run

    def boolean(self, node: ast.BoolOp) -> Node:
        parts = [self.build(v) for v in node.values]
        first, rest = parts[0], parts[1:]
        stop_at = isinstance(node.op, ast.Or)

        def run(data: Mapping[str, Any], now: datetime) -> Any:
            value = first(data, now)
            for part in rest:
                if bool(value) is stop_at:
                    return value
                value = part(data, now)
            return value

        return run

    def unary(self, node: ast.UnaryOp) -> Node:
        inner = self.build(node.operand)
        if isinstance(node.op, ast.Not):
            return lambda d, n: not inner(d, n)
        if isinstance(node.op, ast.USub):
            return lambda d, n: negate(inner(d, n))
        raise ExpressionError("Tanda ini tidak dapat dipakai di depan nilai. Pakai 'not' atau minus.")

    def binary(self, node: ast.BinOp) -> Node:
        left, right = self.build(node.left), self.build(node.right)
        if isinstance(node.op, ast.Add):
            return lambda d, n: add(left(d, n), right(d, n))
        if isinstance(node.op, ast.Sub):
            return lambda d, n: subtract(left(d, n), right(d, n))
        raise ExpressionError("Hitungan ini tidak tersedia di diagram. Pakai + atau -, atau hitung di formulir.")

    def compare(self, node: ast.Compare) -> Node:
        left = self.build(node.left)
        rights = [self.build(c) for c in node.comparators]
        tests = [self._comparison(op, c) for op, c in zip(node.ops, node.comparators, strict=True)]
        if len(tests) == 1:
            test, right = tests[0], rights[0]
            return lambda d, n: test(left(d, n), right(d, n))
        pairs = list(zip(tests, rights, strict=True))

        def chain(data: Mapping[str, Any], now: datetime) -> Any:
            before = left(data, now)
            for test, right in pairs:
                after = right(data, now)
                if not test(before, after):
                    return False
                before = after
            return True

        return chain

    def _comparison(self, op: ast.cmpop, other: ast.expr) -> Callable[[Any, Any], Any]:
        if isinstance(op, ast.Is | ast.IsNot) and not (isinstance(other, ast.Constant) and other.value is None):
            raise ExpressionError("'is' hanya untuk 'is None' dan 'is not None'. Selain itu pakai == atau !=.")
        return _COMPARISONS[type(op)]

    def subscript(self, node: ast.Subscript) -> Node:
        container, key = self.build(node.value), self.build(node.slice)
        return lambda d, n: item(container(d, n), key(d, n))

    def attribute(self, node: ast.Attribute) -> Node:
        """`satker.kode` is `satker["kode"]`: a look-up in the data, never an attribute of an object."""
        key = node.attr
        if key.startswith("__"):
            raise ExpressionError(f"Nama '{key[:60]}' tidak dapat dipakai. Nama data tidak diawali garis bawah ganda.")
        if not isinstance(node.value, ast.Name | ast.Attribute | ast.Subscript):
            raise ExpressionError("Titik hanya boleh setelah nama data, misalnya satker.kode.")
        container = self.build(node.value)
        return lambda d, n: item(container(d, n), key)

    def choice(self, node: ast.IfExp) -> Node:
        test, yes, no = self.build(node.test), self.build(node.body), self.build(node.orelse)
        return lambda d, n: yes(d, n) if test(d, n) else no(d, n)

    def sequence(self, node: ast.List | ast.Tuple) -> Node:
        parts = [self.build(e) for e in node.elts]
        if isinstance(node, ast.Tuple):
            return lambda d, n: tuple([p(d, n) for p in parts])
        return lambda d, n: [p(d, n) for p in parts]

    def mapping(self, node: ast.Dict) -> Node:
        pairs = []
        for key, value in zip(node.keys, node.values, strict=True):
            if not (isinstance(key, ast.Constant) and type(key.value) is str):
                raise ExpressionError('Kunci di {...} harus teks dalam tanda kutip, misalnya {"kode": satker.kode}.')
            pairs.append((key.value, self.build(value)))
        return lambda d, n: {k: v(d, n) for k, v in pairs}

    def call(self, node: ast.Call) -> Node:
        if not isinstance(node.func, ast.Name) or node.func.id not in NAMES:
            raise ExpressionError(_unknown_function(node.func))
        if node.keywords or any(isinstance(a, ast.Starred) for a in node.args):
            raise ExpressionError(f"{node.func.id}() menerima nilai berurutan saja, tanpa nama= dan tanpa bintang.")
        name = node.func.id
        parts = [self.build(a) for a in node.args]
        if name in (PRESENT, OTHERWISE):
            return _presence(name, parts)
        function = FUNCTIONS[name]
        if not function.least <= len(parts) <= function.most:
            raise ExpressionError(f"Banyaknya nilai di {name}() tidak sesuai: {len(parts)}. Lihat daftar fungsi.")
        call = function.call
        return lambda d, n: call(d, n, *[known(p(d, n), name) for p in parts])


def _presence(name: str, parts: list[Node]) -> Node:
    if len(parts) != (1 if name == PRESENT else 2):
        raise ExpressionError("Tulis ada(data), atau isi(data, pengganti). Perbaiki banyaknya nilai.")
    wanted = parts[0]

    def found(data: Mapping[str, Any], now: datetime) -> Any:
        try:
            return wanted(data, now)
        except MissingData:
            return None

    if name == PRESENT:
        return lambda d, n: found(d, n) is not None
    other = parts[1]

    def run(data: Mapping[str, Any], now: datetime) -> Any:
        value = found(data, now)
        return other(data, now) if value is None else value

    return run


def _unknown_function(func: ast.expr) -> str:
    if isinstance(func, ast.Name):
        near = get_close_matches(func.id, NAMES, n=1)
        hint = f"Mungkin {near[0]}()?" if near else f"Yang ada: {', '.join(sorted(NAMES))}."
        return f"Fungsi {func.id[:60]}() tidak ada. {hint}"
    return "Memanggil bagian dari data tidak dapat dilakukan di diagram. Pakai fungsi yang tersedia, misalnya len(x)."


_WORDS: Mapping[type[ast.AST], str] = {
    ast.Lambda: "Fungsi lambda",
    ast.ListComp: "Perulangan di dalam daftar",
    ast.SetComp: "Perulangan di dalam daftar",
    ast.DictComp: "Perulangan di dalam daftar",
    ast.GeneratorExp: "Perulangan di dalam daftar",
    ast.JoinedStr: "Teks berformat f'...'",
    ast.NamedExpr: "Tanda :=",
    ast.Slice: "Potongan [a:b]",
    ast.Starred: "Tanda bintang",
    ast.Set: "Himpunan {...}",
}


def _refusal(node: ast.AST) -> str:
    what = _WORDS.get(type(node), "Bagian ini")
    return f"{what} tidak dapat dipakai di diagram. Pakai nama data, perbandingan, and/or/not, + dan -."


_COMPARISONS: Mapping[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: ordered(operator.lt),
    ast.LtE: ordered(operator.le),
    ast.Gt: ordered(operator.gt),
    ast.GtE: ordered(operator.ge),
    ast.In: contains,
    ast.NotIn: lambda a, b: not contains(a, b),
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
}

_BUILDERS: Mapping[type[ast.AST], Callable[[Builder, Any], Node]] = {
    ast.Constant: Builder.constant,
    ast.Name: Builder.name,
    ast.BoolOp: Builder.boolean,
    ast.UnaryOp: Builder.unary,
    ast.BinOp: Builder.binary,
    ast.Compare: Builder.compare,
    ast.Subscript: Builder.subscript,
    ast.Attribute: Builder.attribute,
    ast.IfExp: Builder.choice,
    ast.List: Builder.sequence,
    ast.Tuple: Builder.sequence,
    ast.Dict: Builder.mapping,
    ast.Call: Builder.call,
}
