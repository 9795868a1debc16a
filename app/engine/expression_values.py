"""What expressions may do with values: each operation takes exact JSON, bounds its result, changes nothing."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from app.errors import AlurError

MAX_NUMBER = 2**63 - 1  # what the packed state can store
MAX_TEXT = 10_000  # characters of a text that an expression puts together
MAX_ITEMS = 20_000  # values in a result, all levels together
MAX_RESULT_TEXT = 500_000  # characters in a result, all levels together
MAX_DEPTH = 32

JSON_TYPES = frozenset({str, int, float, bool, type(None), list, dict, tuple})


class ExpressionError(AlurError):
    """Ekspresi ini belum dapat dihitung. Perbaiki ekspresinya di diagram, atau lengkapi data yang dibacanya."""

    status_code = 422

    def __init__(self, message: str | None = None, expression: str = "") -> None:
        super().__init__(message)
        self.expression = expression


class MissingData(ExpressionError):
    """Data yang dibaca ekspresi belum ada. Periksa namanya, atau pastikan formulir sebelumnya mengisinya."""


def known(value: Any, what: str) -> Any:
    """`value` if it is of an exact JSON type; objects never reach an operation, so no method of theirs runs."""
    if type(value) in JSON_TYPES:
        return value
    raise ExpressionError(f"'{what}' berisi {type(value).__name__}; ekspresi hanya membaca teks, angka, daftar, isian.")


def is_number(value: Any) -> bool:
    return type(value) is int or type(value) is float


def bounded(number: Any) -> Any:
    """`number` if the packed state can store it; else ExpressionError."""
    if type(number) is int and -MAX_NUMBER <= number <= MAX_NUMBER:
        return number
    if type(number) is float and math.isfinite(number):
        return number
    raise ExpressionError("Hasil hitungan terlalu besar. Pakai angka yang lebih kecil.")


def add(a: Any, b: Any) -> Any:
    if is_number(a) and is_number(b):
        return bounded(a + b)
    if type(a) is str and type(b) is str:
        if len(a) + len(b) > MAX_TEXT:
            raise ExpressionError(f"Teks hasil '+' lebih dari {MAX_TEXT} huruf. Persingkat teksnya.")
        return a + b
    raise ExpressionError("'+' hanya untuk angka dengan angka, atau teks dengan teks. Pakai teks(...) untuk mengubah.")


def subtract(a: Any, b: Any) -> Any:
    if is_number(a) and is_number(b):
        return bounded(a - b)
    raise ExpressionError("'-' hanya untuk angka dengan angka. Periksa kedua sisinya.")


def negate(a: Any) -> Any:
    if is_number(a):
        return -a
    raise ExpressionError("Tanda minus hanya untuk angka. Periksa nilainya.")


def item(container: Any, key: Any) -> Any:
    """`container[key]` of an object or a list; MissingData where there is none."""
    kind = type(container)
    if kind is dict and type(key) is str:
        if key in container:
            return known(container[key], key)
        raise MissingData(f"Isian '{key[:80]}' belum ada. Periksa namanya, atau pastikan formulir mengisinya.")
    if (kind is list or kind is tuple) and type(key) is int:
        if -len(container) <= key < len(container):
            return known(container[key], str(key))
        raise MissingData(
            f"Daftar tidak punya baris ke-{key}; isinya {len(container)} baris. Periksa dulu dengan len()."
        )
    raise ExpressionError("[...] dan titik hanya untuk isian dengan kunci teks, atau daftar dengan nomor baris.")


def contains(a: Any, b: Any) -> bool:
    kind = type(b)
    if kind is list or kind is tuple or (kind is dict and type(a) is str) or (kind is str and type(a) is str):
        return a in b
    raise ExpressionError("'in' hanya untuk mencari di daftar, di kunci isian, atau teks di dalam teks.")


def ordered(compare: Callable[[Any, Any], Any]) -> Callable[[Any, Any], bool]:
    """`compare` (<, <=, >, >=) for two numbers or two texts; anything else has no order."""

    def run(a: Any, b: Any) -> bool:
        if (is_number(a) and is_number(b)) or (type(a) is str and type(b) is str):
            return bool(compare(a, b))
        raise ExpressionError(
            "Besar-kecil hanya dapat dibandingkan antara dua angka atau dua teks. Periksa kedua sisi."
        )

    return run


def fresh(value: Any) -> Any:
    """A copy of `value` in exact JSON types that shares nothing with it; tuples become lists. Bounded in every way."""
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return value
    if kind is int or kind is float:
        return bounded(value)
    return _Copy().of(value, 0)


class _Copy:
    """One copying with what is left of its budget."""

    __slots__ = ("items", "letters")

    def __init__(self) -> None:
        self.items = MAX_ITEMS
        self.letters = MAX_RESULT_TEXT

    def of(self, value: Any, depth: int) -> Any:
        self.items -= 1
        kind = type(value)
        if kind is str:
            self.letters -= len(value)
        if self.items < 0 or self.letters < 0 or depth > MAX_DEPTH:
            raise ExpressionError("Hasil ekspresi terlalu besar atau terlalu dalam. Ambil hanya bagian yang perlu.")
        if kind is dict:
            return {self._key(k): self.of(v, depth + 1) for k, v in value.items()}
        if kind is list or kind is tuple:
            return [self.of(v, depth + 1) for v in value]
        if kind is int or kind is float:
            return bounded(value)
        return known(value, "hasil")

    def _key(self, key: Any) -> str:
        if type(key) is not str:
            raise ExpressionError("Kunci isian harus teks. Beri tanda kutip pada kuncinya.")
        self.letters -= len(key)
        return key
