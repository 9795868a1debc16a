"""Alembic's entry: run migrations on the application's own engine, in one transaction."""

from __future__ import annotations

from typing import Any

from alembic import context
from flask import current_app

from app.models.base import UtcDateTime

database = current_app.extensions["migrate"].db


def render_item(kind: str, item: Any, _context: Any) -> Any:
    """A migration must run for ever: it names plain types, not classes of ours that may move."""
    return "sa.DateTime()" if kind == "type" and isinstance(item, UtcDateTime) else False


with database.engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=database.metadata,
        render_as_batch=True,  # SQLite can't alter tables: Alembic copies them
        compare_type=True,
        render_item=render_item,
    )
    with context.begin_transaction():
        context.run_migrations()
