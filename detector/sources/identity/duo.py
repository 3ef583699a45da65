r"""Duo: logs of authentication, administrators, activity, telephony and offline enrolment.

Read: who was asked for a second factor and how that ended, with which device and from where; what an
administrator (or the Admin API) did to whom. Left out: the description of a change, but for the few
words that tell how grave it is; groups and the posture of devices.

The logs name administrators and users by name, with or without a key, so the name is the actor's
key. Telephony logs name nobody: Duo itself called a phone.

References:
    Duo documentation, "Admin API": Authentication Logs (v1, v2), Administrator Logs, Activity Logs,
    Telephony Logs (v1, v2), Offline Enrollment Logs.

Examples:
    >>> from detector.sources.base import Context
    >>> from detector.sources.fingerprint import Fingerprints
    >>> raw = b'''{"action": "bypass_create", "isotimestamp": "2026-01-05T09:30:00+00:00",
    ...     "timestamp": 1767605400, "object": "bo", "username": "Ada Example",
    ...     "description": "{\\"bypass_code_ids\\": [\\"DB1\\"]}"}'''
    >>> context = Context(Fingerprints("a key of at least sixteen characters"))
    >>> [event] = SOURCE.decode(raw, context, 1)
    >>> event.kind, event.principal.uid, event.child.credential.uid
    ('issue', 'duo:admin/Ada Example', 'DB1')
"""

from detector.sources import credentials
from detector.sources.format import Format
from detector.sources.identity.duo_actions import action_of
from detector.sources.origins import origin_of
from detector.sources.record import Record
from schemas.event import (
    Action,
    ActivityEvent,
    Child,
    Credential,
    Kind,
    Origin,
    Outcome,
    Principal,
    Status,
    Target,
    Workload,
)

BYPASS_CODE, DEVICE = "duo_bypass_code_id", "duo_device_key"
_SYSTEM = Principal("duo:system", "Duo", type="provider")
_API = Principal("duo:api", "Admin API", type="service")
_STATUS: dict[str, Status] = {
    "success": "success", "failure": "denied", "denied": "denied", "fraud": "denied",
    "error": "failure",
}  # fmt: skip
# Let in without a second factor; a remembered device had one earlier.
_WITHOUT = frozenset({
    "bypass_user", "allow_unenrolled_user", "allow_unenrolled_user_on_trusted_network",
    "allowed_by_policy", "trusted_location", "trusted_network",
})  # fmt: skip
_UNSURE = frozenset({"remembered_device", ""})
# Whoever was asked by phone did not say yes.
_NOT_MINE = frozenset({
    "user_marked_fraud", "user_mistake", "user_cancelled", "no_response", "no_keys_pressed",
    "call_timed_out", "anomalous_push", "verification_code_incorrect",
})  # fmt: skip


def _read(record: Record) -> ActivityEvent:
    if record.get("credits") is not None:
        return _telephony(record)
    if isinstance(record.get("action"), dict):
        return _activity(record)
    if record.text("action"):
        return _administrator(record)
    return _authentication(record)


def _authentication(record: Record) -> ActivityEvent:
    device, user = record.part("access_device"), record.part("user")
    name = record.need(user.text("name") or record.first("username", "email"), "user.name")
    result, reason = record.text("result").lower(), record.text("reason")
    # v1 writes sentences and capitals.
    status = _STATUS.get(result, "failure" if result else "success")
    refused = status == "denied" and (_code(reason) in _NOT_MINE or result == "fraud")
    operation = record.first("event_type", "eventtype") or "authentication"
    enrolled = operation == "enrollment"
    app = record.first("application.key", "application.name", "integration")
    return ActivityEvent(
        uid=record.uid("txid"),
        source=record.what,
        tenant=record.tenant,
        time=_time(record),
        principal=Principal(
            f"duo:user/{name}", name, type="human", known_by=record.text("email") or name,
            mfa=_mfa(status, reason, record.text("factor")),
        ),
        action=Action("duo", operation, "write" if enrolled else "read",
                      "action" if enrolled else "retrieval", "factor_refused" if refused else ""),
        credential=_device(record),
        target=Target(f"duo:application/{app}", "application") if app else None,
        origin=origin_of(
            device.text("ip") or record.text("ip"), "", within=record.tenant,
            country=device.text("location", "country") or record.text("location", "country"),
            client="browser" if device.text("browser") else "",
        ),
        outcome=Outcome() if status == "success" else Outcome(status, _code(reason) or result),
        workload=_endpoint(record, device),
        raw=record.ref,
    )  # fmt: skip


def _mfa(status: Status, reason: str, factor: str) -> bool | None:
    """Whether a second factor was shown. Bypass codes are none, though a user has to type them."""
    if status != "success" or reason in _UNSURE:
        return None
    return reason not in _WITHOUT and factor not in {"bypass_code", "not_available"}


def _device(record: Record) -> Credential | None:
    """The factor that answered."""
    key = record.text("auth_device", "key")
    return credentials.public(
        key, DEVICE, record.context, record.tenant, type="mfa_device", lifetime="static"
    )


def _endpoint(record: Record, device: Record) -> Workload | None:
    key = device.text("epkey")
    trusted = record.text("trusted_endpoint_status") == "trusted"
    return Workload(f"duo:endpoint/{key}", "device", trusted) if key else None


def _administrator(record: Record) -> ActivityEvent:
    """Also enrolment for offline access, which users do themselves."""
    said, name = record.part("description"), record.text("action")
    enrolled = name.startswith("o2fa_")
    principal = _named(record.text("username"), "user" if enrolled else "admin", said)
    action = action_of(name, said)
    whose = record.text("object")
    kind, child = _child(record, said, name, whose)
    if action.access == "read" and name.endswith(("error", "lockout")):
        outcome = Outcome("denied", name)
    else:
        outcome = Outcome()
    return ActivityEvent(
        uid=record.uid(),
        source=record.what,
        tenant=record.tenant,
        time=_time(record),
        principal=principal,
        kind=kind,
        action=action,
        target=Target(f"duo:{_about(name)}/{whose}", _about(name)) if whose else None,
        origin=_origin(record, said),
        outcome=outcome,
        child=child,
        raw=record.ref,
    )


def _named(name: str, kind: str, said: Record) -> Principal:
    if name in {"", "System", "Duo"}:
        return _SYSTEM
    if name.startswith("API"):
        return _API
    login = said.text("ip_address")  # of a login, so the mail is the administrator's own
    mail = said.text("email") if login else ""
    factor = said.text("factor") if login and not said.text("error") else ""
    return Principal(f"duo:{kind}/{name}", name, type="human", known_by=mail or name,
                     mfa=True if factor else None)  # fmt: skip


def _about(action: str) -> str:
    """The kind of object an action is about."""
    first = action.partition("_")[0]
    return "user" if first in {"bypass", "user"} else "endpoint" if first == "o2fa" else first


def _child(record: Record, said: Record, name: str, whose: str) -> tuple[Kind, Child | None]:
    """Bypass codes, by which a user gets in without a factor."""
    if name not in {"bypass_create", "bypass_delete"}:
        return "use", None
    ids = said.texts("bypass_code_ids") or said.texts("bypass_code_id")
    begins = name == "bypass_create"
    expires = _expiry(record, said) if begins else None
    code = credentials.public(
        ids[0] if ids else "", BYPASS_CODE, record.context, record.tenant, type="bypass_code",
        issued=_time(record) if begins else None, expires=expires,
        lifetime="ephemeral" if expires else "",
    )  # fmt: skip
    if code is None:
        return "use", None
    holder = Principal(f"duo:user/{whose}", whose, type="human", known_by=whose) if whose else None
    return ("issue" if begins else "end"), Child(code, holder)


def _expiry(record: Record, said: Record) -> int | None:
    seconds = said.number("valid_secs")
    return _time(record) + seconds * 1_000 if seconds and 0 < seconds < 10**9 else None


def _origin(record: Record, said: Record) -> Origin | None:
    address = said.text("ip_address")
    return origin_of(
        address, said.text("user_agent"), within=record.tenant,
        console=bool(address) and record.text("action").startswith("admin_"),
    )  # fmt: skip


def _activity(record: Record) -> ActivityEvent:
    actor, device = record.part("actor"), record.part("access_device")
    name, account = record.need(record.text("action", "name"), "action.name"), record.text("akey")
    who = record.need(actor.first("name", "key") or actor.text("type"), "actor.name")
    kind = actor.text("type")
    principal = Principal(
        f"duo:{kind or 'user'}/{who}", who, account,
        "human" if kind in {"user", "admin", ""} else "provider" if kind == "system" else "service",
        known_by=who,
    )  # fmt: skip
    target = record.part("target")
    aim = target.first("key", "name")
    result = record.text("outcome", "result")
    status: Status = "success" if result in {"", "SUCCESS"} else "failure"
    return ActivityEvent(
        uid=record.uid("activity_id"),
        source=record.what,
        tenant=record.tenant,
        time=record.time("ts"),
        principal=principal,
        action=action_of(name, target.part("details")),
        target=Target(f"duo:{target.text('type')}/{aim}", target.text("type")) if aim else None,
        origin=origin_of(
            device.text("ip", "address") or device.text("ip"), "", within=account or record.tenant,
            country=device.text("location", "country"),
            client="browser" if device.text("browser") else "",
        ),
        outcome=Outcome() if status == "success" else Outcome(status, result),
        workload=_endpoint(record, device),
        raw=record.ref,
    )  # fmt: skip


def _telephony(record: Record) -> ActivityEvent:
    phone = record.text("phone")
    return ActivityEvent(
        uid=record.uid("telephony_id"),
        source=record.what,
        tenant=record.tenant,
        time=_time(record),
        principal=_SYSTEM,
        action=Action("duo", f"telephony_{record.text('type') or 'call'}", "read"),
        target=Target(f"duo:phone/{phone}", "phone") if phone else None,
        outcome=Outcome(),
        raw=record.ref,
    )


def _time(record: Record) -> int:
    """The finest of the times there are."""
    found = record.when("isotimestamp")
    if found is None:
        found = record.when("ts")
    return found if found is not None else record.time("timestamp")


def _code(reason: str) -> str:
    return reason.strip().lower().replace(" ", "_")


SOURCE = Format(
    "duo",
    (
        ("access_device", "auth_device", "factor"),
        ("isotimestamp", "integration", "factor"),
        ("isotimestamp", "action", "username"),
        ("activity_id", "access_device", "actor"),
        ("isotimestamp", "credits", "phone"),
        ("telephony_id", "credits"),
    ),
    _read,
)
