"""OpenAI organisation audit log: API keys, service accounts, roles, sign-ins and settings.

References:
    OpenAI API reference, "Audit logs: the audit log object".

Examples:
    >>> from detector.sources.base import Context
    >>> from detector.sources.fingerprint import Fingerprints
    >>> raw = b'''{"object": "organization.audit_log", "id": "audit_log-1", "type": "api_key.created",
    ...     "effective_at": 1767605400, "actor": {"type": "session", "session": {"ip_address": "192.0.2.9",
    ...     "user": {"id": "user-1", "email": "ada@example.com"}}},
    ...     "api_key.created": {"id": "key_7", "data": {"scopes": ["api.model.request"]}}}'''
    >>> [event] = SOURCE.decode(raw, Context(Fingerprints("a key of sixteen characters")), 1)
    >>> event.principal.uid, event.kind, event.child.credential.uid
    ('openai:user/user-1', 'issue', 'key_7')
"""

from detector.sources.credentials import public
from detector.sources.deeds import Deeds
from detector.sources.format import Format
from detector.sources.origins import origin_of
from detector.sources.record import Record
from schemas.event import ActivityEvent, Child, Kind, Outcome, Principal, Target

NAME = "openai_audit"
KEY = "openai_api_key_id"
_SERVICE = "openai"
_DEEDS = Deeds(_SERVICE, {
    "api_key.created": ("credential_issue", "mint_credential"),
    "api_key.updated": ("admin", ""),
    "api_key.deleted": ("delete", ""),
    "service_account.created": ("credential_issue", "persist"),
    "service_account.updated": ("admin", "grant"),
    "role.assignment.created": ("admin", "grant"),
    "role.created": ("admin", ""),
    "role.updated": ("admin", "grant"),
    "user.added": ("admin", "grant"),
    "user.updated": ("admin", "grant"),
    "invite.sent": ("admin", "grant"),
    "invite.accepted": ("write", ""),
    "scim.disabled": ("admin", "impair_defence"),
    "ip_allowlist.deleted": ("delete", "impair_defence"),
    "ip_allowlist.config.deactivated": ("admin", "impair_defence"),
    "ip_allowlist.updated": ("admin", "open_network"),
    "ip_allowlist.created": ("admin", ""),
    "certificate.deleted": ("delete", ""),
    "certificates.deactivated": ("admin", "impair_defence"),
    "organization.updated": ("admin", ""),
    "project.archived": ("admin", ""),
    "external_key.registered": ("admin", "persist"),
    "external_key.removed": ("delete", ""),
    "login.*": ("read", ""),
    "logout.*": ("read", ""),
})  # fmt: skip


def _read(record: Record) -> ActivityEvent:
    operation = record.need(record.text("type"), "type")
    actor = record.part("actor")
    session = actor.part("session")
    if not session.fields:
        session = actor.part("api_key")
    payload = (
        record.part(operation)
        if record.get(operation)
        else record.part(operation.replace(".", "_"))
    )
    key = actor.text("api_key", "id")
    kind, child = _subject(record, operation, payload)
    return ActivityEvent(
        uid=record.uid("id"),
        source=NAME,
        tenant=record.tenant,
        time=record.time("effective_at"),
        principal=_principal(record, actor),
        kind=kind,
        action=_DEEDS.of(operation),
        credential=public(
            key, KEY, record.context, record.tenant, type="api_key", lifetime="static"
        ),
        target=_target(record, payload, operation),
        origin=origin_of(
            session.text("ip_address"), session.text("user_agent"), within=_SERVICE,
            asn=session.number("ip_address_details", "asn"),
            country=session.text("ip_address_details", "country"),
        ),
        outcome=_outcome(operation, payload),
        child=child,
        raw=record.ref,
    )  # fmt: skip


def _principal(record: Record, actor: Record) -> Principal:
    project = record.text("project", "id")
    user = actor.part("session", "user")
    key = actor.part("api_key")
    if not user.fields:
        user = key.part("user")
    if user.text("id") or user.text("email"):
        mail = user.text("email")
        return Principal(
            f"openai:user/{user.text('id') or mail}", mail, project, "human", known_by=mail
        )
    account = key.text("service_account", "id")
    if account:
        return Principal(
            f"openai:service_account/{account}", "", project, "service", known_by=account
        )
    uid = record.need(key.text("id"), "actor", "who acted")
    return Principal(f"openai:key/{uid}", "", project, "service", known_by=uid)


def _subject(record: Record, operation: str, payload: Record) -> tuple[Kind, Child | None]:
    if operation not in {"api_key.created", "api_key.deleted", "service_account.created"}:
        return "use", None
    uid = payload.text("id")
    if operation == "service_account.created":
        return (
            ("issue", Child(None, Principal(f"openai:service_account/{uid}", type="service")))
            if uid
            else ("use", None)
        )
    credential = public(
        uid, KEY, record.context, record.tenant, type="api_key", lifetime="static",
        scopes=payload.texts("data", "scopes"),
    )  # fmt: skip
    if credential is None:
        return "use", None
    return "issue" if operation.endswith("created") else "end", Child(credential, None)


def _target(record: Record, payload: Record, operation: str) -> Target | None:
    uid = payload.first("id", "principal_id", "resource_id") or record.text("project", "id")
    return Target(uid, operation.rpartition(".")[0]) if uid else None


def _outcome(operation: str, payload: Record) -> Outcome:
    if not operation.endswith(".failed"):
        return Outcome()
    return Outcome("denied", payload.text("error_code"))


SOURCE = Format(
    NAME,
    ((b'"organization.audit_log"',), (b'"effective_at"', b'"actor"', b'"type"')),
    _read,
)
