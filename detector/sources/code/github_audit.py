"""GitHub audit log: what people, apps, tokens and workflows did in an organisation or enterprise.

Read: streamed records, exports and the REST API's. The credential is the token that acted, by the
SHA-256 that GitHub logs of it (`hashed_token`): the same token seen in a leak has the same
fingerprint. Git events are read too. Webhook deliveries are not: they do not say what acted.

References:
    GitHub documentation, "Audit log events for your organization" and "Identifying audit log events
    performed by an access token".

Examples:
    >>> from detector.sources.base import Context
    >>> from detector.sources.fingerprint import Fingerprints
    >>> raw = b'''{"@timestamp": 1767605400000, "_document_id": "x1", "action": "repo.create",
    ...     "actor": "ada", "actor_id": 7, "org": "acme", "repo": "acme/shop"}'''
    >>> [event] = SOURCE.decode(raw, Context(Fingerprints("a key of sixteen characters")), 1)
    >>> event.principal.uid, event.action.access, event.target.uid
    ('github:user/ada', 'write', 'acme/shop')
"""

from detector.sources.credentials import hashed, public
from detector.sources.deeds import Deeds
from detector.sources.format import Format
from detector.sources.origins import origin_of
from detector.sources.record import Record
from schemas.event import (
    ActivityEvent,
    Child,
    Credential,
    Kind,
    Lifetime,
    Outcome,
    Principal,
    PrincipalType,
    Target,
)  # fmt: skip

NAME = "github_audit"
HASHED = "github_hashed_token"
_SERVICE = "github"
_TIMES = ("@timestamp", "at_sign_timestamp", "created_at")
_DEEDS = Deeds(_SERVICE, {
    "git.clone": ("read", ""),
    "git.fetch": ("read", ""),
    "git.push": ("write", ""),
    "repo.access": ("admin", "share_out"),
    "repo.add_member": ("admin", "grant"),
    "repo.download_zip": ("read", ""),
    "repo.destroy": ("delete", "destroy"),
    "repo.transfer*": ("admin", "share_out"),
    "repo.create_actions_secret": ("write", ""),
    "org.add_member": ("admin", "grant"),
    "org.invite_member": ("admin", "grant"),
    "org.update_member": ("admin", "grant"),
    "org.disable_two_factor_requirement": ("admin", "impair_defence"),
    "org.disable_saml": ("admin", "impair_defence"),
    "org.saml_disabled": ("admin", "impair_defence"),
    "org.disable_oauth_app_restrictions": ("admin", "impair_defence"),
    "org.audit_log_export": ("read", ""),
    "org.oauth_app_access_approved": ("admin", "grant"),
    "business.*": ("admin", ""),
    "enterprise.config.disable*": ("admin", "impair_defence"),
    "secret_scanning.disable": ("admin", "impair_defence"),
    "secret_scanning_new_repos.disable": ("admin", "impair_defence"),
    "secret_scanning_alert.*": ("write", ""),
    "repository_secret_scanning*": ("admin", ""),
    "repository_secret_scanning.disable": ("admin", "impair_defence"),
    "repository_secret_scanning_push_protection.disable": ("admin", "impair_defence"),
    "secret_scanning_push_protection.bypass": ("write", "impair_defence"),
    "business_advanced_security.disabled": ("admin", "impair_defence"),
    "dependabot_alerts.disable": ("admin", "impair_defence"),
    "dependabot_alerts_new_repos.disable": ("admin", "impair_defence"),
    "dependabot_security_updates.disable": ("admin", "impair_defence"),
    "protected_branch.destroy": ("delete", "impair_defence"),
    "protected_branch.policy_override": ("admin", "impair_defence"),
    "protected_branch.*": ("admin", ""),
    "repository_ruleset.destroy": ("delete", "impair_defence"),
    "repository_ruleset.*": ("admin", ""),
    "ip_allow_list.disable": ("admin", "impair_defence"),
    "ip_allow_list_entry.*": ("admin", "open_network"),
    "audit_log_streaming.destroy": ("delete", "impair_defence"),
    "audit_log_streaming.update": ("admin", "impair_defence"),
    "hook.create": ("write", "share_out"),
    "hook.config_changed": ("write", "share_out"),
    "public_key.create": ("credential_issue", "persist"),
    "deploy_key.create": ("credential_issue", "persist"),
    "personal_access_token.access_granted": ("credential_issue", "grant"),
    "personal_access_token.create": ("credential_issue", "mint_credential"),
    "oauth_access.create": ("credential_issue", ""),
    "oauth_authorization.create": ("admin", "grant"),
    "oauth_application.create": ("admin", "persist"),
    "integration_installation.create": ("admin", "persist"),
    "integration.create": ("admin", "persist"),
    "team.add_member": ("admin", "grant"),
    "team.add_repository": ("admin", "grant"),
    "organization_moderators.add_user": ("admin", "grant"),
    "workflows.created_workflow_run": ("write", "execute"),
    "workflows.completed_workflow_run": ("read", ""),
    "self_hosted_runner.*": ("admin", ""),
    "org.self_hosted_runner*": ("admin", "persist"),
    "repo.self_hosted_runner*": ("admin", "persist"),
    "repo.register_self_hosted_runner": ("admin", "persist"),
    "api.request": ("read", ""),
})  # fmt: skip
_MADE = frozenset({
    "personal_access_token.create", "personal_access_token.access_granted", "oauth_access.create",
    "deploy_key.create", "public_key.create",
})  # fmt: skip
_ENDED = frozenset({
    "personal_access_token.access_revoked", "personal_access_token.destroy",
    "personal_access_token.credential_revoked", "oauth_access.destroy", "deploy_key.destroy",
    "public_key.delete", "public_key.destroy", "org_credential_authorization.revoke",
})  # fmt: skip
_TYPES: dict[str, Lifetime] = {
    "personal access token (classic)": "static", "fine-grained personal access token": "static",
    "deploy key": "static", "oauth access token": "static", "ssh key": "static",
    "github app server-to-server token": "ephemeral", "github app user-to-server token": "ephemeral",
}  # fmt: skip


def _read(record: Record) -> ActivityEvent:
    operation = record.need(record.text("action"), "action")
    when = next((name for name in _TIMES if record.get(name) is not None), _TIMES[0])
    principal = _principal(record, operation)
    kind, child = _subject(record, operation)
    return ActivityEvent(
        uid=record.uid("_document_id"),
        source=NAME,
        tenant=record.tenant,
        time=record.time(when),
        principal=principal,
        kind=kind,
        action=_DEEDS.of(operation),
        credential=_credential(record),
        target=_target(record),
        origin=origin_of(
            record.text("actor_ip"), record.text("user_agent"), within=_SERVICE,
            country=record.text("actor_location", "country_code"),
        ),
        outcome=Outcome(),
        child=child,
        raw=record.ref,
    )  # fmt: skip


def _principal(record: Record, operation: str) -> Principal:
    account = record.first("org", "business")
    actor = record.text("actor") or record.text("external_identity_nameid")
    repository = record.first("repo", "repository")
    if not actor and operation.startswith("workflows."):
        uid = f"github:repository/{record.need(repository, 'actor')}"
        return Principal(uid, repository, account, "workload")
    if not actor:
        key = record.first("deploy_key_id", "key_id", "integration", "user")
        actor = record.need(key or (f"repository:{repository}" if repository else ""), "actor")
    bot = record.flag("actor_is_bot") is True or actor.endswith("[bot]")
    agent = record.flag("actor_is_agent") is True
    kind: PrincipalType = "agent" if agent else "service" if bot else "human"
    return Principal(
        uid=f"github:{'app' if bot else 'user'}/{actor}",
        name=actor,
        account=account,
        type=kind,
        owner=account if bot else "",
        session=record.text("actor_session"),
        known_by=record.first("external_identity_nameid", "external_identity_username"),
    )


def _credential(record: Record) -> Credential | None:
    how = record.text("programmatic_access_type")
    kind = how.lower()
    scopes = tuple(record.text("token_scopes").replace(",", " ").split())
    digest = record.text("hashed_token")
    if digest:
        return hashed(
            digest, HASHED, record.context, record.tenant, type=how or "token",
            lifetime=_TYPES.get(kind, ""), scopes=scopes,
        )  # fmt: skip
    for name in ("user_programmatic_access_id", "token_id"):
        uid = record.text(name)
        if uid and uid != "0":
            return public(
                uid, f"github_{name}", record.context, record.tenant, type=how or "token",
                lifetime=_TYPES.get(kind, ""), scopes=scopes,
            )  # fmt: skip
    return None


def _target(record: Record) -> Target | None:
    for name, kind in (
        ("repo", "repository"), ("repository", "repository"), ("team", "team"), ("hook_id", "hook"),
        ("user", "user"), ("org", "organization"), ("business", "enterprise"),
    ):  # fmt: skip
        uid = record.text(name)
        if uid:
            return Target(uid, kind)
    return None


def _subject(record: Record, operation: str) -> tuple[Kind, Child | None]:
    if operation not in _MADE and operation not in _ENDED:
        return "use", None
    uid = record.first(
        "user_programmatic_access_id", "oauth_access_id", "token_id", "fingerprint", "key"
    )
    kind = "github_key" if "key" in operation else "github_token_id"
    credential = public(uid, kind, record.context, record.tenant, lifetime="static")
    holder = record.first("user", "actor")
    principal = Principal(f"github:user/{holder}", holder, type="human") if holder else None
    if credential is None:
        return "use", None
    return "issue" if operation in _MADE else "end", Child(credential, principal)


SOURCE = Format(
    NAME,
    (
        (b'"action"', b'"actor"', b'"org"'),
        (b'"action"', b'"actor"', b'"_document_id"'),
        (b'"action"', b'"actor"', b'"business"'),
        (b'"action"', b'"org"', b'"repo"', b'"created_at"'),
        (b'"action"', b'"actor"', b'"repo"', b'"created_at"'),
        (b'"action"', b'"actor"', b'"at_sign_timestamp"'),
        (b'"action"', b'"transport_protocol_name"', b'"_document_id"'),
        (b'"action"', b'"actor"', b'"programmatic_access_type"'),
    ),
    _read,
    never=(b'"protoPayload"', b'"eventSource"', b'"sender"', b'"class_uid"', b'"auditID"'),
)
