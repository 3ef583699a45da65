"""Operation signatures: all that the fast path must know of (service, operation, outcome), once.

A signature is shared by every identity, so that an identity's own memory holds references only.
"""

from msgspec import Struct

from detector.window.registers import class_bits, shifted, spread_bits
from schemas.event import Access, ActivityEvent, Effect, Status

_MAX_SHARED = 50_000
_READING = frozenset({"read", "list", "unknown"})
_LOOKING = _READING | {"secret_read"}


# service, operation, access, effect, status
ActionKey = tuple[str, str, Access, Effect, Status]


class Signature(Struct, frozen=True, gc=False, eq=False):
    """`value` and `service` are the words that novelty is kept by; `notable` says how closely one
    such event is looked at: 0 not at all, 1 refused, 2 sensitive, 3 grave by itself. `shapes` are
    the register bits that such an event sets; `action` is what it was made from."""

    value: str
    service: str
    notable: int
    shapes: tuple[int, ...]
    action: ActionKey

    @property
    def throttled(self) -> bool:
        """Whether it was neither done nor denied, and so is no novelty yet."""
        return self.action[4] == "throttled"


class Signatures:
    """A bounded table of signatures, by (service, operation, access, effect, status).

    Examples:
        >>> from schemas.event import Action, Principal
        >>> event = ActivityEvent(uid="e", source="s", tenant="t", time=0,
        ...     principal=Principal(uid="p"), action=Action(service="iam", operation="CreateUser",
        ...     access="admin", effect="persist"))
        >>> Signatures().of(event).notable
        3
    """

    __slots__ = ("_table",)

    def __init__(self) -> None:
        self._table: dict[ActionKey, Signature] = {}

    def of(self, event: ActivityEvent) -> Signature:
        """The signature of an event's action and outcome; an event without an action has one too,
        by its kind."""
        action, outcome = event.action, event.outcome
        status = outcome.status if outcome is not None else "success"
        key: ActionKey
        if action is None:
            key = ("", event.kind, "unknown", "", status)
        else:
            key = (action.service, action.operation, action.access, action.effect, status)
        return self._table.get(key) or self._add(key)

    def _add(self, key: ActionKey) -> Signature:
        if len(self._table) >= _MAX_SHARED:
            self._table.clear()
        service, operation, access, effect, status = key
        made = Signature(
            value=word_of(key),
            service=f"s:{service}",
            notable=_notable(access, effect, status),
            shapes=shifted(spread_bits(service, operation), class_bits(access, status)),
            action=key,
        )
        self._table[key] = made
        return made


def word_of(action: ActionKey) -> str:
    """The word of an operation: `o:` when it only looks, `w:` when it changes something."""
    service, operation, access = action[:3]
    return f"{'o' if access in _LOOKING else 'w'}:{service}:{operation}"


def _notable(access: str, effect: str, status: str) -> int:
    """How closely to look. A throttle or a missing resource is no refusal, and not even a grave
    verb is grave when the thing was not there... except that trying to impair a defence is."""
    if status == "throttled":
        return 0
    if effect and effect != "identity_probe":
        return 3
    if access not in _READING and access != "write":
        return 2
    if status in {"denied", "dry_run"} or effect:
        return 1
    return 0
