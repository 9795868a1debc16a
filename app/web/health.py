"""For machines: does the process live (/health), can it work (/ready). Open to all, and of no use to attackers."""

from __future__ import annotations

import logging
from functools import lru_cache
from pathlib import Path

from alembic.script import ScriptDirectory
from flask import Blueprint, current_app, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.models import db
from app.web.access import public

bp = Blueprint("health", __name__)
log = logging.getLogger("alur.health")


@bp.get("/health")
@public
def health() -> ResponseReturnValue:
    """The process answers. `id` tells one house from another, for `flask doctor` behind a proxy."""
    return jsonify(app="alur", status="ok", id=current_app.extensions["fingerprint"])


@bp.get("/ready")
@public
def ready() -> ResponseReturnValue:
    """The database answers with today's tables, and the pages can be drawn; else 503 and which of it is missing."""
    missing = [name for name, there in (("database", _database()), ("bundle", _bundle())) if not there]
    return (jsonify(status="not ready", missing=missing), 503) if missing else (jsonify(status="ready"), 200)


def _database() -> bool:
    try:
        with db.engine.connect() as conn:
            revision = conn.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except SQLAlchemyError as e:
        log.error("not ready: the database says %s", type(e).__name__)
        return False
    wanted = _revision(current_app.extensions["migrate"].directory)
    if revision != wanted:
        log.error("not ready: the tables are of revision %s, this release needs %s", revision, wanted)
    return bool(revision == wanted)


def _bundle() -> bool:
    return (Path(str(current_app.static_folder)) / "build" / "manifest.json").is_file()


@lru_cache
def _revision(folder: str) -> str | None:
    return ScriptDirectory(folder).get_current_head()
