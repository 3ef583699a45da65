"""The order to take a credential away, as a broker reads it.

Our own contract with an RFC 9493 `sub_id`: CAEP and RISC events state what has happened and cannot
order anything. A command names the smallest thing that stops the abuse, says what breaks, how to
undo it and when it expires; nothing may act on `mode: dry_run`. It never holds a secret.

Examples:
    >>> RevokeCommand(
    ...     command_uid="c1", action="disable", scope="credential", mode="dry_run",
    ...     tenant="acme", issued_at=0, expires_at=1, finding_uid="f1",
    ...     sub_id=SubjectId(format="opaque", id="AKIAIOSFODNN7EXAMPLE"),
    ... ).mode
    'dry_run'
"""

from typing import Literal

from msgspec import Struct, field

from schemas.event import Credential, Principal

Scope = Literal["credential", "session", "principal"]
Mode = Literal["dry_run", "enforce"]
Tier = Literal["auto", "needs_approval", "never"]
Verb = Literal["disable", "delete", "revoke_sessions", "revoke", "suspend"]


class SubjectId(Struct, frozen=True, omit_defaults=True):
    """RFC 9493 subject identifier: `opaque` with an id, or `account`/`uri` with a uri."""

    format: Literal["opaque", "account", "email", "iss_sub", "uri"]
    id: str = ""
    uri: str = ""
    email: str = ""
    iss: str = ""
    sub: str = ""


class Locator(Struct, frozen=True, omit_defaults=True):
    """What the owner of the credential needs to find it. `issued_before` is the cutoff in epoch ms
    for systems that revoke sessions by age (AWS `aws:TokenIssueTime`)."""

    system: str
    credential: Credential | None = None
    principal: Principal | None = None
    issued_before: int | None = None


class Descendant(Struct, frozen=True, omit_defaults=True):
    """A child credential or session that lives on when its parent is revoked, since when (epoch
    ms) and in whose hands, and the step that ends it. `uid_kind` says what the `uid` identifies."""

    uid: str
    kind: str
    since: int
    principal: str = ""
    step: str = ""
    uid_kind: str = ""


class RevokeCommand(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One revocation. `command_uid` is the idempotency key: the same finding gives the same one.
    Times are epoch ms of event time. `step` is the call that carries it out, in the owner's own
    words; `undo` the one that takes it back."""

    command_uid: str
    action: Verb
    scope: Scope
    mode: Mode
    tier: Tier = "needs_approval"
    tenant: str
    issued_at: int
    expires_at: int
    finding_uid: str
    sub_id: SubjectId
    locator: Locator | None = None
    step: str = ""
    reversible: bool = True
    undo: str = ""
    breaks: tuple[str, ...] = ()
    descendants: tuple[Descendant, ...] = ()
    reasons: tuple[str, ...] = field(default_factory=tuple)
    txn: str = ""
    schema: int = 1  # absent means 1, whatever the version of today
