"""From alert messages to episodes, and what each of them was worth.

Examples:
    >>> labels = Labels({"a1": "i1:campaign", "a2": "i1:campaign"})
    >>> tally = Tally(labels)
    >>> tally.take(Message(uid="f1", detection="d", time=70, decisive="a1", events=("a1", "b9")))
    >>> [episode] = tally.episodes()
    >>> episode.verdict, episode.found
    ('true', {'i1:campaign': 70})
"""

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct, field

from detector.evaluate.labels import Labels
from schemas.alert import Alert

Verdict = Literal["true", "false", "aside"]


class Message(Struct, frozen=True, kw_only=True):
    """What matching needs of one alert message. `time` is epoch ms of event time."""

    uid: str
    detection: str
    time: int
    decisive: str
    events: tuple[str, ...]
    correlation: str = ""
    superseded_by: str = ""
    entity: str = ""
    severity: int = 0
    risk: int = 0
    closing: bool = False


def message_of(alert: Alert) -> Message:
    """The same message without its prose."""
    analytic = alert.finding_info.analytic
    return Message(
        uid=alert.finding_info.uid,
        detection=alert.unmapped.detection or (analytic.uid if analytic else ""),
        time=alert.time,
        decisive=alert.unmapped.decisive.uid,
        events=tuple(event.uid for event in alert.finding_info.related_events),
        correlation=alert.metadata.correlation_uid,
        superseded_by=alert.unmapped.superseded_by,
        entity=alert.unmapped.entity,
        severity=alert.severity_id,
        risk=alert.risk_score or 0,
        closing=alert.activity_id == 3,
    )


class Episode(Struct, kw_only=True):
    """One finding over all its messages and those of the ids it superseded.

    `time` is that of its first message; `found` gives each incident that it lists the time of the
    first message to do so, which only counts where the verdict is `true`.
    """

    uid: str
    detection: str
    entity: str
    time: int
    correlation: str = ""
    severity: int = 0
    risk: int = 0
    decisive: set[str] = field(default_factory=set)
    events: set[str] = field(default_factory=set)
    found: dict[str, int] = field(default_factory=dict)
    verdict: Verdict = "false"


class Tally:
    """All messages of one run, folded as they come."""

    def __init__(self, labels: Labels) -> None:
        self.labels = labels
        self._episodes: dict[str, Episode] = {}
        self._heirs: dict[str, str] = {}

    def take(self, message: Message) -> None:
        """Fold one message into its episode."""
        episode = self._episodes.get(message.uid)
        if episode is None:
            episode = self._episodes[message.uid] = Episode(
                uid=message.uid,
                detection=message.detection,
                entity=message.entity,
                time=message.time,
            )
        if message.superseded_by:
            self._heirs[message.uid] = message.superseded_by
        if message.closing:
            # It lists what was known; nobody learns of an incident from the end of an episode.
            return
        episode.correlation = message.correlation or episode.correlation
        episode.severity = max(episode.severity, message.severity)
        episode.risk = max(episode.risk, message.risk)
        episode.time = min(episode.time, message.time)
        episode.decisive.add(message.decisive)
        episode.events.update(message.events, (message.decisive,))
        self._note(episode, message)

    def _note(self, episode: Episode, message: Message) -> None:
        for uid in {message.decisive, *message.events}:
            incident = self.labels.attacks.get(uid)
            if incident is not None:
                known = episode.found.get(incident, message.time)
                episode.found[incident] = min(known, message.time)

    def episodes(self) -> list[Episode]:
        """Every finding once, superseded ones folded into their successors, each with its verdict.

        Sorted by time, then id. Call it when all messages are in.
        """
        folded: dict[str, Episode] = {}
        for uid, episode in self._episodes.items():
            last = self._last(uid)
            if last not in folded:
                folded[last] = self._copy(self._episodes[last])
            if uid != last:
                _merge(folded[last], episode)
        for episode in folded.values():
            episode.verdict = verdict(episode, self.labels)
        return sorted(folded.values(), key=lambda episode: (episode.time, episode.uid))

    def _last(self, uid: str) -> str:
        """The end of the chain of successors that this run has messages of."""
        seen = {uid}
        while (heir := self._heirs.get(uid, "")) in self._episodes and heir not in seen:
            seen.add(heir)
            uid = heir
        return uid

    @staticmethod
    def _copy(episode: Episode) -> Episode:
        return Episode(
            uid=episode.uid,
            detection=episode.detection,
            entity=episode.entity,
            time=episode.time,
            correlation=episode.correlation,
            severity=episode.severity,
            risk=episode.risk,
            decisive=set(episode.decisive),
            events=set(episode.events),
            found=dict(episode.found),
        )


def _merge(into: Episode, other: Episode) -> None:
    into.time = min(into.time, other.time)
    into.severity = max(into.severity, other.severity)
    into.risk = max(into.risk, other.risk)
    into.correlation = into.correlation or other.correlation
    into.decisive |= other.decisive
    into.events |= other.events
    for incident, time in other.found.items():
        into.found[incident] = min(into.found.get(incident, time), time)


def verdict(episode: Episode, labels: Labels) -> Verdict:
    """True, false, or neither: rule 2 of `detector.evaluate`."""
    counted = episode.events - labels.ignored
    if not counted:
        return "aside"
    if any(uid in labels.attacks for uid in episode.decisive):
        return "true"
    attacks = sum(uid in labels.attacks for uid in counted)
    return "true" if 2 * attacks > len(counted) else "false"


def campaigns(episodes: Iterable[Episode]) -> dict[str, Verdict]:
    """The verdict on each campaign, by correlation id; a finding without one stands alone.

    Examples:
        >>> seen = [Episode(uid=u, detection="d", entity="p", time=0, correlation="c", verdict=v)
        ...         for u, v in (("f1", "true"), ("f2", "false"), ("f3", "aside"))]
        >>> campaigns(seen)
        {'c': 'true'}
    """
    balance: dict[str, list[int]] = {}
    for episode in episodes:
        row = balance.setdefault(episode.correlation or episode.uid, [0, 0])
        if episode.verdict != "aside":
            row[episode.verdict == "false"] += 1
    return {
        uid: "aside" if not true + false else "true" if true >= false else "false"
        for uid, (true, false) in balance.items()
    }
