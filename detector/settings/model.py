"""Every setting with its meaning, default and bounds. Nothing here is read before `load_settings`.

The engine's defaults stand once, in `detector.config`; this module repeats none of them.

Examples:
    >>> Settings().engine() == EngineConfig()
    True
    >>> Settings(budget=1, response=ResponseSettings(ttl="30m")).engine().response.ttl_ms
    1800000
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    SecretStr,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from detector.config import EngineConfig, Protected, ResponseConfig
from detector.settings.duration import Duration
from detector.settings.kafka import KafkaSettings
from detector.settings.known import known_detections, known_sources, mapped
from detector.settings.names import Names, split

SHORTEST_KEY = 16
"""Characters: what a fingerprint key must have at least, so that nobody can guess it."""

_ENGINE = EngineConfig()
_RESPONSE = ResponseConfig()


class ResponseSettings(BaseModel):
    """`[response]`: how revocation is allowed to act. As shipped, every command is a dry run."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    enforce: bool = Field(
        default=_RESPONSE.enforce,
        description="Send commands that may be acted on. Off: every command is a dry run.",
    )
    revoke_risk: int = Field(
        default=_RESPONSE.revoke_risk,
        ge=0,
        le=100,
        description="The risk (0-100) from which a finding plans a command.",
    )
    max_commands: int = Field(
        default=_RESPONSE.max_commands,
        ge=0,
        description="Commands per tenant in any `window`; one more wanted opens the breaker.",
    )
    window: Duration = Field(
        default=_RESPONSE.window_ms, gt=0, description="The window of `max_commands`."
    )
    cooldown: Duration = Field(
        default=_RESPONSE.cooldown_ms,
        gt=0,
        description="How long an open breaker lets nothing through.",
    )
    ttl: Duration = Field(
        default=_RESPONSE.ttl_ms,
        gt=0,
        description="How long a command is valid, from its event's time.",
    )
    auto_detections: Names = Field(
        default=_RESPONSE.auto_detections,
        description="Detections whose commands need no person's approval.",
    )
    never_detections: Names = Field(
        default=_RESPONSE.never_detections, description="Detections that never lead to a command."
    )
    protected: Names = Field(
        default=_RESPONSE.protected.patterns,
        description="Glob patterns of credentials and principals that no command may touch, "
        "over credential id, fingerprint, principal id and name: break-glass accounts, shared "
        "platforms.",
    )

    @field_validator("auto_detections", "never_detections")
    @classmethod
    def _detections_exist(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return known_detections(names)

    def engine(self) -> ResponseConfig:
        """The same as the engine's plain value."""
        return ResponseConfig(
            enforce=self.enforce,
            revoke_risk=self.revoke_risk,
            max_commands=self.max_commands,
            window_ms=self.window,
            cooldown_ms=self.cooldown,
            ttl_ms=self.ttl,
            auto_detections=self.auto_detections,
            never_detections=self.never_detections,
            protected=Protected(self.protected),
        )


class Settings(BaseSettings):
    """All settings. Values given to the constructor stand below the environment's."""

    model_config = SettingsConfigDict(
        env_prefix="DETECTOR_",
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        validate_default=False,
    )

    tenant: str = Field(
        default="",
        description="The tenant of every record, whatever it states; empty: the one it states.",
    )
    fingerprint_key: SecretStr | None = Field(
        default=None,
        description="The secret that credential fingerprints are keyed with: in the environment "
        f"only, at least {SHORTEST_KEY} characters. Without one a fixed development key is used.",
    )
    fingerprint_key_file: Path | None = Field(
        default=None, description="A file that holds the fingerprint key; its line end is left off."
    )
    inventory: Path | None = Field(
        default=None,
        description="A file (CSV or JSON) of credentials: which ids are one secret, whose it is, from "
        "where it may be used, where it is kept. `detector inventory` makes a first one. A worker reads "
        "it again when it has changed.",
    )
    mappings: Names = Field(
        default=(),
        description="Mapping files, each of which makes a source of a JSON log and is called after it: "
        "`portal.toml` makes `portal`. `detector mapping check` tries them.",
    )
    budget: float = Field(
        default=_ENGINE.budget,
        gt=0,
        allow_inf_nan=False,
        description="The alert budget, the one main knob: false findings per day per 1,000 "
        "identities.",
    )
    disabled: Names = Field(
        default=tuple(sorted(_ENGINE.disabled)), description="Detections that are switched off."
    )
    lateness: Mapping[str, Duration] = Field(
        default=dict(_ENGINE.lateness),
        description="How far out of order each source may be. A source left out keeps its default.",
    )
    default_lateness: Duration = Field(
        default=_ENGINE.default_lateness, description="The same for a source that is not listed."
    )
    fact_allowance: Duration = Field(
        default=_ENGINE.fact_allowance,
        description="Added to the lateness before a window settles, for what entities tell each "
        "other.",
    )
    max_hops: int = Field(
        default=_ENGINE.max_hops, ge=1, le=64, description="How far such a fact travels."
    )
    epoch: Duration = Field(
        default=_ENGINE.epoch,
        gt=0,
        description="How often a new version of each baseline takes effect; at least the lateness.",
    )
    quiet: Duration = Field(
        default=_ENGINE.quiet,
        gt=0,
        description="How long a finding stays open after its last event.",
    )
    release_after: Duration = Field(
        default=_ENGINE.release_after,
        gt=0,
        description="Quiet time after which behaviour that a finding covers may be learned.",
    )
    max_ahead: Duration = Field(
        default=_ENGINE.max_ahead,
        gt=0,
        description="How far ahead of the others a timestamp may be before it is refused.",
    )
    secret_used_within: Duration = Field(
        default=_ENGINE.secret_used_within,
        gt=0,
        description="How long after a stored secret was read an unusual use of it is put down to that "
        "reading; needs an inventory.",
    )
    response: ResponseSettings = Field(
        default=ResponseSettings(), description="How revocation is allowed to act."
    )
    kafka: KafkaSettings = Field(
        default=KafkaSettings(), description="The brokers, and a worker on them."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment above the file; no other place is read."""
        del settings_cls, dotenv_settings, file_secret_settings
        return env_settings, init_settings

    @model_validator(mode="wrap")
    @classmethod
    def _with_mapped_sources(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        paths = split(data.get("mappings", ())) if isinstance(data, Mapping) else ()
        with mapped(paths if isinstance(paths, list | tuple) else ()):
            return handler(data)

    @field_validator("lateness", mode="before")
    @classmethod
    def _over_the_defaults(cls, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        known_sources(value)
        return {**{k: f"{v}ms" for k, v in _ENGINE.lateness.items()}, **value}

    @field_validator("disabled")
    @classmethod
    def _detections_exist(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return known_detections(names)

    @field_validator("fingerprint_key")
    @classmethod
    def _long_enough(cls, key: SecretStr | None) -> SecretStr | None:
        if key is not None and len(key.get_secret_value()) < SHORTEST_KEY:
            raise ValueError(f"a fingerprint key has at least {SHORTEST_KEY} characters")
        return key

    @model_validator(mode="after")
    def _consistent(self) -> "Settings":
        if self.fingerprint_key is not None and self.fingerprint_key_file is not None:
            raise ValueError("set fingerprint_key or fingerprint_key_file, not both")
        longest = max([*self.lateness.values(), self.default_lateness])
        if self.epoch < longest:
            raise ValueError("epoch must be at least the longest lateness")
        return self

    def engine(self) -> EngineConfig:
        """What the engine may know: no secret, no file, no environment."""
        return EngineConfig(
            budget=self.budget,
            lateness=dict(self.lateness),
            default_lateness=self.default_lateness,
            fact_allowance=self.fact_allowance,
            max_hops=self.max_hops,
            epoch=self.epoch,
            quiet=self.quiet,
            release_after=self.release_after,
            max_ahead=self.max_ahead,
            secret_used_within=self.secret_used_within,
            disabled=frozenset(self.disabled),
            response=self.response.engine(),
        )
