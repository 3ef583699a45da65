"""The inventory: which ids are of one credential, whose it is, and what it may be used for.

Logs know one secret by different ids: a hash here, a key id there. An inventory ties them together,
so that all its uses meet at one entity; and it says what no log does: who owns a credential, how old
it may become, where it may be used, where it is stored, that it is a canary. It never holds a secret.

Applied while records are decoded. A successful read of the secret that holds a credential hands it
to whoever read it: from then on its use by somebody else can be traced back.

Examples:
    >>> from detector.sources.fingerprint import Fingerprints
    >>> prints = Fingerprints("a key of at least sixteen characters")
    >>> row = Row(name="deploy key", ids=("access_key_id:AKIAIOSFODNN7EXAMPLE", "vault_lease_id:l-1"))
    >>> known = Inventory((row,)).of("acme", prints)
    >>> lease = prints.of_public("acme", "vault_lease_id", "l-1")
    >>> known.by_mark[lease].mark == prints.of_public("acme", "access_key_id", "AKIAIOSFODNN7EXAMPLE")
    True
"""

from fnmatch import fnmatchcase
from ipaddress import IPv4Network, IPv6Network, ip_address

from msgspec import Struct, structs

from detector.sources.fingerprint import Fingerprints
from schemas.event import ActivityEvent, Child, Credential, Lifetime, Posture

SHA256 = "sha256"
_READS = "secret_read"


class Row(Struct, frozen=True, kw_only=True):
    """One credential. `ids` are `kind:uid` pairs, `sha256:` that of the secret itself; times are
    epoch ms, the rotation period days; `workloads` and `tasks` are globs. Nothing listed is no limit."""

    name: str
    ids: tuple[str, ...]
    owner: str = ""
    type: str = ""
    lifetime: Lifetime = ""
    created: int | None = None
    rotated: int | None = None
    rotation_days: int | None = None
    workloads: tuple[str, ...] = ()
    origins: tuple[IPv4Network | IPv6Network, ...] = ()
    tasks: tuple[str, ...] = ()
    protected: bool = False
    canary: bool = False
    stored_at: tuple[str, ...] = ()


class Known(Struct, frozen=True):
    """A row under the fingerprint that stands for all of its ids."""

    mark: str
    row: Row


class Tenant(Struct, frozen=True):
    """What is known in one tenant: by fingerprint, and by the place where a secret is stored."""

    by_mark: dict[str, Known]
    by_place: dict[str, Known]


class Inventory:
    """All rows. Fingerprints are made once for each tenant."""

    __slots__ = ("_tenants", "rows")

    def __init__(self, rows: tuple[Row, ...]) -> None:
        self.rows = rows
        self._tenants: dict[str, Tenant] = {}

    def __reduce__(self) -> tuple[type["Inventory"], tuple[tuple[Row, ...]]]:
        """For a process that decodes beside this one."""
        return Inventory, (self.rows,)

    def of(self, tenant: str, prints: Fingerprints) -> Tenant:
        """The rows as a tenant's events know them."""
        found = self._tenants.get(tenant)
        if found is None:
            found = self._tenants[tenant] = self._made(tenant, prints)
        return found

    def _made(self, tenant: str, prints: Fingerprints) -> Tenant:
        by_mark: dict[str, Known] = {}
        by_place: dict[str, Known] = {}
        for row in self.rows:
            marks = [_mark(one, tenant, prints) for one in row.ids]
            known = Known(marks[0], row)
            by_mark.update(dict.fromkeys(marks, known))
            by_place.update(dict.fromkeys(row.stored_at, known))
        return Tenant(by_mark, by_place)

    def applied(self, event: ActivityEvent, prints: Fingerprints) -> ActivityEvent:
        """The event with what the inventory knows of its credentials."""
        tenant = self.of(event.tenant, prints)
        credential, child = event.credential, event.child
        known = tenant.by_mark.get(credential.fingerprint) if credential is not None else None
        if credential is not None and known is not None:
            event = structs.replace(
                event,
                credential=_filled(credential, known),
                posture=_posture(known.row, event, event.posture),
            )
        if child is not None and child.credential is not None:
            other = tenant.by_mark.get(child.credential.fingerprint)
            if other is not None:
                made = Child(_filled(child.credential, other), child.principal)
                event = structs.replace(event, child=made)
        return _handed(event, tenant)


def _mark(uid: str, tenant: str, prints: Fingerprints) -> str:
    kind, _, value = uid.partition(":")
    if kind == SHA256:
        return prints.of_digest(tenant, bytes.fromhex(value))
    return prints.of_public(tenant, kind, value)


def _filled(credential: Credential, known: Known) -> Credential:
    row = known.row
    bound = row.workloads[0] if len(row.workloads) == 1 and "*" not in row.workloads[0] else ""
    return structs.replace(
        credential,
        fingerprint=known.mark,
        type=credential.type or row.type,
        lifetime=credential.lifetime or row.lifetime,
        issued=credential.issued if credential.issued is not None else row.created,
        bound_to=credential.bound_to or bound,
    )


def _posture(row: Row, event: ActivityEvent, told: Posture | None) -> Posture:
    told = told or Posture()
    return Posture(
        created=told.created if told.created is not None else row.created,
        rotated=told.rotated if told.rotated is not None else row.rotated,
        rotation_days=row.rotation_days if told.rotation_days is None else told.rotation_days,
        owner=told.owner or row.owner,
        protected=told.protected or row.protected,
        canary=told.canary or row.canary,
        outside=told.outside or _outside(row, event),
    )


def _outside(row: Row, event: ActivityEvent) -> str:
    """Which limit of the inventory a use is beyond, in words; empty if none."""
    workload, origin, task = event.workload, event.origin, event.task
    if row.workloads and workload is not None and not _matches(workload.uid, row.workloads):
        return f"the inventory does not allow workload {workload.uid}"
    if row.tasks and task is not None and not _matches(task.uid, row.tasks):
        return f"the inventory does not allow task {task.uid}"
    if row.origins and origin is not None and origin.address and not origin.via:
        try:
            address = ip_address(origin.address)
        except ValueError:
            return ""
        if not any(address in network for network in row.origins):
            return f"the inventory does not allow origin {origin.address}"
    return ""


def _handed(event: ActivityEvent, tenant: Tenant) -> ActivityEvent:
    """A stored credential that was read is one that was handed to its reader."""
    action, target = event.action, event.target
    if not tenant.by_place or event.kind != "use" or event.child is not None:
        return event
    if action is None or target is None or action.access != _READS:
        return event
    if event.outcome is not None and event.outcome.status != "success":
        return event
    known = tenant.by_place.get(target.uid) or tenant.by_place.get(f"{action.service}:{target.uid}")
    if known is None:
        return event
    row = known.row
    kind, _, uid = row.ids[0].partition(":")
    stored = Credential(known.mark, uid, kind, row.type, row.lifetime or "static")
    return structs.replace(event, kind="issue", child=Child(stored, None))


def _matches(value: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(value, pattern) for pattern in patterns)
