"""In the child: an upload's answer, with the most memory that the child ever held."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from app.engine.intake import answer


def measured(question: Any) -> dict[str, Any]:
    """`peak` in KiB, of this program alone: ru_maxrss would count what the test process held when it forked."""
    found = answer(question)
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return {**found, "peak": int(peak[1]) if peak else 0}
