"""What a simulation may be told: seed, size, length, and how much of it is attack.

Examples:
    >>> options = Options(days=10, identities=100)
    >>> options.attacks_from == options.start + 4 * DAY
    True
"""

from msgspec import Struct

from detector.config import DAY

MONDAY = 1_767_571_200_000  # 2026-01-05T00:00:00Z: a fixed date, so that no run reads a clock


class Options(Struct, frozen=True):
    """One simulation. The same options give the same bytes.

    `start` is epoch ms (any day; the default is a Monday); `volume` multiplies how often everyone
    acts; `attack_free` is the share of the days before the first attack; one incident is planned
    per `per_incident` identities, and every scenario at least once where `identities` allow it.
    `scenarios` names the ones to play, each at least once; empty means all.
    `trails` writes CloudTrail files of this many ms.
    """

    seed: int = 1
    days: float = 7.0
    identities: int = 200
    start: int = MONDAY
    volume: float = 1.0
    attack_free: float = 0.4
    per_incident: float = 20.0
    scenarios: tuple[str, ...] = ()
    trail_ms: int = 600_000

    def __post_init__(self) -> None:
        """Refuse what cannot be simulated.

        Raises:
            ValueError: when a number is out of range.
        """
        if self.days <= 0 or self.identities < 1 or self.volume <= 0 or self.per_incident <= 0:
            raise ValueError("simulate: days, identities, volume and per_incident must be above 0")
        if not 0 <= self.attack_free < 1:
            raise ValueError(f"simulate: attack_free must be in 0..1, got {self.attack_free}")

    @property
    def end(self) -> int:
        """When the simulation ends, in epoch ms."""
        return self.start + int(self.days * DAY)

    @property
    def attacks_from(self) -> int:
        """The end of the attack-free part, in epoch ms."""
        return self.start + int(self.days * self.attack_free * DAY)
