"""What one entity tells another: the second half of the `activity` topic's tagged union.

Facts are sent only on something new and carry the *earliest* event time of what they say, so that
a receiver that keeps the minimum reaches the same state in any order of arrival. They rest on
source events, whose ids they carry, and travel a bounded number of hops.

Examples:
    >>> fact = Fact(
    ...     kind="context", entity="credential:acme:9f", sender="principal:acme:ada",
    ...     time=1_700_000_000_000, evidence=("5f0a",),
    ... )
    >>> fact.key
    'credential:acme:9f'
"""

from typing import Literal

from msgspec import Struct

from schemas.event import ActivityEvent, Credential, Principal, Task

FactKind = Literal[
    "context",
    "status",
    "issued",
    "child",
    "path",
    "secret_read",
    "presence",
    "summary",
    "baseline",
    "verdict",
]
CredentialStatus = Literal["live", "revoked", "expired", "deleted", "task_over", "exposed"]


class Context(Struct, frozen=True, omit_defaults=True, gc=False):
    """One way in which a credential is used: five aspects, compared one by one."""

    network: str = ""
    client: str = ""
    workload: str = ""
    source: str = ""
    principal: str = ""


class Step(Struct, frozen=True, omit_defaults=True, gc=False):
    """One edge of a lateral-movement path: `actor` obtained `child` by `operation` at `time`. It is
    `novel` if it did so or on such a target for the first time, `strange` if it did so with a tool
    and from a network that are both new to it."""

    actor: str
    child: str
    operation: str
    time: int
    uid: str
    novel: bool = False
    strange: bool = False


class Summary(Struct, frozen=True, omit_defaults=True, gc=False):
    """A settled pane in a peer group's eyes: which operations a member was newly seen to use, and
    the window features (name, value) that the member's own models learned."""

    member: str
    values: tuple[str, ...] = ()
    features: tuple[tuple[str, float], ...] = ()


class PeerBaseline(Struct, frozen=True, omit_defaults=True, gc=False):
    """What is usual in a peer group at baseline version `version`: members, and per value the
    number of members that use it; per feature (mean, variance, count)."""

    version: int
    members: int
    values: tuple[tuple[str, int], ...] = ()
    features: tuple[tuple[str, float, float, float], ...] = ()


class Reach(Struct, frozen=True, omit_defaults=True, gc=False, order=True):
    """What is known to have been used: services, the most used first, and how many operations of
    them, those that look apart from those that change."""

    reads: tuple[str, ...] = ()
    read_operations: int = 0
    changes: tuple[str, ...] = ()
    change_operations: int = 0


class Fact(Struct, frozen=True, omit_defaults=True, gc=False, tag_field="record", tag="fact"):
    """Something another entity learned that `entity` must know. `time` is event time in epoch ms:
    the earliest at which it held. `evidence` holds the source events' own ids, `event` the one that
    it rests on, `novel` what was new about that for its principal."""

    kind: FactKind
    entity: str
    sender: str
    time: int
    evidence: tuple[str, ...] = ()
    hops: int = 1
    principal: Principal | None = None
    credential: Credential | None = None
    context: Context | None = None
    status: CredentialStatus | None = None
    task: Task | None = None
    path: tuple[Step, ...] = ()
    target: str = ""
    operation: str = ""
    summary: Summary | None = None
    baseline: PeerBaseline | None = None
    event: ActivityEvent | None = None
    novel: tuple[str, ...] = ()
    reach: Reach | None = None
    places: tuple[str, ...] = ()
    finding: str = ""
    protected: bool = False
    expires: int | None = None
    schema: int = 1  # absent means 1, whatever the version of today

    @property
    def key(self) -> str:
        """The receiving entity: the Kafka key of the `activity` topic."""
        return self.entity


class Tick(Struct, frozen=True, gc=False, tag_field="record", tag="tick"):
    """Time has passed: nothing with an event time before `watermark` is still to come within its
    lateness. `final` marks the end of the input, after which everything settles. What any entity
    had to tell of the time before `told` has arrived where it was to go."""

    watermark: int
    final: bool = False
    told: int = 0
