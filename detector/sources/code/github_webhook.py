"""GitHub webhook deliveries: pushes, pull requests, workflow runs and settings of repositories.

They name people and repositories, never a credential; the audit log does. A workflow acts as its
repository. Titles, texts and commits are not read.

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
from detector.sources.deeds import Deeds
from detector.sources.format import Format
from detector.sources.record import Record
from schemas.event import ActivityEvent, Outcome, Principal, Target

NAME = "github_webhook"
_RUNS = ("workflow_run", "workflow_job", "check_run", "check_suite", "deployment_status")
_OBJECTS = (
    *_RUNS, "deployment", "review", "comment", "pull_request", "issue", "member", "membership", "key",
    "hook", "team", "release", "discussion", "rule", "changes", "repository_ruleset", "installation",
    "personal_access_token_request", "alert", "package", "forkee", "label",
)  # fmt: skip
_TIMES = ("updated_at", "completed_at", "submitted_at", "created_at", "started_at", "run_started_at",
          "timestamp", "pushed_at")  # fmt: skip
_DEEDS = Deeds("github", {
    "push": ("write", ""),
    "workflow_run.*": ("read", ""),
    "workflow_job.*": ("read", ""),
    "workflow_run.requested": ("write", "execute"),
    "member.added": ("admin", "grant"),
    "membership.added": ("admin", "grant"),
    "key.created": ("credential_issue", "persist"),
    "hook.created": ("write", "share_out"),
    "repository.publicized": ("admin", "share_out"),
    "repository.deleted": ("delete", "destroy"),
    "rule.deleted": ("delete", "impair_defence"),
    "repository_ruleset.deleted": ("delete", "impair_defence"),
    "installation.created": ("admin", "persist"),
    "alert.*": ("read", ""),
    "issue.*": ("write", ""),
    "pull_request.*": ("write", ""),
    "review.*": ("write", ""),
    "comment.*": ("write", ""),
    "discussion.*": ("write", ""),
    "pages": ("write", ""),
    "personal_access_token_request.approved": ("credential_issue", "grant"),
})  # fmt: skip


def _read(record: Record) -> ActivityEvent:
    name = next((one for one in _OBJECTS if isinstance(record.get(one), dict)), "")
    pushes = record.get("commits") is not None or record.get("pusher") is not None
    done = record.text("action")
    what = "push" if pushes else name or ("pages" if record.get("pages") else "repository")
    operation = what if pushes or not done else f"{what}.{done}"
    body = record.part(name) if name else record.part("head_commit")
    repository = record.need(record.text("repository", "full_name"), "repository.full_name")
    conclusion = body.text("conclusion")
    failed = conclusion in {"failure", "timed_out", "startup_failure"}
    uid = body.text("id") or body.text("node_id") or record.text("after")
    return ActivityEvent(
        uid=f"{operation}:{repository}:{uid}:{body.text('status')}" if uid else record.uid(),
        source=NAME,
        tenant=record.tenant,
        time=_time(record, body),
        principal=_principal(record, body, name, repository),
        action=_DEEDS.of(operation),
        target=Target(repository, "repository"),
        outcome=Outcome("failure", conclusion) if failed else Outcome(),
        raw=record.ref,
    )


def _time(record: Record, body: Record) -> int:
    """The time of the object that the delivery is about: deliveries have none themselves."""
    others = (record.part("head_commit"), *record.parts("commits"), record.part("issue"))
    for part in (body, *others, record.part("repository")):
        for name in _TIMES:
            if part.get(name) is not None:
                return part.time(name)
    raise DecodeError("updated_at: expected a time, got nothing")


def _principal(record: Record, body: Record, name: str, repository: str) -> Principal:
    owner = repository.partition("/")[0]
    who = record.text("sender", "login") or record.first("pusher.name", "pusher.login")
    if not who and name not in _RUNS:
        who = body.first("user.login", "author.username", "author.login")
    if name in _RUNS or not who:
        return Principal(
            f"github:repository/{repository}", repository, owner, "workload", owner=who
        )
    robot = who.endswith("[bot]") or record.text("sender", "type") == "Bot"
    kind = "app" if robot else "user"
    return Principal(
        f"github:{kind}/{who}", who, owner, "service" if robot else "human", known_by=who
    )


SOURCE = Format(
    NAME,
    (("repository/full_name",),),
    _read,
    never=("alert/secret_type", "secret_type", "_document_id"),
)
