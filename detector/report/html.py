"""The page to forward: one file, no script, nothing fetched, readable on paper and in the dark.

A content security policy in the page forbids every request, so even a fault in escaping could load
nothing.

Examples:
    >>> page([], {"events": 12}).startswith("<!doctype html>")
    True
"""

from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from pathlib import Path

from detector.report.campaigns import Campaign, Fold, fold
from detector.report.card import card
from detector.report.markup import Markup, element, join
from detector.report.phrases import name_of, verdict, who
from detector.report.svg import MAX_ROWS, anchor, timeline
from detector.report.words import moment, several, span
from schemas.alert import Alert
from schemas.command import RevokeCommand

MAX_CAMPAIGNS = 60
MAX_CARDS = 8
"""How many campaigns, and findings of one campaign, the page shows before it points to the file."""

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
SEVERITY = {1: "Informational", 2: "Low", 3: "Medium", 4: "High", 5: "Critical"}


def write_report(path: Path, alerts: Iterable[Alert], summary: Mapping[str, object]) -> None:
    """Write the page for these alert messages, in the order in which they were published.

    `summary` holds what the run counted; `page` says which of its names it knows.

    Raises:
        OSError: when the file cannot be written.
    """
    path.write_text(page(alerts, summary), encoding="utf-8")


def page(alerts: Iterable[Alert], summary: Mapping[str, object]) -> str:
    """The page as text. Of `summary`, every plain value is shown, under its own name."""
    folded = fold(alerts)
    body = element(
        "body",
        _header(folded, summary),
        _timeline(folded.campaigns),
        *(_section(campaign) for campaign in folded.campaigns[:MAX_CAMPAIGNS]),
        _rest(folded),
        _footer(summary),
    )
    return f"<!doctype html>\n{element('html', _head(), body, lang='en')}\n"


def _head() -> Markup:
    style = Markup(files("detector.report").joinpath("style.css").read_text(encoding="utf-8"))
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", "Credential abuse report"),
        element("style", style),
    )


def _header(folded: Fold, summary: Mapping[str, object]) -> Markup:
    campaigns = folded.campaigns
    number = folded.findings + folded.cut
    commands = (a.unmapped.command for c in campaigns for a in c.alerts)
    out = len({command.step for command in commands if command is not None})
    tiles = [(len(campaigns), "campaign"), (number, "finding"), (out, "revoke command")]
    counted = ((_count(summary, f"{noun}s"), noun) for noun in ("event", "identitie"))
    tiles += [(count, noun) for count, noun in counted if count is not None]
    return element(
        "header",
        element("h1", "Credential abuse report"),
        element("p", _period(campaigns), cls="soft"),
        element("div", *(_tile(n, noun) for n, noun in tiles), cls="tiles"),
        element("p", _sentence(folded), cls="lead"),
    )


def _count(summary: Mapping[str, object], name: str) -> int | None:
    value = summary.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _tile(number: int, noun: str) -> Markup:
    name = {"identitie": "identity"}.get(noun, noun)
    plural = {"identity": "identities"}.get(name, f"{name}s")
    shown = name if number == 1 else plural
    return element("div", element("b", f"{number:,}"), element("span", shown), cls="tile")


def _period(campaigns: Sequence[Campaign]) -> str:
    if not campaigns:
        return "All times are event times in UTC."
    first, last = min(c.first for c in campaigns), max(c.last for c in campaigns)
    return f"{moment(first)} to {moment(last)} UTC. All times are event times."


def _sentence(folded: Fold) -> str:
    """The one sentence for whoever reads no further."""
    if not folded.campaigns:
        return "Nothing was found that looks like credential abuse."
    lead = folded.campaigns[0]
    alert = lead.lead
    held = alert.unmapped.credential
    with_what = f" with {name_of(held)}" if held is not None else ""
    return f"Gravest: {who(lead)}{with_what} at {moment(lead.first)}: {alert.finding_info.title}."


def _timeline(campaigns: Sequence[Campaign]) -> Markup | None:
    if not campaigns:
        return None
    more = len(campaigns) - MAX_ROWS
    rest = element("p", f"The {several(more, 'less grave campaign')} not drawn.", cls="soft")
    return element("section", timeline(campaigns), rest if more > 0 else None, cls="overview")


def _section(campaign: Campaign) -> Markup:
    lead, others = campaign.alerts[0], campaign.alerts[1:MAX_CARDS]
    hidden = len(campaign.alerts) - MAX_CARDS
    more = f"{several(hidden, 'further finding')} of this campaign in alerts.jsonl."
    return element(
        "article",
        _title(campaign),
        element("div", _named(lead), card(lead, campaign.command(lead)), cls="card"),
        *(_folded(alert, campaign.command(alert)) for alert in others),
        element("p", more, cls="soft") if hidden > 0 else None,
        cls=f"campaign sev{lead.severity_id}",
        id=anchor(campaign),
    )


def _title(campaign: Campaign) -> Markup:
    lead = campaign.lead
    length = campaign.last - campaign.first
    lasted = f", over {span(length)}" if length else ""
    number = several(len(campaign.alerts), "finding")
    return element(
        "h2",
        element("span", SEVERITY[lead.severity_id], cls=f"badge sev{lead.severity_id}"),
        element("span", who(campaign), cls="whom"),
        element("small", f"{moment(campaign.first)} UTC{lasted} · {number}"),
    )


def _named(alert: Alert) -> Markup:
    return join(
        (
            element("h3", alert.finding_info.title, _state(alert)),
            element("p", verdict(alert), " · ", element("code", _name_of(alert)), cls="verdict"),
        )
    )


def _name_of(alert: Alert) -> str:
    return f"{alert.unmapped.detection} {alert.finding_info.uid}"


def _state(alert: Alert) -> Markup | None:
    word = {1: "", 2: "updated", 3: "closed"}[alert.activity_id]
    return element("small", f" {word}") if word else None


def _folded(alert: Alert, command: RevokeCommand | None) -> Markup:
    """A lesser finding of the campaign: its line, and the rest on a click or on paper."""
    caption = SEVERITY[alert.severity_id]
    summary = element(
        "summary",
        element("span", caption, cls=f"badge sev{alert.severity_id}"),
        element("b", alert.finding_info.title),
        element("span", f" {moment(alert.unmapped.decisive.time)} · {verdict(alert)}", cls="soft"),
    )
    return element(
        "details", summary, element("div", card(alert, command), cls="card"), cls="lesser"
    )


def _rest(folded: Fold) -> Markup | None:
    beyond = folded.campaigns[MAX_CAMPAIGNS:]
    more = sum(len(campaign.alerts) for campaign in beyond) + folded.cut
    if not more:
        return None
    return element("p", f"{several(more, 'less grave finding')} more in alerts.jsonl.", cls="rest")


def _footer(summary: Mapping[str, object]) -> Markup:
    plain_values = [(k, v) for k, v in summary.items() if isinstance(v, str | int | float)]
    pairs = (
        join((element("dt", key.replace("_", " ")), element("dd", _shown(value))))
        for key, value in plain_values
    )
    title = element("h4", "The run") if plain_values else None
    return element("footer", title, element("dl", *pairs))


def _shown(value: str | float) -> str:
    if isinstance(value, bool | str):
        return str(value)
    return f"{value:,}"
