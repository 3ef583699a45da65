"""A gateway's log lines and spans: which tool of which target was called.

The request stands in a text, as a Java map prints itself. Only its method and the name of the tool
are taken from it. A tool's name begins with its target's: `crm___find_customer`.

Examples:
    >>> _method_and_name("{id=1, method=tools/call, params={name=crm___find, arguments={name=x}}}")
    ('tools/call', 'crm___find')
    >>> _split("crm___find_customer"), _split("find_customer")
    (('crm', 'find_customer'), ('', 'find_customer'))
"""

import re
from functools import lru_cache

from msgspec import Struct

from detector.sources.ai.outcomes import outcome_of
from detector.sources.ai.tools import tool_action, tool_target
from detector.sources.base import SkipRecord
from detector.sources.record import Record
from detector.sources.text import kept
from detector.sources.verbs import access_by_verb, plane_by_words
from schemas.event import Action, Outcome, Target

_CACHED = 16_384
_READ = 2_048
_METHOD = re.compile(r"\bmethod[\"']?\s?[=:]\s?[\"']?([a-z_]{2,32}(?:/[a-z_]{2,32}){0,2})")
_NAME = re.compile(
    r"\bparams[\"']?\s?[=:]\s?\{[\"']?(?:name|uri)[\"']?\s?[=:]\s?[\"']?([^\s,}\"']{1,200})"
)
_EXECUTING = re.compile(r"Executing tool (\S{1,200}) from target (\S{1,100})")
_RECEIVED = re.compile(r"Received request for ([a-z_]{2,32}(?:/[a-z_]{2,32}){0,2}) method")
CALL = "tools/call"
_QUIET = frozenset({"ping", "notifications/initialized"})


class Request(Struct, frozen=True):
    """What a request did. `part` tells its events apart."""

    action: Action
    target: Target | None = None
    outcome: Outcome | None = None
    part: str = ""


def request_of(record: Record) -> Request:
    """The request that a line of a gateway's log is about.

    Raises:
        SkipRecord: the line only tells how a request goes on.
    """
    said = _lead(record.get("body", "log"))
    failed = record.flag("body", "isError") is True
    method, name = _asked(record)
    executing = None if method else _EXECUTING.search(said)
    if executing is not None:
        method, name = CALL, executing[1]
    if failed:
        received = _RECEIVED.search(said)
        method = method or (received[1] if received is not None else "")
        action, target = done(method or "InvokeGateway", kept(name))
        code = record.text("body", "errorCode") or record.text("body", "statusCode")
        return Request(action, target, outcome_of(code, kept(said)), "error")
    if not method:
        raise SkipRecord("progress of a request")
    if method in _QUIET:
        raise SkipRecord("ping or notification")
    action, target = done(method, kept(name))
    return Request(action, target, part=method)


def tool_of(record: Record) -> Request | None:
    """The tool that a gateway's span names."""
    name = record.text("attributes", "tool.name")
    if not name:
        return None
    action, target = done(CALL, name)
    code = _bad_status(record) or record.text("attributes", "jsonrpc.error.code")
    return Request(action, target, outcome_of(code) if code else None)


def _bad_status(record: Record) -> str:
    status = record.text("attributes", "http.response.status_code")
    return status if status >= "400" else ""


@lru_cache(_CACHED)
def done(method: str, name: str) -> tuple[Action, Target | None]:
    """What a method of the protocol did, `tools/call` by the tool's name. Both have passed `kept`."""
    server, tool = _split(name)
    if method == CALL and tool:
        return tool_action(server, tool), tool_target(server, tool)
    access = access_by_verb(method.rpartition("/")[2])
    return Action("mcp", method, access, plane_by_words(method, access)), None


def _split(name: str) -> tuple[str, str]:
    server, mark, tool = name.partition("___")
    return (server, tool) if mark else ("", name)


def _asked(record: Record) -> tuple[str, str]:
    """The method and the name in a request, which is a text or, once shippers have been at it, an
    object."""
    request = record.part("body", "requestBody")
    if request.fields:
        return request.text("method"), request.part("params").first("name", "uri")
    return _method_and_name(_lead(record.get("body", "requestBody")))


def _method_and_name(request: str) -> tuple[str, str]:
    method, name = _METHOD.search(request), _NAME.search(request)
    return (method[1] if method is not None else "", name[1] if name is not None else "")


def _lead(value: object) -> str:
    return value[:_READ] if isinstance(value, str) else ""
