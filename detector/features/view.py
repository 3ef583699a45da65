"""What a detection may look at: one identity at one moment, with its past and its peers.

A view is a value made for one mark. It shows what came up to and including that mark and nothing
after, so a detection gives the same answer on arrival and when its window has settled.
"""

import re
from functools import lru_cache

from msgspec import Struct

from detector.config import HOUR, EngineConfig
from detector.entities.bounds import Breach
from detector.entities.group import Peers
from detector.entities.opened import opening
from detector.entities.principal import WARM_AGE, PrincipalState
from detector.window.area import area
from detector.window.baseline import FEATURE_NAMES, Habits, features
from detector.window.marks import Mark
from detector.window.panes import QUARTER
from detector.window.registers import Counts
from models.base import Reason
from models.running import surprise
from schemas.event import ActivityEvent
from schemas.fact import Step

_WARM_QUARTERS = 2
_LEAN = 2.0
_TELLING = 10
PERSON = "person"


class Rarity(Struct, frozen=True):
    """How many use something: (users, members) among the closest peers and in the tenant."""

    users: int
    members: int
    tenant_users: int
    tenant_members: int

    @property
    def share(self) -> float:
        """The share of peers that use it, leaning on the tenant while the group is small."""
        tenant = (self.tenant_users + 0.5) / (self.tenant_members + 2)
        own = (self.users + _LEAN * tenant) / (self.members + _LEAN)
        return max(own, tenant)


class View:
    """One mark of one principal, seen with everything up to it."""

    __slots__ = (
        "_deviation", "_index", "_peers", "_rarities", "_windows", "_within", "alone", "breach", "cold", "config", "counted", "event",
        "floor", "habits", "mark", "path", "state", "time", "tool", "totals", "version",
    )  # fmt: skip

    def __init__(
        self,
        state: PrincipalState,
        mark: Mark,
        index: int,
        peers: Peers,
        config: EngineConfig,
        found: Breach | None = None,
    ) -> None:
        """`index` is the mark's place among the identity's marks; -1 if it is not one of them."""
        self.state = state
        self.mark = mark
        self._index = index
        self.event: ActivityEvent = mark.event
        self.time: int = mark.event.time
        self.config = config
        self.floor = 0.0
        # whether it was asked for counts, to which later events of the same pane still add
        self.counted = False
        self.breach = found
        self.version: int = self.time // config.epoch
        self._peers = peers
        # what the identity has learned of itself, as of this version
        self.habits: Habits = state.learned.at(self.version)
        # too little past to call anything new
        self.cold: bool = (
            self.habits.quarters < _WARM_QUARTERS or self.time - state.first < WARM_AGE
        )
        # too few peers with a past to say what is usual here: a first day, a short capture
        self.alone: bool = peers.members(groups_of(state)[-1], self.version) < _TELLING
        # the lateral-movement path that led to the credential in use, if it was noteworthy
        self.path: tuple[Step, ...] = path_of(state, mark.event)
        # the tool in use: of an event that names neither tool nor place, the one of its sign-in
        self.tool: str = mark.tool or self._signed_in_with()
        self._within: dict[int, list[Mark]] = {}
        self._windows: dict[int, list[Mark]] = {}
        # the nats of windows, by their identity
        self.totals: dict[int, float] = {}
        self._rarities: dict[str, Rarity] = {}
        self._deviation: list[Reason] | None = None

    def within(self, length: int) -> list[Mark]:
        """The marks that the same tool made in the last `length` ms, in order, this one included.

        Two tools on one key are two hands: an attack tool is not judged by what the owner's own
        tool does beside it, nor the other way round. Where a log's own records say nothing of the
        tool, who signed in last is taken to be at work.
        """
        found = self._within.get(length)
        if found is None:
            found = self._within[length] = self._marks_within(length)
        return found

    def _marks_within(self, length: int) -> list[Mark]:
        if self._index < 0:
            return [self.mark]
        marks = self.state.marks
        first = marks.index(self.time - length + 1)
        found = self._windows.get(first)
        if found is None:
            tools = {self.tool, self.mark.tool}
            window = marks.items[first : self._index + 1]
            found = self._windows[first] = [m for m in window if m.tool in tools]
        return found

    def _signed_in_with(self) -> str:
        """The tool of the last mark of the hour, in the same log, that came from somewhere."""
        origin, marks = self.event.origin, self.state.marks
        if self._index < 1 or (origin is not None and (origin.network or origin.via)):
            return ""
        hour = marks.items[marks.index(self.time - HOUR) : self._index]
        return next(
            (m.tool for m in reversed(hour) if m.tool and m.event.source == self.event.source), ""
        )

    def sum_up(self, marks: list[Mark], nats: float) -> float:
        """Remember the nats of a window, should a longer one turn out to hold the same marks. Of other
        lists nothing is remembered, since they pass and their identity with them."""
        if any(marks is window for window in self._windows.values()):
            self.totals[id(marks)] = nats
        return nats

    def window(self, length: int) -> Counts:
        """The counts of all events of the last `length` ms, marked or not."""
        self.counted = True
        return self.state.panes.window(self.time, length)

    @property
    def deviation(self) -> list[Reason]:
        """By how much this quarter of an hour is more than usual for the identity: nats of surprise
        by feature, the strongest first; empty while it has too little past."""
        if self._deviation is None:
            self._deviation = [] if self.cold else self._deviates()
        return self._deviation

    def _deviates(self) -> list[Reason]:
        now = features(self.window(QUARTER))
        reasons = [
            Reason(name, value, usual.mean, surprise(usual, value))
            for name, value, usual in zip(FEATURE_NAMES, now, self.habits.usual(), strict=True)
            if value > usual.mean
        ]
        return sorted((r for r in reasons if r.contribution > 0), key=lambda r: -r.contribution)

    def rarity(self, value: str) -> Rarity:
        """How usual a value is among peers, as of this version: in the closest group that uses it
        most, and in the tenant."""
        found = self._rarities.get(value)
        if found is None:
            found = self._rarities[value] = self._rarity(value)
        return found

    def _rarity(self, value: str) -> Rarity:
        *close, tenant = groups_of(self.state)
        tenant_users, tenant_members = self._peers.usage(tenant, value, self.version)
        users = members = 0
        for group in close:
            found = self._peers.usage(group, value, self.version)
            if found[1] and found[0] * members >= users * found[1]:
                users, members = found
        return Rarity(users, members, tenant_users, tenant_members)

    def person_uses(self, value: str) -> bool:
        """Whether the person behind this identity is known by a place or a tool under another of
        their identities: in another account, with another permission set."""
        person = person_of(self.state)
        return person != "" and self._peers.usage(person, value, self.version)[0] > 0

    @property
    def carried_off(self) -> bool:
        """Whether a person's session was opened in another area, with another tool."""
        begun, origin = opening(self.state.opened, self.event), self.event.origin
        if begun is None or origin is None or begun[0] > self.time:
            return False
        return begun[1] != area(origin.network) and begun[2] != self.mark.tool

    @property
    def well_known(self) -> bool:
        """Whether the person behind this identity has others, which have a past."""
        person = person_of(self.state)
        return person != "" and self._peers.members(person, self.version) > 1

    def approved(self, since: int) -> bool:
        """Whether a human approved something between `since` and this moment."""
        return any(since <= t <= self.time for t in self.state.approvals)


def path_of(state: PrincipalState, event: ActivityEvent) -> tuple[Step, ...]:
    """The lateral-movement path that led to the credential in use, if it was noteworthy."""
    credential = event.credential
    if credential is None or not state.paths:
        return ()
    return state.paths.get(credential.fingerprint, ())


def groups_of(state: PrincipalState) -> tuple[str, ...]:
    """The peer groups of a principal: those who share its role (a permission set is one role in
    every account), its kind with its home client, and the tenant."""
    who = state.who
    return _groups(state.tenant, who.type, who.profile or state.home, who.role)


def person_of(state: PrincipalState) -> str:
    """The group of all identities of one person behind single sign-on, which names them alike in
    every account; empty for others."""
    who = state.who
    known = who.type == "human" and who.name and (who.session == who.name or "@" in who.name)
    return f"group:{state.tenant}|{PERSON}|{who.name}" if known else ""


@lru_cache(4_096)
def _groups(tenant: str, kind: str, home: str, role: str) -> tuple[str, ...]:
    everyone = f"group:{tenant}"
    alike = f"{everyone}|{kind}|{home}"
    if not role:
        return alike, everyone
    return f"{everyone}|role|{_suffix.sub('', role.rsplit('/', 1)[-1])}", alike, everyone


# Identity Center appends a hash to a permission set's role, which differs per account.
_suffix = re.compile(r"_[0-9a-f]{16}$")
