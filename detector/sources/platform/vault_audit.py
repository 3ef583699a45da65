"""HashiCorp Vault and OpenBao audit log: logins, leases, and secrets that were read.

Of each request the response entry counts; a request entry is read only if it ended in an error. The
tokens and accessors are HMACs under a key of Vault's own, kept with their kind; a login or a lease
is a credential issued to whom asked for it.

References:
    HashiCorp Vault documentation, "Audit devices" and "Audit log entry schema"; OpenBao the same.

Examples:
    >>> from detector.sources.base import Context
    >>> from detector.sources.fingerprint import Fingerprints
    >>> raw = b'''{"time": "2026-01-05T09:30:00Z", "type": "response", "auth": {"accessor": "hmac-sha256:aa",
    ...     "display_name": "approle-web", "entity_id": "e-1"}, "request": {"id": "r1",
    ...     "operation": "read", "path": "secret/data/web/db", "remote_address": "192.0.2.9"}}'''
    >>> [event] = SOURCE.decode(raw, Context(Fingerprints("a key of sixteen characters")), 1)
    >>> event.principal.uid, event.action.access, event.target.uid
    ('vault:entity/e-1', 'secret_read', 'secret/data/web/db')
"""

from functools import lru_cache

from msgspec.structs import replace

from detector.sources.base import SkipRecord
from detector.sources.credentials import public
from detector.sources.format import Format
from detector.sources.origins import origin_of
from detector.sources.record import Record
from schemas.event import (
    Access,
    Action,
    ActivityEvent,
    Child,
    Credential,
    Effect,
    Kind,
    Lifetime,
    Outcome,
    Plane,
    Principal,
    Target,
)  # fmt: skip

NAME = "vault_audit"
ACCESSOR = "vault_accessor"
LEASE = "vault_lease_id"
_SERVICE = "vault"
_ACCESS: dict[str, Access] = {
    "read": "read", "list": "list", "create": "write", "update": "write", "patch": "write",
    "delete": "delete", "help": "read", "revoke": "delete", "renew": "write", "rollback": "unknown",
    "alias-lookahead": "read", "resolve-role": "read",
}  # fmt: skip
_LIFETIMES: dict[str, Lifetime] = {"service": "ephemeral", "batch": "ephemeral"}
_DENIED = ("permission denied", "invalid credentials", "bad token", "invalid token")


def _read(record: Record) -> ActivityEvent:
    error = record.text("error")
    if record.text("type") == "request" and not error:
        raise SkipRecord("a request, whose response follows")
    request = record.part("request")
    operation, path = request.text("operation"), request.text("path")
    action = _action(record.need(operation, "request.operation"), path, request.text("mount_type"))
    outcome = _outcome(error)
    principal = _principal(record, action)
    credential = _credential(record, "auth")
    kind, child = _subject(record, action, outcome, principal, credential)
    return ActivityEvent(
        uid=f"{record.uid('request.id')}:{record.text('type')}",
        source=NAME,
        tenant=record.tenant,
        time=record.time("time"),
        principal=principal,
        kind=kind,
        action=action,
        credential=credential,
        target=Target(path, request.text("mount_type")) if path else None,
        origin=origin_of(request.text("remote_address"), _agent(request), within=_SERVICE),
        outcome=outcome,
        child=child,
        raw=record.ref,
    )


def _agent(request: Record) -> str:
    agents = request.texts("headers", "user-agent")
    return agents[0] if agents else ""


def _principal(record: Record, action: Action) -> Principal:
    # At a login nobody was known before: the one who comes in is who acts.
    auth = record.part("auth")
    if not auth.fields.get("display_name") and action.access == "credential_issue":
        auth = record.part("response", "auth")
    entity, name = auth.text("entity_id"), auth.text("display_name")
    account = record.first("request.namespace.path", "request.namespace.id")
    owner = auth.first("metadata.username", "metadata.service_account_name", "metadata.role_name")
    if not entity and not name:
        path = record.text("request", "path")
        place = (
            record.first("request.mount_accessor", "request.mount_point") or path.partition("/")[0]
        )
        uid = f"vault:unauthenticated/{place}" if place else ""
        return Principal(record.need(uid, "auth", "who asked"), "", account.strip("/"))
    person = name.startswith(("ldap-", "userpass-", "oidc-", "okta-", "github-"))
    return Principal(
        uid=f"vault:entity/{entity}" if entity else f"vault:{name}",
        name=name,
        account=account.strip("/"),
        type="human" if person else "service" if name else "unknown",
        role=name.partition("-")[0],
        known_by=owner or name,
    )


def _credential(record: Record, part: str) -> Credential | None:
    auth = record.part(*part.split("."))
    accessor = auth.text("accessor")
    if not accessor and part == "auth":
        accessor = record.text("request", "client_token_accessor")
    if not accessor:
        return None
    issued = auth.when("token_issue_time")
    lease = auth.number("token_ttl")
    born = issued if issued is not None else record.when("time")
    return public(
        accessor, ACCESSOR, record.context, record.tenant, type="vault_token",
        lifetime=_LIFETIMES.get(auth.text("token_type"), "ephemeral"), issued=issued,
        expires=born + lease * 1_000 if lease and born is not None else None,
        scopes=auth.texts("policies"),
    )  # fmt: skip


@lru_cache(8_192)
def _action(operation: str, path: str, mount: str) -> Action:
    access: Access = _ACCESS.get(operation, "unknown")
    effect: Effect = ""
    system = path.removeprefix("sys/") if path.startswith("sys/") else ""
    if path.startswith("auth/") and (path.endswith("/login") or "/login/" in path):
        access = "credential_issue"
    elif path.startswith("auth/token/create"):
        access, effect = "credential_issue", "mint_credential"
    elif path.startswith("auth/token/lookup"):
        access, effect = "read", "identity_probe"
    elif (
        path.endswith(("/secret-id", "/sts")) or "/creds/" in f"/{path}" or "/issue/" in f"/{path}"
    ):
        access = "credential_issue"
    elif system.startswith("audit") and access in {"delete", "write"}:
        access, effect = "admin", "impair_defence"
    elif system.startswith("policies") and access in {"write", "delete"}:
        access, effect = "admin", "grant"
    elif system.startswith(("auth", "mounts")) and access in {"write", "delete"}:
        access, effect = "admin", "destroy" if operation == "delete" else "persist"
    elif system.startswith(("seal", "generate-root", "rekey", "raw", "step-down")):
        access, effect = "admin", "impair_defence"
    elif not system and not path.startswith(("auth/", "identity/")) and access == "read":
        access = "secret_read" if "/config" not in path and "/roles/" not in path else "read"
        access = "read" if "/metadata/" in path or mount in {"transit", "pki"} else access
    plane: Plane = "retrieval" if access in {"read", "list", "secret_read"} else "action"
    return Action(_SERVICE, _operation(operation, path), access, plane, effect)


def _operation(operation: str, path: str) -> str:
    """The operation with the part of its path that names no secret."""
    head = path.split("/")
    if head[0] in {"sys", "auth", "identity"}:
        return f"{operation} {'/'.join(head[:2])}"
    return f"{operation} {head[0]}".strip()


def _outcome(error: str) -> Outcome:
    text = error.lower()
    if any(word in text for word in _DENIED):
        return Outcome("denied", "permission denied")
    return Outcome("failure", "error") if error else Outcome()


def _subject(
    record: Record, action: Action, outcome: Outcome, principal: Principal, own: Credential | None
) -> tuple[Kind, Child | None]:
    if outcome.status != "success":
        return "use", None
    path = record.text("request", "path")
    if path.startswith(("auth/token/revoke", "sys/leases/revoke")) or (
        record.text("request", "operation") == "revoke"
    ):
        return _ended(record, path, own)
    parent = own.fingerprint if own is not None else ""
    made = _credential(record, "response.auth")
    if made is not None and made != own:
        holder = record.part("response", "auth")
        entity, name = holder.text("entity_id"), holder.text("display_name")
        who = f"vault:entity/{entity}" if entity else f"vault:{name}" if name else principal.uid
        return "issue", Child(_with(made, parent), Principal(who, name, type=principal.type))
    lease = record.text("response", "secret", "lease_id")
    if lease and action.access in {"credential_issue", "secret_read"}:
        leased = public(
            lease, LEASE, record.context, record.tenant, type="lease", lifetime="ephemeral",
            issued=record.when("time"), parent=parent,
        )  # fmt: skip
        return "issue", Child(leased, None)
    return "use", None


def _with(made: Credential, parent: str) -> Credential:
    return replace(made, parent=parent) if parent else made


def _ended(record: Record, path: str, own: Credential | None) -> tuple[Kind, Child | None]:
    data = record.part("request", "data")
    accessor, lease = data.text("accessor"), data.text("lease_id")
    if accessor:
        gone = public(accessor, ACCESSOR, record.context, record.tenant, type="vault_token")
    elif lease:
        gone = public(lease, LEASE, record.context, record.tenant, type="lease")
    elif path.endswith("revoke-self"):
        gone = own
    else:
        token = data.text("token")
        gone = public(token, "vault_token_hmac", record.context, record.tenant, type="vault_token")
    return ("end", Child(gone, None)) if gone is not None else ("use", None)


SOURCE = Format(
    NAME,
    ((b'"request"', b'"operation"', b'"path"', b'"auth"', b'"time"'),
     (b'"request"', b'"operation"', b'"mount_type"', b'"time"'),
     (b'"request"', b'"client_token_accessor"', b'"time"')),
    _read,
    never=(b'"audit.k8s.io/', b'"protoPayload"', b'"jsonrpc"'),
)  # fmt: skip
