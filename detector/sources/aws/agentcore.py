"""Amazon Bedrock AgentCore: what its runtime, gateway, identity and tools log and trace.

Three layouts: application logs as CloudWatch vends them (runtime, identity, code interpreter,
browser), the gateway's log lines with the MCP request in a text, and spans of the `aws/spans` log
group. The actor is the agent: its runtime or workload identity, by the same name in both, or the
gateway or tool where the log names no agent. Tokens and keys that AgentCore Identity hands out are
issues; a token in a response becomes a fingerprint. Left out: payloads, usage metering and the
memory's own processing; of a gateway request's several lines, the one that names the request and
those that tell of an error. No layout has an address, a client or the caller's claims.

References:
    Amazon Bedrock AgentCore developer guide, "AgentCore generated observability data" for runtime,
    gateway, identity and built-in tools.

Examples:
    >>> from detector.sources.base import Context
    >>> from detector.sources.fingerprint import Fingerprints
    >>> raw = b'''{"resource_arn": "arn:aws:bedrock-agentcore:eu-central-1:123456789012:gateway/g-1",
    ...     "event_timestamp": 1767605400000, "account_id": "123456789012", "request_id": "r-1",
    ...     "body": {"isError": false, "log": "Started processing request with requestId: 1",
    ...     "requestBody": "{id=1, method=tools/call, params={name=crm___find_customer}}"}}'''
    >>> context = Context(Fingerprints("a key of at least sixteen characters"))
    >>> [event] = SOURCE.decode(raw, context, 1)
    >>> event.principal.uid, event.action.service, event.action.operation, event.action.access
    ('aws:123456789012:gateway/g-1', 'crm', 'find_customer', 'list')
"""

from detector.sources.aws import agentcore_gateway as gateway
from detector.sources.aws import agentcore_identity as identity
from detector.sources.aws.agentcore_call import Call, call_of, stranger_of
from detector.sources.aws.cloudtrail_deed import deed_of
from detector.sources.aws.cloudtrail_outcome import outcome_of
from detector.sources.base import SkipRecord
from detector.sources.format import Format
from detector.sources.origins import origin_of
from detector.sources.record import Record
from schemas.event import Action, ActivityEvent, Child, Kind, Outcome, Target

_SERVICE = "bedrock-agentcore.amazonaws.com"
_ERRORS = {"throttle": Outcome("throttled", "throttle"), "system": Outcome("failure", "system"),
           "user": Outcome("failure", "user")}  # fmt: skip


def read(record: Record) -> ActivityEvent:
    """The event of one log line or span."""
    call = call_of(record)
    if call.kind == "memory":
        raise SkipRecord("memory processing")
    if call.kind == "gateway" and "body" in record.fields:
        return _event(record, call, gateway.request_of(record))
    if not call.operation:
        raise SkipRecord("usage metering")
    request = gateway.tool_of(record) or gateway.Request(_action(call.operation))
    return _event(record, call, request)


def _event(record: Record, call: Call, request: gateway.Request) -> ActivityEvent:
    outcome = request.outcome or _outcome(record)
    kind: Kind = "use"
    child: Child | None = None
    if outcome.status == "success" and call.operation.lower() in identity.ISSUES:
        kind, child = "issue", identity.child_of(record, call)
    principal = call.principal
    if call.kind == "gateway" and outcome.status == "denied":
        principal = stranger_of(principal)
    target = request.target or identity.target_of(record) or Target(call.arn, call.kind)
    return ActivityEvent(
        uid=_uid(record, request), source=record.what, tenant=record.tenant, time=_time(record),
        principal=principal, kind=kind, action=request.action, target=target,
        origin=origin_of("", "", within=call.principal.account, region=call.region),
        outcome=outcome, child=child, chain=identity.chain_of(record), raw=record.ref,
        note=f"trace:{call.trace}" if call.trace else "",
    )  # fmt: skip


def _action(operation: str) -> Action:
    known = identity.ISSUES.get(operation.lower())
    if known is not None:
        return Action("bedrock-agentcore", operation, known)
    return deed_of(_SERVICE, operation, None).action


def _uid(record: Record, request: gateway.Request) -> str:
    if "spanId" in record.fields:
        return f"{record.text('traceId')}/{record.text('spanId')}"
    uid = record.uid("request_id")
    # A request and its failure are two events; two lines about the same tool call are one.
    return f"{uid}/{request.part}" if request.part else uid


def _time(record: Record) -> int:
    for name in ("event_timestamp", "timestamp", "startTimeUnixNano"):
        if record.get(name) is not None:
            return record.time(name)
    return record.time("event_timestamp")


def _outcome(record: Record) -> Outcome:
    error = record.text("attributes", "error_type") or record.text("error_type")
    if error:
        return _ERRORS.get(error) or outcome_of(error)
    answer = record.part("response_payload")
    failed = answer.flag("isError") or bool(answer.get("error"))
    return Outcome("failure") if failed else Outcome()


SOURCE = Format(
    "agentcore",
    (
        ("resource_arn=*:bedrock-agentcore:*", "event_timestamp"),
        (
            "attributes/aws.operation.name",
            "spanId",
            "attributes/aws.resource.arn=*:bedrock-agentcore:*",
        ),
    ),
    read,
)
