"""TODO."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("moves", __name__, url_prefix="/proses/pindah")
