"""All scenarios, by name.

Examples:
    >>> SCENARIOS["leaked_key"].title
    'A leaked key is tried out'
"""

from detector.simulate.scenarios import (
    aftermath,
    assistants,
    builds,
    copies,
    defence,
    gateways,
    identities,
    keys,
    machines,
    secrets,
    services,
)
from detector.simulate.scenarios.scene import Scenario

_FAMILIES = (
    keys,
    aftermath,
    identities,
    machines,
    copies,
    secrets,
    services,
    defence,
    builds,
    assistants,
    gateways,
)
SCENARIOS: dict[str, Scenario] = {s.name: s for family in _FAMILIES for s in family.SCENARIOS}
