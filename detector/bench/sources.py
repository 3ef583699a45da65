"""Decoding of each source's golden cases, beside JSON decoding of the same bytes, and what it costs that
nobody said which source it is.

A stream repeats who acts and from where, and never an id or a moment; sources remember what repeats. So
every copy of a case has ids and times of its own.
"""

import random
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

import msgspec

from detector.bench.figures import Figure, best_of, no_collector
from detector.sources.base import Context, DecodeError, Source
from detector.sources.decoding import Decoder
from detector.sources.fingerprint import Fingerprints
from detector.sources.opened import opened
from detector.sources.registry import SOURCES
from schemas.event import ActivityEvent

Decode = Callable[[bytes, Context, int], Iterable[ActivityEvent]]
BAR = 20_000
_FEW = 100
_LONG_ID = re.compile(rb"(?<![\w+/=-])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![\w-])")
_HEX = re.compile(rb"(?<![\w+/=-])[0-9a-f]{16,64}(?![\w+/=-])")
_MOMENT = re.compile(rb"T(\d\d):\d\d:\d\d")
_CONTEXT = Context(Fingerprints("a key for benchmarks"))
_floor = msgspec.json.Decoder(dict).decode


def decoding(cases: Path, events: int, times: int = 3) -> Iterator[Figure]:
    """Records a second of each source that has cases in `cases`, and the cost of `auto`."""
    with no_collector():
        yield from _decoding(cases, events, times)


def _decoding(cases: Path, events: int, times: int) -> Iterator[Figure]:
    loads = {name: load for name in SOURCES if (load := _load(SOURCES[name], cases / name, events))}
    slowest, dearest = ("", float("inf")), ("", float("-inf"))
    for name, load in loads.items():
        source = SOURCES[name]
        ours = best_of(times, partial(_each, source.decode, load))
        floor = best_of(times, partial(_parsed, load))
        extra = _extra(source, load, times)
        rate = len(load) / ours
        slowest = min(slowest, (name, rate), key=lambda pair: pair[1])
        dearest = max(dearest, (name, extra), key=lambda pair: pair[1])
        note = (
            f"{sum(map(len, load)) // len(load):,} bytes; floor, JSON into dicts "
            f"{len(load) / floor:,.0f}/s, ours {ours / floor:.1f} times that; auto {extra:+.1%}"
        )
        yield Figure("sources", name, rate, "events/s", note)
    if loads:
        yield Figure(
            "sources", "slowest source", slowest[1], "events/s", f"{slowest[0]}; bar: {BAR:,}"
        )
        yield Figure(
            "sources", "auto, most of any source", dearest[1] * 100, "%", f"{dearest[0]}; bar: 10"
        )
        yield _mixed(loads, times)


def _extra(source: Source, load: Sequence[bytes], times: int) -> float:
    """What recognising adds, as a share: a few records both ways in turn, so that a busy moment
    meets both."""
    named = auto = 0.0
    ours, any_one = Decoder(source).decode, Decoder().decode
    for start in range(0, len(load), _FEW):
        few = load[start : start + _FEW]
        one_way, other_way = partial(_each, ours, few), partial(_each, any_one, few)
        turns = [(best_of(1, one_way), best_of(1, other_way)) for _ in range(times)]
        named += min(turn[0] for turn in turns)
        auto += min(turn[1] for turn in turns)
    return auto / named - 1


def _mixed(loads: dict[str, list[bytes]], times: int) -> Figure:
    """The worst case: all sources at random in one topic, so that the last one is of no help."""
    least = min(map(len, loads.values()))
    pairs = [(Decoder(SOURCES[name]), raw) for name, load in loads.items() for raw in load[:least]]
    random.Random(1).shuffle(pairs)
    raws = [raw for _, raw in pairs]
    named = best_of(times, lambda: _each_named(pairs))
    auto = best_of(times, lambda: _each(Decoder().decode, raws))
    note = f"{len(loads)} sources at random in one topic: {len(raws) / auto:,.0f} events/s"
    return Figure("sources", "auto, mixed", (auto / named - 1) * 100, "%", note)


def _parsed(load: Sequence[bytes]) -> None:
    for raw in load:
        _floor(raw)


def _each(decode: Decode, load: Sequence[bytes]) -> None:
    for raw in load:
        _one(decode, raw)


def _each_named(pairs: Sequence[tuple[Decoder, bytes]]) -> None:
    for decoder, raw in pairs:
        _one(decoder.decode, raw)


def _one(decode: Decode, raw: bytes) -> None:
    for _ in decode(raw, _CONTEXT, 1):
        pass


def _load(source: Source, folder: Path, events: int) -> list[bytes]:
    """So many records of one source: its cases on one line each, out of their envelopes, in turn."""
    bare = [
        msgspec.json.format(one, indent=-1)
        for path in sorted(folder.glob("*.raw.json"))
        for one in opened(path.read_bytes())
    ]
    made = [_anew(one, turn) for turn in range(max(1, events // max(1, len(bare)))) for one in bare]
    return [one for one in made if _decodes(source, one)]


def _decodes(source: Source, raw: bytes) -> bool:
    """Whether events come of it, by the source and where it has to be recognised."""
    try:
        found = tuple(source.decode(raw, _CONTEXT, 1))
        return bool(found) and found == tuple(Decoder().decode(raw, _CONTEXT, 1))
    except DecodeError:
        return False


def _anew(raw: bytes, turn: int) -> bytes:
    """The record as another of its kind: other ids, another moment."""
    tail = b"%08d" % turn  # digits, for some ids are numbers
    raw = _LONG_ID.sub(lambda match: match[0][:-8] + tail, raw)
    raw = _HEX.sub(lambda match: match[0][:-8] + tail, raw)
    clock = b":%02d:%02d" % (turn // 60 % 60, turn % 60)
    return _MOMENT.sub(lambda match: b"T" + match[1] + clock, raw)
