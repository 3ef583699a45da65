"""A credential's state: every context it is used in, who minted it, and how it ended.

Here the cross-system picture forms. Principals send a fact when they use a credential in a context
that is new to them, and refresh it hourly; each use keeps the earliest event and the latest hour.
"""

from zlib import crc32

import msgspec
from msgspec import Struct, field

from detector.entities.episodes import Episodes
from detector.window.empty import none_yet
from schemas.event import ActivityEvent, Task
from schemas.fact import Context, CredentialStatus, Fact

_MOST_USES = 32
MOST_USERS = 64
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Fact).decode


class Use(Struct):
    """One context of use: the fact of its earliest event, packed since it is rarely looked at, and
    the latest time (ms) at which it was refreshed."""

    time: int
    last: int
    packed: bytes

    def opened(self) -> "OpenUse":
        """The use as a detection sees it."""
        fact = _decode(self.packed)
        if fact.context is None or fact.event is None:
            msg = "a use must rest on a fact with context and event"
            raise ValueError(msg)
        return OpenUse(fact.context, fact.event, fact.novel, self.last)


class OpenUse(Struct, frozen=True):
    """A use, unpacked: its context, its earliest event, what was new about that for its principal,
    and when it was last refreshed."""

    context: Context
    event: ActivityEvent
    novel: tuple[str, ...]
    last: int

    @property
    def at(self) -> tuple[int, str]:
        """Event time and id of the earliest use in this context."""
        return self.event.time, self.event.uid


class CredentialState(Struct):
    """All that is kept of one credential. `users` are the principals known to use it, `status` the
    earliest report of each end or exposure, `issued` the fact of its minting."""

    key: str
    tenant: str
    uses: dict[int, Use] = field(default_factory=none_yet)
    users: tuple[str, ...] = ()
    status: dict[CredentialStatus, tuple[int, str]] = field(default_factory=none_yet)
    task: Task | None = None
    bound_to: str = ""
    issued: Fact | None = None
    settled: int = 0
    last: int = 0
    due: bool = False
    episodes: Episodes = field(default_factory=Episodes)

    def used(self, fact: Fact) -> bool:
        """A principal uses it in some context. True if that is new or earlier than known."""
        if fact.context is None or fact.event is None:
            return False
        self.last = max(self.last, fact.time)
        name = _name(fact.context)
        old = self.uses.get(name)
        if old is None:
            self.uses = self.uses or {}
            self.uses[name] = Use(fact.time, fact.time, _encode(fact))
            self._trim()
            return name in self.uses
        old.last = max(old.last, fact.time)
        if fact.time > old.time or (fact.event.time, fact.event.uid) >= old.opened().at:
            return False
        old.time, old.packed = fact.time, _encode(fact)
        return True

    def _trim(self) -> None:
        """Keep the earliest contexts and the latest: by content, never by arrival."""
        if len(self.uses) > _MOST_USES:
            order = sorted(self.uses, key=lambda name: (self.uses[name].time, name))
            del self.uses[order[_MOST_USES // 2]]

    def tell(self, fact: Fact) -> bool:
        """Its status, task or bounds. True if this changes what its users must know."""
        changed = False
        if fact.status is not None:
            proof = (fact.time, fact.evidence[0] if fact.evidence else "")
            if fact.status not in self.status or proof < self.status[fact.status]:
                self.status = self.status or {}
                self.status[fact.status] = proof
                changed = True
        if fact.task is not None and fact.task != self.task:
            self.task = fact.task
            changed = True
        if fact.credential is not None and fact.credential.bound_to not in {"", self.bound_to}:
            self.bound_to = fact.credential.bound_to
            changed = True
        return changed

    def ordered(self) -> list[OpenUse]:
        """Its uses by the time of their earliest event."""
        return sorted((use.opened() for use in self.uses.values()), key=lambda use: use.at)


def _name(context: Context) -> int:
    """A context's name in 64 bits; five aspects are too long to keep twice."""
    text = "|".join(
        (context.principal, context.network, context.client, context.workload, context.source)
    ).encode()
    return crc32(text) << 32 | crc32(text, 0x9E3779B9)
