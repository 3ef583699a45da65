"""What a GenAI span did: a model call, a tool, an agent, a memory, and how it ended.

Examples:
    >>> _model_call("openai", "chat")
    Action(service='openai', operation='chat', access='read', plane='inference', effect='', foreign='')
    >>> _model_call("memory", "delete_memory").access
    'delete'
"""

from functools import lru_cache

from detector.sources.ai import outcomes
from detector.sources.ai.otel_genai_span import Span
from detector.sources.ai.tools import tool_action, tool_target
from detector.sources.verbs import access_by_verb, plane_by_words
from schemas.event import Action, Outcome, Target

_CACHED = 16_384
_ASKING = frozenset({
    "chat", "generate_content", "text_completion", "embeddings", "plan", "invoke_agent",
    "invoke_workflow", "realtime",
})  # fmt: skip
_FAILED = frozenset({"2", "STATUS_CODE_ERROR", "ERROR"})
_FINE = frozenset({"", "0", "OK"})


def deed_of(span: Span) -> tuple[Action, Target | None]:
    """The action of a span and what it was done to."""
    given = span.attributes
    operation = given.get("gen_ai.operation.name", "")
    method, tool = given.get("mcp.method.name", ""), given.get("gen_ai.tool.name", "")
    server = given.get("mcp.server.name") or (given.get("server.address", "") if method else "")
    if tool and (operation == "execute_tool" or method == "tools/call"):
        # A tool of the application's own is known within its service.
        home = server or span.service
        return tool_action(home, tool), tool_target(home, tool)
    if method and not operation:
        return _request(server, method), _thing(given, server)
    service = given.get("gen_ai.provider.name") or given.get("gen_ai.system") or "genai"
    return _model_call(service, operation or "call"), _asked(given, operation)


@lru_cache(_CACHED)
def _model_call(service: str, operation: str) -> Action:
    if operation in _ASKING or operation == "call":
        return Action(service, operation, "read", "inference")
    if operation == "retrieval":
        return Action(service, operation, "read", "retrieval")
    access = access_by_verb(operation)
    return Action(service, operation, access, plane_by_words(operation, access))


@lru_cache(_CACHED)
def _request(server: str, method: str) -> Action:
    access = access_by_verb(method.rpartition("/")[2])
    return Action(server or "mcp", method, access, plane_by_words(method, access))


def _thing(given: dict[str, str], server: str) -> Target | None:
    if uri := given.get("mcp.resource.uri"):
        return Target(uri, "resource")
    if prompt := given.get("gen_ai.prompt.name"):
        return Target(f"{server}/{prompt}" if server else prompt, "prompt")
    return Target(server, "server") if server else None


def _asked(given: dict[str, str], operation: str) -> Target | None:
    agent = given.get("gen_ai.agent.name") or given.get("gen_ai.agent.id")
    if agent and operation in {"invoke_agent", "create_agent"}:
        return Target(f"agent/{agent}", "agent")
    for name, kind in (
        ("gen_ai.data_source.id", "data-source"), ("gen_ai.memory.store.id", "memory-store"),
        ("gen_ai.request.model", "model"), ("gen_ai.response.model", "model"),
    ):  # fmt: skip
        if given.get(name):
            return Target(f"{kind}/{given[name]}", kind)
    return None


def outcome_of(span: Span) -> Outcome:
    """A span's status says whether it failed; the kind of error says how."""
    record, given = span.record, span.attributes
    error = given.get("error.type", "")
    answer = given.get("rpc.response.status_code", "")
    code = error or (answer if answer not in _FINE else "")
    if code:
        return outcomes.outcome_of(code, record.text("status", "message"))
    if record.text("status", "code") in _FAILED:
        return outcomes.outcome_of("", record.text("status", "message"))
    return outcomes.SUCCESS
