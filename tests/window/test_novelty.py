"""What has been seen, what is held back and what is forgotten."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from detector.window.novelty import _LOOK, _MOST, _SPARE, Seen
from detector.window.panes import QUARTER

NETWORKS = _MOST["n"]


def noted(*rows: tuple[str, int]) -> Seen:
    """Seen, with these values noted and nothing settled."""
    seen = Seen()
    for value, time in rows:
        seen.note(value, time)
    return seen


def settled(seen: Seen, bound: int, *, dirty: bool = False, release: int = 0) -> list[str]:
    """The values that become known before `bound`."""
    return [v for v, _ in seen.settle(bound=bound, dirty=lambda _: dirty, release=release)]


def nets(count: int, start: int = 0) -> list[tuple[str, int]]:
    """So many networks, one after the other."""
    return [(f"n:net{n}", start + n) for n in range(count)]


def test_the_earliest_time_counts():
    """A value that is noted again later keeps its first time."""
    assert {"o:a": 3} == noted(("o:a", 5), ("o:a", 3), ("o:a", 9)).pending


def test_what_has_not_settled_waits():
    """Only values from before the bound become known."""
    seen = noted(("o:a", 3), ("o:b", 9))

    assert (["o:a"], {"o:b": 9}) == (settled(seen, 5), seen.pending)


def test_what_is_known_is_not_learned_again():
    """A value that settles a second time is no news."""
    seen = noted(("o:a", 3))
    settled(seen, 5)
    seen.note("o:a", 7)

    assert ([], {"o:a": 3}) == (settled(seen, 9), seen.known)


def test_a_dirty_quarter_is_held():
    """What is first seen beside a finding is neither known nor novel."""
    seen = noted(("o:a", 3))

    assert [] == settled(seen, 5, dirty=True, release=100)
    assert ({}, {"o:a": (3, 100)}) == (seen.known, seen.held)
    assert not seen.novel("o:a", 50, 10)


def test_what_is_held_is_not_learned_on_the_way():
    """A clean quarter does not let go of what is held."""
    seen = noted(("o:a", 3))
    settled(seen, 5, dirty=True, release=100)
    seen.note("o:a", 7)

    assert ([], {"o:a": (3, 100)}) == (settled(seen, 9), seen.held)


def test_a_hold_runs_out():
    """Before its release nothing is let go, after it the value is known from then on."""
    seen = noted(("o:a", 3))
    settled(seen, 5, dirty=True, release=100)

    assert ([], [("o:a", 100)]) == (seen.free(100), seen.free(101))
    assert ({"o:a": 100}, {}) == (seen.known, seen.held)


def test_a_further_finding_prolongs_a_hold():
    """The latest release counts."""
    seen = noted(("o:a", 3))
    settled(seen, 5, dirty=True, release=100)
    seen.extend(300)
    seen.extend(200)

    assert {"o:a": (3, 300)} == seen.held


def test_a_verdict_releases_what_is_held():
    """What an analyst calls benign is known from then on."""
    seen = noted(("o:a", 3))
    settled(seen, 5, dirty=True, release=100)

    assert [("o:a", 50)] == seen.forgive(50)
    assert ({"o:a": 50}, {}) == (seen.known, seen.held)


def test_nothing_held_is_nothing_to_free():
    """Without a hold there is nothing to let go."""
    assert [] == Seen().free(100)


def test_kinds_are_counted_apart():
    """Only the values of the kind asked for count."""
    seen = noted(("o:a", 1), ("o:b", 2), ("n:a", 3))
    settled(seen, 5)

    assert (2, 1, 0) == (seen.count("o"), seen.count("n"), seen.count("c"))


def test_the_values_seen_first_are_forgotten_first():
    """Beyond the cap of its kind, what was known longest goes."""
    seen = Seen()
    for n in range(NETWORKS + 20):
        seen.note(f"n:net{n:03}", n * QUARTER)
        settled(seen, (n + 1) * QUARTER)

    assert [f"n:net{n:03}" for n in range(20, NETWORKS + 20)] == sorted(seen.known)


def test_held_values_are_capped_like_known_ones():
    """An episode that goes on for weeks holds no more than can be known."""
    seen = Seen()
    for n in range(NETWORKS + 20):
        seen.note(f"n:net{n:03}", n * QUARTER)
        settled(seen, (n + 1) * QUARTER, dirty=True, release=10**12)

    assert [f"n:net{n:03}" for n in range(20, NETWORKS + 20)] == sorted(seen.held)


def test_a_verdict_makes_no_more_known_than_has_room():
    """Known and released values share one cap."""
    seen = noted(*nets(NETWORKS))
    settled(seen, QUARTER)
    for value, _ in nets(NETWORKS):
        seen.note(value.replace("net", "other"), QUARTER)
    settled(seen, 2 * QUARTER, dirty=True, release=10**12)
    seen.forgive(3 * QUARTER)

    assert NETWORKS == seen.count("n")


def test_waiting_values_are_capped():
    """However many values one quarter shows, no more wait than twice what can be known."""
    seen = noted(*nets(5 * _LOOK))
    seen.thin()

    assert _SPARE * NETWORKS == len(seen.pending)


@given(st.integers(1, 3 * NETWORKS), st.randoms(use_true_random=False))
def test_what_is_learned_of_a_crowded_quarter_does_not_depend_on_order(count: int, random: Random):
    """The values that a quarter teaches are the same in any order, also if some were thinned out."""
    rows = nets(count)
    seen = noted(*rows)
    other = noted(*random.sample(rows, len(rows)))
    other.thin()
    learned = settled(seen, QUARTER)

    assert learned == settled(other, QUARTER)
    assert min(count, NETWORKS) == len(learned)


@given(st.integers(NETWORKS, 2 * NETWORKS), st.randoms(use_true_random=False))
def test_when_a_quarter_settles_does_not_show_in_what_is_known(count: int, random: Random):
    """Two quarters settled as they pass, or both at the end, teach the same."""
    first = nets(count)
    second = [(f"{value}!", time + QUARTER) for value, time in nets(count + NETWORKS // 2)]
    soon = noted(*first)
    settled(soon, QUARTER)
    for value, time in random.sample(second, len(second)):
        soon.note(value, time)
    settled(soon, 2 * QUARTER)
    late = noted(*second, *first)
    settled(late, QUARTER)
    settled(late, 2 * QUARTER)

    assert soon.known == late.known
