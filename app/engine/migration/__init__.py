"""Move a running case to another version of its process: the packed state of one becomes that of the other.

Open tasks keep their ids, data and due times, timers that run keep their moment, and nothing is run. What a case can't
be proved to survive is red. The result is unpacked once more and compared; what differs is red too.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from SpiffWorkflow.exceptions import SpiffWorkflowException

from app.engine import steps
from app.engine.bpmn_xml import ACTIVITIES
from app.engine.errors import StateUnreadable
from app.engine.folding import fold
from app.engine.listing import next_timer, open_tasks
from app.engine.migration.planning import COSMETIC, KINDS, STEPS, Plan, label, names, plan
from app.engine.migration.tree import Rehoming
from app.engine.running import automatic
from app.engine.state import pack, unpack
from app.engine.types import Action, ServiceCall, Timer, UserTask, View
from app.engine.workflow import Case
from app.errors import StepFailed

__all__ = ["AMBER", "GREEN", "RED", "Moved", "Plan", "Reason", "move", "plan", "worst"]

GREEN, AMBER, RED = "green", "amber", "red"
_ORDER = (GREEN, AMBER, RED)
_PASSED = ("form", "call", "conditions", "work", "loop")  # what a step behind the case did otherwise than it would now

UNREADABLE = "Keadaan perkara ini tidak terbaca dengan versi asalnya, jadi tidak dapat dipindahkan."
NOTHING = "Tidak ada yang berubah bagi perkara ini."
LABELS = "Label saja yang berubah."


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing to know about the move of a case, in a sentence, and how bad it is."""

    level: str  # green | amber | red
    text: str


@dataclass(frozen=True, slots=True)
class Moved:
    """What would become of a case. `state` is None where it can't move (`verdict` red).

    The lists are complete, as in a Step. `dropped` and `begun` are the events that no longer wait, or wait from now.
    """

    verdict: str
    reasons: tuple[Reason, ...]
    state: bytes | None = None
    user_tasks: tuple[UserTask, ...] = ()
    calls: tuple[ServiceCall, ...] = ()
    actions: tuple[Action, ...] = ()
    timers: tuple[Timer, ...] = ()
    next_timer: datetime | None = None


@dataclass
class Findings:
    """Reasons as they are found; nothing is said twice."""

    found: dict[Reason, None] = field(default_factory=dict)

    def say(self, level: str, text: str) -> None:
        self.found[Reason(level, text)] = None

    def red(self, text: str) -> None:
        self.say(RED, text)

    def amber(self, text: str) -> None:
        self.say(AMBER, text)

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """The worst first."""
        return tuple(sorted(self.found, key=lambda r: -_ORDER.index(r.level)))


def worst(reasons: Iterable[Reason]) -> str:
    """The verdict that follows from reasons."""
    return max((r.level for r in reasons), key=_ORDER.index, default=GREEN)


def move(way: Plan, state: bytes, now: datetime) -> Moved:
    """What becomes of the case that `state` holds on the way of `way`. Never raises for what a state holds."""
    try:
        case = unpack(way.old, state, now)
        before = steps.read(way.old, state)
    except (StateUnreadable, StepFailed, zlib.error, ValueError, LookupError, TypeError):
        return Moved(RED, (Reason(RED, UNREADABLE),))
    if case.completed:
        return Moved(RED, (Reason(RED, "Perkara ini sudah berakhir."),))
    findings = Findings()
    rehoming = Rehoming(way, case, findings)
    try:
        after = rehoming.run()
        if after is None or worst(findings.reasons) == RED:
            return Moved(RED, _only_red(findings))
        _keep_due(after)
        _compare_positions(way, rehoming, findings)
        next_timer(after)  # works out the moments of timers that begin to wait, at this moment
        fold(after)
        moved = pack(after)
        view = steps.read(way.new, moved)
    except (SpiffWorkflowException, StepFailed, StateUnreadable) as e:
        return Moved(RED, (Reason(RED, f"Perkara ini tidak dapat dijalankan dengan versi baru: {e}"),))
    _verify(way, rehoming, before, view, moved, now, findings)
    if worst(findings.reasons) == RED:
        return Moved(RED, _only_red(findings))
    return Moved(
        worst(findings.reasons), findings.reasons, moved, view.user_tasks, view.calls, view.actions, view.timers,
        view.next_timer,
    )  # fmt: skip


def _only_red(findings: Findings) -> tuple[Reason, ...]:
    return tuple(r for r in findings.reasons if r.level == RED)


def _keep_due(case: Case) -> None:
    """A due time never moves: a task that had none gets none, even if its step has one now."""
    for task in open_tasks(case):
        element = task.task_spec.element
        wanted = bool(element and element.properties.get("due"))
        if wanted:
            task.internal_data.setdefault("due", "")
        elif task.internal_data.get("due") == "":
            del task.internal_data["due"]


# ---- what is said of a case that can move --------------------------------------------------------------------------


def _compare_positions(way: Plan, rehoming: Rehoming, findings: Findings) -> None:
    """Say what of the difference concerns this case: where it stands, what is behind it, what is ahead."""
    for old, new in rehoming.positions:
        _standing(way, old, new, findings)
    behind, gone = _behind(way, rehoming.stands_new, way.new), _behind(way, rehoming.stands_old, way.old)
    missed = [e for e in way.added if e.id in behind and e.kind in STEPS]
    for element in missed:
        findings.amber(f"Langkah '{label(element)}' disisipkan sebelum langkah sekarang, jadi dilewati perkara ini.")
    for id_ in gone:
        kinds, target = way.changes.get(id_, frozenset()), way.target(id_)
        if target is None or target.id not in behind or id_ in rehoming.elements:
            continue
        what = [KINDS[k] for k in _PASSED if k in kinds]
        if what:
            element = way.old.elements[id_]
            noun = "Gerbang" if element.kind.endswith("Gateway") else "Langkah"
            findings.amber(f"{noun} '{label(element)}' yang sudah dilewati berubah {', '.join(what)}.")
    removed = [e for e in way.removed if e.id in gone and e.id not in rehoming.elements and e.kind in STEPS]
    if removed:
        findings.say(GREEN, f"Yang sudah dilewati dihapus, riwayatnya tetap: {names(removed)}.")
    _ahead(way, behind | gone, rehoming, findings)


def _standing(way: Plan, old: str, new: str, findings: Findings) -> None:
    """The step at which the case stands, or an event that waits."""
    before, after = way.old.elements[old], way.new.elements[new]
    kinds = way.changes.get(old, frozenset())
    if old != new:
        findings.amber(f"Langkah '{label(before)}' dipetakan ke '{label(after)}'.")
    if "form" in kinds and before.kind in ACTIVITIES:
        findings.amber(f"Formulir '{label(after)}' berubah; isian yang sudah diketik mungkin tidak semua terpakai.")
    if "role" in kinds:
        findings.amber(f"'{label(after)}' berpindah dari peran {_role(before)} ke {_role(after)}.")
    if "due" in kinds:
        findings.amber(f"Aturan tenggat '{label(after)}' berubah; tenggat perkara ini tetap.")
    if "timer" in kinds:
        findings.amber(f"Waktu '{label(after)}' berubah; perkara ini tetap memakai waktu yang lama.")
    if "event" in kinds:
        findings.amber(f"Kejadian yang ditunggu '{label(after)}' berubah.")
    if "call" in kinds:
        findings.amber(f"Layanan '{label(after)}' berubah; panggilan yang sudah antre tetap memakai isian lama.")
    if "work" in kinds:
        findings.amber(f"Hitungan pada '{label(after)}' berubah.")


def _role(element: Any) -> str:
    return element.properties.get("peran") or element.lane or "tanpa peran"


def _behind(way: Plan, stands: Sequence[tuple[Any, str]], definition: Any) -> set[str]:
    """Ids of the elements behind any of the places (process, name of a spec) at which the case stands."""
    graph, found = definition.prepared.graph, set()
    for process, name in stands:
        specs = process.task_specs
        here = {specs[n].bpmn_id for n in way.order(process).before(name) if specs[n].bpmn_id}
        found |= here
        for id_ in here:
            inner = [n.id for n in graph.inside(id_)]
            called = graph.nodes[id_].called if id_ in graph.nodes else None
            found.update(inner)
            found.update(n.id for n in graph.inside(called) if called)
    return found


def _ahead(way: Plan, behind: set[str], rehoming: Rehoming, findings: Findings) -> None:
    """What is left of the difference lies ahead, or on ways that this case does not go."""
    added = [e for e in way.added if e.id not in behind and e.kind in STEPS]
    ahead = _reachable(rehoming.stands_new, way.new)
    if coming := [e for e in added if e.id in ahead]:
        findings.say(GREEN, f"Langkah baru sesudah ini: {names(coming)}.")
    if beside := [e for e in added if e.id not in ahead]:
        findings.say(GREEN, f"Langkah baru yang tidak dilalui perkara ini: {names(beside)}.")
    removed = [e for e in way.removed if e.id not in behind and e.id not in rehoming.elements and e.kind in STEPS]
    if removed:
        findings.say(GREEN, f"Langkah sesudah ini dihapus: {names(removed)}.")
    changed = [
        way.old.elements[id_]
        for id_, kinds in way.changes.items()
        if kinds - COSMETIC - {"flow"} and id_ not in behind and id_ not in rehoming.elements
    ]
    if changed:
        findings.say(GREEN, f"Hanya langkah sesudah ini yang berubah: {names(changed)}.")
    if not findings.found:
        findings.say(GREEN, LABELS if any(kinds & COSMETIC for kinds in way.changes.values()) else NOTHING)


def _reachable(stands: Sequence[tuple[Any, str]], definition: Any) -> set[str]:
    """Ids of the elements to which the case may still come, by whatever way."""
    graph, found = definition.prepared.graph, set()
    ahead = [process.task_specs[name].bpmn_id for process, name in stands]
    while ahead:
        at = ahead.pop()
        if at is None or at in found:
            continue
        found.add(at)
        ahead += [f.target for f in graph.out(at)] + [n.id for n in graph.boundaries.get(at, ())]
        node = graph.nodes[at]
        ahead += [n.id for scope in (at, node.called) if scope for n in graph.scopes.get(scope, ())]
    return found


# ---- the proof -----------------------------------------------------------------------------------------------------


def _verify(
    way: Plan, rehoming: Rehoming, before: View, after: View, moved: bytes, now: datetime, findings: Findings
) -> None:
    """Read back what was packed, and compare it with the case as it was."""
    same = (
        [(t.id, t.due) for t in before.user_tasks] == [(t.id, t.due) for t in after.user_tasks],
        [c.id for c in before.calls] == [c.id for c in after.calls],
        {a.id for a in before.actions} - rehoming.dropped == {a.id for a in after.actions} - rehoming.begun,
        before.data == after.data,
        before.task_data == after.task_data,
        _kept_times(way, before, rehoming) <= {(t.element, t.at) for t in after.timers},
    )
    if not all(same):
        findings.red("Hasil pemindahan tidak sama dengan keadaan perkara ini, jadi tidak dipindahkan.")
    again = unpack(way.new, moved, now)
    if automatic(again):
        findings.red("Perkara ini tidak diam setelah dipindahkan, jadi tidak dipindahkan.")
    if not (after.user_tasks or after.calls or after.actions or after.timers):
        findings.red("Setelah dipindahkan tidak ada lagi yang menggerakkan perkara ini.")


def _kept_times(way: Plan, before: View, rehoming: Rehoming) -> set[tuple[str, datetime]]:
    kept = [t for t in before.timers if t.element not in rehoming.dropped]
    return {(target.id, t.at) for t in kept if (target := way.target(t.element)) is not None}
