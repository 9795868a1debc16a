"""TODO."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("differences", __name__, url_prefix="/proses/beda")
