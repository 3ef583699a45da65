"""Detection quality has floors: a change that falls through one is not a gain."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from detector.config import EngineConfig
from detector.evaluate import Outcome, outcome, read_labels
from detector.replay.events import open_events
from detector.simulate import simulate
from detector.sources.base import Context
from detector.sources.fingerprint import Fingerprints
from schemas.dead_letter import DeadLetter
from schemas.event import ActivityEvent
from tests.shared_data import shared_data

_PEOPLE = 240
_DAYS = 3.0
_SEED = 4711
_ONE_FALSE_A_DAY = 12.5
_IGNORED = frozenset({"tool_preflight", "unlabelled_boto"})


def _events(*paths: Path) -> Iterator[ActivityEvent]:
    letters: list[DeadLetter] = []
    context = Context(Fingerprints("a key for tests, long enough"))
    yield from open_events(
        [str(path) for path in paths], context=context, on_dead_letter=letters.append
    )

    assert [] == letters


def _unnamed(event: ActivityEvent) -> ActivityEvent:
    """The capture's attack tool names itself, which no other attacker will do."""
    origin = event.origin
    if origin is None or not origin.client.startswith("stratus"):
        return event
    return replace(event, origin=replace(origin, client="aws-sdk-go"))


def _recall(made: Outcome, prefix: str) -> float:
    kinds = [kind for kind in made.score.kinds if kind.kind.startswith(prefix)]
    return sum(kind.found for kind in kinds) / sum(kind.incidents for kind in kinds)


@pytest.mark.parametrize("stream", ["11", "12"])
def test_mixed_streams_stay_above_their_floors(stream: str) -> None:
    """One false finding a day buys nine campaigns of ten and four single traces of ten."""
    folder = shared_data() / "mixed"
    labels = read_labels(folder / f"labels-{stream}.csv", frozenset())
    made = outcome(
        _events(folder / f"stream-{stream}.jsonl.xz"),
        labels,
        EngineConfig(budget=_ONE_FALSE_A_DAY),
    )

    assert _recall(made, "campaign") >= 0.9
    assert _recall(made, "takeover") >= 0.4
    assert made.score.parts[0].campaigns_per_day <= 1.0
    assert (made.score.precision or 0) >= 0.8
    assert (made.score.median_delay or 0) <= 30


def test_the_builder_stays_quiet_beside_the_attack_on_its_own_key() -> None:
    """On the Invictus capture every finding is true and the attack is found, with no past at all."""
    folder = shared_data() / "invictus-cloudtrail"
    labels = read_labels(folder / "labels.csv", _IGNORED)
    made = outcome(map(_unnamed, _events(folder)), labels, EngineConfig())

    assert 0 == made.score.false
    assert made.score.found >= 20


def test_simulated_attacks_are_found_and_their_twins_are_quiet(tmp_path: Path) -> None:
    """At the shipped budget a simulated week's attacks are found and nobody's daily work is."""
    simulate(tmp_path, seed=_SEED, days=_DAYS, identities=_PEOPLE)
    labels = read_labels(tmp_path / "labels.csv", frozenset())
    made = outcome(
        _events(tmp_path / "cloudtrail", tmp_path / "token_use"),
        labels,
        EngineConfig(),
        beside=tmp_path,
    )
    noisy = [pair.scenario for pair in made.pairs if pair.quiet < pair.twins]

    assert (made.score.recall or 0) >= 0.85
    assert len(noisy) <= 1
    assert made.score.parts[0].per_day_per_1000 <= 3.0
