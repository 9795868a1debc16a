"""The benchmarks still run. Their figures are another matter: see `make bench`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
KEYS = (
    "step_vs_plain_full", "step_vs_plain_cpu", "step_ms_p50", "state_bytes_max", "rounds_300_ratio", "cases_100k_ratio",
    "task_list_ms_p95", "instances_100k_ms_p95", "instances_deep_ratio", "case_page_1000_ms_p95",
    "pdf_cpu_ms", "sign_pair_ms", "import_340_1000_s", "migrate_1000_s", "replay_1000_s",
    "check_pk_ms", "soundness_pk_ms", "editor_ready_ms",
)  # fmt: skip


@pytest.mark.slow
def test_every_benchmark_runs_and_a_trial_keeps_nothing():
    latest = ROOT / "benchmarks" / "latest.json"
    before = latest.read_bytes() if latest.exists() else None
    command = [sys.executable, "-m", "benchmarks", "--quick"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()[1:]] == list(KEYS)
    assert (latest.read_bytes() if latest.exists() else None) == before
