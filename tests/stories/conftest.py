from tests.world import cut_off, provider, world  # noqa: F401 - fixtures
