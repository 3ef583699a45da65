"""LiteLLM proxy: its standard logging payload, one record per model or tool call.

Read are the virtual key by its hash (the fingerprint is that of the key itself, wherever else it is
seen), its user, team and organisation, the end user, the model or MCP tool, and how the call ended.
The actor is the key's user; for a key of a team alone, the key by its alias. The payload may stand
in `standard_logging_object`. Messages, answers and tool arguments are only looked through for secrets. Also read is
the proxy's own audit log, where keys are made, changed and deleted.

References:
    LiteLLM proxy documentation, "StandardLoggingPayload Specification" and "Audit Logs".

Examples:
    >>> from detector.sources.base import Context
    >>> from detector.sources.fingerprint import Fingerprints
    >>> raw = b'''{"id": "c-1", "call_type": "acompletion", "status": "success",
    ...     "startTime": 1767605400.25, "model": "example-model", "metadata": {
    ...     "user_api_key_hash": "88dc28d0f030c55ed4ab77ed8faf098196cb1c05df778539800c9f1243fe6b4b",
    ...     "user_api_key_user_id": "ada", "user_api_key_team_alias": "research"}}'''
    >>> context = Context(Fingerprints("a key of at least sixteen characters"))
    >>> [event] = SOURCE.decode(raw, context, 1)
    >>> event.principal.uid, event.principal.role, event.action.plane, event.time
    ('litellm:user/ada', 'research', 'inference', 1767605400250)
"""

from functools import lru_cache

from detector.sources.ai import outcomes
from detector.sources.ai.litellm_audit import change_of
from detector.sources.ai.litellm_keys import holder_of, key_of
from detector.sources.ai.tools import tool_action, tool_target
from detector.sources.format import Format
from detector.sources.origins import origin_of
from detector.sources.record import Record
from detector.sources.spills import at
from schemas.event import Action, ActivityEvent, Origin, Outcome, Principal, Target

_CACHED = 16_384
_SHOWN = 16
_AGENT_TAG = "User-Agent: "


def read(record: Record) -> ActivityEvent:
    """The event of one call, or of one change to the proxy's own objects."""
    inner = record.part("standard_logging_object")
    if inner.fields:
        record = inner
    if "table_name" in record.fields:
        return change_of(record)
    about = record.part("metadata")
    digest = about.text("user_api_key_hash")
    outcome = _outcome(record)
    principal = _principal(record, about, digest, outcome)
    action, target = _deed(record, about)
    end_user = record.text("end_user") or about.text("user_api_key_end_user_id")
    return ActivityEvent(
        uid=record.uid("id", "litellm_call_id"),
        source=record.what,
        tenant=record.tenant,
        time=record.time("startTime"),
        principal=principal,
        action=action,
        credential=key_of(record, digest),
        target=target,
        origin=_origin(record, about, principal.account),
        outcome=outcome,
        chain=(end_user,) if end_user and end_user != principal.name else (),
        raw=record.ref,
        note=f"trace:{trace}" if (trace := record.text("trace_id")) else "",
    )


def _principal(record: Record, about: Record, digest: str, outcome: Outcome) -> Principal:
    """The holder of the key. A call that was refused before any key was known had one too, but
    namelessly."""
    account = about.text("user_api_key_org_id")
    session = record.text("session_id") or about.text("mcp_tool_call_metadata", "mcp_session_id")
    found = holder_of(
        about.text("user_api_key_user_id"), about.text("user_api_key_user_email"),
        about.text("user_api_key_team_id"), about.text("user_api_key_team_alias"),
        about.text("user_api_key_alias") or digest[:_SHOWN], account, session,
    )  # fmt: skip
    if found is not None:
        return found
    if outcome.status == "success":
        record.need("", "metadata.user_api_key_hash", "the user, alias or hash of a key")
    return Principal("litellm:unauthenticated", "unauthenticated", account, session=session)


def _deed(record: Record, about: Record) -> tuple[Action, Target | None]:
    call = about.part("mcp_tool_call_metadata")
    tool = call.text("name")
    if tool:
        server = call.text("mcp_server_name") or call.text("namespaced_tool_name").partition("/")[0]
        server = server if server != tool else ""
        return tool_action(server, tool), tool_target(server, tool)
    return _inference(record.text("call_type")), _model(record.first("model_group", "model"))


@lru_cache(_CACHED)
def _inference(call_type: str) -> Action:
    """Calls have names of functions: `acompletion` is `completion`, asynchronously."""
    name = (
        call_type[1:] if call_type.startswith("a") and call_type[1:] in _MODEL_CALLS else call_type
    )
    listing = name.startswith("list_") or name.endswith("_list")
    return Action("litellm", name or "call", "list" if listing else "read", "inference")


_MODEL_CALLS = frozenset({
    "completion", "text_completion", "embedding", "image_generation", "image_edit", "moderation",
    "transcription", "speech", "rerank", "responses", "search", "ocr",
    "create_batch", "retrieve_batch", "create_file", "generate_content", "vector_store_search",
    "llm_passthrough_route", "generate_content_stream", "list_input_items", "list_mcp_tools",
})  # fmt: skip


@lru_cache(_CACHED)
def _model(name: str) -> Target | None:
    return Target(f"model/{name}", "model") if name else None


def _origin(record: Record, about: Record, account: str) -> Origin | None:
    address = record.text("requester_ip_address") or about.text("requester_ip_address")
    tags = record.get("request_tags")
    agent = ""
    if isinstance(tags, list):
        for tag in tags:
            if isinstance(tag, str) and tag.startswith(_AGENT_TAG):
                agent = tag.removeprefix(_AGENT_TAG)
                break
    return origin_of(address, agent, within=account or record.tenant)


def _outcome(record: Record) -> Outcome:
    if record.text("status_fields", "guardrail_status") == "guardrail_intervened":
        return Outcome("denied", "guardrail_intervened")
    if record.text("status") == "success":
        return outcomes.SUCCESS
    error = record.part("error_information")
    code, kind = error.text("error_code"), error.text("error_class")
    found = outcomes.outcome_of(code or kind, kind)
    if found.status == "denied" and error.text("llm_provider"):
        # A provider refused the proxy's own key. That is no denial of whoever called the proxy.
        return Outcome("failure", found.code)
    return found if found.status != "success" else Outcome("failure", code)


SOURCE = Format(
    "litellm",
    (
        ("call_type", "metadata/user_api_key_hash"),
        ("standard_logging_object/metadata/user_api_key_hash",),
        ("table_name", "changed_by_api_key"),
    ),
    read,
    spills=at(
        "messages",
        "response",
        "metadata.mcp_tool_call_metadata.arguments",
        "standard_logging_object.messages",
        "standard_logging_object.response",
    ),
)
