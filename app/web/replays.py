"""TODO."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("replays", __name__, url_prefix="/proses/uji")
