"""What a person should know even before any misuse. Never a page: nothing here is a finding.

References:
    OWASP Non-Human Identities Top 10 2025: NHI1 improper offboarding, NHI5 overprivileged NHI, NHI7
    long-lived secrets.

Examples:
    >>> from schemas.event import Action, Principal
    >>> posture = Posture()
    >>> for uid, access in (("a", "secret_read"), ("b", "delete")):
    ...     posture.add(ActivityEvent(uid, "vault", "t", 0, Principal("agent:a7", type="agent"),
    ...         action=Action("vault", "x", access)))
    >>> [weakness.what for weakness in posture.weaknesses([])]
    ['reads secrets and acts']
"""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from detector.census.census import Counted
from schemas.event import ActivityEvent

_DAY = 86_400_000
_MOST = 200_000
_OLD_DAYS = 90
_LONG_DAYS = 30
_WIDE = frozenset({"root", "*", "admin", "sudo"})
_ACTS = frozenset({"write", "delete", "admin", "credential_issue"})
_VAULTS = ("vault", "conjur", "akeyless")


class Weakness(Struct, frozen=True):
    """One thing to put right: `subject` is a credential, a principal or a task."""

    what: str
    subject: str
    detail: str


class Posture:
    """Looks at identities and tasks, event by event; at credentials when asked. Bounded as a census
    is: beyond `most` identities no further ones are looked at."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._reads: dict[str, str] = {}
        self._acts: dict[str, str] = {}
        self._approved: set[str] = set()
        self._tasks: dict[str, tuple[int, int | None]] = {}
        self._last = 0

    def add(self, event: ActivityEvent) -> None:
        """Look at one event."""
        self._last = max(self._last, event.time)
        who, action, task = event.principal.uid, event.action, event.task
        if event.kind == "approval" or (task is not None and task.approver):
            self._note(self._approved, who)
        if task is not None and event.kind == "task":
            if task.ended:
                self._tasks.pop(task.uid, None)
            elif len(self._tasks) < self._most:
                self._tasks[task.uid] = (event.time, task.ends)
        if action is None or event.principal.type in {"human", "provider"}:
            return
        if action.access == "secret_read" and len(self._reads) < self._most:
            self._reads.setdefault(who, f"{action.service} {action.operation}")
        elif action.access in _ACTS and len(self._acts) < self._most:
            self._acts.setdefault(who, f"{action.service} {action.operation}")

    def _note(self, into: set[str], who: str) -> None:
        if len(into) < self._most:
            into.add(who)

    def weaknesses(self, credentials: Iterable[Counted]) -> list[Weakness]:
        """All there are, identities first."""
        return [*self._identities(), *self._overdue(), *_of_credentials(credentials, self._last)]

    def _identities(self) -> Iterator[Weakness]:
        for who in sorted(self._reads.keys() & self._acts.keys() - self._approved):
            detail = f"{self._reads[who]}; {self._acts[who]}; no approval between"
            yield Weakness("reads secrets and acts", who, detail)

    def _overdue(self) -> Iterator[Weakness]:
        for uid, (began, ends) in sorted(self._tasks.items()):
            if ends is not None and ends < self._last:
                hours = (self._last - began) // 3_600_000
                yield Weakness(
                    "task without an end receipt", uid, f"begun {hours} h ago, over since"
                )


def _of_credentials(rows: Iterable[Counted], now: int) -> Iterator[Weakness]:
    for row in rows:
        name = min(row.ids) if row.ids else row.mark
        if row.ended is not None or row.canary:
            continue
        vault = any(word in f"{row.type} {name}" for word in _VAULTS)
        if vault:
            yield from _of_vault(row, name)
        if row.lifetime != "static":
            continue
        born = row.rotated if row.rotated is not None else row.issued
        days = (now - born) // _DAY if born is not None else None
        due = row.rotation_days or _OLD_DAYS
        if days is not None and days > due:
            yield Weakness("past its rotation", name, f"{days} days old, due after {due}")
        if not row.owner:
            users = ", ".join(sorted(row.principals)[:3]) or "nobody here"
            yield Weakness("static without an owner", name, f"used by {users}")


def _of_vault(row: Counted, name: str) -> Iterator[Weakness]:
    wide = sorted(row.limits & _WIDE)
    if wide:
        yield Weakness("too wide a scope", name, f"policies {', '.join(wide)}")
    if row.expires is not None and row.issued is not None:
        days = (row.expires - row.issued) // _DAY
        if days > _LONG_DAYS:
            yield Weakness("too long a life", name, f"lives {days} days")
