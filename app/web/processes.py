"""TODO."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("processes", __name__, url_prefix="/proses")
