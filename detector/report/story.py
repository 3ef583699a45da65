"""One finding's story in the terminal, in the order in which an analyst asks.

Examples:
    >>> explain([], None)
    Traceback (most recent call last):
    LookupError: there are no findings to explain
"""

from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from detector.report.campaigns import Campaign, Fold, fold
from detector.report.path import nodes
from detector.report.phrases import call, ended, name_of, place, verdict, who
from detector.report.table import badge
from detector.report.words import clock, moment, plain, several, span
from schemas.alert import Alert
from schemas.command import RevokeCommand
from schemas.story import Held, Moment, Person, Place, Story

MAX_MOMENTS = 24
_NAMED = 5


def explain(alerts: Iterable[Alert], finding_uid: str | None) -> RenderableType:
    """The story of one finding, by its id, the beginning of it, or its campaign's id; without an
    id, of the gravest one.

    Raises:
        LookupError: when no finding has that id, with the ids that there are.
    """
    folded = fold(alerts)
    campaign, alert = _chosen(folded, finding_uid)
    story, command = alert.unmapped, campaign.command(alert)
    return Group(
        _head(campaign, alert),
        *_part("Timeline", _timeline(story)),
        *_part("Normal against now", _normal(story)),
        *_part("Path", _path(story)),
        *_part("Revoke command" if command else "No revoke command", _command(story, command)),
        *_part("Query to paste", _query(story)),
        *_part("Same campaign", _siblings(campaign, alert)),
    )


def _chosen(folded: Fold, uid: str | None) -> tuple[Campaign, Alert]:
    pairs = [(campaign, alert) for campaign in folded.campaigns for alert in campaign.alerts]
    if not pairs:
        raise LookupError("there are no findings to explain")
    if uid is None:
        return pairs[0]
    exact = [pair for pair in pairs if uid in (pair[1].finding_info.uid, pair[0].uid)]
    begins = [pair for pair in pairs if uid and pair[1].finding_info.uid.startswith(uid)]
    if not exact and not begins:
        known = ", ".join(plain(alert.finding_info.uid) for _, alert in pairs[:_NAMED])
        rest = f" and {len(pairs) - _NAMED:,} more" if len(pairs) > _NAMED else ""
        raise LookupError(f"no finding {plain(uid)!r}; there are {known}{rest}")
    return (exact or begins)[0]


def _part(title: str, body: RenderableType | None) -> Sequence[RenderableType]:
    if body is None:
        return ()
    return (Text(""), Rule(Text(title, style="bold"), align="left", style="dim"), body)


def _said(words: str, style: str = "") -> Text:
    return Text(plain(words), style=style)


def _head(campaign: Campaign, alert: Alert) -> RenderableType:
    title = Text.assemble(badge(alert.severity_id), " ", _said(alert.finding_info.title, "bold"))
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column(overflow="fold")
    for term, words in _facts(campaign, alert):
        if words:
            facts.add_row(term, _said(words))
    message = _said(alert.message or alert.finding_info.desc)
    return Panel(
        Group(title, _said(verdict(alert), "dim"), Text(""), message, Text(""), facts),
        box=box.SQUARE,
        border_style="dim",
    )


def _facts(campaign: Campaign, alert: Alert) -> Iterable[tuple[str, str]]:
    story = alert.unmapped
    actor = story.actor or Person()
    yield "Actor", who(campaign)
    yield "Known as", actor.known_by or actor.uid
    yield "Owner", actor.owner or "nobody on record"
    yield "Credential", _held(story.credential, alert.time)
    yield "Decisive", _decisive(story.decisive)
    yield "Origin", _origin(story.origin)
    yield "It changed", "; ".join(story.did) or "nothing: reads and refusals only"
    yield "It can", "; ".join(story.reach)
    yield "Because", " ".join(story.reasons)
    yield "Harmless if", story.benign
    yield "Settled by", story.check
    yield "Frameworks", ", ".join(_frameworks(alert))


def _frameworks(alert: Alert) -> Iterable[str]:
    for attack in alert.finding_info.attacks:
        yield (attack.sub_technique or attack.technique).uid
    yield from alert.unmapped.owasp


def _held(held: Held | None, now: int) -> str:
    if held is None:
        return ""
    age = f"{span(now - held.issued)} old" if held.issued is not None else ""
    parts = (name_of(held), held.lifetime, held.status, age)
    return ", ".join(part for part in parts if part)


def _decisive(m: Moment) -> str:
    on = f" on {m.target}" if m.target else ""
    return f"{call(m)}{on}, {ended(m)}, {moment(m.time)} UTC, event {m.uid}"


def _origin(origin: Place) -> str:
    parts = (origin.address or origin.network, origin.country, origin.client)
    return ". ".join(part for part in (", ".join(p for p in parts if p), origin.why) if part)


def _timeline(story: Story) -> RenderableType | None:
    moments = story.timeline[:MAX_MOMENTS]
    if not moments:
        return None
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    for name in ("time", "event", "ended", "target", "from", "id"):
        table.add_column(name, no_wrap=name == "time", overflow="fold")
    for m in moments:
        table.add_row(*_moment(m), style="bold" if m.uid == story.decisive.uid else "")
    more = story.events - len(moments)
    if more <= 0:
        return table
    return Group(table, Text(f"and {several(more, 'further event')}", style="dim"))


def _moment(m: Moment) -> tuple[Text, ...]:
    word = Text("ok", style="green") if m.status == "success" else _said(ended(m), "yellow")
    origin = " ".join(part for part in (place(m), m.client) if part)
    return (Text(clock(m.time)), _said(call(m)), word, _said(m.target), _said(origin), _said(m.uid))


def _normal(story: Story) -> RenderableType | None:
    if not story.normal:
        return None
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for name in ("", "usual", "now"):
        table.add_column(name, overflow="fold")
    for line in story.normal:
        table.add_row(_said(line.what), _said(line.usual), _said(line.now, "bold"))
    return table


def _path(story: Story) -> RenderableType | None:
    if not story.path:
        return None
    lines = Text()
    for name, depth, step in nodes(story.path):
        how = ""
        if step is not None:
            fresh = ", never walked before" if step.novel else ""
            how = f"  ({step.operation} at {clock(step.time)}{fresh})"
        arrow = f"{'   ' * (depth - 1)}└─ " if depth else ""
        lines.append(f"{arrow}{plain(name)}")
        lines.append(f"{plain(how)}\n", style="dim")
    lines.rstrip()
    return lines


def _command(story: Story, command: RevokeCommand | None) -> RenderableType:
    if command is None:
        return _said(story.withheld or "No detection above the revoke threshold asks for one.")
    terms = f"{command.action}, {command.scope}, {command.mode}, {command.tier}"
    return Group(
        _said(command.step or command.action, "bold"),
        _said(terms.replace("_", " "), "dim"),
        *((_said(story.withheld),) if story.withheld else ()),
        *(_said(f"breaks   {line}") for line in command.breaks),
        _said(f"undo     {command.undo or 'cannot be undone'}"),
        _said(f"expires  {moment(command.expires_at)} UTC"),
        *(_said(f"why      {line}") for line in command.reasons),
        *_children(command),
    )


def _children(command: RevokeCommand) -> Iterable[Text]:
    for child in command.descendants:
        yield _said(
            f"lives on {child.uid} ({child.kind}, {child.principal}): {child.step}", "yellow"
        )


def _query(story: Story) -> RenderableType | None:
    """Shown whole: a query that was cut could not be pasted."""
    if not story.query:
        return None
    lines = (Text(plain(line, len(line))) for line in story.query.split("\n"))
    return Padding(Group(*lines), (0, 0, 0, 2))


def _siblings(campaign: Campaign, alert: Alert) -> RenderableType | None:
    others = [other for other in campaign.alerts if other is not alert]
    if not others:
        return None
    return Group(
        *(_said(f"{other.finding_info.uid}  {other.finding_info.title}") for other in others)
    )
