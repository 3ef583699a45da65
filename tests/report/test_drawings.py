"""The drawings: axes, bars, paths, and that each is well formed whatever it is given."""

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.report.campaigns import fold
from detector.report.normal import amount, row
from detector.report.path import MAX_STEPS, nodes, staircase
from detector.report.svg import MAX_ROWS, anchor, burst, ticks, timeline
from schemas.fact import Step
from schemas.story import Line, Moment
from tests.report.samples import alerts, hostile
from tests.report.test_campaigns import numbered

TIMES = st.integers(0, 4_102_444_800_000)


@given(TIMES, TIMES)
def test_an_axis_has_few_round_ticks_inside_it(one, other):
    """Any stretch of time gets at most nine ticks, in order, none outside."""
    first, last = min(one, other), max(one, other)
    found = ticks(first, last)

    assert len(found) <= 9
    assert list(found) == sorted(found)
    assert all(first <= tick <= last for tick in found)


@pytest.mark.parametrize("messages", [alerts(), hostile(), [numbered(f"f{n}") for n in range(60)]])
def test_the_timeline_is_well_formed_and_bounded(messages):
    """One row per campaign up to the limit, in XML that a strict parser takes."""
    campaigns = fold(messages).campaigns
    drawn = ET.fromstring(timeline(campaigns))  # noqa: S314

    assert len(drawn.findall("a")) == min(len(campaigns), MAX_ROWS)


@given(st.text())
def test_an_anchor_is_always_a_plain_name(uid):
    """A campaign id from anywhere gives a fragment of letters, digits and hyphens."""
    campaign = fold(alerts()).campaigns[0]
    name = anchor(type(campaign)(uid, campaign.alerts))

    assert name.replace("-", "").isalnum()
    assert name.isascii()


@given(st.lists(st.tuples(TIMES, st.text(max_size=5)), min_size=2, max_size=24))
def test_a_burst_draws_every_event(events):
    """Each event is one mark inside the strip, also when all share one millisecond."""
    moments = [Moment(time=time, uid=name, operation=name) for time, name in sorted(events)]
    drawn = ET.fromstring(burst(moments, len(moments)))  # noqa: S314
    marks = drawn.findall("rect")

    assert len(marks) == len(moments)
    assert all(0 <= float(mark.attrib["x"]) <= 480 for mark in marks)


STEPS = st.builds(
    Step,
    st.sampled_from("abcde"),
    st.sampled_from("abcde"),
    st.text(),
    TIMES,
    st.text(),
    st.booleans(),
)


@given(st.lists(STEPS, min_size=1, max_size=30))
def test_a_path_names_each_identity_once(path):
    """Branches, loops and repeats still give every identity one place, below its obtainer."""
    found = nodes(path)
    names = [name for name, _, _ in found]

    assert len(names) == len(set(names))
    assert len(found) <= 2 * MAX_STEPS
    assert ET.fromstring(staircase(path)).tag == "svg"  # noqa: S314


def test_a_chain_descends_one_step_per_hop():
    """A path of three identities is drawn at depths zero, one and two."""
    path = (Step("a", "b", "AssumeRole", 1, "e1"), Step("b", "c", "AssumeRole", 2, "e2"))

    assert [(name, depth) for name, depth, _ in nodes(path)] == [("a", 0), ("b", 1), ("c", 2)]


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("12", (12.0, "")),
        ("about 1,200 events", (1200.0, "events")),
        ("0.5 %", (0.5, "%")),
        ("never by this identity", (0.0, "")),
        ("192.0.2.7", None),
        ("2001:db8::/48", None),
        ("123456789012", None),
        ("boto3", None),
        ("", None),
    ],
)
def test_only_amounts_become_bars(words, number):
    """A number at the start with its unit is an amount; addresses, accounts and names are not."""
    assert number == amount(words)


@pytest.mark.parametrize(
    ("usual", "now", "bars"),
    [
        ("1 service", "5 services", 2),
        ("0", "6", 2),
        ("never", "0", 0),
        ("40 s", "3 min", 0),
        ("192.0.2.0/24", "new", 0),
    ],
)
def test_bars_stand_only_where_both_sides_compare(usual, now, bars):
    """Two amounts of one unit are drawn; anything else stays words."""
    assert bars == row(Line("w", usual, now)).count("<rect")
