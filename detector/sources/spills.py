"""Secrets that stand in a record's free text: tool arguments, prompts, commands, queries.

Whoever can read the log, the prompt or the tool's own log has them, so each is an exposure: reported
with its place and kind, under the fingerprint that the credential has wherever else it is seen. The
text itself is looked through and dropped.

Examples:
    >>> from detector.sources.redact import EXAMPLES
    >>> [kind for kind, secret in find_secrets(f"use {EXAMPLES['github']} to push")]
    ['github']
"""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from detector.sources.credentials import public, secret
from detector.sources.record import Record
from detector.sources.redact import found_secrets
from schemas.event import Action, ActivityEvent, Credential, Target

# Text beyond is not looked through: what a person or a tool passes on is shorter.
_READ = 16_384
_MOST = 8

Spills = Callable[[Record], Iterable[tuple[str, Any]]]


def at(*paths: str) -> Spills:
    """The free text at some dotted paths.

    Examples:
        >>> at("params.arguments").__name__
        'those'
    """
    split = tuple((path, tuple(path.split("."))) for path in paths)

    def those(record: Record) -> list[tuple[str, Any]]:
        return [
            (name, value)
            for name, path in split
            if path[0] in record.fields and (value := record.get(*path))
        ]

    return those


def find_secrets(value: Any) -> Iterable[tuple[str, str]]:
    """Kind and text of every secret in a text, or in any text of an object or list. The caller must
    keep neither."""
    text = value if isinstance(value, str) else _flat(value)
    return found_secrets(text[:_READ])


def exposures(record: Record, spills: Spills, event: ActivityEvent) -> list[ActivityEvent]:
    """An exposure for each secret in the record's free text, by whoever put it there."""
    made: list[ActivityEvent] = []
    for place, value in spills(record):
        for kind, text in find_secrets(value):
            credential = _credential(kind, text, record)
            if credential is not None and len(made) < _MOST and _is_new(credential, made):
                made.append(_exposure(event, place, kind, credential, len(made) + 1))
    return made


def _is_new(credential: Credential, made: list[ActivityEvent]) -> bool:
    return all(
        one.credential is None or one.credential.fingerprint != credential.fingerprint
        for one in made
    )


def _exposure(
    event: ActivityEvent, place: str, kind: str, credential: Credential, number: int
) -> ActivityEvent:
    return ActivityEvent(
        uid=f"{event.uid}#secret:{number}",
        source=event.source,
        tenant=event.tenant,
        time=event.time,
        principal=event.principal,
        kind="exposure",
        action=Action(event.source, f"secret in {place}", "read", "retrieval"),
        credential=credential,
        target=Target(place, "place"),
        origin=event.origin,
        raw=event.raw,
        note=f"kind:{kind}",
    )


def _credential(kind: str, text: str, record: Record) -> Credential | None:
    if kind == "access_key_id":
        return public(
            text, kind, record.context, record.tenant, type="access_key", lifetime="static"
        )
    return secret(text, record.context, record.tenant, type=kind)


def _flat(value: Any) -> str:
    try:
        return msgspec.json.encode(value).decode("utf-8", "replace")
    except (msgspec.MsgspecError, RecursionError, ValueError, TypeError, UnicodeError):
        return ""
