"""Which settings are in force from here on: a record of the log itself, so that whoever reads the log
again knows them at each of its places.

It holds what may change while workers run, and no secret. `version` is a hash of the rest: equal
settings have equal versions.

Examples:
    >>> response = Response(False, 70, 10, 600_000, 3_600_000, 3_600_000)
    >>> Control("9f2c4e", budget=0.2, response=response).key
    'settings'
"""

from msgspec import Struct


class Response(Struct, frozen=True, gc=False):
    """How revocation is allowed to act, as the table `[response]` of the settings says; times in ms."""

    enforce: bool
    revoke_risk: int
    max_commands: int
    window_ms: int
    cooldown_ms: int
    ttl_ms: int
    auto_detections: tuple[str, ...] = ()
    never_detections: tuple[str, ...] = ()
    protected: tuple[str, ...] = ()


class Control(Struct, frozen=True, omit_defaults=True, gc=False, tag_field="record", tag="control"):
    """The alert budget, the detections that are switched off, and the response."""

    version: str
    budget: float
    response: Response
    disabled: tuple[str, ...] = ()
    schema: int = 1  # absent means 1, whatever the version of today

    @property
    def key(self) -> str:
        """The Kafka key."""
        return "settings"
