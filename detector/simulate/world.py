"""Everything a member of the population may draw on: the options, the estate, seeded randomness.

Examples:
    >>> world = World(Options(identities=60))
    >>> world.rng("ada").random() == world.rng("ada").random()
    True
"""

from random import Random

from detector.simulate.estate import Account, Estate
from detector.simulate.networks import Networks
from detector.simulate.options import Options

ZONES = (-5, 0, 1, 1, 2)


class World:
    """The options and the estate; `rng(name)` is that name's own stream of randomness."""

    def __init__(self, options: Options) -> None:
        self.options = options
        accounts = max(4, min(13, 3 + options.identities // 60))
        self.estate = Estate(self.rng("estate"), accounts)
        own = self.rng("zones")
        self.zones = own.sample(ZONES, 3)

    def rng(self, name: str) -> Random:
        """A stream of randomness that depends on the seed and this name only."""
        return Random(f"{self.options.seed}:{name}")

    @property
    def networks(self) -> Networks:
        """The address plan."""
        return self.estate.networks

    def account_for(self, rng: Random) -> Account:
        """An account in which machines work."""
        return rng.choice(self.estate.workloads())
