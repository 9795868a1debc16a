"""Plays a recorded case on another diagram, in memory, with the engine's own verbs.

What was sent and answered goes to the step with the same id, in the recorded order and at the recorded moments. Time
goes by in between: a timer that the recording knows fires when it fired then, one that is new or was changed when it
is due. "Same" means: the same elements in the same order, events and gateways among them, the same end, the same
last status. An element more or less is another path, even if everybody does the same work.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from app.engine import steps
from app.engine.definition import Definition
from app.engine.errors import NoErrorPath
from app.engine.recording import (
    ACTION,
    ERROR,
    GO_ON,
    HOLD,
    RESULT,
    START,
    SUBMIT,
    TIMER,
    Input,
    Origin,
    Recording,
    origin_of,
    renames,
)
from app.engine.replay.fill import filled
from app.engine.types import Passed, Step
from app.errors import StepFailed

MOST_FILLED = 100  # new steps that are filled in for one case; more is a loop
MOST_TICKS = 1_000
_STEP = timedelta(seconds=1)  # what a step takes that nobody recorded


@dataclass(frozen=True, slots=True)
class Visit:
    """An element that the case went through on the draft. `filled`: by us, with defaults."""

    passed: Passed
    at: datetime
    filled: bool = False


@dataclass(frozen=True)
class Halt:
    """Why a case did not come to its end: `kind` "stopped" or "failed", at which element, and a sentence."""

    kind: str
    where: str
    reason: str


@dataclass(frozen=True)
class Trace:
    """What became of a recording on a draft, before it is judged (see `replay_words.judge`)."""

    visits: tuple[Visit, ...]
    ended: bool
    status: str
    open: tuple[str, ...]
    halt: Halt | None = None
    skipped: tuple[str, ...] = ()  # steps whose recorded input was passed over, because nothing waited for it
    filled: tuple[str, ...] = ()

    @property
    def path(self) -> tuple[str, ...]:
        return tuple(v.passed.element for v in self.visits)


@dataclass
class Player:
    """One recording on one draft. `renamed`: recorded id -> the draft's id for the same step."""

    definition: Definition
    recording: Recording
    origin: Origin
    fill: bool = False
    renamed: Mapping[str, str] = field(default_factory=dict)
    familiar: frozenset[str] = frozenset()  # timers that are as they were

    def __post_init__(self) -> None:
        self.visits: list[Visit] = []
        self.status = ""
        self.on_track, self.held = True, False
        self.skipped: list[str] = []
        self.filled: list[str] = []
        self.ticks = 0

    def play(self) -> Trace:
        """Never raises for what the draft or the recording hold."""
        halt: Halt | None = None
        try:
            halt = self._through()
        except StepFailed as e:
            halt = Halt("failed", e.element or self._last(), str(e))
        except NoErrorPath as e:
            halt = Halt("failed", e.element, f"{e} Perkara ini akan menjadi insiden.")
        step = getattr(self, "step", None)
        open_ = () if step is None or step.ended else _open(step)
        ended = bool(step and step.ended and halt is None)
        return Trace(
            tuple(self.visits), ended, self.status, open_, halt, tuple(self.skipped), tuple(self.filled)
        )  # fmt: skip

    def _through(self) -> Halt | None:
        inputs = self.recording.inputs
        if not inputs or inputs[0].kind != START:
            return Halt("failed", "", "Awal perkara ini tidak terekam.")
        self.now = inputs[0].at
        self._took(steps.start(self.definition, inputs[0].data or {}, self.now), inputs[0])
        at = 1
        while at < len(inputs) and not self.step.ended:
            found = self._give(inputs, at)
            if isinstance(found, Halt):
                return found
            at = found
        return None if self.step.ended else self._beyond()

    def _give(self, inputs: tuple[Input, ...], at: int) -> int | Halt:
        """The index of the next input to give, or why there is none."""
        one = inputs[at]
        if one.kind in (HOLD, GO_ON):
            self.held = one.kind == HOLD
            return at + 1
        self._let_time_go(one.at)
        self.now = max(self.now, one.at)
        if self.step.ended:
            return at
        if one.kind == TIMER:
            self._took(self._tick() if self._is_due() else None, one)
            return at + 1
        verb = self._verb(one)
        if verb is not None:
            self._took(verb(), one)
            return at + 1
        if self._fill_one():
            return at
        return self._pass_over(inputs, at)

    def _pass_over(self, inputs: tuple[Input, ...], at: int) -> int | Halt:
        """Nothing waits for this input: go on with the next one that something waits for."""
        self.on_track = False
        for later in range(at + 1, len(inputs)):
            if inputs[later].kind != TIMER and self._verb(inputs[later]) is not None:
                for one in inputs[at:later]:
                    if one.kind in (HOLD, GO_ON):
                        self.held = one.kind == HOLD
                    elif one.kind != TIMER:
                        self.skipped.append(self.renamed.get(one.element, one.element))
                return later
        return self._unanswered()

    def _unanswered(self) -> Halt:
        """The draft waits, and the recording has nothing for it."""
        for call in self.step.calls:
            reason = "Draf memanggil layanan {name} di sini, dan rekaman tidak punya jawabannya."
            return Halt("stopped", call.element, reason.format(name=self._name(call.element)))
        for task in self.step.user_tasks:
            reason = "Draf meminta langkah {name} di sini, dan rekaman tidak punya isian untuknya."
            return Halt("stopped", task.element, reason.format(name=self._name(task.element)))
        where = self._waits_at()
        return Halt(
            "stopped", where, f"Draf menunggu di {self._name(where)}, dan rekaman tidak punya apa-apa untuknya."
        )

    def _beyond(self) -> Halt | None:
        """The recording has no more inputs: time goes by, new steps are filled, until it ends or waits for people."""
        if not self.recording.ended:
            return None
        while not self.step.ended:
            if self._fill_one():
                continue
            if self.step.user_tasks or self.step.calls or self.step.next_timer is None:
                return self._unanswered()
            self.now = max(self.now, self.step.next_timer)
            self._took(self._tick(), None)
        return None

    # --- what may happen

    def _verb(self, one: Input) -> Callable[[], Step] | None:
        """How to give this input to whatever waits for it; None if nothing does."""
        element, data = self.renamed.get(one.element, one.element), one.data
        definition, state, now = self.definition, self.step.state, max(self.now, one.at)
        if one.kind == SUBMIT:
            task = _first(self.step.user_tasks, element)
            return task and (lambda: steps.submit(definition, state, task, data or {}, now))
        if one.kind == ACTION:
            action = _first(self.step.actions, element)
            return action and (lambda: steps.act(definition, state, action, data or {}, now))
        call = _first(self.step.calls, element)
        if one.kind == RESULT:
            return call and (lambda: steps.finish(definition, state, call, data, now))
        if one.kind == ERROR:
            code, message = data.get("kode", ""), data.get("pesan", "")
            return call and (lambda: steps.fail(definition, state, call, code, message, now))
        return None

    def _fill_one(self) -> bool:
        """Send one step that is new in the draft with what its form allows; False if there is none to fill."""
        if not self.fill or len(self.filled) >= MOST_FILLED:
            return False
        known = {*self.origin.names, *self.renamed.values()}
        for task in self.step.user_tasks:
            data = None if task.element in known else filled(self.definition.elements.get(task.element), self.now)
            if data is not None:
                self.now += _STEP
                self.filled.append(task.element)
                self.on_track = False
                step = steps.submit(self.definition, self.step.state, task.id, data, self.now)
                self._took(step, None, filled=task.element)
                return True
        return False

    def _let_time_go(self, until: datetime) -> None:
        """Fire what is due before `until`, except what the recording will fire by itself."""
        while not self.held and not self.step.ended and self.step.next_timer and self.step.next_timer <= until:
            waiting = steps.read(self.definition, self.step.state).timers
            ours = [t.at for t in waiting if t.at <= until and not (self.on_track and t.element in self.familiar)]
            if not ours:
                return
            self.now = max(self.now, min(ours))
            self._took(self._tick(), None)

    def _is_due(self) -> bool:
        return self.step.next_timer is not None and self.step.next_timer <= self.now

    def _tick(self) -> Step:
        self.ticks += 1
        if self.ticks > MOST_TICKS:
            raise StepFailed(f"Timer berbunyi lebih dari {MOST_TICKS} kali tanpa akhir. Periksa pengulangannya.")
        return steps.tick(self.definition, self.step.state, self.now)

    def _took(self, step: Step | None, one: Input | None, filled: str = "") -> None:
        """Note a step, and whether it went through what the recording went through."""
        passed = () if step is None else _collapsed(step.passed)
        self.visits += [Visit(p, self.now, bool(filled) and p.element == filled) for p in passed]
        recorded = [self.renamed.get(e, e) for e in one.passed] if one else []
        self.on_track = self.on_track and [p.element for p in passed] == recorded
        if step is not None:
            self.step = step
            self.status = self.status if step.status is None else step.status

    # --- names

    def _name(self, element: str) -> str:
        found = self.definition.elements.get(element)
        return f"‘{(found.name if found else '') or element}’"

    def _last(self) -> str:
        return self.visits[-1].passed.element if self.visits else ""

    def _waits_at(self) -> str:
        timers = steps.read(self.definition, self.step.state).timers
        waiting = [a.element for a in self.step.actions] + [t.element for t in timers]
        return waiting[0] if waiting else self._last()


def play(definition: Definition, recording: Recording, origin: Origin, fill: bool = False) -> Trace:
    """Play `recording`, made under the version that `origin` tells of, on the draft `definition`."""
    mine = origin_of(definition)
    familiar = frozenset(e for e, text in mine.timers.items() if origin.timers.get(e) == text)
    return Player(definition, recording, origin, fill, renames(origin, mine), familiar).play()


def _first(waiting: Any, element: str) -> Any:
    return next((each.id for each in waiting if each.element == element), None)


def _open(step: Step) -> tuple[str, ...]:
    return tuple(sorted([t.element for t in step.user_tasks] + [c.element for c in step.calls]))


def _collapsed(passed: tuple[Passed, ...]) -> list[Passed]:
    """One for each element, as `without_repeats`; of a gateway's several ways the one that tells most."""
    found: list[Passed] = []
    for p in passed:
        if found and found[-1].element == p.element:
            found[-1] = p if p.expression and not found[-1].expression else found[-1]
        else:
            found.append(p)
    return found
