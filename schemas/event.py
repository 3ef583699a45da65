"""What was done with a credential: the one event type that every source decodes to.

An `ActivityEvent` says *who* (principal), *with what* (credential), *did what* (action) *to what*
(target), *from where* (origin) and *how it ended* (outcome). What a log does not carry stays
empty; nothing is guessed. Field tables of the logs behind it: CloudTrail 1.11, RFC 8693 (token
exchange), RFC 9493 (subject identifiers).

Examples:
    >>> import msgspec
    >>> event = ActivityEvent(
    ...     uid="5f0a", source="cloudtrail", tenant="acme", time=1_700_000_000_000,
    ...     principal=Principal(uid="aws:123456789012:user/ada", type="human"),
    ... )
    >>> msgspec.json.decode(msgspec.json.encode(event), type=ActivityEvent) == event
    True
    >>> event.key
    'principal:acme:aws:123456789012:user/ada'
"""

from typing import Literal

from msgspec import Struct

SCHEMA_VERSION = 1

Kind = Literal["use", "issue", "end", "task", "approval", "exposure", "posture"]
PrincipalType = Literal["human", "service", "workload", "agent", "provider", "unknown"]
Profile = Literal[
    "", "copilot", "external_agent", "background_automation", "agent_chain", "human_with_agent"
]
Access = Literal[
    "read", "list", "write", "delete", "admin", "secret_read", "credential_issue", "unknown"
]
Plane = Literal["", "retrieval", "inference", "action"]
Effect = Literal[
    "",
    "impair_defence",
    "persist",
    "grant",
    "mint_credential",
    "share_out",
    "open_network",
    "execute",
    "destroy",
    "identity_probe",
    "factor_refused",
]
Status = Literal["success", "denied", "failure", "throttled", "not_found", "dry_run"]
Lifetime = Literal["", "static", "ephemeral"]
Bounds = Literal["", "inside", "origin", "workload", "task"]


class Principal(Struct, frozen=True, omit_defaults=True, gc=False):
    """Who acts. `uid` is the actor key: the person behind single sign-on, the repository behind an
    OIDC role, the instance behind a profile; never the bare session.

    `peer` names the peer group (kind, role, client family), within the tenant and account.
    `known_by` holds the raw identifiers an analyst would search for (an ARN, a mail address).
    """

    uid: str
    name: str = ""
    account: str = ""
    type: PrincipalType = "unknown"
    profile: Profile = ""
    owner: str = ""
    role: str = ""
    session: str = ""
    known_by: str = ""
    mfa: bool | None = None


class Credential(Struct, frozen=True, omit_defaults=True, gc=False):
    """The secret's shadow: a keyed fingerprint and public identifiers, never the secret.

    `fingerprint` joins one secret across systems; `uid` with `uid_kind` is what its owner needs to
    revoke it. `bound_to` names the only workload that may use it. Times are epoch ms.
    """

    fingerprint: str
    uid: str = ""
    uid_kind: str = ""
    type: str = ""
    lifetime: Lifetime = ""
    issued: int | None = None
    expires: int | None = None
    scopes: tuple[str, ...] = ()
    bound_to: str = ""
    parent: str = ""


class Workload(Struct, frozen=True, omit_defaults=True, gc=False):
    """Where the caller provably runs (SPIFFE id, instance, pod, job), when something attests it."""

    uid: str
    kind: str = ""
    attested: bool = False


class Task(Struct, frozen=True, omit_defaults=True, gc=False):
    """The job a credential was handed out for, with its declared limits.

    `targets` are glob patterns; an empty tuple means undeclared, so nothing is out of bounds.
    `ended` tells a task's end from its start in events of kind task.
    """

    uid: str
    intent: str = ""
    plane: Plane = ""
    targets: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()
    approver: str = ""
    ends: int | None = None
    ended: bool = False


class Action(Struct, frozen=True, omit_defaults=True, gc=False):
    """What was done, in the source's words (`service`, `operation`, version suffix removed) and in
    ours (`access`, `plane`, `effect`).

    `effect` is the intrinsic consequence that makes one event worth a look by itself.
    `foreign` names an outside party that the request lets in, or hands data to: an account id, a
    principal, a bucket or `*`.
    """

    service: str
    operation: str
    access: Access = "unknown"
    plane: Plane = ""
    effect: Effect = ""
    foreign: str = ""


class Target(Struct, frozen=True, omit_defaults=True, gc=False):
    """What was acted upon. `account` is its owner, when that is not the caller's."""

    uid: str
    type: str = ""
    account: str = ""


class Origin(Struct, frozen=True, omit_defaults=True, gc=False):
    """Where the call came from.

    `network` is the coarse place that roaming stays inside (an IPv4 /24, an IPv6 /48, a VPC
    endpoint, a provider service); `client` is the tool's family without versions. `via` names the
    provider service that called on the principal's behalf; `console` marks a web console.
    """

    address: str = ""
    network: str = ""
    client: str = ""
    region: str = ""
    asn: int | None = None
    country: str = ""
    via: str = ""
    console: bool = False


class Outcome(Struct, frozen=True, omit_defaults=True, gc=False):
    """How it ended. `status` keeps a denial apart from a throttle and from a missing resource."""

    status: Status = "success"
    code: str = ""


class RawRef(Struct, frozen=True, omit_defaults=True, gc=False):
    """Where the raw record stands, so that an analyst can fetch it: a file and line, or a topic,
    partition and offset."""

    place: str
    position: int = 0
    partition: int | None = None


class Child(Struct, frozen=True, omit_defaults=True, gc=False):
    """What an event of kind issue brought into the world: a credential and who will act with it. Of
    an end or an exposure, what it is about, where that is not the credential of the event itself."""

    credential: Credential | None = None
    principal: Principal | None = None


class Posture(Struct, frozen=True, omit_defaults=True, gc=False):
    """What is known of a credential apart from its use. A `canary` is one that nobody may use.

    `bounds` says how this use stands to what the inventory allows: `inside`, or what it was outside
    of; empty where nothing is declared.
    """

    created: int | None = None
    rotated: int | None = None
    rotation_days: int | None = None
    owner: str = ""
    protected: bool = False
    canary: bool = False
    bounds: Bounds = ""


class ActivityEvent(
    Struct, frozen=True, omit_defaults=True, gc=False, tag_field="record", tag="event"
):
    """One thing that happened to, or with, a credential. `time` is event time in epoch ms.

    Raises:
        msgspec.ValidationError: on decoding, when a field has the wrong type. Unknown fields are
            tolerated, as a newer producer may send them.
    """

    uid: str
    source: str
    tenant: str
    time: int
    principal: Principal
    kind: Kind = "use"
    action: Action | None = None
    credential: Credential | None = None
    target: Target | None = None
    origin: Origin | None = None
    outcome: Outcome | None = None
    workload: Workload | None = None
    task: Task | None = None
    child: Child | None = None
    posture: Posture | None = None
    chain: tuple[str, ...] = ()
    raw: RawRef | None = None
    note: str = ""
    schema: int = 1  # absent means 1, whatever the version of today

    @property
    def key(self) -> str:
        """The entity that this event belongs to: the Kafka key of the `activity` topic."""
        return f"principal:{self.tenant}:{self.principal.uid}"
