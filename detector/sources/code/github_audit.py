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

import re

from msgspec.structs import replace

from detector.sources.code.github_audit_deeds import DEEDS
from detector.sources.code.github_audit_deeds import SERVICE as _SERVICE
from detector.sources.credentials import hashed, public
from detector.sources.format import Format
from detector.sources.origins import origin_of
from detector.sources.record import Record
from schemas.event import (
    Action,
    ActivityEvent,
    Child,
    Credential,
    Kind,
    Lifetime,
    Outcome,
    Principal,
    PrincipalType,
    Status,
    Target,
)  # fmt: skip

NAME = "github_audit"
HASHED = "github_hashed_token"
_PAT = "github_user_programmatic_access_id"
_WORKFLOWS = "github-actions[bot]"
# Who may see a repository afterwards is told beside them.
_SEEN = frozenset({"repo.access", "repo.create"})
_PRIVATE = frozenset({"private", "internal"})
_TIMES = ("@timestamp", "at_sign_timestamp", "created_at")
_MADE = frozenset({
    "personal_access_token.create", "personal_access_token.access_granted", "oauth_access.create",
    "deploy_key.create", "public_key.create", "personal_access_token.credential_regenerated",
    "oauth_access.regenerate", "org_credential_authorization.grant",
})  # fmt: skip
_ENDED = frozenset({
    "personal_access_token.access_revoked", "personal_access_token.destroy",
    "personal_access_token.credential_revoked", "oauth_access.destroy", "deploy_key.destroy",
    "oauth_access.revoke", "public_key.delete", "public_key.destroy", "org_credential_authorization.revoke",
    "org_credential_authorization.deauthorize",
})  # fmt: skip
_FOUND = frozenset({
    "secret_scanning_alert.create", "secret_scanning_alert.reopen", "secret_scanning_alert.public_leak",
})  # fmt: skip
_ON_TOKENS = ("personal_access_token.", "oauth_access.", "org_credential_authorization.")
_TYPES: dict[str, Lifetime] = {
    "personal access token (classic)": "static", "fine-grained personal access token": "static",
    "deploy key": "static", "oauth access token": "static", "ssh key": "static",
    "personal_access_token": "static", "deploy_key": "static", "public ssh key": "static",
    "github app server-to-server token": "ephemeral", "github app user-to-server token": "ephemeral",
}  # fmt: skip
# What an action is about, by its first word; then what a record may name besides.
_ABOUT = {
    "team": (("team", "team"), ("data.team", "team")),
    "org": (("user", "user"), ("org", "organization")),
    "hook": (("hook_id", "hook"), ("data.hook_id", "hook")),
}
_TARGETS = (
    ("repo", "repository"), ("repository", "repository"), ("team", "team"), ("hook_id", "hook"),
    ("user", "user"), ("org", "organization"), ("business", "enterprise"),
)  # fmt: skip
_SWITCHED_ON = re.compile(r"[._]enabled?$|\.enable_")
_STATUS: dict[int, Status] = {401: "denied", 403: "denied", 404: "not_found", 429: "throttled"}
_REFUSED = frozenset({
    "user.failed_login", "user.two_factor_challenge_failure", "org.recovery_code_failed",
    "protected_branch.rejected_ref_update",
})  # fmt: skip
_FAILED = frozenset({"failure", "timed_out", "startup_failure"})


def _read(record: Record) -> ActivityEvent:
    operation = record.need(record.text("action"), "action")
    when = next((name for name in _TIMES if record.get(name) is not None), _TIMES[0])
    principal = _principal(record)
    kind, child = _subject(record, operation)
    return ActivityEvent(
        uid=record.uid("_document_id"),
        source=NAME,
        tenant=record.tenant,
        time=record.time(when),
        principal=principal,
        kind=kind,
        action=_action(record, operation),
        credential=None if kind == "exposure" else _credential(
            record, subject=child is not None or operation.startswith(_ON_TOKENS)
        ),
        target=_target(record, operation),
        origin=origin_of(
            record.text("actor_ip"), record.text("user_agent"), within=_SERVICE,
            country=record.text("actor_location", "country_code"),
        ),
        outcome=_outcome(record, operation),
        child=child,
        raw=record.ref,
    )  # fmt: skip


def _action(record: Record, operation: str) -> Action:
    action = DEEDS.of(operation)
    if operation == "api.request":
        method = record.text("request_method")
        path = record.text("route") or "request"
        return DEEDS.of(f"{method} {path}") if method else action
    if operation in _SEEN:
        seen = record.text("visibility")
        public = seen == "public"  # without a word on it, the change may go either way
        return replace(action, effect="share_out" if public else "", foreign="*" if public else "")
    if action.access == "write" and _SWITCHED_ON.search(operation):
        return replace(action, access="admin")
    return action


def _outcome(record: Record, operation: str) -> Outcome:
    code = record.number("status_code") or 0
    if code >= 400:
        return Outcome(_STATUS.get(code, "failure"), str(code))
    conclusion = record.text("conclusion")
    if conclusion in _FAILED:
        return Outcome("failure", conclusion)
    if operation in _REFUSED:
        return Outcome("denied", operation)
    failed = operation.endswith(("_failed", ".failed", "_failure"))
    return Outcome("failure", operation) if failed else Outcome()


def _account(record: Record) -> str:
    """The organisation or enterprise; a repository alone is named after its owner."""
    owner, slash, _ = record.first("repo", "repository").partition("/")
    return record.first("org", "business") or (owner if slash else "")


def _principal(record: Record) -> Principal:
    account = _account(record)
    actor = record.text("actor") or record.text("external_identity_nameid")
    repository = record.first("repo", "repository")
    how = record.text("programmatic_access_type").lower()
    # A deploy key is nobody's but its repository's; a workflow acts with a token of its repository.
    if repository and "deploy" in how:
        return deploy_key_of(repository, account, actor)
    if repository and (not actor or actor == _WORKFLOWS):
        return Principal(
            f"github:repository/{repository}", repository, account,
            "workload" if actor or record.text("action").startswith("workflows.") else "unknown",
            known_by=actor,
        )  # fmt: skip
    if not actor or actor == _SERVICE:
        app = record.text("integration")
        if app:
            return Principal(f"github:app/{app}", app, account, "service", owner=account)
        record.need(actor or account, "actor", "who acted")
        return Principal("github:system", _SERVICE, account, "provider", known_by=actor)
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


def deploy_key_of(repository: str, account: str = "", owner: str = "") -> Principal:
    """Who acts with a deploy key: the repository that it is for."""
    return Principal(f"github:deploykey/{repository}", repository, account, "service", owner=owner)


def _credential(record: Record, *, subject: bool) -> Credential | None:
    """The token that acted. In the records of a token's making and end the ids are those of the
    token that was made or ended (`subject`); a hash is that of the one that acted all the same."""
    how = record.text("programmatic_access_type")
    kind = how.lower()
    scopes = tuple(record.text("token_scopes").replace(",", " ").split())
    digest = record.text("hashed_token")
    if digest:
        return hashed(
            digest, HASHED, record.context, record.tenant, type=how or "token",
            lifetime=_TYPES.get(kind, ""), scopes=scopes,
        )  # fmt: skip
    for name in () if subject else ("user_programmatic_access_id", "token_id"):
        uid = record.text(name)
        if uid and uid != "0":
            return public(
                uid, f"github_{name}", record.context, record.tenant, type=how or "token",
                lifetime=_TYPES.get(kind, ""), scopes=scopes,
            )  # fmt: skip
    return None


def _target(record: Record, operation: str) -> Target | None:
    if operation.startswith("business"):
        uid = record.text("business")
        return Target(uid, "enterprise") if uid else None
    about = _ABOUT.get(operation.partition(".")[0], ())
    for name, kind in (*about, *_TARGETS):
        uid = record.first(name)
        if uid:
            return Target(uid, kind)
    return None


def _subject(record: Record, operation: str) -> tuple[Kind, Child | None]:
    if operation in _FOUND:
        return "exposure", Child()
    if operation not in _MADE and operation not in _ENDED:
        return "use", None
    form, uid = _PAT, record.text("user_programmatic_access_id")
    if not uid:
        form, uid = "github_token_id", record.first("oauth_access_id", "token_id")
    if not uid:
        form, uid = "github_key", record.first("fingerprint", "key", "public_key_id", "key_id")
    credential = public(
        uid, form, record.context, record.tenant, type=operation.partition(".")[0],
        lifetime="static",
    )  # fmt: skip
    holder, repository = record.first("user", "actor"), record.first("repo", "repository")
    principal = Principal(f"github:user/{holder}", holder, type="human") if holder else None
    if operation.startswith("deploy_key.") and repository:
        principal = deploy_key_of(repository)
    return "issue" if operation in _MADE else "end", Child(credential, principal)


SOURCE = Format(
    NAME,
    (
        ("action", "actor", "org"),
        ("action", "actor", "_document_id"),
        ("action", "actor", "business"),
        ("action", "org", "repo", "created_at"),
        ("action", "actor", "repo", "created_at"),
        ("action", "actor", "at_sign_timestamp"),
        ("action", "@timestamp", "_document_id"),
        ("action", "actor", "programmatic_access_type"),
    ),
    _read,
    never=("sender", "class_uid"),
)
