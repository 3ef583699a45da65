"""What an Okta event type says was done: its access and the grave effect that it may have.

Event types are dotted, the object first and the verb last, with a few objects further on. So rules
look at the beginning (what it is about) and the words (what happens to it).

References:
    Okta developer documentation, "Event Types" (2025.12).

Examples:
    >>> deed_of("user.mfa.factor.reset_all").effect, deed_of("policy.evaluate_sign_on").access
    ('impair_defence', 'read')
    >>> deed_of("app.oauth2.as.token.grant.access_token").access
    'credential_issue'
    >>> deed_of("system.api_token.revoke").access, deed_of("user.lifecycle.create").effect
    ('admin', 'persist')
"""

from functools import lru_cache

from detector.sources.verbs import access_by_verb, plane_by_words
from schemas.event import Access, Action, Effect

_CACHED = 4_096
# Signing in is reading who one is, whatever its verb.
_SIGN_IN = ("user.authentication.", "user.session.start", "user.session.access_admin_app",
            "policy.evaluate_sign_on", "app.oauth2.authorize", "app.oauth2.as.authorize",
            "user.session.end", "user.authentication.slo")  # fmt: skip
_ISSUING = ("app.oauth2.token.grant", "app.oauth2.as.token.grant", "system.api_token.create",
            "app.oauth2.credentials.lifecycle.create", "app.oauth2.client.credentials.create")  # fmt: skip
# Where a change is one of rights, factors or rules, not of content.
_ADMINISTERED = (
    "user.mfa.", "application.policy.sign_on.", "user.account.privilege.", "group.privilege.", "policy.", "zone.", "iam.",
    "system.idp.", "system.mfa.", "system.log_stream.", "system.api_token.",
    "security.authenticator.", "security.threat.configuration.", "security.attack_protection.",
    "security.behavior.settings.", "event_hook.", "inline_hook.", "app.oauth2.credentials.", "app.oauth2.client.",
    "app.oauth2.as.", "app.oauth2.trusted_server.", "oauth2.as.", "user.session.impersonation.",
    "user.session.clear", "system.feature.", "system.agent.", "network_zone.",
)  # fmt: skip
_WEAKENING = frozenset({"deactivate", "deactivated", "delete", "deleted", "update", "updated",
                        "disable", "suspend", "reset_all", "remove"})  # fmt: skip
# What watches or holds off: to weaken it is to impair the defence.
_DEFENCES = ("user.mfa.factor.", "system.mfa.factor.", "policy.lifecycle.", "policy.rule.",
             "application.policy.sign_on.",
             "system.log_stream.lifecycle.", "event_hook.", "security.authenticator.lifecycle.",
             "security.threat.configuration.", "security.attack_protection.",
             "security.behavior.settings.")  # fmt: skip
_LOOSENS = frozenset({"policy.lifecycle.overwrite", "user.mfa.attempt_bypass",
                      "network_zone.rule.disabled", "zone.remove_blacklist"})  # fmt: skip
_GRANTS = (
    "user.account.privilege.grant", "group.privilege.grant", "iam.resourceset.bindings.add",
    "iam.resourceset.bindings.create", "iam.role.permissions.add",
    "user.session.impersonation.grant", "user.session.impersonation.initiate",
    "user.session.impersonation.extend", "app.oauth2.client.privilege.grant",
    "app.oauth2.admin.consent.grant", "app.oauth2.as.consent.grant", "app.oauth2.scope.grant",
)  # fmt: skip
_PERSISTS = (
    "user.lifecycle.create", "system.idp.lifecycle.create", "system.idp.lifecycle.update",
    "system.idp.key.create", "app.oauth2.trusted_server.add", "system.agent.register",
    "inline_hook.created", "inline_hook.updated", "app.oauth2.client.lifecycle.create",
    "system.idp.lifecycle.activate",
)  # fmt: skip
_MINTS = ("system.api_token.create", "system.api_token.enable", "app.oauth2.credentials.lifecycle.create",
          "app.oauth2.credentials.lifecycle.activate", "app.oauth2.client.credentials.create")  # fmt: skip
# Whoever was asked by phone said that it was not them.
PUSH_DENIED = "user.mfa.okta_verify.deny_push"
# A password that is set for somebody lets in whoever set it.
PASSWORDS = ("user.account.reset_password", "user.account.update_password")
_DESTROYS = frozenset({"user.lifecycle.delete.initiated", "user.lifecycle.delete.completed",
                       "group.lifecycle.delete", "application.lifecycle.delete"})  # fmt: skip
_SECRETS = frozenset({"application.user_membership.show_password", "pam.secret.reveal",
                      "pam.secret.read", "pam.service_account.password.reveal",
                      "pam.service_account.password.checkout", "app.cert.reveal",
                      "application.configuration.reveal_client_secret"})  # fmt: skip


@lru_cache(_CACHED)
def deed_of(operation: str) -> Action:
    """The action of an event type, before its actor and target have been looked at."""
    access = _access(operation)
    return Action("okta", operation, access, plane_by_words(operation, access), _effect(operation))


def _access(operation: str) -> Access:
    if operation.startswith(PUSH_DENIED):
        return "read"
    if operation.startswith(_ISSUING):
        return "credential_issue"
    if operation in _SECRETS:
        return "secret_read"
    if operation.startswith(_SIGN_IN):
        return "read"
    if operation.startswith((*_ADMINISTERED, *PASSWORDS)):
        return "admin"
    return access_by_verb(operation)


def _effect(operation: str) -> Effect:
    verb = operation.rpartition(".")[2]
    if operation.startswith(_DEFENCES) and verb in _WEAKENING:
        return "impair_defence"
    if operation in _LOOSENS:
        return "impair_defence"
    if operation.startswith("zone.") and verb in _WEAKENING:
        return "open_network"
    if operation.startswith(_GRANTS):
        return "grant"
    if operation.startswith(_MINTS):
        return "mint_credential"
    if operation.startswith((*_PERSISTS, *PASSWORDS)):
        return "persist"
    return "destroy" if operation in _DESTROYS else ""
