"""What a credential broker, an agent gateway, or an LLM or MCP gateway sends us: our own contract.

The parts are those of `schemas.event.ActivityEvent`; the differences make it easy to send. Times
may be ISO 8601 or epoch ms. A credential may come as the secret itself, which is fingerprinted and
dropped while the record is decoded, as a public identifier with its kind, or as a fingerprint made
with our key. What the receiver can derive (network, client family, access, plane) may be left out.
`principal.uid` may not: who acts without a key would share one with strangers.

Several records travel as `{"events": [...]}`; a record may also be the `data` of a CloudEvent in
structured mode.

Examples:
    >>> import msgspec
    >>> record = TokenUse(
    ...     uid="7c1e", source="vault", time="2026-01-05T09:30:00Z",
    ...     principal=Principal(uid="spiffe://example.com/agent/research", type="agent"),
    ...     credential=TokenCredential(uid="h3Zk", uid_kind="accessor"),
    ...     action=TokenAction(service="kv", operation="read"),
    ... )
    >>> msgspec.json.decode(msgspec.json.encode(record), type=TokenUse) == record
    True
"""

from msgspec import Struct

from schemas.event import (
    Access,
    Effect,
    Kind,
    Lifetime,
    Outcome,
    Plane,
    Posture,
    Principal,
    Target,
    Task,
    Workload,
)

Time = int | str


class TokenCredential(Struct, frozen=True, omit_defaults=True, gc=False):
    """One of `secret`, `uid` with `uid_kind`, or `fingerprint`. Times: ISO 8601 or epoch ms.

    `secret` is fingerprinted and dropped at once. `parent` is the parent's fingerprint; where only
    its public identifier is known, `parent_uid` with `parent_uid_kind`.
    """

    secret: str = ""
    fingerprint: str = ""
    uid: str = ""
    uid_kind: str = ""
    type: str = ""
    lifetime: Lifetime = ""
    issued: Time | None = None
    expires: Time | None = None
    scopes: tuple[str, ...] = ()
    bound_to: str = ""
    parent: str = ""
    parent_uid: str = ""
    parent_uid_kind: str = ""


class TokenAction(Struct, frozen=True, omit_defaults=True, gc=False):
    """What was done. `access` and `plane` are derived from the operation's verb when left out."""

    service: str
    operation: str
    access: Access | None = None
    plane: Plane | None = None
    effect: Effect = ""
    foreign: str = ""


class TokenOrigin(Struct, frozen=True, omit_defaults=True, gc=False):
    """Where the call came from. `network` is derived from `address`, `client` from `user_agent`."""

    address: str = ""
    network: str = ""
    client: str = ""
    user_agent: str = ""
    region: str = ""
    asn: int | None = None
    country: str = ""
    via: str = ""
    console: bool = False


class TokenChild(Struct, frozen=True, omit_defaults=True, gc=False):
    """What an event of kind issue or end is about: a credential, and who will act with it."""

    credential: TokenCredential | None = None
    principal: Principal | None = None


class TokenTask(Struct, frozen=True, omit_defaults=True, gc=False):
    """As `schemas.event.Task`; `ends` is ISO 8601 or epoch ms."""

    uid: str
    intent: str = ""
    plane: Plane = ""
    targets: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()
    approver: str = ""
    ends: Time | None = None
    ended: bool = False

    def with_end(self, ends: int | None) -> Task:
        """The task with its end in epoch ms."""
        return Task(
            self.uid, self.intent, self.plane, self.targets, self.operations, self.approver, ends,
            self.ended,
        )  # fmt: skip


class TokenUse(Struct, frozen=True, omit_defaults=True, gc=False):
    """One thing that happened to, or with, a credential. `source` names the emitting system.

    `uid` is the emitter's own id of the event: a second delivery under it is a duplicate.

    Raises:
        msgspec.ValidationError: on decoding, when a field is missing or has the wrong type. Unknown
            fields are tolerated, as a newer producer may send them.
    """

    uid: str
    source: str
    time: Time
    principal: Principal
    tenant: str = ""
    kind: Kind = "use"
    action: TokenAction | None = None
    credential: TokenCredential | None = None
    target: Target | None = None
    origin: TokenOrigin | None = None
    outcome: Outcome | None = None
    workload: Workload | None = None
    task: TokenTask | None = None
    child: TokenChild | None = None
    posture: Posture | None = None
    chain: tuple[str, ...] = ()
    note: str = ""
    schema: int = 1  # absent means 1, whatever the version of today
