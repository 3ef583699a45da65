"""Raw logs through everything but the writing of files: reading, decoding, sorting, the engine."""

from collections.abc import Iterator, Sequence

from detector.bench.figures import Figure, best_of
from detector.config import EngineConfig
from detector.replay.drive import Replay
from detector.replay.events import open_events
from detector.sources.base import Context
from detector.sources.fingerprint import Fingerprints
from schemas.dead_letter import DeadLetter


def raw_replay(name: str, paths: Sequence[str], times: int = 2) -> Iterator[Figure]:
    """Events a second of a raw replay, and of reading alone."""
    seen: list[int] = []
    whole = best_of(times, lambda: seen.append(_replayed(paths)))
    reading = best_of(times, lambda: _read(paths))
    yield Figure(
        "replay", f"{name}: raw replay", seen[0] / whole, "events/s", f"{seen[0]:,} events"
    )
    yield Figure("replay", f"{name}: floor, reading only", seen[0] / reading, "events/s")


def _opened(paths: Sequence[str]) -> Iterator[object]:
    letters: list[DeadLetter] = []
    context = Context(Fingerprints("a key for benchmarks"))
    return iter(open_events(list(paths), context=context, on_dead_letter=letters.append))


def _read(paths: Sequence[str]) -> int:
    return sum(1 for _ in _opened(paths))


def _replayed(paths: Sequence[str]) -> int:
    run = Replay(EngineConfig())
    count = 0
    letters: list[DeadLetter] = []
    context = Context(Fingerprints("a key for benchmarks"))
    for event in open_events(list(paths), context=context, on_dead_letter=letters.append):
        run.feed(event)
        count += 1
    run.finish()
    return count
