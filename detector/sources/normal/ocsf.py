"""OCSF 1.x events that others have normalised: API Activity, Authentication, Account Change and User
Access Management.

Other classes are passed over. An ARN as the user's id gives the same actor as in CloudTrail.

References:
    Open Cybersecurity Schema Framework 1.8.0, classes 6003, 3002, 3001 and 3005.

Examples:
    >>> from detector.sources.base import Context
    >>> from detector.sources.fingerprint import Fingerprints
    >>> raw = b'''{"class_uid": 6003, "time": 1767605400000, "status_id": 1, "metadata": {"uid": "m1"},
    ...     "actor": {"user": {"uid": "u1", "name": "ada"}}, "api": {"operation": "GetObject",
    ...     "service": {"name": "s3"}}, "src_endpoint": {"ip": "192.0.2.9"}}'''
    >>> [event] = SOURCE.decode(raw, Context(Fingerprints("a key of sixteen characters")), 1)
    >>> event.principal.uid, event.action.service, event.action.access
    ('ocsf:user/u1', 's3', 'read')
"""

from detector.sources.aws.cloudtrail_identity import principal_of
from detector.sources.aws.cloudtrail_record import Identity
from detector.sources.base import SkipRecord
from detector.sources.credentials import public
from detector.sources.format import Format
from detector.sources.origins import origin_of
from detector.sources.record import Record
from detector.sources.verbs import access_by_verb, plane_by_words
from schemas.event import (
    Access,
    Action,
    ActivityEvent,
    Credential,
    Effect,
    Outcome,
    Principal,
    PrincipalType,
    Status,
    Target,
)  # fmt: skip

NAME = "ocsf"
_API, _AUTHENTICATION, _ACCOUNT, _ACCESS = 6003, 3002, 3001, 3005
_CLASSES = frozenset({_API, _AUTHENTICATION, _ACCOUNT, _ACCESS})
_TYPES: dict[int, PrincipalType] = {1: "human", 2: "human", 3: "provider", 4: "service"}
_ACTIVITIES: dict[int, dict[int, tuple[str, Access, Effect]]] = {
    _AUTHENTICATION: {
        1: ("logon", "read", ""), 2: ("logoff", "read", ""), 3: ("authentication ticket", "read", ""),
        4: ("service ticket request", "read", ""), 5: ("service ticket renew", "read", ""),
    },
    _ACCOUNT: {
        1: ("create account", "admin", "persist"), 2: ("enable account", "admin", ""),
        3: ("change password", "write", ""), 4: ("reset password", "admin", "persist"),
        5: ("disable account", "admin", ""), 6: ("delete account", "delete", ""),
        7: ("attach policy", "admin", "grant"), 8: ("detach policy", "admin", ""),
        9: ("lock account", "admin", ""), 10: ("enable second factor", "admin", ""),
        11: ("disable second factor", "admin", "impair_defence"),
    },
    _ACCESS: {1: ("assign privileges", "admin", "grant"), 2: ("revoke privileges", "admin", "")},
}  # fmt: skip
_API_ACCESS: dict[int, Access] = {1: "write", 2: "read", 3: "write", 4: "delete"}
_CODES: dict[str, Status] = {
    "accessdenied": "denied", "unauthorized": "denied", "forbidden": "denied", "403": "denied",
    "401": "denied", "notfound": "not_found", "404": "not_found", "throttling": "throttled",
    "429": "throttled",
}  # fmt: skip


def _read(record: Record) -> ActivityEvent:
    kind = record.number("class_uid") or 0
    if kind not in _CLASSES:
        raise SkipRecord("another OCSF class")
    account, region = record.text("cloud", "account", "uid"), record.text("cloud", "region")
    api = record.part("api")
    place = record.part("src_endpoint")
    return ActivityEvent(
        uid=record.uid("metadata.uid", "metadata.original_event_uid", "finding_info.uid"),
        source=NAME,
        tenant=record.tenant,
        time=record.time("time"),
        principal=_principal(record, kind, account),
        action=_action(record, kind, api),
        credential=_credential(record),
        target=_target(record, kind),
        origin=origin_of(
            place.text("ip"), record.text("http_request", "user_agent"), within=account or NAME,
            region=region, asn=place.number("autonomous_system", "number"),
            country=place.text("location", "country"),
            via=record.first("actor.invoked_by", "src_endpoint.svc_name"),
        ),
        outcome=_outcome(record, api),
        raw=record.ref,
    )  # fmt: skip


def _principal(record: Record, kind: int, account: str) -> Principal:
    user = record.part("actor", "user")
    if not user.fields and kind == _AUTHENTICATION:
        user = record.part("user")
    session = record.part("actor", "session")
    if not session.fields:
        session = record.part("session")
    uid = user.first("uid", "uid_alt", "email_addr", "name")
    own = user.text("account", "uid") or account
    if uid.startswith("arn:aws"):
        how = "AssumedRole" if ":assumed-role/" in uid else "IAMUser"
        return principal_of(Identity(type=how, arn=uid, accountId=own or None), own)
    application = record.first("actor.app_name", "actor.app_uid", "actor.invoked_by")
    if not uid:
        who = record.need(application, "actor.user", "who acted")
        return Principal(f"ocsf:application/{who}", who, own, "service", known_by=who)
    return Principal(
        f"ocsf:user/{uid}", user.text("name"), own,
        _TYPES.get(user.number("type_id") or 0, "unknown"),
        session=session.text("uid"), known_by=user.first("email_addr", "name"),
        mfa=session.flag("is_mfa") if session.flag("is_mfa") is not None else record.flag("is_mfa"),
    )  # fmt: skip


def _action(record: Record, kind: int, api: Record) -> Action:
    activity = record.number("activity_id") or 0
    if kind == _API:
        operation = record.need(api.text("operation"), "api.operation")
        access = access_by_verb(operation)
        if access == "unknown":
            access = _API_ACCESS.get(activity, access)
        service = api.text("service", "name").removesuffix(".amazonaws.com") or "api"
        return Action(service, operation, access, plane_by_words(operation, access))
    named = record.text("activity_name").lower() or "activity"
    operation, access, effect = _ACTIVITIES[kind].get(activity, (named, "unknown", ""))
    service = record.first("service.name", "metadata.product.name") or NAME
    return Action(service, operation, access, plane_by_words(operation, access), effect)


def _credential(record: Record) -> Credential | None:
    for path in (
        "actor.user.credential_uid",
        "actor.session.credential_uid",
        "user.credential_uid",
    ):
        uid = record.text(*path.split("."))
        if uid:
            key = uid.startswith(("AKIA", "ASIA"))
            static = uid.startswith("AKIA")
            return public(
                uid, "access_key_id" if key else "ocsf_credential_uid", record.context, record.tenant,
                type="access_key" if key else "", lifetime="static" if static else "",
                issued=record.when("actor", "session", "created_time"),
            )  # fmt: skip
    return None


def _target(record: Record, kind: int) -> Target | None:
    for one in record.parts("resources"):
        uid = one.first("uid", "name")
        if uid:
            return Target(uid, one.text("type"))
    if kind == _AUTHENTICATION:
        uid = record.first(
            "service.uid", "service.name", "dst_endpoint.hostname", "dst_endpoint.svc_name"
        )
        return Target(uid, "service") if uid else None
    uid = record.first("user.uid", "user.name", "resource.uid", "resource.name")
    return Target(uid, "user") if uid else None


def _outcome(record: Record, api: Record) -> Outcome | None:
    code = (
        api.text("response", "error") or record.text("status_code") or api.text("response", "code")
    )
    status = record.number("status_id")
    if status in {None, 0} and not code:
        return None
    if status == 1 or (status in {None, 0} and code in {"200", "201", "204"}):
        return Outcome()
    known = code.lower().replace("exception", "").replace("_", "")
    found: Status = next((what for word, what in _CODES.items() if word in known), "failure")
    if record.number("class_uid") == _AUTHENTICATION and found == "failure":
        found = "denied"
    return Outcome(found, code or record.text("status_detail"))


SOURCE = Format(NAME, ((b'"class_uid"',),), _read)
