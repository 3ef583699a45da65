"""Who can take a credential away, by which identifier: one row per kind of identifier.

A row is chosen by the credential's `uid_kind`, and by the form it has: an HMAC in the place of an id
is none, a token bound to a pod ends with it, and what a person holds may end otherwise than what a
program holds. AWS, where the answer depends on the principal too, has its own module. What only a
raw token could revoke is unreachable from logs, which hold its fingerprint alone, and says what a
person can do instead. A kind that nobody here knows, as of an operator's own source, is named as it is.

References:
    The modules of `detector.respond.table` name the documentation of each call; RFC 7009.

Examples:
    >>> lease = Credential(fingerprint="9f", uid="aws/creds/ci/1", uid_kind="lease_id")
    >>> way_to_end(lease, None).step
    'POST /v1/sys/leases/revoke lease_id=aws/creds/ci/1'
    >>> hidden = Credential(fingerprint="9f", uid="hmac-sha256:4c1e", uid_kind="vault_accessor")
    >>> way_to_end(hidden, None).why[:56]
    'The audit log has the accessor only as an HMAC, which Va'
"""

from collections.abc import Iterator

from msgspec.structs import replace

from detector.respond import aws
from detector.respond.row import Held, Row, filled
from detector.respond.table import ai, code, found, identity, platform
from detector.respond.table import aws as aws_users
from detector.respond.ways import Unreachable, Way
from schemas.command import Descendant
from schemas.event import Credential, Principal

TABLE: dict[str, Row | Unreachable] = {
    **ai.ROWS, **aws_users.ROWS, **code.ROWS, **found.ROWS, **identity.ROWS, **platform.ROWS,
}  # fmt: skip
_HMAC = "hmac-sha256:"
_PEOPLE = (":user/", "/user/", "okta:00u")


def way_to_end(credential: Credential | None, principal: Principal | None) -> Way | Unreachable:
    """The smallest step that stops `credential` in the hands of `principal`, or why none can."""
    if credential is not None and credential.uid:
        held = _held(credential, principal)
        row = _row_of(credential.uid_kind, held)
        if row is not None:
            return _way(row, held)
    if aws.is_aws(credential, principal):
        return aws.way_to_end(credential, principal)
    if credential is None:
        return Unreachable("The evidence names no credential that could be revoked.")
    if not credential.uid:
        return Unreachable(
            "The log holds only a fingerprint of the credential; its owner cannot find it by that. "
            "By hand: find the token by its owner and time of use, and revoke it there."
        )
    kind = credential.uid_kind or "credential"
    return _way(
        Row("issuer", "revoke", f"revoke {kind} {{id}} where it was issued"),
        _held(credential, principal),
    )


def ending(child: Descendant) -> Descendant:
    """The child with the step that ends it, filled in when the finding left it open."""
    return child if child.step else replace(child, step=_ending_step(child))


def _held(credential: Credential, principal: Principal | None) -> Held:
    who = principal or Principal(uid="")
    return Held(
        credential.uid, credential.type, credential.bound_to, who.uid, who.account,
        human=who.type == "human",
    )  # fmt: skip


def _row_of(kind: str, held: Held) -> Row | Unreachable | None:
    name = _table_name(kind)
    return next((TABLE[form] for form in _forms(name, held) if form in TABLE), None)


def _forms(name: str, held: Held) -> Iterator[str]:
    """Under which names a kind may stand in the table, the narrowest first."""
    if held.uid.startswith(_HMAC):
        yield f"{name}/hmac"
    if held.bound:
        yield f"{name}/bound"
    if held.human:
        yield f"{name}/human"
    yield f"{name}/{_table_name(held.type)}"
    yield name


def _table_name(kind: str) -> str:
    return kind.casefold().replace("-", "_")


def _way(row: Row | Unreachable, held: Held) -> Way | Unreachable:
    if isinstance(row, Unreachable):
        return Unreachable(filled(row.why, held))
    return Way(
        system=row.system,
        action=row.action,
        scope=row.scope,
        step=filled(row.step, held),
        undo=filled(row.undo, held),
        breaks=filled(row.breaks, held) if row.breaks else _breaks(row, held),
        catch=filled(row.catch, held),
    )


def _breaks(row: Row, held: Held) -> str:
    """Whom a step of this scope hits besides the abuser."""
    if row.scope == "session":
        return filled("Every session of {who} ends; whoever it is has to sign in again.", held)
    if row.scope == "principal":
        return filled("Everything else that acts as {who} is refused.", held)
    held_by = f", bound to {held.bound}," if held.bound else ""
    return f"Whatever else works with {held.uid}{held_by} is refused."


def _ending_step(child: Descendant) -> str:
    human = any(mark in child.principal or child.principal.startswith(mark) for mark in _PEOPLE)
    held = Held(child.uid, child.kind, who=child.principal, human=human)
    row = _row_of(child.uid_kind or child.kind, held)
    if row is not None:
        return filled(row.step if isinstance(row, Row) else row.why, held)
    if child.uid.startswith(aws.LONG_LIVED):
        return f"iam:UpdateAccessKey AccessKeyId={child.uid} Status=Inactive"
    if child.uid.startswith(aws.TEMPORARY):
        whose = child.principal or "the role or user behind it"
        return f"deny tokens issued up to now on {whose} (AWSRevokeOlderSessions)"
    if "password" in child.kind or "login" in child.kind:
        return f"iam:DeleteLoginProfile for {child.principal or child.uid}"
    return f"revoke {child.kind or 'credential'} {child.uid} where it was issued"
