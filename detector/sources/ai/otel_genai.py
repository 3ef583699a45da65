"""OpenTelemetry GenAI spans: model calls, agents and tools of applications, as OTLP or CloudWatch.

One event per span with `gen_ai.*` or `mcp.*` attributes, from OTLP's JSON encoding
(`resourceSpans`) or from single spans as the CloudWatch group `aws/spans` holds them; other spans
are skipped, and one that cannot be read is left out unless none can. The actor is the agent within
its service; a span that does not name its agent is its nearest parent's, as far as both are in the
same record, else the service's. A server's span of a call that names no caller is skipped: the
client's span tells of the same call. The conversation is the session. Messages, instructions, tool
arguments and results are only looked through for secrets. There is no attribute for a credential, and none for the
caller's address in a client's span, so neither is ever filled.

References:
    OpenTelemetry protocol 1.x, JSON encoding; OpenTelemetry semantic conventions for generative AI
    and MCP (0.1.0 of their own repository, and those of the core repository up to 1.41).

Examples:
    >>> from detector.sources.base import Context
    >>> from detector.sources.fingerprint import Fingerprints
    >>> raw = b'''{"resourceSpans": [{"resource": {"attributes": [
    ...     {"key": "service.name", "value": {"stringValue": "support"}}]}, "scopeSpans": [{"spans": [
    ...     {"traceId": "a1", "spanId": "b1", "startTimeUnixNano": "1767605400000000000",
    ...     "attributes": [{"key": "gen_ai.operation.name", "value": {"stringValue": "execute_tool"}},
    ...     {"key": "gen_ai.agent.name", "value": {"stringValue": "triage"}},
    ...     {"key": "gen_ai.tool.name", "value": {"stringValue": "search_tickets"}}]}]}]}]}'''
    >>> context = Context(Fingerprints("a key of at least sixteen characters"))
    >>> [event] = SOURCE.decode(raw, context, 1)
    >>> event.principal.uid, event.action.operation, event.action.access
    ('otel:support/agent/triage', 'search_tickets', 'list')
"""

from collections.abc import Iterator
from typing import Any

from detector.sources.ai.otel_genai_deed import deed_of, outcome_of
from detector.sources.ai.otel_genai_span import Span, agent_of, pairs, spans_of
from detector.sources.base import DecodeError, SkipRecord
from detector.sources.format import Format
from detector.sources.origins import origin_of
from detector.sources.record import Record
from detector.sources.text import kept
from schemas.event import ActivityEvent

_FREE = (".arguments", ".result", ".messages", ".content", "system_instructions")


def read(record: Record) -> tuple[ActivityEvent, ...]:
    """The events of the GenAI spans in one record.

    Raises:
        SkipRecord: no span is one.
        DecodeError: none of them can be read.
    """
    spans = spans_of(record)
    events: list[ActivityEvent] = []
    failed: DecodeError | None = None
    for span in spans.values():
        if not span.attributes:
            continue
        try:
            events.append(_event(span, spans))
        except DecodeError as error:
            failed = failed or error
    if not events:
        raise failed or SkipRecord("no GenAI span")
    return tuple(events)


def _event(span: Span, spans: dict[str, Span]) -> ActivityEvent:
    record, given = span.record, span.attributes
    principal = agent_of(span, spans)
    action, target = deed_of(span)
    trace = record.text("traceId")
    return ActivityEvent(
        uid=f"{trace}/{span.uid}" if span.uid else record.uid(),
        source=record.what,
        tenant=record.tenant,
        time=record.time("startTimeUnixNano"),
        principal=principal,
        action=action,
        target=target,
        origin=origin_of(
            given.get("client.address", ""), given.get("user_agent.original", ""),
            within=principal.account or record.tenant, region=span.region,
        ),
        outcome=outcome_of(span),
        workload=span.workload,
        chain=(principal.owner,) if principal.owner else (),
        raw=record.ref,
        note=f"trace:{trace}" if trace else "",
    )  # fmt: skip


def _spills(record: Record) -> Iterator[tuple[str, Any]]:
    """Attributes that hold messages, arguments or results, in a document or in a single span."""
    fields = record.fields
    spans = [
        span
        for resource in _objects(fields.get("resourceSpans"))
        for scope in _objects(resource.get("scopeSpans"))
        for span in _objects(scope.get("spans"))
    ]
    for span in spans or [fields]:
        for name, value in pairs(span.get("attributes")):
            if name.endswith(_FREE):
                yield kept(name), value


def _objects(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


SOURCE = Format(
    "otel_genai",
    (("resourceSpans",), ("spanId", "startTimeUnixNano", "attributes")),
    read,
    never=("attributes/aws.operation.name",),
    spills=_spills,
)
