"""Anthropic organisation activity: API keys, roles, sign-ins and settings of an organisation.

References:
    Anthropic documentation, "Compliance API" and "Audit logs".

Examples:
    >>> from detector.sources.base import Context
    >>> from detector.sources.fingerprint import Fingerprints
    >>> raw = b'''{"id": "activity_1", "created_at": "2026-01-05T09:30:00Z", "organization_id": "org_1",
    ...     "type": "admin_api_key_created", "admin_api_key_id": "apikey_7", "actor": {
    ...     "type": "user_actor", "email_address": "ada@example.com", "user_id": "user_1"}}'''
    >>> [event] = SOURCE.decode(raw, Context(Fingerprints("a key of sixteen characters")), 1)
    >>> event.principal.uid, event.kind, event.action.effect
    ('anthropic:org_1/user/user_1', 'issue', 'mint_credential')
"""

from msgspec.structs import replace

from detector.sources.credentials import public
from detector.sources.deeds import Deeds
from detector.sources.format import Format
from detector.sources.origins import origin_of
from detector.sources.record import Record
from schemas.event import ActivityEvent, Child, Credential, Kind, Outcome, Principal, Target

NAME = "anthropic_audit"
KEY = "anthropic_api_key_id"
_SERVICE = "anthropic"
_KEYS = ("api_key_id", "admin_api_key_id", "service_key_id", "key_id", "target_id")
_TARGETS = (
    ("target_id", ""), ("claude_chat_id", "chat"), ("claude_project_id", "project"),
    ("claude_artifact_id", "artifact"), ("claude_file_id", "file"), ("mcp_server_id", "mcp_server"),
    ("resource_id", ""), ("deleted_user_id", "user"), ("workspace_id", "workspace"),
    ("integration_type", "integration"),
)  # fmt: skip
_DEEDS = Deeds(_SERVICE, {
    "admin_api_key_created": ("credential_issue", "mint_credential"),
    "api_key_created": ("credential_issue", "mint_credential"),
    "platform_api_key_created": ("credential_issue", "mint_credential"),
    "service_key_created": ("credential_issue", "mint_credential"),
    "admin_api_key_deleted": ("delete", ""),
    "service_key_revoked": ("delete", ""),
    "admin_api_key_updated": ("admin", ""),
    "role_assignment_granted": ("admin", "grant"),
    "primary_owner_transferred": ("admin", "grant"),
    "org_user_invite_sent": ("admin", "grant"),
    "org_sso_toggled": ("admin", "impair_defence"),
    "org_sso_connection_deactivated": ("admin", "impair_defence"),
    "org_sso_connection_deleted": ("delete", "impair_defence"),
    "org_ip_restriction_deleted": ("delete", "impair_defence"),
    "org_ip_restriction_created": ("admin", ""),
    "claude_organization_settings_updated": ("admin", ""),
    "platform_spend_limit_deleted": ("delete", ""),
    "claude_artifact_sharing_updated": ("write", ""),
    "claude_chat_viewed": ("read", ""),
    "claude_chat_access_failed": ("read", ""),
    "claude_chat_created": ("read", ""),
    "mcp_server_created": ("admin", "persist"),
    "integration_user_connected": ("admin", "grant"),
    "sso_login_*": ("read", ""),
    "org_data_export_*": ("read", "share_out"),
})  # fmt: skip


def _read(record: Record) -> ActivityEvent:
    operation = record.need(record.text("type"), "type")
    actor = record.part("actor")
    action = _DEEDS.of(operation)
    kind, child = _subject(record, operation)
    if _is_public(record):
        action = replace(action, effect="share_out", foreign="*")
    return ActivityEvent(
        uid=record.uid("id"),
        source=NAME,
        tenant=record.tenant,
        time=record.time("created_at"),
        principal=_principal(record, actor),
        kind=kind,
        action=action,
        credential=_credential(record, actor.first("api_key_id", "admin_api_key_id")),
        target=_target(record),
        origin=origin_of(actor.text("ip_address"), actor.text("user_agent"), within=_SERVICE),
        outcome=Outcome("denied", operation) if operation.endswith("_failed") else Outcome(),
        child=child,
        raw=record.ref,
    )


def _is_public(record: Record) -> bool:
    return any(one.text("type") == "public" for one in record.parts("audience"))


def _principal(record: Record, actor: Record) -> Principal:
    account = record.first("organization_id", "organization_uuid")
    at = f"{account}/" if account else ""
    kind = actor.text("type")
    user, mail = actor.text("user_id"), actor.text("email_address")
    if user or mail:
        return Principal(
            f"anthropic:{at}user/{user or mail}", mail, account, "human", known_by=mail or user
        )
    key = actor.first("api_key_id", "admin_api_key_id", "service_key_id")
    if key:
        return Principal(f"anthropic:{at}key/{key}", "", account, "service", known_by=key)
    if kind.startswith("unauthenticated"):
        return Principal(f"anthropic:{at}unidentified", "", account)
    record.need(kind, "actor", "who acted")
    return Principal(f"anthropic:{at}system/{kind}", kind, account, "provider")


def _credential(record: Record, key: str) -> Credential | None:
    return public(key, KEY, record.context, record.tenant, type="api_key", lifetime="static")


def _subject(record: Record, operation: str) -> tuple[Kind, Child | None]:
    if "key" not in operation or not operation.endswith(("_created", "_deleted", "_revoked")):
        return "use", None
    credential = _credential(record, record.first(*_KEYS))
    if credential is None:
        return "use", None
    return "issue" if operation.endswith("_created") else "end", Child(credential, None)


def _target(record: Record) -> Target | None:
    for name, kind in _TARGETS:
        uid = record.text(name)
        if uid:
            return Target(uid, kind or record.first("target_type", "resource_type"))
    return None


SOURCE = Format(
    NAME,
    ((b'"organization_id"', b'_actor"', b'"created_at"'),),
    _read,
    never=(b'"class_uid"', b'"_document_id"'),
)
