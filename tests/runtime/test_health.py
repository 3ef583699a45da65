from collections.abc import Mapping

from detector.runtime.health import Held, Stalls, Verdict, judge
from detector.runtime.silence import Silences

CONNECTED = {"normalise": 0.5, "detect": 0.5}


def held(
    partition: int = 0,
    *,
    ready: bool = True,
    position: int = 50,
    end: int | None = 50,
    paced: bool = False,
) -> Held:
    """A partition of `activity` in a detector's hands, read up unless told otherwise."""
    return Held("detect", "activity", partition, ready, position, end, paced=paced)


def verdict(
    *partitions: Held,
    answered: Mapping[str, float] = CONNECTED,
    stalled: Mapping[tuple[str, int], float] | None = None,
    unsaved: Mapping[int, float] | None = None,
    silent: Mapping[str, float] | None = None,
    stopping: bool = False,
) -> Verdict:
    """The verdict, with checkpoints at most thirty seconds apart."""
    return judge(
        partitions,
        answered,
        stalled or {},
        unsaved or {},
        longest=30.0,
        silent=silent,
        stopping=stopping,
    )


def test_a_worker_without_partitions_is_ready() -> None:
    """More workers than partitions: one that has joined and got none is ready to take some."""
    assert Verdict(ready=True) == verdict()


def test_before_the_start_nothing_is_ready() -> None:
    """A worker that has not asked the broker anything yet is not ready."""
    assert ("not started yet",) == verdict(answered={}).reasons


def test_a_part_outside_its_group_is_not_ready() -> None:
    """A part that the group has never answered is not ready."""
    found = verdict(answered={"detect": float("inf")})

    assert ("detect: not in its group yet",) == found.reasons


def test_a_silent_broker() -> None:
    """A broker may be away for half a minute before the worker says that it is not connected."""
    assert verdict(answered={"detect": 30.0}).ready
    assert ("detect: the broker has not answered for 31 s",) == verdict(
        answered={"detect": 31.0}
    ).reasons


def test_a_partition_that_is_restored_is_not_ready() -> None:
    """All partitions have to be ready, not most."""
    found = verdict(held(0), held(1, ready=False))

    assert ("detect: 1 of 2 partitions are still being restored",) == found.reasons


def test_an_old_checkpoint() -> None:
    """What no checkpoint holds may be three of the longest intervals old."""
    assert verdict(held(), unsaved={0: 90.0}).ready
    assert not verdict(held(), unsaved={0: 91.0}).ready


def test_lag_without_progress() -> None:
    """Records that wait for more than two minutes while none is taken are a reason."""
    behind = held(end=90)

    assert verdict(behind, stalled={("activity", 0): 120.0}).ready
    assert ("activity/0: 40 records wait and none has been taken for 121 s",) == verdict(
        behind, stalled={("activity", 0): 121.0}
    ).reasons


def test_silence_is_a_note() -> None:
    """A source that is silent is told and is no reason: a restart would not bring it back."""
    found = verdict(held(), silent={"cloudtrail": 4_000.0})

    assert found.ready
    assert ("cloudtrail: silent for 4000 s",) == found.notes


def test_a_worker_that_stops_is_not_ready() -> None:
    """Nothing more is to be sent to a worker that drains."""
    assert ("stopping",) == verdict(held(), stopping=True).reasons


def test_progress_ends_a_stall() -> None:
    """A stall lasts from the last record that was taken until the next."""
    stalls = Stalls()
    looks = [(50, 0.0), (50, 60.0), (51, 70.0), (51, 75.0)]

    assert [0.0, 60.0, 0.0, 5.0] == [
        stalls.waited(held(position=position, end=90), now) for position, now in looks
    ]


def test_what_waits_on_purpose_is_no_stall() -> None:
    """A partition that is read up, held back, being restored or unknown to the broker does not stall."""
    for one in (
        held(),
        held(end=90, paced=True),
        held(end=90, ready=False),
        held(position=-1, end=None),
    ):
        stalls = Stalls()
        stalls.waited(one, 0.0)

        assert 0.0 == stalls.waited(one, 500.0)


def test_a_source_is_silent_if_all_its_partitions_are() -> None:
    """One partition that delivers is enough."""
    silences = Silences({"cloudtrail": 10.0}.__getitem__)
    for partition in (0, 1):
        silences.look("cloudtrail", partition, 5, 0.0)
    silences.look("cloudtrail", 1, 6, 9.0)

    assert {} == silences.silent(11.0)
    assert {"cloudtrail": 11.0} == silences.silent(20.0)


def test_each_source_has_its_patience() -> None:
    """The limit is the source's own, and 0 is for ever."""
    silences = Silences({"cloudtrail": 10.0, "mixed": 0.0}.__getitem__)
    silences.look("cloudtrail", 0, 5, 0.0)
    silences.look("mixed", 0, 5, 0.0)

    assert ["cloudtrail"] == list(silences.silent(1e9))


def test_partitions_that_moved_are_forgotten() -> None:
    """A partition that another worker holds is not silent here; its return starts anew."""
    silences = Silences({"cloudtrail": 10.0}.__getitem__)
    silences.look("cloudtrail", 0, 5, 0.0)
    silences.keep([])
    silences.look("cloudtrail", 0, 5, 50.0)

    assert {("cloudtrail", 0): 1.0} == silences.lengths(51.0)
