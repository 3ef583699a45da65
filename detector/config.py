"""What the engine may be told: plain frozen values, read once, without files or environment.

`detector.settings` (pydantic) reads and checks what an operator wrote and builds this.

Examples:
    >>> EngineConfig().lateness_of("token_use")
    60000
"""

from collections.abc import Mapping

from msgspec import Struct, field

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class Protected(Struct, frozen=True):
    """Credentials and principals that no command may ever touch (break-glass, shared platform):
    glob patterns over credential uid, fingerprint, principal uid and name."""

    patterns: tuple[str, ...] = ()


class ResponseConfig(Struct, frozen=True):
    """How revocation is allowed to act. Safe as shipped: dry run, approval needed.

    `max_commands` in any `window_ms` per tenant; one more trips the breaker, which stays open for
    `cooldown_ms`. `auto_detections` may act without approval; `ttl_ms` is a command's life.
    """

    enforce: bool = False
    revoke_risk: int = 70
    max_commands: int = 10
    window_ms: int = 10 * MINUTE
    cooldown_ms: int = HOUR
    ttl_ms: int = HOUR
    auto_detections: tuple[str, ...] = ()
    never_detections: tuple[str, ...] = ()
    protected: Protected = Protected()


class EngineConfig(Struct, frozen=True):
    """Time bounds, memory bounds and the one main knob of the engine.

    `budget` is the alert budget: false findings per day per 1,000 identities. `lateness` is how far
    out of order each source may be (ms); `fact_allowance` is added to it before a pane settles.
    `secret_used_within` is how long after a stored secret was read its use is put down to that.
    """

    budget: float = 0.2
    lateness: Mapping[str, int] = field(
        default_factory=lambda: {"cloudtrail": 15 * MINUTE, "token_use": MINUTE}
    )
    default_lateness: int = 20 * MINUTE
    fact_allowance: int = 3 * MINUTE
    max_hops: int = 8
    epoch: int = 6 * HOUR
    quiet: int = 6 * HOUR
    release_after: int = 3 * DAY
    max_ahead: int = 5 * MINUTE
    secret_used_within: int = DAY
    disabled: frozenset[str] = frozenset()
    response: ResponseConfig = ResponseConfig()

    def lateness_of(self, source: str) -> int:
        """How long to wait for this source's stragglers, in ms."""
        return self.lateness.get(source, self.default_lateness)
