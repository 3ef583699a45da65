"""How an action ended, from the few words that normalised records have for it.

Examples:
    >>> outcome(False, "AccessDenied").status, outcome(False, "429").status
    ('denied', 'throttled')
    >>> outcome(None, "") is None, outcome(None, "204").status, outcome(True, "0").code
    (True, 'success', '')
"""

from detector.sources.aws.cloudtrail_outcome import outcome_of
from schemas.event import Outcome, Status

_DONE = Outcome()
_CODES: dict[str, Status] = {
    "401": "denied", "403": "denied", "407": "denied", "404": "not_found", "410": "not_found",
    "429": "throttled",
}  # fmt: skip
_HTTP = 3


def outcome(ended_well: bool | None, code: str, *, refused: bool = False) -> Outcome | None:
    """The outcome; None where the record tells of none. `refused`: a failure is a denial, as it is
    of whoever tries to sign in."""
    http = len(code) == _HTTP and code.isdigit()
    if ended_well is None:
        if not code:
            return None
        ended_well = http and code < "400"
    if ended_well:
        return _DONE
    status: Status = _CODES.get(code, "failure") if http else outcome_of(code or None).status
    if status in {"failure", "success"}:
        status = "denied" if refused else "failure"
    return Outcome(status, code)
