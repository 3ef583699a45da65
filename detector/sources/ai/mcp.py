"""MCP tool calls as a gateway logs them: the JSON-RPC message, and what the gateway knows of it.

A record holds the message itself (`jsonrpc`, `method`, `params`) at its top or under `message`,
`request` or `mcp`, and beside it: a time (`time`, `timestamp`, `ts`), who called (`principal`,
`user`, `client`, `agent`: a text or an object with `id`, `sub`, `client_id`, `name`, `email`), the
address (`client_ip`, `source_ip`, `remote_address`), `user_agent`, the `server`, the session
(`session_id` or the header), and the token: its SHA-256 as `token_hash`, or the Authorization header,
of which only a fingerprint is kept. Both forms are read, that with sessions (2025) and the stateless
one (2026-07-28), where client and trace stand in `params._meta`. Arguments and results
are looked through for secrets, and dropped.

References:
    Model Context Protocol specification, 2025-06-18 and 2026-07-28.

Examples:
    >>> from detector.sources.base import Context
    >>> from detector.sources.fingerprint import Fingerprints
    >>> raw = b'''{"time": "2026-01-05T09:30:00Z", "principal": {"id": "agent/research"}, "server": "files",
    ...     "client_ip": "192.0.2.9", "jsonrpc": "2.0", "id": 3, "method": "tools/call",
    ...     "params": {"name": "read_file", "arguments": {"path": "/x"}}}'''
    >>> [event] = SOURCE.decode(raw, Context(Fingerprints("a key of sixteen characters")), 1)
    >>> event.principal.uid, event.action.service, event.action.operation, event.action.access
    ('agent/research', 'files', 'read_file', 'read')
"""

from detector.sources.base import SkipRecord
from detector.sources.credentials import hashed, secret
from detector.sources.format import Format
from detector.sources.origins import origin_of
from detector.sources.record import Record
from detector.sources.spills import at
from detector.sources.verbs import access_by_verb, plane_by_words
from schemas.event import (
    Access,
    Action,
    ActivityEvent,
    Credential,
    Outcome,
    Principal,
    PrincipalType,
    Target,
)  # fmt: skip

NAME = "mcp"
_TIMES = ("time", "timestamp", "ts", "@timestamp")
_WHO = ("principal", "user", "agent", "client", "subject")
_IDS = ("id", "sub", "client_id", "uid", "email", "name")
_META = "io.modelcontextprotocol/"
_DENIED = frozenset({-32001, -32002, 401, 403})
_METHODS: dict[str, Access] = {
    "tools/list": "list", "resources/list": "list", "resources/templates/list": "list",
    "prompts/list": "list", "resources/read": "read", "prompts/get": "read", "initialize": "read",
    "completion/complete": "read", "sampling/createMessage": "read", "resources/subscribe": "read",
    "server/discover": "list", "logging/setLevel": "write",
}  # fmt: skip


def _read(record: Record) -> ActivityEvent:
    message = _message(record)
    method = message.text("method")
    if not method or method.startswith("notifications/") or method == "ping":
        raise SkipRecord("no request")
    params = message.part("params")
    when = next((name for name in _TIMES if record.get(name) is not None), _TIMES[0])
    server = (
        record.first("server", "server.name", "server_name", "mcp_server", "mcp_server_name")
        or "mcp"
    )
    named = params.text("name") if method == "tools/call" else ""
    client = params.part("clientInfo")
    if not client.fields:
        client = params.part("_meta", f"{_META}clientInfo")
    action = _action(server, method, named)
    return ActivityEvent(
        uid=_uid(record, message, params),
        source=NAME,
        tenant=record.tenant,
        time=record.time(when),
        principal=_principal(record, client),
        action=action,
        credential=_credential(record),
        target=_target(params, server, named),
        origin=origin_of(
            record.first("client_ip", "source_ip", "remote_address", "remote_addr", "ip"),
            record.first("user_agent", "headers.user-agent"), within=NAME,
            client="" if record.first("user_agent", "headers.user-agent") else client.text("name").lower(),
        ),
        outcome=_outcome(record, message),
        raw=record.ref,
    )  # fmt: skip


def _message(record: Record) -> Record:
    if record.get("jsonrpc") is not None and record.get("method") is not None:
        return record
    for name in ("message", "request", "mcp", "body"):
        part = record.part(name)
        if part.get("method") is not None:
            return part
    return record


def _uid(record: Record, message: Record, params: Record) -> str:
    uid = record.first("event_id", "request_id", "log_id", "uuid")
    if uid:
        return uid
    trace, number = params.text("_meta", "traceparent"), message.text("id")
    session = _session(record)
    if trace and number:
        return f"{trace}:{number}"
    return f"{session}:{number}" if session and number else record.uid()


def _session(record: Record) -> str:
    return record.first(
        "session_id", "mcp_session_id", "headers.mcp-session-id", "headers.Mcp-Session-Id"
    )


def _principal(record: Record, client: Record) -> Principal:
    for name in _WHO:
        value = record.get(name)
        part = record.part(name) if isinstance(value, dict) else None
        uid = part.first(*_IDS) if part is not None else record.text(name)
        if uid:
            return _named(record, part, uid, name)
    told = client.text("name")
    return Principal(
        f"mcp:client/{record.need(told, 'principal', 'who called')}", told, type="agent",
        session=_session(record),
    )  # fmt: skip


def _named(record: Record, part: Record | None, uid: str, name: str) -> Principal:
    kind: PrincipalType = (
        "agent" if name in {"agent", "client"} or uid.startswith("agent") else "unknown"
    )
    if part is not None and part.text("type") in {"human", "service", "workload", "agent"}:
        kind = part.text("type")  # type: ignore[assignment]
    elif "@" in uid:
        kind = "human"
    return Principal(
        uid, part.text("name") if part is not None else "", type=kind,
        owner=record.first("on_behalf_of", "owner", "end_user"), session=_session(record), known_by=uid,
    )  # fmt: skip


def _credential(record: Record) -> Credential | None:
    digest = record.first("token_hash", "authorization_hash", "credential.hash", "credential_hash")
    if digest:
        return hashed(
            digest, "token_sha256", record.context, record.tenant, type="bearer_token",
            lifetime="ephemeral",
        )  # fmt: skip
    for path in (("authorization",), ("headers", "authorization"), ("headers", "Authorization")):
        value = record.get(*path)
        if isinstance(value, str) and " " in value:
            token = value.partition(" ")[2].strip()
            return secret(token, record.context, record.tenant, type="bearer_token")
    return None


def _action(server: str, method: str, named: str) -> Action:
    if named:
        access = access_by_verb(named)
        return Action(server, named, access, plane_by_words(named, access))
    access = _METHODS.get(method, access_by_verb(method))
    return Action(server, method, access, plane_by_words(method, access))


def _target(params: Record, server: str, named: str) -> Target | None:
    place = params.text("uri")
    if place:
        return Target(place, "resource")
    return Target(f"{server}/{named}", "tool") if named else None


def _outcome(record: Record, message: Record) -> Outcome | None:
    for part in (record, message, record.part("response")):
        error = part.part("error")
        if error.fields:
            code = error.number("code")
            return Outcome("denied" if code in _DENIED else "failure", error.text("code"))
    status = record.number("status_code") or record.number("status")
    if status is not None and status >= 400:
        kind = "denied" if status in {401, 403} else "throttled" if status == 429 else "failure"
        return Outcome(kind, str(status))  # type: ignore[arg-type]
    result = record.part("response", "result") if record.get("response") else record.part("result")
    if result.flag("isError"):
        return Outcome("failure", "isError")
    return Outcome() if result.fields or status is not None else None


SOURCE = Format(
    NAME,
    ((b'"jsonrpc"', b'"method"'),),
    _read,
    never=(b'"eventSource"',),
    spills=at(
        "params.arguments", "request.params.arguments", "message.params.arguments",
        "mcp.params.arguments", "body.params.arguments", "result", "response.result",
    ),
)  # fmt: skip
