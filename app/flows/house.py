"""What `create_app` wired together, for the use cases that need it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from flask import current_app

from app.config import Config
from app.documents.render import Renderer
from app.documents.store import DocumentStore
from app.sdk.forms import TaskForm
from app.sdk.services import ServiceTask

KEY = "alur"


@dataclass(frozen=True)
class House:
    """The two literal tables, the store and the settings of this application."""

    config: Config
    forms: Mapping[str, type[TaskForm]]
    operators: Mapping[str, ServiceTask]
    documents: DocumentStore
    renderer: Renderer


def house() -> House:
    """The house of the current application."""
    return cast(House, current_app.extensions[KEY])
