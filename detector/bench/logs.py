"""Raw logs through everything but the writing of files: reading, decoding, sorting, the engine."""

from collections.abc import Iterator, Sequence

from detector.bench.figures import Figure, best_of, shortest_of
from detector.config import EngineConfig
from detector.replay.events import open_events
from detector.replay.kin import Kin
from detector.replay.parts import engine_for
from detector.replay.processes import cores
from detector.sources.base import Context
from detector.sources.fingerprint import Fingerprints
from schemas.dead_letter import DeadLetter
from schemas.event import ActivityEvent


def raw_replay(name: str, paths: Sequence[str], times: int = 2) -> Iterator[Figure]:
    """Events a second of a raw replay, of reading alone, and of a replay that all cores share."""
    seen: list[int] = []
    whole = best_of(times, lambda: seen.append(_replayed(paths)))
    reading = best_of(times, lambda: _read(paths))
    yield Figure(
        "replay", f"{name}: raw replay", seen[0] / whole, "events/s", f"{seen[0]:,} events"
    )
    yield Figure("replay", f"{name}: floor, reading only", seen[0] / reading, "events/s")
    workers = cores()
    if workers > 1:
        shared = shortest_of(times, lambda: _replayed(paths, workers))
        note = f"{workers} workers, by the clock: only on an idle machine"
        yield Figure("replay", f"{name}: raw replay, shared", seen[0] / shared, "events/s", note)


def _opened(
    paths: Sequence[str], workers: int = 1, kin: Kin | None = None
) -> Iterator[ActivityEvent]:
    letters: list[DeadLetter] = []
    context = Context(Fingerprints("a key for benchmarks"))
    return open_events(
        list(paths), context=context, on_dead_letter=letters.append, workers=workers, kin=kin
    )


def _read(paths: Sequence[str]) -> int:
    return sum(1 for _ in _opened(paths))


def _replayed(paths: Sequence[str], workers: int = 1) -> int:
    kin = Kin() if workers > 1 else None
    events = _opened(paths, workers, kin)
    count = 0
    with engine_for(events, EngineConfig(), kin=kin, workers=workers) as (drawn, run):
        for event in drawn:
            run.feed(event)
            count += 1
        run.finish()
    return count
