"""What a record says was done, as far as its operation's name tells: worked out once for each name.

Examples:
    >>> deed = deed_of("iam.amazonaws.com", "CreateAccessKey", None)
    >>> deed.action.effect, deed.may_issue, deed.has_rule
    ('mint_credential', True, False)
"""

from msgspec import Struct

from detector.sources.aws.cloudtrail_actions import access_of, plane_of
from detector.sources.aws.cloudtrail_asked import is_true
from detector.sources.aws.cloudtrail_children import concerns
from detector.sources.aws.cloudtrail_effects import effect_of
from detector.sources.aws.cloudtrail_identity import service_name
from detector.sources.aws.cloudtrail_requests import is_ruled
from detector.sources.aws.cloudtrail_words import name_of
from detector.sources.memo import Memo
from detector.sources.text import harmless, kept
from schemas.event import Action


class Deed(Struct, frozen=True, gc=False):
    """The action before its request has been looked at. `has_rule`: the request may change it;
    `may_issue`: the call may issue or end a credential."""

    action: Action
    has_rule: bool
    may_issue: bool


_known: Memo[tuple[str, str, bool | str | None], Deed] = Memo()


def deed_of(source: str, name: str, read_only: bool | str | None) -> Deed:
    """The deed of a record's `eventSource`, `eventName` and `readOnly`."""
    key = (source, name, read_only)
    known = _known.get(key)
    if known is not None:
        return known
    deed = _worked_out(*key)
    return _known.keep(key, deed) if harmless(key) else deed


def _worked_out(source: str, name: str, read_only: bool | str | None) -> Deed:
    service, operation = service_name(kept(source)), name_of(kept(name))
    flag = None if read_only is None else is_true(read_only)
    access = access_of(service, operation, flag)
    action = Action(
        service, operation, access, plane_of(service, operation, access),
        effect_of(service, operation),
    )  # fmt: skip
    return Deed(action, is_ruled(action), concerns(operation))
