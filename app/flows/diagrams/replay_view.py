"""One case of a replay as somebody looks at it: both ways side by side, with what the gateways saw.

That is not kept: it is data of the case. The case is played again for whoever opens the page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any

from app.engine.bpmn_xml import UnreadableFile, parse
from app.engine.quarantine import ChildFailed, slot
from app.engine.recording import origin_of
from app.engine.replay.child import Refused, Replayer
from app.errors import NotFound
from app.flows import definitions
from app.flows.diagrams import recordings
from app.flows.diagrams.files import as_bytes
from app.models import Definition, Replay, ReplayCase, db

JsonRow = dict[str, Any]


@dataclass(frozen=True)
class Line:
    """A step on both ways, or on one of them. `parts`: here they part for the first time."""

    before: JsonRow | None
    now: JsonRow | None
    parts: bool = False
    halts: bool = False  # the draft's way has no step behind this one
    beyond: bool = False  # the draft's way was over before this one

    @property
    def same(self) -> bool:
        return self.before is not None and self.now is not None


@dataclass(frozen=True)
class Look:
    """A case of a replay. `moved`: it went on since the replay. `last` is the last element that both ways share."""

    case: ReplayCase
    lines: tuple[Line, ...]
    outcome: str
    reason: str
    where: str
    version: int
    before: str  # the recorded version's diagram
    moved: bool
    last: str

    @property
    def path(self) -> list[str]:
        return [str(line.now["element"]) for line in self.lines if line.now]

    @property
    def path_before(self) -> list[str]:
        return [str(line.before["element"]) for line in self.lines if line.before]


def look(replay_id: int, case_id: int) -> Look:
    """NotFound if this replay has no such case."""
    case = db.session.get(ReplayCase, case_id)
    replay = db.session.get(Replay, replay_id)
    if case is None or replay is None or case.replay_id != replay_id:
        raise NotFound
    found = recordings.read([case.instance_id])
    if case.instance_id not in found:
        raise NotFound
    row, recording = found[case.instance_id]
    version = db.session.get(Definition, row.definition_id)
    if version is None:
        raise NotFound
    origin = origin_of(definitions.of(row.definition_id))
    names = {**origin.names, **names_of(replay.files)}
    answer: Mapping[str, Any] = {"outcome": case.outcome, "reason": case.reason, "where": case.element}
    visits: list[JsonRow] = [{"element": e, "name": names.get(e, e)} for e in case.path]
    try:
        fill = bool(replay.asked.get("isi"))
        files, origins = as_bytes(replay.files), {row.definition_id: origin}
        with slot(), Replayer(files, replay.draft.process, origins, fill) as replayer:
            answer = replayer.play(recording, row.definition_id, detail=True)
            visits = [{**v, "at": datetime.fromisoformat(v["at"])} for v in answer["visits"]]
    except (Refused, ChildFailed):
        pass  # what was found then stands: the path, without what the gateways saw
    lines = aligned(recordings.steps_of(case.instance_id), visits)
    shared = next((n for n, line in enumerate(lines) if line.parts), len(lines))
    before = lines[shared - 1].now if shared else None
    moved = [v["element"] for v in visits] != list(case.path)
    return Look(
        case, lines, str(answer["outcome"]), str(answer["reason"]), str(answer["where"]), version.version,
        main_file(version.files, version.process), moved, str(before["element"]) if before else "",
    )  # fmt: skip


def aligned(before: list[JsonRow], now: list[JsonRow]) -> tuple[Line, ...]:
    """Both ways line by line, equal elements beside each other."""
    match = SequenceMatcher(None, [b["element"] for b in before], [n["element"] for n in now], autojunk=False)
    lines: list[Line] = []
    parted = False
    for tag, a1, a2, b1, b2 in match.get_opcodes():
        for left, right in zip_longest(before[a1:a2], now[b1:b2]):
            if tag == "equal":
                lines.append(Line(left, right))
                continue
            # two different elements are two lines: beside each other they would look like one step that changed
            for line in (Line(left, None), Line(None, right)):
                if line.before or line.now:
                    lines.append(Line(line.before, line.now, not parted))
                    parted = True
    over = max((n for n, line in enumerate(lines) if line.now), default=-1)
    return tuple(replace(line, halts=n == over, beyond=n > over) for n, line in enumerate(lines))


def main_file(files: Mapping[str, str], process: str) -> str:
    """The diagram in which the process is drawn."""
    diagrams = [text for name, text in sorted(files.items()) if not name.lower().endswith(".dmn")]
    return next((text for text in diagrams if f'id="{process}"' in text), diagrams[0] if diagrams else "")


def names_of(files: Mapping[str, str]) -> dict[str, str]:
    """{id: name} of everything in the diagrams that has both; what can't be read has none."""
    found: dict[str, str] = {}
    for name, text in files.items():
        if not name.lower().endswith(".bpmn"):
            continue
        try:
            root = parse(text.encode())
        except UnreadableFile:  # a draft may hold anything
            continue
        found |= {e.get("id") or "": e.get("name") or "" for e in root.iter() if e.get("id") and e.get("name")}
    return found
