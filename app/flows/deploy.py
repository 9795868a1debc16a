"""Publish a process: validate, then store as an immutable version, unless the bytes are known already."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select

from app.engine.checks import Vocabulary
from app.engine.quarantine import LOAD, prepare_in_child
from app.errors import InvalidDefinition
from app.flows.diagrams.files import keep
from app.flows.house import house
from app.models import Definition, Role, db


def deploy(files: Mapping[str, bytes], now: datetime) -> tuple[str, int, bool]:
    """(process, version, whether it is new). InvalidDefinition with all problems at once."""
    # in a child with limits: a file that people bring along can't take the server with it
    prepared = prepare_in_child(files, vocabulary(), load=LOAD)
    problems = [p for p in prepared.problems if p.level == "error"]
    if problems:
        raise InvalidDefinition(tuple(problems))
    kept = keep(files, prepared.files)
    digest = kept.sha256
    known = db.session.scalar(
        select(Definition.version).where(Definition.process == prepared.process_id, Definition.sha256 == digest)
    )
    if known:
        return prepared.process_id, known, False
    newest = db.session.scalar(select(func.max(Definition.version)).where(Definition.process == prepared.process_id))
    version = (newest or 0) + 1
    db.session.add(
        Definition(
            process=prepared.process_id,
            version=version,
            name=prepared.process_name or prepared.process_id,
            files=kept.files,
            originals=kept.originals,
            sha256=digest,
            published_at=now,
        )
    )
    db.session.commit()
    return prepared.process_id, version, True


def vocabulary() -> Vocabulary:
    """The names that a diagram may use: forms, operators and roles of this house."""
    h = house()
    return Vocabulary(
        forms=frozenset(h.forms),
        operators=frozenset(h.operators),
        roles=frozenset(db.session.scalars(select(Role.name))),
        attended=frozenset(name for name, task in h.operators.items() if task.attended),
        secret_forms=frozenset(name for name, form in h.forms.items() if form.secret_names()),
    )


def read_folder(folder: Path) -> dict[str, bytes]:
    """The diagram and decision tables of one folder under `processes/`."""
    return {p.name: p.read_bytes() for p in sorted(folder.iterdir()) if p.suffix in (".bpmn", ".dmn")}
