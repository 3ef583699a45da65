"""What a Google Workspace event did: its access, its grave effect, and the outside party let in.

Most of it is in the names of the application and the event; for settings and shares it is in the
parameters.

References:
    Google Workspace Admin SDK, Reports API v1, activity events of the admin, login, drive, token,
    calendar and user_accounts applications.

Examples:
    >>> known("admin", "ASSIGN_ROLE"), known("drive", "download")
    (('admin', 'grant'), ('read', ''))
    >>> known("login", "2sv_disable"), known("admin", "CREATE_ROLE")
    (('admin', 'impair_defence'), ('admin', ''))
"""

from functools import lru_cache

from detector.sources.record import Record
from detector.sources.verbs import access_by_verb, plane_by_words
from schemas.event import Access, Action, Effect

_CACHED = 8_192
_PUBLIC = frozenset({"people_with_link", "public_on_the_web", "anyone_with_link"})
_OUTSIDE = _PUBLIC | {"shared_externally"}
_STRICTEST = "ONLY_SECURITY_KEY"
_EFFECTS: dict[str, Effect] = {
    "ASSIGN_ROLE": "grant", "ADD_PRIVILEGE": "grant", "GRANT_ADMIN_PRIVILEGE": "grant",
    "GRANT_DELEGATED_ADMIN_PRIVILEGES": "grant", "AUTHORIZE_API_CLIENT_ACCESS": "grant",
    "ADD_TO_TRUSTED_OAUTH2_APPS": "grant", "TRUST_DOMAIN_OWNED_OAUTH2_APPS": "grant",
    "CHANGE_PASSWORD": "mint_credential", "GENERATE_2SV_SCRATCH_CODES": "mint_credential",
    "GENERATE_TRANSFER_TOKEN": "mint_credential", "CREATE_USER": "persist",
    "GENERATE_LDAP_PASSWORD": "mint_credential",
    "ALERTS_CENTER_DELETE_ALERT": "impair_defence",
    "DELETE_RULE": "impair_defence", "DLP_RULE_DELETED": "impair_defence",
    "DELETE_ACCESS_LEVEL_V2": "impair_defence", "REMOVE_FROM_BLOCKED_OAUTH2_APPS": "impair_defence",
    "ADD_SECURITY_KEY": "persist",
    "UNDELETE_USER": "persist", "ADD_RECOVERY_EMAIL": "persist", "ADD_RECOVERY_PHONE": "persist",
    "CHANGE_RECOVERY_EMAIL": "persist", "CHANGE_RECOVERY_PHONE": "persist",
    "CHANGE_SSO_SETTINGS": "persist", "TOGGLE_SSO_ENABLED": "persist",
    "CREATE_INBOUND_SSO_PROFILE": "persist", "UPDATE_INBOUND_SSO_PROFILE": "persist",
    "ASSIGN_INBOUND_SSO_PROFILE": "persist", "CREATE_EMAIL_MONITOR": "share_out",
    "TURN_OFF_2_STEP_VERIFICATION": "impair_defence", "UNENROLL_USER_FROM_STRONG_AUTH": "impair_defence",
    "UNENROLL_USER_FROM_TITANIUM": "impair_defence", "REVOKE_3LO_DEVICE_TOKENS": "",
    "ALLOW_STRONG_AUTHENTICATION": "impair_defence", "ENFORCE_STRONG_AUTHENTICATION": "impair_defence",
    "CHANGE_ALLOWED_TWO_STEP_VERIFICATION_METHODS": "impair_defence",
    "CHANGE_TWO_STEP_VERIFICATION_GRACE_PERIOD_DURATION": "impair_defence",
    "REVOKE_SECURITY_KEY": "impair_defence", "DELETE_ALERT": "impair_defence",
    "WEAK_PROGRAMMATIC_LOGIN_SETTINGS_CHANGED": "impair_defence",
    "CHANGE_CAA_APP_ASSIGNMENTS": "impair_defence", "TOGGLE_CAA_ENABLEMENT": "impair_defence",
    "SYSTEM_DEFINED_RULE_UPDATED": "impair_defence", "DELETE_GMAIL_SETTING": "impair_defence",
    "ALERT_STATUS_CHANGED": "impair_defence", "ALLOW_SERVICE_FOR_OAUTH2_ACCESS": "impair_defence",
    "UNBLOCK_ON_DEVICE_ACCESS": "impair_defence",
    "IMPORT_SSH_PUBLIC_KEY": "persist", "CREATE_SSH_PUBLIC_KEY": "persist",
    "UPDATE_SSH_PUBLIC_KEY": "persist",
    "CUSTOMER_TAKEOUT_CREATED": "share_out", "CUSTOMER_TAKEOUT_SUCCEEDED": "share_out", "ADD_TRUSTED_DOMAINS": "share_out",
    "USER_LICENSE_REVOKE": "", "DELETE_USER": "destroy", "REMOVE_APPLICATION": "",
    "2sv_disable": "impair_defence", "titanium_unenroll": "impair_defence",
    "passkey_removed": "impair_defence", "recovery_email_edit": "persist",
    "recovery_phone_edit": "persist", "recovery_secret_qa_edit": "persist",
    "email_forwarding_out_of_domain": "share_out", "EMAIL_LOG_SEARCH": "",
}  # fmt: skip
_READ = frozenset({"login_success", "login_failure", "login_challenge", "login_verification",
                   "logout", "suspicious_login", "suspicious_login_less_secure_app",
                   "suspicious_programmatic_login", "risky_sensitive_action_allowed",
                   "risky_sensitive_action_blocked", "gov_attack_warning", "download", "preview",
                   "print", "source_copy", "access_item_content", "prefetch_item_content",
                   "sync_item_content", "EMAIL_LOG_SEARCH", "ALERT_CENTER_VIEW"})  # fmt: skip
_ADMIN_TYPES = frozenset({"admin", "user_accounts"})
_OWN_DEFENCES = frozenset({"2sv_disable", "2sv_enroll", "titanium_unenroll", "titanium_enroll",
                           "passkey_removed", "passkey_enrolled"})  # fmt: skip
# Scopes that open mail, files or the directory to whoever holds the token.
_BROAD = ("/auth/admin.", "/auth/cloud-platform", "/auth/ediscovery", "/auth/gmail", "mail.google.com",
          "/auth/apps.", "/auth/contacts")  # fmt: skip
_BROAD_WHOLE = ("/auth/drive", "/auth/drive.readonly")
_OPEN = frozenset({"READ_ONLY_ACCESS", "READ_WRITE_ACCESS", "MANAGE_ACCESS"})
# Context-aware access does not always say what became of it.
_BY_CONTEXT = "TOGGLE_CAA_ENABLEMENT"
_SWITCHES = frozenset({"ENFORCE_STRONG_AUTHENTICATION", "ALLOW_STRONG_AUTHENTICATION",
                       "ALERT_STATUS_CHANGED", _BY_CONTEXT})  # fmt: skip
_OFF = frozenset({"false", "off", "disabled", "none", "0", "disable"})
# The name of old, and the one that settings of applications have had since.
_SHARING = ("SHARING_OUTSIDE_DOMAIN", "external_sharing_mode")
# Settings that take a bound away when they are set to a value.
_LOOSENED = {"Password Management - Enable password reuse": "true",
             "Apps Access Setting Allowlist access": "allow_all"}  # fmt: skip
# Rules that send mail elsewhere, and their kinds.
_ROUTING = frozenset({"CREATE_GMAIL_SETTING", "CHANGE_GMAIL_SETTING"})
_ROUTES = frozenset({"EMAIL_ROUTE", "MESSAGE_SECURITY_RULE"})
_SECURITY = ("security", "alert", "rule", "password", "2-step", "advanced protection", "scanning",
             "protection", "safety")  # fmt: skip


@lru_cache(_CACHED)
def known(application: str, name: str) -> tuple[Access, Effect]:
    """The access and the effect that an event's names tell."""
    access: Access = "read" if name in _READ else access_by_verb(name)
    if name == "trash":
        access = "delete"
    elif name == "email_as_attachment":
        access = "write"
    if application in _ADMIN_TYPES or name in _OWN_DEFENCES:
        if access not in {"read", "list", "delete"} or name.startswith("GENERATE_"):
            access = "admin"
    elif application == "token" and name == "authorize":
        access = "credential_issue"
    elif application == "token" and name in {"activity", "request"}:
        access = "unknown"
    elif access in {"credential_issue", "secret_read"} and application != "token":
        access = "write" if access == "credential_issue" else "read"
    return access, _EFFECTS.get(name, "")


def action_of(application: str, name: str, said: Record, scopes: tuple[str, ...]) -> Action:
    """The action of an event whose parameters are `said`. What an app did with a token is told by
    the method that it called."""
    method = said.text("method_name") if application == "token" else ""
    if method and name not in {"authorize", "revoke"}:
        access = access_by_verb(method)
        service = f"google_{said.text('api_name')}"
        return Action(service, method, access, plane_by_words(method, access))
    access, effect = known(application, name)
    foreign = ""
    if application == "token" and name == "authorize":
        if any(map(_is_broad, scopes)):
            effect, foreign = "grant", said.text("client_id")
    elif application in {"drive", "calendar"}:
        effect, foreign = _shared(name, said)
    elif name == "email_forwarding_out_of_domain":
        foreign = said.text("email_forwarding_destination_address")
    elif name == "ADD_TRUSTED_DOMAINS":
        foreign = said.text("DOMAIN_NAME")
    elif name == "AUTHORIZE_API_CLIENT_ACCESS":
        foreign = said.first("API_CLIENT_NAME", "CLIENT_ID")
    elif application == "vault" and name == "export":  # of whatever is in anybody's mailbox
        effect = "share_out"
    elif said.text("SETTING_NAME").endswith(_SHARING) and _is_shared(said):
        effect, foreign = "share_out", "*"
    elif name == "SESSION_CONTROL_SETTINGS_CHANGE" and said.text("REAUTH_SETTING_NEW") == "NEVER":
        effect = "impair_defence"
    elif said.text("ALLOWED_TWO_STEP_VERIFICATION_METHOD") == _STRICTEST:
        effect = ""
    elif name in _SWITCHES and (name != _BY_CONTEXT or said.text("NEW_VALUE")):
        effect = effect if _is_off(said) else ""
    elif name in _ROUTING and said.text("SETTING_NAME") in _ROUTES:
        effect = "share_out"
    elif "APPLICATION_SETTING" in name and _weakens(said):
        effect = "impair_defence"
    plane = plane_by_words(name, access)
    return Action(f"google_{application}", name, access, plane, effect, foreign)


def _shared(name: str, said: Record) -> tuple[Effect, str]:
    """Whether somebody outside gets in, and who."""
    if said.text("grantee_email").startswith("__public"):
        return ("share_out", "*") if said.text("access_level") != "none" else ("", "")
    if name == "copy" and said.text("copy_type") == "external":
        return "share_out", ""  # another organisation owns the copy
    if not name.startswith(("change_", "add_", "shared_drive_membership", "publish")):
        return "", ""
    if said.text("membership_change_type").startswith("remove"):
        return "", ""
    visibility = said.first("new_publish_visibility", "visibility")
    external = said.text("visibility_change") == "external"
    if external and name == "change_user_access":
        return "share_out", said.text("target_user") or said.text("target_domain")
    if external or (visibility in _OUTSIDE and not said.text("visibility_change")):
        member = said.text("target") if name.startswith("shared_drive_membership") else ""
        return "share_out", member or ("*" if visibility in _PUBLIC else said.text("target_domain"))
    return "", ""


def _is_broad(scope: str) -> bool:
    return scope.endswith(_BROAD_WHOLE) or any(part in scope for part in _BROAD)


def _is_off(said: Record) -> bool:
    return said.text("NEW_VALUE").lower() in _OFF


def _weakens(said: Record) -> bool:
    """Whether a setting that protects is switched off, or a bound taken away."""
    loose = _LOOSENED.get(said.text("SETTING_NAME"))
    if loose is not None:
        return said.text("NEW_VALUE").lower() == loose
    return _is_off(said) and _is_security(said)


def _is_shared(said: Record) -> bool:
    value = said.text("NEW_VALUE").upper()
    return value in _OPEN or ("ALLOWED" in value and "NOT" not in value and "DIS" not in value)


def _is_security(said: Record) -> bool:
    named = f"{said.text('APPLICATION_NAME')} {said.text('SETTING_NAME')}".lower()
    return any(word in named for word in _SECURITY)
