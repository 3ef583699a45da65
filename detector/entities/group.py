"""Peer groups: what is usual among identities of one kind, in versions by epoch.

Members report what they have newly learned. A group follows a fixed-size sample of its members, the
ones whose names hash lowest, and counts per value how many of *them* use it: an unbiased share
however large the group, chosen by content and not by who reported first. At each epoch's start the
version that counts everything learned before epoch start - horizon, in whole quarters, goes to all
workers.

References:
    P. B. Gibbons: Distinct sampling for highly-accurate answers to distinct values queries and
    event reports. VLDB 2001.

Examples:
    >>> from schemas.fact import Summary
    >>> group = GroupState("group:t:human")
    >>> group.report(Summary(member="ada", values=("o:s3:ListBuckets",)), time=0)
    >>> group.version(1, cutoff=10).values
    (('o:s3:ListBuckets', 1),)
"""

from zlib import crc32

from msgspec import Struct, field

from schemas.fact import PeerBaseline, Summary

_SAMPLE = 64
_MOST_USERS = 4
_MOST_VALUES = 4000
_WHOEVER = ("f:", "r:")
_LAST = 1 << 32


class GroupState(Struct):
    """One group. `members` are the sampled ones with the time of their first report, `users` maps a
    value to the time at which each of them learned it. Nobody whose name hashes above `worst` is
    sampled any more.

    Foreign parties and regions are known or not, whoever knows them: they keep the earliest few of all. Of too
    many values those stay whose hash is lowest, too: none above `bar`.
    """

    key: str
    members: dict[str, int] = field(default_factory=dict)
    users: dict[str, dict[str, int]] = field(default_factory=dict)
    sent: int = -1
    worst: int = _LAST
    bar: int = _LAST

    def report(self, summary: Summary, time: int) -> None:
        """A member learned values at event time `time`."""
        sampled = self._sampled(summary.member, time)
        for value in summary.values:
            if value.startswith(_WHOEVER):
                self._use(value, time, summary.member)
                self._earliest(value)
            elif sampled:
                self._use(value, time, summary.member)

    def _sampled(self, member: str, time: int) -> bool:
        old = self.members.get(member)
        if old is not None:
            self.members[member] = min(old, time)
            return True
        if crc32(member.encode()) > self.worst:
            return False
        self.members[member] = time
        if len(self.members) <= _SAMPLE:
            return True
        out = max(self.members, key=_rank)
        del self.members[out]
        self.worst = max(crc32(name.encode()) for name in self.members)
        for value, users in list(self.users.items()):
            if not value.startswith(_WHOEVER):
                users.pop(out, None)
                if not users:
                    del self.users[value]
        return out != member

    def _use(self, value: str, time: int, member: str) -> None:
        users = self.users.get(value)
        if users is None:
            if crc32(value.encode()) > self.bar:
                return
            users = self.users[value] = {}
            if len(self.users) > _MOST_VALUES:
                del self.users[max(self.users, key=_rank)]
                self.bar = max(crc32(name.encode()) for name in self.users)
        users[member] = min(time, users.get(member, time))

    def _earliest(self, value: str) -> None:
        users = self.users.get(value)
        if users is not None and len(users) > _MOST_USERS:
            del users[max(users, key=lambda member: (users[member], member))]

    def version(self, version: int, cutoff: int) -> PeerBaseline:
        """The baseline that counts what was learned before event time `cutoff`."""
        values = []
        for value, users in sorted(self.users.items()):
            count = 0
            for (
                time
            ) in users.values():  # a loop: values have few users, so a generator would cost more
                count += time < cutoff
            if count:
                values.append((value, count))
        members = sum(time < cutoff for time in self.members.values())
        return PeerBaseline(version=version, members=members, values=tuple(values))


def _rank(name: str) -> tuple[int, str]:
    return crc32(name.encode()), name


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
        members, values = self._as_of(group, version)
        return values.get(value, 0), members

    def members(self, group: str, version: int) -> int:
        """How many members count, as of a version."""
        return self._as_of(group, version)[0]

    def _as_of(self, group: str, version: int) -> tuple[int, dict[str, int]]:
        kept = self.versions.get(group)
        if not kept:
            return _UNKNOWN
        exact = kept.get(version)
        if exact is not None:
            return exact
        usable = [k for k in kept if k <= version]
        return kept[max(usable)] if usable else _UNKNOWN


_UNKNOWN: tuple[int, dict[str, int]] = (0, {})
_KEPT = 3
