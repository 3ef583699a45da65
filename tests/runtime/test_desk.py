"""The admission desk: each revision goes out once, whatever is told again."""

import pytest

from detector.config import ResponseConfig
from detector.findings import Evidence, Finding, Moment
from detector.runtime.admission import Desk, Memory, memory

SEEN = Evidence(detection="grave_and_new", entity="principal:t:a", decisive=Moment(5, "e1"), moments=(Moment(5, "e1"),), score=0.9)  # fmt: skip


def finding(uid: str, revision: int) -> Finding:
    """One revision of a finding."""
    return Finding(
        uid=uid, state="open" if revision == 1 else "update", revision=revision,
        detection="grave_and_new", title="T", tenant="t", entity="principal:t:a", time=5, first=5,
        last=5, severity=4, risk=90, confidence=80, evidence=SEEN,
    )  # fmt: skip


def test_what_is_told_again_goes_no_further():
    """Neither a revision that has gone out nor an older one; it is counted."""
    desk = Desk(ResponseConfig())
    told = [finding("f", 1), finding("f", 2), finding("f", 1), finding("g", 1), finding("f", 2)]
    out = desk.take(told)

    assert ["f.1", "f.2", "g.1"] == [dict(one.headers)["ce_id"].decode() for one in out]
    assert 2 == desk.memory.repeats


def test_the_memory_comes_back():
    """A desk that begins from what another has written knows what went out."""
    desk = Desk(ResponseConfig())
    desk.take([finding("f", 2)])
    again = Desk(ResponseConfig(), memory(desk.written()))

    assert [] == again.take([finding("f", 2)])
    assert 1 == len(again.take([finding("f", 3)]))


def test_no_memory_is_an_empty_one():
    """So it is before the first batch."""
    assert Memory() == memory(None)


def test_a_memory_of_another_format_is_refused():
    """Rather than guessed at."""
    other = Desk(ResponseConfig(), Memory(format=99)).written()

    with pytest.raises(ValueError, match="expected admission's memory of format 1, got 99"):
        memory(other)
