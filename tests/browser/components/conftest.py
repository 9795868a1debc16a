from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.browser.components.app import Seen, create_app, serving


@pytest.fixture(scope="session")
def parts() -> Flask:
    return create_app()


@pytest.fixture(scope="session")
def base_url(parts: Flask) -> Iterator[str]:
    yield from serving(parts)


@pytest.fixture
def seen(parts: Flask) -> Seen:
    """What the server saw in this test."""
    fresh = Seen()
    parts.extensions["seen"].__dict__.update(fresh.__dict__)
    return parts.extensions["seen"]
