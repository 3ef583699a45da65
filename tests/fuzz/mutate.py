"""Inputs made of golden cases: seeded, so that an input can be made again from where it came from.

Examples:
    >>> cases = [b'{"actor": {"id": 7}, "when": "2026-01-05T09:30:00Z"}', b'{"a": ["b", "c"]}']
    >>> first, again = inputs(cases, "a seed", 20), inputs(cases, "a seed", 20)
    >>> list(first) == list(again), len(set(inputs(cases, "a seed", 20))) > 10
    (True, True)
"""

import json
import random
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

from tests.fuzz import odd

# Where a value stands: what holds it, and under which key or number.
Place = tuple[Any, Any]
Change = Callable[["Maker", Any, list[Place]], None]
_JUNK = b'{}[]",:\\0123456789-+.eE\x00\xff\xc3\xed\xa0\x80 \n\tnulltruefalse'
# A document that has grown so large is not changed any more.
_MOST_PLACES = 3_000
_LEVELS = (3, 20, 200, 1_500, 20_000)


def inputs(cases: Sequence[bytes], seed: str, count: int) -> Iterator[bytes]:
    """`count` inputs; the same for the same cases and seed."""
    return islice(Maker(cases, random.Random(seed)), count)


class Maker(Iterator[bytes]):
    """An endless row of inputs."""

    def __init__(self, cases: Sequence[bytes], draw: random.Random) -> None:
        self.cases = cases
        self.draw = draw
        self.grafts = [json.loads(case) for case in cases]

    def __next__(self) -> bytes:
        draw = self.draw
        kind = draw.random()
        raw = draw.choice(self.cases)
        if kind < 0.08:
            return self._damaged(raw)
        document = json.loads(raw)
        for _ in range(draw.choice((1, 1, 1, 2, 2, 3, 5, 8))):
            places = list(islice(_places(document), _MOST_PLACES))
            if not 0 < len(places) < _MOST_PLACES:
                break
            draw.choices(_CHANGES, _WEIGHTS)[0](self, document, places)
        if kind < 0.16:
            document = self._wrapped(document)
        made = _written(document, draw)
        return self._damaged(made) if kind > 0.97 else made

    def _damaged(self, raw: bytes) -> bytes:
        """Bytes cut, overwritten, put in, doubled or taken out."""
        draw = self.draw
        for _ in range(draw.choice((1, 1, 2, 4))):
            at, to = sorted((draw.randint(0, len(raw)), draw.randint(0, len(raw))))
            to = min(to, at + draw.choice((1, 2, 8, 64, 10_000)))
            start = draw.randrange(len(_JUNK))
            junk = _JUNK[start : start + draw.choice((0, 1, 1, 3, 9))]
            raw = draw.choice(
                (
                    raw[:at],
                    raw[:at] + junk + raw[to:],
                    raw[:to] + raw[at:],
                    raw[:at] + junk + raw[at:],
                )
            )
        return raw

    def _wrapped(self, document: Any) -> Any:
        """The document in one of the envelopes that logs travel in, or in two."""
        text = json.dumps(document)
        found = self.draw.choice((
            {"Records": [document, document]}, {"records": [document]}, [document], {"value": [document]},
            {"message": text}, {"log": text}, {"event": document, "sourcetype": "x"},
            {"_source": document}, {"detail-type": "x", "detail": document},
            {"messageType": "DATA_MESSAGE", "logEvents": [{"message": text}]},
            {"specversion": "1.0", "data": document},
            {"message": {"data": b64encode(text.encode()).decode()}, "subscription": "x"},
            {"resourceLogs": [{"scopeLogs": [{"logRecords": [{"body": {"stringValue": text}}]}]}]},
        ))  # fmt: skip
        return self._wrapped(found) if self.draw.random() < 0.2 else found


def _places(document: Any) -> Iterator[Place]:
    """Every place within a document, outer ones first."""
    waiting = [document]
    for one in waiting:
        pairs = one.items() if isinstance(one, dict) else enumerate(one)
        for key, value in pairs if isinstance(one, dict | list) else ():
            yield one, key
            if isinstance(value, dict | list):
                waiting.append(value)


def _written(document: Any, draw: random.Random) -> bytes:
    made = json.dumps(document, separators=(",", ":"), ensure_ascii=draw.random() < 0.5)
    raw = made.encode("utf-8", "surrogatepass")
    mark = json.dumps(odd.DEEP).encode()
    return raw.replace(mark, odd.deep(draw.choice(_LEVELS), b"1"), 1) if mark in raw else raw


def _replace(maker: Maker, _: Any, places: list[Place]) -> None:
    held, key = maker.draw.choice(places)
    held[key] = odd.value(maker.draw)


def _near(maker: Maker, _: Any, places: list[Place]) -> None:
    held, key = maker.draw.choice(places)
    old = held[key]
    if isinstance(old, str):
        held[key] = odd.text(maker.draw, old)
    elif isinstance(old, int | float) and not isinstance(old, bool):
        held[key] = odd.number(maker.draw, old)
    else:
        held[key] = [old]


def _remove(maker: Maker, _: Any, places: list[Place]) -> None:
    held, key = maker.draw.choice(places)
    del held[key]


def _exchange(maker: Maker, _: Any, places: list[Place]) -> None:
    """Two leaves change places; only leaves, for an object within itself would have no end."""
    leaves = [(held, key) for held, key in places if not isinstance(held[key], dict | list)]
    if leaves:
        (one, a), (other, b) = maker.draw.choice(leaves), maker.draw.choice(leaves)
        one[a], other[b] = other[b], one[a]


def _rename(maker: Maker, document: Any, places: list[Place]) -> None:
    held, key = maker.draw.choice(places)
    if isinstance(held, dict):
        other = maker.draw.choice([name for _, name in places if isinstance(name, str)])
        held[maker.draw.choice((other, str(key).upper(), ""))] = held.pop(key)


def _graft(maker: Maker, _: Any, places: list[Place]) -> None:
    """What stands in another case, in place of something here."""
    held, key = maker.draw.choice(places)
    others = list(_places(maker.draw.choice(maker.grafts)))
    if others:
        there, name = maker.draw.choice(others)
        held[key] = json.loads(json.dumps(there[name]))


def _type(maker: Maker, _: Any, places: list[Place]) -> None:
    """The same in another type: text for an object, an object for a list, a list for a text."""
    held, key = maker.draw.choice(places)
    old = held[key]
    if isinstance(old, dict):
        held[key] = maker.draw.choice((json.dumps(old), [old, old], list(old)))
    elif isinstance(old, list):
        held[key] = maker.draw.choice(({str(n): one for n, one in enumerate(old)}, json.dumps(old)))
    else:
        held[key] = maker.draw.choice(([old], {"value": old}, str(old), [[old]]))


def _more(maker: Maker, _: Any, places: list[Place]) -> None:
    """A list many times as long, or an object with fields that nobody knows."""
    held, key = maker.draw.choice(places)
    old = held[key]
    if isinstance(old, list):
        held[key] = (old * maker.draw.choice((2, 30, 300)))[:300]
    elif isinstance(old, dict):
        old.update({f"x{n}": n for n in range(maker.draw.choice((1, 20, 300)))})


_CHANGES: tuple[Change, ...] = (
    _replace, _near, _remove, _exchange, _rename, _graft, _type, _more,
)  # fmt: skip
_WEIGHTS = (6, 5, 4, 2, 2, 2, 4, 1)
