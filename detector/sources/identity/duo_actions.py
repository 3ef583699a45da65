"""What a Duo administrator's action did: its access and the grave effect it may have.

Action names are an object and a verb in snake case. What a policy or a user's status became stands
in the description, of which only such words are looked at.

References:
    Duo documentation, "Admin API": Administrator Logs, Activity Logs.

Examples:
    >>> deed("bypass_create"), deed("integration_skey_view")
    (('credential_issue', 'mint_credential'), ('secret_read', ''))
    >>> deed("policy_update"), deed("admin_login")
    (('admin', 'impair_defence'), ('read', ''))
"""

from functools import lru_cache

from detector.sources.record import Record
from detector.sources.verbs import access_by_verb, plane_by_words
from schemas.event import Access, Action, Effect

_CACHED = 4_096
_SIGN_IN = ("login", "2fa_error", "lockout", "login_error", "logout")
_DEFENCES = ("policy", "integration_policy", "integration_group_policy", "admin_factor_restrictions",
             "update_admin_factor_restrictions", "customer", "admin_single_sign_on", "trust_monitor",
             "fraud", "log_export", "passport", "risk")  # fmt: skip
_WEAKENING = ("update", "delete", "remove", "unassign", "restrictions", "disable")
_PERSISTS = ("admin_create", "integration_create", "application_install", "phone_associate",
             "phone_create", "webauthncredential_create", "u2ftoken_create", "hardtoken_associate",
             "user_create", "o2fa_user_reenrolled")  # fmt: skip
_SECRETS = ("skey_view", "skey_bulk_view", "bypass_view")
_ISSUES = frozenset({"bypass_create", "admin_reset_password", "integration_skey_reset"})
# A factor taken from somebody, or an app that is protected no longer.
_UNDONE = ("integration_delete", "phone_delete", "phone_disassociate", "hardtoken_delete",
           "hardtoken_disassociate", "webauthncredential_delete", "deregister_devices",
           "u2ftoken_delete")  # fmt: skip


@lru_cache(_CACHED)
def deed(action: str) -> tuple[Access, Effect]:
    """The access and the effect that an action's name tells."""
    if action.endswith(_SECRETS):
        return "secret_read", ""
    if action in _ISSUES:
        return "credential_issue", "mint_credential"
    if action.endswith(_SIGN_IN):
        return "read", ""
    access = access_by_verb(action.rpartition("_")[2])
    if access == "unknown":  # some begin with the verb
        access = access_by_verb(action)
    if access == "credential_issue":  # a group or a token of metal, no secret
        access = "write"
    if access in {"write", "unknown"}:
        access = "admin"
    return access, _effect(action)


def _effect(action: str) -> Effect:
    if action.startswith(_DEFENCES) and action.endswith(_WEAKENING):
        return "impair_defence"
    if action in _UNDONE:
        return "impair_defence"
    if action in _PERSISTS:
        return "persist"
    return "destroy" if action in {"user_delete", "user_bulk_delete", "group_delete"} else ""


def action_of(name: str, said: Record) -> Action:
    """The action, with what its description makes of it."""
    access, effect = deed(name)
    if name in {"user_update", "user_bulk_update"}:
        effect = "impair_defence" if said.text("status").lower() == "bypass" else ""
    elif name == "admin_update" and said.text("role"):
        effect = "grant"
    elif name == "admin_single_sign_on_update" and said.text("enforcement_status") == "required":
        effect = ""
    return Action("duo", name, access, plane_by_words(name, access), effect)
