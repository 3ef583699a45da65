"""Duo Security logs: authentications and what administrators changed.

References:
    Duo documentation, "Admin API: Authentication Logs (v2)" and "Administrator Logs".

Examples:
    >>> from detector.sources.base import Context
    >>> from detector.sources.fingerprint import Fingerprints
    >>> raw = b'''{"action": "bypass_create", "username": "Ada", "object": "grace",
    ...     "isotimestamp": "2026-01-05T09:30:00+00:00", "timestamp": 1767605400}'''
    >>> [event] = SOURCE.decode(raw, Context(Fingerprints("a key of sixteen characters")), 1)
    >>> event.principal.uid, event.action.effect, event.target.uid
    ('duo:administrator/Ada', 'mint_credential', 'grace')
"""

from detector.sources.deeds import Deeds
from detector.sources.format import Format
from detector.sources.origins import origin_of
from detector.sources.record import Record
from schemas.event import ActivityEvent, Outcome, Principal, Status, Target

NAME = "duo"
_TIMES = ("isotimestamp", "timestamp")
_DEEDS = Deeds(NAME, {
    "authentication": ("read", ""),
    "enrollment": ("write", ""),
    "admin_login": ("read", ""),
    "admin_login_error": ("read", ""),
    "admin_create": ("admin", "grant"),
    "admin_activate*": ("admin", "grant"),
    "admin_update": ("admin", ""),
    "admin_reset_password": ("admin", "persist"),
    "activation_begin": ("write", ""),
    "bypass_create": ("credential_issue", "mint_credential"),
    "bypass_view": ("secret_read", ""),
    "integration_create": ("admin", "persist"),
    "integration_skey_view": ("secret_read", ""),
    "integration_skey_bulk_view": ("secret_read", ""),
    "integration_update": ("admin", ""),
    "policy_create": ("admin", ""),
    "policy_update": ("admin", "impair_defence"),
    "policy_delete": ("delete", "impair_defence"),
    "customer_update": ("admin", ""),
    "user_mark_bypass": ("admin", "impair_defence"),
    "user_update": ("write", ""),
    "update_admin_factor_restrictions": ("admin", "impair_defence"),
    "admin_single_sign_on_update": ("admin", "impair_defence"),
    "log_export": ("read", ""),
})  # fmt: skip
_RESULTS: dict[str, Status] = {
    "success": "success", "allow": "success", "fraud": "denied", "denied": "denied",
    "deny": "denied", "failure": "denied", "error": "failure",
}  # fmt: skip


def _read(record: Record) -> ActivityEvent:
    when = next((name for name in _TIMES if record.get(name) is not None), _TIMES[0])
    authenticates = record.get("access_device") is not None or record.get("factor") is not None
    operation = record.text("event_type") if authenticates else record.text("action")
    action = _DEEDS.of(record.need(operation or "authentication", "action"))
    target = (
        record.first("application.key", "application.name")
        if authenticates
        else record.text("object")
    )
    device = record.part("access_device")
    return ActivityEvent(
        uid=record.uid("txid"),
        source=NAME,
        tenant=record.tenant,
        time=record.time(when),
        principal=_user(record) if authenticates else _administrator(record),
        action=action,
        target=Target(target, "application" if authenticates else "") if target else None,
        origin=origin_of(
            device.text("ip") or record.text("host"), device.text("browser"), within=NAME,
            country=device.text("location", "country"),
        ),
        outcome=_outcome(record, operation),
        raw=record.ref,
    )  # fmt: skip


def _user(record: Record) -> Principal:
    user = record.part("user")
    name = user.text("name") or record.text("username") or record.text("email")
    uid = user.text("key") or name
    passed = record.text("result").lower() in {"success", "allow"}
    return Principal(
        f"duo:user/{record.need(uid, 'user', 'a user')}", name, type="human", known_by=name,
        mfa=passed or None,
    )  # fmt: skip


def _administrator(record: Record) -> Principal:
    name = record.text("username")
    if name in {"", "API", "System"}:
        return Principal(f"duo:system/{name or 'System'}", name or "Duo", type="provider")
    return Principal(
        f"duo:administrator/{name}", name, type="human", role="administrator", known_by=name
    )


def _outcome(record: Record, operation: str) -> Outcome:
    result = record.text("result").lower()
    if operation.endswith("_error"):
        return Outcome("denied", operation)
    status = _RESULTS.get(result, "success")
    return Outcome(status, record.text("reason") if status != "success" else "")


SOURCE = Format(
    NAME,
    (
        (b'"factor"', b'"access_device"'),
        (b'"access_device"', b'"auth_device"'),
        (b'"action"', b'"username"', b'"isotimestamp"'),
        (b'"action"', b'"username"', b'"object"', b'"timestamp"'),
    ),
    _read,
    never=(b'"class_uid"', b'"actor"', b'"eventSource"', b'"verb"'),
)
