"""GitLab audit events: what people, bots and tokens did in groups, projects and the instance.

Read: streamed events and those of the REST API.

References:
    GitLab documentation, "Audit events API", "Audit event streaming" and "Audit event types".

Examples:
    >>> from detector.sources.base import Context
    >>> from detector.sources.fingerprint import Fingerprints
    >>> raw = b'''{"id": 7, "author_id": 3, "entity_id": 9, "entity_type": "Project",
    ...     "created_at": "2026-01-05T09:30:00Z", "details": {"author_name": "Ada",
    ...     "event_name": "deploy_token_created", "ip_address": "192.0.2.9", "target_id": 4}}'''
    >>> [event] = SOURCE.decode(raw, Context(Fingerprints("a key of sixteen characters")), 1)
    >>> event.principal.uid, event.kind, event.action.access
    ('gitlab:user/3', 'issue', 'credential_issue')
"""

from detector.sources.credentials import public
from detector.sources.deeds import Deeds
from detector.sources.format import Format
from detector.sources.origins import origin_of
from detector.sources.record import Record
from schemas.event import ActivityEvent, Child, Kind, Outcome, Principal, Target

NAME = "gitlab_audit"
_SERVICE = "gitlab"
_TOKENS = ("_token_created", "_token_revoked", "_key_added", "_key_removed", "_key_created",
           "_token_deleted", "_token_rotated", "_key_deleted")  # fmt: skip
_DEEDS = Deeds(_SERVICE, {
    "personal_access_token_created": ("credential_issue", "mint_credential"),
    "project_access_token_created": ("credential_issue", "mint_credential"),
    "group_access_token_created": ("credential_issue", "mint_credential"),
    "create_pat": ("credential_issue", "mint_credential"),
    "deploy_token_created": ("credential_issue", "mint_credential"),
    "deploy_key_added": ("credential_issue", "persist"),
    "add_ssh_key": ("credential_issue", "persist"),
    "user_impersonation": ("admin", "grant"),
    "member_created": ("admin", "grant"),
    "member_updated": ("admin", "grant"),
    "project_visibility_level_updated": ("admin", "share_out"),
    "project_destroyed": ("delete", "destroy"),
    "group_destroyed": ("delete", "destroy"),
    "protected_branch_removed": ("delete", "impair_defence"),
    "protected_branch_updated": ("admin", ""),
    "external_audit_event_destination_destroyed": ("delete", "impair_defence"),
    "delete_event_streaming_destination": ("delete", "impair_defence"),
    "disable_two_factor": ("admin", "impair_defence"),
    "user_disable_two_factor": ("admin", "impair_defence"),
    "require_two_factor_authentication_updated": ("admin", "impair_defence"),
    "merge_request_approval_rule_destroyed": ("delete", "impair_defence"),
    "ci_cd_job_token_removed_from_allowlist": ("admin", ""),
    "ci_variable_created": ("write", ""),
    "set_runner_associated_projects": ("admin", "persist"),
    "runner_registered": ("admin", "persist"),
    "oauth_application_created": ("admin", "persist"),
    "user_logged_in": ("read", ""),
    "login_failed_with_standard_authentication": ("read", ""),
    "repository_git_operation": ("read", ""),
})  # fmt: skip


def _read(record: Record) -> ActivityEvent:
    told = record.part("details")
    operation = record.first("event_type", "event_name") or told.text("event_name") or _worded(told)
    action = _DEEDS.of(record.need(operation, "event_name"))
    principal = _principal(record, told)
    kind, child = _subject(record, told, operation)
    address = record.text("ip_address") or told.text("ip_address")
    denied = "failed" in operation
    return ActivityEvent(
        uid=record.uid("id"),
        source=NAME,
        tenant=record.tenant,
        time=record.time("created_at"),
        principal=principal,
        kind=kind,
        action=action,
        target=_target(record, told),
        origin=origin_of(address, told.text("user_agent"), within=_SERVICE),
        outcome=Outcome("denied", operation) if denied else Outcome(),
        child=child,
        raw=record.ref,
    )


def _worded(told: Record) -> str:
    """Older events have no name, only what was added, changed or removed."""
    for verb in ("add", "change", "remove", "with"):
        what = told.text(verb)
        if what:
            return f"{verb} {what}"
    return "custom" if told.get("custom_message") is not None else ""


def _principal(record: Record, told: Record) -> Principal:
    uid = record.text("author_id")
    name = record.text("author_name") or told.text("author_name")
    kind = told.text("author_class")
    if uid in {"-1", "-2", "-3", "-4", "-5"}:  # unauthenticated, deploy tokens, CI and such
        uid = f"special/{uid.lstrip('-')}/{name}" if name else f"special/{uid.lstrip('-')}"
        return Principal(f"{_SERVICE}:{uid}", name, type="service" if kind else "unknown")
    robot = name.startswith(("project_", "group_")) and "bot" in name
    service = robot or kind in {"DeployToken", "DeployKey", "Gitlab::Audit::CiRunnerTokenAuthor"}
    return Principal(
        f"{_SERVICE}:user/{record.need(uid or name, 'author_id', 'who acted')}", name,
        record.text("entity_path").partition("/")[0], "service" if service else "human",
        known_by=told.text("author_email") or name,
    )  # fmt: skip


def _target(record: Record, told: Record) -> Target | None:
    uid = record.text("entity_path") or told.text("entity_path") or told.text("target_details")
    kind = record.text("entity_type")
    if not uid:
        uid = record.text("entity_id")
    return Target(uid, kind.lower()) if uid else None


def _subject(record: Record, told: Record, operation: str) -> tuple[Kind, Child | None]:
    if not operation.endswith(_TOKENS) and operation not in {
        "create_pat",
        "revoke_pat",
        "add_ssh_key",
    }:
        return "use", None
    uid = record.text("target_id") or told.text("target_id")
    form = "gitlab_key_id" if "key" in operation else "gitlab_token_id"
    credential = public(uid, form, record.context, record.tenant, type="token", lifetime="static")
    if credential is None:
        return "use", None
    ends = operation.endswith(("_revoked", "_removed", "_deleted")) or operation == "revoke_pat"
    return "end" if ends else "issue", Child(credential, None)


SOURCE = Format(
    NAME,
    ((b'"author_id"', b'"entity_type"'), (b'"author_id"', b'"entity_path"')),
    _read,
    never=(b'"class_uid"',),
)
