"""Will the branches of a case still meet? What can't be shown is refused.

A gateway at which several branches meet waits for a token on each. Compared is, by the branches into it, which of the
case's tokens can still come on them (without going back): before and after the move.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.bpmn.specs.control import _EndJoin
from SpiffWorkflow.bpmn.specs.mixins import ParallelGatewayMixin
from SpiffWorkflow.bpmn.specs.mixins.unstructured_join import UnstructuredJoin
from SpiffWorkflow.util.task import TaskState

from app.engine.migration.order import Order, awaited, standing, way_in
from app.engine.migration.planning import label


def check_joins(rehoming: Any, scope: Any, home: Any, specs: Mapping[str, Any]) -> None:
    """Tell `rehoming` of every join that the tokens of `scope` could leave waiting for ever, or no longer meet at."""
    way = rehoming.way
    here = list(standing(scope))
    old = {t.id: way_in(t.task_spec, scope.spec) for t in here}
    new = {t.id: way_in(specs[t.id], home.spec) for t in here}
    before, after = way.order(scope.spec), way.order(home.spec)
    waiting = _arrived(scope)
    joins, there = before.joins(), after.joins()
    for name in {**joins, **waiting}:
        into = way.renamed(name)
        spec = joins.get(name) or scope.spec.task_specs[name]
        if name in waiting:
            _still_waits(rehoming, spec, waiting[name], home, there.get(into))
        if name in joins:
            _compare(rehoming, spec, awaited(before, name, old), _awaited(after, into, there, new), name in waiting)
    for name, spec in there.items():
        if name not in {way.renamed(n) for n in joins}:
            _added(rehoming, spec, awaited(after, name, new))


def _awaited(order: Order, name: str, there: Mapping[str, Any], tokens: Mapping[str, str]) -> Any:
    return awaited(order, name, tokens) if name in there else None


def _arrived(scope: Any) -> dict[str, set[str]]:
    """By join: names of the specs from which a token has come and waits there."""
    found: dict[str, set[str]] = {}
    for task in scope.tasks.values():
        spec = task.task_spec
        if not isinstance(spec, UnstructuredJoin) or isinstance(spec, _EndJoin):
            continue
        if task._state in (TaskState.WAITING, TaskState.CANCELLED):
            found.setdefault(spec.name, set()).add(task.parent.task_spec.name)
    return found


def _name(spec: Any) -> str:
    return label(spec.element) if spec.element else str(spec.name)


def _still_waits(rehoming: Any, spec: Any, arrived: set[str], home: Any, target: Any) -> None:
    """A token waits at the join already: the branch on which it came must still be one of its branches."""
    if target is None or type(target) is not type(spec):
        rehoming.red(f"Gerbang '{_name(spec)}' tempat perkara ini menunggu dihapus atau berganti jenis.")
    elif not {rehoming.way.renamed(name) for name in arrived} <= set(target._inputs):
        rehoming.red(f"Cabang yang sudah sampai di gerbang '{_name(spec)}' berubah.")


def _compare(rehoming: Any, spec: Any, before: Any, after: Any, waits: bool) -> None:
    """A join of the old version: tokens that were to meet there must meet there still."""
    tokens = frozenset().union(*before.values())
    several = waits or (len(tokens) > 1 and len(set(before.values())) > 1)
    if after is None:
        if several:
            rehoming.red(f"Gerbang '{_name(spec)}' tempat cabang-cabang perkara ini bertemu dihapus.")
    elif several:
        if Counter(before.values()) != Counter(after.values()):
            rehoming.red(f"Cabang-cabang yang bertemu di gerbang '{_name(spec)}' berubah, padahal sedang berjalan.")
    elif Counter(before.values()) != Counter(after.values()):
        _added(rehoming, spec, after)


def _added(rehoming: Any, spec: Any, after: Mapping[str, frozenset[str]]) -> None:
    """A join that is ahead as a whole: whoever comes to it comes by the split before it."""
    if isinstance(spec, ParallelGatewayMixin) and any(after.values()) and not all(after.values()):
        rehoming.red(
            f"Langkah sekarang kini terletak di dalam percabangan sejajar: gerbang '{_name(spec)}' "
            "akan menunggu cabang yang tidak pernah dimulai."
        )
