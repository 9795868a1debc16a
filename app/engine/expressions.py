"""Expressions and scripts of a diagram: bounded, without side effects, and not Python.

The diagram is written by people who may publish diagrams, not by people who may run code on the server. What is
allowed: data names, `satker.kode` or `satker["kode"]`, constants, and/or/not, comparisons, `in`, + and -, minus,
`a if x else b`, lists and {...}, and the functions of `expression_functions`. All else is refused when it is compiled,
so at publishing. A compiled expression costs about a microsecond.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from app.engine.expression_tree import CONSTANT_NAMES, Builder, Node
from app.engine.expression_values import ExpressionError, MissingData, fresh, item
from app.engine.translation import translate

__all__ = [
    "Expression",
    "ExpressionError",
    "MissingData",
    "Script",
    "check",
    "compile_expression",
    "compile_script",
    "evaluate",
    "run_script",
    "translate",
]

MAX_EXPRESSION = 500  # characters
MAX_SCRIPT = 5_000
MAX_LINES = 60

# Control characters but tab and newline, and those that make a text read otherwise than it runs ("Trojan Source").
_UNSEEN = {
    chr(c) for c in (*range(32), 127, *range(0x200B, 0x2010), *range(0x2028, 0x202F), *range(0x2060, 0x2070))
} | {"\ufeff"}
_UNSEEN -= {"\t", "\n", "\r"}


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression: `text` as written, `names` the top-level names of the data it reads."""

    text: str
    names: frozenset[str]
    run: Node

    def __call__(self, data: Mapping[str, Any], now: datetime) -> Any:
        """The value, in fresh exact JSON; ExpressionError when it can't be computed."""
        try:
            return fresh(self.run(data, now))
        except ExpressionError as e:
            e.expression = self.text
            raise
        except (RecursionError, ArithmeticError, TypeError, ValueError) as e:
            raise ExpressionError(None, self.text) from e


@dataclass(frozen=True, slots=True)
class Script:
    """A compiled script: its assignments in order; `names` are read, `targets` the top-level names it sets."""

    text: str
    names: frozenset[str]
    targets: frozenset[str]
    steps: tuple[Callable[[Any, datetime], None], ...]

    def __call__(self, data: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        """The changed top-level keys with their new values. `data` is never touched, also when a line fails."""
        changes = _Changes(data)
        try:
            for step in self.steps:
                step(changes, now)
        except ExpressionError as e:
            e.expression = e.expression or self.text
            raise
        except (RecursionError, ArithmeticError, TypeError, ValueError) as e:
            raise ExpressionError(None, self.text) from e
        return changes.new


def evaluate(text: str, data: Mapping[str, Any], *, now: datetime) -> Any:
    """The value of the expression `text` over `data`, as fresh exact JSON. Raises ExpressionError."""
    return compile_expression(text)(data, now)


def run_script(text: str, data: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
    """What the assignments of `text` change: {top-level key: new value}. `data` stays as it is."""
    return compile_script(text)(data, now)


def check(text: str) -> None:
    """Raise ExpressionError, in words for the diagram's author, if `text` is not an expression Alur evaluates."""
    compile_expression(text)


@lru_cache(maxsize=4096)
def compile_expression(text: str) -> Expression:
    """Compile `text` (at most 500 characters, one line); cached. Raises ExpressionError saying what to do."""
    source = _readable(text, MAX_EXPRESSION).replace("\n", " ").strip()
    builder = Builder()
    try:
        tree = _parsed(source, "eval")
        run = builder.build(tree.body)
    except ExpressionError as e:
        e.expression = text
        raise
    return Expression(text, frozenset(builder.names), run)


@lru_cache(maxsize=512)
def compile_script(text: str) -> Script:
    """Compile assignments, one a line, to plain names or keys (`pk["nomor"] = ...`); cached. Raises ExpressionError."""
    builder = Builder()
    targets: set[str] = set()
    steps = []
    try:
        source = _readable(text, MAX_SCRIPT)
        tree = _parsed(source, "exec")
        if len(tree.body) > MAX_LINES:
            raise ExpressionError(f"Skrip lebih dari {MAX_LINES} baris. Pecah menjadi beberapa tugas.")
        for statement in tree.body:
            if not isinstance(statement, ast.Pass):
                steps.append(_step(statement, builder, targets, source))
    except ExpressionError as e:
        e.expression = text
        raise
    return Script(text, frozenset(builder.names), frozenset(targets), tuple(steps))


def _readable(text: str, limit: int) -> str:
    if type(text) is not str or not text.strip():
        raise ExpressionError("Ekspresi kosong. Tulis misalnya: keputusan == 'setuju'.")
    if len(text) > limit:
        raise ExpressionError(f"Ekspresi lebih dari {limit} huruf. Pecah menjadi beberapa langkah.")
    if not _UNSEEN.isdisjoint(text):
        raise ExpressionError("Ekspresi berisi huruf yang tidak terlihat. Ketik ulang ekspresinya.")
    return text.replace("\r\n", "\n")


def _parsed(source: str, mode: str) -> Any:
    try:
        tree = ast.parse(source, mode=mode)
    except (SyntaxError, ValueError, MemoryError, RecursionError) as e:
        near = getattr(e, "text", None) or source
        raise ExpressionError(
            f"Tulisan '{near.strip()[:80]}' belum dapat dibaca. Periksa kutip, kurung, dan ==."
        ) from e
    if not source.isascii():
        _refuse_lookalikes(tree, source)
    return tree


def _refuse_lookalikes(tree: ast.AST, source: str) -> None:
    """Python reads the letters of mathematics and many others as plain ones; only texts in quotes may hold them."""
    lines = [bytearray(line, "utf-8") for line in source.split("\n")]
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and type(node.value) is str and node.lineno == node.end_lineno:
            line = lines[node.lineno - 1]
            line[node.col_offset : node.end_col_offset] = b"_" * ((node.end_col_offset or 0) - node.col_offset)
    if any(not line.isascii() for line in lines):
        raise ExpressionError("Nama dan tanda hanya memakai huruf biasa (a-z). Huruf lain hanya di dalam tanda kutip.")


# --- scripts


class _Changes(Mapping[str, Any]):
    """The data as the script sees them: what it has set so far lies over what was there."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._data = data
        self.new: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        return self.new[name] if name in self.new else self._data[name]

    def __iter__(self) -> Any:
        return iter({**self._data, **self.new})

    def __len__(self) -> int:
        return len({**self._data, **self.new})

    def own(self, name: str) -> Any:
        """The value of `name` as a copy of the script's own, which it may change."""
        if name not in self.new:
            if name not in self._data:
                raise MissingData(f"Data '{name}' belum ada. Buat dulu, misalnya: {name} = {{}}.")
            self.new[name] = fresh(self._data[name])
        return self.new[name]


def _step(
    statement: ast.stmt, builder: Builder, targets: set[str], source: str
) -> Callable[[_Changes, datetime], None]:
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target, value = statement.targets[0], builder.build(statement.value)
    elif isinstance(statement, ast.AugAssign) and isinstance(statement.op, ast.Add | ast.Sub):
        target = statement.target
        value = builder.build(ast.BinOp(target, statement.op, statement.value))
    else:
        line = source.split("\n")[statement.lineno - 1].strip()[:60]
        raise ExpressionError(f"Baris '{line}' bukan penugasan. Skrip hanya berisi nama = ekspresi, satu per baris.")
    if isinstance(target, ast.Name):
        return _set_name(_target_name(target, targets), value)
    builder.build(target)  # refuses names that no data have
    keys: list[Node] = []
    while isinstance(target, ast.Subscript | ast.Attribute):
        if isinstance(target, ast.Attribute):
            keys.append(builder.build(ast.Constant(target.attr)))
        else:
            keys.append(builder.build(target.slice))
        target = target.value
    if not isinstance(target, ast.Name):
        raise ExpressionError('Sisi kiri harus nama data, misalnya nomor = ... atau pk["nomor"] = ...')
    return _set_key(_target_name(target, targets), keys[::-1], value)


def _target_name(target: ast.Name, targets: set[str]) -> str:
    name = target.id
    if name in CONSTANT_NAMES or name.startswith("_"):
        raise ExpressionError(f"'{name[:60]}' tidak dapat dipakai sebagai nama data. Pilih nama lain.")
    targets.add(name)
    return name


def _set_name(name: str, value: Node) -> Callable[[_Changes, datetime], None]:
    def run(changes: _Changes, now: datetime) -> None:
        changes.new[name] = fresh(value(changes, now))

    return run


def _set_key(name: str, keys: list[Node], value: Node) -> Callable[[_Changes, datetime], None]:
    def run(changes: _Changes, now: datetime) -> None:
        new = fresh(value(changes, now))
        path = [key(changes, now) for key in keys]
        container = changes.own(name)
        for key in path[:-1]:
            container = item(container, key)
        last = path[-1]
        if type(container) is list and type(last) is int:
            item(container, last)  # refuses a row that is not there
            container[last] = new
        elif type(container) is dict and type(last) is str:
            container[last] = new
        else:
            raise ExpressionError("[...] di sisi kiri hanya untuk isian dengan kunci teks, atau baris daftar yang ada.")
        changes.new[name] = fresh(changes.new[name])  # keeps the whole within its bounds

    return run
