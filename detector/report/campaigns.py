"""From a stream of alert messages to what a person should read: campaigns, gravest first.

Every finding counts with its last message only. What was superseded is left out: its successor is
there. Findings that share a correlation id are one campaign.

Examples:
    >>> fold([]).campaigns
    ()
"""

from collections.abc import Iterable

from msgspec import Struct

from schemas.alert import Alert
from schemas.command import RevokeCommand

MAX_FINDINGS = 1_000
"""How many findings are kept in memory; the least grave go first."""


class Campaign(Struct, frozen=True):
    """One or more findings that rest on the same events. `alerts[0]` leads: the gravest."""

    uid: str
    alerts: tuple[Alert, ...]

    @property
    def lead(self) -> Alert:
        """The finding that tells the story best."""
        return self.alerts[0]

    def command(self, alert: Alert) -> RevokeCommand | None:
        """The command of a finding: its own, or the one that has gone out for another finding of the
        campaign, to which it points."""
        story = alert.unmapped
        if story.command is not None:
            return story.command
        sent = (one.unmapped.command for one in self.alerts)
        return next((c for c in sent if c is not None and c.command_uid in story.withheld), None)

    @property
    def first(self) -> int:
        """Event time in epoch ms of the earliest event."""
        return min(started(alert) for alert in self.alerts)

    @property
    def last(self) -> int:
        """Event time in epoch ms of the latest event."""
        return max(ended(alert) for alert in self.alerts)


class Fold(Struct, frozen=True):
    """`campaigns` to read, and of how many findings only alerts.jsonl knows more (`cut`)."""

    campaigns: tuple[Campaign, ...]
    cut: int = 0

    @property
    def findings(self) -> int:
        """How many findings the campaigns hold together."""
        return sum(len(campaign.alerts) for campaign in self.campaigns)


def fold(alerts: Iterable[Alert], most: int = MAX_FINDINGS) -> Fold:
    """Read every message once, in memory bounded by `most` findings."""
    latest: dict[str, Alert] = {}
    dropped: set[str] = set()
    for alert in alerts:
        _take(latest, alert)
        dropped.discard(alert.finding_info.uid)
        if len(latest) > 2 * most:
            dropped |= _shrink(latest, most)
    dropped |= _shrink(latest, most)
    return Fold(_grouped(latest.values()), len(dropped))


def started(alert: Alert) -> int:
    """Event time in epoch ms of the earliest event behind this finding."""
    first = alert.finding_info.first_seen_time
    return alert.unmapped.decisive.time if first is None else first


def ended(alert: Alert) -> int:
    """Event time in epoch ms of the latest event behind this finding."""
    last = alert.finding_info.last_seen_time
    return alert.time if last is None else last


def gravity(alert: Alert) -> tuple[int, int, int, str]:
    """Sorts the gravest first: severity, risk, then the earlier one."""
    risk = alert.risk_score or 0
    return (-alert.severity_id, -risk, started(alert), alert.finding_info.uid)


def _take(latest: dict[str, Alert], alert: Alert) -> None:
    uid = alert.finding_info.uid
    if alert.unmapped.superseded_by:
        latest.pop(uid, None)
    elif uid not in latest or alert.unmapped.revision >= latest[uid].unmapped.revision:
        latest[uid] = alert


def _shrink(latest: dict[str, Alert], most: int) -> set[str]:
    """Drop the least grave findings beyond `most` and return their ids."""
    if len(latest) <= most:
        return set()
    excess = {alert.finding_info.uid for alert in sorted(latest.values(), key=gravity)[most:]}
    for uid in excess:
        del latest[uid]
    return excess


def _grouped(alerts: Iterable[Alert]) -> tuple[Campaign, ...]:
    groups: dict[str, list[Alert]] = {}
    for alert in alerts:
        groups.setdefault(alert.metadata.correlation_uid or alert.finding_info.uid, []).append(
            alert
        )
    made = [Campaign(uid, tuple(sorted(group, key=gravity))) for uid, group in groups.items()]
    return tuple(sorted(made, key=lambda campaign: gravity(campaign.lead)))
