"""Soundness: the whole state space of the token game, within bounds, in a child process.

Can every case end from wherever it is; does each end leave nothing behind; is every step reachable; does no step run
twice at once; does each promise hold. A problem carries the shortest way to it, as ids of elements and flows.
"""

from __future__ import annotations

import time
from base64 import b64decode
from collections.abc import Mapping
from typing import Any

from app.engine.checks import Prepared, prepare
from app.engine.details import read_details
from app.engine.soundness.net import TooLarge, unfold
from app.engine.soundness.state_space import Soundness, Space
from app.engine.types import Problem

__all__ = ["MAX_STATES", "SECONDS", "Soundness", "answer", "sound"]

MAX_STATES = 200_000
SECONDS = 3.0  # for the states; promises may take half as long again


def answer(question: Mapping[str, Any]) -> dict[str, Any]:
    """In the child: {files: {name: base64}} -> Soundness as JSON."""
    prepared = prepare({name: b64decode(data) for name, data in question["files"].items()})
    return sound(prepared).to_json()


def sound(prepared: Prepared, *, states: int = MAX_STATES, seconds: float = SECONDS) -> Soundness:
    """Look at what `prepare` found whole; a set of files with errors is not looked at, and says so."""
    if not prepared.ok:
        file = next(iter(prepared.files), "")
        message = "Jalan alur belum diperiksa: betulkan dulu masalah lain pada diagram ini."
        return Soundness((Problem(file, 0, "", "", message, "warning"),))
    details = read_details(prepared.files)
    space = Space(prepared, details, time.monotonic() + seconds)
    try:
        net = unfold(prepared.graph, details, prepared.process_id)
    except (TooLarge, RecursionError):
        return Soundness((space.unfinished(0),))
    return space.explored(net, states)
