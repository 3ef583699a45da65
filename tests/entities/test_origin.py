"""An origin's state: which arrivals are kept, quarter by quarter."""

from random import Random

from detector.entities.origin import MOST_ARRIVALS, OriginState, _chance
from detector.window.panes import QUARTER
from schemas.event import ActivityEvent, Principal
from schemas.fact import Fact

KEY = "origin:acme:192.0.2.7"
START = 40 * QUARTER


def came(name: str, time: int) -> Fact:
    """A principal tells that it came."""
    event = ActivityEvent(f"{name}-{time}", "s", "acme", time, Principal(name))
    return Fact("presence", KEY, event.key, time, event=event, places=("10.1",))


def after(*facts: Fact) -> OriginState:
    """The state after these arrivals."""
    origin = OriginState(KEY, "acme")
    for fact in facts:
        origin.arrive(fact)
    return origin


def names(origin: OriginState) -> list[str]:
    """Who is known to have come, in order."""
    return [each.event.principal.uid for each in origin.ordered()]


def test_of_a_crowd_in_one_quarter_a_hash_chooses():
    """The same few stay, whoever came first; one that finds no room is no news."""
    facts = [came(f"p{n}", START + n) for n in range(2 * MOST_ARRIVALS)]
    chosen = sorted(facts, key=lambda fact: _chance(f"{START // (4 * QUARTER)}|{fact.sender}"))
    kept = {fact.event.principal.uid for fact in chosen[:MOST_ARRIVALS] if fact.event}
    rest = after(*chosen[:-1])

    assert kept == set(names(after(*facts)))
    assert kept == set(names(after(*Random(1).sample(facts, len(facts)))))
    assert not rest.arrive(chosen[-1])


def test_a_crowd_over_two_quarters_stays():
    """What an hour holds is not thinned while each of its quarters has room."""
    count = MOST_ARRIVALS + 20
    facts = [came(f"p{n:02}", START + n * 2 * QUARTER // count) for n in range(count)]

    assert [f"p{n:02}" for n in range(count)] == names(after(*facts))
