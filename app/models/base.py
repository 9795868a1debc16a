"""The database object and the one type of our own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, MetaData, Row, Table
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator


class Base(DeclarativeBase):
    # named constraints, so that Alembic can change them on SQLite too
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Base)

if TYPE_CHECKING:  # Flask-SQLAlchemy makes its Model at run time, out of sight of a type checker
    Model = Base
else:
    Model = db.Model

AnyRow: TypeAlias = Row[*tuple[Any, ...]]  # what a query of columns gives


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime; stored without zone, because SQLite has none. A naive value is refused."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone can't be stored: use app.clock.now()")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


def table(model: type[Model]) -> Table:
    """The table behind a model, for the statements of SQLAlchemy Core."""
    return cast(Table, model.__table__)
