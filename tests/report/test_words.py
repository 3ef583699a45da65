"""Values in plain words, and nothing hidden in them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.report.words import LONGEST, clock, moment, plain, span

DAY = 86_400_000


@given(st.text())
def test_plain_text_holds_nothing_invisible(text):
    """Whatever a log says, what is shown is printable and of bounded length."""
    shown = plain(text)

    assert shown.isprintable()
    assert len(shown) <= 10 * LONGEST


@given(st.text(alphabet=st.characters(categories=["L", "N", "P"]), max_size=LONGEST))
def test_ordinary_text_stays_as_it_is(text):
    """Letters, digits and punctuation of any script are not touched."""
    assert text == plain(text)


def test_long_text_is_cut_visibly():
    """A value longer than the limit ends in an ellipsis."""
    assert plain("a" * 1_000, 10) == "a" * 9 + "…"


@pytest.mark.parametrize("time", [-1, 10**18, -(10**30)])
def test_a_time_outside_the_calendar_is_a_number(time):
    """An impossible time is shown as it stands and never fails."""
    assert f"{time} ms" == moment(time) == clock(time)


def test_no_time_is_no_words():
    """A time that nobody knows is shown as nothing."""
    assert moment(None) == ""


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (0, "0 ms"),
        (1, "1 ms"),
        (1_999, "1,999 ms"),
        (2_000, "2 s"),
        (DAY, "24 h"),
        (2 * DAY, "2 days"),
    ],
)
def test_a_span_takes_its_largest_fitting_unit(length, words):
    """A span is told in the largest unit of which it holds at least two."""
    assert words == span(length)


def test_the_clock_keeps_milliseconds_only_where_there_are_any():
    """Events inside one second can be told apart."""
    assert (clock(5_000), clock(5_042)) == ("00:00:05", "00:00:05.042")
