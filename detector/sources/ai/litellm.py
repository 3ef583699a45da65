"""LiteLLM proxy: the standard logging payload of each call of a model or of an MCP tool.

The virtual key is known by its SHA-256, so a key seen in a leak has the same fingerprint. Prompts,
answers and tool arguments are looked through for secrets, and dropped.

References:
    LiteLLM documentation, "StandardLoggingPayload Specification".

Examples:
    >>> from detector.sources.base import Context
    >>> from detector.sources.fingerprint import Fingerprints
    >>> raw = b'''{"id": "c1", "call_type": "acompletion", "status": "success", "model": "m-large",
    ...     "startTime": 1767605400.25, "metadata": {"user_api_key_hash": "%s",
    ...     "user_api_key_alias": "batch"}}''' % (b"ab" * 32)
    >>> [event] = SOURCE.decode(raw, Context(Fingerprints("a key of sixteen characters")), 1)
    >>> event.principal.uid, event.action.plane, event.credential.uid_kind
    ('litellm:key/batch', 'inference', 'litellm_key_hash')
"""

from detector.sources.credentials import hashed
from detector.sources.format import Format
from detector.sources.origins import origin_of
from detector.sources.record import Record
from detector.sources.spills import at
from detector.sources.verbs import access_by_verb, plane_by_words
from schemas.event import Action, ActivityEvent, Outcome, Principal, Status, Target

NAME = "litellm"
KEY = "litellm_key_hash"
_STATUS: dict[str, Status] = {
    "AuthenticationError": "denied", "PermissionDeniedError": "denied", "BudgetExceededError": "denied",
    "RateLimitError": "throttled", "NotFoundError": "not_found",
}  # fmt: skip


def _read(record: Record) -> ActivityEvent:
    told = record.part("metadata")
    tool = told.part("mcp_tool_call_metadata")
    if not tool.fields:
        tool = record.part("mcp_tool_call_metadata")
    named = tool.text("name")
    return ActivityEvent(
        uid=record.uid("id"),
        source=NAME,
        tenant=record.tenant,
        time=record.time("startTime" if record.get("startTime") is not None else "endTime"),
        principal=_principal(record, told, tool.text("mcp_session_id")),
        action=_tool(tool, named) if named else _call(record),
        credential=hashed(
            told.text("user_api_key_hash"), KEY, record.context, record.tenant, type="virtual_key",
            lifetime="static",
        ),
        target=_target(record, tool, named),
        origin=origin_of(
            record.text("requester_ip_address") or told.text("requester_ip_address"),
            told.text("user_agent"), within=NAME,
        ),
        outcome=_outcome(record),
        raw=record.ref,
    )  # fmt: skip


def _principal(record: Record, told: Record, session: str) -> Principal:
    user, alias = told.text("user_api_key_user_id"), told.text("user_api_key_alias")
    key = told.text("user_api_key_hash")
    team = told.text("user_api_key_team_id") or told.text("user_api_key_team_alias")
    behind = record.text("end_user") or told.text("user_api_key_end_user_id")
    if alias or not user:
        uid = f"litellm:key/{record.need(alias or key[:16], 'metadata', 'whose key it was')}"
        return Principal(
            uid, alias, told.text("user_api_key_org_id"), "service", owner=user or behind, role=team,
            session=session, known_by=alias or key,
        )  # fmt: skip
    return Principal(
        f"litellm:user/{user}", user, told.text("user_api_key_org_id"),
        "human" if "@" in user else "unknown", owner=behind, role=team, session=session, known_by=user,
    )  # fmt: skip


def _tool(tool: Record, named: str) -> Action:
    access = access_by_verb(named)
    plane = plane_by_words(named, access)
    return Action(tool.text("mcp_server_name") or "mcp", named, access, plane)


def _call(record: Record) -> Action:
    operation = record.text("call_type").removeprefix("a") or "completion"
    return Action(NAME, operation, "read", "inference")


def _target(record: Record, tool: Record, named: str) -> Target | None:
    uid = tool.text("namespaced_tool_name") or named
    if uid:
        return Target(uid, "tool")
    model = record.text("model_group") or record.text("model")
    return Target(model, "model") if model else None


def _outcome(record: Record) -> Outcome:
    if record.text("status") != "failure":
        return Outcome()
    error = record.part("error_information")
    kind, code = error.text("error_class"), error.text("error_code")
    status = _STATUS.get(kind, "denied" if code in {"401", "403"} else "failure")
    return Outcome("throttled" if code == "429" else status, kind or code)


SOURCE = Format(
    NAME,
    ((b'"call_type"', b'"metadata"', b"user_api_key_"),),
    _read,
    spills=at("messages", "response", "metadata.mcp_tool_call_metadata.arguments"),
)
