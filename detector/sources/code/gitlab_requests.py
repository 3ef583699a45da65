"""GitLab request logs (api_json.log, production_json.log): who called what with which token.

The audit events tell what was changed; these tell of every use of a token, by the token's id. Read:
method and route, never a parameter. Of a web request the controller and its action stand for the
route. A request by nobody is one by `gitlab:anonymous`.

References:
    GitLab documentation, "Log system", `api_json.log` and `production_json.log`.

Examples:
    >>> from detector.sources.base import Context
    >>> from detector.sources.fingerprint import Fingerprints
    >>> raw = b'''{"time": "2026-01-05T09:30:00.123Z", "status": 200, "method": "GET",
    ...     "path": "/api/v4/projects/9/variables", "route": "/api/:version/projects/:id/variables",
    ...     "remote_ip": "192.0.2.9", "ua": "curl/8.5", "user_id": 3, "username": "ada",
    ...     "token_type": "PersonalAccessToken", "token_id": 41}'''
    >>> [event] = SOURCE.decode(raw, Context(Fingerprints("a key of sixteen characters")), 1)
    >>> event.principal.uid, event.credential.uid, event.action.access
    ('gitlab:user/3', '41', 'secret_read')
"""

from functools import lru_cache

from detector.sources.code.gitlab_audit import TOKEN_ID
from detector.sources.credentials import public
from detector.sources.format import Format
from detector.sources.origins import origin_of
from detector.sources.record import Record
from detector.sources.verbs import BY_METHOD, access_by_verb, plane_by_words
from schemas.event import (
    Access,
    Action,
    ActivityEvent,
    Credential,
    Effect,
    Lifetime,
    Outcome,
    Principal,
    Status,
    Target,
)  # fmt: skip

NAME = "gitlab_requests"
_SERVICE = "gitlab"
_SECRETS = ("/variables", "/secure_files")
_TOKENS = ("_tokens", "/impersonation_tokens", "/rotate", "/oauth/token", "/deploy_keys", "/keys")
_KEYS = ("/deploy_keys", "/keys")
_RIGHTS = ("/members", "/invitations", "/share", "/protected_branches", "/approval_rules")
_HOOKS = ("/hooks", "/remote_mirrors")
# Ids count from one in each table, so each kind of token has ids of a kind of its own.
_FORMS = {
    "PersonalAccessToken": TOKEN_ID, "DeployToken": "gitlab_deploy_token_id",
    "CiJobToken": "gitlab_job_id", "Ci::Build": "gitlab_job_id",
    "OauthAccessToken": "gitlab_oauth_token_id",
}  # fmt: skip
_LIFETIMES: dict[str, Lifetime] = {
    "PersonalAccessToken": "static", "DeployToken": "static", "CiJobToken": "ephemeral",
    "Ci::Build": "ephemeral", "OauthAccessToken": "ephemeral",
}  # fmt: skip
_STATUS: dict[int, Status] = {401: "denied", 403: "denied", 404: "not_found", 429: "throttled"}
_GIT = {"git_upload_pack": "read", "git_receive_pack": "write"}


def _read(record: Record) -> ActivityEvent:
    address = record.text("remote_ip").partition(",")[0]
    return ActivityEvent(
        uid=_uid(record),
        source=NAME,
        tenant=record.tenant,
        time=record.time("time"),
        principal=_principal(record),
        action=_action_of(record),
        credential=_credential(record),
        target=_target(record),
        origin=origin_of(address, record.text("ua"), within=_SERVICE),
        outcome=_outcome(record.number("status") or 0),
        raw=record.ref,
    )


def _uid(record: Record) -> str:
    """One correlation id may stand for several calls of one request."""
    uid = record.first("correlation_id", "request_id")
    return f"{uid}:{record.text('method')}:{record.text('path')}" if uid else record.uid()


def _principal(record: Record) -> Principal:
    uid = record.text("user_id") or _about(record, "user_id")
    name = record.text("username") or _about(record, "user")
    account = (_about(record, "root_namespace") or _about(record, "project")).partition("/")[0]
    if not uid and not name:
        return Principal(f"{_SERVICE}:anonymous", "", account)
    robot = name.startswith(("project_", "group_")) and "_bot" in name
    service = robot or name.startswith("service_account_")
    return Principal(
        f"{_SERVICE}:user/{uid or name}", name, account, "service" if service else "human",
        known_by=name,
    )  # fmt: skip


def _about(record: Record, name: str) -> str:
    """A field of the request's context, whose names have a dot in them; shippers unfold it."""
    return record.text(f"meta.{name}") or record.text("meta", name)


def _credential(record: Record) -> Credential | None:
    kind = record.text("token_type")
    return public(
        record.text("token_id"), _FORMS.get(kind, "gitlab_other_token_id"), record.context, record.tenant,
        type=kind or "token", lifetime=_LIFETIMES.get(kind, ""),
    )  # fmt: skip


def _action_of(record: Record) -> Action:
    method, route = record.text("method"), record.text("route")
    if route:
        return _called(method, route)
    return _acted(method, record.text("controller"), record.text("action"))


@lru_cache(4_096)
def _called(method: str, route: str) -> Action:
    """The action that a call of an API's route is: by its method, and grave by what it is about."""
    access: Access = BY_METHOD.get(method, "unknown")
    effect: Effect = ""
    if access == "read" and any(name in route for name in _SECRETS):
        access = "secret_read"
    elif access == "write" and any(name in route for name in _TOKENS):
        access, effect = "credential_issue", "mint_credential"
        effect = "persist" if any(name in route for name in _KEYS) else effect
    elif access == "write" and any(name in route for name in _RIGHTS):
        access, effect = "admin", "" if "/protected" in route or "/approval" in route else "grant"
    elif access == "write" and any(name in route for name in _HOOKS):
        effect = "share_out"
    return Action(
        _SERVICE, f"{method} {route}".strip(), access, plane_by_words(route, access), effect
    )


@lru_cache(4_096)
def _acted(method: str, controller: str, action: str) -> Action:
    """The action that a web request is: a Git operation, or what the controller's method says."""
    operation = f"{controller}#{action}".strip("#") or method
    git = _GIT.get(action)
    access: Access = git or BY_METHOD.get(method) or access_by_verb(action)  # type: ignore[assignment]
    return Action(_SERVICE, operation, access, plane_by_words(operation, access))


def _target(record: Record) -> Target | None:
    project = _about(record, "project")
    if project:
        return Target(project, "project")
    path = record.text("path").partition("?")[0]
    return Target(path, "path") if path else None


def _outcome(code: int) -> Outcome | None:
    if not code:
        return None
    return Outcome() if code < 400 else Outcome(_STATUS.get(code, "failure"), str(code))


SOURCE = Format(
    NAME,
    (
        ("route", "remote_ip", "method"),
        ("controller", "action", "remote_ip"),
    ),
    _read,
    never=("class_uid", "author_id"),
)
