"""The rows of a checkpoint on their way."""

from contextlib import closing
from pathlib import Path

from detector.runtime.resident import Row
from detector.runtime.spool import Spool

ROWS: list[list[Row]] = [
    [(f"principal:t:p{piece:02}-{n}", bytes(10_000) if n else None) for n in range(5)]
    for piece in range(40)
]


def test_rows_come_as_they_were_added_as_often_as_need_be(tmp_path: Path):
    """Also when they are too many for memory; a commit that fails is tried again with the same."""
    with closing(Spool(tmp_path)) as spool:
        for piece in ROWS:
            spool.add(piece)
        once, again = list(spool), list(spool)

    assert ROWS == once
    assert ROWS == again
    assert (200, 1_603_400) == (spool.count, spool.size)


def test_nothing_is_left_of_it(tmp_path: Path):
    """Its file has no name, so that a crash leaves none behind."""
    with closing(Spool(tmp_path)) as spool:
        for piece in ROWS:
            spool.add(piece)
        there = list(tmp_path.iterdir())

    assert [] == there
