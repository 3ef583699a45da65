"""Every story with its benign twin: secrets that travel, and what happens within one system.

Examples:
    >>> sorted(STORIES)[:3], len(STORIES)
    (['agent_reads_then_cloud', 'app_grant_exports', 'app_secret_added'], 39)
"""

from detector.simulate.across.agent_stories import AGENTS
from detector.simulate.across.code_stories import CODE
from detector.simulate.across.identity_stories import IDENTITY
from detector.simulate.across.platform_stories import PLATFORM
from detector.simulate.across.scene import Pair
from detector.simulate.across.travels import TRAVELS

STORIES: dict[str, Pair] = {**TRAVELS, **IDENTITY, **CODE, **PLATFORM, **AGENTS}
