"""GitHub webhook deliveries: pushes, pull requests, workflow runs and settings of repositories.

Also of organizations and of the apps installed there. They name people and repositories, and deploy
keys and personal tokens that are let in, never the credential that acted; the audit log does. A
workflow acts as its repository. Titles, texts and commits are not read.

References:
    GitHub documentation, "Webhook events and payloads".

Examples:
    >>> from detector.sources.base import Context
    >>> from detector.sources.fingerprint import Fingerprints
    >>> raw = b'''{"action": "completed", "workflow_run": {"id": 7, "conclusion": "success",
    ...     "updated_at": "2026-01-05T09:30:00Z"}, "repository": {"full_name": "acme/shop"}}'''
    >>> [event] = SOURCE.decode(raw, Context(Fingerprints("a key of sixteen characters")), 1)
    >>> event.principal.uid, event.action.operation
    ('github:repository/acme/shop', 'workflow_run.completed')
"""

from detector.sources.base import DecodeError
from detector.sources.code.github_audit import deploy_key_of
from detector.sources.credentials import public
from detector.sources.deeds import Deeds
from detector.sources.format import Format
from detector.sources.record import Record
from schemas.event import ActivityEvent, Child, Outcome, Principal, Target

NAME = "github_webhook"
_RUNS = ("workflow_run", "workflow_job", "check_run", "check_suite", "deployment_status")
_OBJECTS = (
    *_RUNS, "deployment", "review", "comment", "pull_request", "issue", "member", "membership", "key",
    "hook", "team", "release", "discussion", "rule", "changes", "repository_ruleset",
    "personal_access_token_request", "alert", "package", "forkee", "label",
)  # fmt: skip
_APP, _REQUEST = "installation", "personal_access_token_request"
_TIMES = ("updated_at", "completed_at", "submitted_at", "created_at", "started_at", "run_started_at",
          "timestamp", "pushed_at")  # fmt: skip
_DEEDS = Deeds("github", {
    "push": ("write", ""),
    "workflow_run.*": ("read", ""),
    "workflow_job.*": ("read", ""),
    "workflow_run.requested": ("write", "execute"),
    "member.added": ("admin", "grant"),
    "membership.member_added": ("admin", "grant"),
    "membership.*": ("admin", ""),
    "organization.member_invited": ("admin", "grant"),
    "organization.*": ("admin", ""),
    "key.created": ("credential_issue", "persist"),
    "hook.created": ("write", "share_out"),
    "hook.deleted": ("delete", "impair_defence"),  # that which has delivered this
    "repository.publicized": ("admin", "share_out"),
    "repository.deleted": ("delete", "destroy"),
    "rule.deleted": ("delete", "impair_defence"),
    "repository_ruleset.deleted": ("delete", "impair_defence"),
    "installation.created": ("admin", "persist"),
    "installation.added": ("admin", "grant"),
    "installation.new_permissions_accepted": ("admin", "grant"),
    "installation.*": ("admin", ""),
    "alert.*": ("read", ""),
    "issue.*": ("write", ""),
    "pull_request.*": ("write", ""),
    "review.*": ("write", ""),
    "comment.*": ("write", ""),
    "discussion.*": ("write", ""),
    "pages": ("write", ""),
    "personal_access_token_request.approved": ("credential_issue", "grant"),
    "personal_access_token_request.*": ("admin", ""),
})  # fmt: skip
# Of what was deleted a delivery does not say when.
_ISSUES = frozenset({"key.created", f"{_REQUEST}.approved"})


def _read(record: Record) -> ActivityEvent:
    name = _name(record)
    repository = record.text("repository", "full_name")
    account = repository.partition("/")[0] or record.first(
        "organization.login", "installation.account.login"
    )
    record.need(account, "repository.full_name", "a repository, an organization or an installation")
    pushes = record.get("commits") is not None or record.get("pusher") is not None
    done = record.text("action")
    other = "repository" if repository else "organization"
    what = "push" if pushes else name or ("pages" if record.get("pages") else other)
    operation = what if pushes or not done else f"{what}.{done}"
    body = record.part(name) if name else record.part("head_commit")
    conclusion = body.text("conclusion")
    failed = conclusion in {"failure", "timed_out", "startup_failure"}
    place = repository or account
    child = _child(record, body, operation, repository)
    return ActivityEvent(
        uid=_uid(record, body, f"{operation}:{place}"),
        source=NAME,
        tenant=record.tenant,
        time=_time(record, body),
        principal=_principal(record, body, name, repository, account),
        kind="issue" if child is not None else "use",
        action=_DEEDS.of(operation),
        target=Target(place, other),
        outcome=Outcome("failure", conclusion) if failed else Outcome(),
        child=child,
        raw=record.ref,
    )


def _name(record: Record) -> str:
    """The object that a delivery is about. One to an app names the app's installation too, but only
    one about that itself says more than its id."""
    names = (one for one in _OBJECTS if isinstance(record.get(one), dict))
    return next(names, _APP if record.get(_APP, "account") is not None else "")


def _uid(record: Record, body: Record, said: str) -> str:
    """What two hooks deliver is one event; what is done twice to one object is two, at two times."""
    uid = body.text("id") or body.text("node_id") or record.text("after")
    name = next((one for one in _TIMES if body.get(one) is not None), "")
    return f"{said}:{uid}:{body.time(name)}" if uid and name else record.uid()


def _child(record: Record, body: Record, operation: str, repository: str) -> Child | None:
    """The deploy key or the personal token that came."""
    if operation not in _ISSUES:
        return None
    if operation.startswith(_REQUEST):
        owner = body.text("owner", "login")
        token = public(
            body.text("token_id"), "github_token_id", record.context, record.tenant,
            type="personal_access_token", lifetime="static", expires=body.when("token_expires_at"),
        )  # fmt: skip
        holder = Principal(f"github:user/{owner}", owner, type="human") if owner else None
        return Child(token, holder) if token is not None else None
    key = public(
        body.text("id"), "github_key", record.context, record.tenant, type="deploy_key",
        lifetime="static",
    )  # fmt: skip
    return Child(key, deploy_key_of(repository)) if key is not None and repository else None


def _time(record: Record, body: Record) -> int:
    """The time of the object that the delivery is about: deliveries have none themselves."""
    others = (record.part("head_commit"), *record.parts("commits"), record.part("issue"))
    for part in (body, *others, record.part("repository"), record.part("invitation")):
        for name in _TIMES:
            if part.get(name) is not None:
                return part.time(name)
    if record.context.arrived is not None:
        return record.context.arrived
    raise DecodeError("updated_at: expected a time, got nothing")


def _principal(record: Record, body: Record, name: str, repository: str, account: str) -> Principal:
    who = record.text("sender", "login") or record.first("pusher.name", "pusher.login")
    if not who and name not in _RUNS:
        who = body.first("user.login", "author.username", "author.login")
    if repository and (name in _RUNS or not who):
        return Principal(
            f"github:repository/{repository}", repository, account, "workload", owner=who
        )
    record.need(who, "sender.login", "who acted")
    robot = who.endswith("[bot]") or record.text("sender", "type") == "Bot"
    kind = "app" if robot else "user"
    return Principal(
        f"github:{kind}/{who}", who, account, "service" if robot else "human", known_by=who
    )


SOURCE = Format(
    NAME,
    (
        ("repository/full_name",),
        ("organization/login", "sender/login", "action"),
        ("installation/account", "sender/login", "action"),
    ),
    _read,
    never=("alert/secret_type", "secret_type", "_document_id"),
)
