"""OpenTelemetry GenAI spans in OTLP JSON: agents, the tools that they call, the models that they ask.

One event for each span with an attribute of `gen_ai.` or `mcp.`; other spans are passed over. The
conventions have no attribute for a credential, so none is ever filled. Messages and arguments are
looked through for secrets, and dropped.

References:
    OpenTelemetry semantic conventions for generative AI and MCP (development); OTLP 1.x, JSON.

Examples:
    >>> from detector.sources.base import Context
    >>> from detector.sources.fingerprint import Fingerprints
    >>> raw = b'''{"resourceSpans": [{"resource": {"attributes": []}, "scopeSpans": [{"spans": [{
    ...     "traceId": "aa", "spanId": "bb", "startTimeUnixNano": "1767605400000000000", "attributes": [
    ...     {"key": "gen_ai.operation.name", "value": {"stringValue": "execute_tool"}},
    ...     {"key": "gen_ai.tool.name", "value": {"stringValue": "delete_file"}},
    ...     {"key": "gen_ai.agent.id", "value": {"stringValue": "a7"}}]}]}]}]}'''
    >>> [event] = SOURCE.decode(raw, Context(Fingerprints("a key of sixteen characters")), 1)
    >>> event.principal.uid, event.action.operation, event.action.access
    ('agent:a7', 'delete_file', 'delete')
"""

from collections.abc import Iterator
from typing import Any

from detector.sources.base import DecodeError, SkipRecord
from detector.sources.format import Format
from detector.sources.origins import origin_of
from detector.sources.record import Record
from detector.sources.verbs import access_by_verb, plane_by_words
from schemas.event import Action, ActivityEvent, Outcome, Principal, Target, Workload

NAME = "otel_genai"
_OURS = ("gen_ai.", "mcp.")
_FREE = (".arguments", ".result", ".messages", ".content", "system_instructions")
_FAILED = frozenset({"STATUS_CODE_ERROR", "2"})
_DENIED = frozenset({"401", "403", "permission_denied", "unauthenticated", "access_denied"})
_Told = dict[str, str]


def _read(record: Record) -> tuple[ActivityEvent, ...]:
    found = tuple(_events(record))
    if not found:
        raise SkipRecord("no GenAI span")
    return found


def _events(record: Record) -> Iterator[ActivityEvent]:
    for resource in record.parts("resourceSpans"):
        around = _attributes(resource.part("resource"))
        for scope in resource.parts("scopeSpans"):
            for span in scope.parts("spans"):
                told = _attributes(span)
                if any(name.startswith(_OURS) for name in told):
                    yield _event(record, span, told, around)


def _attributes(part: Record) -> _Told:
    """Attributes by name. Those of messages and arguments, which may be long, are left out."""
    told: _Told = {}
    for one in part.parts("attributes"):
        name = one.text("key")
        if name.endswith(_FREE):
            continue
        value = one.part("value")
        told[name] = value.first("stringValue", "intValue") or str(value.flag("boolValue") or "")
    return told


def _event(record: Record, span: Record, told: _Told, around: _Told) -> ActivityEvent:
    trace, uid = span.text("traceId"), span.text("spanId")
    if not trace or not uid:
        raise DecodeError("spanId: expected a span with its ids, got one without")
    return ActivityEvent(
        uid=f"{trace}:{uid}",
        source=NAME,
        tenant=record.tenant,
        time=span.time("startTimeUnixNano"),
        principal=_principal(record, told, around),
        action=_action(told, span.text("name")),
        target=_target(told),
        origin=origin_of(
            told.get("client.address") or told.get("network.peer.address", ""),
            told.get("user_agent.original", ""), within=around.get("k8s.namespace.name", NAME),
            region=around.get("cloud.region", ""), client=around.get("telemetry.sdk.language", ""),
        ),
        outcome=_outcome(span, told),
        workload=_workload(around),
        raw=record.ref,
    )  # fmt: skip


def _principal(record: Record, told: _Told, around: _Told) -> Principal:
    agent = told.get("gen_ai.agent.id") or told.get("gen_ai.agent.name", "")
    service = around.get("service.name", "")
    name = told.get("gen_ai.agent.name", "") or service
    who = record.need(agent or service, "gen_ai.agent.id", "an agent or a service")
    return Principal(
        f"agent:{who}" if agent else f"service:{who}", name,
        around.get("cloud.account.id", ""), "agent" if agent else "service",
        owner=told.get("enduser.id") or told.get("user.id", ""),
        session=told.get("gen_ai.conversation.id") or told.get("mcp.session.id", ""), known_by=who,
    )  # fmt: skip


def _action(told: _Told, name: str) -> Action:
    tool, method = told.get("gen_ai.tool.name", ""), told.get("mcp.method.name", "")
    operation = told.get("gen_ai.operation.name", "")
    provider = told.get("gen_ai.provider.name") or told.get("gen_ai.system", "")
    if tool:
        access = access_by_verb(tool)
        server = told.get("server.address") or "tools"
        return Action(server, tool, access, plane_by_words(tool, access))
    if method:
        access = access_by_verb(method)
        return Action(
            told.get("server.address") or "mcp", method, access, plane_by_words(method, access)
        )
    asked = operation or name.partition(" ")[0] or "span"
    if asked in {"create_agent", "invoke_agent"}:
        return Action(provider or "agents", asked, "write", "action")
    return Action(provider or "models", asked, "read", "inference")


def _target(told: _Told) -> Target | None:
    for name, kind in (
        ("mcp.resource.uri", "resource"), ("gen_ai.tool.name", "tool"),
        ("gen_ai.request.model", "model"), ("gen_ai.data_source.id", "data source"),
    ):  # fmt: skip
        if told.get(name):
            return Target(told[name], kind)
    return None


def _outcome(span: Record, told: _Told) -> Outcome:
    error = told.get("error.type", "")
    if not error and span.text("status", "code") not in _FAILED:
        return Outcome()
    return Outcome("denied" if error.lower() in _DENIED else "failure", error)


def _workload(around: _Told) -> Workload | None:
    pod = around.get("k8s.pod.name", "")
    if pod:
        space = around.get("k8s.namespace.name", "")
        return Workload(f"{space}/{pod}" if space else pod, "pod")
    host = around.get("host.id", "")
    return Workload(host, "host") if host else None


def _spills(record: Record) -> Iterator[tuple[str, Any]]:
    for resource in record.parts("resourceSpans"):
        for scope in resource.parts("scopeSpans"):
            for span in scope.parts("spans"):
                for one in span.parts("attributes"):
                    name = one.text("key")
                    if name.endswith(_FREE):
                        yield name, one.get("value")


SOURCE = Format(NAME, ((b'"resourceSpans"',),), _read, spills=_spills)
