"""The simulation as a stream: the same for the same seed, in order, mostly assumed roles."""

from collections import Counter
from functools import cache
from itertools import islice

import orjson
import pytest

from detector.simulate import LOOKALIKES, SCENARIOS, Emission, Options, generate
from detector.sources.base import Context
from detector.sources.fingerprint import Fingerprints
from detector.sources.registry import SOURCES

WEEK = Options(seed=3, days=7, identities=240, volume=0.25)
SMALL = Options(seed=5, days=1, identities=40)
CONTEXT = Context(Fingerprints("a key of at least sixteen characters"), tenant="acme")


@cache
def week() -> tuple[Emission, ...]:
    """A week with every scenario, played once for all tests here."""
    return tuple(generate(WEEK))


def _bytes(options: Options, count: int) -> list[bytes]:
    return [orjson.dumps(e.record) for e in islice(generate(options), count)]


def test_same_seed_same_bytes() -> None:
    """Two runs with one seed give the same bytes."""
    assert _bytes(SMALL, 20_000) == _bytes(SMALL, 20_000)


def test_another_seed_another_organisation() -> None:
    """Another seed shares no event with the first."""
    first, second = (
        {e.record.get("eventID") for e in islice(generate(Options(seed=seed)), 500)} - {None}
        for seed in (1, 2)
    )

    assert set() == first & second


def test_order() -> None:
    """Records come in the order of event time, save for what was issued a moment before."""
    late = [b.at - a.at for a, b in zip(week(), week()[1:], strict=False) if b.at < a.at]

    assert [] == [gap for gap in late if gap < -60_000]


def test_most_calls_are_by_assumed_roles() -> None:
    """At least four in five CloudTrail records are by assumed roles."""
    kinds = Counter(e.record["userIdentity"]["type"] for e in week() if e.source == "cloudtrail")

    assert kinds["AssumedRole"] >= 0.8 * kinds.total()


def test_everything_decodes() -> None:
    """Every record decodes to an event at its own time: no dead letters."""
    for emission in islice(week(), 0, None, 5):
        raw = orjson.dumps(emission.record)
        (event,) = SOURCES[emission.source].decode(raw, CONTEXT, 1)

        assert emission.at // 1000 == event.time // 1000


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_every_scenario_is_played_with_its_twin(name: str) -> None:
    """Every scenario and its benign twin happen at least once in a week."""
    incidents = {e.incident for e in week()}

    assert {f"{name}-1:attack", f"{name}-1:twin"} <= incidents


@pytest.mark.parametrize("name", sorted(LOOKALIKES))
def test_every_lookalike_is_shown(name: str) -> None:
    """Every benign look-alike happens in a week, and is marked by its name."""
    assert f"lookalike:{name}" in {e.incident for e in week()}


def test_no_lookalike_without_a_description() -> None:
    """Every mark that is no incident is one of the registry."""
    marks = {e.incident for e in week() if e.incident and e.incident.startswith("lookalike:")}

    assert set() == {mark.partition(":")[2] for mark in marks} - set(LOOKALIKES)


def test_attacks_wait_for_the_calm_to_end() -> None:
    """No attack happens in the attack-free part, but for those that were always there."""
    early = {e.incident for e in week() if e.label == "attack" and e.at < WEEK.attacks_from}

    assert {n for n, s in SCENARIOS.items() if s.early} == {
        str(name).rpartition("-")[0] for name in early
    }


def test_only_attacks_are_labelled() -> None:
    """An event is labelled exactly when it belongs to an attack."""
    assert [] == [
        e
        for e in week()
        if (e.label == "attack") != bool(e.incident and e.incident.endswith(":attack"))
    ]


def test_twins_have_done_it_before() -> None:
    """A twin's operations were done by the same principal before the first attack."""
    before: dict[str, set[str]] = {}
    for e in week():
        if e.source == "cloudtrail" and e.at < WEEK.attacks_from:
            who = str(e.record["userIdentity"].get("arn", "")).split("/")[1:2]
            before.setdefault("".join(who), set()).add(e.record["eventName"])
    known = [
        e.record["eventName"] in before.get(str(e.record["userIdentity"]["arn"]).split("/")[1], ())
        for e in week()
        if e.source == "cloudtrail"
        and str(e.incident).endswith(":twin")
        and "arn" in e.record["userIdentity"]
    ]

    assert sum(known) >= 0.9 * len(known)


def test_a_session_is_issued_before_it_is_used() -> None:
    """No benign assumed role acts with a key that was not handed out in the log before."""
    issued: set[str] = set()
    early = Counter[str]()
    for e in week():
        if e.source != "cloudtrail" or e.label:
            continue
        granted = ((e.record["responseElements"] or {}).get("credentials") or {}).get("accessKeyId")
        if granted:
            issued.add(granted)
        key = e.record["userIdentity"].get("accessKeyId", "")
        role = e.record["userIdentity"]["type"] == "AssumedRole"
        if role and key and key not in issued:
            early[e.record["eventName"]] += 1

    assert {} == {name: count for name, count in early.items() if name != "ConsoleLogin"}


def test_unknown_scenario() -> None:
    """An unknown scenario is refused by name."""
    with pytest.raises(ValueError, match="no scenario is named nonsense"):
        next(generate(Options(scenarios=("nonsense",))))


@pytest.mark.parametrize(
    "wrong", [{"days": 0}, {"identities": 0}, {"volume": 0.0}, {"attack_free": 1.0}]
)
def test_numbers_out_of_range(wrong: dict[str, float]) -> None:
    """Numbers that mean nothing are refused."""
    with pytest.raises(ValueError, match="simulate:"):
        Options(**wrong)  # type: ignore[arg-type]
