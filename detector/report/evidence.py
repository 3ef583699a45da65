"""The events that a finding rests on, as a table that can be searched for by their own ids."""

from detector.report.markup import Markup, element
from detector.report.phrases import call, ended, place
from detector.report.words import clock, moment, several
from schemas.story import Moment, Story

MAX_MOMENTS = 24


def ending(m: Moment) -> Markup:
    """How the call ended, in its colour."""
    return element("span", ended(m), cls="ok" if m.status == "success" else "refused")


def evidence(story: Story) -> Markup | None:
    """The timeline as a table, decisive event marked, folded away until it is asked for."""
    moments = story.timeline[:MAX_MOMENTS]
    if not moments:
        return None
    total = max(story.events, len(moments))
    shown = (
        f"{len(moments)} of {total:,} events" if total > len(moments) else several(total, "event")
    )
    names = ("Time (UTC)", "Event", "Target", "Ended", "From", "New", "Event id")
    head = element("tr", *(element("th", name) for name in names))
    days = moment(moments[0].time)[:10] != moment(moments[-1].time)[:10]
    rows = (_moment(m, days=days, decisive=m.uid == story.decisive.uid) for m in moments)
    return element(
        "details",
        element("summary", f"Evidence: {shown}"),
        element("div", element("table", head, *rows), cls="wide"),
    )


def _moment(m: Moment, *, days: bool, decisive: bool) -> Markup:
    return element(
        "tr",
        element("td", moment(m.time) if days else clock(m.time), cls="num"),
        element("td", call(m)),
        element("td", element("code", m.target)),
        element("td", ending(m)),
        element("td", " ".join(part for part in (place(m), m.client) if part)),
        element("td", ", ".join(m.novel)),
        element("td", element("code", m.uid, cls="id")),
        cls="decisive" if decisive else None,
    )
