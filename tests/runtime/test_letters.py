"""Records of `activity`: what is opened and what is refused, with the reason."""

import re

import pytest
from aiokafka.structs import ConsumerRecord

from detector.runtime.letters import letter_of, opened
from detector.runtime.wire import partition_of, written
from detector.sources.base import DecodeError
from schemas.event import ActivityEvent, Principal
from schemas.fact import Fact
from schemas.progress import Progress

NOW = 1_000_000
AHEAD = 300_000
KEY = "principal:t:ada"
HERE = partition_of(KEY, 4)


def record(value: bytes | None, key: bytes = KEY.encode()) -> ConsumerRecord:
    """A record as it comes from the broker."""
    return ConsumerRecord("activity", HERE, 7, NOW, 1, key, value, None, 0, len(value or b""), ())


def event(time: int = NOW, who: str = "ada") -> ActivityEvent:
    """One event."""
    return ActivityEvent("e", "token_use", "t", time, Principal(who))


@pytest.mark.parametrize(
    "made",
    [
        event(),
        event(NOW + AHEAD),
        Fact(kind="status", entity=KEY, sender=KEY, time=5),
        Progress("raw/0", 1, (5,)),
    ],
    ids=["event", "a little ahead", "fact", "progress"],
)
def test_what_is_ours_is_opened(made):
    """Under its own key, as it was written."""
    assert (made.key, made) == opened(record(written(made)), HERE, 4, AHEAD)


def test_another_key_will_do_where_the_right_one_leads():
    """Who writes may key as they like, if they partition as we do."""
    assert KEY == opened(record(written(event()), b"session-7"), HERE, 4, AHEAD)[0]


def test_a_group_lies_everywhere():
    """Its baselines go to all partitions."""
    made = Fact(kind="baseline", entity="group:t:human", sender="group:t:human", time=5)

    assert made == opened(record(written(made), b"?"), HERE, 4, AHEAD)[1]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "got a null value"),
        (b"", "expected an event, a fact or progress: "),
        (b"\xff\xfe", "expected "),
        (b"[" * 100_000, "expected an event, a fact or progress"),
        (b'{"record":"other"}', "expected an event, a fact or progress: "),
        (written(event(NOW + AHEAD + 1)), "time: expected one that has come, got one in the fut"),
        (written(event(who="grace")), "key: expected one that leads to partition "),
    ],
    ids=["null", "empty", "bytes", "deep", "another kind", "future", "elsewhere"],
)
def test_what_is_not_ours_is_refused(value, reason):
    """With the reason, and never with another error."""
    with pytest.raises(DecodeError, match=re.escape(reason)):
        opened(record(value, b"any key"), HERE, 4, AHEAD)


def test_a_letter_says_where_and_why_and_no_secret():
    """Topic, partition and offset; what looks like a secret is masked."""
    made = letter_of(record(b'{"secretAccessKey": "wJalrXUtnFEMIK7MDENGbPxRfiCY"}'), "why")

    assert ("activity", HERE, 7, "why") == (made.place, made.partition, made.position, made.reason)
    assert "wJalr" not in made.sample
