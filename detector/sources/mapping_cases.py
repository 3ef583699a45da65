"""The cases of a mapping: raw records, and the events that they must become.

They stand beside `portal.toml` in the folder `portal.cases`, as `login.raw.json` with what it must
become in `login.event.json`. Fingerprints in them are made with a key that anybody can know.

Examples:
    >>> difference([{"principal": {"type": "human"}}], [{"principal": {"type": "service"}}])
    'principal.type: expected "human", got "service"'
    >>> difference([{"note": "a"}], [{"note": "a"}])
    ''
"""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from detector.sources.base import Context, DecodeError, SkipRecord, Source
from detector.sources.decoding import Decoder
from detector.sources.fingerprint import Fingerprints
from detector.sources.opened import opened
from detector.sources.registry import SOURCES
from schemas.event import ActivityEvent

RAW, EVENT, FOLDER = ".raw.json", ".event.json", ".cases"
CONTEXT = Context(Fingerprints("an example key, for the cases of mappings only"), place="case.json")
_SHOWN = 60
_MISSING = object()


def events_of(source: Source, raw: bytes) -> list[ActivityEvent]:
    """What a raw record becomes; nothing, if the mapping passes it over.

    Raises:
        DecodeError: it cannot be read.
    """
    try:
        return list(Decoder(source).decode(raw, CONTEXT, 1))
    except SkipRecord:
        return []


def written(events: Sequence[ActivityEvent]) -> str:
    """Events as the file of a case holds them."""
    return msgspec.json.format(msgspec.json.encode(events), indent=2).decode() + "\n"


def wrong(source: Source, raw: bytes, expected: bytes | None) -> str:
    """What is wrong with a case; empty if nothing is. `expected` is the file of its events."""
    try:
        problem = _recognition(source, raw)
        if problem:
            return problem
        events = events_of(source, raw)
    except DecodeError as error:
        return f"cannot be read: {error}"
    if expected is None:
        return f"no {EVENT} file says what it must become (--write makes one)"
    try:
        wanted = msgspec.json.decode(expected)
    except msgspec.DecodeError as error:
        return f"its {EVENT} file is not JSON: {error}"
    return difference(wanted, msgspec.json.decode(msgspec.json.encode(events)))


def _recognition(source: Source, raw: bytes) -> str:
    for record in opened(raw):
        if not source.sniff(record):
            return "not recognised: one of recognise.fields is not in it, or one of never is"
        others = [name for name, one in SOURCES.items() if one.sniff(record)]
        if others:
            return f"recognised by {', '.join(others)} too: add to recognise.fields"
    return ""


def difference(expected: Any, actual: Any) -> str:
    """The first place in which two documents differ; empty if there is none."""
    if isinstance(expected, list) and isinstance(actual, list) and len(expected) != len(actual):
        return f"expected {len(expected)} events, got {len(actual)}"
    return next(_differences(expected, actual, ""), "")


def _differences(expected: Any, actual: Any, path: str) -> Iterator[str]:
    if isinstance(expected, dict) and isinstance(actual, dict):
        for name in sorted({*expected, *actual}):
            inner = f"{path}.{name}" if path else name
            yield from _differences(expected.get(name, _MISSING), actual.get(name, _MISSING), inner)
    elif isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        for number, (one, other) in enumerate(zip(expected, actual, strict=True)):
            inner = path if len(expected) == 1 else f"{path}[{number}]"
            yield from _differences(one, other, inner)
    elif expected != actual:
        yield f"{path}: expected {_shown(expected)}, got {_shown(actual)}"


def _shown(value: Any) -> str:
    if value is _MISSING:
        return "nothing"
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."
