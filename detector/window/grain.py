"""A grain of panes: rows of (index, register), in order of index, in one piece of memory.

An identity has three grains and most of its state in them, so a row costs its 50 bytes and nothing
else: a dictionary of integers would take twice as much, in six times as many pieces.

Examples:
    >>> rows = put(put(put(b"", 7, 1), 9, 2), 7, 4)
    >>> union(rows, 7, 8), union(rows, 0, 9), between(rows, 0, 10)
    (5, 7, [7, 9])
    >>> list(each(cut(rows, edge_at(8))))
    [(9, 2)]
"""

from bisect import bisect_left
from collections.abc import Iterator

from detector.window.registers import WIDTH

_INDEX = 5
ROW = _INDEX + (WIDTH + 7) // 8
_SHIFT = 8 * (ROW - _INDEX)
_REGISTER = (1 << _SHIFT) - 1
_FEW = 24 * ROW


def row(index: int, register: int) -> bytes:
    """One row."""
    return (index << _SHIFT | register).to_bytes(ROW, "big")


def each(rows: bytes) -> Iterator[tuple[int, int]]:
    """Index and register of each row."""
    for at in range(0, len(rows), ROW):
        found = int.from_bytes(rows[at : at + ROW], "big")
        yield found >> _SHIFT, found & _REGISTER


def put(rows: bytes, index: int, register: int) -> bytes:
    """The rows with a register added to that of `index`."""
    added = index << _SHIFT | register
    head = index.to_bytes(_INDEX, "big")
    tail = rows[-ROW : _INDEX - ROW]
    if tail < head:
        return rows + added.to_bytes(ROW, "big")
    at = len(rows) - ROW if tail == head else _place(rows, head)
    if rows[at : at + _INDEX] == head:
        added |= int.from_bytes(rows[at : at + ROW], "big")
        return rows[:at] + added.to_bytes(ROW, "big") + rows[at + ROW :]
    return rows[:at] + added.to_bytes(ROW, "big") + rows[at:]


def union(rows: bytes, first: int, last: int) -> int:
    """The OR of the registers from index `first` to `last`; looked for from the end, since a window
    mostly ends there."""
    out = 0
    at = len(rows) if len(rows) <= _FEW else _place(rows, edge_at(last + 1))
    while at:
        row = int.from_bytes(rows[at - ROW : at], "big")
        index = row >> _SHIFT
        if index < first:
            break
        if index <= last:
            out |= row
        at -= ROW
    return out & _REGISTER


def between(rows: bytes, first: int, end: int) -> list[int]:
    """The indices of the rows in [first, end); looked for from the end, where the few are that have
    not been settled."""
    out = []
    for at in range(len(rows) - ROW, -1, -ROW):
        index = int.from_bytes(rows[at : at + _INDEX], "big")
        if index < first:
            break
        if index < end:
            out.append(index)
    out.reverse()
    return out


def cut(rows: bytes, edge: bytes) -> bytes:
    """The rows from an `edge` on."""
    if rows[:_INDEX] >= edge or not rows:
        return rows
    return b"" if rows[-ROW : _INDEX - ROW] < edge else rows[_place(rows, edge) :]


def edge_at(index: int) -> bytes:
    """Where the rows from `index` on begin."""
    return max(0, index).to_bytes(_INDEX, "big")


def _place(rows: bytes, head: bytes) -> int:
    """Where the first row stands whose index is not below this one."""
    if rows[-ROW : _INDEX - ROW] == head:
        return len(rows) - ROW
    return ROW * bisect_left(
        range(len(rows) // ROW), head, key=lambda i: rows[i * ROW : i * ROW + _INDEX]
    )
