from tests.stories.conftest import at_the_head, before_the_sheet, drafting  # noqa: F401 - fixtures
from tests.world import cut_off, provider, stages, world  # noqa: F401 - fixtures
