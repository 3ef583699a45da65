"""Okta: the System Log, from the API, log streams and event hooks.

Read: who acted (a person, an app, an AI agent, Okta itself), with which API token or session, on
what, from which address and AS, and how it ended; the device's token (`dtHash`) as the workload. Left
out: the display message, risk scores, URLs and every other piece of debug data.

Who acts is the log's `actor`; a person on whose behalf an app or an agent got a token stands in the
chain. An API token acts under its maker's id, and then as a service. Okta does not name its org in an
event, so there is no account. Column stores write the names of the outermost fields in lower case;
that is understood.

References:
    Okta developer documentation, "System Log API", LogEvent object; "Event Types"; "Event hooks".

Examples:
    >>> from detector.sources.base import Context
    >>> from detector.sources.fingerprint import Fingerprints
    >>> raw = b'''{"uuid": "5f0a", "published": "2026-01-05T09:30:00Z", "legacyEventType": null,
    ...     "eventType": "user.mfa.factor.deactivate", "displayMessage": "", "severity": "INFO",
    ...     "actor": {"id": "00u1example", "type": "User", "alternateId": "ada@example.com"},
    ...     "outcome": {"result": "SUCCESS"}}'''
    >>> context = Context(Fingerprints("a key of at least sixteen characters"))
    >>> [event] = SOURCE.decode(raw, context, 1)
    >>> event.principal.uid, event.action.effect
    ('okta:00u1example', 'impair_defence')
"""

from detector.sources.format import Format
from detector.sources.identity.okta_actions import PASSWORDS, PUSH_DENIED, deed_of
from detector.sources.identity.okta_credentials import child_of, credential_of, session_of
from detector.sources.origins import origin_of
from detector.sources.record import Fields, Record
from schemas.event import (
    Action,
    ActivityEvent,
    Child,
    Credential,
    Kind,
    Outcome,
    Principal,
    PrincipalType,
    Status,
    Target,
    Workload,
)

_TYPES: dict[str, PrincipalType] = {
    "User": "human", "PublicClientApp": "service", "PrivateClientApp": "service",
    "AppInstance": "service", "ServiceApp": "service", "OAuth2Client": "service",
    "WorkloadIdentityPrincipal": "agent", "AIAgent": "agent",
}  # fmt: skip
_SYSTEM = Principal("okta:system", "Okta", type="provider", known_by="system@okta.com")
_RESULTS: dict[str, Status] = {
    "SUCCESS": "success", "ALLOW": "success", "CHALLENGE": "success", "SKIPPED": "success",
    "SCHEDULED": "success", "DEFERRED": "success", "FAILURE": "failure",
    "DENY": "denied", "RATE_LIMIT": "throttled", "ABANDONED": "failure", "UNANSWERED": "failure",
}  # fmt: skip
_UNTOLD = frozenset({"", "UNKNOWN"})
_FACTOR = "user.authentication.auth_via_mfa"
# A password is checked like a factor, and is no second one.
_FIRST_FACTOR = "PASSWORD_AS_FACTOR"
# Beside a grant, says that a role was taken away: both are told under the same event type.
_UNASSIGNED = "ROLE_UNASSIGNED"
# A failure of these is a refusal.
_REFUSING = ("user.authentication.", "user.session.", "user.account.lock", "app.oauth2.",
             "app.generic.unauth", "app.token.", "policy.evaluate", "user.mfa.")  # fmt: skip
_LIMITED = ("rate_limit.violation", "rate_limit_exceeded")
_BESIDE = frozenset({"AppUser", "AuthenticatorEnrollment", "PolicyRule", "Bucket Uuid", "code",
                     "access_token", "refresh_token", "id_token"})  # fmt: skip
_FOLDED = {name.lower(): name for name in (
    "eventType", "displayMessage", "legacyEventType", "authenticationContext", "debugContext",
    "securityContext",
)}  # fmt: skip


def _read(record: Record) -> ActivityEvent | tuple[ActivityEvent, ...]:
    # An event hook brings its events as a list in an envelope of Okta's own.
    if isinstance(record.get("data", "events"), list) and record.get("actor") is None:
        return tuple(_event(one) for one in record.parts("data", "events"))
    if "eventtype" in record.fields:
        record = Record(
            _unfolded(record.fields), record.what, record.context, record.position, record.raw
        )
    return _event(record)


def _unfolded(fields: Fields) -> Fields:
    return {_FOLDED.get(name, name): value for name, value in fields.items()}


def _event(record: Record) -> ActivityEvent:
    operation = record.need(record.text("eventType"), "eventType")
    time = record.time("published")
    targets = list(record.parts("target"))[:50]
    session = session_of(record)
    credential = credential_of(record, session)
    outcome = _outcome(record, operation)
    principal = _principal(record, operation, outcome, session, credential)
    kind: Kind = "use"
    child: Child | None = None
    if outcome is not None and outcome.status == "success":
        kind, child = child_of(record, operation, principal, credential, time, targets)
    person = _on_behalf(operation, principal, targets)
    target = _target(operation, targets)
    return ActivityEvent(
        uid=record.uid("uuid"),
        source=record.what,
        tenant=record.tenant,
        time=time,
        principal=principal,
        kind=kind,
        action=_action(record, operation, principal, targets, target),
        credential=credential,
        target=target,
        origin=origin_of(
            record.text("client", "ipAddress") or _unnamed(record.part("actor")),
            record.text("client", "userAgent", "rawUserAgent"),
            within=record.tenant,
            asn=record.number("securityContext", "asNumber"),
            country=record.text("client", "geographicalContext", "country"),
            console=operation == "user.session.access_admin_app",
        ),
        outcome=outcome,
        workload=_device(record),
        child=child,
        chain=(person,) if person else (),
        raw=record.ref,
    )


def _principal(
    record: Record,
    operation: str,
    outcome: Outcome | None,
    session: str,
    credential: Credential | None,
) -> Principal:
    actor = record.part("actor")
    uid, mail, kind = actor.text("id"), actor.text("alternateId"), actor.text("type")
    if kind == "SystemPrincipal" or mail == "system@okta.com":
        return _SYSTEM
    mail = "" if mail == "unknown" else mail
    if uid in {"", "unknown"}:  # somebody who typed a name that nobody has
        uid = f"login/{record.need(mail, 'actor.id', 'the id of the actor')}"
    shown = record.text("debugContext", "debugData", "factor")
    mfa = True if operation == _FACTOR and shown != _FIRST_FACTOR else None
    if _unnamed(actor):
        uid = f"address/{uid}"
    acts: PrincipalType = _TYPES.get(kind, "unknown")
    if credential is not None and credential.type == "api_token":  # a script, under a user's name
        acts = "service"
    name = actor.text("displayName")
    return Principal(
        uid=f"okta:{uid}",
        name=name if name not in {"", "unknown"} else mail,
        type=acts,
        session=session,
        known_by=mail,
        mfa=mfa if outcome is not None and outcome.status == "success" else None,
    )


def _unnamed(actor: Record) -> str:
    """The address of an actor of whom nothing else is known."""
    return actor.text("id") if actor.text("type") == "IP address" else ""


def _outcome(record: Record, operation: str) -> Outcome | None:
    """How it ended; None where Okta does not say."""
    result, reason = record.text("outcome", "result"), record.text("outcome", "reason")
    status = _RESULTS.get(result, "failure")
    if operation.endswith(_LIMITED):
        status = "throttled"
    elif operation.startswith(PUSH_DENIED):
        return Outcome("denied", reason if reason and " " not in reason else "")
    elif result in _UNTOLD:
        return None
    elif status == "failure" and operation.startswith(_REFUSING):
        status = "denied"
    if status == "success" and result in {"SUCCESS", "ALLOW"}:
        return Outcome()
    # A sentence says no more than the result, and names people.
    code = reason if reason and " " not in reason else result
    return Outcome(status, code if code != "SUCCESS" else "")


def _action(
    record: Record,
    operation: str,
    principal: Principal,
    targets: list[Record],
    target: Target | None,
) -> Action:
    """A new password for oneself is everyday, one for another is a key to that account. Whoever does
    not answer a push has not asked for it, perhaps."""
    action = deed_of(operation)
    if operation == _FACTOR and record.text("outcome", "result") == "UNANSWERED":
        return Action(action.service, operation, "read", action.plane, "factor_refused")
    if action.effect == "grant" and any(one.text("type") == _UNASSIGNED for one in targets):
        return Action(action.service, operation, action.access, action.plane)
    own = target is not None and target.uid == principal.uid
    if own and operation.startswith(PASSWORDS):
        return Action(action.service, operation, "write", "action")
    return action


def _target(operation: str, targets: list[Record]) -> Target | None:
    """What was acted upon. Its place in the list means nothing, its type does."""
    main = [one for one in targets if one.text("type") not in _BESIDE] or targets
    if "membership" in operation:  # a person is put into a group or an app, which is what counts
        main = [one for one in main if one.text("type") != "User"] or main
    for one in main:
        uid = one.first("id", "alternateId", "displayName")
        if uid:
            return Target(f"okta:{uid}", one.text("type"))
    return None


def _on_behalf(operation: str, principal: Principal, targets: list[Record]) -> str:
    """The person for whom an app or an agent was given a token."""
    if principal.type not in {"service", "agent"} or not operation.startswith("app.oauth2."):
        return ""
    found = next((one.text("id") for one in targets if one.text("type") == "User"), "")
    return f"okta:{found}" if found else ""


def _device(record: Record) -> Workload | None:
    """The device: one that Okta manages or has registered is proven, a browser's cookie is not."""
    device = record.part("device")
    uid = device.text("id")
    if uid:
        proven = bool(device.flag("managed") or device.flag("registered"))
        return Workload(f"okta:device/{uid}", "device", proven)
    token = record.text("debugContext", "debugData", "dtHash")
    return Workload(f"okta:dtHash/{token}", "device") if token else None


SOURCE = Format(
    "okta",
    (
        ("eventType", "published", "displayMessage"),
        ("eventType", "data/events"),
        ("eventType", "published", "severity"),
        ("eventtype", "published", "displaymessage"),
        ("eventtype", "published", "outcome"),
    ),
    _read,
)
