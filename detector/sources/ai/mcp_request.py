"""The JSON-RPC message of an MCP record: what was asked of which server, and how it ended.

Examples:
    >>> _trace("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
    '4bf92f3577b34da6a3ce929d0e0e4736'
    >>> _plain("resources/read", "files")
    Action(service='files', operation='resources/read', access='read', plane='retrieval', effect='', foreign='')
"""

from functools import lru_cache

from msgspec import Struct

from detector.sources.ai import outcomes
from detector.sources.ai.tools import UNNAMED, tool_action, tool_target
from detector.sources.base import SkipRecord
from detector.sources.record import Record
from detector.sources.text import kept
from detector.sources.verbs import access_by_verb, plane_by_words
from schemas.event import Access, Action, Outcome, Plane, Target

_CACHED = 16_384
PLACES = ("request", "message", "rpc", "mcp", "body")
_HEADERS = frozenset({"authorization", "mcp-session-id", "traceparent", "user-agent"})
_CLIENT = "io.modelcontextprotocol/clientInfo"
# Methods whose words do not tell: `sampling` has the client's model answer the server.
_METHODS: dict[str, tuple[Access, Plane]] = {
    "initialize": ("read", ""), "server/discover": ("list", ""),
    "completion/complete": ("read", "retrieval"), "sampling/createMessage": ("read", "inference"),
    "elicitation/create": ("read", ""), "resources/subscribe": ("read", "retrieval"),
    "resources/unsubscribe": ("read", "retrieval"), "logging/setLevel": ("write", ""),
}  # fmt: skip
_REFUSED = frozenset({"deny", "denied", "block", "blocked", "reject", "rejected", "forbidden"})
_FINE = frozenset({"", "ok", "success", "succeeded", "allowed", "completed"})
_TOOL_ERROR = Outcome("failure", "tool_error")
_TRACE_PARTS = 4
_TRACE_LENGTH = 32


class Request(Struct, frozen=True):
    """A request as far as it may be kept. `client` names itself, and nobody vouches for it."""

    method: str
    name: str
    uri: str
    client: str
    trace: str
    session: str
    agent: str
    authorization: str


def message_of(record: Record) -> Request:
    """The request of a record, at whichever place it stands.

    Raises:
        SkipRecord: a ping or a notification.
        DecodeError: there is none.
    """
    message = _message(record)
    method = record.need(message.text("method"), "method", "the method of a JSON-RPC request")
    if method == "ping" or method.startswith("notifications/"):
        raise SkipRecord("ping or notification")
    headers = _headers(record)
    params = message.part("params")
    meta = params.part("_meta")
    info = params.part("clientInfo") if method == "initialize" else meta.part(_CLIENT)
    return Request(
        method=method, name=params.text("name"), uri=params.text("uri"),
        client=info.text("name"),
        trace=_trace(meta.text("traceparent") or kept(headers.get("traceparent", ""))),
        session=given(record, ("session_id", "mcp_session_id", "sessionId"))
        or kept(headers.get("mcp-session-id", "")),
        agent=kept(headers.get("user-agent", "")),
        authorization=headers.get("authorization", ""),
    )  # fmt: skip


def given(record: Record, names: tuple[str, ...], within: tuple[str, ...] = ()) -> str:
    """The first text at any of `names`, or in an object there under one of `within`. Most of the
    names are not there, so a record's fields are asked before its texts."""
    if record.fields.keys().isdisjoint(names):
        return ""
    for name in names:
        if name in record.fields:
            found = record.text(name)
            if not found and within and isinstance(record.fields[name], dict):
                found = record.part(name).first(*within)
            if found:
                return found
    return ""


def deed_of(request: Request, server: str) -> tuple[Action, Target | None]:
    """What was done, and to which tool, resource or prompt."""
    method = request.method
    if method == "tools/call" and request.name:
        return tool_action(server, request.name), tool_target(server, request.name)
    action = _plain(method, server)
    if request.uri:
        return action, Target(request.uri, "resource")
    if request.name:
        return action, Target(f"{server}/{request.name}" if server else request.name, "prompt")
    return action, Target(server, "server") if server else None


@lru_cache(_CACHED)
def _plain(method: str, server: str) -> Action:
    known = _METHODS.get(method)
    access = known[0] if known else access_by_verb(method.rpartition("/")[2], server)
    return Action(
        server or UNNAMED, method, access, known[1] if known else plane_by_words(method, access)
    )


def outcome_of(record: Record) -> Outcome | None:
    """How the request ended: the gateway's own decision comes before the server's answer. None if
    neither is told, as where a request is logged before it is answered."""
    decision = given(record, ("decision", "policy", "authorization"), ("decision",)).lower()
    if decision in _REFUSED or record.fields.get("allowed") is False:
        return Outcome("denied", given(record, ("rule", "policy"), ("rule",)) or decision)
    answer = record.part("response") if "response" in record.fields else None
    places = (record,) if answer is None else (record, answer)
    for place in places:
        if "error" in place.fields:
            error = place.part("error")
            if error.fields:
                return outcomes.outcome_of(error.text("code"), error.text("message"))
            if said := place.text("error"):
                return outcomes.outcome_of("", said)
    status = given(record, ("status_code", "http_status", "status"))
    if not status and answer is not None:
        status = answer.text("status_code")
    if status.lower() not in _FINE:
        return outcomes.outcome_of(status)
    for place in places:
        result = place.get("result")
        if isinstance(result, dict):
            return _TOOL_ERROR if result.get("isError") is True else outcomes.SUCCESS
    return outcomes.SUCCESS if status or decision else None


def _message(record: Record) -> Record:
    if "method" in record.fields and "jsonrpc" in record.fields:
        return record
    for place in PLACES:
        if place not in record.fields:
            continue
        message = record.part(place)
        if "method" in message.fields and "jsonrpc" in message.fields:
            return message
    return record


def _headers(record: Record) -> dict[str, str]:
    """The few headers that matter, by their names in lower case. Raw: see `Record.fields`."""
    for found in (
        record.fields.get("headers"), record.fields.get("request_headers"),
        record.get("request", "headers"), record.get("http", "headers"),
    ):  # fmt: skip
        if isinstance(found, dict):
            return {name.lower(): value for name, value in found.items() if isinstance(value, str)}
    return {}


def _trace(parent: str) -> str:
    parts = parent.split("-")
    return parts[1] if len(parts) >= _TRACE_PARTS and len(parts[1]) == _TRACE_LENGTH else ""
