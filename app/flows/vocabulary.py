"""The names that a diagram may use: forms, operators and roles of this house, and what they read and write."""

from __future__ import annotations

from sqlalchemy import select

from app.engine.checks import Vocabulary
from app.flows.house import house
from app.models import Role, db
from app.sdk.services import ServiceTask


def vocabulary() -> Vocabulary:
    """As of now: roles are rows of a table."""
    h = house()
    told = {name: task for name, task in h.operators.items() if task.params}  # the others say nothing about themselves
    return Vocabulary(
        forms=frozenset(h.forms),
        operators=frozenset(h.operators),
        roles=frozenset(db.session.scalars(select(Role.name))),
        attended=frozenset(name for name, task in h.operators.items() if task.attended),
        secret_forms=frozenset(name for name, form in h.forms.items() if form.secret_names()),
        writes={name: form.writes() for name, form in h.forms.items()},
        may_write={name: form.may_write() for name, form in h.forms.items()},
        reads={name: form.reads() for name, form in h.forms.items()},
        shapes={name: frozenset(v.path for v in form.variables()) for name, form in h.forms.items()},
        params={name: frozenset(p.name for p in task.params) for name, task in told.items()},
        required={name: frozenset(p.name for p in task.params if p.required) for name, task in told.items()},
        results={name: frozenset(v.path for v in task.result) for name, task in told.items()},
        codes={name: _codes(task) for name, task in h.operators.items()},
    )


def _codes(task: ServiceTask) -> frozenset[str]:
    return frozenset(code for code in (*task.errors, task.unknown, task.unsent) if code)
