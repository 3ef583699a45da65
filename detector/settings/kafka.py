"""`[kafka]`: how to reach the brokers, and how a worker on them behaves.

The defaults stand once, in `detector.worker`; this module repeats none of them.

Examples:
    >>> KafkaSettings(prefix="team-a.").topics().alerts
    'team-a.alerts'
    >>> KafkaSettings(protocol="SASL_SSL", username="worker", password="hidden").password
    SecretStr('**********')
"""

import re
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from detector.settings.duration import Duration
from detector.settings.known import known_sources
from detector.settings.names import Names
from detector.worker import MIXED, Connection, Mechanism, Protocol, Topics, WorkerConfig

_CONNECTION, _WORKER = Connection(), WorkerConfig()
_ENDPOINT = re.compile(r"https?://[^\s@?#]+")
_TOPIC = re.compile(r"[\w.-]{0,180}", re.ASCII)


class KafkaSettings(BaseModel):
    """`[kafka]`. Passwords and tokens come from files or the environment, never from the TOML."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    bootstrap: str = Field(
        default=_CONNECTION.bootstrap,
        min_length=1,
        description="One or more brokers, `host:port`, separated by commas.",
    )
    protocol: Protocol = Field(
        default=_CONNECTION.protocol,
        description="`PLAINTEXT`, `SSL`, `SASL_PLAINTEXT` or `SASL_SSL`.",
    )
    mechanism: Mechanism = Field(
        default=_CONNECTION.mechanism,
        description="With SASL: `SCRAM-SHA-512`, `SCRAM-SHA-256`, `PLAIN` or `OAUTHBEARER`.",
    )
    username: str = Field(default=_CONNECTION.username, description="With SASL: who we are.")
    password: SecretStr | None = Field(
        default=None, description="With SASL: the password, in the environment only."
    )
    password_file: Path | None = Field(
        default=None, description="A file that holds the password; its line end is left off."
    )
    token_file: Path | None = Field(
        default=None,
        description="With `OAUTHBEARER`: a file that holds the bearer token, read anew each time.",
    )
    ca_file: Path | None = Field(
        default=None,
        description="With TLS: the authorities to trust, as PEM; without it the system's.",
    )
    certificate_file: Path | None = Field(
        default=None, description="With TLS: our certificate, as PEM."
    )
    key_file: Path | None = Field(default=None, description="With TLS: its private key, as PEM.")
    prefix: str = Field(
        default=_WORKER.topics.prefix, description="What the names of all topics begin with."
    )
    generation: int = Field(
        default=_WORKER.topics.generation,
        ge=1,
        description="Which generation of activity, state and progress is in use: what "
        "`detector topics migrate` says; the same for all workers.",
    )
    sources: Names = Field(
        default=_WORKER.topics.sources,
        description="Sources whose raw topics there are, `mixed` among them; empty: all.",
    )
    group: str = Field(
        default=_WORKER.group,
        min_length=1,
        description="What consumer groups and transactional ids begin with.",
    )
    instance: str = Field(
        default=_WORKER.instance,
        description="A name of its own for each worker, which makes it a static member: it has its "
        "partitions back after a quick restart. Empty: partitions move at once.",
    )
    folder: Path = Field(
        default=_WORKER.folder,
        description="Where copies of the state lie for a quick start; may be deleted at any time.",
    )
    checkpoint_least: Duration = Field(
        default=_WORKER.checkpoint_least,
        gt=0,
        description="The shortest time between two checkpoints of a partition.",
    )
    checkpoint_most: Duration = Field(
        default=_WORKER.checkpoint_most,
        gt=0,
        description="The longest time between two checkpoints of a partition.",
    )
    checkpoint_rate: int = Field(
        default=_WORKER.checkpoint_rate,
        gt=0,
        description="Bytes a second that a partition's checkpoints may take, between those two.",
    )
    resident: int = Field(
        default=_WORKER.resident,
        gt=0,
        description="Entities of a partition that stay in memory; others are read when they act.",
    )
    session: Duration = Field(
        default=_WORKER.session,
        ge=6_000,
        description="How long a worker may be silent before its partitions move; at least 6s.",
    )
    fetch: int = Field(
        default=_WORKER.fetch, gt=0, description="Records that are taken from a partition at once."
    )
    idle: Duration = Field(
        default=_WORKER.idle,
        gt=0,
        description="Silence after which a raw partition that is read up holds nobody back.",
    )
    abandoned: Duration = Field(
        default=_WORKER.abandoned,
        gt=0,
        description="Silence after which a raw partition of a source that is read no longer, by this "
        "worker or any other, holds nobody back.",
    )
    port: int = Field(
        default=_WORKER.port, ge=0, le=65_535, description="The port of health and metrics pages."
    )
    silence: Duration = Field(
        default=_WORKER.silence,
        description="How long a source that used to deliver may be silent before that is reported; "
        "0: never.",
    )
    silences: Mapping[str, Duration] = Field(
        default=dict(_WORKER.silences), description="The same for single sources, or `mixed`."
    )

    traces: str = Field(
        default=_WORKER.traces,
        description="Where an OpenTelemetry collector takes OTLP over HTTP, `http://host:4318`; needs "
        "the extra `traces`. Empty: where `OTEL_EXPORTER_OTLP_ENDPOINT` says, or no traces.",
    )

    @field_validator("traces")
    @classmethod
    def _collector(cls, endpoint: str) -> str:
        if endpoint and not _ENDPOINT.fullmatch(endpoint):
            raise ValueError(
                "expected http://HOST:PORT or https://..., without a user: secrets of a collector go "
                "into OTEL_EXPORTER_OTLP_HEADERS"
            )
        return endpoint

    @field_validator("prefix")
    @classmethod
    def _topic(cls, prefix: str) -> str:
        if not _TOPIC.fullmatch(prefix):
            raise ValueError('a topic\'s name is made of letters, digits, ".", "_" and "-"')
        return prefix

    @field_validator("silences")
    @classmethod
    def _silent_sources_exist(cls, named: Mapping[str, int]) -> Mapping[str, int]:
        known_sources([name for name in named if name != MIXED])
        return named

    @field_validator("sources")
    @classmethod
    def _sources_exist(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        known_sources([name for name in names if name != MIXED])
        return names

    @model_validator(mode="after")
    def _consistent(self) -> "KafkaSettings":
        if self.password is not None and self.password_file is not None:
            raise ValueError("set kafka.password or kafka.password_file, not both")
        if (self.certificate_file is None) != (self.key_file is None):
            raise ValueError("kafka.certificate_file and kafka.key_file go together")
        if self.checkpoint_least > self.checkpoint_most:
            raise ValueError("kafka.checkpoint_least must be at most kafka.checkpoint_most")
        missing = self._missing() if self.protocol.startswith("SASL") else ""
        if missing:
            raise ValueError(f"{self.protocol} with {self.mechanism} needs {missing}")
        return self

    def _missing(self) -> str:
        if self.mechanism == "OAUTHBEARER":
            return "" if self.token_file is not None else "kafka.token_file"
        if not self.username:
            return "kafka.username"
        given = self.password is not None or self.password_file is not None
        return "" if given else "DETECTOR_KAFKA__PASSWORD or kafka.password_file"

    def topics(self) -> Topics:
        """The names of the topics."""
        return Topics(self.prefix, self.generation, self.sources)
