"""Episodes: folding, closing, late evidence, and how much is kept."""

from collections import Counter
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from detector.config import HOUR, MINUTE
from detector.entities.episodes import _KEEP, _MOST_OPEN, _MOST_PAST, Episodes, finding_uid
from detector.findings import MAX_MOMENTS, Evidence, Moment

QUIET = 6 * HOUR
NOON = 1_767_571_200_000


def seen(n: int, time: int, detection: str = "d", score: float = 0.9) -> Evidence:
    """Evidence of one event, `time` ms after noon."""
    moment = Moment(NOON + time, f"e{n:03}", effect="persist")
    return Evidence(
        detection=detection, entity="p", decisive=moment, moments=(moment,), score=score
    )


def states(episodes: Episodes, *, settled: bool = False) -> list[str]:
    """What readers are told now."""
    return [change.state for change in episodes.changes("p", QUIET, settled=settled)]


def settled(*evidence: Evidence) -> Episodes:
    """Episodes with settled evidence, of which readers have been told."""
    episodes = Episodes()
    for each in evidence:
        episodes.settle("p", each, QUIET)
    episodes.changes("p", QUIET, settled=True)
    return episodes


def test_nothing_seen_is_nothing_told():
    """Episodes without evidence are idle."""
    assert (True, []) == (Episodes().idle, states(Episodes()))


def test_evidence_after_a_quiet_time_is_another_episode():
    """The one before it ends, and is closed when readers are told."""
    episodes = settled(seen(1, 0))
    episodes.settle("p", seen(2, QUIET + 1), QUIET)

    assert ["open", "close"] == states(episodes, settled=True)


def test_evidence_that_came_to_nothing_is_withdrawn():
    """What was told of unsettled evidence is taken back when it does not settle."""
    episodes = Episodes()
    episodes.offer(seen(1, 0))
    states(episodes)
    episodes.withdraw(NOON + HOUR)
    [change] = episodes.changes("p", QUIET)

    assert ("close", True) == (change.state, change.withdrawn)


def test_an_episode_closes_when_it_has_been_quiet():
    """Not before, and not while there is unsettled evidence of it."""
    episodes = settled(seen(1, 0))
    episodes.offer(seen(2, HOUR))

    assert ([], []) == (episodes.close(NOON + QUIET, QUIET), episodes.close(NOON + 9 * HOUR, QUIET))

    episodes.withdraw(NOON + 9 * HOUR)

    assert ["close"] == [change.state for change in episodes.close(NOON + 9 * HOUR, QUIET)]


def test_late_evidence_within_a_live_episode_says_nothing_new():
    """Its span has been told."""
    episodes = settled(seen(1, 0), seen(2, HOUR))
    episodes.late("p", seen(3, MINUTE), QUIET)

    assert [] == states(episodes)


def test_late_evidence_near_a_live_episode_joins_it():
    """The id stays, and so does the earliest event as its evidence."""
    episodes = settled(seen(1, HOUR))
    uid = episodes.settled["d"].uid
    episodes.late("p", seen(3, 0), QUIET)

    assert (uid, ["e003", "e001"]) == (
        episodes.settled["d"].uid,
        [moment.uid for moment in episodes.settled["d"].evidence.moments],
    )


def test_late_evidence_far_from_any_episode_is_one_of_its_own():
    """It opens and, since its time is over, closes."""
    episodes = settled(seen(1, 0))
    episodes.late("p", seen(3, -2 * QUIET), QUIET)

    assert ["open", "close"] == states(episodes)


def test_late_evidence_of_an_episode_that_is_over_reopens_nothing():
    """Neither within its span nor in the minute that it began in."""
    episodes = settled(seen(1, 0), seen(2, HOUR))
    episodes.close(NOON + 9 * HOUR, QUIET)
    episodes.late("p", seen(3, MINUTE), QUIET)
    episodes.late("p", seen(4, 0), QUIET)

    assert (True, []) == (episodes.idle, states(episodes))


def test_late_evidence_in_the_minute_before_an_episode_keeps_its_id_closed():
    """The same id would be told twice."""
    episodes = settled(seen(1, 30_000))
    episodes.close(NOON + 9 * HOUR, QUIET)
    episodes.late("p", seen(3, 10_000), QUIET)

    assert (finding_uid("d", "p", NOON), True) == (
        finding_uid("d", "p", NOON + 30_000),
        episodes.idle,
    )


def test_an_earlier_start_supersedes_the_id_that_was_told():
    """The old id is closed with a pointer to the new one."""
    episodes = Episodes()
    episodes.offer(seen(2, HOUR))
    [first] = episodes.changes("p", QUIET)
    episodes.offer(seen(1, 0))
    opened, closed = episodes.changes("p", QUIET)

    assert ("open", "close", first.episode.uid, opened.episode.uid) == (
        opened.state, closed.state, closed.episode.uid, closed.superseded_by,
    )  # fmt: skip


def test_the_spans_of_past_episodes_are_capped():
    """Of many episodes the latest are remembered."""
    episodes = Episodes()
    for n in range(_MOST_PAST + 5):
        episodes.settle("p", seen(n, 2 * n * QUIET), QUIET)
        states(episodes, settled=True)
    episodes.close(NOON + 100 * QUIET, QUIET)

    assert (_MOST_PAST, NOON + 10 * QUIET) == (len(episodes.past), episodes.past[0].first)


def test_an_episode_lists_no_more_than_its_moments():
    """The earliest stay; the count goes on."""
    episodes = settled(*(seen(n, n * MINUTE) for n in range(MAX_MOMENTS + 9)))
    live = episodes.settled["d"]

    assert (MAX_MOMENTS, "e000", MAX_MOMENTS + 9) == (
        len(live.evidence.moments), live.evidence.moments[0].uid, live.count,
    )  # fmt: skip


def test_of_much_unsettled_evidence_the_ends_and_the_strongest_stay():
    """What is in the middle and weak is judged again when it settles."""
    episodes = Episodes()
    for n in range(_MOST_OPEN + 1):
        episodes.offer(seen(n, n * MINUTE, score=0.99 if n in {40, 50} else 0.9))
    kept = [int(uid[1:]) for _, _, uid in sorted(episodes.open)]

    assert 3 * _KEEP == len(kept)
    assert {*range(_KEEP), 40, 50, *range(_MOST_OPEN + 1 - _KEEP, _MOST_OPEN + 1)} <= set(kept)


def test_the_detection_that_speaks_most_is_thinned():
    """The evidence of another one stays as it is."""
    episodes = Episodes()
    for n in range(_MOST_OPEN + 1):
        episodes.offer(seen(n, n * MINUTE, "rare" if not n % 9 else "often"))

    assert {"often": 3 * _KEEP, "rare": -(-(_MOST_OPEN + 1) // 9)} == Counter(
        detection for detection, _, _ in episodes.open
    )


@given(st.integers(1, 11), st.randoms(use_true_random=False))
def test_unsettled_evidence_is_capped(kinds: int, random: Random):
    """However many detections speak however often, no more is kept than a few dozen, and of each
    its first and its last."""
    episodes = Episodes()
    rows = [seen(n, n * MINUTE, f"d{n % kinds}", random.random()) for n in range(4 * _MOST_OPEN)]
    for each in rows:
        episodes.offer(each)

    assert _MOST_OPEN >= len(episodes.open)
    assert {(each.detection, each.decisive.uid) for each in (*rows[:kinds], *rows[-kinds:])} <= {
        (detection, uid) for detection, _, uid in episodes.open
    }
