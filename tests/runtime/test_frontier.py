"""The frontier of a raw partition: which times are believed."""

from detector.config import DAY, HOUR
from detector.runtime.frontier import Frontier

NOW = 20_000 * DAY


def test_live_records_are_believed_at_once():
    """A record that was written within an hour of its own time needs no other."""
    frontier = Frontier()
    frontier.push(NOW - HOUR, "ada", written=NOW)

    assert NOW - HOUR == frontier.time


def test_one_stray_record_moves_nothing():
    """A jump of years in old logs, by one identity, is not believed; small steps are."""
    frontier = Frontier(10 * DAY)
    frontier.push(4_000 * DAY, "ada", written=NOW)
    frontier.push(4_000 * DAY + 1, "ada", written=NOW)
    frontier.push(11 * DAY, "bob", written=NOW)

    assert 11 * DAY == frontier.time


def test_three_identities_confirm_a_jump():
    """Then the earliest is believed, and all that follows it closely; a stray one beyond is not."""
    frontier = Frontier(10 * DAY)
    for n, time in enumerate((400 * DAY, 4_000 * DAY, 400 * DAY + HOUR)):
        frontier.push(time, f"p{n}", written=NOW)

    assert 400 * DAY + HOUR == frontier.time


def test_a_thousand_records_confirm_a_jump():
    """So one busy identity alone is believed as well."""
    frontier = Frontier(10 * DAY)
    for n in range(999):
        frontier.push(400 * DAY + n, "ada", written=NOW)
    before = frontier.time
    frontier.push(400 * DAY + 999, "ada", written=NOW)

    assert (10 * DAY, 400 * DAY + 999) == (before, frontier.time)


def test_what_is_old_changes_nothing():
    """The frontier never goes back, and without anything ahead there is nothing to confirm."""
    frontier = Frontier(10 * DAY)
    frontier.push(9 * DAY, "ada", written=NOW)
    frontier.confirm()

    assert 10 * DAY == frontier.time
