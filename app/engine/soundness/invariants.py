"""Promises: what a process says of itself that must hold on every way through it.

They stand in the properties of the process, under any name that begins with "janji" ("janji.1", "janji.arsip"), one
promise each:

    A hanya sesudah B dan C              every way to A has passed B and C since the start
    A hanya sesudah B dan C sejak D      ... since D was last passed, or since the start where D never was
    A tidak pernah sesudah B             once B was passed, A never comes
    A tidak pernah sesudah B sejak D     ... until D is passed
    sesudah A pasti B                    after A the case does not end before B was passed

A, B, C, D are ids of elements or flows, or names in double quotes. A task counts as passed when it has ended well, not
when an event at its edge has taken it away; A "comes" when it begins.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from app.engine.soundness.tokens import Way

PREFIX = "janji"
MAX_PROMISES = 20
MAX_PARTS = 10
HINT = (
    "Tulis satu janji per isian, dengan id elemen atau nama dalam tanda kutip: "
    "arsipkan hanya sesudah tte_kepala dan tte_eselon sejak buat_lembar; "
    "arsipkan tidak pernah sesudah pk_ditolak; sesudah pk_ditolak pasti penyusunan_pk."
)

_PART = r'(?:"[^"]{1,300}"|[^\s"]+)'
_MANY = rf"{_PART}(?:\s+dan\s+{_PART})*"
_SINCE = rf"(?:\s+sejak\s+(?P<since>{_PART}))?"
_FORMS = {
    "only": re.compile(rf"\s*(?P<what>{_PART})\s+hanya\s+sesudah\s+(?P<after>{_MANY}){_SINCE}\s*\.?\s*\Z"),
    "never": re.compile(rf"\s*(?P<what>{_PART})\s+tidak\s+pernah\s+sesudah\s+(?P<after>{_PART}){_SINCE}\s*\.?\s*\Z"),
    "surely": re.compile(rf"\s*sesudah\s+(?P<after>{_PART})\s+pasti\s+(?P<what>{_PART})\s*\.?\s*\Z"),
}


class BadPromise(ValueError):
    """The message is a sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise, its parts as ids. `kind`: only | never | surely."""

    text: str
    kind: str
    what: str
    after: tuple[str, ...]
    since: str | None = None

    @property
    def ids(self) -> frozenset[str]:
        """The elements and flows that it speaks of."""
        return frozenset((self.what, *self.after, *((self.since,) if self.since else ())))

    def step(self, memory: int, sign: str) -> int | None:
        """What is remembered after `sign` of a way; None where it breaks the promise.

        The memory has a bit for each of `after` that was passed; of "surely", one that says that `what` is owed.
        """
        mark, id_ = sign[0], sign[1:]
        if mark in "+=>" and id_ == self.what:
            if self.kind == "surely":
                memory = 0 if mark != "+" else memory
            elif (self.kind == "only" and memory != self._all) or (self.kind == "never" and memory):
                return None
        if mark in "-=>":
            if id_ == self.since:
                memory = 0
            if self.kind == "surely" and id_ == self.what:
                memory = 0
            elif id_ in self.after:
                memory |= 1 << self.after.index(id_)
        return memory

    @property
    def _all(self) -> int:
        return (1 << len(self.after)) - 1

    def broken_at_end(self, memory: int) -> bool:
        return self.kind == "surely" and memory != 0


def promises_of(properties: Mapping[str, str]) -> list[str]:
    """The texts of the promises among the properties of a process, in the order of their names."""
    found = [
        (name, text.strip()) for name, text in properties.items() if name == PREFIX or name.startswith(PREFIX + ".")
    ]
    return [text for _, text in sorted(found, key=lambda f: _by_number(f[0])) if text]


def _by_number(name: str) -> tuple[int, str]:
    last = name.rpartition(".")[2]
    return (int(last), "") if last.isascii() and last.isdigit() and len(last) < 9 else (10**9, name)


def read_promise(text: str, names: Mapping[str, str]) -> Promise:
    """`names` are the names of elements and flows by id. BadPromise for what can't be read or isn't there."""
    for kind, form in _FORMS.items():
        found = form.match(text)
        if found is None:
            continue
        given = found.groupdict()
        parts = tuple(re.findall(_PART, re.sub(r"\s+dan\s+", " ", given["after"])))
        if len(parts) > MAX_PARTS:
            raise BadPromise(f"Janji menyebut lebih dari {MAX_PARTS} elemen. Pecah menjadi beberapa janji.")
        since = given.get("since")
        return Promise(
            text,
            kind,
            _id(given["what"], names),
            tuple(dict.fromkeys(_id(part, names) for part in parts)),
            _id(since, names) if since else None,
        )
    raise BadPromise(f"Janji '{text[:80]}' belum dapat dibaca. {HINT}")


def _id(part: str, names: Mapping[str, str]) -> str:
    if not part.startswith('"'):
        if part not in names:
            raise BadPromise(f"Janji menyebut '{part[:60]}', yang tidak ada di diagram. {_near(part, list(names))}")
        return part
    name = " ".join(part[1:-1].split())
    found = [id_ for id_, known in names.items() if " ".join(known.split()) == name]
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(found[:4])
        raise BadPromise(f'Janji menyebut "{name[:60]}", nama beberapa elemen. Tulis id salah satunya: {ids}.')
    near = _near(name, [known for known in names.values() if known])
    raise BadPromise(f'Janji menyebut "{name[:60]}", yang tidak ada di diagram. {near}')


def _near(wanted: str, known: list[str]) -> str:
    near = get_close_matches(wanted, known, n=3)
    return f"Mungkin {' atau '.join(near)}?" if near else "Pilih id elemen dari diagram."


Edges = Callable[[int], Iterable[tuple[int, Way]]]


def broken(
    promise: Promise, first: list[tuple[int, Way]], edges: Edges, *, end: int, go_on: Callable[[], bool]
) -> tuple[Way | None, bool]:
    """(the shortest way that breaks `promise` or None, whether all was looked at).

    `first` are the first states of a case with the ways to them, `edges(state)` what follows each. `end` is the state
    in which a case has ended. Stops early where `go_on()` says so.
    """
    before: dict[tuple[int, int], tuple[tuple[int, int] | None, Way]] = {}
    ahead: list[tuple[int, int]] = []
    for state, way in first:
        bad = _walk(promise, 0, way, before, ahead, None, state, end)
        if bad is not None:
            return bad, True
    at = 0
    while at < len(ahead):
        if at % 256 == 0 and not go_on():
            return None, False
        key = ahead[at]
        at += 1
        for state, way in edges(key[0]):
            bad = _walk(promise, key[1], way, before, ahead, key, state, end)
            if bad is not None:
                return bad, True
    return None, True


def _walk(
    promise: Promise, memory: int, way: Way, before: dict[tuple[int, int], tuple[tuple[int, int] | None, Way]],
    ahead: list[tuple[int, int]], key: tuple[int, int] | None, state: int, end: int,
) -> Way | None:  # fmt: skip
    """Follow one step; the whole way from the start if it breaks the promise."""
    now: int | None = memory
    for n, sign in enumerate(way):
        now = promise.step(now or 0, sign)
        if now is None:
            return _whole(before, key, way[: n + 1])
    if state == end and promise.broken_at_end(now or 0):
        return _whole(before, key, way)
    following = (state, now or 0)
    if following not in before:
        before[following] = key, way
        ahead.append(following)
    return None


def _whole(
    before: Mapping[tuple[int, int], tuple[tuple[int, int] | None, Way]], key: tuple[int, int] | None, last: Way
) -> Way:
    parts = [last]
    while key is not None:
        key, way = before[key]
        parts.append(way)
    return tuple(sign for part in reversed(parts) for sign in part)
