"""A random walk through a case: every step from the packed bytes of the one before, as the application does it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

from app.engine import steps
from app.engine.definition import Definition
from app.engine.types import Step
from tests.engine.blocks import Game, Item, answer_for, play
from tests.engine.plain import Plain

MONDAY = datetime(2025, 3, 3, 2, 0, tzinfo=UTC)
KEYS = ("judul", "baris", "catatan", "pagu", "kosong")


class Walk:
    """Plays a case in the engine and in the interpreter at once, and compares them after every step."""

    def __init__(self, definition: Definition, block: Any, choose: Callable[[int], int], patience: int = 2) -> None:
        self.definition, self.choose, self.patience = definition, choose, patience
        self.now = MONDAY
        self.game: Game = play(block, self.now)
        self.case: dict[str, Any] = {"tahun": 2025}
        self.chased = any(b.kind in ("chaser", "nagger") for b in block.all())
        self.largest = 0
        self.took(steps.start(definition, dict(self.case), self.now))

    def took(self, step: Step) -> None:
        self.step = step
        self.largest = max(self.largest, len(step.state))
        self.compare()

    def compare(self) -> None:
        step, view = self.step, steps.read(self.definition, self.step.state)
        assert (view.user_tasks, view.calls, view.actions) == (step.user_tasks, step.calls, step.actions)
        assert (view.ended, view.data, view.next_timer) == (step.ended, step.data, step.next_timer)
        open_here = Counter(t.element for t in (*step.user_tasks, *step.calls, *step.actions))
        open_there = Counter(i.element for i in self.game.items if i.kind != "timer")
        assert open_here == open_there
        assert step.ended == self.game.ended
        assert step.next_timer == min((i.due for i in self.game.items if i.due), default=None)
        data = {k: v for k, v in step.data.items() if not k.startswith("hitung_")}
        assert data == self.case
        tokens = [i for i in self.game.items if i.kind != "timer"]
        if len(tokens) == 1 and not self.chased and tokens[0].run.is_alone():
            # A single token: what its form shows is the last word on every key.
            for shown in view.task_data.values():
                assert {k: v for k, v in shown.items() if not k.startswith("hitung_")} == self.case

    def go(self) -> None:
        """One random thing happens."""
        self.now += timedelta(minutes=1)
        self.game.now = self.now
        overdue = [i for i in self.game.items if i.due and i.due <= self.now]
        item = overdue[0] if overdue else self.game.items[self.choose(len(self.game.items))]
        getattr(self, f"go_{item.kind}")(item)

    def go_task(self, item: Item) -> None:
        task = next(t for t in self.step.user_tasks if t.element == item.element)
        data = {**self.typed(), **answer_for(item, self.choose, self.patience)}
        self.case.update(deepcopy(data))
        item.run.submitted(item.element, data)
        self.submitted(item.element, deepcopy(data))
        self.took(steps.submit(self.definition, self.step.state, task.id, data, self.now))

    def go_call(self, item: Item) -> None:
        call = next(c for c in self.step.calls if c.element == item.element)
        n = item.run.block.n
        assert call.params == {"nomor": n}
        if self.choose(2):
            item.run.answered(failed=True)
            self.failed(item.element)
            self.case["kesalahan"] = {"kode": "gagal", "pesan": "coba lagi", "elemen": item.element}
            self.took(steps.fail(self.definition, self.step.state, call.id, "gagal", "coba lagi", self.now))
        else:
            item.run.answered(failed=False)
            self.case.pop("kesalahan", None)
            self.case[f"hasil_{n}"] = self.choose(9)
            result = self.case[f"hasil_{n}"]
            self.finished(item.element, f"hasil_{n}", result)
            self.took(steps.finish(self.definition, self.step.state, call.id, result, self.now))

    def go_action(self, item: Item) -> None:
        action = next(a for a in self.step.actions if a.element == item.element)
        data = self.typed()
        self.case.update(deepcopy(data))
        item.run.sent()
        self.acted(item.element, deepcopy(data))
        self.took(steps.act(self.definition, self.step.state, action.id, data, self.now))

    def go_timer(self, item: Item) -> None:
        self.now = self.game.now = min(i.due for i in self.game.items if i.due)
        while due := [i for i in self.game.items if i.due and i.due <= self.now]:
            due[0].run.fired(due[0])
        self.ticked()
        self.took(steps.tick(self.definition, self.step.state, self.now))

    def submitted(self, element: str, data: dict[str, Any]) -> None:
        """For those who walk beside; so are the next ones."""

    def failed(self, element: str) -> None: ...

    def finished(self, element: str, key: str, result: Any) -> None: ...

    def acted(self, element: str, data: dict[str, Any]) -> None: ...

    def ticked(self) -> None: ...

    def typed(self) -> dict[str, Any]:
        """What somebody typed: some of the keys, with texts, numbers and lists of rows of any length."""
        data: dict[str, Any] = {}
        for key in KEYS:
            if self.choose(3) == 0:
                kind = self.choose(4)
                rows = [{"nama": f"b{self.choose(4)}", "nilai": self.choose(3)} for _ in range(self.choose(4))]
                data[key] = (self.choose(5), f"teks {self.choose(5)}", rows, None)[kind]
        return data


class DoubleWalk(Walk):
    """A walk with plain SpiffWorkflow walking beside it."""

    plain: Plain | None = None

    def took(self, step: Step) -> None:
        if self.plain is None:
            self.plain = Plain(self.definition, dict(self.case), self.now)
        super().took(step)
        assert self.plain.open() == Counter(t.element for t in (*step.user_tasks, *step.calls))
        assert self.plain.workflow.is_completed() == step.ended

    def submitted(self, element: str, data: dict[str, Any]) -> None:
        self.plain.submit(element, data, self.now)

    def failed(self, element: str) -> None:
        self.plain.fail(element, self.now)

    def finished(self, element: str, key: str, result: Any) -> None:
        self.plain.finish(element, key, result, self.now)

    def acted(self, element: str, data: dict[str, Any]) -> None:
        self.plain.act(element, data, self.now)

    def ticked(self) -> None:
        self.plain.tick(self.now)
