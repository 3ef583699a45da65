"""Where a secret is kept, as people write it and as logs name it when it is read.

`vault:secret/data/db` is a path of the source or service `vault`. An AWS log names a secret by its
ARN, by its ARN without the six characters at the end, or by its name alone within its account: all of
them are one place.

Examples:
    >>> from schemas.event import Action, ActivityEvent, Principal, Target
    >>> arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:billing/db-Ab12Cd"
    >>> read = ActivityEvent(
    ...     uid="e", source="cloudtrail", tenant="t", time=0,
    ...     principal=Principal("app", account="123456789012"),
    ...     action=Action("secretsmanager", "GetSecretValue", "secret_read"),
    ...     target=Target("secretsmanager:secret/billing/db"),
    ... )
    >>> set(names_of(arn)).isdisjoint(read_from(read))
    False
    >>> read_from(read)[0]
    'secretsmanager:secret/billing/db'
"""

import re

from schemas.event import ActivityEvent, Target

_SUFFIX = re.compile(r"-[A-Za-z0-9]{6}$")
_ARN_PARTS = 6
# What a request calls the thing, before its name: `secret/`, `name/`.
_KIND = re.compile(r"^[a-z]+[:/]+")


def names_of(place: str) -> tuple[str, ...]:
    """The names by which a log may know a place."""
    if not place.startswith("arn:"):
        return (place,)
    service, account, name = _taken_apart(place)
    found = [place, f"{account}|{service}|{name}"]
    if service == "secretsmanager":
        found += [_SUFFIX.sub("", place), f"{account}|{service}|{_SUFFIX.sub('', name)}"]
    return tuple(found)


def read_from(event: ActivityEvent) -> tuple[str, ...]:
    """The names of the place from which an event read a secret; none if it did not."""
    action, target, outcome = event.action, event.target, event.outcome
    if action is None or action.access != "secret_read" or target is None:
        return ()
    if outcome is not None and outcome.status != "success":
        return ()
    uid, service = target.uid, action.service
    if uid.startswith("arn:"):
        return names_of(uid)
    named = f"{_owner(event, target)}|{service}|{_bare(uid.removeprefix(f'{service}:'))}"
    return uid, f"{service}:{uid}", f"{event.source}:{uid}", named


def _owner(event: ActivityEvent, target: Target) -> str:
    return target.account or event.principal.account


def _taken_apart(arn: str) -> tuple[str, str, str]:
    """Service, account and name of the thing."""
    parts = (arn.split(":", _ARN_PARTS - 1) + [""] * _ARN_PARTS)[:_ARN_PARTS]
    return parts[2], parts[4], _bare(parts[5])


def _bare(name: str) -> str:
    return _KIND.sub("", name).lstrip("/")
