"""A principal's state: what it is, what it has done, what of that is new.

The fast path is `observe`: an event whose operation, context and target are all known costs a few
dictionary look-ups and one OR. Only what is new or sensitive goes on to be marked and judged.
"""

import sys
from functools import lru_cache
from zlib import crc32

from msgspec import Struct, field

from detector.config import HOUR, MINUTE
from detector.entities.bounds import CredentialView
from detector.entities.children import Children
from detector.entities.episodes import Episodes
from detector.window.baseline import Learned
from detector.window.empty import none_yet
from detector.window.marks import Marks, client_word
from detector.window.novelty import Seen
from detector.window.panes import QUARTER, Panes
from detector.window.registers import NOWHERE, event_bits, place_of
from detector.window.signature import Signature
from detector.window.touches import Touches
from schemas.event import ActivityEvent, Principal
from schemas.fact import Step

_NOTHING = ""
_ID_BITS = 20
_MOST_APPROVALS = 240
_PLACE = frozenset({"network", "client", "credential"})
_DONE = frozenset({"operation", "service", "target", "foreign", "effect"})
WARM_AGE = 20 * HOUR
UNBORN = 1 << 62


# network, client, credential, workload, source, via
Context = tuple[str, str, str, str, str, str]


class PrincipalState(Struct, gc=False):
    """All that is kept of one principal. `first` is its earliest event time, `home` the client it
    came with then; `paths` hold the lateral-movement paths that led to it, by credential; `handed`
    are unsettled events in which it issued something, with what was new: they go on a path that is
    still on its way. Between
    `since` and `until` its `context` has been looked at, and only new operations are looked at."""

    key: str
    tenant: str
    who: Principal
    who_at: int
    home: str = ""
    first: int = 0
    last: int = 0
    settled: int = 0
    panes: Panes = field(default_factory=Panes)
    seen: Seen = field(default_factory=Seen)
    learned: Learned = field(default_factory=Learned)
    marks: Marks = field(default_factory=Marks)
    touches: Touches = field(default_factory=Touches)
    episodes: Episodes = field(default_factory=Episodes)
    credentials: dict[str, CredentialView] = field(default_factory=none_yet)
    paths: dict[str, tuple[Step, ...]] = field(default_factory=none_yet)
    handed: tuple[tuple[ActivityEvent, tuple[str, ...]], ...] = ()
    children: Children = field(default_factory=none_yet)
    sent: dict[int, int] = field(default_factory=none_yet)
    approvals: tuple[int, ...] = ()
    late: int = 0
    due: bool = False
    since: int = 0
    until: int = 0
    context: Context = ("", "", "", "", "", "")
    place: int = NOWHERE

    @classmethod
    def born(cls, event: ActivityEvent, key: str = "") -> "PrincipalState":
        """The state of a principal at its first event."""
        home = event.origin.client if event.origin is not None else ""
        return cls(
            key or event.key,
            sys.intern(event.tenant),
            event.principal,
            order(event),
            sys.intern(home),
            event.time,
        )

    def observe(self, event: ActivityEvent, signature: Signature, horizon: int) -> bool:
        """Count an event in. True if something about it wants a closer look."""
        time = event.time
        origin, credential, target = event.origin, event.credential, event.target
        workload = event.workload
        secret = credential.fingerprint if credential is not None else _NOTHING
        context = (
            origin.network if origin is not None else _NOTHING,
            origin.client if origin is not None else _NOTHING,
            secret,
            workload.uid if workload is not None else _NOTHING,
            event.source,
            origin.via if origin is not None else _NOTHING,
        )
        as_before = context == self.context
        place = self.place if as_before else place_of(context[0], secret)
        thing = target.uid if target is not None else _NOTHING
        self.panes.add(time, event_bits(event.uid, time, thing, signature.shapes, place))
        if time > self.last:
            self.last = time
        if time <= self.first:
            self._earlier(event)
        if secret and event.kind == "use":
            self.touches.add(secret, time, event.uid, signature.action)
        if not as_before or signature.notable or time >= self.until:
            return True
        if time << _ID_BITS <= self.since and order(event) <= self.since:
            return True
        seen = self.seen
        known = seen.known.get(signature.value)
        if known is not None:
            return known >= time - horizon
        if time - self.first >= WARM_AGE:
            return True
        # a newcomer's novelty is silent, so once noted there is no more to it
        if seen.pending.get(signature.value, UNBORN) > time:
            self._note(self.values(event, signature), time)
        return False

    def _note(self, values: dict[str, str], time: int) -> None:
        """What is not known yet has been seen at `time`."""
        known, pending = self.seen.known, self.seen.pending
        for value in values.values():
            if value not in known and pending.get(value, UNBORN) > time:
                if not pending:
                    pending = self.seen.pending = {}
                pending[value] = time

    def _earlier(self, event: ActivityEvent) -> None:
        """The first event is the one that names the principal and its home client."""
        self.first = event.time
        if order(event) < self.who_at:
            self.who_at = order(event)
            self.who = event.principal
            self.home = event.origin.client if event.origin is not None else ""

    def values(self, event: ActivityEvent, signature: Signature) -> dict[str, str]:
        """The words by which an event can be new, by kind of novelty."""
        out = {"operation": signature.value, "service": signature.service}
        origin, action, credential = event.origin, event.action, event.credential
        if origin is not None:
            if not origin.via:
                if origin.network:
                    out["network"] = _word("n:", origin.network)
                if origin.client:
                    out["client"] = _word("c:", client_word(origin))
            if origin.region:
                out["region"] = _word("r:", origin.region)
        if signature.notable and event.target is not None:
            out["target"] = f"t:{crc32((signature.value + event.target.uid).encode()):08x}"
        if action is not None:
            if action.foreign:
                out["foreign"] = "f:" + action.foreign
            if action.effect:
                out["effect"] = "e:" + action.effect
        if credential is not None and credential.lifetime == "static":
            out["credential"] = "k:" + credential.fingerprint
        return out

    def novelties(self, values: dict[str, str], time: int, horizon: int) -> tuple[str, ...]:
        """Which kinds of value are novel at `time`, in the order of `values`.

        What has not settled counts as well, so that it does not matter how far settling has come.
        """
        known, held, since = self.seen.known, self.seen.held, time - horizon
        pending = self.seen.pending
        novel = [
            k
            for k, v in values.items()
            if known.get(v, since) >= since and pending.get(v, since) >= since
        ]
        if held:
            novel = [k for k in novel if held.get(values[k], (since, 0))[0] >= since]
        return tuple(novel)

    def look(
        self, event: ActivityEvent, signature: Signature, horizon: int, *, broken: bool = False
    ) -> tuple[tuple[str, ...], bool]:
        """Note what is new, and mark the event if it deserves it: (what is novel, marked?).

        Novelty alone is silent for a newcomer, to whom everything is new; something sensitive is
        marked even then, and always what has `broken` a bound.
        """
        if event.outcome is not None and event.outcome.status == "throttled" and not broken:
            return (), False  # neither a denial nor breadth: it comes again
        values = self.values(event, signature)
        time = event.time
        self._note(values, time)
        self._looked_at(event)
        notable = signature.notable
        novel: tuple[str, ...] = ()
        if notable or time - self.first >= WARM_AGE:
            novel = self.novelties(values, time, horizon)
        if broken:
            place = not _PLACE.isdisjoint(novel)
            return novel, self.marks.add(
                event, signature.value, max(3, notable), broken=True, place=place
            )
        if not novel or (not notable and novel == ("region",)):
            return novel, False
        place = not _PLACE.isdisjoint(novel)
        placed = not notable and _DONE.isdisjoint(novel)
        return novel, self.marks.add(event, signature.value, notable, placed=placed, place=place)

    def _looked_at(self, event: ActivityEvent) -> None:
        """From now to the end of its hour, nothing more is to be said of this event's context."""
        throttled = event.outcome is not None and event.outcome.status == "throttled"
        if throttled or event.kind not in {"use", "issue"}:
            return
        self.context = _context(event)
        self.place = place_of(self.context[0], self.context[2])
        self.since, self.until = order(event), (event.time // HOUR + 1) * HOUR
        if event.time - self.first < WARM_AGE:  # until then novelty is silent
            self.until = min(self.until, self.first + WARM_AGE)

    def approve(self, time: int) -> None:
        """A human approved something: the first of each minute is kept."""
        rows: dict[int, int] = {}
        for t in (time, *self.approvals):
            rows[t // MINUTE] = min(t, rows.get(t // MINUTE, t))
        self.approvals = tuple(sorted(rows.values())[-_MOST_APPROVALS:])

    def quarters_to_settle(self, bound: int) -> list[int]:
        """Start times of the active quarters that are not settled yet and end by `bound`."""
        return self.panes.quarters_between(self.settled, bound - QUARTER + 1)


@lru_cache(8_192)
def _word(letter: str, thing: str) -> str:
    """A word that many identities remember, made once for all of them."""
    return letter + thing


def _context(event: ActivityEvent) -> Context:
    origin, credential, workload = event.origin, event.credential, event.workload
    return (
        sys.intern(origin.network) if origin is not None else "",
        sys.intern(origin.client) if origin is not None else "",
        credential.fingerprint if credential is not None else "",
        workload.uid if workload is not None else "",
        sys.intern(event.source),
        sys.intern(origin.via) if origin is not None else "",
    )


def order(event: ActivityEvent) -> int:
    """Event time, then id: the total order of events, as one integer."""
    return event.time << _ID_BITS | crc32(event.uid.encode()) >> 32 - _ID_BITS


def time_of(at: int) -> int:
    """The event time in an `order`, in epoch ms."""
    return at >> _ID_BITS
