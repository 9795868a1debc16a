from __future__ import annotations

from collections.abc import Iterator

import pytest

from service_tasks.tte.client import TteClient
from tests.local_provider import EVERYONE, LocalProvider, register, sheet


@pytest.fixture(scope="session")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalProvider]:
    folder = tmp_path_factory.mktemp("tte") / "data"
    register(folder, *EVERYONE)
    running = LocalProvider(folder)
    yield running
    running.stop()


@pytest.fixture
def client(provider: LocalProvider) -> TteClient:
    return TteClient.from_settings(provider.settings)


@pytest.fixture(scope="session")
def pdf() -> bytes:
    return sheet()
