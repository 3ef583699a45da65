"""The inventory: what an operator knows of credentials, joined to what the logs say of them.

An entry ties the ids that systems know one secret by (a public id, a hash, an accessor) to one
credential. While a record is decoded its credential gets the *canonical* fingerprint, which is that of
the first id, and what the log leaves out of owner, lifetime and binding. Whether a use lies inside what
the entry allows is decided here, so that the engine need not know the entry.

Examples:
    >>> from schemas.event import Principal
    >>> prints = Fingerprints("a key of at least sixteen characters")
    >>> entry = Entry("billing-db", ("access_key_id:AKIAIOSFODNN7EXAMPLE", "vault_accessor:h3Zk"),
    ...               owner="billing", canary=True)
    >>> inventory = Inventory([entry], prints)
    >>> used = Credential(prints.of_public("acme", "vault_accessor", "h3Zk"))
    >>> event = ActivityEvent("e", "vault", "acme", 0, Principal("app"), credential=used)
    >>> known = inventory.applied(event)
    >>> known.credential.fingerprint == prints.of_public("acme", "access_key_id", "AKIAIOSFODNN7EXAMPLE")
    True
    >>> known.principal.owner, known.posture.canary
    ('billing', True)
"""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from msgspec import Struct
from msgspec.structs import replace

from detector.sources.fingerprint import Fingerprints, sha256_in
from detector.sources.stored import names_of, read_from
from schemas.event import ActivityEvent, Bounds, Child, Credential, Lifetime, Origin, Posture

Network = IPv4Network | IPv6Network
FINGERPRINT, _DIGEST = "fingerprint", "sha256"
"""The kind of an id that is a fingerprint under our own key, for what no log knows by a public id."""
_USES = frozenset({"use", "issue"})
_GLOBS = frozenset("*?[")
_TENANTS = 256
_NO_POSTURE = Posture()


class Entry(Struct, frozen=True):
    """One credential. Each of `ids` is `kind:uid`. Empty `workloads`, `origins` and `tasks` allow all;
    `workloads` and `tasks` are glob patterns. Times are epoch ms. Without a `tenant` it is known in
    every one."""

    name: str
    ids: tuple[str, ...]
    tenant: str = ""
    owner: str = ""
    type: str = ""
    lifetime: Lifetime = ""
    created: int | None = None
    rotated: int | None = None
    rotation_days: int | None = None
    workloads: tuple[str, ...] = ()
    origins: tuple[Network, ...] = ()
    tasks: tuple[str, ...] = ()
    protected: bool = False
    canary: bool = False
    stored_at: str = ""

    @property
    def renewed(self) -> int | None:
        """When the secret that is in use now came into the world."""
        return self.created if self.rotated is None else self.rotated


class _Known(Struct, frozen=True):
    """The entries of one tenant: by fingerprint, with the canonical one, and by where they are kept."""

    by_mark: Mapping[str, tuple[str, Entry]]
    by_place: Mapping[str, tuple[str, Entry]]


class Inventory:
    """All entries, under one fingerprint key. `applied` is what decoding calls."""

    __slots__ = ("_known", "_prints", "entries")

    def __init__(self, entries: Iterable[Entry], prints: Fingerprints) -> None:
        self.entries = tuple(entries)
        self._prints = prints
        self._known: dict[str, _Known] = {}

    def __reduce__(self) -> tuple[type["Inventory"], tuple[tuple[Entry, ...], Fingerprints]]:
        """For a process that decodes beside this one."""
        return Inventory, (self.entries, self._prints)

    def entry_of(self, tenant: str, fingerprint: str) -> Entry | None:
        """The entry of a credential, canonical or not."""
        found = self._of(tenant).by_mark.get(fingerprint)
        return found[1] if found is not None else None

    def applied(self, event: ActivityEvent) -> ActivityEvent:
        """The event with what the inventory knows; the same one if that is nothing."""
        known = self._known.get(event.tenant) or self._of(event.tenant)
        marks = known.by_mark
        used, child = event.credential, event.child
        made = child.credential if child is not None else None
        ours = marks.get(used.fingerprint) if used is not None else None
        theirs = marks.get(made.fingerprint) if made is not None else None
        read = _stored(known, event) if child is None else None
        if ours is None and theirs is None and read is None:
            return event
        if used is not None and ours is not None:
            used = _told(used, *ours)
        if made is not None and theirs is not None and child is not None:
            child = replace(child, credential=_told(made, *theirs))
        if read is not None:
            child = Child(_told(Credential(read[0]), *read))
        event = replace(event, credential=used, child=child)
        if ours is not None:
            return _used(event, ours[1])
        if theirs is not None and event.credential is None:
            return replace(event, posture=_posture(event, theirs[1], ""))
        return event

    def _of(self, tenant: str) -> _Known:
        found = self._known.get(tenant)
        if found is None:
            if len(self._known) >= _TENANTS:
                self._known.clear()
            found = self._known[tenant] = self._made(tenant)
        return found

    def _made(self, tenant: str) -> _Known:
        by_mark: dict[str, tuple[str, Entry]] = {}
        by_place: dict[str, tuple[str, Entry]] = {}
        for entry in self.entries:
            if entry.tenant not in ("", tenant):
                continue
            marks = [mark for one in entry.ids for mark in marks_of(self._prints, tenant, one)]
            row = marks[0], entry
            by_mark.update(dict.fromkeys(marks, row))
            if entry.stored_at:
                by_place.update(dict.fromkeys(names_of(entry.stored_at), row))
        return _Known(by_mark, by_place)


def marks_of(prints: Fingerprints, tenant: str, one: str) -> list[str]:
    """The fingerprints that sources may give a credential with an id, `kind:uid`. A hash of the secret
    is its digest in most logs; where a log takes it for a public id it is one."""
    kind, _, uid = one.partition(":")
    if kind == FINGERPRINT:
        return [uid]
    digest = sha256_in(uid)
    found = [prints.of_digest(tenant, digest)] if digest is not None else []
    return found if kind == _DIGEST else [*found, prints.of_public(tenant, kind, uid)]


def _stored(known: _Known, event: ActivityEvent) -> tuple[str, Entry] | None:
    """The credential that this event took from where it is kept."""
    if not known.by_place:
        return None
    names = read_from(event)
    return next((row for name in names if (row := known.by_place.get(name)) is not None), None)


def _told(credential: Credential, canonical: str, entry: Entry) -> Credential:
    """The credential under its canonical fingerprint, with what its log leaves out."""
    alone = entry.workloads[0] if len(entry.workloads) == 1 else ""
    issued = credential.issued
    return replace(
        credential,
        fingerprint=canonical,
        type=credential.type or entry.type,
        lifetime=credential.lifetime or entry.lifetime,
        issued=entry.renewed if issued is None else issued,
        bound_to=credential.bound_to or ("" if _GLOBS & set(alone) else alone),
    )


def _used(event: ActivityEvent, entry: Entry) -> ActivityEvent:
    """The event of a use: whoever works with a credential belongs to its owner, unless the log says
    otherwise; whoever reports on one does not."""
    principal = event.principal
    if entry.owner and not principal.owner and event.kind in _USES:
        principal = replace(principal, owner=entry.owner)
    return replace(
        event, principal=principal, posture=_posture(event, entry, _bounds(event, entry))
    )


def _posture(event: ActivityEvent, entry: Entry, bounds: Bounds) -> Posture:
    said = event.posture or _NO_POSTURE
    return Posture(
        created=entry.created if said.created is None else said.created,
        rotated=entry.rotated if said.rotated is None else said.rotated,
        rotation_days=entry.rotation_days if said.rotation_days is None else said.rotation_days,
        owner=said.owner or entry.owner,
        protected=said.protected or entry.protected,
        canary=said.canary or entry.canary,
        bounds=bounds,
    )


def _bounds(event: ActivityEvent, entry: Entry) -> Bounds:
    """How a use stands to what is allowed: where the log is silent nothing is held against it."""
    workload, task = event.workload, event.task
    if entry.origins and _outside(event.origin, entry.origins):
        return "origin"
    if entry.workloads and workload is not None and not _any(workload.uid, entry.workloads):
        return "workload"
    if entry.tasks and task is not None and not _any(task.uid, entry.tasks):
        return "task"
    return "inside" if entry.origins or entry.workloads else ""


def _any(uid: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(uid, pattern) for pattern in patterns)


def _outside(origin: Origin | None, allowed: tuple[Network, ...]) -> bool:
    if origin is None or origin.via:
        return False
    address = _address(origin.address)
    return address is not None and not any(address in network for network in allowed)


@lru_cache(8_192)
def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None
