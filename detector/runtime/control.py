"""Settings on the wire and in the engine: what a control record says, and what follows from one.

Examples:
    >>> strict = EngineConfig(budget=0.02, disabled=frozenset({"shared_origin"}))
    >>> under(EngineConfig(), control_of(strict)) == strict
    True
    >>> control_of(strict).version == control_of(EngineConfig()).version
    False
"""

from hashlib import sha256

import msgspec
from msgspec.structs import replace

from detector.config import EngineConfig, Protected, ResponseConfig
from schemas.control import Control, Response

_encode = msgspec.json.Encoder().encode


def control_of(config: EngineConfig) -> Control:
    """The record that puts the reloadable part of these settings in force."""
    told = config.response
    made = Control(
        "",
        config.budget,
        Response(
            enforce=told.enforce,
            revoke_risk=told.revoke_risk,
            max_commands=told.max_commands,
            window_ms=told.window_ms,
            cooldown_ms=told.cooldown_ms,
            ttl_ms=told.ttl_ms,
            auto_detections=told.auto_detections,
            never_detections=told.never_detections,
            protected=told.protected.patterns,
        ),
        tuple(sorted(config.disabled)),
    )
    return replace(made, version=sha256(_encode(made)).hexdigest()[:16])


def under(config: EngineConfig, control: Control) -> EngineConfig:
    """These settings with what the record puts in force."""
    return replace(
        config,
        budget=control.budget,
        disabled=frozenset(control.disabled),
        response=response_of(control),
    )


def response_of(control: Control) -> ResponseConfig:
    """How revocation is allowed to act under the record."""
    told = control.response
    return ResponseConfig(
        enforce=told.enforce,
        revoke_risk=told.revoke_risk,
        max_commands=told.max_commands,
        window_ms=told.window_ms,
        cooldown_ms=told.cooldown_ms,
        ttl_ms=told.ttl_ms,
        auto_detections=told.auto_detections,
        never_detections=told.never_detections,
        protected=Protected(told.protected),
    )
