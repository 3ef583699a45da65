"""When a finding is true, and which incident it found."""

from hypothesis import given
from hypothesis import strategies as st

from detector.evaluate.matching import Message, campaigns
from tests.evaluate.messages import message, tally


def _verdicts(*messages: Message) -> dict[str, str]:
    return {episode.uid: episode.verdict for episode in tally(*messages).episodes()}


def test_a_decisive_attack_event_makes_it_true() -> None:
    """A finding whose decisive event is an attack event is true, whatever else it lists."""
    assert {"f1": "true"} == _verdicts(message("f1", "b1 b2 b3 a1", decisive="a1"))


def test_one_attack_event_among_others_is_not_enough() -> None:
    """A finding that began with a benign event and lists an attack in passing is false."""
    assert {"f1": "false"} == _verdicts(message("f1", "b1 b2 a1"))


def test_half_is_not_more_than_half() -> None:
    """Without a decisive attack event, more than half of the listed events must be attack."""
    assert {"f1": "false"} == _verdicts(message("f1", "b1 a1"))
    assert {"f1": "true"} == _verdicts(message("f1", "b1 a1 a2"))


def test_ignored_events_are_left_out() -> None:
    """Ignored events do not count among those listed; alone they set a finding aside."""
    assert {"f1": "true"} == _verdicts(message("f1", "b1 x1 a1 a2"))
    assert {"f1": "aside"} == _verdicts(message("f1", "x1"))


def test_an_incident_is_found_when_it_is_first_listed() -> None:
    """The time of detection is that of the first message that lists an event of the incident."""
    [episode] = tally(
        message("f1", "a1", time=50),
        message("f1", "a1 a2", time=60),
        message("f1", "a1 a2 a3", time=70),
    ).episodes()

    assert {"i1:campaign": 50, "i2:single": 70} == episode.found
    assert 50 == episode.time


def test_a_closing_message_finds_nothing() -> None:
    """What only the end of an episode lists was not found by it."""
    [episode] = tally(message("f1", "a1"), message("f1", "a1 a3", closing=True)).episodes()

    assert ["i1:campaign"] == list(episode.found)


def test_superseded_findings_fold_into_their_successor() -> None:
    """An id that a late event replaced counts once, under its last successor."""
    [episode] = tally(
        message("f1", "a1", time=10),
        message("f2", "a1 a2", time=20),
        message("f1", "a1", time=20, superseded_by="f2", closing=True),
        message("f3", "b1 a1 a2", time=30),
        message("f2", "a1 a2", time=30, superseded_by="f3", closing=True),
    ).episodes()

    assert "f3" == episode.uid
    assert 10 == episode.found["i1:campaign"]
    assert "true" == episode.verdict


def test_a_successor_that_never_spoke_is_no_successor() -> None:
    """An id superseded by one that sent no message stands by itself, and a ring of them ends."""
    assert {"f1": "true"} == _verdicts(message("f1", "a1", superseded_by="f9"))
    ring = (message("f1", "a1", superseded_by="f2"), message("f2", "a1", superseded_by="f1"))
    assert ["true"] == list({*_verdicts(*ring).values()})


def test_a_campaign_is_true_when_half_of_its_findings_are() -> None:
    """Findings with one correlation id are one campaign, judged by their balance."""
    episodes = tally(
        message("f1", "a1", correlation="c1"),
        message("f2", "b1", correlation="c1"),
        message("f3", "b2", correlation="c2"),
        message("f4", "a3"),
        message("f5", "x1", correlation="c3"),
    ).episodes()

    expected = {"c1": "true", "c2": "false", "f4": "true", "c3": "aside"}
    assert expected == campaigns(episodes)


@given(st.permutations(range(6)))
def test_the_order_of_messages_does_not_matter(order: list[int]) -> None:
    """Verdicts, times and incidents are the same for any order of the same messages."""
    messages = [
        message("f1", "a1", time=10),
        message("f1", "a1 b1", time=15),
        message("f1", "a1", time=20, superseded_by="f2", closing=True),
        message("f2", "b1 a1 a2", time=20),
        message("f3", "b1", time=5),
        message("f4", "x1", time=7),
    ]

    def told(each: list[Message]) -> list[tuple[str, int, str, dict[str, int]]]:
        return [(e.uid, e.time, e.verdict, e.found) for e in tally(*each).episodes()]

    assert told(messages) == told([messages[at] for at in order])
