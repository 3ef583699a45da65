"""Auth0 tenant log: sign-ins, token exchanges and calls of the Management API.

Read: records of log streams (`log_id` and `data`) and the tenant log's own. The token of a call of
the Management API is known by its id (`jti`).

References:
    Auth0 documentation, "Log Event Type Codes", "Log Schema" and "Log Streams".

Examples:
    >>> from detector.sources.base import Context
    >>> from detector.sources.fingerprint import Fingerprints
    >>> raw = b'''{"log_id": "9002", "data": {"date": "2026-01-05T09:30:00Z", "type": "s",
    ...     "user_id": "auth0|1", "user_name": "ada@example.com", "ip": "192.0.2.9"}}'''
    >>> [event] = SOURCE.decode(raw, Context(Fingerprints("a key of sixteen characters")), 1)
    >>> event.principal.uid, event.action.operation
    ('auth0:user/auth0|1', 'login')
"""

from functools import lru_cache

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
    Status,
    Target,
)  # fmt: skip

NAME = "auth0"
_METHODS: dict[str, Access] = {
    "get": "read", "head": "read", "post": "write", "put": "write", "patch": "write",
    "delete": "delete",
}  # fmt: skip
# What an event's code stands for: the operation, its access.
_CODES: dict[str, tuple[str, Access]] = {
    "s": ("login", "read"), "f": ("login", "read"), "fu": ("login", "read"), "fp": ("login", "read"),
    "ss": ("signup", "write"), "fs": ("signup", "write"), "slo": ("logout", "read"),
    "ssa": ("silent login", "read"), "fsa": ("silent login", "read"),
    "seacft": ("exchange code", "credential_issue"), "feacft": ("exchange code", "credential_issue"),
    "seccft": ("client credentials", "credential_issue"),
    "feccft": ("client credentials", "credential_issue"),
    "sertft": ("refresh token", "credential_issue"), "fertft": ("refresh token", "credential_issue"),
    "sepft": ("password grant", "credential_issue"), "fepft": ("password grant", "credential_issue"),
    "sede": ("device grant", "credential_issue"), "sdu": ("delete user", "delete"),
    "scp": ("change password", "write"), "fcp": ("change password", "write"),
    "gd_unenroll": ("unenroll factor", "admin"), "gd_enrollment_complete": ("enroll factor", "write"),
    "mfar": ("require factor", "read"), "gd_auth_succeed": ("second factor", "read"),
    "gd_auth_failed": ("second factor", "read"), "gd_auth_rejected": ("second factor", "read"),
    "limit_wc": ("blocked account", "read"), "limit_mu": ("blocked address", "read"),
    "pwd_leak": ("breached password", "read"), "signup_pwd_leak": ("breached password", "read"),
    "depnote": ("deprecation", "read"), "ublkdu": ("unblock user", "admin"),
}  # fmt: skip
_DENIED = frozenset({
    "f", "fu", "fp", "fsa", "feacft", "feccft", "fertft", "fepft", "limit_wc", "limit_mu", "pwd_leak",
    "gd_auth_failed", "gd_auth_rejected", "signup_pwd_leak",
})  # fmt: skip
# Calls of the Management API that are grave, by how their path begins after /api/v2/.
_GRAVE: tuple[tuple[str, frozenset[str], Access, Effect], ...] = (
    ("guardian/", frozenset({"put", "patch", "delete", "post"}), "admin", "impair_defence"),
    ("attack-protection/", frozenset({"patch", "put"}), "admin", "impair_defence"),
    ("log-streams", frozenset({"delete", "patch"}), "admin", "impair_defence"),
    ("client-grants", frozenset({"post", "patch"}), "admin", "grant"),
    ("clients", frozenset({"post"}), "admin", "persist"),
    ("connections", frozenset({"post"}), "admin", "persist"),
    ("roles", frozenset({"post", "patch"}), "admin", "grant"),
    ("tenants/invitations", frozenset({"post"}), "admin", "grant"),
    ("tickets/password-change", frozenset({"post"}), "credential_issue", "mint_credential"),
    ("rules", frozenset({"post", "patch"}), "admin", "persist"),
    ("actions", frozenset({"post", "patch"}), "admin", "persist"),
)


def _read(record: Record) -> ActivityEvent:
    told = record.part("data") if isinstance(record.get("data"), dict) else record
    code = told.need(told.text("type"), "type")
    request = told.part("details", "request")
    principal = _principal(told, request)
    return ActivityEvent(
        uid=record.uid("log_id", "data.log_id", "_id", "data._id"),
        source=NAME,
        tenant=record.tenant,
        time=told.time("date"),
        principal=principal,
        action=_action(code, request.text("method").lower(), request.text("path")),
        credential=_credential(told, request),
        target=_target(told, request),
        origin=origin_of(
            told.text("ip") or request.text("ip"), _agent(told, request), within=NAME,
            country=told.text("location_info", "country_code"),
        ),
        outcome=_outcome(code, told),
        raw=record.ref,
    )  # fmt: skip


def _agent(told: Record, request: Record) -> str:
    # Log streams rewrite the agent for readers; the request has it as it was.
    return request.text("userAgent") or told.text("user_agent")


def _principal(told: Record, request: Record) -> Principal:
    account = told.first("tenant_name", "hostname")
    user = request.part("auth", "user")
    uid = told.text("user_id") or user.text("user_id")
    mail = told.first("user_name") or user.text("email")
    if uid.endswith("@clients"):  # a machine that calls for itself
        uid, client = "", uid.removesuffix("@clients")
    else:
        client = told.text("client_id")
    if uid or mail:
        return Principal(
            f"auth0:user/{uid or mail}", user.text("name") or mail, account, "human", known_by=mail
        )
    if client:
        return Principal(
            f"auth0:client/{client}", told.text("client_name"), account, "service", known_by=client
        )
    address = told.need(told.text("ip"), "user_id", "a user, a client or an address")
    return Principal(f"auth0:unidentified/{address}", account=account)


@lru_cache(4_096)
def _action(code: str, method: str, path: str) -> Action:
    if not method or not path:
        operation, access = _CODES.get(code, (code, "unknown"))
        return Action(NAME, operation, access, plane_by_words(operation, access))
    place = path.removeprefix("/api/v2/")
    name = f"{method} {'/'.join(word for word in place.split('/') if not _is_id(word))}"
    access = _METHODS.get(method, access_by_verb(method))
    effect: Effect = ""
    for begin, methods, grave, what in _GRAVE:
        if place.startswith(begin) and method in methods:
            access, effect = grave, what
            break
    return Action(NAME, name, access, plane_by_words(name, access), effect)


def _is_id(word: str) -> bool:
    return any(char.isdigit() for char in word) or "|" in word or "%7C" in word or len(word) > 24


def _credential(told: Record, request: Record) -> Credential | None:
    token = request.part("auth", "credentials")
    return public(
        token.text("jti"), "auth0_jti", told.context, told.tenant, type="access_token",
        lifetime="ephemeral", scopes=token.texts("scopes")[:64],
    )  # fmt: skip


def _target(told: Record, request: Record) -> Target | None:
    path = request.text("path")
    if path:
        return Target(path, "path")
    uid = told.first("audience", "connection", "client_id")
    return Target(uid, "application") if uid else None


def _outcome(code: str, told: Record) -> Outcome:
    status = told.number("details", "response", "statusCode")
    if status is not None and status >= 400:
        kind: Status = (
            "denied" if status in {401, 403} else "throttled" if status == 429 else "failure"
        )
        return Outcome("not_found" if status == 404 else kind, str(status))
    if code in _DENIED:
        return Outcome("denied", code)
    return Outcome("failure", code) if code in {"fapi", "fs", "fcp", "fdu"} else Outcome()


SOURCE = Format(
    NAME,
    ((b'"log_id"', b'"date"', b'"type"'), (b'"date"', b'"type"', b'"client_id"', b'"details"')),
    _read,
    never=(b'"class_uid"', b'"protoPayload"'),
)
