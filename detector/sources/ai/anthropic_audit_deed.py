"""What an activity of Anthropic's feed did: rules over its type, and short tables of what is grave.

Examples:
    >>> _plainly("claude_chat_viewed"), _plainly("org_user_invite_sent")
    (('read', ''), ('admin', ''))
    >>> _plainly("service_key_revoked"), _plainly("org_ip_restriction_deleted")
    (('delete', ''), ('delete', 'open_network'))
    >>> _plainly("tunnel_token_minted"), _plainly("tunnel_token_revoked")
    (('credential_issue', 'mint_credential'), ('delete', ''))
    >>> _stem("platform_workspace_member_added", ("user_id", "workspace_id"))
    'workspace_id'
"""

from functools import lru_cache

from detector.sources.ai import outcomes
from detector.sources.ai.anthropic_audit_actor import ADMIN_KEY, API_KEY, SERVICE_KEY
from detector.sources.ai.participles import access_of
from detector.sources.credentials import public
from detector.sources.record import Record
from detector.sources.verbs import plane_by_words
from schemas.event import (
    Access,
    Action,
    Child,
    Credential,
    Effect,
    Kind,
    Outcome,
    Plane,
    Principal,
    Target,
)

_CACHED = 4_096
# Whose writing is administration, by the beginnings and words of types.
_ADMINISTERS = ("org_", "organization_", "rbac_", "role_", "scim_", "group_", "platform_workspace",
                "platform_federation", "service_", "mcp_", "marketplace_", "ghe_configuration",
                "claude_organization", "claude_user_role", "primary_owner", "admin_api_key",
                "platform_api_key", "platform_spend", "extra_usage", "owned_projects")  # fmt: skip
_EFFECTS: dict[str, Effect] = {
    "org_sso_connection_deactivated": "impair_defence",
    "org_sso_connection_deleted": "impair_defence",
    "org_directory_sync_deleted": "impair_defence",
    "org_ip_restriction_deleted": "open_network",
    "org_sso_connection_activated": "persist",
    "mcp_server_created": "persist",
    "integration_user_connected": "grant",
    "github_app_installation_linked": "persist",
    "slack_workspace_claimed": "persist",
    "claude_pubsec_identity_configured": "persist",
    "platform_service_account_created": "persist",
    "platform_oauth_app_created": "persist",
    "tunnel_certificate_added": "persist",
    "trusted_device_enrolled": "persist",
    "step_up_credential_enrolled": "persist",
    "org_invite_link_generated": "grant",
    "org_invite_link_regenerated": "grant",
    "org_join_request_approved": "grant",
    "org_capability_grant_added": "grant",
    "group_member_added": "grant",
    "platform_workspace_member_added": "grant",
    "platform_service_account_workspace_member_added": "grant",
    "claude_artifact_invite_created": "share_out",
    "pending_share_created": "share_out",
    "inference_hooks_config_deleted": "impair_defence",
    "org_external_key_deleted": "destroy",
    "ghe_configuration_created": "persist",
    "org_data_export_started": "share_out",
    "org_data_export_completed": "share_out",
    "platform_federation_issuer_created": "persist",
    "platform_federation_issuer_updated": "persist",
    "platform_federation_rule_created": "persist",
    "platform_federation_rule_updated": "persist",
    "primary_owner_transferred": "grant",
    "rbac_role_assigned": "grant",
    "rbac_role_permission_added": "grant",
    "org_deletion_requested": "destroy",
    "org_deleted_via_bulk": "destroy",
    "org_bulk_delete_initiated": "destroy",
}
# Switches: switched off, they weaken the organisation.
_GUARDS = {
    "org_sso_toggled": ("enabled", "is_enabled"),
    "org_magic_link_second_factor_toggled": ("enabled", "is_enabled"),
    "org_compliance_api_settings_updated": (
        "compliance_api_enabled", "compliance_api_logging_enabled",
    ),
}  # fmt: skip
_GIVING = {"role_assignment_granted": "role", "org_user_invite_sent": "invited_role",
           "org_user_invite_re_sent": "invited_role"}  # fmt: skip
_MIGHTY = ("admin", "owner")
_ASKS = "claude_chat_created"
_KEYS = (("admin_api_key", "admin_api_key_id", ADMIN_KEY), ("service_key", "service_key_id", SERVICE_KEY),
         ("platform_api_key", "api_key_id", API_KEY), ("scoped_api_key", "api_key_id", API_KEY),
         ("api_key", "api_key_id", API_KEY))  # fmt: skip
_BEGINS, _ENDS = ("_created",), ("_deleted", "_revoked", "_archived")
# Credentials of other kinds, which the feed does not show in use.
_HANDED_OUT = ("tunnel_token_minted", "tunnel_token_rotated", "_pool_secret_minted", "signing_key_created",
               "signing_key_rotated", "signing_secret_generated")  # fmt: skip
_SHORT_LIVED = ("_token_minted", "_token_exchanged", "device_credential_rotated")
_SHOWN = ("token_revealed",)
_SHARED = "_sharing_updated"
_NO_OBJECTS = frozenset({"organization_id", "request_id", "resync_uuid"})
_REFUSED = ("access_failed", "login_failed", "deletion_failed", "_blocked", "signature_invalid",
            "authentication_failed", "request_denied")  # fmt: skip


def action_of(record: Record, activity: str) -> Action:
    """The action of an activity: by its type, and by the few fields that decide how grave it is."""
    access, effect = _plainly(activity)
    foreign = ""
    if activity in _GUARDS and any(record.flag(name) is False for name in _GUARDS[activity]):
        effect = "impair_defence"
    elif activity in _GIVING:
        role = record.text(_GIVING[activity]).lower()
        effect = "grant" if not role or any(word in role for word in _MIGHTY) else ""
    elif activity == "claude_user_role_updated":
        role = record.text("current_role").lower()
        effect = "grant" if any(word in role for word in _MIGHTY) else ""
    elif activity.endswith(_SHARED):
        for audience in record.parts("audience"):
            if audience.text("type") == "public":
                effect, foreign = "share_out", "*"
    return Action("anthropic", activity, access, _plane(activity, access), effect, foreign)


def _plane(activity: str, access: Access) -> Plane:
    """Starting a chat is asking a model; signing in is everybody's daily start."""
    if activity == _ASKS:
        return "inference"
    if "login" in activity or "logged_out" in activity:
        return ""
    return "action" if access == "credential_issue" else plane_by_words("", access)


@lru_cache(_CACHED)
def _plainly(activity: str) -> tuple[Access, Effect]:
    """Access and effect by the type alone."""
    if _key(activity) is not None and activity.endswith(_BEGINS):
        return "credential_issue", "mint_credential"
    if _key(activity) is not None and activity.endswith(_ENDS):
        return "delete", ""
    if activity.endswith(_HANDED_OUT):
        return "credential_issue", "mint_credential"
    if activity.endswith(_SHORT_LIVED):
        return "credential_issue", ""
    if activity.endswith(_SHOWN):
        return "secret_read", ""
    if activity == _ASKS:
        return "read", ""
    access = access_of(activity, administers=activity.startswith(_ADMINISTERS))
    return access, _EFFECTS.get(activity, "")


@lru_cache(_CACHED)
def _key(activity: str) -> tuple[str, str] | None:
    """The field and kind of the key that an activity is about."""
    for name, field, kind in _KEYS:
        if activity.startswith(f"{name}_"):
            return field, kind
    return None


def changed_key(
    record: Record, activity: str, signer: Credential | None, time: int
) -> tuple[Kind, Child | None]:
    """Whether an activity issues or ends a key, and that key."""
    key = _key(activity)
    if key is None:
        return "use", None
    ends = activity.endswith(_ENDS) or (activity.endswith("_updated") and _switched_off(record))
    if not ends and not activity.endswith(_BEGINS):
        return "use", None
    uid = record.text(key[0])
    type_ = key[1].removeprefix("anthropic_").removesuffix("_id")
    made = public(
        uid, key[1], record.context, record.tenant, type=type_, lifetime="static",
        issued=None if ends else time, scopes=record.texts("scopes"),
        parent=signer.fingerprint if signer is not None and not ends else "",
    )  # fmt: skip
    account = record.text("organization_id")
    name = record.first("service_name", "key_name") or uid
    holder = Principal(f"anthropic:{type_}/{uid}", name, account, "service") if uid else None
    return ("end" if ends else "issue"), Child(made, holder) if uid or ends else None


def _switched_off(record: Record) -> bool:
    """Whether an update of a key took it out of service."""
    for update in record.parts("updates"):
        new = update.get("current_value")
        if new in {"inactive", "archived", "expired"} if isinstance(new, str) else new is False:
            return update.text("type") in {"status", "is_active", "active", "enabled"}
    return False


def target_of(record: Record, activity: str) -> Target | None:
    """What an activity is about: the object whose kind its type is called after, else whoever it
    names."""
    for name in ("target", "principal"):  # whose rights change, in assignments of roles
        uid = record.text(f"{name}_id")
        if uid:
            return Target(uid, record.text(f"{name}_type") or name)
    names = tuple(
        name for name, value in record.fields.items()
        if name.endswith("_id") and value and name not in _NO_OBJECTS
    )  # fmt: skip
    if names:
        name = _stem(activity, names[:16])
        uid = record.text(name)
        return Target(uid, name.removesuffix("_id")) if uid else None
    url = record.text("url")
    if url:
        return Target(url.partition("?")[0], "url")
    person = record.first("invited_email", "user_email", "deleted_user_email")
    return Target(f"user/{person}", "user") if person else None


@lru_cache(_CACHED)
def _stem(activity: str, names: tuple[str, ...]) -> str:
    fitting = [name for name in names if name.removesuffix("_id") in activity]
    return max(fitting, key=len) if fitting else min(names)


def outcome_of(record: Record, activity: str) -> Outcome:
    """What failed says so in its type; a call of the API itself has a status."""
    if activity.endswith(_REFUSED):
        return Outcome("denied", activity)
    if activity.endswith("_failed"):
        return Outcome("failure", activity)
    status = record.text("status_code")
    return outcomes.outcome_of(status) if status else outcomes.SUCCESS
