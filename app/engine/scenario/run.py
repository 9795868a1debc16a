"""Runs scenarios on a diagram, in memory, and says what differs from what they expect."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from app.engine import steps
from app.engine.calendar import due_at
from app.engine.definition import Definition
from app.engine.errors import NoErrorPath
from app.engine.expressions import ExpressionError
from app.engine.plain_yaml import Mistake, Unreadable
from app.engine.recording import without_repeats
from app.engine.scenario import ANYTHING, Expected, Move, Scenario, near, read_scenario
from app.engine.types import Step
from app.errors import AlurError, InvalidDefinition, StepFailed

BETWEEN = timedelta(minutes=1)  # what a step takes
MOST_TICKS = 1_000
MOST_SCENARIOS = 100
_KINDS = {
    "kerjakan": ("userTask", "manualTask", "task"),
    "layanan": ("serviceTask", "businessRuleTask", "sendTask"),
    "tindakan": ("boundaryEvent", "intermediateCatchEvent", "receiveTask", "startEvent"),
}  # fmt: skip


@dataclass(frozen=True)
class Ran:
    """What came of a scenario: fine if there are no `mistakes`. `where` is the element at which it went wrong."""

    name: str
    mistakes: tuple[Mistake, ...]
    path: tuple[str, ...] = ()
    where: str = ""
    waits: tuple[str, ...] = ()
    status: str = ""

    @property
    def ok(self) -> bool:
        return not self.mistakes


def run_scenario(definition: Definition, scenario: Scenario) -> Ran:
    """Never raises for what the diagram or the scenario hold."""
    return _Run(definition, scenario).run()


class _Off(Exception):
    """The scenario can't go on: at this line, for this reason."""

    def __init__(self, line: int, message: str, where: str = "") -> None:
        self.mistake, self.where = Mistake(line, message), where


class _Run:
    def __init__(self, definition: Definition, scenario: Scenario) -> None:
        self.definition, self.scenario = definition, scenario
        self.now: datetime = scenario.start.astimezone(UTC)
        self.path: list[str] = []
        self.status = ""
        self.step: Step | None = None

    def run(self) -> Ran:
        mistakes, where = self._unknown(), ""
        if not mistakes:
            try:
                self._begin()
                for move in self.scenario.moves:
                    self._make(move)
                mistakes, where = self._compare(self.scenario.expected)
            except _Off as e:
                mistakes, where = [e.mistake], e.where
        return Ran(self.scenario.name, tuple(mistakes), tuple(self.path), where, self._waits(), self.status)

    # --- the steps

    def _begin(self) -> None:
        try:
            self._took(steps.start(self.definition, self.scenario.data, self.now))
        except AlurError as e:
            raise _Off(0, f"Perkara tidak dapat dimulai. {e}", getattr(e, "element", "")) from e

    def _make(self, move: Move) -> None:
        step = self._now_at(move.line)
        try:
            if move.kind == "waktu":
                self._let_time_go(due_at(move.data, step.data, self.now))
                return
            self.now += BETWEEN
            self._took(self._verb(move, step))
        except NoErrorPath as e:
            raise _Off(move.line, f"{e} Gambar kejadian di tepi untuknya, atau ubah skenario.", move.element) from e
        except StepFailed as e:
            raise _Off(move.line, f"Langkah ini gagal dihitung. {e}", e.element or move.element) from e
        except ExpressionError as e:
            raise _Off(move.line, str(e)) from e

    def _verb(self, move: Move, step: Step) -> Step:
        waiting: Sequence[Any] = {
            "kerjakan": step.user_tasks, "layanan": step.calls, "tindakan": step.actions
        }[move.kind]  # fmt: skip
        found = next((each.id for each in waiting if each.element == move.element), None)
        if found is None:
            raise _Off(
                move.line, f"{self._name(move.element)} tidak menunggu di sini. {self._what_waits()}", self._last()
            )
        if move.kind == "kerjakan":
            return steps.submit(self.definition, step.state, found, move.data, self.now)
        if move.kind == "tindakan":
            return steps.act(self.definition, step.state, found, move.data, self.now)
        if move.code:
            return steps.fail(self.definition, step.state, found, move.code, move.data, self.now)
        return steps.finish(self.definition, step.state, found, move.data, self.now)

    def _let_time_go(self, until: datetime) -> None:
        for _ in range(MOST_TICKS):
            step = self.step
            if step is None or step.ended or step.next_timer is None or step.next_timer > until:
                self.now = max(self.now, until)
                return
            self.now = max(self.now, step.next_timer)
            self._took(steps.tick(self.definition, step.state, self.now))
        raise StepFailed(f"Timer berbunyi lebih dari {MOST_TICKS} kali tanpa akhir. Periksa pengulangannya.")

    def _now_at(self, line: int) -> Step:
        if self.step is None or self.step.ended:
            raise _Off(line, f"Perkara sudah selesai di {self._name(self._last())} sebelum langkah ini.", self._last())
        return self.step

    def _took(self, step: Step) -> None:
        self.step = step
        self.path += without_repeats(p.element for p in step.passed)
        self.status = self.status if step.status is None else step.status

    # --- what is expected

    def _unknown(self) -> list[Mistake]:
        """Elements that the diagram does not have."""
        found = []
        elements = self.definition.elements
        for move in self.scenario.moves:
            if move.element and move.element not in elements:
                fit = [e.id for e in elements.values() if e.kind in _KINDS[move.kind]]
                found.append(Mistake(move.line, f"Diagram tidak punya ‘{move.element}’. {near(move.element, fit)}"))
        expected = self.scenario.expected
        named = {"jalan": expected.path, "akhir": (expected.end,) if expected.end else (), "menunggu": expected.waits}
        for word, ids in named.items():
            for element in ids or ():
                if element not in elements and element != ANYTHING:
                    line = expected.lines.get(word, 0)
                    found.append(Mistake(line, f"{word}: diagram tidak punya ‘{element}’. {near(element, elements)}"))
        return found

    def _compare(self, expected: Expected) -> tuple[list[Mistake], str]:
        found: list[Mistake] = []
        where = ""

        def say(word: str, message: str) -> None:
            found.append(Mistake(expected.lines.get(word, 0), message))

        if expected.path is not None:
            off = differs(expected.path, self.path)
            if off is not None:
                where, message = self._parting(*off)
                say("jalan", message)
        ended = bool(self.step and self.step.ended)
        if expected.end and not ended:
            say("akhir", f"Perkara belum selesai. {self._what_waits()}")
        elif expected.end and self._last() != expected.end:
            say("akhir", f"Berakhir di {self._name(self._last())}, bukan {self._name(expected.end)}.")
        if expected.waits is not None and tuple(sorted(expected.waits)) != self._waits():
            wanted = ", ".join(expected.waits) or "tidak ada"
            say(
                "menunggu",
                f"Diharapkan menunggu {wanted}. {self._what_waits()}" if not ended else "Perkara sudah selesai.",
            )
        if expected.status is not None and expected.status != self.status:
            say("status", f"Statusnya ‘{self.status}’, bukan ‘{expected.status}’.")
        return sorted(found, key=lambda m: m.line), where or (self._last() if found else "")

    def _parting(self, at: int, wanted: str) -> tuple[str, str]:
        before = self.path[at - 1] if 0 < at <= len(self.path) else ""
        here = f"sesudah {self._name(before)}" if before else "di awal"
        if at >= len(self.path):
            return before, f"Jalannya berhenti {here}; diharapkan {self._name(wanted)}. {self._what_waits()}"
        now = self._name(self.path[at])
        if not wanted:
            return self.path[at], f"Jalannya berlanjut {here} ke {now}, padahal diharapkan berhenti di situ."
        return self.path[at], f"Jalannya {here} ke {now}; diharapkan {self._name(wanted)}."

    def _waits(self) -> tuple[str, ...]:
        if self.step is None or self.step.ended:
            return ()
        return tuple(sorted([t.element for t in self.step.user_tasks] + [c.element for c in self.step.calls]))

    def _what_waits(self) -> str:
        waits = self._waits()
        actions = [a.element for a in self.step.actions] if self.step and not self.step.ended else []
        if not waits and not actions:
            return "Tidak ada yang menunggu."
        return f"Yang menunggu: {', '.join(self._name(e) for e in dict.fromkeys([*waits, *actions]))}."

    def _name(self, element: str) -> str:
        found = self.definition.elements.get(element)
        named = found.name if found and found.name != element else ""
        return f"‘{element}’ ({named})" if named else f"‘{element}’"

    def _last(self) -> str:
        return self.path[-1] if self.path else ""


def differs(expected: Sequence[str], path: Sequence[str]) -> tuple[int, str] | None:
    """(index in `path`, what was expected there, "" for the end); None where they agree. "..." is anything."""
    parts: list[list[str]] = [[]]
    for element in expected:
        if element == ANYTHING:
            parts.append([])
        else:
            parts[-1].append(element)
    at = 0
    for number, part in enumerate(parts):
        first, last = number == 0, number == len(parts) - 1
        if first:
            found = 0
        elif last:
            found = max(at, len(path) - len(part))
            if list(path[found:]) != part:  # where it begins to agree, or behind the end
                found = max(range(len(path), at - 1, -1), key=lambda n: _agree(part, path[n:]), default=at)
        else:
            found = max(range(at, len(path) + 1), key=lambda n: _agree(part, path[n:]), default=at)
        for offset, wanted in enumerate(part):
            if found + offset >= len(path) or path[found + offset] != wanted:
                return found + offset, wanted
        at = found + len(part)
    return (at, "") if len(parts) == 1 and at < len(path) else None


def _agree(part: Sequence[str], path: Sequence[str]) -> int:
    """How many elements are the same from the beginning on."""
    pairs = zip(part, path, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(part), len(path)))


# --- many at once, in a child process


def run_all(question: Mapping[str, Any]) -> dict[str, Any]:
    """`files` (base64), `process` and `scenarios` ({file: text}) -> {"refused": sentence or "", "ran": [...]}."""
    files = {name: b64decode(data) for name, data in question["files"].items()}
    try:
        definition = Definition.load(files, question["process"] or None)
    except InvalidDefinition as e:
        return {"refused": next((str(getattr(p, "message", p)) for p in e.problems), str(e)), "ran": [], "names": {}}
    ran = [run_one(definition, file, text) for file, text in list(question["scenarios"].items())[:MOST_SCENARIOS]]
    return {"refused": "", "ran": ran, "names": {e.id: e.name or e.id for e in definition.elements.values()}}


def run_one(definition: Definition, file: str, content: str | bytes) -> dict[str, Any]:
    """One scenario as JSON: file, name, ok, mistakes [{line, message}], path, where, waits, status."""
    try:
        ran = run_scenario(definition, read_scenario(content))
    except Unreadable as e:
        ran = Ran(file, e.mistakes)
    return {
        "file": file, "name": ran.name, "ok": ran.ok, "path": list(ran.path), "where": ran.where,
        "waits": list(ran.waits), "status": ran.status,
        "mistakes": [{"line": m.line, "message": m.message} for m in ran.mistakes],
    }  # fmt: skip
