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

from detector.sources.code.gitlab_audit_deeds import DEEDS, GIT, GRAVE_WHEN, PUSH, SERVICE
from detector.sources.credentials import public
from detector.sources.format import Format
from detector.sources.origins import origin_of
from detector.sources.record import Record
from schemas.event import Action, ActivityEvent, Child, Kind, Outcome, Principal, Target

NAME = "gitlab_audit"
_MADE = ("_token_created", "_token_rotated", "_key_added", "_key_created")
_ENDED = ("_token_revoked", "_token_deleted", "_token_destroyed", "_token_expired", "_key_removed", "_key_deleted",
          "_key_destroyed", "_key_revoked")  # fmt: skip
_ALSO_MADE = frozenset({"create_pat", "add_ssh_key", "create_ssh_key"})
_ALSO_ENDED = frozenset({"revoke_pat", "remove_ssh_key"})
TOKEN_ID = "gitlab_token_id"  # noqa: S105 - the kind of an id
_TOKEN_ID = re.compile(r"token(?:_id:| with id) (\d{1,18})\b|' with id (\d{1,18})$")
_ATTEMPTED = "Attempted to "
# Of a personal token's event the target is its owner, of another one's often where it is valid or
# the agent whose it is.
_NO_CREDENTIAL = frozenset({"User", "Project", "Group", "Clusters::Agent"})
# The kinds of ids, by a word of the operation: ids of different tables are no ids of one another.
_FORMS = {
    "key": "gitlab_key_id", "access_token": TOKEN_ID, "_pat": TOKEN_ID,
    "impersonation_token": TOKEN_ID, "deploy_token": "gitlab_deploy_token_id",
    "agent_token": "gitlab_agent_token_id",
}  # fmt: skip
# What the log writes in place of a user's id where no user acted.
_UNKNOWN, _DEPLOY_TOKEN, _DEPLOY_KEY = "-1", "-2", "-3"
_SPECIAL = {_DEPLOY_TOKEN: "deploytoken", _DEPLOY_KEY: "deploykey"}
_SERVICES = frozenset({"DeployToken", "DeployKey", "Gitlab::Audit::CiRunnerTokenAuthor"})
_REFUSED = ("login_failed", "failed_login", "ip_restricted", "password_reset_failed",
            "omniauth_login_failed")  # fmt: skip
# Older events have no name, only what was done: `with` how somebody signed in.
_WORDS = ("add", "change", "remove", "with", "failed_login")


def _read(record: Record) -> ActivityEvent:
    told = record.part("details") if "details" in record.fields else record
    operation = record.first("event_type", "event_name") or told.text("event_name") or _worded(told)
    record.need(operation, "event_name")
    child_kind, child = _subject(record, told, operation)
    address = record.text("ip_address") or told.text("ip_address") or record.text("meta.remote_ip")
    # A fetch and a push have one name: the message tells which it was.
    if operation == GIT and told.text("custom_message", "action") == PUSH:
        operation = f"{GIT}: {PUSH}"
    return ActivityEvent(
        uid=record.uid("id"),
        source=NAME,
        tenant=record.tenant,
        time=record.time("created_at" if record.get("created_at") else "time"),
        principal=_principal(record, told),
        kind=child_kind,
        action=_action(told, operation),
        target=_target(record, told),
        origin=origin_of(address, told.text("user_agent"), within=SERVICE),
        outcome=_outcome(operation, told.text("custom_message")),
        child=child,
        raw=record.ref,
    )


def _action(told: Record, operation: str) -> Action:
    action = DEEDS.of(operation)
    grave, now = GRAVE_WHEN.get(operation), told.flag("to")
    if grave is not None and now is not None and now is not grave:
        return replace(action, effect="")
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
            f"{SERVICE}:{place}/{name}" if name else f"{SERVICE}:{place}", name,
            record.text("entity_path").partition("/")[0],
            "unknown" if uid == _UNKNOWN else "service", known_by=name,
        )  # fmt: skip
    robot = name.startswith(("project_", "group_")) and "bot" in name
    service = robot or kind in _SERVICES
    return Principal(
        f"{SERVICE}:user/{record.need(uid or name, 'author_id', 'who acted')}", name,
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
    uid = target if kind not in _NO_CREDENTIAL else (found[1] or found[2]) if found else ""
    credential = public(
        uid, _form(operation), record.context, record.tenant,
        type="ssh_key" if "key" in operation else "token", lifetime="static",
    )  # fmt: skip
    holder = None
    if operation.startswith("personal_") and kind == "User" and target:
        name = told.text("target_details")
        holder = Principal(f"{SERVICE}:user/{target}", name, type="human", known_by=name)
    if credential is None:
        return "use", None
    return "end" if ends else "issue", Child(credential, holder)


def _form(operation: str) -> str:
    return next(
        (form for word, form in _FORMS.items() if word in operation), "gitlab_other_token_id"
    )  # fmt: skip


SOURCE = Format(
    NAME,
    (("author_id", "entity_type"), ("author_id", "entity_path")),
    _read,
    never=("class_uid",),
)
