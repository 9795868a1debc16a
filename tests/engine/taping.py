"""Records what happens to a case, as the table of events does, so that it can be played again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.engine.definition import Definition
from app.engine.recording import Input, Recording, origin_of, without_repeats
from app.engine.replay.words import Played, replay
from app.engine.types import Step
from tests.engine.people import MONDAY, Case
from tests.engine.walking import Walk


class Tape:
    """Inputs so far, and the status."""

    def __init__(self) -> None:
        self.inputs: list[Input] = []
        self.status = ""
        self.next: tuple[str, str, Any] = ("start", "", {})

    def took(self, step: Step, now: datetime) -> None:
        passed = without_repeats(p.element for p in step.passed)
        kind, element, data = self.next
        if kind == "timer" and not passed:
            return  # nothing fired: the application makes no event of it
        self.inputs.append(Input(kind, element, now, data, passed))
        self.status = self.status if step.status is None else step.status
        self.last = step

    def recording(self) -> Recording:
        open_ = () if self.last.ended else tuple(t.element for t in (*self.last.user_tasks, *self.last.calls))
        return Recording(tuple(self.inputs), self.last.ended, self.status, open_)


class TapedCase(Case):
    """A case as people lead it, on tape. `on(draft)` plays it on another diagram."""

    def __init__(self, definition: Definition, now: datetime = MONDAY, **data: Any) -> None:
        self.tape = Tape()
        self.tape.next = ("start", "", data)
        super().__init__(definition, now, **data)
        self.tape.took(self.step, now)

    def submit(self, element: str, **data: Any) -> Step:
        return self._taped(("submit", element, data), lambda: super(TapedCase, self).submit(element, **data))

    def finish(self, element: str, result: Any = None) -> Step:
        return self._taped(("result", element, result), lambda: super(TapedCase, self).finish(element, result))

    def fail(self, element: str, code: str, message: str = "gagal") -> Step:
        data = {"kode": code, "pesan": message}
        return self._taped(("error", element, data), lambda: super(TapedCase, self).fail(element, code, message))

    def act(self, element: str, **data: Any) -> Step:
        return self._taped(("action", element, data), lambda: super(TapedCase, self).act(element, **data))

    def wait(self, **time: float) -> Step:
        return self._taped(("timer", "", None), lambda: super(TapedCase, self).wait(**time))

    def _taped(self, what: tuple[str, str, Any], do: Any) -> Step:
        self.tape.next = what
        step: Step = do()
        self.tape.took(step, self.now)
        return step

    def on(self, draft: Definition, fill: bool = False) -> Played:
        return replay(draft, self.tape.recording(), origin_of(self.definition), fill)


class TapedWalk(Walk):
    """A random walk on tape."""

    tape: Tape | None = None

    def took(self, step: Step) -> None:
        if self.tape is None:
            self.tape = Tape()
            self.tape.next = ("start", "", dict(self.case))
        super().took(step)
        self.tape.took(step, self.now)

    def submitted(self, element: str, data: dict[str, Any]) -> None:
        self.tape.next = ("submit", element, data)

    def failed(self, element: str) -> None:
        self.tape.next = ("error", element, {"kode": "gagal", "pesan": "coba lagi"})

    def finished(self, element: str, key: str, result: Any) -> None:
        self.tape.next = ("result", element, result)

    def acted(self, element: str, data: dict[str, Any]) -> None:
        self.tape.next = ("action", element, data)

    def ticked(self) -> None:
        self.tape.next = ("timer", "", None)
