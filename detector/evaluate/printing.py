"""A score as a person reads it.

Examples:
    >>> percent(0.9), percent(None), seconds(90.0), seconds(0.5), seconds(None)
    ('90 %', '-', '90 s', '0.5 s', '-')
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from detector.evaluate.curve import Point
from detector.evaluate.pairs import Pair
from detector.evaluate.score import Score
from detector.report.words import moment, plain

MOST_LISTED = 20
"""Missed incidents and false findings that are printed by name; `--json` lists them all."""

_MOST_COLUMNS = 6
_WORDS = frozenset({"detection", "identity", "finding", "missed or noisy"})


def percent(share: float | None) -> str:
    """A share as a whole percentage."""
    return "-" if share is None else f"{100 * share:.0f} %"


def seconds(length: float | None) -> str:
    """Seconds, or hours where there are many."""
    if length is None:
        return "-"
    return f"{length / 3_600:,.1f} h" if length >= 7_200 else f"{length:g} s"


def shown(score: Score) -> Iterator[RenderableType]:
    """The whole score, in the order of the questions."""
    yield _head(score)
    yield _kinds(score)
    yield _rates(score)
    yield _detections(score)
    yield from _named("Missed", score.missed)
    yield from _named("Not in the input, so not counted", score.absent)
    yield from _false_ones(score)


def _head(score: Score) -> Text:
    size = f"{score.events:,} events of {score.identities:,} identities in {score.days:.2f} days"
    found = f"incidents found: {score.found} of {score.incidents} ({percent(score.recall)})"
    delay = f"median delay {seconds(score.median_delay)}"
    after = f"at event {_number(score.median_after)} of the attack"
    findings = f"findings: {score.findings}, true {score.true}, false {score.false}"
    aside = f", set aside {score.aside}" if score.aside else ""
    campaigns = f"as campaigns: {score.campaigns}, true {score.true_campaigns}"
    return Text(
        f"{size}, budget {score.budget:g}\n"
        f"{found}, {delay}, {after}\n"
        f"{findings}{aside}, precision {percent(score.precision)}\n"
        f"{campaigns}, false {score.false_campaigns}, "
        f"precision {percent(score.campaign_precision)}"
    )


def _kinds(score: Score) -> Table:
    return _table(
        ("kind of incident", "incidents", "found", "recall", "median delay", "median events"),
        (
            (
                each.kind,
                f"{each.incidents}",
                f"{each.found}",
                percent(each.recall),
                seconds(each.median_delay),
                _number(each.median_after),
            )
            for each in score.kinds
        ),
    )


def _rates(score: Score) -> Table:
    return _table(
        (
            "false findings",
            "days",
            "findings",
            "a day",
            "a day per 1,000 identities",
            "campaigns",
            "campaigns a day",
            "incidents found",
        ),
        (
            (
                part.name,
                f"{part.days:.2f}",
                f"{part.false_findings}",
                f"{part.per_day:.2f}",
                f"{part.per_day_per_1000:.2f}",
                f"{part.false_campaigns}",
                f"{part.campaigns_per_day:.2f}",
                f"{part.found} of {part.incidents}",
            )
            for part in score.parts
        ),
    )


def _detections(score: Score) -> Table:
    return _table(
        ("detection", "findings", "true", "false", "precision", "incidents", "it alone"),
        (
            (
                each.detection,
                f"{each.findings}",
                f"{each.true}",
                f"{each.false}",
                percent(each.precision),
                f"{each.incidents}",
                f"{each.alone}",
            )
            for each in score.detections
        ),
    )


def _named(title: str, names: Sequence[str]) -> Iterator[Text]:
    if not names:
        return
    more = f" and {len(names) - MOST_LISTED:,} more" if len(names) > MOST_LISTED else ""
    yield Text(f"{title} ({len(names)}): {plain(', '.join(names[:MOST_LISTED]), 2_000)}{more}\n")


def _false_ones(score: Score) -> Iterator[RenderableType]:
    ranked = sorted(score.false_ones, key=lambda each: (-each.risk, each.time))
    if not ranked:
        return
    yield _table(
        ("false, riskiest first", "detection", "risk", "identity", "finding"),
        (
            (moment(each.time), each.detection, f"{each.risk}", plain(each.entity), each.uid)
            for each in ranked[:MOST_LISTED]
        ),
    )
    if len(ranked) > MOST_LISTED:
        yield Text(f"and {len(ranked) - MOST_LISTED:,} more false findings: --json lists them")


def curve_table(points: Sequence[Point]) -> Table:
    """The curve, one row per budget. Where there are few kinds of incident each has its column; of
    many the table would leave a letter a line, and `--json` has them."""
    kinds = sorted({kind for point in points for kind in point.kinds})
    if len(kinds) > _MOST_COLUMNS:
        kinds = []
    return _table(
        (
            "budget",
            "false a day",
            "per 1,000",
            "campaigns a day",
            "precision",
            "delay",
            "recall",
            *kinds,
        ),
        (
            (
                f"{point.budget:g}",
                f"{point.false_per_day:.2f}",
                f"{point.false_per_day_per_1000:.2f}",
                f"{point.false_campaigns_per_day:.2f}",
                percent(point.precision),
                seconds(point.median_delay),
                percent(point.recall),
                *(percent(point.kinds.get(kind)) for kind in kinds),
            )
            for point in points
        ),
        words=0,
    )


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:g}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], words: int = 1) -> Table:
    """The first `words` columns are words, the others numbers unless `_WORDS` names them."""
    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for at, name in enumerate(head):
        left = at < words or name in _WORDS
        drawn.add_column(name, justify="left" if left else "right", overflow="fold")
    for row in rows:
        # strict, since a row too short would be drawn under the wrong heads without a word
        drawn.add_row(*(Text(cell) for _, cell in zip(head, row, strict=True)))
    return drawn


def lookalikes_table(counts: Mapping[str, int]) -> Table:
    """False findings whose decisive event plays a benign look-alike."""
    rows = ((name, f"{count}") for name, count in counts.items())
    return _table(("benign look-alike", "false findings"), rows)


def pairs_table(pairs: Sequence[Pair]) -> Table:
    """Each scenario: attacks found, twins quiet, and by name what went wrong."""
    return _table(
        ("scenario", "attacks found", "twins quiet", "missed or noisy"),
        (
            (
                pair.scenario,
                f"{pair.found} of {pair.attacks}",
                f"{pair.quiet} of {pair.twins}",
                ", ".join((*pair.missed, *pair.noisy)),
            )
            for pair in pairs
        ),
    )
