"""MCP: tool calls and reads of the Model Context Protocol, as a gateway or a server logs them.

One record is one JSON-RPC request with what the gateway knows around it. There is no standard for
that envelope, so names are read liberally, and all may be missing but the time and one that tells
the caller. The message stands at the top level, or as an object or a text in `request`, `message`,
`rpc`, `mcp` or `body`:

- when: `time`, `timestamp`, `@timestamp` or `ts`; the record's id: `event_id`, `log_id`,
  `request_id` or `requestId` (a JSON-RPC id repeats, so it is none);
- who: `agent`, `client` and `principal` (also `user`, `subject`, `actor`, `identity`), each a text
  or an object with `id` (`uid`, `sub`, `client_id`) and `name`, `email`, `type`; or `client_id`,
  `user_id`, `sub`; or the same within `auth` or `claims`; the human behind an agent that is the
  principal itself in `on_behalf_of`, `owner` or `end_user`;
- the credential: the SHA-256 of the bearer token in `authorization_hash`, `authorization_sha256`,
  `token_hash` or `token_sha256`, its id in `token_id` or `jti`, or the `authorization` header in
  `headers`, which becomes a fingerprint; `scope`, `iat` and `exp` beside it or in `auth`;
- where from: `source_address`, `source_ip`, `client_ip`, `remote_address`, `remote_addr` or `ip`;
  `user_agent`;
- the server: `server` (a text or an object with `name`), `server_name`, `mcp_server`,
  `mcp_server_name` or `upstream`;
- the end: `error` or `response.error` (JSON-RPC), `response.result.isError`, `status` or
  `status_code` (HTTP), `decision` (of the gateway's policy);
- the job: `task`, `task_id`, `run_id`; the session: `session_id` or the `Mcp-Session-Id` header.

Sessions exist up to 2025-11-25 only. A request of the stateless 2026-07-28 says what its client is
in `params._meta`, where the trace is in all versions; the trace id is kept as the note. Arguments,
prompts and results are only looked through for secrets; pings and notifications are skipped. The protocol neither issues
nor ends credentials, so such events come from the authorization server's log.

References:
    Model Context Protocol specification, revisions 2025-11-25 (sessions) and 2026-07-28
    (stateless); JSON-RPC 2.0; W3C Trace Context.

Examples:
    >>> from detector.sources.base import Context
    >>> from detector.sources.fingerprint import Fingerprints
    >>> raw = b'''{"time": "2026-01-05T09:30:00Z", "server": "tickets", "user": "ada@example.com",
    ...     "client": {"id": "helper"}, "request": {"jsonrpc": "2.0", "id": 7,
    ...     "method": "tools/call", "params": {"name": "create_issue"}}}'''
    >>> context = Context(Fingerprints("a key of at least sixteen characters"))
    >>> [event] = SOURCE.decode(raw, context, 1)
    >>> event.principal.uid, event.action.service, event.action.operation
    ('mcp:client/helper/ada@example.com', 'tickets', 'create_issue')
"""

from detector.sources.ai.mcp_caller import caller_of, credential_of, places_of
from detector.sources.ai.mcp_request import PLACES, Request, deed_of, given, message_of, outcome_of
from detector.sources.format import Format
from detector.sources.origins import origin_of
from detector.sources.record import Record
from detector.sources.spills import at
from schemas.event import ActivityEvent, Origin, Task

_TIMES = ("time", "timestamp", "@timestamp", "ts")
_SERVERS = ("server_name", "server", "mcp_server", "mcp_server_name", "upstream")
_ADDRESSES = ("source_address", "source_ip", "client_ip", "remote_address", "remote_addr", "ip")
_TASKS = ("task_id", "task", "run_id")
_UIDS = ("event_id", "log_id", "request_id", "requestId")


def read(record: Record) -> ActivityEvent:
    """The event of one request.

    Raises:
        SkipRecord: a ping or a notification.
        DecodeError: no time, no method, or nothing that tells the caller.
    """
    request = message_of(record)
    deed = deed_of(request, given(record, _SERVERS, ("name", "id")))
    places = places_of(record)
    credential = credential_of(record, request, places)
    principal, chain = caller_of(record, request, places, credential)
    task = given(record, _TASKS, ("id", "uid"))
    return ActivityEvent(
        uid=record.uid(*_UIDS),
        source=record.what,
        tenant=record.tenant,
        time=_time(record),
        principal=principal,
        action=deed[0],
        credential=credential,
        target=deed[1],
        origin=_origin(record, request, principal.account),
        outcome=outcome_of(record),
        task=Task(task) if task else None,
        chain=chain,
        raw=record.ref,
        note=f"trace:{request.trace}" if request.trace else "",
    )


def _time(record: Record) -> int:
    for name in _TIMES:
        if record.get(name) is not None:
            return record.time(name)
    return record.time("time")


def _origin(record: Record, request: Request, account: str) -> Origin | None:
    return origin_of(
        given(record, _ADDRESSES), record.text("user_agent") or request.agent,
        within=account or record.tenant,
    )  # fmt: skip


SOURCE = Format(
    "mcp",
    (
        ("jsonrpc", "method"),
        *((f"{place}/jsonrpc", f"{place}/method") for place in PLACES),
        *((f'{place}=*"jsonrpc"*',) for place in PLACES),
    ),
    read,
    spills=at("params.arguments", "request.params.arguments", "message.params.arguments",
        "rpc.params.arguments", "mcp.params.arguments", "body.params.arguments", "result",
        "response.result"),
)  # fmt: skip
