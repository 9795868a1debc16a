from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from tests.browser.components.app import Seen, create_app, serving


@pytest.fixture(scope="session")
def parts() -> Flask:
    return create_app()


@pytest.fixture(scope="session")
def parts_url(parts: Flask) -> Iterator[str]:
    yield from serving(parts)


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any], parts_url: str) -> dict[str, Any]:
    # not the plugin's fixture base_url: its value would stay for the folders that come after
    return {**browser_context_args, "base_url": parts_url}


@pytest.fixture
def seen(parts: Flask) -> Seen:
    """What the server saw in this test."""
    parts.extensions["seen"].__dict__.update(Seen().__dict__)
    return parts.extensions["seen"]
