"""Run all benchmarks, or those named: `python -m benchmarks [--quick] [name ...]`.

The names: step rounds cases instances pdf sign import migrate replay check editor. The table goes to the
screen, the figures to `benchmarks/latest.json`. --quick tries everything in seconds; its figures mean nothing
and are not kept.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sqlite3
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import (
    checking,
    instances,
    load_people,
    many_cases,
    moving,
    opening,
    replay,
    rounds,
    sheet,
    signing,
    step,
)
from benchmarks.measure import Figure, first_in_line

LATEST = Path(__file__).parent / "latest.json"
ALL = {
    "step": step.run, "rounds": rounds.run, "cases": many_cases.run, "instances": instances.run, "pdf": sheet.run,
    "sign": signing.run, "import": load_people.run, "migrate": moving.run, "replay": replay.run, "check": checking.run,
    "editor": opening.run,
}  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """0 if every figure is as wanted."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="|".join(ALL), help="default: all")
    parser.add_argument("--quick", action="store_true", help="try all of them in seconds; keep nothing")
    asked = parser.parse_args(arguments)
    unknown = set(asked.names) - set(ALL)
    if unknown:
        parser.error(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(ALL)}")
    machine = _machine(first_in_line())
    figures: list[Figure] = []
    for name in asked.names or ALL:
        began = time.monotonic()
        found = ALL[name](asked.quick)
        figures += found
        print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    print(_table(figures))
    if (load := machine["load_before"][0]) > machine["cpus"]:
        warning = f"Others were at work (load {load} on {machine['cpus']} cores): wall times say much about them."
        print(warning, file=sys.stderr)
    if not asked.quick:
        _keep(figures, machine | {"load_after": _load()})
    return 0 if asked.quick or all(f.met for f in figures) else 1


def _table(figures: list[Figure]) -> str:
    lines = [("figure", "median", "", "wanted", "spread", "")]
    for f in figures:
        wanted = f"{f.wanted[0]} {f.wanted[1]:g}" if f.wanted else ""
        lines.append((f.key, f"{f.value:.4g}", f.unit, wanted, f.spread, "" if f.met else "NOT MET"))
    widths = [max(len(line[column]) for line in lines) for column in range(6)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def _keep(figures: list[Figure], machine: dict[str, Any]) -> None:
    """Figures of this run replace those of the last; what was not run stays."""
    known = json.loads(LATEST.read_text()) if LATEST.exists() else {}
    details = known.pop("details", {})
    for f in figures:
        known[f.key] = round(f.value, 4)
        details[f.key] = {"spread": f.spread, "wanted": f.wanted, "met": f.met, **f.detail, "machine": machine}
    LATEST.write_text(json.dumps(_rounded({**known, "details": details}), indent=2, ensure_ascii=False) + "\n")


def _machine(first: bool) -> dict[str, Any]:
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cpus": os.cpu_count(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "first_in_line": first,
        "load_before": _load(),
    }


def _load() -> list[float]:
    return [round(x, 2) for x in os.getloadavg()]


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _rounded(v) for k, v in value.items()}
    return round(value, 4) if isinstance(value, float) else value


if __name__ == "__main__":
    raise SystemExit(main())
