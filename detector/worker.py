"""What a worker on Kafka may be told: plain frozen values that settings build and the runtime
reads. Holds secrets only in `Connection`, whose text form shows none.

Examples:
    >>> Connection(password="hidden")
    Connection(127.0.0.1:9092, PLAINTEXT)
    >>> Topics("team-a.").alerts
    'team-a.alerts'
    >>> Topics(generation=2).state
    'detector.state-2'
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from msgspec import Struct, field

from detector.config import HOUR, SECOND, EngineConfig

Protocol = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
Mechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"]
Role = Literal["all", "normalise", "detect"]
MIXED = "mixed"


class Connection(Struct, frozen=True):
    """How to reach the brokers. `token_file` holds a bearer token that is read anew each time."""

    bootstrap: str = "127.0.0.1:9092"
    protocol: Protocol = "PLAINTEXT"
    mechanism: Mechanism = "SCRAM-SHA-512"
    username: str = ""
    password: str = ""
    token_file: Path | None = None
    ca_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None

    def __repr__(self) -> str:
        return f"Connection({self.bootstrap}, {self.protocol})"


class Topics(Struct, frozen=True):
    """Names of topics, all below one prefix. A change of the number of partitions makes a new
    `generation` of those topics whose partitions stand for entities. `sources` are those whose raw
    topics there are; empty: all that can be read, those of mappings, the `mapped`, among them."""

    prefix: str = "detector."
    generation: int = 1
    sources: tuple[str, ...] = ()
    mapped: tuple[str, ...] = ()

    def raw(self, source: str) -> str:
        """The raw log of one source; `mixed` is one for any."""
        return f"{self.prefix}raw.{source.replace('_', '-')}"

    @property
    def activity(self) -> str:
        """Events, facts and progress, keyed by entity."""
        return self._of_generation("activity")

    @property
    def state(self) -> str:
        """Entities as of the last checkpoint: compacted, as many partitions as `activity`."""
        return self._of_generation("state")

    @property
    def findings(self) -> str:
        """Findings and the commands that they ask for, on their way to admission, by tenant."""
        return f"{self.prefix}command-requests"

    @property
    def admission(self) -> str:
        """What admission remembers of each tenant: compacted."""
        return f"{self.prefix}admission"

    @property
    def progress(self) -> str:
        """How far each partition is, for normalisers: compacted."""
        return self._of_generation("progress")

    @property
    def alerts(self) -> str:
        """OCSF Detection Findings."""
        return f"{self.prefix}alerts"

    @property
    def commands(self) -> str:
        """Revoke commands."""
        return f"{self.prefix}revoke-commands"

    @property
    def dead_letters(self) -> str:
        """Records that cannot be read."""
        return f"{self.prefix}dead-letters"

    def next(self, generation: int) -> "Topics":
        """The same in another generation."""
        return Topics(self.prefix, generation, self.sources, self.mapped)

    def _of_generation(self, name: str) -> str:
        return f"{self.prefix}{name}" + (f"-{self.generation}" if self.generation > 1 else "")

    def short(self, topic: str) -> str:
        """A topic's name without the prefix and the generation."""
        name = topic.removeprefix(self.prefix)
        if topic in {self.activity, self.state, self.progress}:
            return name.partition("-")[0]
        return name


class WorkerConfig(Struct, frozen=True):
    """One worker process. Times in ms, sizes in bytes.

    A checkpoint of a partition comes as soon as it writes less than `checkpoint_rate` bytes for each
    second since the last one, but not before `checkpoint_least` and no later than `checkpoint_most`.
    At most
    `resident` entities of a partition stay in memory. `folder` holds copies of the state for a
    quick start and may be deleted at any time. `instance` makes the worker a static member. A raw
    partition that is read up and silent for `idle` holds nobody back; nor does one of a topic that this
    worker does not read, and of which nobody has said anything for `abandoned`. A source
    that used to deliver is reported once it has been silent for `silence`, or for its own of `silences`.
    `traces` is where a collector takes OTLP over HTTP.
    """

    engine: EngineConfig = EngineConfig()
    connection: Connection = Connection()
    topics: Topics = Topics()
    role: Role = "all"
    group: str = "detector"
    instance: str = ""
    folder: Path = Path("detector-state")
    checkpoint_least: int = SECOND
    checkpoint_most: int = 30 * SECOND
    checkpoint_rate: int = 4 * 2**20
    resident: int = 200_000
    session: int = 10 * SECOND
    fetch: int = 1_000
    idle: int = 5 * SECOND
    abandoned: int = HOUR
    port: int = 6066
    silence: int = HOUR
    silences: Mapping[str, int] = field(default_factory=dict)
    traces: str = ""

    def silence_of(self, source: str) -> int:
        """How long this source may be silent before that is reported, in ms; 0 is for ever."""
        return self.silences.get(source, self.silence)
