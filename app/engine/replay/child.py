"""Replays in the child process: the draft once, then one recorded case after another (see `lines`)."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from typing import Any

from app.engine.definition import Definition
from app.engine.lines import Answering, Child
from app.engine.recording import Origin, Recording, packed_origin, packed_recording, unpacked_recording
from app.engine.replay.words import FAILED, replay
from app.errors import InvalidDefinition

_PATH = "app.engine.replay.child:begin"


class Refused(Exception):
    """The draft can't be run as it is; the message is its first problem, a sentence."""


class Replayer:
    """A context that plays recordings on `files`. `origins` by number, as `play` is told of them.

    Raises Refused where the files can't be loaded, ChildFailed where loading them takes too much.
    """

    def __init__(
        self, files: Mapping[str, bytes], process: str, origins: Mapping[int, Origin], fill: bool = False
    ) -> None:
        self._child = Child(
            _PATH,
            {
                "files": {name: b64encode(data).decode() for name, data in files.items()},
                "process": process,
                "origins": {str(number): packed_origin(origin) for number, origin in origins.items()},
                "fill": fill,
            },
        )
        if self._child.ready:
            self._child.close()
            raise Refused(self._child.ready)

    def play(self, recording: Recording, origin: int, detail: bool = False) -> dict[str, Any]:
        """`Played.as_json`; with `detail` also "visits". ChildFailed ends this replayer: make another."""
        answer = self._child.ask({"case": packed_recording(recording), "origin": str(origin), "detail": detail})
        return dict(answer)

    def close(self) -> None:
        self._child.close()

    def __enter__(self) -> Replayer:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def failed(reason: str, path: list[str] | None = None) -> dict[str, Any]:
    """The answer for a case at which the child died."""
    return {"outcome": FAILED, "where": "", "reason": reason, "path": path or [], "ended": False, "status": "",
            "end": ""}  # fmt: skip


# --- in the child


def begin(first: dict[str, Any]) -> Answering:
    """Load the draft: (why it can't be run or "", what plays the cases)."""
    files = {name: b64decode(data) for name, data in first["files"].items()}
    try:
        definition = Definition.load(files, first["process"])
    except InvalidDefinition as e:
        return _first_sentence(e), _nothing
    except Exception as e:  # whatever the library raises: the file can't be run
        return f"Mesin tidak dapat membaca diagram ini ({type(e).__name__}).", _nothing
    origins = {number: Origin(**facts) for number, facts in first["origins"].items()}
    return "", _player(definition, origins, first["fill"])


def _player(
    definition: Definition, origins: Mapping[str, Origin], fill: bool
) -> Callable[[dict[str, Any]], dict[str, Any]]:
    def play(asked: dict[str, Any]) -> dict[str, Any]:
        try:
            played = replay(definition, unpacked_recording(asked["case"]), origins[asked["origin"]], fill)
        except RecursionError:
            return failed("Diagram ini bertingkat terlalu dalam untuk dijalankan.")
        answer = played.as_json()
        if asked["detail"]:
            answer["visits"] = [
                {"element": v.passed.element, "name": v.passed.name, "kind": v.passed.kind, "flow": v.passed.flow,
                 "expression": v.passed.expression, "values": v.passed.values, "at": v.at.isoformat(),
                 "filled": v.filled}
                for v in played.trace.visits
            ]  # fmt: skip
        return answer

    return play


def _nothing(_asked: Any) -> None:
    return None


def _first_sentence(e: InvalidDefinition) -> str:
    errors = [p for p in e.problems if getattr(p, "level", "error") == "error"]
    return str(getattr(errors[0], "message", errors[0])) if errors else str(e)
