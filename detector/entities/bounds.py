"""The bounds of a credential, as a principal that uses it knows them.

Its end, its exposure, its expiry, the workload it is bound to and the task it was handed out for
are told to every principal known to use it, and checked on every event: no learning, no window.

Examples:
    >>> from schemas.event import Credential, Principal
    >>> view = CredentialView(ended=5_000, how="revoked")
    >>> event = ActivityEvent(uid="e", source="s", tenant="t", time=9_000, principal=Principal(uid="p"),
    ...     credential=Credential(fingerprint="f"))
    >>> breach(view, event).reason
    'used after it was revoked'
"""

from fnmatch import fnmatchcase

import msgspec
from msgspec import Struct

from schemas.event import ActivityEvent, Credential, Posture, Task

# an agent thinks (inference) over what it looks up; only acting goes beyond that
_LOOKING_ONLY = frozenset({"retrieval", "inference"})
EVERY = "*"  # stands for all credentials of a principal
_GRACE = 2_000
_USES = frozenset({"use", "issue"})
_encode = msgspec.msgpack.Encoder().encode
_WORDS = {
    "revoked": "it was revoked", "deleted": "it was deleted", "expired": "it had expired",
    "task_over": "its task had ended",
}  # fmt: skip
_OUTSIDE: dict[str, str] = {
    "origin": "the networks that the inventory allows",
    "workload": "the workloads that the inventory allows",
    "task": "the tasks that the inventory allows",
}


class CredentialView(Struct):
    """What is known of one credential. Times are epoch ms, the earliest reported; of tasks the
    latest counts, which began at `task_at`. What is `protected` nobody may revoke. `expires` is what
    another system says that issued it."""

    ended: int | None = None
    how: str = ""
    exposed: int | None = None
    bound_to: str = ""
    task: Task | None = None
    task_at: int = 0
    proof: str = ""
    credential: Credential | None = None
    protected: bool = False
    expires: int | None = None

    @property
    def latest(self) -> int:
        """The latest time that is known of it: what there is too much of goes by this."""
        return max(self.ended or 0, self.exposed or 0, self.task_at, self.expires or 0)

    def end(self, time: int, how: str, proof: str) -> None:
        """The credential ended; the earliest end counts."""
        if self.ended is None or (time, proof) < (self.ended, self.proof):
            self.ended, self.how, self.proof = time, how, proof

    def begin(self, time: int, task: Task) -> None:
        """It is used for a task; the latest counts, whichever is told first."""
        if (time, packed_task(task)) > (self.task_at, packed_task(self.task)):
            self.task_at, self.task = time, task


def packed_task(task: Task | None) -> bytes:
    """A task as bytes, by which two of one moment are told apart."""
    return _encode(task)


class Breach(Struct, frozen=True):
    """One bound that an event broke. `proof` is the id of the event that set the bound."""

    kind: str
    reason: str
    score: float
    proof: str = ""


_EXPIRED = Breach("expired", "used after it had expired", 0.9)
_TASK_OVER = Breach("ended", "used after its task had ended", 0.95)


def breach(view: CredentialView | None, event: ActivityEvent) -> Breach | None:
    """The gravest bound that this event breaks, if any."""
    if touches_canary(event):
        return Breach("canary", "a credential that nobody has a reason to use", 1.0)
    if event.kind != "use" or (view is None and not limited(event)):
        return None
    found = after_end(view, event.time)
    return found or _expired(event) or _beyond(view, event)


def _beyond(view: CredentialView | None, event: ActivityEvent) -> Breach | None:
    return _misplaced(view, event) or _outside(event) or _beyond_task(view, event)


def limited(event: ActivityEvent) -> bool:
    """Whether the event itself names a bound that it may have broken."""
    posture = event.posture
    if event.task is not None or (posture is not None and beyond(posture)):
        return True
    credential = event.credential
    return credential is not None and (
        bool(credential.bound_to)
        or (credential.expires is not None and event.time > credential.expires)
    )


def beyond(posture: Posture) -> bool:
    """Whether the inventory itself speaks against a use."""
    return posture.canary or posture.bounds in _OUTSIDE


def touches_canary(event: ActivityEvent) -> bool:
    """Whether a canary is what the event was done with, and not only what it reports on."""
    posture, child = event.posture, event.child
    if posture is None or not posture.canary or event.credential is None:
        return False
    return event.kind in _USES or (child is not None and child.credential is not None)


def after_end(view: CredentialView | None, time: int) -> Breach | None:
    """The breach that any use at `time` would be, because the credential had ended or its secret
    had been seen where it should not be."""
    if view is None:
        return None
    if view.ended is not None and time > view.ended + _GRACE:
        how = _WORDS.get(view.how, "it had ended")
        return Breach("ended", f"used after {how}", 0.97, view.proof)
    if view.expires is not None and time > view.expires + _GRACE:
        return _EXPIRED
    if view.exposed is not None and time > view.exposed + _GRACE:
        return Breach("exposed", "used after it was reported exposed", 0.85, view.proof)
    return None


def _expired(event: ActivityEvent) -> Breach | None:
    credential = event.credential
    expires = credential.expires if credential is not None else None
    if expires is None or event.time <= expires + _GRACE:
        return None
    return _EXPIRED


def _misplaced(view: CredentialView | None, event: ActivityEvent) -> Breach | None:
    bound = event.credential.bound_to if event.credential is not None else ""
    bound = bound or (view.bound_to if view is not None else "")
    workload = event.workload
    if not bound or workload is None or workload.uid == bound:
        return None
    return Breach("workload", f"bound to workload {bound}, used by {workload.uid}", 0.95)


def _outside(event: ActivityEvent) -> Breach | None:
    bounds, origin = event.posture.bounds if event.posture is not None else "", event.origin
    if bounds not in _OUTSIDE:
        return None
    place = origin.address if bounds == "origin" and origin is not None else ""
    reason = f"used outside {_OUTSIDE[bounds]}" + (f", from {place}" if place else "")
    return Breach("outside", reason, 0.92)


def _beyond_task(view: CredentialView | None, event: ActivityEvent) -> Breach | None:
    task = event.task
    if view is not None and view.task is not None and (task is None or not _declares(task)):
        task = view.task
    action = event.action
    if task is None or action is None:
        return None
    if task.ends is not None and event.time > task.ends + _GRACE:
        return _TASK_OVER
    if action.plane == "action" and task.plane in _LOOKING_ONLY:
        reason = f"task granted the {task.plane} plane, acted in the {action.plane} plane"
        return Breach("plane", reason, 0.95)
    if task.operations and not _matches(f"{action.service}:{action.operation}", task.operations):
        reason = f"task {task.uid} does not allow {action.service}:{action.operation}"
        return Breach("operation", reason, 0.92)
    target = event.target
    if task.targets and target is not None and not _matches(target.uid, task.targets):
        return Breach("target", f"task {task.uid} does not allow target {target.uid}", 0.92)
    return None


def _declares(task: Task) -> bool:
    return bool(task.plane or task.targets or task.operations or task.ends)


def _matches(value: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(value, pattern) for pattern in patterns)
