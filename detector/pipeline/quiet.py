"""What need not be judged twice: unsettled marks that gave no evidence on arrival.

When a mark's quarter settles it is judged on what is then complete. Most marks gave nothing when they
came, and mostly nothing that their view shows has changed since. So it is kept what such a view
rested on and cannot cheaply be read again; what can be (novelty, bounds, paths) is read and compared.
Nothing of this is in a snapshot: what is not remembered is judged again, with the same result.

Examples:
    >>> from detector.window.baseline import Habits
    >>> from schemas.event import ActivityEvent, Principal
    >>> event = ActivityEvent(uid="e", source="s", tenant="t", time=5, principal=Principal(uid="p"))
    >>> mark, habits, quiet = Mark(event, "o:x", 1), Habits(), Quiet()
    >>> quiet.keep("p", mark, (habits, 7, ()))
    >>> quiet.grounds("p", mark) == (habits, 7, ())
    True
    >>> quiet.forget("p")
    >>> quiet.grounds("p", mark) is None
    True
"""

from detector.window.baseline import Habits
from detector.window.marks import Mark
from schemas.fact import Step

# the habits (the same object for as long as they are the same), the principal's first event by its
# order, and the path that led to the credential
Grounds = tuple[Habits, int, tuple[Step, ...]]
Row = tuple[Mark, Grounds]


class Quiet:
    """By principal, the marks that need not be judged again while their grounds are the same.
    `forget` a principal when its earlier marks or its approvals change, all of them (`clear`) when
    the peers do."""

    __slots__ = ("_rows",)

    def __init__(self) -> None:
        """Start with nothing remembered."""
        self._rows: dict[str, dict[int, Row]] = {}

    def grounds(self, key: str, mark: Mark) -> Grounds | None:
        """On what the mark gave nothing; None if it did, or if something has changed since."""
        rows = self._rows.get(key)
        row = rows.get(id(mark)) if rows is not None else None
        return row[1] if row is not None else None

    def keep(self, key: str, mark: Mark, grounds: Grounds) -> None:
        """The mark gave nothing. That it is kept itself keeps its id its own."""
        self._rows.setdefault(key, {})[id(mark)] = mark, grounds

    def forget(self, key: str) -> None:
        """Something that views of this principal show has changed."""
        self._rows.pop(key, None)

    def settle(self, key: str, bound: int) -> None:
        """Nothing before `bound` will be judged any more."""
        rows = self._rows.get(key)
        if rows is not None:
            left = {n: row for n, row in rows.items() if row[0].event.time >= bound}
            if left:
                self._rows[key] = left
            else:
                del self._rows[key]

    def clear(self) -> None:
        """Something that all views show has changed."""
        self._rows.clear()
