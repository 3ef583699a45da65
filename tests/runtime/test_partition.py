"""A partition's effects follow from its log alone: however many there are, wherever one crashes."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.msgpack import encode

from detector.runtime.partition import Partition
from detector.runtime.repartition import ApartError, repartitioned, together
from detector.runtime.resident import Everything
from tests.kafka.told import replayed, settled
from tests.properties.stories import Scene, plots, story
from tests.runtime.cluster import CONFIG, Cluster, Hosted, revisions, told


@pytest.mark.parametrize("chunk", [1, 500])
@pytest.mark.parametrize("partitions", [1, 3])
@settings(max_examples=4, deadline=None)
@given(plot=plots)
def test_partitions_find_what_replay_finds(partitions: int, chunk: int, plot: list[Scene]) -> None:
    """The settled findings are those of one engine that sees everything in order."""
    events = story(plot)
    cluster = Cluster(partitions)
    cluster.play(events, chunk)

    assert replayed(events, CONFIG).settled == settled(cluster.findings)


@settings(max_examples=6, deadline=None)
@given(plot=plots, at=st.floats(0, 1), chunk=st.integers(1, 300))
def test_what_is_taken_again_has_the_same_effects(plot: list[Scene], at: float, chunk: int) -> None:
    """From a checkpoint anywhere in the log, the records after it make the same findings and facts in
    the same order, byte for byte, and come to the same marker."""
    for host in _played(plot):
        host.go_on(int(at * len(host.log)), chunk)
        host.save()
        other = host.restored()

        assert told(host.go_on(len(host.log), chunk)) == told(other.go_on(len(host.log), chunk))
        assert host.partition.shared() == other.partition.shared()


@settings(max_examples=6, deadline=None)
@given(plot=plots, at=st.floats(0, 1), chunk=st.integers(1, 300), again=st.integers(1, 300))
def test_what_is_taken_in_other_portions_says_the_same(
    plot: list[Scene], at: float, chunk: int, again: int
) -> None:
    """A revision that is published again because of a crash has the same body, though the records after
    the checkpoint come in other portions, so that settling falls between others."""
    for host in _played(plot):
        host.go_on(int(at * len(host.log)), chunk)
        host.save()
        other = host.restored()
        first = revisions(host.go_on(len(host.log), chunk))
        second = revisions(other.go_on(len(host.log), again))

        assert first == second


def _played(plot: list[Scene]) -> Iterator[Hosted]:
    """Partitions that have yet to take the log that a story has left."""
    cluster = Cluster(2)
    cluster.play(story(plot), 50)
    for played, made in zip(cluster.hosts, Cluster(2).hosts, strict=True):
        made.log.extend(played.log)
        yield made


@settings(max_examples=2, deadline=None)
@given(plot=plots, keep=st.integers(0, 3))
def test_what_leaves_memory_comes_back_as_it_was(plot: list[Scene], keep: int) -> None:
    """With hardly an entity in memory between checkpoints, the effects are the same."""
    events = story(plot)
    cluster = Cluster(1)
    cluster.play(events, 50)
    whole, spare = Cluster(1).hosts[0], Cluster(1).hosts[0]
    for host in (whole, spare):
        host.log.extend(cluster.hosts[0].log)
    expected, found = [], []
    for upto in range(0, len(whole.log) + 200, 200):
        expected += whole.go_on(min(upto, len(whole.log)), 50)
        found += spare.go_on(min(upto, len(spare.log)), 50)
        spare.save()
        spare.partition.entities.evict(keep)

    assert told(expected) == told(found)


@pytest.mark.parametrize(("before", "after"), [(1, 3), (2, 3), (3, 1)])
@settings(max_examples=4, deadline=None)
@given(plot=plots, at=st.floats(0, 1))
def test_another_number_of_partitions_goes_on_as_one_engine(
    before: int, after: int, plot: list[Scene], at: float
) -> None:
    """When what was learned has been dealt out anew at rest, the settled findings are still those of
    one engine that sees everything, and no revision is made twice."""
    events = story(plot)
    half = int(at * (len(events) - 2)) + 1
    cluster = Cluster(before)
    cluster.play(events[:half], 50, ends=False)
    cluster = cluster.dealt_out(after)
    cluster.play(events[half:], 50)

    assert replayed(events, CONFIG).settled == settled(cluster.findings)
    assert len(cluster.findings) == len({(one.uid, one.revision) for one in cluster.findings})


def test_partitions_that_stand_apart_are_not_dealt_out() -> None:
    """Time that only some have settled would be of two minds in one partition."""
    shared = [Partition(n, 2, CONFIG, Everything()).shared() for n in (0, 1)]
    shared[1].bound = 900_000
    with pytest.raises(ApartError) as raised:
        repartitioned(shared, 3)

    assert "expected all partitions at one bound, got 0 to 900000" == str(raised.value)


def test_baselines_that_two_partitions_have_are_one() -> None:
    """What one of them has and the other has not is kept, the last three versions."""
    older, newer = _baselines(1, 2, 3), _baselines(3, 4)

    assert _baselines(2, 3, 4) == together(newer, older)
    assert older == together(older, None)


def _baselines(*versions: int) -> bytes:
    """Versions of one group's baseline as a row."""
    return encode({version: (version, {}) for version in versions})
