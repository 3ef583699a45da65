"""Every credential that logs show: by whom it is used, from where, since when, for what.

Of too many the sessions that were used the longest ago are let go, since nobody keeps a list of those;
`dropped` counts them. What is listed within a row (users, places, operations) is bounded as well.

Examples:
    >>> from schemas.event import Principal
    >>> seen = Sightings()
    >>> for time in (9, 5, 7):
    ...     seen.add(ActivityEvent("e", "s", "t", time, Principal("app"), credential=Credential("9f")))
    >>> [(row.fingerprint, row.uses, row.first, row.last) for row in seen.rows()]
    [('9f', 3, 5, 9)]
"""

from collections.abc import Iterable
from fnmatch import fnmatchcase

from msgspec import Struct, field

from detector.sources.inventory import FINGERPRINT
from schemas.event import ActivityEvent, Credential, Lifetime

MOST = 200_000
_MOST_LISTED = 16
_MOST_OPERATIONS = 256
_SPARE = 1.1
_READS = frozenset({"read", "list", "secret_read"})
_STARS = frozenset({"*", "*:*", "admin", "root", "all", "full_access"})

Names = dict[str, None]
Operation = tuple[str, str, str]


class Sighting(Struct):
    """One credential. Times are epoch ms; lists keep the first names that came. `cut` says that there
    were more of them."""

    tenant: str
    fingerprint: str
    ids: Names = field(default_factory=dict)
    type: str = ""
    lifetime: Lifetime = ""
    owner: str = ""
    issued: int | None = None
    expires: int | None = None
    rotated: int | None = None
    rotation_days: int | None = None
    protected: bool = False
    canary: bool = False
    first: int | None = None
    last: int | None = None
    ended: int | None = None
    uses: int = 0
    principals: Names = field(default_factory=dict)
    networks: Names = field(default_factory=dict)
    sources: Names = field(default_factory=dict)
    workloads: Names = field(default_factory=dict)
    issued_by: str = ""
    scopes: Names = field(default_factory=dict)
    operations: dict[Operation, None] = field(default_factory=dict)
    cut: bool = False

    @property
    def static(self) -> bool:
        """Whether it lives until somebody ends it."""
        return self.lifetime == "static"

    @property
    def label(self) -> str:
        """The name by which people know it: its first id."""
        return next(iter(self.ids), f"{FINGERPRINT}:{self.fingerprint}")

    def is_over(self, now: int) -> bool:
        """Whether somebody ended it, or it has expired."""
        return self.ended is not None or (self.expires is not None and self.expires <= now)

    def described(self, credential: Credential) -> None:
        """What an event says of the credential itself."""
        if credential.uid and credential.uid_kind:
            self._list(self.ids, f"{credential.uid_kind}:{credential.uid}")
        self.type = self.type or credential.type
        self.lifetime = self.lifetime or credential.lifetime
        if credential.issued is not None:
            self.issued = min(credential.issued, self.issued or credential.issued)
        if credential.expires is not None:
            self.expires = max(credential.expires, self.expires or 0)
        for scope in credential.scopes:
            self._list(self.scopes, scope)
        if credential.bound_to:
            self._list(self.workloads, credential.bound_to)

    def used(self, event: ActivityEvent) -> None:
        """It was used."""
        self.uses += 1
        self.first = event.time if self.first is None else min(self.first, event.time)
        self.last = event.time if self.last is None else max(self.last, event.time)
        self.owner = self.owner or event.principal.owner
        self._list(self.principals, event.principal.uid)
        self._list(self.sources, event.source)
        if event.origin is not None and event.origin.network and not event.origin.via:
            self._list(self.networks, event.origin.network)
        action = event.action
        if action is not None and self.scopes and len(self.operations) < _MOST_OPERATIONS:
            self.operations[action.service, action.operation, action.access] = None

    def known(self, event: ActivityEvent) -> None:
        """What the event or an inventory says of how it is kept."""
        said = event.posture
        if said is None:
            return
        self.owner = said.owner or self.owner
        self.issued = said.created if said.created is not None else self.issued
        self.rotated = said.rotated if said.rotated is not None else self.rotated
        self.rotation_days = said.rotation_days or self.rotation_days
        self.protected, self.canary = self.protected or said.protected, self.canary or said.canary

    def unused_scopes(self) -> tuple[str, ...]:
        """The scopes that name a service or an operation, of which nothing was ever done. Of a scope
        in the words of its own system nobody can say, so it is not among them."""
        services = {service for service, _, _ in self.operations}
        named = [scope for scope in self.scopes if ":" in scope or scope in services]
        return tuple(scope for scope in named if not self._is_used(scope))

    def wide_scopes(self) -> tuple[str, ...]:
        """The scopes that leave nothing out."""
        return tuple(s for s in self.scopes if s.lower() in _STARS or s.endswith(":*"))

    def _is_used(self, scope: str) -> bool:
        service, _, what = scope.partition(":")
        return any(
            fnmatchcase(f"{done}:{operation}", scope)
            or (done == service and what in ("", access, "read" if access in _READS else "write"))
            for done, operation, access in self.operations
        )

    def _list(self, names: Names, name: str) -> None:
        if name in names:
            return
        if len(names) < _MOST_LISTED:
            names[name] = None
        else:
            self.cut = True


class Sightings:
    """All credentials of a log, at most `most` of them."""

    def __init__(self, most: int = MOST) -> None:
        """Begin with nothing seen."""
        self._rows: dict[tuple[str, str], Sighting] = {}
        self._most = most
        self.dropped = 0
        self.latest = 0

    def add(self, event: ActivityEvent) -> None:
        """One event."""
        self.latest = max(self.latest, event.time)
        credential, child = event.credential, event.child
        if credential is not None:
            row = self._row(event.tenant, credential)
            if event.kind in {"use", "issue", "approval"} or child is not None:
                row.used(event)
            elif event.kind == "end":
                row.ended = max(event.time, row.ended or 0)
            row.known(event)
        made = child.credential if child is not None else None
        if made is not None and (event.outcome is None or event.outcome.status == "success"):
            self._child(event, self._row(event.tenant, made))

    def _child(self, event: ActivityEvent, row: Sighting) -> None:
        if event.kind == "issue":
            row.issued_by = row.issued_by or event.principal.uid
            row.issued = event.time if row.issued is None else min(row.issued, event.time)
        elif event.kind == "end":
            row.ended = max(event.time, row.ended or 0)
        if event.credential is None:
            row.known(event)

    def _row(self, tenant: str, credential: Credential) -> Sighting:
        key = tenant, credential.fingerprint
        row = self._rows.get(key)
        if row is None:
            if len(self._rows) >= self._most * _SPARE:
                self._let_go()
            row = self._rows[key] = Sighting(tenant, credential.fingerprint)
        row.described(credential)
        return row

    def _let_go(self) -> None:
        rows = sorted(
            self._rows.items(), key=lambda item: (item[1].static, item[1].last or 0, item[0])
        )
        for key, _ in rows[: len(rows) - self._most]:
            del self._rows[key]
            self.dropped += 1

    def rows(self, *, static: bool = False) -> list[Sighting]:
        """The static ones first, then what is used most."""
        if len(self._rows) > self._most:
            self._let_go()
        found: Iterable[Sighting] = self._rows.values()
        return sorted(
            (row for row in found if row.static or not static),
            key=lambda row: (not row.static, -row.uses, row.tenant, row.fingerprint),
        )

    def of(self, tenant: str, fingerprint: str) -> Sighting | None:
        """The row of a credential."""
        return self._rows.get((tenant, fingerprint))
