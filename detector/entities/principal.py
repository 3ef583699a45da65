"""A principal's state: what it is, what it has done, what of that is new.

The fast path is `observe`: an event whose operation, context and target are all known costs a few
dictionary look-ups and one OR. Only what is new or sensitive goes on to be marked and judged.
"""

import sys

from msgspec import Struct, field

from detector.config import HOUR, MINUTE
from detector.entities.bounds import EVERY, CredentialView, beyond
from detector.entities.children import Children
from detector.entities.episodes import Episodes
from detector.entities.opened import Opened
from detector.entities.order import first_of, firsts, order
from detector.entities.routine import (
    MOST_NOTED,
    NEVER,
    WITHIN,
    Around,
    Done,
    Noted,
    Routine,
    also,
    around,
    common,
    shared,
)
from detector.entities.words import common_words, region_word, with_secret, words_of
from detector.window.baseline import Learned
from detector.window.empty import none_yet
from detector.window.grain import row
from detector.window.marks import Marks
from detector.window.novelty import UNBORN, Seen
from detector.window.panes import FINE, QUARTER, Panes
from detector.window.registers import NOWHERE, PLACE_BITS, event_bits, place_of
from detector.window.signature import Signature
from detector.window.touches import Touches
from schemas.event import ActivityEvent, Principal
from schemas.fact import Step

_NOTHING = ""
_MOST_APPROVALS = 240
MOST_BOUNDS = 256
MOST_PATHS = 64
SPARE = 2  # so many times as many, until their quarter settles
_PLACE = frozenset({"network", "client", "credential"})
_CONTEXT = _PLACE | {"area"}
_DONE = frozenset({"operation", "service", "target", "foreign", "effect"})
WARM_AGE = 20 * HOUR


class PrincipalState(Struct, omit_defaults=True, gc=False):
    """All that is kept of one principal. `first` is its earliest event time, `home` the client it
    came with then; `paths` hold the lateral-movement paths that led to it, by credential; `handed`
    are unsettled events in which it issued something, with what was new: they go on a path that is
    still on its way. What it has `sent` last, by name, is a number for most (`sent_first`, with its
    `sent_at`). Between
    `since` and `until` its context (`secret` and what is `around` it) has been looked at, and only
    new operations are looked at. `opened` says where and with what a person's sessions began."""

    key: str
    tenant: str
    who: Principal
    who_at: int
    routine: Routine | None = None  # among the first, since every event looks at it
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
    credentials: dict[str, CredentialView] = none_yet()
    paths: dict[str, tuple[Step, ...]] = none_yet()
    handed: tuple[tuple[ActivityEvent, tuple[str, ...]], ...] = ()
    children: Children = none_yet()
    sent: dict[int, int] = none_yet()
    sent_first: int = 0
    sent_at: int | None = None
    approvals: tuple[int, ...] = ()
    late: int = 0
    due: bool = False
    since: int = 0
    until: int = 0
    secret: str = ""
    around: Around = ("", "", "", "", "")
    place: int = NOWHERE
    opened: Opened = none_yet()

    @classmethod
    def born(cls, event: ActivityEvent, key: str = "") -> "PrincipalState":
        """The state of a principal at its first event."""
        secret = event.credential.fingerprint if event.credential is not None else _NOTHING
        here = common(around(event))
        return cls(
            key or event.key,
            sys.intern(event.tenant),
            event.principal,
            order(event),
            home=here[1],
            first=event.time,
            secret=secret,
            around=here,
            place=place_of(here[0], secret),
        )

    def repeats(self, event: ActivityEvent, signature: Signature, horizon: int) -> bool:
        """Count in an event that is as those before it. False if it is not, or may not be: then
        nothing has been counted, and `observe` has a closer look.

        This is what most events come to, so it touches little memory and calls nothing it need not.
        """
        routine, time = self.routine, event.time
        if (
            routine is None
            or not routine.since <= time < routine.until
            or event.kind != "use"
            or event.task is not None
            or (signature not in routine.done and not self._joins(signature, time, horizon))
            or (time == routine.since and order(event) <= routine.tie)
        ):
            return False
        origin, credential, workload = event.origin, event.credential, event.workload
        if credential is not None:
            posture = event.posture
            if (
                credential.bound_to
                or (credential.expires is not None and time > credential.expires)
                or (posture is not None and beyond(posture))
            ):
                return False
            secret = credential.fingerprint
        else:
            secret = _NOTHING
        if routine.secret != secret or routine.around != (
            origin.network if origin is not None else _NOTHING,
            origin.client if origin is not None else _NOTHING,
            workload.uid if workload is not None else _NOTHING,
            event.source,
            origin.via if origin is not None else _NOTHING,
        ):
            return False
        if origin is not None and origin.region != routine.region:
            return False
        pane, uid, target = time // FINE, event.uid, event.target
        if pane != routine.pane and not routine.goes_on(pane):
            self.catch_up()
            routine.pane = shared(pane)
        thing = target.uid if target is not None else _NOTHING
        routine.bits |= event_bits(uid, time, thing, signature.shapes)
        at = time % FINE
        if at > routine.at or (at == routine.at and uid > routine.uid):
            routine.at, routine.uid, routine.action = WITHIN[at], uid, signature.action
        if signature not in routine.done:
            self._first(event, signature, routine)
        return True

    def _joins(self, signature: Signature, time: int, horizon: int) -> bool:
        """Whether an operation that has not been done here so far is no news: a newcomer's, to whom
        everything is new, or one that has long been known."""
        routine = self.routine
        if signature.notable or routine is None:
            return False
        return routine.young or (
            self.seen.known.get(signature.value, UNBORN) < time - horizon and not self.credentials
        )

    def _first(self, event: ActivityEvent, signature: Signature, routine: Routine) -> None:
        """The first of an operation: a newcomer's is to be noted; then it is routine."""
        if not routine.young:
            routine.done = also(routine.done, signature)
            routine.rise(event.time)
            return
        if signature.throttled:
            return  # it comes again
        if len(routine.noted) >= MOST_NOTED:
            self.enter(routine.noted, routine.secret)
            routine.noted = ()
        credential, time = event.credential, shared(event.time)
        static = credential is not None and credential.lifetime == "static"
        routine.noted = (*routine.noted, (common_words(event, signature), static, time))
        routine.done = also(routine.done, signature)
        routine.rise(time)

    def catch_up(self) -> None:
        """Enter what the routine has collected: to be called before anything else is read."""
        routine = self.routine
        if routine is None or routine.action is None:
            return
        bits = routine.bits | routine.place
        if routine.rows:
            self.panes.extend(routine.rows + row(routine.pane, bits))
            routine.rows = b""
        else:
            self.panes.add(routine.time, bits)
        self.last = max(self.last, routine.time)
        if routine.secret:
            self.touches.add(routine.secret, routine.time, routine.uid, routine.action)
        routine.bits, routine.at, routine.uid, routine.action = 0, -1, _NOTHING, None
        if routine.noted:
            self.enter(routine.noted, routine.secret)
            routine.noted = ()

    def enter(self, noted: Noted, secret: str) -> None:
        """Enter what a routine has noted."""
        for words, static, first in noted:
            if self.seen.pending.get(words["operation"], UNBORN) > first:
                self.seen.note_all(with_secret(words, secret) if static else words, first)

    def change(self) -> None:
        """Something becomes different: what was routine has to prove itself again."""
        self.catch_up()
        self.routine = None

    def _rely(self, signature: Signature, time: int, horizon: int) -> None:
        """From now on, more of this is routine if there is nothing to say about it."""
        if self.credentials or not self._silent(signature, time, horizon):
            return
        routine = self.routine or self._begin(time)
        routine.done = also(routine.done, signature)
        routine.rise(time)

    def _begin(self, time: int, tie: int = 0) -> Routine:
        """A routine in the context that has been looked at; what was done in another one this hour
        need not prove itself again."""
        until, old = self.until, self.routine
        young = time - self.first < WARM_AGE
        if young:
            until = min(until, self.first + WARM_AGE)
            young = not self.seen.known and not self.credentials
        done: Done = ()
        self.catch_up()
        made = Routine(
            shared(time), shared(until), done, self.secret, self.around,
            place=PLACE_BITS[self.place], tie=tie, young=young,
        )  # fmt: skip
        if old is not None and old.until == until:
            made.done = old.done
            made.rise(old.since, old.tie)
        self.routine = made
        return made

    def begin(self, event: ActivityEvent, signature: Signature) -> None:
        """Count in the event that it was born with, which always wants a closer look."""
        time, target = event.time, event.target
        thing = target.uid if target is not None else _NOTHING
        bits = event_bits(event.uid, time, thing, signature.shapes) | PLACE_BITS[self.place]
        self.panes, self.last = Panes(time // FINE, bits), max(0, time)
        if self.secret and event.kind == "use":
            self.touches = Touches(self.secret, time, event.uid, signature.action)

    def observe(self, event: ActivityEvent, signature: Signature, horizon: int) -> bool:
        """Count an event in. True if something about it wants a closer look."""
        self.catch_up()
        time, credential, target = event.time, event.credential, event.target
        secret = credential.fingerprint if credential is not None else _NOTHING
        here = around(event)
        as_before = here == self.around and secret == self.secret
        place = self.place if as_before else place_of(here[0], secret)
        thing = target.uid if target is not None else _NOTHING
        bits = event_bits(event.uid, time, thing, signature.shapes) | PLACE_BITS[place]
        self.panes.add(time, bits)
        if time > self.last:
            self.last = time
        if time <= self.first and order(event) < self.who_at:
            self._earlier(event)
        if secret and event.kind == "use":
            self.touches.add(secret, time, event.uid, signature.action)
        self._reach(event, signature)
        if not as_before or signature.notable or time >= self.until:
            return True
        if first_of(time) <= self.since:  # of one moment, the smallest id stands for all
            return True
        if time - self.first < WARM_AGE and signature.value not in self.seen.known:
            # a newcomer's novelty is silent, so once noted there is no more to it
            if not signature.throttled and self.seen.pending.get(signature.value, UNBORN) > time:
                self.seen.note_all(words_of(event, signature), time)
        elif not self._silent(signature, time, horizon):
            return True
        if event.kind == "use":
            self._rely(signature, time, horizon)
            self._stay(event, signature)
        return False

    def _reach(self, event: ActivityEvent, signature: Signature) -> None:
        """The first time in a region is noted whatever is done there, routine or not."""
        origin = event.origin
        if origin is not None and origin.region and not signature.throttled:
            self.seen.note_all({"region": region_word(origin.region)}, event.time)

    def _stay(self, event: ActivityEvent, signature: Signature) -> None:
        """What goes on in the region of an event is routine from then on."""
        origin, routine = event.origin, self.routine
        if origin is None or routine is None or signature.throttled:
            return
        if origin.region != routine.region:
            routine.region = sys.intern(origin.region)
            routine.rise(event.time)

    def _silent(self, signature: Signature, time: int, horizon: int) -> bool:
        """Whether there is nothing to say of an operation at `time`: it has long been known, or is
        a newcomer's and has been noted."""
        known = self.seen.known.get(signature.value)
        if known is not None:
            return known < time - horizon
        return (
            time - self.first < WARM_AGE and self.seen.pending.get(signature.value, UNBORN) <= time
        )

    def _earlier(self, event: ActivityEvent) -> None:
        """The first event is the one that names the principal and its home client."""
        self.change()
        self.first, self.who_at, self.who = event.time, order(event), event.principal
        self.home = event.origin.client if event.origin is not None else ""

    def look(
        self, event: ActivityEvent, signature: Signature, horizon: int, *, broken: bool = False
    ) -> tuple[tuple[str, ...], bool]:
        """Note what is new, and mark the event if it deserves it: (what is novel, marked?).

        Novelty alone is silent for a newcomer, to whom everything is new; something sensitive is
        marked even then, and always what has `broken` a bound.
        """
        if event.outcome is not None and event.outcome.status == "throttled" and not broken:
            return (), False  # neither a denial nor breadth: it comes again
        values = words_of(event, signature)
        time = event.time
        self.seen.note_all(values, time)
        notable = signature.notable
        novel: tuple[str, ...] = ()
        if notable or time - self.first >= WARM_AGE:
            novel = self.seen.novelties(values, time - horizon)
        self._looked_at(event, signature, horizon, placed=not _CONTEXT.isdisjoint(novel))
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

    def _looked_at(
        self, event: ActivityEvent, signature: Signature, horizon: int, *, placed: bool
    ) -> None:
        """From now to the end of its hour, nothing more is to be said of this event's context; of
        the same moment, the smallest id tells it. What is `placed` anew may be marked, and of those
        marks another id is the smallest: there all of a moment are looked at."""
        throttled = event.outcome is not None and event.outcome.status == "throttled"
        if throttled or event.kind not in {"use", "issue"}:
            return
        time = event.time
        until = (time // HOUR + 1) * HOUR
        if time - self.first < WARM_AGE:  # until then novelty is silent
            until = min(until, self.first + WARM_AGE)
        here, routine = around(event), self.routine
        secret = event.credential.fingerprint if event.credential is not None else _NOTHING
        self.since = order(event)
        tie = NEVER if placed else self.since
        if here != self.around or secret != self.secret:
            self.around, self.secret, routine = common(here), secret, None
            self.place = place_of(here[0], secret)
        if routine is None or routine.until != until:
            self.until = shared(until)
            self._begin(time, tie)
        else:
            routine.rise(time, tie)
        if not signature.notable:
            self._rely(signature, time, horizon)
        self._stay(event, signature)

    def told(self, before: int) -> None:
        """Of the bounds told of credentials, and of the paths, that are from before a settled time,
        keep the latest. What has not settled may yet turn out to be older."""
        if len(self.credentials) > MOST_BOUNDS:
            views = ((v.latest, k) for k, v in self.credentials.items() if k != EVERY)
            for _, secret in sorted(row for row in views if row[0] < before)[:-MOST_BOUNDS]:
                del self.credentials[secret]
        if len(self.paths) > MOST_PATHS:
            walked = ((path[-1].time, k) for k, path in self.paths.items())
            for _, secret in sorted(row for row in walked if row[0] < before)[:-MOST_PATHS]:
                del self.paths[secret]

    def approve(self, time: int) -> None:
        """A human approved something: the first of each minute is kept."""
        self.approvals = firsts((time, *self.approvals), span=MINUTE, most=_MOST_APPROVALS)

    def quarters_to_settle(self, bound: int) -> list[int]:
        """Start times of the active quarters that are not settled yet and end by `bound`."""
        return self.panes.quarters_between(self.settled, bound - QUARTER + 1)
