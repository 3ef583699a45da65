"""Deeds as agents' runtimes, their traces and the broker of their tokens log them.

Examples:
    >>> from detector.simulate.across.deed import Actor
    >>> agent = Actor("triage", "agent", "agentcore", "", "")
    >>> agentcore(Deed(0, agent, "crm___find_customer"))["resource_arn"].rpartition(":")[2]
    'gateway/triage'
"""

from hashlib import sha256

from detector.simulate.across.deed import Deed, Record
from detector.simulate.clock import HOUR, MINUTE, stamp

_ACCOUNT, _REGION = "123456789012", "eu-central-1"
_ARN = f"arn:aws:bedrock-agentcore:{_REGION}"
_TASK_OVERRUN = 10 * MINUTE


def agentcore(deed: Deed) -> Record:
    """AgentCore: the runtime's and the identity service's logs, its spans, and the gateway's lines."""
    name = deed.actor.name
    if "___" in deed.operation:
        return _gateway(deed)
    if deed.operation.startswith("GetResource"):
        return _token_span(deed)
    if deed.operation == "InvokeCodeInterpreter":
        arn = f"{_ARN}:{_ACCOUNT}:code-interpreter-custom/{name}"
        return _application(deed, arn, "AgentCore.CodeInterpreter")
    return _application(deed, f"{_ARN}:{_ACCOUNT}:runtime/{name}", "AgentCoreCodeRuntime")


def _trace(deed: Deed) -> tuple[str, str]:
    """A trace and a span in it."""
    digest = sha256(deed.uid.encode()).hexdigest()
    return digest[:32], digest[32:48]


def _application(deed: Deed, arn: str, service: str) -> Record:
    trace, span = _trace(deed)
    return {
        "timestamp": deed.at, "resource_arn": arn, "event_timestamp": deed.at,
        "account_id": _ACCOUNT, "request_id": deed.uid,
        "session_id": f"talk-{deed.actor.name}-{deed.at // HOUR}", "trace_id": trace,
        "span_id": span, "service_name": service, "operation": deed.operation,
        "request_payload": {}, "response_payload": {"isError": deed.denied},
    }  # fmt: skip


def _gateway(deed: Deed) -> Record:
    trace, span = _trace(deed)
    request = (
        f"{{id={deed.number}, jsonrpc=2.0, method=tools/call, params={{name={deed.operation}}}}}"
    )
    return {
        "resource_arn": f"{_ARN}:{_ACCOUNT}:gateway/{deed.actor.name}", "event_timestamp": deed.at,
        "body": {
            "isError": False, "id": str(deed.number), "requestBody": request,
            "log": f"Started processing request with requestId: {deed.number}",
        },
        "account_id": _ACCOUNT, "request_id": deed.uid, "trace_id": trace, "span_id": span,
    }  # fmt: skip


def _token_span(deed: Deed) -> Record:
    trace, span = _trace(deed)
    kind = "apikey" if "ApiKey" in deed.operation else "oauth2"
    arn = f"{_ARN}:{_ACCOUNT}:token-vault/default/{kind}credentialprovider/{deed.target}"
    given = {
        "aws.account.id": _ACCOUNT, "aws.region": _REGION, "aws.operation.name": deed.operation,
        "aws.resource.arn": arn, "workload.identity.id": deed.actor.name,
        "credential.provider.name": deed.target, "latency_ms": 12,
    }  # fmt: skip
    return {
        "resource": {"attributes": {"aws.local.service": deed.actor.name}}, "traceId": trace,
        "spanId": span, "kind": "SERVER", "name": deed.operation,
        "startTimeUnixNano": deed.at * 1_000_000, "endTimeUnixNano": (deed.at + 12) * 1_000_000,
        "attributes": given | ({"error_type": "user"} if deed.denied else {}),
        "status": {"code": "UNSET"},
    }  # fmt: skip


def otel_genai(deed: Deed) -> Record:
    """OpenTelemetry: one span of an agent, a call of a model or of a tool."""
    trace, span = _trace(deed)
    chats = deed.operation == "chat"
    given = {
        "gen_ai.operation.name": "chat" if chats else "execute_tool",
        "gen_ai.agent.name": deed.actor.name, "gen_ai.provider.name": "openai",
        "gen_ai.conversation.id": f"talk-{deed.actor.name}-{deed.at // HOUR}",
        "gen_ai.request.model" if chats else "gen_ai.tool.name": deed.target if chats else deed.operation,
    }  # fmt: skip
    if deed.denied:
        given["error.type"] = "403"
    about = {
        "service.name": "support", "cloud.account.id": _ACCOUNT, "cloud.region": _REGION,
        "k8s.pod.name": f"{deed.actor.name}-0",
    }  # fmt: skip
    one: Record = {
        "traceId": trace, "spanId": span, "name": deed.operation, "kind": 3 if chats else 1,
        "startTimeUnixNano": str(deed.at * 1_000_000),
        "endTimeUnixNano": str((deed.at + 700) * 1_000_000), "attributes": _pairs(given),
        "status": {"code": 2 if deed.denied else 0},
    }  # fmt: skip
    scope = {"name": "opentelemetry.instrumentation.openai_v2", "version": "2.1b0"}
    return {
        "resourceSpans": [
            {
                "resource": {"attributes": _pairs(about)},
                "scopeSpans": [{"scope": scope, "spans": [one]}],
            }
        ]
    }


def _pairs(given: dict[str, str]) -> list[Record]:
    return [{"key": name, "value": {"stringValue": value}} for name, value in given.items()]


def token_use(deed: Deed) -> Record:
    """A broker of tokens: each hour's task has a token of its own, which ends soon after it."""
    hour = deed.at // HOUR - int(deed.more.get("hours_ago", 0))
    service, _, operation = deed.operation.partition(".")
    task = f"task-{deed.actor.name}-{hour}"
    secret = f"{deed.actor.secret}-{hour}"
    return {
        "uid": deed.uid, "source": "broker", "time": stamp(deed.at),
        "principal": {"uid": f"agent/{deed.actor.name}", "name": deed.actor.name, "type": "agent"},
        "action": {"service": service, "operation": operation},
        "credential": {
            "fingerprint": f"sha256:{sha256(secret.encode()).hexdigest()}", "type": "access_token",
            "lifetime": "ephemeral",
        },
        "target": {"uid": f"{service}/{deed.target}", "type": "index"},
        "origin": {"address": deed.address, "user_agent": deed.agent},
        "outcome": {"status": "denied" if deed.denied else "success"},
        "task": {"uid": task, "ends": stamp((hour + 1) * HOUR + _TASK_OVERRUN)},
    }  # fmt: skip
