"""Peer groups: what is usual among identities of one kind, in versions by epoch.

Members report what they have newly learned; the group keeps, per value, the earliest few members
that use it, so that neither order nor duplication shows. At each epoch's start the version that
counts everything reported for time up to epoch start - horizon goes out to all workers.

Examples:
    >>> from schemas.fact import Summary
    >>> group = GroupState("group:t:human")
    >>> group.report(Summary(member="ada", values=("o:s3:ListBuckets",)), time=0)
    >>> group.version(1, cutoff=10).values
    (('o:s3:ListBuckets', 1),)
"""

from msgspec import Struct, field

from schemas.fact import PeerBaseline, Summary

_MOST_MEMBERS = 200
_MOST_USERS = 16
_MOST_VALUES = 4000


class GroupState(Struct):
    """One group. `users` maps a value to the earliest (time, member) pairs that learned it."""

    key: str
    members: dict[str, int] = field(default_factory=dict)
    users: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    sent: int = -1

    def report(self, summary: Summary, time: int) -> None:
        """A member learned values at event time `time`."""
        old = self.members.get(summary.member)
        if (old is None and len(self.members) < _MOST_MEMBERS) or (old is not None and time < old):
            self.members[summary.member] = time
        for value in summary.values:
            self._use(value, time, summary.member)

    def _use(self, value: str, time: int, member: str) -> None:
        rows = self.users.get(value)
        if rows is None:
            if len(self.users) < _MOST_VALUES:
                self.users[value] = [(time, member)]
            return
        if len(rows) == _MOST_USERS and time >= rows[-1][0]:
            return
        rows[:] = _earliest([*rows, (time, member)])[:_MOST_USERS]

    def version(self, version: int, cutoff: int) -> PeerBaseline:
        """The baseline that counts what was learned up to event time `cutoff`."""
        counted = (
            (value, sum(time <= cutoff for time, _ in rows))
            for value, rows in sorted(self.users.items())
        )
        return PeerBaseline(
            version=version,
            members=sum(time <= cutoff for time in self.members.values()),
            values=tuple((value, n) for value, n in counted if n),
        )


def _earliest(rows: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """The earliest row of each member, in order of time."""
    best: dict[str, int] = {}
    for time, member in rows:
        best[member] = min(time, best.get(member, time))
    return sorted((time, member) for member, time in best.items())


class Peers(Struct):
    """The baselines that have been received, the last three versions of each group."""

    versions: dict[str, dict[int, tuple[int, dict[str, int]]]] = field(default_factory=dict)

    def receive(self, group: str, baseline: PeerBaseline) -> None:
        """A version arrived; a repeat changes nothing."""
        kept = self.versions.setdefault(group, {})
        kept[baseline.version] = (baseline.members, dict(baseline.values))
        while len(kept) > _KEPT:
            del kept[min(kept)]

    def usage(self, group: str, value: str, version: int) -> tuple[int, int]:
        """(members that use the value, members), as of a version; (0, 0) for an unknown group."""
        kept = self.versions.get(group)
        if not kept:
            return 0, 0
        usable = [k for k in kept if k <= version]
        if not usable:
            return 0, 0
        members, values = kept[max(usable)]
        return values.get(value, 0), members


_KEPT = 3
