"""How a call ended, from an HTTP status, a JSON-RPC error or the name of an exception.

Examples:
    >>> outcome_of("403").status, outcome_of("RateLimitError").status, outcome_of("tool_error").status
    ('denied', 'throttled', 'failure')
    >>> outcome_of("-32002", "Resource not found")
    Outcome(status='not_found', code='-32002')
    >>> outcome_of("").status, outcome_of("200").status
    ('failure', 'success')
"""

import re
from functools import lru_cache

from schemas.event import Outcome, Status

_CACHED = 4_096
_LEAD = 128
_HTTP: dict[str, Status] = {
    "401": "denied", "403": "denied", "407": "denied", "404": "not_found", "410": "not_found",
    "429": "throttled",
}  # fmt: skip
_FORMS: tuple[tuple[Status, re.Pattern[str]], ...] = (
    ("throttled", re.compile(r"throttl|rate.?limit|too.?many.?requests|overloaded", re.IGNORECASE)),
    ("denied", re.compile(
        r"unauthori[sz]ed|not.?(?:authori[sz]ed|allowed|permitted)|forbidden|permission|access.?denied|authentication|"
        r"invalid.?(?:bearer|token|api.?key|authorization)|insufficient.?scope|guardrail|"
        r"(?:missing|incorrect).{0,12}authorization|\bden(?:y|ied)\b|\bblocked\b",
        re.IGNORECASE)),
    ("not_found", re.compile(r"not.?found|unknown tool|no such|does not exist", re.IGNORECASE)),
)  # fmt: skip
SUCCESS = Outcome()


@lru_cache(_CACHED)
def outcome_of(code: str, said: str = "") -> Outcome:
    """The outcome of a call that did not simply succeed. `code` has passed `kept`, and so has
    `said`, the error's words, of which none are kept; a code below 400 is success after all."""
    if code.isascii() and code.isdigit() and len(code) == 3:
        if code < "400":
            return SUCCESS
        if code in _HTTP:
            return Outcome(_HTTP[code], code)
    for text in (code, said[:_LEAD]):
        for status, form in _FORMS:
            if form.search(text):
                return Outcome(status, code)
    return Outcome("failure", code)
