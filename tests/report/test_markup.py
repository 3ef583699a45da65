"""Markup that text cannot break out of."""

from hypothesis import given
from hypothesis import strategies as st

from detector.report.markup import Markup, element
from detector.report.words import plain
from tests.report.pages import Parts


@given(child=st.text(), value=st.text())
def test_text_and_attributes_come_back_as_they_went_in(child, value):
    """A parser reads exactly one element, with the plain text and value that it was given."""
    read = Parts(element("p", child, title=value))

    assert read.tags == ["p"]
    assert read.attributes == [("title", plain(value))]
    assert "".join(read.texts) == plain(child)


def test_markup_is_not_escaped_twice():
    """An element inside an element stays one."""
    assert element("p", element("b", "<")) == "<p><b>&lt;</b></p>"


def test_nothing_is_left_out_quietly():
    """An absent child or attribute leaves no trace; an empty one stays."""
    assert element("p", None, "", title=None) == "<p></p>"
    assert isinstance(element("p"), Markup)
