"""What an agent's tool does, from its name: tools have no register, but their names have verbs.

The service is the server that offers the tool, so that `send` of a mail server is not `send` of a
chat. A tool that runs what it is given (a shell, code) can do anything, which is a grave thing to
begin with.

Examples:
    >>> tool_action("tickets", "create_issue")
    Action(service='tickets', operation='create_issue', access='write', plane='action', effect='', foreign='')
    >>> tool_action("", "run_shell_command").effect, tool_action("vault", "get_secret").access
    ('execute', 'secret_read')
    >>> tool_target("tickets", "create_issue").uid
    'tickets/create_issue'
"""

from functools import lru_cache

from detector.sources.verbs import access_by_verb, plane_by_words, words_of
from schemas.event import Action, Target

_CACHED = 16_384
UNNAMED = "mcp"
_SHELLS = frozenset({"shell", "bash", "powershell", "terminal", "exec"})
_RUN = frozenset({"run", "execute", "eval", "evaluate", "start"})
_PROGRAMS = frozenset({"command", "commands", "code", "script", "process", "python", "javascript"})


@lru_cache(_CACHED)
def tool_action(server: str, tool: str) -> Action:
    """The action of calling `tool` of `server`, both of which have passed `kept`."""
    access, words = access_by_verb(tool, server), frozenset(words_of(tool))
    if _SHELLS & words or (_RUN & words and _PROGRAMS & words):
        return Action(server or UNNAMED, tool, "write", "action", "execute")
    return Action(server or UNNAMED, tool, access, plane_by_words(tool, access))


@lru_cache(_CACHED)
def tool_target(server: str, tool: str) -> Target:
    """The tool itself as what was acted upon: its arguments, which would say more, are not kept."""
    return Target(f"{server}/{tool}" if server else tool, "tool")
