"""Every credential that is seen in a run of events: by whom, from where, how old, how long lived.

Memory is bounded: beyond `most` credentials those of sessions are given up first, the oldest of them
before the others; how many were is told.

Examples:
    >>> from schemas.event import Credential, Principal
    >>> census = Census()
    >>> for time in (0, 5_000):
    ...     census.add(ActivityEvent(f"e{time}", "okta", "t", time, Principal("okta:00u1"),
    ...         credential=Credential("f", "00T1", "okta_token_id", lifetime="static")))
    >>> [(row.ids, row.uses, row.last) for row in census.rows()]
    [({'okta_token_id:00T1'}, 2, 5000)]
"""

from collections.abc import Iterable

from msgspec import Struct

from schemas.event import ActivityEvent, Credential, Posture

_MOST = 200_000
_FEW = 16


class Counted(Struct):
    """One credential. Sets hold a few values each; `users` and `networks` count the others too.

    `limits` are declared scopes, `touched` the services it was used on; times are epoch ms.
    """

    mark: str
    ids: set[str]
    type: str = ""
    lifetime: str = ""
    owner: str = ""
    issuer: str = ""
    principals: set[str] = set()
    networks: set[str] = set()
    sources: set[str] = set()
    workloads: set[str] = set()
    limits: set[str] = set()
    touched: set[str] = set()
    uses: int = 0
    issued: int | None = None
    rotated: int | None = None
    rotation_days: int | None = None
    expires: int | None = None
    first: int = 0
    last: int = 0
    ended: int | None = None
    exposed: int | None = None
    protected: bool = False
    canary: bool = False

    @property
    def age_days(self) -> int | None:
        """Days from its issue, or its last rotation, to its last use; None if neither is known."""
        born = self.rotated if self.rotated is not None else self.issued
        return None if born is None else max(0, self.last - born) // 86_400_000

    @property
    def unused(self) -> list[str]:
        """Declared scopes in whose name nothing of what it was used on appears."""
        used = " ".join(self.touched).lower()
        return sorted(one for one in self.limits if not any(w in used for w in _words(one)))


def _words(scope: str) -> list[str]:
    parts = scope.lower().replace("/", ":").replace(".", ":").split(":")
    return [part for part in parts if len(part) > 2] or [scope.lower()]


class Census:
    """Counts credentials, event by event. `forgotten` were given up for want of room."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._seen: dict[str, Counted] = {}
        self.forgotten = 0

    def add(self, event: ActivityEvent) -> None:
        """Count one event: uses, what it issued, what it ended, what was exposed."""
        child = event.child.credential if event.child is not None else None
        if event.credential is not None:
            row = self._row(event.credential, event)
            if event.kind in {"use", "issue"}:
                self._used(row, event)
            if event.kind == "exposure" and child is None:
                row.exposed = min(event.time, row.exposed or event.time)
            if event.kind == "end" and child is None:
                row.ended = event.time
            self._told(row, event.posture)
        if child is not None:
            row = self._row(child, event)
            if event.kind == "issue":
                row.issuer = row.issuer or event.principal.uid
                row.issued = row.issued if row.issued is not None else event.time
            elif event.kind == "end":
                row.ended = event.time
            elif event.kind == "exposure":
                row.exposed = min(event.time, row.exposed or event.time)

    def rows(self) -> list[Counted]:
        """All of them: static ones first, then those used most."""
        order = {"static": 0, "": 1, "ephemeral": 2}
        return sorted(
            self._seen.values(), key=lambda row: (order[row.lifetime], -row.uses, row.mark)
        )

    def _row(self, credential: Credential, event: ActivityEvent) -> Counted:
        row = self._seen.get(credential.fingerprint)
        if row is None:
            if len(self._seen) >= self._most:
                self._make_room()
            row = Counted(credential.fingerprint, set(), first=event.time, last=event.time)
            row.principals, row.networks, row.sources = set(), set(), set()
            row.workloads, row.limits, row.touched = set(), set(), set()
            self._seen[credential.fingerprint] = row
        if credential.uid:
            _few(row.ids, (f"{credential.uid_kind or 'id'}:{credential.uid}",))
        row.type = row.type or credential.type
        row.lifetime = row.lifetime or credential.lifetime
        row.issued = row.issued if row.issued is not None else credential.issued
        row.expires = credential.expires if credential.expires is not None else row.expires
        _few(row.limits, credential.scopes)
        return row

    def _used(self, row: Counted, event: ActivityEvent) -> None:
        row.uses += 1
        row.first, row.last = min(row.first, event.time), max(row.last, event.time)
        row.owner = row.owner or event.principal.owner
        _few(row.principals, (event.principal.uid,))
        _few(row.sources, (event.source,))
        if event.origin is not None and event.origin.network:
            _few(row.networks, (event.origin.network,))
        if event.workload is not None:
            _few(row.workloads, (event.workload.uid,))
        if event.action is not None:
            _few(row.touched, (f"{event.action.service}:{event.action.access}",))

    @staticmethod
    def _told(row: Counted, told: Posture | None) -> None:
        if told is not None:
            row.owner = told.owner or row.owner
            row.rotated = told.rotated if told.rotated is not None else row.rotated
            row.issued = told.created if told.created is not None else row.issued
            row.rotation_days = told.rotation_days or row.rotation_days
            row.protected = row.protected or told.protected
            row.canary = row.canary or told.canary

    def _make_room(self) -> None:
        """Give up a tenth: sessions before keys, the longest unused first."""
        order = sorted(
            self._seen.values(), key=lambda row: (row.lifetime == "static", row.last, row.mark)
        )
        for row in order[: max(1, self._most // 10)]:
            del self._seen[row.mark]
            self.forgotten += 1


def _few(into: set[str], values: Iterable[str]) -> None:
    for value in values:
        if len(into) < _FEW:
            into.add(value)
