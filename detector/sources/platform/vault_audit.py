"""HashiCorp Vault and OpenBao audit log: logins, leases, and secrets that were read.

Of each request the response entry counts; a request entry is read only if it ended in an error, and
is the same event as its response. The tokens and accessors are HMACs under a key of Vault's own, kept with their kind; a login, a lease, a
wrapped answer or an AppRole's secret id is a credential issued to whom asked for it.

At a login Vault names the new token as the one that acts, and again in its answer. Nothing acted
with it yet: it is what the login issued.

References:
    HashiCorp Vault documentation, "Audit devices" and "Audit log entry schema"; HashiCorp Vault
    1.21, `audit/types.go`; OpenBao the same.

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

from msgspec.structs import replace

from detector.sources.base import SkipRecord
from detector.sources.credentials import public, secret
from detector.sources.format import Format
from detector.sources.origins import origin_of
from detector.sources.platform.vault_audit_deeds import SERVICE as _SERVICE
from detector.sources.platform.vault_audit_deeds import action_of, is_login
from detector.sources.record import Record, path_of
from schemas.event import (
    Action,
    ActivityEvent,
    Child,
    Credential,
    Kind,
    Lifetime,
    Outcome,
    Principal,
    Target,
)  # fmt: skip

NAME = "vault_audit"
ACCESSOR = "vault_accessor"
LEASE = "vault_lease_id"
_SECRET_IDS = "vault_secret_id_accessor"  # noqa: S105 - the kind of an id
_HMAC = "hmac-"
_REVOKES = ("auth/token/revoke", "sys/leases/revoke", "sys/revoke")
_LEASES = ("sys/leases/revoke/", "sys/revoke/")
_PERSONS = ("ldap-", "userpass-", "oidc-", "okta-", "github-", "radius-", "kerberos-")
# A token by itself says nothing of who holds it.
_ANYONE = frozenset({"", "token", "root"})
_OWNERS = ("metadata.username", "metadata.email", "metadata.service_account_name",
           "metadata.role_name")  # fmt: skip
_LONGEST = 10**10  # some three hundred years
_DENIED = ("permission denied", "invalid credentials", "bad token", "invalid token")


def _read(record: Record) -> ActivityEvent:
    error = record.text("error")
    if record.text("type") == "request" and not error:
        raise SkipRecord("a request, whose response follows")
    request = record.part("request")
    operation, path = request.text("operation"), request.text("path")
    action = action_of(
        record.need(operation, "request.operation"), path, request.text("mount_type")
    )
    outcome = _outcome(error, record.flag("auth", "policy_results", "allowed"))
    principal = _principal(record, action)
    credential = _credential(record, "auth")
    made = _credential(record, "response.auth")
    if is_login(path) and record.text("auth", "accessor"):
        credential, made = None, made or credential
    kind, child = _subject(record, action, outcome, principal, credential, made)
    return ActivityEvent(
        uid=record.uid("request.id"),
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
    return agents[0] if agents and not agents[0].startswith(_HMAC) else ""


def _principal(record: Record, action: Action) -> Principal:
    # At a login nobody was known before: the one who comes in is who acts.
    auth = record.part("auth")
    if not auth.fields.get("display_name") and action.access == "credential_issue":
        auth = record.part("response", "auth")
    entity, name = auth.text("entity_id"), auth.text("display_name")
    account = record.first("request.namespace.path", "request.namespace.id")
    owner = auth.first(*_OWNERS)
    if not entity and not name:
        path = record.text("request", "path")
        place = (
            record.first("request.mount_accessor", "request.mount_point") or path.partition("/")[0]
        )
        uid = f"vault:unauthenticated/{place.strip('/')}" if place else ""
        if "response-wrapping" in auth.texts("policies"):
            uid = "vault:wrapping-token"  # whoever has it: it names nobody
        return Principal(record.need(uid, "auth", "who asked"), "", account.strip("/"))
    person = name.startswith(_PERSONS)
    return Principal(
        uid=f"vault:entity/{entity}" if entity else f"vault:{name}",
        name=name,
        account=account.strip("/"),
        type="human" if person else "unknown" if name in _ANYONE else "service",
        role=name.partition("-")[0],
        known_by=owner or name,
    )


def _credential(record: Record, part: str) -> Credential | None:
    auth = record.part(*path_of(part))
    accessor = auth.text("accessor")
    if not accessor and part == "auth":
        accessor = record.text("request", "client_token_accessor")
    if not accessor:
        return None
    issued = auth.when("token_issue_time")
    lease = auth.number("token_ttl")
    policies = auth.texts("policies")
    born = issued if issued is not None else record.when("time")
    now, expires = record.when("time"), _after(born, lease)
    if expires is not None and now is not None and expires < now:
        expires = None  # it has been renewed, and no entry says until when
    lifetime: Lifetime = "ephemeral" if lease or auth.text("token_type") == "batch" else ""
    return public(
        accessor, ACCESSOR, record.context, record.tenant, type="vault_token",
        lifetime="static" if not lease and "root" in policies else lifetime, issued=issued,
        expires=expires, scopes=policies,
    )  # fmt: skip


def _after(start: int | None, seconds: int | None) -> int | None:
    """The end of a time to live; None if there is none, or none that a clock could show."""
    if start is None or seconds is None or not 0 < seconds < _LONGEST:
        return None
    return start + seconds * 1_000


def _outcome(error: str, allowed: bool | None) -> Outcome:
    if not error and allowed is not False:
        return Outcome()
    text = error.lower()
    if allowed is False or any(word in text for word in _DENIED):
        return Outcome("denied", "permission denied")
    return Outcome("failure", "error")


def _subject(
    record: Record, action: Action, outcome: Outcome, principal: Principal,
    own: Credential | None, made: Credential | None,
) -> tuple[Kind, Child | None]:  # fmt: skip
    """What a request brought into the world or ended, which `own` was used for."""
    if outcome.status != "success":
        return "use", None
    path = record.text("request", "path")
    if path.startswith(_REVOKES) or "/destroy" in path:
        gone = _ended(record, path, own)
        return ("end", Child(gone, None)) if gone is not None else ("use", None)
    parent = own.fingerprint if own is not None else ""
    # A renewal answers with the very token that asked.
    if made is not None and made.fingerprint != parent:
        holder = record.part("response", "auth") if record.get("response", "auth") else None
        entity = holder.text("entity_id") if holder else ""
        name = holder.text("display_name") if holder else ""
        who = f"vault:entity/{entity}" if entity else f"vault:{name}" if name else principal.uid
        return "issue", Child(_with(made, parent), Principal(who, name, type=principal.type))
    leased = _wrapped(record, parent) or _leased(record, action, parent)
    return ("issue", Child(leased, None)) if leased is not None else ("use", None)


def _wrapped(record: Record, parent: str) -> Credential | None:
    """The single-use token that an answer was wrapped in: whoever has it has what it holds."""
    told = record.part("response", "wrap_info")
    if not told.fields:
        return None
    born = told.when("creation_time")
    return public(
        told.text("accessor"), ACCESSOR, record.context, record.tenant, type="wrapping_token",
        lifetime="ephemeral", issued=born, expires=_after(born, told.number("ttl")), parent=parent,
    )  # fmt: skip


def _leased(record: Record, action: Action, parent: str) -> Credential | None:
    if action.access not in {"credential_issue", "secret_read"}:
        return None
    lease = record.text("response", "secret", "lease_id")
    if lease:
        return public(
            lease, LEASE, record.context, record.tenant, type="lease", lifetime="ephemeral",
            issued=record.when("time"), parent=parent,
        )  # fmt: skip
    return public(
        record.text("response", "data", "secret_id_accessor"), _SECRET_IDS, record.context,
        record.tenant, type="approle_secret_id", issued=record.when("time"), parent=parent,
    )  # fmt: skip


def _with(made: Credential, parent: str) -> Credential:
    return replace(made, parent=parent) if parent else made


def _ended(record: Record, path: str, own: Credential | None) -> Credential | None:
    """What was revoked. A lease stands in clear in a path and in answers, but as an HMAC among the
    data of a request, so that these are ids of two kinds."""
    context, tenant = record.context, record.tenant
    data = record.part("request", "data")
    if path.endswith("revoke-self"):
        return own
    if path.startswith(_LEASES):
        lease = next(path.removeprefix(head) for head in _LEASES if path.startswith(head))
        return public(lease, LEASE, context, tenant, type="lease")
    lease = data.text("lease_id")
    if lease:
        kind = f"{LEASE}_hmac" if lease.startswith(_HMAC) else LEASE
        return public(lease, kind, context, tenant, type="lease")
    accessor = data.text("accessor")
    if accessor:
        return public(accessor, ACCESSOR, context, tenant, type="vault_token")
    secret_id = data.text("secret_id_accessor")
    if secret_id:
        return public(secret_id, _SECRET_IDS, context, tenant, type="approle_secret_id")
    raw = data.get("token")
    if isinstance(raw, str) and raw and not raw.startswith(_HMAC):  # a device that logs in clear
        return secret(raw, context, tenant, type="vault_token")
    token = data.text("token") if path.startswith("auth/token/") else ""
    return public(token, "vault_token_hmac", context, tenant, type="vault_token")


SOURCE = Format(
    NAME,
    (("request/operation", "request/path", "auth", "time"),
     ("request/operation", "request/mount_type", "time"),
     ("request/client_token_accessor", "time")),
    _read,
)  # fmt: skip
