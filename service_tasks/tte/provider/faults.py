"""Faults that can be ordered from the local provider, to see what its callers do with them."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path

from flask import Request, Response, jsonify

from service_tasks.tte.provider.authority import write

# html and 500 answer in place of the work; slow waits before it; lost does the work and loses its answer
KINDS = ("none", "html", "500", "slow", "lost")
HTML = "<!doctype html><html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


def order(folder: Path, kind: str, seconds: float = 0) -> None:
    """Order a fault for all calls from now on; "none" ends it."""
    path = folder / "fault.json"
    if kind == "none":
        path.unlink(missing_ok=True)
    else:
        write(path, json.dumps({"kind": kind, "seconds": seconds}).encode())


def before(folder: Path, request: Request) -> Response | tuple[Response, int] | None:
    """The faulty answer in place of the work, or None."""
    kind, seconds = _ordered(folder)
    if kind == "slow":
        time.sleep(seconds)
    if kind not in ("html", "500"):
        return None
    request.get_data()
    if kind == "html":
        return Response(HTML, mimetype="text/html")
    body = {"timestamp": datetime.now(UTC).isoformat(), "message": "Internal Server Error", "path": request.path}
    return jsonify(body), 500


def after(folder: Path, request: Request, response: Response) -> Response:
    """The answer, or a gateway's error in its place after the work was done."""
    if request.path == "/api/sign/pdf" and _ordered(folder)[0] == "lost":
        return Response(HTML.replace("502 Bad Gateway", "504 Gateway Timeout"), 504, mimetype="text/html")
    return response


def _ordered(folder: Path) -> tuple[str, float]:
    try:
        fault = json.loads((folder / "fault.json").read_bytes())
    except FileNotFoundError:
        return "none", 0.0
    return fault["kind"], fault["seconds"]
