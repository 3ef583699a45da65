"""The credentials that a principal, or one of its credentials, brought into the world.

Revoking a parent leaves them alive, so a finding lists those that still live. A row is kept by the
child's fingerprint; issue and end may arrive in any order, and when there are too many the lasting
ones stay first, then the latest: by content, never by arrival.

Examples:
    >>> key = Credential(fingerprint="9f", uid="AKIAIOSFODNN7EXAMPLE", lifetime="static")
    >>> rows = issued({}, key, "ada", 5)
    >>> [row.uid for row in live(rows, 6)], live(ended(rows, "9f", 6), 7)
    (['AKIAIOSFODNN7EXAMPLE'], [])
"""

from msgspec import Struct
from msgspec.structs import replace

from detector.config import HOUR
from detector.window.empty import none_yet
from schemas.event import Credential

MOST = 16
_LONGEST_SESSION = 36 * HOUR  # what AWS grants a federation token; role sessions live 12 h at most
_NEVER = 0


class Issued(Struct, frozen=True, array_like=True, gc=False):
    """One child. `first` and `last` are the earliest and the latest time (ms) of its issue, which
    may be repeated, as when a key is switched on again; `ended` is its latest end and `expires` its
    expiry; 0 stands for none. Only its end is known while `last` is 0."""

    first: int = 0
    last: int = 0
    ended: int = 0
    expires: int = _NEVER
    uid: str = ""
    uid_kind: str = ""
    type: str = ""
    principal: str = ""

    def lives(self, now: int) -> bool:
        """Whether it can still be used, as far as is known."""
        return self.ended < self.last and (self.expires == _NEVER or now < self.expires)


Children = dict[str, Issued]


def issued(rows: Children, made: Credential, principal: str, time: int) -> Children:
    """The rows with a credential that was issued at `time` (ms), for `principal` to act with."""
    old = rows.get(made.fingerprint, Issued())
    row = Issued(
        first=min(old.first or time, time),
        last=max(old.last, time),
        ended=old.ended,
        expires=max(old.expires, _expiry(made, time)),
        uid=made.uid,
        uid_kind=made.uid_kind,
        type=made.type,
        principal=principal,
    )
    return _with(rows, made.fingerprint, row)


def lasting(made: Credential) -> bool:
    """Whether a credential lives until somebody ends it."""
    return made.expires is None and made.lifetime != "ephemeral"


def _expiry(made: Credential, time: int) -> int:
    if made.expires is not None:
        return made.expires
    return _NEVER if lasting(made) else time + _LONGEST_SESSION


def ended(rows: Children, fingerprint: str, time: int) -> Children:
    """The rows after a child has come to its end."""
    old = rows.get(fingerprint, Issued())
    return _with(rows, fingerprint, replace(old, ended=max(old.ended, time)))


def _with(rows: Children, fingerprint: str, row: Issued) -> Children:
    rows = rows or {}
    rows[fingerprint] = row
    if len(rows) > MOST:
        del rows[min(rows, key=lambda name: (_rank(rows[name]), name))]
    return rows


def _rank(row: Issued) -> tuple[bool, int]:
    return row.last > 0 and row.expires == _NEVER, max(row.last, row.ended)


def live(rows: Children, now: int) -> list[Issued]:
    """The children that live at `now`, the oldest first."""
    return sorted((r for r in rows.values() if r.lives(now)), key=lambda r: (r.first, r.uid))


def pruned(rows: Children, bound: int) -> Children:
    """The rows without what was over before `bound`, before which everything has settled."""
    if not rows:
        return rows
    kept = {name: row for name, row in rows.items() if row.lives(bound) or row.ended >= bound}
    return kept or none_yet()
