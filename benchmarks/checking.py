"""A check of the guide's diagram as the editor asks for it, and its soundness: each in a child process of its own."""

from __future__ import annotations

from pathlib import Path

from app.flows.diagrams.examine import examine, soundness
from benchmarks.measure import Figure, Samples, p50, p95, spread
from benchmarks.ours import house

DIAGRAM = Path(__file__).resolve().parent.parent / "processes" / "perjanjian_kinerja" / "perjanjian_kinerja.bpmn"


def run(quick: bool = False) -> list[Figure]:
    """Wall, from the files to the answer: starting the child is most of it."""
    files = {DIAGRAM.name: DIAGRAM.read_bytes()}
    checks, walks = Samples(), Samples()
    with house(1):
        for turn in range(2 if quick else 21):
            seen, walked = checks.time(lambda: examine(files)), walks.time(lambda: soundness(files))
            assert seen.ok and walked.ok and walked.complete
            if not turn:  # warm
                checks, walks = Samples(), Samples()
    return [
        Figure(
            "check_pk_ms", p50(checks.wall), "ms", ("<", 300), spread(checks.wall),
            {"elements": len(seen.executed), "ms_p95": p95(checks.wall)},
        ),
        Figure(
            "soundness_pk_ms", p50(walks.wall), "ms", ("<", 3000), spread(walks.wall),
            {"states": walked.states, "promises": len(walked.promises), "ms_p95": p95(walks.wall)},
        ),
    ]  # fmt: skip
