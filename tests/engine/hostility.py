"""What the tests of hostile files share: the house's words, an upload's question, and texts that want to run."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import Any

from app.engine.checks import Vocabulary
from app.engine.quarantine import run_in_child
from tests.engine.test_expressions_hostile import test_what_is_not_on_the_list_is_refused_before_it_runs as _listed

SLACK = 2  # times: other tests may run beside
WORDS = Vocabulary(
    forms=frozenset({"keputusan"}), operators=frozenset({"tte.status"}), roles=frozenset({"Operator Satker"})
)
PAYLOADS: list[str] = [t for t in _listed.pytestmark[0].args[1] if t.strip() and "\x00" not in t and "\x0c" not in t]
CANARY = Path("/tmp/alur-canary")
RUNS = [
    f"__import__('os').system('touch {CANARY}')",
    f"().__class__.__base__.__subclasses__()[0].__init__.__globals__['os'].system('touch {CANARY}')",
    f"exec(\"open('{CANARY}', 'w')\")",
    f"[x for x in [open('{CANARY}', 'w')]]",
    f"(lambda: open('{CANARY}', 'w'))()",
    f"(y := open('{CANARY}', 'w'))",
    f"f\"{{open('{CANARY}', 'w')}}\"",
    "9**9**9",
    "'a' * 10**9",
    "((((" * 60 + "1" + "))))" * 60,
    "`id`",
    "'{0.__class__}'.format(1)",
    "𝓮𝓿𝓪𝓵('1')",
    "1 if (yield) else 2",
    "not " * 300 + "1",
]


def ask(*files: bytes, names: tuple[str, ...] = ()) -> dict[str, Any]:
    """As an upload asks: in the child process; and the `peak` of its memory, in KiB."""
    named = dict(zip(names or [f"{n}.bpmn" for n in range(len(files))], files, strict=True))
    packed = {name: b64encode(data).decode() for name, data in named.items()}
    question = {"files": packed, "vocabulary": WORDS.packed(), "roles": {}, "process": ""}
    answer: dict[str, Any] = run_in_child("tests.engine.peak:measured", question)
    return answer


def refusals(answer: dict[str, Any]) -> list[str]:
    return [p["message"] for p in answer["problems"] if p["level"] == "error"]
