"""Agents and models: what one reads makes it act, and keys to models in other hands.

The twins are agents within their task, one with a new tool to read with, one whose task is to send, an owner who has not heard
of a leak, and people on the road.

References:
    Field cases: poisoned retrieval, then a secret, then a tool that writes or sends; a token used
    when its task is over; a key to models that is tried out on others.

Examples:
    >>> len(AGENTS), all(len(pair) == 2 for pair in AGENTS.values())
    (8, True)
"""

from collections.abc import Iterator

from msgspec.structs import replace

from detector.simulate.across.deed import Actor, Deed
from detector.simulate.across.scene import Act, Line, Pair, Scene, story
from detector.simulate.clock import MINUTE

_SCRIPT = "python-requests/2.32"
_KEY = {"admin_api_key_id": "ak-9"}


def _pasted(scene: Scene, at: int) -> Line:
    """TruffleHog finds the key in a file that somebody has checked in."""
    found = Actor("scanner", "service", "trufflehog", "", "")
    more = {"secret": scene.cast["litellm"].secret}
    return Line(Deed(at, found, "found", "notebook.ipynb", more=more))


def _pasted_key_used(scene: Scene, at: int) -> Iterator[Line]:
    yield _pasted(scene, at)
    robot = scene.cast["litellm"]
    at += 8 * MINUTE
    for number in range(10):
        model = f"m-huge-{number % 3}"
        deed = Deed(at, robot, "acompletion", model, where=scene.thief, number=number)
        yield Line(deed, deciding=number == 0)
        at += 2_000


def _pasted_key_kept(scene: Scene, at: int) -> Iterator[Line]:
    yield _pasted(scene, at)
    for number in range(4):
        then = at + (number + 1) * MINUTE
        yield Line(Deed(then, scene.cast["litellm"], "acompletion", "m-large", number=number))


def _token_borrowed(scene: Scene, at: int) -> Iterator[Line]:
    """One agent calls with the token of another, which a gateway should have told apart."""
    owner, deputy = scene.cast["mcp"], scene.cast["mailer"]
    for number, operation in enumerate(
        ("files/list_files", "files/read_file", "files/delete_file")
    ):
        with_its = replace(deputy, secret=owner.secret)
        yield Line(Deed(at, with_its, operation, "notes", number=number), deciding=number == 0)
        at += 5_000


def _token_own(scene: Scene, at: int) -> Iterator[Line]:
    """Another agent does the same with a token of its own."""
    for number, operation in enumerate(("files/list_files", "files/read_file")):
        yield Line(Deed(at, scene.cast["mailer"], operation, "notes", number=number))
        at += 5_000


AGENTS: dict[str, Pair] = {
    "token_borrowed": (_token_borrowed, _token_own),
    "retriever_writes": (
        story(
            Act("retriever", "wiki/read_page", "press"),
            Act("retriever", "vault/get_secret", "mail", 20),
            Act("retriever", "mail/send_message", "outside", 10, decides=1),
            Act("retriever", "shell/run_command", "upload", 10),
        ),
        story(
            Act("retriever", "wiki/search_pages", "press"),
            Act("retriever", "wiki/read_page", "press", 5, 6),
            Act("retriever", "wiki/list_pages", "press", 5),
            Act("mailer", "wiki/read_page", "press"),
            Act("mailer", "vault/get_secret", "mail", 20),
            Act("mailer", "mail/send_message", "outside", 10),
        ),
    ),
    "traced_agent_sends": (
        story(
            Act("otel_genai", "fetch_page", "outside"),
            Act("otel_genai", "get_secret", "mail", 15),
            Act("otel_genai", "send_email", "outside", 10, decides=1),
            Act("otel_genai", "delete_order", "shop", 5, 3),
        ),
        story(
            Act("otel_genai", "search_orders", "shop"),
            Act("otel_genai", "get_order", "shop", 3, 6),
            Act("otel_genai", "chat", "m-large", 3),
        ),
    ),
    "runtime_takes_key": (
        story(
            Act("agentcore", "InvokeAgentRuntime"),
            Act("agentcore", "GetResourceApiKey", "payments", 5, decides=1),
            Act("agentcore", "InvokeCodeInterpreter", "", 5),
            Act("agentcore", "crm___export_customers", "", 5, 6),
        ),
        story(
            Act("agentcore", "InvokeAgentRuntime"),
            Act("agentcore", "GetResourceOauth2Token", "calendar", 3),
            Act("agentcore", "crm___find_customer", "", 3, 6),
        ),
    ),
    "token_outlives_task": (
        story(
            Act("token_use", "search.query", "handbook", times=4, decides=1, away=True, tool=_SCRIPT,
                more={"hours_ago": 3}),
        ),
        story(Act("token_use", "search.query", "handbook", 20, 5)),
    ),
    "pasted_key_used": (_pasted_key_used, _pasted_key_kept),
    "assistant_admin_key": (
        story(
            Act("anthropic_audit", "admin_api_key_created", away=True, tool=_SCRIPT, decides=1, more=_KEY),
            Act("anthropic_audit", "org_data_export_started", "", 20, away=True, tool=_SCRIPT,
                more={"export_id": "x-1"}),
        ),
        story(
            Act("anthropic_audit", "claude_chat_created", "chat", away=True),
            Act("anthropic_audit", "claude_chat_viewed", "chat", 60, 2, away=True),
        ),
    ),
    "model_admin_key": (
        story(
            Act("openai_audit", "login.succeeded", away=True, tool=_SCRIPT),
            Act("openai_audit", "admin_api_key.created", "key_9", 15, away=True, tool=_SCRIPT, decides=1),
            Act("openai_audit", "organization.updated", "org", 15, away=True, tool=_SCRIPT,
                more={"changes_requested": {"api_call_logging": "disabled"}}),
        ),
        story(
            Act("openai_audit", "login.succeeded", away=True),
            Act("openai_audit", "project.updated", "proj", 60, away=True),
        ),
    ),
}  # fmt: skip
