"""A credential's state: every context it is used in, who minted it, and how it ended.

Here the cross-system picture forms. Principals send a fact when they use a credential in a context
that is new to them, and refresh it hourly; each use keeps the earliest event and the latest hour.
"""

from zlib import crc32

import msgspec
from msgspec import Struct, field

from detector.config import HOUR
from detector.entities.bounds import packed_task
from detector.entities.children import Children
from detector.entities.episodes import Episodes
from detector.entities.order import first_of, firsts, order, time_of
from detector.entities.packing import packed, unpacked
from detector.window.empty import none_yet
from detector.window.panes import QUARTER
from schemas.event import ActivityEvent, Credential, Task
from schemas.fact import Context, CredentialStatus, Fact, Reach

_MOST_USES = 32
_MOST_OPEN = 64
_MOST_HOURS, _MOST_UNSETTLED = 4, 48
_MOST_READS = 32
_MOST_SOURCES = 8
MOST_USERS = 64
_encode = msgspec.msgpack.Encoder().encode


class Use(Struct, omit_defaults=True, gc=False):
    """One context of use, by its `name`: `at` is the order of its earliest event, which is packed
    since it is rarely looked at; `hours` are the first times (ms) of the hours in which it was used
    again."""

    name: int
    at: int
    packed: bytes
    hours: tuple[int, ...] = ()

    @property
    def time(self) -> int:
        """When it was first used, in epoch ms."""
        return time_of(self.at)

    def again(self, time: int) -> None:
        """Used at `time` as well."""
        self.hours = firsts((time, *self.hours), span=HOUR, most=_MOST_UNSETTLED)

    def opened(self) -> "OpenUse":
        """The use as a detection sees it."""
        event, novel = unpacked(self.packed)
        return OpenUse(context_of(event), event, novel, self.hours)


class OpenUse(Struct, frozen=True):
    """A use, unpacked: its context, its earliest event, what was new about that for its principal,
    and when it was used again."""

    context: Context
    event: ActivityEvent
    novel: tuple[str, ...]
    hours: tuple[int, ...] = ()

    @property
    def at(self) -> tuple[int, str]:
        """Event time and id of the earliest use in this context."""
        return self.event.time, self.event.uid

    def within(self, since: int, until: int) -> bool:
        """Whether it was used between two times, as far as that was told (once an hour)."""
        return any(since <= time <= until for time in (self.event.time, *self.hours))


class CredentialState(Struct, omit_defaults=True, gc=False):
    """All that is kept of one credential. `users` are the principals known to use it, `status` the
    earliest report of each end or exposure, `task` the latest, `issued` the fact of its minting. `children` were
    issued with it; `parents` are the entities that are told of its end, `reach` what a
    user of it could touch when it came to a place that was new to it. `reads` are those of the place
    where it is kept, one an hour of each reader, `expiries` the latest that each source has told."""

    key: str
    tenant: str
    uses: tuple[Use, ...] = ()
    users: tuple[str, ...] = ()
    status: dict[CredentialStatus, tuple[int, str]] = none_yet()
    task: Task | None = None
    task_at: int = 0
    bound_to: str = ""
    subject: Credential | None = None
    issued: Fact | None = None
    children: Children = none_yet()
    parents: tuple[str, ...] = ()
    reach: Reach | None = None
    protected: bool = False
    reads: tuple[Use, ...] = ()
    expiries: dict[str, int] = none_yet()
    settled: int = 0
    last: int = 0
    due: bool = False
    episodes: Episodes = field(default_factory=Episodes)

    def protect(self, fact: Fact) -> bool:
        """A use says that nobody may revoke it. True if that is new."""
        posture = fact.event.posture if fact.event is not None else None
        if self.protected or posture is None or not posture.protected:
            return False
        self.protected = True
        return True

    def used(self, fact: Fact) -> bool:
        """A principal uses it in some context. True if that is new or earlier than known."""
        if fact.context is None or fact.event is None:
            return False
        self.last = max(self.last, fact.time)
        name, at = _name(fact.context), order(fact.event)
        for old in self.uses:
            if old.name == name:
                return self._again(old, at, fact.event, fact.novel)
        made = Use(name, at, packed(fact.event, fact.novel))
        self.uses = (*self.uses, made)
        return self._fits(made)

    def _again(self, old: Use, at: int, event: ActivityEvent, novel: tuple[str, ...]) -> bool:
        old.again(max(event.time, old.time))
        if at >= old.at:
            return False
        old.at, old.packed = at, packed(event, novel)
        return self._fits(old)

    def _fits(self, made: Use) -> bool:
        """Whether a use is among those kept of its quarter."""
        out = _surplus(self.uses, made, _MOST_OPEN)
        if out is not None:
            self.uses = tuple(use for use in self.uses if use.name != out)
        return out != made.name

    def read(self, fact: Fact) -> bool:
        """Somebody reads the place where it is kept. True if that is new or earlier than known."""
        event = fact.event
        if event is None:
            return False
        self.last = max(self.last, fact.time)
        made = Use(
            _name(context_of(event), event.time // HOUR), order(event), packed(event, fact.novel)
        )
        old = next((read for read in self.reads if read.name == made.name), None)
        if old is not None and made.at >= old.at:
            return False
        self.reads = (*(read for read in self.reads if read is not old), made)
        out = _surplus(self.reads, made, _MOST_READS)
        if out is not None:
            self.reads = tuple(read for read in self.reads if read.name != out)
        return out != made.name

    def forget_reads(self, bound: int, within: int) -> None:
        """Of the reads that a use from `bound` on may be put down to, keep those of a reader to whom
        the place was new, then the latest."""
        if not self.reads:
            return
        kept = [read for read in self.reads if read.time >= bound - within]
        settled = [read for read in kept if read.time < bound]
        if len(settled) > _MOST_READS:
            rows = sorted(("target" in read.opened().novel, read.at, read.name) for read in settled)
            gone = {name for _, _, name in rows[:-_MOST_READS]}
            kept = [read for read in kept if read.name not in gone]
        self.reads = tuple(kept)

    def expire(self, source: str, expires: int | None) -> bool:
        """A source tells its expiry; the latest counts, since a lease may be renewed. True if this
        changes what users must know."""
        if expires is None or expires <= self.expiries.get(source, 0):
            return False
        self.expiries = {**self.expiries, source: expires}
        if len(self.expiries) > _MOST_SOURCES:
            del self.expiries[max(self.expiries)]
        return source in self.expiries

    def trim(self, bound: int) -> None:
        """Of the contexts that are settled keep the earliest and the latest few."""
        if len(self.uses) > _MOST_USES:
            old = sorted((use.at, use.name) for use in self.uses if use.time < bound)
            gone = {name for _, name in old[_MOST_USES // 2 : len(old) - _MOST_USES // 2]}
            self.uses = tuple(use for use in self.uses if use.name not in gone)

    def forget_hours(self, bound: int) -> None:
        """Of the hours in which a context was used again keep the last few that have settled: those
        that have not may still be asked for, however late their log is."""
        for use in self.uses:
            if len(use.hours) > _MOST_HOURS:
                settled = sum(time < bound for time in use.hours)
                use.hours = use.hours[max(0, settled - _MOST_HOURS) :]

    def quarters_to_settle(self, bound: int) -> list[int]:
        """Start times (ms) of the quarters before `bound` in which a context is first used."""
        first, end = first_of(self.settled), first_of(bound)
        times = [time_of(use.at) for use in self.uses if first <= use.at < end]
        return sorted({time // QUARTER * QUARTER for time in times}) if times else times

    def tell(self, fact: Fact) -> bool:
        """Its status, task or bounds. True if this changes what its users must know."""
        changed = False
        if fact.status is not None:
            proof = (fact.time, fact.evidence[0] if fact.evidence else "")
            if fact.status not in self.status or proof < self.status[fact.status]:
                self.status = self.status or {}
                self.status[fact.status] = proof
                self.subject = max(fact.credential, self.subject, key=detail)
                changed = True
        if fact.task is not None:
            told = (fact.time, packed_task(fact.task))
            if told > (self.task_at, packed_task(self.task)):
                self.task_at, self.task = fact.time, fact.task
                changed = True
        if fact.credential is not None and fact.credential.bound_to > self.bound_to:
            self.bound_to = fact.credential.bound_to
            changed = True
        return changed

    def passing(self) -> bool:
        """Whether it is a session, which nobody will use again once it has been quiet. What must
        still tell its parents of its end stays, and what has children that outlive it."""
        if not self.uses:
            return not self.parents
        if self.children:
            return False
        credential = self.uses[0].opened().event.credential
        return credential is not None and credential.lifetime == "ephemeral"

    def awaited(self) -> bool:
        """Whether it is a key that has ended or was seen where it should not be, and that nobody has
        used yet: its thief may take some time."""
        if self.uses or not self.status:
            return False
        return self.subject is not None and self.subject.lifetime != "ephemeral"

    def ordered(self) -> list[OpenUse]:
        """Its uses by the time of their earliest event."""
        return sorted((use.opened() for use in self.uses), key=lambda use: use.at)


def context_of(event: ActivityEvent) -> Context:
    """In which context an event uses its credential."""
    origin, workload = event.origin, event.workload
    own = origin if origin is not None and not origin.via else None
    return Context(
        network=own.network if own is not None else "",
        client=own.client if own is not None else "",
        workload=workload.uid if workload is not None else "",
        source=event.source,
        principal=event.principal.uid,
    )


def detail(credential: Credential | None) -> tuple[int, bytes]:
    """Of two descriptions of one credential the larger says more, whichever came first."""
    packed = _encode(credential) if credential is not None else b""
    return len(packed), packed


def _surplus(rows: tuple[Use, ...], made: Use, most: int) -> int | None:
    """Of too many rows in the quarter of `made` the one that goes: the names are hashes, and the
    smallest stay, whoever came first."""
    if len(rows) <= most:
        return None
    quarter = made.time // QUARTER
    inside = [row.name for row in rows if row.time // QUARTER == quarter]
    return max(inside) if len(inside) > most else None


def _name(context: Context, hour: int | None = None) -> int:
    """A context's name in 64 bits, that of one hour if need be; five aspects are too long to keep
    twice."""
    text = (
        f"{context.principal}|{context.network}|{context.client}|{context.workload}|{context.source}"
        f"{'' if hour is None else f'|{hour}'}"
    ).encode()
    return crc32(text) << 32 | crc32(text, 0x9E3779B9)
