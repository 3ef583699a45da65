"""How a CloudTrail call ended: a denial is not a throttle, and a missing resource is neither.

Error codes have no common register; services build theirs from a few words, and those are matched.
A credential that was refused (expired, unknown, bad signature) is a denial. A quota is a failure.

Examples:
    >>> outcome_of("Client.UnauthorizedOperation").status, outcome_of("NoSuchBucketPolicy").status
    ('denied', 'not_found')
    >>> outcome_of("ThrottlingException").status, outcome_of("VpcLimitExceeded").status
    ('throttled', 'failure')
"""

import re
from functools import lru_cache

from detector.sources.text import kept
from schemas.event import Outcome, Status

_SUCCESS = Outcome()
_CACHED = 4_096
_LEAD = 64
_FORMS: tuple[tuple[Status, re.Pattern[str]], ...] = (
    ("dry_run", re.compile(r"DryRunOperation", re.IGNORECASE)),
    ("throttled", re.compile(
        r"Throttl|RequestLimitExceeded|TooManyRequests|SlowDown|RateExceeded|RateLimit|"
        r"ProvisionedThroughputExceeded|RequestThrottled|Bandwidth", re.IGNORECASE)),
    ("denied", re.compile(
        r"Access.?Denied|Unauthori[sz]ed|NotAuthori[sz]ed|Forbidden|AuthFailure|AuthorizationError|"
        r"InvalidClientTokenId|UnrecognizedClient|SignatureDoesNotMatch|InvalidAccessKeyId|"
        r"Expired(?:Token|Credential)|InvalidToken|InvalidIdentityToken|IDPRejectedClaim|"
        r"MissingAuthenticationToken|IncompleteSignature|OptInRequired|NotPermitted|"
        r"Failed authentication|AccountProblem|AllAccessDisabled|^Blocked$", re.IGNORECASE)),
    ("not_found", re.compile(
        r"Not.?Found|NoSuch|DoesNotExist|NonExist|ResourceUnavailable|Unknown(?:Resource|Object)|"
        r"^404$", re.IGNORECASE)),
)  # fmt: skip


def outcome_of(code: str | None, message: str | None = None) -> Outcome:
    """The outcome that an error code and, failing one, an error message stand for."""
    if code:
        return _of_code(kept(code))
    return Outcome(_status(message[:_LEAD])) if message else _SUCCESS


@lru_cache(_CACHED)
def _of_code(code: str) -> Outcome:
    return Outcome(_status(code), code)


def _status(text: str) -> Status:
    return next((status for status, form in _FORMS if form.search(text)), "failure")
