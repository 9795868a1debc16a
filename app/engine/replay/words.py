"""Judges what became of a recording on a draft: the same, another path, stopped or failed; where, and why in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.engine.definition import Definition
from app.engine.recording import Origin, Recording, origin_of, renames
from app.engine.replay import Trace, play

SAME, OTHER, STOPPED, FAILED = "same", "other", "stopped", "failed"
OUTCOMES = (SAME, OTHER, STOPPED, FAILED)


@dataclass(frozen=True)
class Played:
    """What came of one recorded case. `where` is an element of the draft: the one at which it leaves the recording.

    `end` is the end event, "" while the case has not ended. `trace` has the way there with all that gateways saw.
    """

    outcome: str
    where: str
    reason: str
    path: tuple[str, ...]
    ended: bool
    status: str
    end: str
    trace: Trace

    def as_json(self) -> dict[str, Any]:
        """Without the data that gateways saw."""
        names = ("outcome", "where", "reason", "ended", "status", "end")
        return {**{name: getattr(self, name) for name in names}, "path": list(self.path)}


def replay(definition: Definition, recording: Recording, origin: Origin, fill: bool = False) -> Played:
    """Run a recording, made under the version that `origin` tells of, on the draft. Never raises for what they hold.

    `fill`: steps that are new in the draft and declare their own form are sent with its defaults.
    """
    trace = play(definition, recording, origin, fill)
    outcome, where, reason = _Judge(definition, recording, origin, trace).verdict()
    end = trace.path[-1] if trace.ended and trace.path else ""
    return Played(outcome, where, reason, trace.path, trace.ended, trace.status, end, trace)


class _Judge:
    def __init__(self, definition: Definition, recording: Recording, origin: Origin, trace: Trace) -> None:
        mine = origin_of(definition)
        renamed = renames(origin, mine)
        self.recording, self.trace = recording, trace
        self.names: Mapping[str, str] = {**origin.names, **mine.names}
        self.timers = {**origin.timers, **mine.timers}
        self.here, self.known = set(mine.names), {*origin.names, *renamed.values()}
        self.before = tuple(renamed.get(e, e) for e in recording.path)
        self.waited = tuple(sorted(renamed.get(e, e) for e in recording.open))

    def verdict(self) -> tuple[str, str, str]:
        """(outcome, where, reason)"""
        trace, halt = self.trace, self.trace.halt
        if halt is not None:
            at = self._first_difference()
            parted = self._parting()[1] if at < len(trace.path) else ""
            went = f"Dulu perkara ini ke {self._name(self.before[at])}." if not parted and at < len(self.before) else ""
            return halt.kind, halt.where, " ".join(filter(None, (parted, halt.reason, went)))
        if trace.path != self.before or trace.ended != self.recording.ended:
            where, reason = self._short() or self._parting()
            return OTHER, where, " ".join(filter(None, (reason, self._status(), self._unused())))
        if trace.status != self.recording.status:
            return OTHER, trace.path[-1] if trace.path else "", f"Jalannya sama. {self._status()}"
        if not trace.ended and trace.open != self.waited:
            here = next((e for e in trace.open if e not in self.waited), trace.open[0] if trace.open else "")
            return (
                OTHER,
                here,
                f"Sekarang menunggu di {self._all(self.waited)}; menurut draf di {self._all(trace.open)}.",
            )
        return SAME, "", ""

    def _short(self) -> tuple[str, str] | None:
        """Where only elements were added or taken away: which."""
        added = list(dict.fromkeys(e for e in self.trace.path if e not in self.known))
        gone = list(dict.fromkeys(e for e in self.before if e not in self.here))
        kept = [e for e in self.trace.path if e in self.known]
        if not (added or gone) or kept != [e for e in self.before if e in self.here]:
            return None
        if self.trace.ended != self.recording.ended:
            return None
        more = [f"bertambah {self._all(added)}"] if added else []
        less = [f"tanpa {self._all(gone)}"] if gone else []
        filled = f" {self._all(self.trace.filled)} diisi dengan isian bawaan." if self.trace.filled else ""
        return added[0] if added else self._last_common(), f"Jalannya sama, {', '.join(more + less)}.{filled}"

    def _parting(self) -> tuple[str, str]:
        """Where the two ways part, and what comes next on each."""
        at = self._first_difference()
        draft, was = self.trace.path[at : at + 1], self.before[at : at + 1]
        if draft and draft[0] in self.timers and (not was or was[0] not in self.timers):
            return draft[0], f"Menurut draf {self._name(draft[0])} berbunyi di sini, dulu tidak."
        if was and was[0] in self.timers:
            where = was[0] if was[0] in self.here else self._last_common()
            return where, f"Dulu {self._name(was[0])} berbunyi di sini, menurut draf tidak."
        last = self._last_common()
        after = f"Sesudah {self._name(last)}" if last else "Di awal"
        waits = f"menunggu di {self._all(self.trace.open)}" if self.trace.open else "menunggu"
        now = f"menuju {self._name(draft[0])}" if draft else "selesai" if self.trace.ended else waits
        then = f"ke {self._name(was[0])}" if was else "selesai di situ" if self.recording.ended else "menunggu di situ"
        where = draft[0] if draft and draft[0] not in self.known else last or (draft[0] if draft else "")
        return where, f"{after} draf {now}; dulu {then}."

    def _first_difference(self) -> int:
        pairs = zip(self.trace.path, self.before, strict=False)
        return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(self.trace.path), len(self.before)))

    def _last_common(self) -> str:
        at = self._first_difference()
        return self.trace.path[at - 1] if at else ""

    def _status(self) -> str:
        was, now = self.recording.status, self.trace.status
        return f"Status akhirnya ‘{now}’, dulu ‘{was}’." if was != now else ""

    def _unused(self) -> str:
        unused = list(dict.fromkeys(e for e in self.trace.skipped if e in self.here))
        return f"Rekaman untuk {self._all(unused)} tidak terpakai." if unused else ""

    def _name(self, element: str) -> str:
        return f"‘{self.names.get(element) or element}’"

    def _all(self, elements: Any) -> str:
        named = [self._name(e) for e in dict.fromkeys(elements)]
        return f"{', '.join(named[:-1])} dan {named[-1]}" if len(named) > 1 else "".join(named) or "tidak di mana pun"
