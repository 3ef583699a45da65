"""What a run prints: findings as a table, one row each, grouped by campaign, and a summary.

Log values reach the terminal as plain text only: no markup of rich, no control character.

Examples:
    >>> findings_table([]).row_count
    0
"""

from collections.abc import Iterable, Mapping

from rich import box
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from detector.report.campaigns import Campaign, fold
from detector.report.phrases import call, name_of, place, who
from detector.report.words import moment, plain, several
from schemas.alert import Alert
from schemas.story import Moment

MAX_ROWS = 50
SEVERITY = {
    1: ("info", "dim"),
    2: ("low", "blue"),
    3: ("medium", "yellow"),
    4: ("high", "red"),
    5: ("critical", "bold white on red"),
}
_LONGEST = 120


def findings_table(alerts: Iterable[Alert], most: int = MAX_ROWS) -> Table:
    """One row per finding, gravest campaign first; beyond `most` rows, a last row counts the rest.

    The lead of a campaign names the actor; what else belongs to it stands beneath.
    """
    folded = fold(alerts)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, expand=True, show_lines=False)
    table.add_column("Time (UTC)", no_wrap=True)
    table.add_column("Severity", no_wrap=True)
    table.add_column("Who", ratio=2, overflow="fold")
    table.add_column("Credential", min_width=22, ratio=2, overflow="fold")
    table.add_column("What happened", ratio=4, overflow="fold")
    table.add_column("Command, or why not", ratio=4, overflow="fold")
    rows = [(c, a) for c in folded.campaigns for a in c.alerts]
    for campaign, alert in rows[:most]:
        table.add_row(*_row(campaign, alert))
    more = len(rows) - most if len(rows) > most else 0
    if more + folded.cut:
        rest = f"and {several(more + folded.cut, 'less grave finding')}: see alerts.jsonl"
        table.add_row("", "", Text("…"), "", Text(rest, style="dim"), "")
    return table


def summary_panel(summary: Mapping[str, object], title: str = "Summary") -> Panel:
    """The run's counts, in the order given; what is no plain value is left out."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim")
    grid.add_column(overflow="fold")
    for key, value in summary.items():
        if isinstance(value, str | int | float):
            grid.add_row(Text(plain(key.replace("_", " "))), _shown(value))
    return Panel(grid, title=title, title_align="left", border_style="dim", expand=False)


def _shown(value: str | float) -> Text:
    if isinstance(value, bool | str):
        return Text(plain(str(value)))
    return Text(f"{value:,}")


def badge(level: int) -> Text:
    """The severity in its colour."""
    word, style = SEVERITY[level]
    return Text(word, style=style)


def _row(campaign: Campaign, alert: Alert) -> tuple[Text, ...]:
    story = alert.unmapped
    held = story.credential
    name = plain(who(campaign), _LONGEST)
    others = alert is not campaign.lead
    return (
        Text(_short(story.decisive.time)),
        badge(alert.severity_id),
        Text("same campaign", style="dim") if others else Text(name),
        Text(plain(name_of(held), _LONGEST) if held else ""),
        _happened(alert),
        _answer(alert),
    )


def _happened(alert: Alert) -> Text:
    story = alert.unmapped
    ended = "; every attempt denied" if story.outcome == "denied" else ""
    told = Text(plain(alert.finding_info.title, _LONGEST))
    told.append(f"\n{plain(_phrase(story.decisive), _LONGEST)}{ended}", style="dim")
    return told


def _phrase(m: Moment) -> str:
    on = f" on {m.target}" if m.target else ""
    return f"{call(m)}{on}{f' from {place(m)}' if place(m) else ''}"


def _short(time: int) -> str:
    """Without the year, which the summary has; a time outside the calendar stays whole."""
    shown = moment(time)
    return shown[5:] if shown[4:5] == "-" else shown


def _answer(alert: Alert) -> Text:
    command = alert.unmapped.command
    if command is None:
        return Text(plain(alert.unmapped.withheld or "none", _LONGEST * 2), style="dim")
    mode = "would run" if command.mode == "dry_run" else "out"
    terms = "needs approval" if command.tier == "needs_approval" else command.tier
    told = Text(plain(command.step or command.action, _LONGEST * 2))
    told.append(f"\n{mode}, {terms}", style="dim")
    return told
