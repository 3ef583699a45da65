"""Hand-made SVG: the timeline of campaigns and the strip of one burst.

Sizes are user units of a 1000-wide drawing that the page scales. Colours come from the style sheet
by class, so a drawing follows the page into dark mode and onto paper.

Examples:
    >>> ticks(0, 60_000)[:3]
    (0, 10000, 20000)
"""

from collections.abc import Sequence

from detector.report.campaigns import Campaign
from detector.report.markup import Markup, element
from detector.report.phrases import sort_of, who
from detector.report.words import clock, moment, plain, several, span
from schemas.story import Moment

WIDTH = 1000
MAX_ROWS = 40
_LABEL, _ROW, _TOP = 230, 24, 26
_BURST = 480
_S, _M, _H, _D = 1_000, 60_000, 3_600_000, 86_400_000
_STEPS = (
    *(n * _S for n in (1, 2, 5, 10, 20, 30)),
    *(n * _M for n in (1, 2, 5, 10, 20, 30)),
    *(n * _H for n in (1, 2, 3, 6, 12)),
    *(n * _D for n in (1, 2, 7, 14, 28, 91, 182, 365, 3_650, 36_500)),
)
_MOST_TICKS = 8


def ticks(first: int, last: int) -> tuple[int, ...]:
    """Round times between the two, no more than eight, for an axis."""
    length = max(1, last - first)
    step = next((s for s in _STEPS if length / s <= _MOST_TICKS), _STEPS[-1])
    start = -(-first // step) * step
    return tuple(range(start, last + 1, step))[: _MOST_TICKS + 1]


def timeline(campaigns: Sequence[Campaign]) -> Markup:
    """One row per campaign, gravest first as in the page; a bar from first to last event."""
    rows = campaigns[:MAX_ROWS]
    axis = _Axis(min(c.first for c in rows), max(c.last for c in rows))
    height = _TOP + _ROW * len(rows) + 4
    return element(
        "svg",
        *(_tick(axis, time, height) for time in ticks(axis.first, axis.last)),
        *(_row(axis, campaign, _TOP + _ROW * n) for n, campaign in enumerate(rows)),
        viewBox=f"0 0 {WIDTH} {height}",
        cls="timeline",
        role="img",
        aria_label=f"Timeline of {several(len(rows), 'campaign')}",
    )


class _Axis:
    """Event time to x. Some room is left on both sides, and for an axis of a single moment."""

    def __init__(self, first: int, last: int) -> None:
        room = max((last - first) // 50, 500)
        self.first, self.last = first - room, last + room

    def x(self, time: int) -> float:
        share = (time - self.first) / (self.last - self.first)
        return _LABEL + share * (WIDTH - _LABEL - 10)

    def name(self, time: int) -> str:
        at = moment(time)
        if self.last - self.first > 3 * _D or time % _D == 0:
            return at[5:10]
        return at[11:16] if self.last - self.first > 5 * _M else at[11:]


def _tick(axis: _Axis, time: int, height: int) -> Markup:
    x = axis.x(time)
    return element(
        "g",
        element("line", x1=x, x2=x, y1=18, y2=height, cls="grid"),
        element("text", axis.name(time), x=x, y=12, cls="tick"),
    )


def _row(axis: _Axis, campaign: Campaign, y: int) -> Markup:
    lead = campaign.lead
    start, end = axis.x(campaign.first), axis.x(campaign.last)
    bar = max(5.0, end - start)
    mark = f"sev{lead.severity_id}"
    return element(
        "a",
        element("title", f"{lead.finding_info.title}, {moment(campaign.first)} UTC"),
        element("text", plain(who(campaign), 34), x=0, y=y + 15, cls="who"),
        element("line", x1=_LABEL, x2=WIDTH - 10, y1=y + 11, y2=y + 11, cls="rail"),
        element("rect", x=start, y=y + 5, width=bar, height=12, rx=2, cls=f"bar {mark}"),
        *(_start(axis, alert.unmapped.decisive.time, y) for alert in campaign.alerts[:20]),
        _caption(lead.finding_info.title, start, start + bar, y + 15),
        href=f"#{anchor(campaign)}",
    )


def _caption(title: str, start: float, end: float, y: int) -> Markup:
    """The title on whichever side of the bar has the room."""
    words = plain(title, 64)
    if end < WIDTH - 7 * len(words):
        return element("text", words, x=end + 8, y=y, cls="what")
    if start - 7 * len(words) > _LABEL:
        return element("text", words, x=start - 8, y=y, cls="what to")
    return Markup()


def _start(axis: _Axis, time: int, y: int) -> Markup:
    x = axis.x(time)
    return element("line", x1=x, x2=x, y1=y + 3, y2=y + 19, cls="decisive")


def anchor(campaign: Campaign) -> str:
    """The campaign's place on the page; an id is not trusted to be one."""
    return "c-" + "".join(c if c.isascii() and c.isalnum() else "-" for c in campaign.uid)[:40]


def burst(moments: Sequence[Moment], events: int) -> Markup:
    """Each event as a tick on one line of time: reads low, changes high, denials hollow."""
    first, last = moments[0].time, moments[-1].time
    length = max(1, last - first)
    marks = (_event(6 + (_BURST - 12) * (m.time - first) / length, m) for m in moments)
    shown = f"{len(moments)} of {several(events, 'event')}" if events > len(moments) else ""
    return element(
        "svg",
        element("line", x1=0, x2=_BURST, y1=34, y2=34, cls="rail"),
        *marks,
        element("text", clock(first), x=0, y=50, cls="from"),
        element("text", shown, x=_BURST / 2, y=50, cls="tick"),
        element("text", f"+{span(last - first)}", x=_BURST, y=50, cls="to"),
        viewBox=f"0 0 {_BURST} 54",
        cls="burst",
        role="img",
        aria_label=f"{several(len(moments), 'event')} within {span(last - first)}",
    )


def _event(x: float, m: Moment) -> Markup:
    height = {"change": 24, "secret": 18}.get(sort_of(m), 11)
    mark = sort_of(m) if m.status == "success" else f"{sort_of(m)} refused"
    return element(
        "rect",
        element("title", f"{clock(m.time)} {m.service}:{m.operation} {m.status}"),
        x=x - 2,
        y=34 - height,
        width=4,
        height=height,
        cls=f"ev {mark}",
    )
