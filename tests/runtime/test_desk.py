"""The admission desk: each revision goes out once, whatever is told again."""

import pytest

from detector.config import ResponseConfig
from detector.findings import Evidence, Finding, Moment
from detector.runtime import admission
from detector.runtime.admission import Desk, Head, Memory, memory

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
    assert 2 == desk.memory.head.repeats


def test_the_memory_comes_back():
    """A desk that begins from the rows that another has written, batch after batch, is the same."""
    desk, rows = Desk(ResponseConfig()), []
    for told in ([finding("f", 2), finding("g", 1)], [finding("f", 3)], [finding("f", 3)]):
        desk.take(told)
        rows += desk.rows()
    again = Desk(ResponseConfig(), memory(rows))

    assert desk.memory == again.memory
    assert ["g", "f"] == list(again.memory.revisions)
    assert [] == again.take([finding("f", 3), finding("g", 1)])
    assert 1 == len(again.take([finding("f", 4)]))


def test_a_batch_writes_what_it_has_touched():
    """However much the desk remembers: a row for the finding, one for its tenant, and the head."""
    desk = Desk(ResponseConfig())
    desk.take(finding(f"f{number}", 1) for number in range(100))
    desk.rows()
    desk.take([finding("f7", 2)])

    assert [b"finding:f7", b"tenant:t", b"memory"] == [key for key, _ in desk.rows()]


def test_the_oldest_findings_are_forgotten_here_and_on_the_topic(monkeypatch):
    """Of more findings than a desk keeps, the row of the oldest ends."""
    monkeypatch.setattr(admission, "_MOST", 2)
    desk = Desk(ResponseConfig())
    desk.take(finding(uid, 1) for uid in "fgh")
    rows = desk.rows()

    assert (b"finding:f", None) in rows
    assert ["g", "h"] == list(memory(rows).revisions)


def test_no_memory_is_an_empty_one():
    """So it is before the first batch."""
    assert Memory() == memory([])


def test_a_memory_of_another_format_is_refused():
    """Rather than guessed at."""
    rows = Desk(ResponseConfig(), Memory(head=Head(format=99))).rows()

    with pytest.raises(ValueError, match="expected admission's memory of format 2, got 99"):
        memory(rows)
