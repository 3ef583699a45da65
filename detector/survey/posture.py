"""What a person should know of how credentials are kept and handled, before any misuse.

Concerns, never findings: nobody is paged, nothing is revoked. They are read from the same events as the
sightings, as of the latest of them.

Examples:
    >>> from schemas.event import Action, Principal
    >>> posture = Posture()
    >>> for time, access in ((5, "secret_read"), (9, "write")):
    ...     posture.add(ActivityEvent("e", "s", "t", time, Principal("app"), action=Action("x", "y", access)))
    >>> [concern.kind for concern in posture.concerns(Sightings(), [])]
    ['reads_secrets_and_acts']
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from msgspec import Struct

from detector.config import DAY, HOUR, MINUTE
from detector.report.words import several, span
from detector.survey.lines import Line, few
from detector.survey.sightings import Sightings
from schemas.event import ActivityEvent

Kind = Literal[
    "reads_secrets_and_acts", "past_rotation", "no_owner", "stored_too_wide", "stored_too_long",
    "task_not_ended",
]  # fmt: skip
SAYS: Mapping[Kind, str] = {
    "reads_secrets_and_acts": "Reads secrets and acts, with no approval between",
    "past_rotation": "Static credential past its rotation",
    "no_owner": "Static credential without an owner",
    "stored_too_wide": "Stored static credential with too wide a scope",
    "stored_too_long": "Stored static credential with too long a life",
    "task_not_ended": "Task is over, and no receipt says that its credential is",
}
_ORDER: Mapping[str, int] = {kind: n for n, kind in enumerate(SAYS)}
MAX_AGE_DAYS = 90
_BETWEEN = HOUR
_RECEIPT = 5 * MINUTE
_MOST = 100_000
_ACTS = frozenset({"write", "delete", "admin", "credential_issue"})

Name = tuple[str, str]


class Concern(Struct, frozen=True):
    """One thing to look at: `subject` is an identity, a credential or a task, `since` epoch ms."""

    kind: Kind
    tenant: str
    subject: str
    says: str
    since: int | None = None


class _Habit(Struct):
    """What one identity does: its last secret read and approval, and the acts that followed a read."""

    read: int = -1
    secret: str = ""
    approved: int = -1
    acts: int = 0
    first: int = 0
    example: str = ""


class _Job(Struct):
    """One task, its credential and when it was over."""

    secrets: dict[str, None]
    over: int | None = None


class Posture:
    """Gathers what concerns people. Events come in order of time; `max_age` is in days."""

    def __init__(self, max_age: int = MAX_AGE_DAYS, most: int = _MOST) -> None:
        """Begin with nothing seen."""
        self._max_age = max_age * DAY
        self._most = most
        self._habits: dict[Name, _Habit] = {}
        self._jobs: dict[Name, _Job] = {}
        self._latest = 0

    def add(self, event: ActivityEvent) -> None:
        """One event."""
        self._latest = max(self._latest, event.time)
        if event.task is not None:
            self._job(event)
        action, outcome = event.action, event.outcome
        if event.kind == "approval":
            self._habit(event).approved = event.time
        elif action is not None and (outcome is None or outcome.status == "success"):
            if action.access == "secret_read":
                habit = self._habit(event)
                habit.read = event.time
                habit.secret = event.target.uid if event.target is not None else action.operation
            elif action.access in _ACTS and (event.tenant, event.principal.uid) in self._habits:
                self._act(event, f"{action.service}:{action.operation}")

    def _act(self, event: ActivityEvent, operation: str) -> None:
        habit = self._habits[event.tenant, event.principal.uid]
        if habit.read < 0 or event.time - habit.read > _BETWEEN or habit.approved >= habit.read:
            return
        if not habit.acts:
            habit.first, habit.example = event.time, f"read {habit.secret}, then {operation}"
        habit.acts += 1

    def _habit(self, event: ActivityEvent) -> _Habit:
        name = event.tenant, event.principal.uid
        habit = self._habits.get(name)
        if habit is None:
            if len(self._habits) >= self._most:
                quiet = (name for name, one in self._habits.items() if not one.acts)
                del self._habits[next(quiet, next(iter(self._habits)))]
            habit = self._habits[name] = _Habit()
        return habit

    def _job(self, event: ActivityEvent) -> None:
        task, child = event.task, event.child
        if task is None:
            return
        job = self._jobs.get((event.tenant, task.uid))
        if job is None:
            if len(self._jobs) >= self._most:
                del self._jobs[next(iter(self._jobs))]
            job = self._jobs[event.tenant, task.uid] = _Job({})
        for one in (child.credential if child is not None else None, event.credential):
            if one is not None and len(job.secrets) < 2:
                job.secrets[one.fingerprint] = None
                break
        if task.ended:
            job.over = event.time if job.over is None else min(job.over, event.time)
        elif task.ends is not None and job.over is None:
            job.over = task.ends

    def concerns(self, seen: Sightings, lines: Iterable[Line]) -> list[Concern]:
        """Everything that there is to say, kind by kind, as of the latest event."""
        found = [*self._of_habits(), *self._of_jobs(seen)]
        for line in lines:
            if line.entry.lifetime == "static" and not line.entry.canary:
                found += self._of_static(line)
        return sorted(found, key=lambda one: (_ORDER[one.kind], one.tenant, one.subject, one.says))

    def _of_habits(self) -> Iterator[Concern]:
        for (tenant, who), habit in self._habits.items():
            if habit.acts:
                says = f"{several(habit.acts, 'time')}, first {habit.example}"
                yield Concern("reads_secrets_and_acts", tenant, who, says, habit.first)

    def _of_jobs(self, seen: Sightings) -> Iterator[Concern]:
        for (tenant, task), job in self._jobs.items():
            if job.over is None or job.over + _RECEIPT > self._latest:
                continue
            for secret in job.secrets:
                row = seen.of(tenant, secret)
                if row is not None and not row.is_over(self._latest):
                    says = f"credential {row.label} has not been ended"
                    yield Concern("task_not_ended", tenant, task, says, job.over)

    def _of_static(self, line: Line) -> Iterator[Concern]:
        entry, row = line.entry, line.seen
        if row is not None and row.is_over(self._latest):
            return
        tenant, born = line.tenant, entry.renewed
        age = self._latest - born if born is not None else None
        period = entry.rotation_days * DAY if entry.rotation_days else None
        if age is not None and age > (period or self._max_age):
            due = f"due every {entry.rotation_days} days" if period else "no period declared"
            yield Concern("past_rotation", tenant, entry.name, f"{span(age)} old, {due}", born)
        if not entry.owner:
            says = f"used by {few(row.principals)}" if row is not None else "not seen in use"
            yield Concern("no_owner", tenant, entry.name, says, row.first if row else None)
        if entry.stored_at:
            yield from self._of_stored(line, born, age)

    def _of_stored(self, line: Line, born: int | None, age: int | None) -> Iterator[Concern]:
        entry, row, place = line.entry, line.seen, f"kept at {line.entry.stored_at}"
        wide = (row.wide_scopes() or row.unused_scopes()) if row is not None else ()
        if wide:
            says = f"{place}; leaves nothing out or was never used: {few(wide)}"
            yield Concern("stored_too_wide", line.tenant, entry.name, says, born)
        expires = row.expires if row is not None else None
        life = expires - born if expires is not None and born is not None else age
        if life is not None and life > self._max_age:
            says = f"{place}; lives for {span(life)} or more"
            yield Concern("stored_too_long", line.tenant, entry.name, says, born)
