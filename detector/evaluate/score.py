"""The figures: what was found, what was false, how soon.

Examples:
    >>> from detector.evaluate.labels import Labels
    >>> labels = Labels({"a": "i1:campaign"})
    >>> made = score(Stream(labels), Tally(labels), budget=1.0)
    >>> made.incidents, made.recall, made.precision
    (0, None, None)
"""

from collections.abc import Iterable, Sequence
from itertools import groupby
from statistics import median

from msgspec import Struct

from detector.config import DAY, HOUR
from detector.evaluate.labels import kind_of
from detector.evaluate.matching import Episode, Tally, campaigns
from detector.evaluate.stream import Stream

_EVER = 1 << 62
_WORTH_PARTING = 36 * HOUR
DAYS = ("the first day", "after the first day")


class Part(Struct, frozen=True):
    """False findings and false campaigns in one part of the input, and the incidents that began in
    it. Rates are per day; `per_day_per_1000` identities is the unit of the alert budget."""

    name: str
    days: float
    false_findings: int
    false_campaigns: int
    per_day: float
    campaigns_per_day: float
    per_day_per_1000: float
    incidents: int = 0
    found: int = 0


class Incident(Struct, frozen=True):
    """One incident. `delay` is seconds, `after` events of its own, from its first event to the
    first alert that lists one of them; both None when it was missed. `by` names the detections
    that found it, the first one first."""

    name: str
    kind: str
    events: int
    first: int
    found: bool
    delay: float | None = None
    after: int | None = None
    by: tuple[str, ...] = ()


class KindScore(Struct, frozen=True):
    """All incidents of one kind."""

    kind: str
    incidents: int
    found: int
    recall: float
    median_delay: float | None
    median_after: float | None


class DetectionScore(Struct, frozen=True):
    """One detection's findings; `alone` counts incidents that no other detection found."""

    detection: str
    findings: int
    true: int
    false: int
    precision: float | None
    incidents: int
    alone: int


class FalseFinding(Struct, frozen=True):
    """A false finding by name, for whoever tunes. `time` is epoch ms, `decisive` event ids."""

    uid: str
    detection: str
    entity: str
    time: int
    severity: int
    risk: int
    decisive: tuple[str, ...]


class Score(Struct, frozen=True, kw_only=True):
    """One run over one labelled input. Rates of nothing are None, never 1.

    `incidents` are those with an event in the input; `absent` names the others. `aside` findings
    rest on ignored events only.
    """

    budget: float
    events: int
    identities: int
    days: float
    incidents: int
    found: int
    recall: float | None
    findings: int
    true: int
    false: int
    aside: int
    precision: float | None
    campaigns: int
    true_campaigns: int
    false_campaigns: int
    campaign_precision: float | None
    parts: tuple[Part, ...]
    median_delay: float | None
    median_after: float | None
    kinds: tuple[KindScore, ...]
    detections: tuple[DetectionScore, ...]
    missed: tuple[str, ...]
    absent: tuple[str, ...]
    each: tuple[Incident, ...]
    false_ones: tuple[FalseFinding, ...]


def score(stream: Stream, tally: Tally, *, budget: float, identities: int | None = None) -> Score:
    """Score one run. `identities` replaces the number of principals seen, where it is known better."""
    episodes = tally.episodes()
    true = [e for e in episodes if e.verdict == "true"]
    false = [e for e in episodes if e.verdict == "false"]
    each = tuple(_incident(name, stream, true) for name in stream.incidents)
    found = [incident for incident in each if incident.found]
    groups = list(campaigns(episodes).values())
    who = identities or stream.identities
    return Score(
        budget=budget,
        events=stream.events,
        identities=who,
        days=stream.days,
        incidents=len(each),
        found=len(found),
        recall=_share(len(found), len(each)),
        findings=len(episodes),
        true=len(true),
        false=len(false),
        aside=len(episodes) - len(true) - len(false),
        precision=_share(len(true), len(true) + len(false)),
        campaigns=len(groups),
        true_campaigns=groups.count("true"),
        false_campaigns=groups.count("false"),
        campaign_precision=_share(
            groups.count("true"), groups.count("true") + groups.count("false")
        ),
        parts=tuple(_parts(stream, episodes, each, who)),
        median_delay=_median(incident.delay for incident in found),
        median_after=_median(incident.after for incident in found),
        kinds=tuple(_kinds(each)),
        detections=tuple(_detections(episodes, each)),
        missed=tuple(incident.name for incident in each if not incident.found),
        absent=tuple(sorted(set(tally.labels.incidents) - set(stream.incidents))),
        each=each,
        false_ones=tuple(_false_one(episode) for episode in false),
    )


def _incident(name: str, stream: Stream, true: Sequence[Episode]) -> Incident:
    times = stream.times(name)
    seen = sorted((e.found[name], e.detection) for e in true if name in e.found)
    if not seen:
        return Incident(name, kind_of(name), len(times), times[0], found=False)
    at = seen[0][0]
    return Incident(
        name,
        kind_of(name),
        len(times),
        times[0],
        found=True,
        delay=max(at - times[0], 0) / 1_000,
        after=max(sum(time <= at for time in times), 1),
        by=tuple(dict.fromkeys(detection for _, detection in seen)),
    )


def _parts(
    stream: Stream, episodes: Sequence[Episode], each: Sequence[Incident], who: int
) -> Iterable[Part]:
    """The whole; before and from the first attack; and the first day, on which nothing has been
    learned yet, apart from those after it."""
    first, last, start = stream.first, stream.last, stream.attack_from
    spans = [("whole", -_EVER, _EVER, stream.days)]
    if start is not None and start - first >= HOUR and last - start >= HOUR:
        spans.append(("before the first attack", first, start, (start - first) / DAY))
        spans.append(("from the first attack", start, _EVER, (last - start) / DAY))
    if last - first >= _WORTH_PARTING:
        spans.append((DAYS[0], first, first + DAY, 1.0))
        spans.append((DAYS[1], first + DAY, _EVER, (last - first) / DAY - 1))
    for name, since, until, days in spans:
        told = [e for e in episodes if since <= e.time < until]
        begun = [incident for incident in each if since <= incident.first < until]
        yield _part(name, days, told, begun, who)


def _part(
    name: str, days: float, told: Sequence[Episode], begun: Sequence[Incident], who: int
) -> Part:
    false = sum(e.verdict == "false" for e in told)
    groups = list(campaigns(told).values()).count("false")
    return Part(
        name,
        days,
        false,
        groups,
        false / days,
        groups / days,
        1_000 * false / days / max(who, 1),
        len(begun),
        sum(incident.found for incident in begun),
    )


def _kinds(each: Iterable[Incident]) -> Iterable[KindScore]:
    for kind, group in groupby(sorted(each, key=lambda i: i.kind), key=lambda i: i.kind):
        incidents = list(group)
        found = [incident for incident in incidents if incident.found]
        yield KindScore(
            kind,
            len(incidents),
            len(found),
            len(found) / len(incidents),
            _median(incident.delay for incident in found),
            _median(incident.after for incident in found),
        )


def _detections(episodes: Sequence[Episode], each: Sequence[Incident]) -> Iterable[DetectionScore]:
    for name in sorted({e.detection for e in episodes}):
        own = [e for e in episodes if e.detection == name]
        true = sum(e.verdict == "true" for e in own)
        false = sum(e.verdict == "false" for e in own)
        yield DetectionScore(
            name,
            len(own),
            true,
            false,
            _share(true, true + false),
            sum(name in incident.by for incident in each),
            sum(incident.by == (name,) for incident in each),
        )


def _false_one(episode: Episode) -> FalseFinding:
    return FalseFinding(
        episode.uid,
        episode.detection,
        episode.entity,
        episode.time,
        episode.severity,
        episode.risk,
        tuple(sorted(episode.decisive)),
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None
