"""A child process that is asked one thing after another, each within limits: one line of JSON in, one line out.

Where `quarantine` answers one question, this goes on: starting a child takes longer than what it is asked. When it
dies or takes too long the caller knows what it was asked last, and starts another for the rest.
"""

from __future__ import annotations

import json
import os
import resource
import select
import subprocess
import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

from app.engine.quarantine import _ROOT, MEMORY, ChildFailed, _callable, _environment

CPU_SECONDS = 8  # for one question
WALL_SECONDS = 20.0
TOO_LONG = "Jawabannya terlalu lama, jadi dihentikan. Periksa perulangan di diagram ini."
DIED = "Diagram ini menghabiskan memori atau menghentikan mesinnya. Periksa perulangan dan isian ganda di dalamnya."


class Child:
    """A context: the child that answers with the function at `path`, "module:name" of the engine.

    The function is called once with the first question; what it returns is called with each later one. ChildFailed
    where an answer does not come; the child is over then.
    """

    def __init__(self, path: str, first: Any, seconds: float = WALL_SECONDS) -> None:
        self._process = subprocess.Popen(  # our own interpreter and module: nothing asked is in the command
            [sys.executable, "-m", "app.engine.lines"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=_ROOT,
            env=_environment(),
            bufsize=0,
        )
        self._rest = b""
        try:
            self.ready = self.ask({"path": path, "first": first}, seconds)
        except ChildFailed:
            self.close()
            raise

    def ask(self, question: Any, seconds: float = WALL_SECONDS) -> Any:
        """The answer. ChildFailed if there is none within `seconds` and the limits."""
        stdin = self._process.stdin
        try:
            if stdin is None:
                raise ChildFailed(DIED)
            data = memoryview(json.dumps(question).encode() + b"\n")
            while data:  # a pipe takes what it has room for
                data = data[stdin.write(data) or 0 :]
        except OSError as e:
            raise ChildFailed(DIED) from e
        try:
            return json.loads(self._line(time.monotonic() + seconds))
        except ValueError as e:
            raise ChildFailed(DIED) from e

    def _line(self, until: float) -> bytes:
        out = self._process.stdout
        while b"\n" not in self._rest:
            left = until - time.monotonic()
            if out is None or left <= 0 or not select.select([out], [], [], left)[0]:
                self.close()
                raise ChildFailed(TOO_LONG)
            more = os.read(out.fileno(), 1 << 16)
            if not more:
                self.close()
                raise ChildFailed(TOO_LONG if self._process.returncode == -24 else DIED)  # SIGXCPU
            self._rest += more
        line, self._rest = self._rest.split(b"\n", 1)
        return line

    def close(self) -> None:
        """End the child, whatever it is doing."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def __enter__(self) -> Child:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


# --- in the child


def main() -> None:
    """Read questions from standard input until it ends. Run in the child only."""
    out = sys.stdout
    sys.stdout = sys.stderr  # a stray print is no answer
    asked = json.loads(sys.stdin.readline())
    begin: Any = _callable(asked["path"])  # before the limits: importing is ours
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # writes no file
    _limit()
    ready, answer = begin(asked["first"])
    _say(out, ready)
    for line in sys.stdin:
        _limit()
        _say(out, answer(json.loads(line)))


Answering = tuple[Any, Callable[[Any], Any]]  # what the first question is answered with, and who answers the others


def _limit() -> None:
    """From here on the processor for CPU_SECONDS."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + CPU_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def _say(out: Any, answer: Any) -> None:
    out.write(json.dumps(answer) + "\n")
    out.flush()


if __name__ == "__main__":
    main()
