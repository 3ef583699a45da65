"""GitLab audit events: what people, bots and tokens did in groups, projects and the instance.

Read: streamed events, those of the REST API and lines of `audit_json.log`, in which the details stand
beside the rest. Of a message only a token's id and the name of a Git operation are looked at.

References:
    GitLab documentation, "Audit events API", "Audit event streaming", "Audit event types" and "Log
    system", `audit_json.log`.

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

import re

from msgspec.structs import replace

from detector.sources.credentials import public
from detector.sources.deeds import Deeds
from detector.sources.format import Format
from detector.sources.origins import origin_of
from detector.sources.record import Record
from schemas.event import Action, ActivityEvent, Child, Kind, Outcome, Principal, Target

NAME = "gitlab_audit"
_SERVICE = "gitlab"
_GIT = "repository_git_operation"
_PUSH = "git-receive-pack"
_MADE = ("_token_created", "_token_rotated", "_key_added", "_key_created")
_ENDED = ("_token_revoked", "_token_deleted", "_token_expired", "_key_removed", "_key_deleted",
          "_key_destroyed", "_key_revoked")  # fmt: skip
_ALSO_MADE = frozenset({"create_pat", "add_ssh_key", "create_ssh_key"})
_ALSO_ENDED = frozenset({"revoke_pat", "remove_ssh_key"})
TOKEN_ID = "gitlab_token_id"  # noqa: S105 - the kind of an id
_TOKEN_ID = re.compile(r"token(?:_id:| with id) (\d{1,18})\b")
_ATTEMPTED = "Attempted to "
# Of a personal token's event the target is its owner, of another one's often where it is valid.
_NO_CREDENTIAL = frozenset({"User", "Project", "Group"})
# What the log writes in place of a user's id where no user acted.
_UNKNOWN, _DEPLOY_TOKEN, _DEPLOY_KEY = "-1", "-2", "-3"
_SPECIAL = {_DEPLOY_TOKEN: "deploytoken", _DEPLOY_KEY: "deploykey"}
_SERVICES = frozenset({"DeployToken", "DeployKey", "Gitlab::Audit::CiRunnerTokenAuthor"})
_REFUSED = ("login_failed", "failed_login", "ip_restricted", "password_reset_failed")
# Older events have no name, only what was done: `with` how somebody signed in.
_WORDS = ("add", "change", "remove", "with", "failed_login")
_DEEDS = Deeds(_SERVICE, {
    "personal_access_token_created": ("credential_issue", "mint_credential"),
    "project_access_token_created": ("credential_issue", "mint_credential"),
    "group_access_token_created": ("credential_issue", "mint_credential"),
    "project_access_token_creation_failed": ("credential_issue", ""),
    "group_access_token_creation_failed": ("credential_issue", ""),
    "project_access_token_deletion_failed": ("delete", ""),
    "group_access_token_deletion_failed": ("delete", ""),
    "create_pat": ("credential_issue", "mint_credential"),
    "revoke_pat": ("delete", ""),
    "personal_access_token_revoked": ("delete", ""),
    "project_access_token_revoked": ("delete", ""),
    "group_access_token_revoked": ("delete", ""),
    "deploy_token_destroyed": ("delete", ""),
    "deploy_token_created": ("credential_issue", "mint_credential"),
    "deploy_key_added": ("credential_issue", "persist"),
    "deploy_key_created": ("credential_issue", "persist"),
    "add_ssh_key": ("credential_issue", "persist"),
    "create_ssh_key": ("credential_issue", "persist"),
    "remove_ssh_key": ("delete", ""),
    "oauth_application_created": ("admin", "persist"),
    "user_authorized_oauth_application": ("admin", "grant"),
    "user_impersonation": ("admin", "grant"),
    "user_admin_status_updated": ("admin", "grant"),
    "user_enable_admin_mode": ("admin", ""),
    "user_created": ("admin", "persist"),
    "user_password_updated": ("admin", ""),
    "user_email_address_updated": ("admin", ""),
    "member_created": ("admin", "grant"),
    "member_updated": ("admin", "grant"),
    "member_destroyed": ("admin", ""),
    "project_group_link_created": ("admin", "grant"),
    "group_share_with_group_link_created": ("admin", "grant"),
    "change_membership_state": ("admin", ""),
    "project_visibility_level_updated": ("admin", "share_out"),
    "group_visibility_level_updated": ("admin", "share_out"),
    "change visibility*": ("admin", ""),
    "project_destroyed": ("delete", "destroy"),
    "group_destroyed": ("delete", "destroy"),
    "protected_branch_removed": ("delete", "impair_defence"),
    "protected_branch_updated": ("admin", ""),
    "approval_rule_deleted": ("delete", "impair_defence"),
    "merge_request_approval_rule_destroyed": ("delete", "impair_defence"),
    "security_policy_delete": ("delete", "impair_defence"),
    "security_policy_update": ("admin", ""),
    "security_policy_access_token_push_bypass": ("write", "impair_defence"),
    "security_policy_service_account_push_bypass": ("write", "impair_defence"),
    "security_policy_user_push_bypass": ("write", "impair_defence"),
    "security_policy_merge_request_bypass": ("write", "impair_defence"),
    "project_push_rules_prevent_secrets_updated": ("admin", "impair_defence"),
    "group_push_rules_prevent_secrets_updated": ("admin", "impair_defence"),
    # Where this very log goes.
    "external_audit_event_destination_destroyed": ("delete", "impair_defence"),
    "destroy_event_streaming_destination": ("delete", "impair_defence"),
    "destroy_instance_event_streaming_destination": ("delete", "impair_defence"),
    "deleted_group_audit_event_streaming_destination": ("delete", "impair_defence"),
    "deleted_instance_audit_event_streaming_destination": ("delete", "impair_defence"),
    "update_event_streaming_destination": ("admin", "impair_defence"),
    "update_instance_event_streaming_destination": ("admin", "impair_defence"),
    "updated_group_audit_event_streaming_destination": ("admin", "impair_defence"),
    "updated_instance_audit_event_streaming_destination": ("admin", "impair_defence"),
    "google_cloud_logging_configuration_deleted": ("delete", "impair_defence"),
    "instance_google_cloud_logging_configuration_deleted": ("delete", "impair_defence"),
    "instance_amazon_s3_configuration_deleted": ("delete", "impair_defence"),
    "disable_two_factor": ("admin", "impair_defence"),
    "user_disable_two_factor": ("admin", "impair_defence"),
    "require_two_factor_authentication_updated": ("admin", "impair_defence"),
    "group_require_two_factor_authentication_updated": ("admin", "impair_defence"),
    "ip_restrictions_changed": ("admin", "open_network"),
    "application_setting_updated": ("admin", ""),
    "secure_ci_job_token_*": ("admin", ""),
    "secure_ci_job_token_inbound_disabled": ("admin", "impair_defence"),
    "secure_ci_job_token_project_added": ("admin", "grant"),
    "secure_ci_job_token_group_added": ("admin", "grant"),
    "ci_variable_created": ("write", ""),
    "variable_viewed_api": ("secret_read", ""),
    "secrets_manager_read_project_secret": ("secret_read", ""),
    "set_runner_associated_projects": ("admin", "persist"),
    "runner_registered": ("admin", "persist"),
    "webhook_created": ("write", "share_out"),
    "user_logged_in": ("read", ""),
    "authenticated_with_*": ("read", ""),
    "login_failed_*": ("read", ""),
    "failed_login *": ("read", ""),
    "with *": ("read", ""),
    "ip_restricted_group_accessed": ("read", ""),
    "job_artifact_downloaded": ("read", ""),
    "project_ci_cd_settings_accessed": ("read", ""),
    "group_ci_cd_settings_accessed": ("read", ""),
    _GIT: ("read", ""),
    f"{_GIT}: {_PUSH}": ("write", ""),
})  # fmt: skip


def _read(record: Record) -> ActivityEvent:
    told = record.part("details") if "details" in record.fields else record
    operation = record.first("event_type", "event_name") or told.text("event_name") or _worded(told)
    record.need(operation, "event_name")
    child_kind, child = _subject(record, told, operation)
    address = record.text("ip_address") or told.text("ip_address") or record.text("meta.remote_ip")
    # A fetch and a push have one name: the message tells which it was.
    if operation == _GIT and told.text("custom_message", "action") == _PUSH:
        operation = f"{_GIT}: {_PUSH}"
    return ActivityEvent(
        uid=record.uid("id"),
        source=NAME,
        tenant=record.tenant,
        time=record.time("created_at" if record.get("created_at") else "time"),
        principal=_principal(record, told),
        kind=child_kind,
        action=_action(told, operation),
        target=_target(record, told),
        origin=origin_of(address, told.text("user_agent"), within=_SERVICE),
        outcome=_outcome(operation, told.text("custom_message")),
        child=child,
        raw=record.ref,
    )


def _action(told: Record, operation: str) -> Action:
    action = _DEEDS.of(operation)
    seen = told.text("to").lower() if "visibility" in operation else ""
    if not seen:
        return action
    public = seen == "public"
    return replace(action, effect="share_out" if public else "", foreign="*" if public else "")


def _outcome(operation: str, said: str) -> Outcome:
    if operation.startswith(_REFUSED):
        return Outcome("denied", operation)
    failed = operation.endswith("_failed") or said.startswith(_ATTEMPTED)
    return Outcome("failure", operation) if failed else Outcome()


def _worded(told: Record) -> str:
    """What stands for the name of an event that has none."""
    for verb in _WORDS:
        what = told.text(verb)
        if what:
            return f"{verb} {what}"
    return "custom" if told.get("custom_message") is not None else ""


def _principal(record: Record, told: Record) -> Principal:
    uid = record.text("author_id")
    name = record.text("author_name") or told.text("author_name")
    kind = told.text("author_class")
    if uid.startswith("-"):
        place = _SPECIAL.get(uid, "unauthenticated" if uid == _UNKNOWN else f"special/{uid[1:]}")
        return Principal(
            f"{_SERVICE}:{place}/{name}" if name else f"{_SERVICE}:{place}", name,
            record.text("entity_path").partition("/")[0],
            "unknown" if uid == _UNKNOWN else "service", known_by=name,
        )  # fmt: skip
    robot = name.startswith(("project_", "group_")) and "bot" in name
    service = robot or kind in _SERVICES
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
    ends = operation.endswith(_ENDED) or operation in _ALSO_ENDED
    if not ends and not operation.endswith(_MADE) and operation not in _ALSO_MADE:
        return "use", None
    said = told.text("custom_message")
    if said.startswith(_ATTEMPTED):
        return "use", None
    kind = record.text("target_type") or told.text("target_type")
    target = record.text("target_id") or told.text("target_id")
    found = _TOKEN_ID.search(said)
    uid = found[1] if found else "" if kind in _NO_CREDENTIAL else target
    credential = public(
        uid, _form(operation), record.context, record.tenant,
        type="ssh_key" if "key" in operation else "token", lifetime="static",
    )  # fmt: skip
    holder = None
    if operation.startswith("personal_") and kind == "User" and target:
        name = told.text("target_details")
        holder = Principal(f"{_SERVICE}:user/{target}", name, type="human", known_by=name)
    if credential is None:
        return "use", None
    return "end" if ends else "issue", Child(credential, holder)


def _form(operation: str) -> str:
    """The kind of an id: ids of different tables are no ids of one another."""
    if "key" in operation:
        return "gitlab_key_id"
    if "access_token" in operation or operation in {"create_pat", "revoke_pat"}:
        return TOKEN_ID
    return f"gitlab_{operation.rpartition('_')[0]}_id"


SOURCE = Format(
    NAME,
    (("author_id", "entity_type"), ("author_id", "entity_path")),
    _read,
    never=("class_uid",),
)
