"""Panes: windows of every length read back what was put in, in any order."""

from detector.config import DAY, HOUR, MINUTE, SECOND
from detector.window.grain import ROW, between, row
from detector.window.panes import _MOST_FINE, COARSE, FINE, QUARTER, Panes

NOON = 12 * HOUR


def at(*times: int) -> Panes:
    """Panes with one bit of its own for each time."""
    panes = Panes()
    for n, time in enumerate(times):
        panes.add(time, 1 << n % 300)
    return panes


def test_a_short_window_leaves_out_what_is_older():
    """Ten seconds reach back over two panes."""
    panes = at(NOON, NOON + 7 * SECOND, NOON + 14 * SECOND)

    assert 0b110 == panes.register(NOON + 14 * SECOND, 10 * SECOND)


def test_an_hour_is_read_from_quarters():
    """What came more than an hour ago is out of a window of an hour."""
    panes = at(NOON - 2 * HOUR, NOON - 40 * MINUTE, NOON)

    assert 0b110 == panes.register(NOON, HOUR)


def test_a_day_is_read_from_all_grains():
    """A day joins this quarter, the quarters of these two hours, earlier quarters and coarse panes."""
    panes = at(NOON, NOON + 5 * HOUR, NOON + 22 * HOUR, NOON + 23 * HOUR)
    panes.prune(NOON + 12 * HOUR)

    assert 0b1111 == panes.register(NOON + 23 * HOUR, DAY)


def test_a_day_leaves_out_the_day_before():
    """A coarse pane of yesterday's is not in today's window."""
    panes = at(NOON, NOON + 30 * HOUR)

    assert 0b10 == panes.register(NOON + 30 * HOUR, DAY)


def test_order_does_not_show():
    """The same times backwards give the same windows."""
    times = [NOON, NOON + MINUTE, NOON + 40 * MINUTE]
    panes = at(*times)
    other = Panes()
    for n in (2, 0, 1):
        other.add(times[n], 1 << n)
    windows = (10 * SECOND, MINUTE, QUARTER, HOUR, DAY)

    assert [panes.register(times[2], each) for each in windows] == [
        other.register(times[2], each) for each in windows
    ]


def test_fine_panes_are_capped():
    """Of more fine panes than there is room for the latest stay."""
    panes = at(*(NOON + n * FINE for n in range(_MOST_FINE + 20)))
    first = NOON // FINE + 19

    assert list(range(first, first + _MOST_FINE)) == between(panes.fine, 0, 1 << 40)
    assert _MOST_FINE * ROW == len(panes.fine)


def test_pruned_quarters_live_on_in_coarse_panes():
    """What leaves the quarters is not lost to the window of a day."""
    panes = at(NOON, NOON + 9 * HOUR)
    panes.prune(NOON + 9 * HOUR)

    assert ([NOON // COARSE], []) == (
        between(panes.coarse, 0, NOON),
        between(panes.quarter, 0, NOON),
    )


def test_nothing_is_active_in_empty_panes():
    """Without an event there is no quarter to settle."""
    assert [] == Panes().quarters_between(0, DAY)


def test_active_quarters_come_in_order():
    """The quarter under way is one of them, once."""
    panes = at(NOON + QUARTER, NOON, NOON + 3 * QUARTER)

    assert [NOON, NOON + QUARTER, NOON + 3 * QUARTER] == panes.quarters_between(0, DAY)


def test_packed_panes_come_back():
    """A snapshot of panes is the same panes."""
    panes = at(NOON, NOON + QUARTER)

    assert panes == Panes.unpacked(panes.packed())


def test_rows_of_several_panes_are_as_those_panes_one_by_one():
    """Entered at once, after what is there or before it, they leave the same."""
    rising = [(NOON // FINE + n, 1 << n) for n in range(6)]
    rows = b"".join(row(index, bits) for index, bits in rising)
    for before in ((), (NOON - HOUR,), (NOON, NOON + 10 * SECOND), (NOON + HOUR,)):
        at_once, singly = at(*before), at(*before)

        at_once.extend(rows)
        for index, bits in rising:
            singly.add(index * FINE, bits)

        assert singly.packed() == at_once.packed()
