"""Okta system log: sign-ins, tokens, factors, groups and policies of an Okta organisation.

Read: the actor (a person, an OAuth application, Okta itself), the API token of the transaction, the
session, what the vendor knows of the network, the targets, the outcome. Field names in lower case,
as some stores keep them, are read too.

References:
    Okta developer documentation, "System Log API" and "Event types".

Examples:
    >>> from detector.sources.base import Context
    >>> from detector.sources.fingerprint import Fingerprints
    >>> raw = b'''{"uuid": "7c1e", "published": "2026-01-05T09:30:00.000Z",
    ...     "eventType": "user.session.start", "actor": {"id": "00u1", "type": "User",
    ...     "alternateId": "ada@example.com"}, "outcome": {"result": "SUCCESS"}}'''
    >>> [event] = SOURCE.decode(raw, Context(Fingerprints("a key of sixteen characters")), 1)
    >>> event.principal.uid, event.principal.known_by
    ('okta:00u1', 'ada@example.com')
"""

from detector.sources.credentials import public
from detector.sources.deeds import Deeds
from detector.sources.format import Format
from detector.sources.origins import origin_of
from detector.sources.record import Record
from schemas.event import ActivityEvent, Child, Credential, Kind, Outcome, Principal, Status, Target

NAME = "okta"
TOKEN = "okta_token_id"  # noqa: S105 - the name of an id
_SYSTEM = frozenset({"SystemPrincipal", "System"})
_TYPES = {"User": "human", "PublicClientApp": "service", "OAuthClient": "service"}
_STATUS: dict[str, Status] = {
    "SUCCESS": "success", "ALLOW": "success", "SKIPPED": "success", "CHALLENGE": "success",
    "ABANDONED": "failure", "FAILURE": "failure", "DENY": "denied", "DEFERRED": "success",
    "SCHEDULED": "success", "RATE_LIMIT": "throttled", "UNANSWERED": "failure",
    "NOT_APPLICABLE": "success",
}  # fmt: skip
_DENIALS = ("INVALID_CREDENTIALS", "LOCKED_OUT", "VERIFICATION_ERROR", "DENIED", "UNAUTHORIZED")
_DEEDS = Deeds(NAME, {
    "system.api_token.create": ("credential_issue", "mint_credential"),
    "system.api_token.revoke": ("delete", ""),
    "app.oauth2.token.grant*": ("credential_issue", ""),
    "app.oauth2.as.token.grant*": ("credential_issue", ""),
    "app.oauth2.client.lifecycle.create": ("admin", "persist"),
    "app.oauth2.client_secret.create": ("credential_issue", "mint_credential"),
    "app.oauth2.*": ("", ""),
    "application.user_membership.show_password": ("secret_read", ""),
    "application.lifecycle.create": ("admin", "persist"),
    "application.lifecycle.*": ("admin", ""),
    "group.privilege.grant": ("admin", "grant"),
    "user.account.privilege.grant": ("admin", "grant"),
    "user.session.impersonation.grant": ("admin", "grant"),
    "user.session.impersonation.initiate": ("admin", ""),
    "user.mfa.factor.reset_all": ("admin", "impair_defence"),
    "user.mfa.factor.deactivate": ("admin", "impair_defence"),
    "user.mfa.factor.suspend": ("admin", "impair_defence"),
    "system.mfa.factor.deactivate": ("admin", "impair_defence"),
    "system.log_stream.lifecycle.delete": ("delete", "impair_defence"),
    "system.log_stream.lifecycle.deactivate": ("admin", "impair_defence"),
    "policy.lifecycle.delete": ("delete", "impair_defence"),
    "policy.lifecycle.deactivate": ("admin", "impair_defence"),
    "policy.rule.delete": ("delete", "impair_defence"),
    "policy.rule.deactivate": ("admin", "impair_defence"),
    "policy.evaluate_sign_on": ("read", ""),
    "zone.*": ("admin", "impair_defence"),
    "system.idp.lifecycle.create": ("admin", "persist"),
    "system.agent.*": ("", ""),
    "user.lifecycle.create": ("write", ""),
    "user.lifecycle.*": ("admin", ""),
    "user.account.*": ("write", ""),
    "user.session.*": ("read", ""),
    "user.authentication.*": ("read", ""),
    "group.user_membership.*": ("write", ""),
    "security.*": ("read", ""),
    "system.*": ("", ""),
})  # fmt: skip
_LIFETIME = {"system.api_token.create": "issue", "system.api_token.revoke": "end"}


def _read(record: Record) -> ActivityEvent:
    operation = record.need(record.first("eventType", "eventtype"), "eventType")
    principal = _principal(record)
    action = _DEEDS.of(operation)
    context = (
        record.part("securityContext")
        if record.get("securityContext")
        else record.part("securitycontext")
    )
    client = record.part("client")
    kind, child = _subject(record, operation)
    return ActivityEvent(
        uid=record.uid("uuid"),
        source=NAME,
        tenant=record.tenant,
        time=record.time("published"),
        principal=principal,
        kind=kind,
        action=action,
        credential=_credential(record),
        target=_target(record),
        origin=origin_of(
            client.text("ipAddress"), client.text("userAgent", "rawUserAgent"), within=NAME,
            asn=context.number("asNumber"), country=client.text("geographicalContext", "country"),
        ),
        outcome=_outcome(record),
        child=child,
        raw=record.ref,
    )  # fmt: skip


def _principal(record: Record) -> Principal:
    actor = record.part("actor")
    kind = actor.text("type")
    session = record.first(
        "authenticationContext.externalSessionId", "authenticationcontext.externalSessionId"
    )
    if kind in _SYSTEM or not actor.fields:
        return Principal("okta:system", name="Okta", type="provider")
    uid = actor.text("id") if actor.text("id") != "unknown" else actor.text("alternateId")
    name = actor.text("alternateId")
    return Principal(
        uid=f"okta:{record.need(uid, 'actor.id')}",
        name=actor.text("displayName"),
        type=_TYPES.get(kind, "unknown"),  # type: ignore[arg-type]
        session=session if session != "unknown" else "",
        known_by="" if name == "unknown" else name,
    )


def _credential(record: Record) -> Credential | None:
    token = record.first("transaction.detail.requestApiTokenId")
    if not token:
        return None
    return public(token, TOKEN, record.context, record.tenant, type="api_token", lifetime="static")


def _target(record: Record) -> Target | None:
    for one in record.parts("target"):
        uid = one.first("id", "alternateId", "displayName")
        if uid:
            return Target(uid, one.text("type"))
    return None


def _subject(record: Record, operation: str) -> tuple[Kind, Child | None]:
    """The API token that was made or revoked, and for whom."""
    what = _LIFETIME.get(operation)
    if what is None:
        return "use", None
    token = next((one for one in record.parts("target") if one.text("type") == "Token"), None)
    holder = next((one for one in record.parts("target") if one.text("type") == "User"), None)
    if token is None:
        token = next(record.parts("target"), None)
    uid = token.text("id") if token is not None else ""
    credential = public(
        uid, TOKEN, record.context, record.tenant, type="api_token", lifetime="static"
    )
    owner = holder.text("id") if holder is not None else ""
    principal = Principal(f"okta:{owner}", type="human") if owner else None
    if credential is None and principal is None:
        return "use", None
    return "issue" if what == "issue" else "end", Child(credential, principal)


def _outcome(record: Record) -> Outcome | None:
    result, reason = record.text("outcome", "result").upper(), record.text("outcome", "reason")
    if not result:
        return None
    status = _STATUS.get(result, "failure")
    if status == "failure" and any(word in reason.upper() for word in _DENIALS):
        status = "denied"
    return Outcome(status, reason if status != "success" else "")


SOURCE = Format(
    NAME,
    ((b'"eventType"', b'"published"', b'"actor"'), (b'"eventtype"', b'"published"', b'"actor"')),
    _read,
)
