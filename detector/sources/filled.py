"""Which fields of an event each source ever fills: so that nobody waits for what a log cannot show.

`filled.json` is gathered from the golden cases of each source, whose events say what its records
carry; a test tells when it has drifted. Of `kind`, `action.access` and `action.effect` the
values count as well (`kind=issue`, `action.access=secret_read`).

Examples:
    >>> from schemas.event import ActivityEvent, Principal
    >>> fields_of(ActivityEvent("e", "s", "t", 0, Principal("p", mfa=False)))
    ['kind=use', 'principal.mfa', 'principal.uid']
"""

from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Any

import msgspec

from schemas.event import ActivityEvent

_VALUES = ("kind", "action.access", "action.effect")
# Every event has them, or has them from whoever reads it.
_ALWAYS = frozenset({"uid", "source", "tenant", "time", "schema", "raw", "record"})
NAME = "filled.json"


def fields_of(*events: ActivityEvent) -> list[str]:
    """The fields that any of these events has, in order of their names."""
    found: set[str] = set()
    for event in events:
        found.add(f"kind={event.kind}")
        for name, value in msgspec.to_builtins(event).items():
            if name not in _ALWAYS and name != "kind":
                found.update(_named(name, value))
    return sorted(found)


def filled() -> Mapping[str, tuple[str, ...]]:
    """The fields of each source, by its name."""
    text = files(__package__).joinpath(NAME).read_bytes()
    return msgspec.json.decode(text, type=dict[str, tuple[str, ...]])


def fed(fields: Iterable[str], needs: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Which detections can find something in events that have these fields.

    Examples:
        >>> fed(("origin.network",), {"shared_origin": ("origin.network",), "x": ("kind=issue",)})
        ['shared_origin']
    """
    there = set(fields)
    return [name for name, needed in needs.items() if there.issuperset(needed)]


def _named(name: str, value: Any) -> Iterable[str]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _named(f"{name}.{key}", one)
    elif value not in ("", None, (), []):
        yield name
        if name in _VALUES:
            yield f"{name}={value}"
