"""Episodes: evidence folded into findings in event-time order, and the changes published.

Findings are a *fold* of evidence in event-time order; alerts are the *difference* between two
folds. Settled evidence is folded once and for all; what has not settled is folded anew on top of it
each time something arrives. So whatever order the input came in, the last fold is the same, and an
id that a late event moved or merged is closed with a pointer to its successor.

Examples:
    >>> from detector.findings import Evidence, Moment
    >>> moment = Moment(time=60_000, uid="e1")
    >>> episodes = Episodes()
    >>> episodes.offer(Evidence(detection="d", entity="p", decisive=moment, moments=(moment,),
    ...                         score=0.9))
    >>> [(c.state, c.episode.count) for c in episodes.changes("p", quiet=1000)]
    [('open', 1)]
    >>> episodes.changes("p", quiet=1000)
    []
"""

from collections import Counter
from hashlib import blake2b
from typing import Literal
from zlib import crc32

from msgspec import Struct
from msgspec.structs import replace

from detector.config import MINUTE
from detector.findings import MAX_MOMENTS, Evidence
from detector.window.empty import none_yet
from detector.window.panes import QUARTER

_MOST_PAST = 16
_MOST_OPEN = 96
_KEEP = 8


class Episode(Struct, frozen=True, omit_defaults=True, gc=False):
    """One detection's evidence on one entity, merged. `peak` is the evidence with the highest
    score (the earliest of equals); `count` how many marks triggered."""

    uid: str
    detection: str
    first: int
    last: int
    peak: Evidence
    evidence: Evidence
    count: int = 1

    @property
    def digest(self) -> str:
        """Changes exactly when something material does: the risk by a tenth, how far it goes, the
        set of grave effects, or the evidence doubling."""
        effects = sorted({m.effect for m in self.evidence.moments if m.status == "success"})
        size = self.count.bit_length()
        return f"{round(self.peak.score, 1)}|{effects}|{size}|{self.evidence.provisional}"

    @property
    def told(self) -> int:
        """Differs whenever the evidence, its score or its severity does: a checksum."""
        seen = self.evidence
        row = (seen.score, seen.denied_only, seen.provisional, *(m.uid for m in seen.moments))
        return crc32(repr(row).encode())


class Published(Struct, omit_defaults=True, gc=False):
    """What readers were told of an episode: `digest` is what was material, `told` all of it."""

    revision: int
    digest: str
    last: int
    episode: Episode
    told: int


class Span(Struct, frozen=True, array_like=True):
    """The life of an episode that is over: a late repeat of its events says nothing new."""

    last: int
    first: int
    detection: str


class Change(Struct, frozen=True):
    """One message to publish about one episode."""

    state: Literal["open", "update", "close"]
    revision: int
    episode: Episode
    superseded_by: str = ""
    withdrawn: bool = False


class Episodes(Struct, omit_defaults=True, gc=False):
    """The episodes of one entity: `settled` are the live ones by detection, `ended` those that were
    quiet for long enough, until readers are told, `past` the last few spans of these. `open` is
    unsettled evidence by (detection, time, id)."""

    settled: dict[str, Episode] = none_yet()
    open: dict[tuple[str, int, str], Evidence] = none_yet()
    published: dict[str, Published] = none_yet()
    ended: tuple[Episode, ...] = ()
    past: tuple[Span, ...] = ()

    @property
    def idle(self) -> bool:
        """Whether there is nothing to tell and nothing to wait for."""
        return not (self.open or self.settled or self.published or self.ended)

    def offer(self, evidence: Evidence) -> None:
        """Unsettled evidence: kept until its time settles."""
        decisive = evidence.decisive
        self.open = self.open or {}
        self.open[evidence.detection, decisive.time, decisive.uid] = evidence
        if len(self.open) > _MOST_OPEN:
            self._thin()

    def _thin(self) -> None:
        """Of much unsettled evidence the earliest, the latest and the strongest say enough: all of
        it is judged again when it settles. That of which there is most is thinned."""
        counts = Counter(key[0] for key in self.open)
        detection, count = max(counts.items(), key=lambda row: (row[1], row[0]))
        keep = min(_KEEP, count // 4)
        keys = sorted(key for key in self.open if key[0] == detection)
        middle = keys[keep:-keep]
        for key in sorted(middle, key=lambda k: (-self.open[k].score, k))[keep:]:
            del self.open[key]

    def withdraw(self, bound: int) -> None:
        """Drop unsettled evidence before `bound`; what still holds is settled instead."""
        self.open = {k: v for k, v in self.open.items() if k[1] >= bound} or none_yet()

    def settle(self, entity: str, evidence: Evidence, quiet: int) -> None:
        """Fold one piece of settled evidence; calls come in event-time order. Nothing that could
        refute it is still to come."""
        self.settled = self.settled or {}
        old = self.settled.get(evidence.detection)
        made = _fold(self.settled, entity, replace(evidence, provisional=False), quiet)
        if old is not None and made.uid != old.uid:
            self.ended = (*self.ended, old)

    def late(self, entity: str, evidence: Evidence, quiet: int) -> None:
        """Evidence from before all that is settled. It joins a live episode or makes one of its
        own; what lies within an episode's span, live or over, has been told, and so has the rest
        of the quarter that it ends in: a mark stands for what is like it."""
        live = self.settled.get(evidence.detection)
        spans = [s for s in self.past if s.detection == evidence.detection]
        if live is not None:
            spans.append(_span(live))
        time = evidence.decisive.time
        if any(s.first <= time and time // QUARTER <= s.last // QUARTER for s in spans):
            return
        known = {finding_uid(s.detection, entity, s.first) for s in spans}
        if live is not None and live.first <= time + quiet:
            self.settled[live.detection] = _merge(live, [evidence])
        elif finding_uid(evidence.detection, entity, evidence.start) not in known:
            made: dict[str, Episode] = {}
            self.ended = (*self.ended, _fold(made, entity, evidence, quiet))

    def current(self, entity: str, quiet: int) -> dict[str, Episode]:
        """Every live episode by id, unsettled evidence included."""
        past: dict[str, Episode] = {e.uid: e for e in (*self.ended, *self.settled.values())}
        rows: dict[str, list[Evidence]] = {}
        for _, evidence in sorted(self.open.items()):
            rows.setdefault(evidence.detection, []).append(evidence)
        for detection, found in rows.items():
            for made in _folded(self.settled.get(detection), entity, found, quiet):
                past[made.uid] = made
        return past

    def changes(self, entity: str, quiet: int, *, settled: bool = False) -> list[Change]:
        """What to tell readers now, and remember as told: what is material and, when time has
        `settled`, all that differs from what they were told."""
        if self.idle:
            return []
        current = self.current(entity, quiet)
        out = [
            change
            for episode in sorted(current.values(), key=lambda e: (e.first, e.uid))
            if (change := self._change(episode, settled)) is not None
        ]
        gone = [uid for uid in self.published if uid not in current]
        out += [self._supersede(uid, current, quiet) for uid in gone]
        out += [self._close(episode) for episode in self.ended]
        self.ended = ()
        return out

    def _change(self, episode: Episode, settled: bool) -> Change | None:
        old = self.published.get(episode.uid)
        if old is None:
            self.published = self.published or {}
            self.published[episode.uid] = Published(
                1, episode.digest, episode.last, episode, episode.told
            )
            return Change("open", 1, episode)
        same = old.episode is episode  # then nothing material can have changed
        old.last, old.episode = max(old.last, episode.last), episode
        if (same or old.digest == episode.digest) and not (settled and old.told != episode.told):
            return None
        old.revision += 1
        old.digest, old.told = episode.digest, episode.told
        return Change("update", old.revision, episode)

    def _close(self, episode: Episode) -> Change:
        self.past = tuple(sorted({*self.past, _span(episode)}, key=_order)[-_MOST_PAST:])
        old = self.published.pop(episode.uid)
        return Change("close", old.revision + 1, episode)

    def _supersede(self, uid: str, current: dict[str, Episode], quiet: int) -> Change:
        old = self.published.pop(uid)
        heirs = [
            e.uid
            for e in current.values()
            if e.detection == old.episode.detection
            and e.first <= old.episode.last + quiet
            and old.episode.first <= e.last + quiet
        ]
        heir = min(heirs, default="")
        return Change("close", old.revision + 1, old.episode, heir, withdrawn=not heir)

    def close(self, bound: int, quiet: int) -> list[Change]:
        """Close the episodes that have been quiet since before `bound` - `quiet`."""
        out = []
        for detection, episode in sorted(self.settled.items()):
            if episode.last + quiet < bound and not any(k[0] == detection for k in self.open):
                del self.settled[detection]
                out.append(self._close(episode))
        return out

    def covers(self, start: int, end: int) -> bool:
        """Whether a settled episode touches [start, end)."""
        return any(e.first < end and start <= e.last for e in self.settled.values())

    def since(self) -> int | None:
        """When the campaign began: the first time of the earliest live episode."""
        return min((p.episode.first for p in self.published.values()), default=None)


def _fold(into: dict[str, Episode], entity: str, evidence: Evidence, quiet: int) -> Episode:
    old = into.get(evidence.detection)
    if old is None or evidence.decisive.time > old.last + quiet:
        made = _begun(entity, evidence)
    else:
        made = _merge(old, [evidence])
    into[evidence.detection] = made
    return made


def _folded(old: Episode | None, entity: str, found: list[Evidence], quiet: int) -> list[Episode]:
    """The episodes that evidence of one detection in event-time order makes, the first of them on
    top of an old one. Each is merged at once: piece by piece, a burst would cost its square."""
    parts: list[tuple[Episode, list[Evidence]]] = [(old, [])] if old is not None else []
    last = old.last + quiet if old is not None else 0
    for evidence in found:
        if parts and evidence.decisive.time <= last:
            parts[-1][1].append(evidence)
        else:
            parts.append((_begun(entity, evidence), []))
        last = max(last, evidence.decisive.time + quiet)
    return [_merge(episode, joined) if joined else episode for episode, joined in parts]


def _begun(entity: str, evidence: Evidence) -> Episode:
    return Episode(
        finding_uid(evidence.detection, entity, evidence.start),
        evidence.detection,
        evidence.start,
        evidence.decisive.time,
        evidence,
        evidence,
    )


def _merge(old: Episode, found: list[Evidence]) -> Episode:
    seen, peak = old.evidence, old.peak
    moments, links = set(seen.moments), set(seen.links)
    for evidence in found:
        moments.update(evidence.moments)
        links.update(evidence.links)
        peak = evidence if evidence.score > peak.score else peak
    merged = replace(
        peak,
        moments=tuple(sorted(moments)[:MAX_MOMENTS]),
        decisive=min([seen.decisive, *[e.decisive for e in found]]),
        denied_only=seen.denied_only and all(e.denied_only for e in found),
        links=tuple(sorted(links)[:MAX_MOMENTS]),
        path=next((e.path for e in (seen, *found) if e.path), ()),
    )
    return Episode(
        old.uid,
        old.detection,
        min([old.first, *[e.start for e in found]]),
        max([old.last, *[e.decisive.time for e in found]]),
        peak,
        merged,
        old.count + len(found),
    )


def _span(episode: Episode) -> Span:
    return Span(episode.last, episode.first, episode.detection)


def _order(span: Span) -> tuple[int, int, str]:
    return span.last, span.first, span.detection


def finding_uid(detection: str, entity: str, start: int) -> str:
    """The stable id of a finding: detection, entity, and the minute of the earliest event."""
    text = f"{detection}|{entity}|{start // MINUTE}"
    return blake2b(text.encode(), digest_size=12, person=b"finding").hexdigest()
