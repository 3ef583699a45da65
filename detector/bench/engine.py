"""The engine on normalised events: throughput, flatness under skew, memory per identity."""

import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import msgspec

from detector.bench.figures import Figure, best_after, best_of, no_collector
from detector.config import EngineConfig
from detector.replay.drive import Replay
from schemas.event import Action, ActivityEvent, Credential, Origin, Outcome, Principal, Target

_START = 1_767_600_000_000
_PER_MS = 50  # events per millisecond of event time: 50,000 a second
_HOT = 0.43
_DISTINCT = 3
_FEWER = 10  # of so many times fewer identities, each has been seen so often before
_SEEN = 20
_OPERATIONS = (
    ("s3", "ListBuckets", "list"),
    ("s3", "GetObject", "read"),
    ("ec2", "DescribeInstances", "list"),
    ("dynamodb", "PutItem", "write"),
    ("sqs", "SendMessage", "write"),
    ("sqs", "ReceiveMessage", "read"),
)
_decode = msgspec.json.Decoder(ActivityEvent).decode


def messages(events: int, identities: int, hot: float = 0.0) -> list[bytes]:
    """Encoded events of some 600 bytes; a share `hot` of them comes from one identity."""
    encode = msgspec.json.Encoder().encode
    return [encode(event) for event in stream(events, identities, hot)]


def stream(events: int, identities: int, hot: float = 0.0) -> Iterator[ActivityEvent]:
    """The same, one by one and not encoded."""
    draw = random.Random(1)
    for i in range(events):
        who = 0 if draw.random() < hot else draw.randrange(identities)
        yield _event(draw, i, who)


def everyone(events: int, identities: int) -> Iterator[ActivityEvent]:
    """Events of which each identity has as many, one round of all of them after the other."""
    draw = random.Random(1)
    for i in range(events):
        yield _event(draw, i, i % identities)


def _event(draw: random.Random, i: int, who: int) -> ActivityEvent:
    service, operation, access = _OPERATIONS[(who + draw.randrange(_DISTINCT)) % len(_OPERATIONS)]
    return ActivityEvent(
        uid=f"{draw.getrandbits(128):032x}",
        source="cloudtrail",
        tenant="acme",
        time=_START + i // _PER_MS,
        principal=Principal(
            uid=f"aws:123456789012:role/app-{who}", account="123456789012", type="workload"
        ),
        action=Action(service, operation, access, "retrieval"),  # type: ignore[arg-type]
        credential=Credential(f"{who:032x}", f"AKIA{who:016d}", "access_key_id", "", "static"),
        target=Target(f"arn:aws:s3:::bucket-{who % 50}"),
        origin=Origin("192.0.2.1", f"192.0.{who % 200}.0/24", "boto3", "us-east-1"),
        outcome=Outcome(),
    )


def _run(load: list[bytes], run: Replay | None = None) -> Replay:
    run = run if run is not None else Replay(EngineConfig())
    feed = run.feed
    for message in load:
        feed(_decode(message))
    return run


def _decoded(load: list[bytes]) -> None:
    for message in load:
        _decode(message)


def _counted(load: list[bytes]) -> None:
    counts: Counter[str] = Counter()
    for message in load:
        counts[_decode(message).key] += 1


def stepping(events: int, identities: int, times: int = 3) -> Iterator[Figure]:
    """Events a second through `step`, decoding and ticks included, beside two floors: while most
    identities are new, and when all of them have been seen before."""
    yield from _cold(events, identities, times)
    yield from _steady(events, max(1, identities // _FEWER), times)


def _cold(events: int, identities: int, times: int) -> Iterator[Figure]:
    load = messages(events, identities)
    note = f"{events:,} events of {len(load[0])} bytes, {identities:,} identities, 50,000 a second"
    ours = best_of(times, lambda: _run(load))
    floor = best_of(times, lambda: _decoded(load))
    counting = best_of(times, lambda: _counted(load))
    yield Figure("step", "step with decoding", events / ours, "events/s", note)
    yield Figure("step", "floor: decoding only", events / floor, "events/s", note)
    what = "floor: decoding and counting per identity"
    yield Figure("step", what, events / counting, "events/s", note)
    yield Figure("step", "step against decoding only", floor / ours, "times")


def _steady(events: int, identities: int, times: int) -> Iterator[Figure]:
    seen = _SEEN * identities
    load = messages(seen + events, identities)
    before, after = load[:seen], load[seen:]
    ours = best_after(times, lambda: _run(before), lambda run: _run(after, run))
    floor = best_of(times, lambda: _decoded(after))
    note = f"{events:,} events, {identities:,} identities that have been seen before"
    yield Figure("step", "steady: step with decoding", events / ours, "events/s", note)
    yield Figure("step", "steady: floor, decoding only", events / floor, "events/s", note)
    yield Figure("step", "steady: step against decoding only", floor / ours, "times")


def skewed(events: int, identities: int, times: int = 3) -> Iterator[Figure]:
    """One identity with 43 % of all events, beside uniform ones and a rule that rescans."""
    even, hot = messages(events, identities), messages(events, identities, _HOT)
    flat = best_of(times, lambda: _run(even))
    steep = best_of(times, lambda: _run(hot))
    note = "one identity has 43 % of the events"
    yield Figure("skew", "step, uniform", events / flat, "events/s")
    yield Figure("skew", "step, skewed", events / steep, "events/s", note)
    yield Figure("skew", "skewed against uniform", flat / steep, "times", "bar: 0.8")
    few = hot[: events // 20]
    rescan = best_of(1, lambda: _rescanned(few))
    yield Figure("skew", "peer: distinct count that rescans", len(few) / rescan, "events/s", note)


def _rescanned(load: list[bytes]) -> None:
    """A sliding distinct count that looks its window over again at each event."""
    windows: dict[str, list[tuple[int, str]]] = {}
    for message in load:
        event = _decode(message)
        rows = windows.setdefault(event.key, [])
        rows.append((event.time, event.target.uid if event.target is not None else ""))
        len({target for time, target in rows if time > event.time - 60_000})


def state(events: int, identities: int) -> Iterator[Figure]:
    """Growth of a process per identity, everything included: one of its own, since what others
    have given back would be taken again without growth."""
    with ProcessPoolExecutor(1, get_context("spawn")) as apart:
        grown, held, credentials = apart.submit(_growth, events, identities).result()
    note = f"{held:,} principals and {credentials:,} credentials"
    yield Figure("state", "resident memory per identity", grown / held, "bytes", note)


def _growth(events: int, identities: int) -> tuple[int, int, int]:
    load = messages(events, identities)
    with no_collector():
        before = _resident()
        run = _run(load)
        grown = _resident() - before
    return grown, len(run.state.principals), len(run.state.credentials)


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096
