"""Who tells whom: identities between which facts may pass, so that they have to be judged together.

A fact goes from a principal to a credential that it uses or issues, to a principal that it issues
for, and back. So whoever shares a credential, directly or through others, is *kin*. Who is not, learns
of the others only what groups and origins say, which `parts` looks after.

Examples:
    >>> from schemas.event import Credential, Principal
    >>> def event(who: str, secret: str) -> ActivityEvent:
    ...     return ActivityEvent("e", "token_use", "t", 0, Principal(who), credential=Credential(secret))
    >>> kin = Kin()
    >>> for who, secret in (("ada", "k1"), ("bob", "k1"), ("eve", "k2"), ("ada", "k3"), ("cy", "k4")):
    ...     kin.join(event(who, secret))
    >>> parts = kin.parts(2)
    >>> parts.of["t", "ada"] == parts.of["t", "bob"], parts.of["t", "ada"] == parts.of["t", "eve"]
    (True, False)
    >>> parts.largest
    0.6
"""

from collections import Counter

from msgspec import Struct

from schemas.event import ActivityEvent

Name = tuple[str, str]


class Parts(Struct, frozen=True):
    """A part, from 0, `of` each principal that acted, by tenant and uid; and the share of events that
    the `largest` part has."""

    of: dict[Name, int]
    largest: float


class Kin:
    """`join` every event once; then ask for `parts`. Memory: one entry for each pair of a principal
    and a credential that it used or issued."""

    def __init__(self) -> None:
        """Nobody is known yet."""
        self.events = 0
        self._uses: Counter[tuple[str, str, str]] = Counter()
        # A forest: each name leads to another of its kin, the root to itself.
        self._above: dict[Name, Name] = {}

    def join(self, event: ActivityEvent) -> None:
        """Those whom an event names are kin."""
        self.events += 1
        credential, child, tenant = event.credential, event.child, event.tenant
        who = event.principal.uid
        use = (tenant, who, credential.fingerprint if credential is not None else "")
        self._uses[use] += 1
        if child is not None:
            if child.principal is not None:
                self._link((tenant, who), (tenant, child.principal.uid))
            if child.credential is not None:
                self._link((tenant, who), _secret(tenant, child.credential.fingerprint))

    def parts(self, count: int) -> Parts:
        """So many parts: kin in the same one, and about as many events in each."""
        names = self._names()
        filled = [0] * count
        chosen: dict[Name, int] = {}
        weights: Counter[Name] = Counter()
        for name, events in names.items():
            weights[self._root(name)] += events
        for root, weight in sorted(weights.items(), key=lambda row: (-row[1], row[0])):
            chosen[root] = filled.index(min(filled))
            filled[chosen[root]] += weight
        of = {name: chosen[self._root(name)] for name in names}
        return Parts(of, max(filled) / max(1, self.events))

    def _names(self) -> Counter[Name]:
        """Those who acted and how often, each linked to what it used."""
        names: Counter[Name] = Counter()
        for (tenant, who, secret), events in self._uses.items():
            names[tenant, who] += events
            if secret:
                self._link((tenant, who), _secret(tenant, secret))
        return names

    def _link(self, one: Name, other: Name) -> None:
        one, other = self._root(one), self._root(other)
        if one != other:
            self._above[other] = one

    def _root(self, name: Name) -> Name:
        above = self._above
        while (up := above.setdefault(name, name)) != name:
            above[name] = name = above[up]
        return name


def _secret(tenant: str, fingerprint: str) -> Name:
    # No principal's tenant begins like this.
    return f"\0{tenant}", fingerprint
