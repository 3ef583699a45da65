"""Spans in a record: their GenAI attributes, their resource, and the agent that they belong to.

Examples:
    >>> _value({"stringValue": "triage"}), _value({"intValue": "7"}), _value("plain"), _value([])
    ('triage', '7', 'plain', '')
"""

from collections.abc import Collection, Iterator
from typing import Any, cast

from msgspec import Struct

from detector.sources.base import SkipRecord
from detector.sources.record import Record
from detector.sources.text import kept
from schemas.event import Principal, Workload

# Only these are read: what else there is may be a prompt, an argument or an answer.
_READ = frozenset({
    "gen_ai.operation.name", "gen_ai.agent.id", "gen_ai.agent.name", "gen_ai.agent.version",
    "gen_ai.conversation.id", "gen_ai.tool.name", "gen_ai.tool.type", "gen_ai.prompt.name",
    "gen_ai.provider.name", "gen_ai.system", "gen_ai.request.model", "gen_ai.response.model",
    "gen_ai.data_source.id", "gen_ai.workflow.name", "gen_ai.memory.store.id",
    "mcp.method.name", "mcp.session.id", "mcp.resource.uri", "mcp.server.name",
    "rpc.response.status_code", "error.type", "session.id", "server.address", "client.address",
    "user_agent.original", "enduser.id", "user.id", "user.email",
})  # fmt: skip
_MARKS = ("gen_ai.", "mcp.")
_RESOURCE = frozenset({"service.name", "cloud.account.id", "cloud.region", "k8s.cluster.name",
                       "k8s.namespace.name", "k8s.pod.name", "host.id"})  # fmt: skip
_SERVER = frozenset({"2", "SPAN_KIND_SERVER", "SERVER"})
_CLIENT = frozenset({"3", "SPAN_KIND_CLIENT", "CLIENT"})
_MOST_PARENTS = 16
_NOBODY = ("", "")


class Span(Struct, frozen=True):
    """`attributes` are those that are read; none for a span that is not a GenAI one."""

    record: Record
    uid: str
    parent: str
    attributes: dict[str, str]
    service: str
    account: str
    region: str
    workload: Workload | None

    @property
    def serves(self) -> bool:
        """Whether it is a server's view of somebody else's call."""
        return self.record.text("kind") in _SERVER

    @property
    def calls(self) -> bool:
        """Whether it is a client's view of a call to elsewhere."""
        return self.record.text("kind") in _CLIENT


def spans_of(record: Record) -> dict[str, Span]:
    """All spans of a record by their id, since an agent may be named by a parent."""
    found: dict[str, Span] = {}
    if "resourceSpans" not in record.fields:
        about = _read(record.get("resource", "attributes"), _RESOURCE)
        _add(found, record, about)
        return found
    for resource in record.parts("resourceSpans"):
        about = _read(resource.get("resource", "attributes"), _RESOURCE)
        for name in ("scopeSpans", "instrumentationLibrarySpans"):
            for scope in resource.parts(name):
                for span in scope.parts("spans"):
                    _add(found, span, about)
    return found


def agent_of(span: Span, spans: dict[str, Span]) -> Principal:
    """Who acts in a span.

    Raises:
        SkipRecord: a server's span of a call by nobody that is named.
        DecodeError: neither an agent nor a service is named.
    """
    name, uid = _agent(span, spans)
    given = span.attributes
    human = given.get("user.email") or given.get("enduser.id") or given.get("user.id") or ""
    session = given.get("gen_ai.conversation.id") or given.get("session.id")
    session = session or given.get("mcp.session.id") or _talk(span, spans)
    who = name or uid
    if not who and span.serves:
        if not human:
            raise SkipRecord("a server's span without a caller")
        return Principal(f"otel:user/{human}", human, span.account, session=session)
    if who:
        inside = f"{span.service}/" if span.service else ""
        version = given.get("gen_ai.agent.version", "")
        return Principal(
            f"otel:{inside}agent/{who}", who, span.account, "agent", owner=human, session=session,
            known_by=f"{uid or who}@{version}" if version else uid,
        )  # fmt: skip
    span.record.need(span.service, "gen_ai.agent.name", "an agent, or the service's name")
    return Principal(
        f"otel:{span.service}", span.service, span.account, "service", owner=human, session=session
    )


def _agent(span: Span, spans: dict[str, Span]) -> tuple[str, str]:
    """The agent's name and id, from the span or the nearest parent that has them. A call to another
    agent names that one, so it is its caller's own parents that count."""
    for one in _upwards(span, spans):
        given = one.attributes
        if given.get("gen_ai.operation.name") == "invoke_agent" and one.calls:
            continue
        found = given.get("gen_ai.agent.name", ""), given.get("gen_ai.agent.id", "")
        if found != _NOBODY:
            return found
    return _NOBODY


def _talk(span: Span, spans: dict[str, Span]) -> str:
    for one in _upwards(span, spans):
        if talk := one.attributes.get("gen_ai.conversation.id"):
            return talk
    return ""


def _upwards(span: Span, spans: dict[str, Span]) -> Iterator[Span]:
    one: Span | None = span
    for _ in range(_MOST_PARENTS):
        if one is None:
            return
        yield one
        one = spans.get(one.parent)


def _add(found: dict[str, Span], span: Record, about: dict[str, str]) -> None:
    attributes = _read(span.get("attributes"), _READ, _MARKS)
    uid = span.text("spanId")
    found[uid or f"#{len(found)}"] = Span(
        span, uid, span.text("parentSpanId"), attributes, about.get("service.name", ""),
        about.get("cloud.account.id", ""), about.get("cloud.region", ""), _workload(about),
    )  # fmt: skip


def _workload(about: dict[str, str]) -> Workload | None:
    """Where the service says it runs; nothing attests that."""
    pod, host = about.get("k8s.pod.name"), about.get("host.id")
    if pod:
        within = (about.get("k8s.cluster.name"), about.get("k8s.namespace.name"), pod)
        return Workload("/".join(filter(None, within)), "pod")
    return Workload(host, "host") if host else None


def _read(
    attributes: Any, wanted: frozenset[str], marks: tuple[str, ...] | None = None
) -> dict[str, str]:
    """The wanted attributes, of OTLP's list or of a plain object. With `marks`, none at all unless
    one attribute's name begins with one of them."""
    found = pairs(attributes)
    if marks is not None:
        for name, _ in found:
            if name.startswith(marks):
                break
        else:
            return {}
    read: dict[str, str] = {}
    for name, value in found:
        if name in wanted and (text := _value(value)):
            read[name] = text
    return read


def pairs(attributes: Any) -> Collection[tuple[str, Any]]:
    """Names and values, of OTLP's list or of a plain object."""
    if attributes.__class__ is dict:
        return cast("dict[str, Any]", attributes).items()
    if attributes.__class__ is not list:
        return ()
    return [
        (name, one.get("value"))
        for one in attributes
        if one.__class__ is dict and (name := one.get("key")).__class__ is str
    ]


def _value(value: Any) -> str:
    if value.__class__ is dict:
        value = value["stringValue"] if "stringValue" in value else value.get("intValue")
    if value.__class__ is str:
        return kept(value)
    return str(value) if isinstance(value, int) and abs(value) < 10**18 else ""
