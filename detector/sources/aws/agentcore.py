"""Amazon Bedrock AgentCore application logs: what agents did through its runtime and gateway, and the
tokens that its identity service handed to them.

Read: the records that the service delivers to CloudWatch Logs, S3 or Firehose. Spans of AgentCore
are OpenTelemetry's, and its control plane is in CloudTrail. Payloads are not read.

References:
    Amazon Bedrock AgentCore developer guide, "AgentCore generated observability data" (runtime,
    gateway and identity logs).

Examples:
    >>> from detector.sources.base import Context
    >>> from detector.sources.fingerprint import Fingerprints
    >>> raw = b'''{"event_timestamp": 1767605400000, "request_id": "r1", "session_id": "s1",
    ...     "resource_arn": "arn:aws:bedrock-agentcore:eu-central-1:123456789012:runtime/support",
    ...     "operation": "GetResourceOauth2Token", "account_id": "123456789012"}'''
    >>> [event] = SOURCE.decode(raw, Context(Fingerprints("a key of sixteen characters")), 1)
    >>> event.principal.uid, event.kind, event.action.access
    ('agentcore:123456789012/runtime/support', 'issue', 'credential_issue')
"""

from detector.sources.format import Format
from detector.sources.origins import origin_of
from detector.sources.record import Record
from detector.sources.verbs import access_by_verb, plane_by_words
from schemas.event import Access, Action, ActivityEvent, Child, Kind, Outcome, Principal, Target

NAME = "agentcore"
_TOKENS = frozenset({
    "GetResourceOauth2Token", "GetWorkloadAccessToken", "GetWorkloadAccessTokenForJWT",
    "GetWorkloadAccessTokenForUserId", "GetResourceApiKey",
})  # fmt: skip
_TIMES = ("event_timestamp", "timestamp", "time")


def _read(record: Record) -> ActivityEvent:
    arn = record.need(record.text("resource_arn"), "resource_arn", "the agent or gateway")
    parts = arn.split(":", 5)
    region, account = (parts[3], parts[4]) if len(parts) > 5 else ("", "")
    resource = parts[-1]
    account = account or record.text("account_id")
    body = record.part("body")
    tool = record.first("tool_name", "body.tool_name", "body.requestBody.params.name")
    operation = (
        tool or record.first("operation", "body.operation", "body.requestBody.method") or "log"
    )
    when = next((name for name in _TIMES if record.get(name) is not None), _TIMES[0])
    agent = Principal(
        f"agentcore:{account}/{resource}", resource.rpartition("/")[2], account, "agent",
        owner=record.first("actor_id", "user_id", "body.actor_id"), session=record.text("session_id"),
        known_by=arn,
    )  # fmt: skip
    kind: Kind = "issue" if operation in _TOKENS else "use"
    failed = record.flag("isError") or body.flag("isError") or bool(record.text("error_type"))
    uid = record.first("request_id", "event_id", "trace_id")
    span = record.text("span_id")
    return ActivityEvent(
        uid=f"{uid}:{span}" if uid and span else uid or record.uid(),
        source=NAME,
        tenant=record.tenant,
        time=record.time(when),
        principal=agent,
        kind=kind,
        action=_action(operation, tool),
        target=Target(tool or arn, "tool" if tool else "agentcore"),
        origin=origin_of(record.first("client_ip", "source_ip"), record.text("user_agent"), within=account,
                         region=region),
        outcome=Outcome("failure", record.text("error_type")) if failed else Outcome(),
        child=Child(None, agent) if kind == "issue" else None,
        raw=record.ref,
    )  # fmt: skip


def _action(operation: str, tool: str) -> Action:
    if operation in _TOKENS:
        return Action("bedrock-agentcore", operation, "credential_issue", "")
    access: Access = access_by_verb(operation)
    service = "agentcore-gateway" if tool else "bedrock-agentcore"
    return Action(service, operation, access, plane_by_words(operation, access))


SOURCE = Format(
    NAME, ((b'"resource_arn"', b"bedrock-agentcore"),), _read, never=(b'"eventSource"',)
)
