"""Looks at unknown files in a process of its own, so that a file can't take the server with it.

The child has limits on memory and processor time, the parent on the time it waits. What the parent gets back is JSON:
a child that hangs, dies or answers nonsense is one problem among others.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import threading
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from importlib import import_module
from operator import attrgetter
from pathlib import Path
from typing import Any

from app.engine.checks import Prepared, Vocabulary, check, prepare
from app.engine.execution import executed
from app.engine.types import Element, Executed, Field, Problem
from app.errors import Busy, InvalidDefinition

LOAD = "app.engine.definition:Definition.load"  # called as load(files, process_id); raises for what can't be loaded
MEMORY = 512 * 2**20  # bytes of address space
CPU_SECONDS = 8
WALL_SECONDS = 10.0

_ROOT = Path(__file__).resolve().parents[2]
_SLOTS = threading.BoundedSemaphore(2)  # publishing is rare; more at once would take the cores from everyone else
_SEATS = threading.BoundedSemaphore(3)  # who may wait for one: each holds a thread of the server, which has few
PATIENCE = 6.0  # seconds that they wait

_TOO_LONG = "Pemeriksaan berkas ini terlalu lama, jadi dihentikan. Sederhanakan diagramnya lalu unggah lagi."
_DIED = "Pemeriksaan berkas ini menghabiskan memori atau terhenti. Sederhanakan diagramnya lalu unggah lagi."


def prepare_in_child(
    files: Mapping[str, bytes],
    vocabulary: Vocabulary | None = None,
    *,
    load: str | None = None,
    seconds: float = WALL_SECONDS,
) -> Prepared:
    """`prepare`, `check` and a loading of `files` in a child process; `problems` holds those of all three.

    `load` names a callable as "module:name" (usually `quarantine.LOAD`); it is called only if nothing else was wrong.
    The answer's `graph` is empty: the checks on it have been done. Never raises for what the files hold; Busy where too
    many are being looked at.
    """
    question = {
        "files": {name: b64encode(data).decode() for name, data in files.items()},
        "vocabulary": None if vocabulary is None else vocabulary.packed(),
        "load": load,
    }
    try:
        return _unpacked(run_in_child("app.engine.quarantine:_answer", question, seconds=seconds))
    except ChildFailed as e:
        return _failed(files, str(e))
    except (ValueError, TypeError, KeyError):
        return _failed(files, _DIED)


class ChildFailed(Exception):
    """The child took too long, used too much memory, or died. The message is a sentence for the owner of the file."""


def run_in_child(path: str, question: Any, *, seconds: float = WALL_SECONDS) -> Any:
    """What the function at `path` ("module:name" of the engine) answers to `question`; both are JSON.

    ChildFailed where nothing comes back within `seconds` and the limits, Busy where too many others are asked for.
    """
    with slot():
        try:
            child = subprocess.run(  # our own interpreter and module: nothing of the files is in the command
                [sys.executable, "-m", "app.engine.quarantine"],
                input=json.dumps({"path": path, "question": question}).encode(),
                capture_output=True,
                timeout=seconds,
                cwd=_ROOT,
                env=_environment(),
                check=False,
            )
        except subprocess.TimeoutExpired as e:
            raise ChildFailed(_TOO_LONG) from e
    if child.returncode != 0:
        raise ChildFailed(_DIED)
    try:
        return json.loads(child.stdout)
    except ValueError as e:
        raise ChildFailed(_DIED) from e


@contextmanager
def slot() -> Iterator[None]:
    """Room for one child of a request. Busy after a while, or at once where others wait already."""
    if not _SLOTS.acquire(blocking=False):
        if not _SEATS.acquire(blocking=False):
            raise Busy
        try:
            if not _SLOTS.acquire(timeout=PATIENCE):
                raise Busy
        finally:
            _SEATS.release()
    try:
        yield
    finally:
        _SLOTS.release()


def _environment() -> dict[str, str]:
    """What Python itself needs; no setting of the server, so no secret of it, reaches the child."""
    kept = ("PATH", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH", "VIRTUAL_ENV")
    return {**{k: os.environ[k] for k in kept if k in os.environ}, "PYTHONDONTWRITEBYTECODE": "1"}


def _failed(files: Mapping[str, bytes], message: str) -> Prepared:
    problem = Problem(next(iter(files), ""), 0, "", "", message)
    return Prepared({}, {}, "", "", {}, (), (problem,))


# --- the answer as JSON


def _packed(prepared: Prepared) -> dict[str, Any]:
    return {
        "files": {name: b64encode(data).decode() for name, data in prepared.files.items()},
        "elements": [asdict(e) for e in prepared.elements.values()],
        "process": [prepared.process_id, prepared.process_name, prepared.process_properties],
        "lanes": prepared.lanes,
        "problems": [asdict(p) for p in prepared.problems],
        "executed": [asdict(e) for e in prepared.executed],
    }


def _unpacked(answer: dict[str, Any]) -> Prepared:
    elements = [_element(e) for e in answer["elements"]]
    id_, name, properties = answer["process"]
    return Prepared(
        files={k: b64decode(v) for k, v in answer["files"].items()},
        elements={e.id: e for e in elements},
        process_id=id_,
        process_name=name,
        process_properties=properties,
        lanes=tuple(answer["lanes"]),
        problems=tuple(Problem(**{**p, "path": tuple(p.get("path", ()))}) for p in answer["problems"]),
        executed=tuple(Executed(**e) for e in answer["executed"]),
    )


def _element(answer: dict[str, Any]) -> Element:
    fields = tuple(Field(**{**f, "choices": tuple((v, label) for v, label in f["choices"])}) for f in answer["fields"])
    return Element(**{**answer, "fields": fields, "params": tuple(answer["params"]), "errors": tuple(answer["errors"])})


# --- in the child


def main() -> None:
    """Read a question from standard input, answer on standard output. Run in the child only."""
    asked = json.loads(sys.stdin.buffer.read())
    function = _callable(asked["path"])  # before the limits: importing is ours
    _limit()
    sys.stdout.write(json.dumps(function(asked["question"])))


def _answer(question: Any) -> dict[str, Any]:
    load = _callable(question["load"]) if question["load"] else None
    files = {name: b64decode(data) for name, data in question["files"].items()}
    names = question["vocabulary"]
    vocabulary = None if names is None else Vocabulary.unpacked(names)
    return _packed(_looked_at(files, vocabulary, load))


def _callable(path: str) -> Callable[..., object]:
    module, _, name = path.partition(":")
    found: Callable[..., object] = attrgetter(name)(import_module(module))
    return found


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + CPU_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # writes no file


def _looked_at(
    files: Mapping[str, bytes],
    vocabulary: Vocabulary | None,
    load: Callable[[Mapping[str, bytes], str], object] | None,
) -> Prepared:
    prepared = prepare(files)
    if vocabulary is not None:
        rows, missing = executed(prepared, files, vocabulary.attended)
        found = (*prepared.problems, *check(prepared, vocabulary), *missing)
        prepared = replace(prepared, problems=found, executed=rows)
    if load is None or not prepared.ok:
        return prepared
    try:
        load(files, prepared.process_id)
    except InvalidDefinition as e:
        seen = tuple(p for p in e.problems if isinstance(p, Problem))
        all_found = dict.fromkeys((*prepared.problems, *(seen or (_unloadable(files, e),))))
        return replace(prepared, problems=tuple(all_found))
    except Exception as e:  # whatever the library raises: the file can't be run
        return replace(prepared, problems=(*prepared.problems, _unloadable(files, e)))
    return prepared


def _unloadable(files: Mapping[str, bytes], error: Exception) -> Problem:
    text = " ".join(str(error).split())[:200] or type(error).__name__
    return Problem(next(iter(files)), 0, "", "", f"Mesin tidak dapat membaca diagram ini ({text}). Periksa bagian itu.")


if __name__ == "__main__":
    main()
