"""The figures, on alert lists small enough to count by hand."""

import msgspec
import pytest

from detector.config import DAY, HOUR
from detector.evaluate.curve import budgets_of, curve
from detector.evaluate.printing import curve_table, shown
from detector.evaluate.score import score
from tests.evaluate.messages import HALF, message, scored, stream, tally

EVENTS = {"b0": 0, "a1": HALF, "a2": HALF + 20_000, "a3": HALF + 60_000, "b9": 2 * DAY}


def test_everything_found_and_nothing_false() -> None:
    """Two incidents, two true findings: recall and precision are 1."""
    made = scored(message("f1", "a1", time=HALF), message("f2", "a3", time=HALF + 90_000), **EVENTS)

    assert (2, 2, 1.0) == (made.incidents, made.found, made.recall)
    assert (2, 0, 1.0) == (made.true, made.false, made.precision)
    assert () == made.missed


def test_delay_runs_from_the_first_event_to_the_alert() -> None:
    """The delay is in seconds from an incident's first event, and in its own events until then."""
    made = scored(message("f1", "a2", time=HALF + 20_000), **EVENTS)
    [found] = [each for each in made.each if each.found]

    assert 20.0 == found.delay
    assert 2 == found.after
    assert ("d",) == found.by


def test_missed_incidents_are_named() -> None:
    """An incident that only a false finding lists in passing is missed, by name."""
    made = scored(message("f1", "b0 b9 a1", time=HALF), **EVENTS)

    assert ("i1:campaign", "i2:single") == made.missed
    assert (0, 1) == (made.true, made.false)
    assert ["f1"] == [each.uid for each in made.false_ones]


def test_rates_are_per_day_and_per_thousand_identities() -> None:
    """Three false findings in two days of one identity: 1.5 a day, 1,500 per 1,000 identities."""
    made = scored(*(message(f"f{n}", "b0", time=n * HOUR) for n in range(3)), **EVENTS)
    whole, before, after, *_ = made.parts

    assert (3, 1.5, 1_500.0) == (whole.false_findings, whole.per_day, whole.per_day_per_1000)
    assert (0.5, 3, 6.0) == (before.days, before.false_findings, before.per_day)
    assert (1.5, 0) == (after.days, after.false_findings)


def test_the_first_day_stands_apart() -> None:
    """What began on the first day, and what came after it."""
    made = scored(*(message(f"f{n}", "b0", time=n * HOUR) for n in range(3)), **EVENTS)
    first, later = made.parts[-2:]

    assert ("the first day", 1.0, 3) == (first.name, first.days, first.false_findings)
    assert ("after the first day", 0) == (later.name, later.false_findings)
    assert made.incidents == first.incidents + later.incidents


def test_identities_may_be_stated() -> None:
    """The number of identities may be given where the log shows more principals than there are."""
    made = score(stream(**EVENTS), tally(message("f1", "b0")), budget=1.0, identities=80)

    assert 80 == made.identities
    assert pytest.approx(1_000 * 0.5 / 80) == made.parts[0].per_day_per_1000


def test_findings_of_a_campaign_count_once_for_the_analyst() -> None:
    """Two false findings of one campaign are two false findings and one false campaign."""
    made = scored(
        message("f1", "b0", correlation="c"), message("f2", "b9", correlation="c"), **EVENTS
    )

    assert (2, 1) == (made.false, made.false_campaigns)
    assert (1.0, 0.5) == (made.parts[0].per_day, made.parts[0].campaigns_per_day)


def test_kinds_and_detections_are_scored_apart() -> None:
    """Each kind has its recall; each detection its precision and what it alone found."""
    made = scored(
        message("f1", "a1", detection="fan"),
        message("f2", "a1", detection="grave"),
        message("f3", "a3", detection="grave"),
        message("f4", "b0", detection="grave"),
        **EVENTS,
    )

    assert {"campaign": 1.0, "single": 1.0} == {each.kind: each.recall for each in made.kinds}
    fan, grave = made.detections
    assert (1, 0) == (fan.incidents, fan.alone)
    assert (2, 1) == (grave.incidents, grave.alone)
    assert pytest.approx(2 / 3) == grave.precision


def test_incidents_outside_the_input_do_not_count() -> None:
    """An incident of which no event was replayed is named, not counted as missed."""
    made = scored(a1=0, b9=DAY)

    assert 1 == made.incidents
    assert ("i2:single",) == made.absent


def test_nothing_has_no_rate() -> None:
    """Without incidents there is no recall and without findings no precision, rather than 1."""
    made = scored(b0=0)

    assert None is made.recall
    assert None is made.precision
    assert 1 / 24 == made.days


def test_a_score_survives_json() -> None:
    """`--json` holds the whole score."""
    made = scored(message("f1", "a1"), **EVENTS)

    assert made == msgspec.json.decode(msgspec.json.encode(made), type=type(made))


def test_the_curve_is_sorted_by_budget() -> None:
    """The curve holds one point per budget, in their order."""
    false = score(stream(**EVENTS), tally(message("f1", "b0")), budget=5.0)
    quiet = score(stream(**EVENTS), tally(), budget=0.2)

    assert [0.2, 5.0] == [point.budget for point in curve([false, quiet])]
    assert 2 == curve_table(curve([false, quiet])).row_count


def test_each_figure_of_the_curve_stands_under_its_name() -> None:
    """The last figure before the kinds of incident is the recall."""
    made = curve_table(curve([score(stream(**EVENTS), tally(), budget=0.2)]))
    row = {str(column.header): next(iter(column.cells)) for column in made.columns}

    assert ("0.2", "-", "0 %") == tuple(
        str(row[name]) for name in ("budget", "precision", "recall")
    )


def test_many_kinds_of_incident_get_no_columns() -> None:
    """A table with a column for each of fifty kinds would show a letter a line."""
    few = curve([score(stream(**EVENTS), tally(), budget=0.2)])[0]
    many = msgspec.structs.replace(few, kinds={f"kind-{n}": 1.0 for n in range(50)})

    assert len(curve_table([few]).columns) == len(few.kinds) + len(curve_table([many]).columns)


@pytest.mark.parametrize("text", ["", "a", "0", "-1", "nan", "inf", "1,,2"])
def test_budgets_must_be_numbers_above_zero(text: str) -> None:
    """What is no list of budgets is refused."""
    with pytest.raises(ValueError, match="--curve"):
        budgets_of(text)


def test_a_score_can_be_printed() -> None:
    """Every part of a score has its place in print, with long lists cut."""
    false = [message(f"f{n}", f"b{n}") for n in range(30)]

    assert 6 < len(list(shown(scored(*false, **EVENTS))))
