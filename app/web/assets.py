"""The bundle that pages load: `asset('app.js')` in templates, and the route that serves it packed and for ever."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, request, send_from_directory, url_for
from werkzeug.security import safe_join

from app.errors import AlurError

BUILD = Path(__file__).parent / "static" / "build"


class MissingBundle(AlurError):
    """The pages' bundle is not built. Run: python app/web/assets/ensure.py (needs the network once)."""


class Manifest:
    """manifest.json of the last build, read again when a new build replaced it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "manifest.json"
        self._stamp, self._names = 0, dict[str, str]()

    def __getitem__(self, name: str) -> str:
        try:
            stamp = self.path.stat().st_mtime_ns
        except FileNotFoundError:
            raise MissingBundle() from None
        if stamp != self._stamp:
            self._stamp, self._names = stamp, json.loads(self.path.read_text("utf-8"))
        if name not in self._names:
            raise MissingBundle(f"The bundle has no {name!r}; it has: {', '.join(self._names)}. Build it again.")
        return self._names[name]


def init_assets(app: Flask, folder: Path = BUILD) -> None:
    """`asset(name)` and `link(endpoint)` for templates; the open route /static/build/ (endpoint "assets.static")."""
    manifest = Manifest(folder)
    bp = Blueprint("assets", __name__)

    def asset(name: str) -> str:
        return url_for("assets.static", name=manifest[name])

    def link(endpoint: str, **values: Any) -> str:
        """url_for, or "" where no such page exists: menus show what works."""
        return url_for(endpoint, **values) if endpoint in app.view_functions else ""

    @bp.get("/static/build/<path:name>", endpoint="static")
    def serve(name: str) -> Response:
        packed = request.accept_encodings.quality("gzip") > 0 and not request.range and _has(folder, f"{name}.gz")
        kind = _TYPES.get(Path(name).suffix)
        response = send_from_directory(folder, f"{name}.gz" if packed else name, mimetype=kind, conditional=True)
        if packed:
            response.headers["Content-Encoding"] = "gzip"
        response.headers["Vary"] = "Accept-Encoding"
        # a changed file has another name (standard_fonts change only with pdf.js itself)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response

    app.register_blueprint(bp)
    app.jinja_env.globals.update(asset=asset, link=link)


_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2"}


def _has(folder: Path, name: str) -> bool:
    found = safe_join(str(folder), name)
    return found is not None and Path(found).is_file()
