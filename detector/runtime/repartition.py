"""The markers of M partitions as those of N: what a change of their number makes of all that belongs
to a partition and to no entity.

Pure. It is only sound at rest: when every partition has taken all of its log, each of them has been
told the same, nothing is under way, and what one of them has promised the others have kept too.

Examples:
    >>> marks = Watermarks(0, 1, raw={"raw/0": 900_000}, peers={0: (9, 9, 9, 9)})
    >>> made = repartitioned([Shared(1, 40, 900_000, 0, 2, 0, marks, 3)], of=2)
    >>> [(one.offset, one.bound, one.late, one.marks.partition, one.marks.of) for one in made]
    [(0, 900000, 2, 0, 2), (0, 900000, 0, 1, 2)]
"""

from collections.abc import Iterable, Sequence

import msgspec
from msgspec.structs import replace

from detector.runtime.partition import Shared
from detector.runtime.watermarks import ACTIVITY, LEVELS, Watermarks
from schemas.progress import Progress


class ApartError(ValueError):
    """The partitions do not stand at one point, so they cannot be dealt out anew."""


def repartitioned(shared: Sequence[Shared], of: int) -> list[Shared]:
    """The markers of `of` partitions that go on where these stand, from the beginning of their logs.

    Raises:
        ApartError: they do not stand at one point.
    """
    for name in ("bound", "version"):
        found = sorted({getattr(one, name) for one in shared})
        if len(found) > 1:
            raise ApartError(
                f"expected all partitions at one {name}, got {found[0]} to {found[-1]}"
            )
    least = replace(
        shared[0],
        offset=0,
        watermark=min(one.watermark for one in shared),
        swept=min(one.swept for one in shared),
    )
    late = sum(one.late for one in shared)
    return [
        replace(least, late=0 if number else late, marks=_marks(shared, number=number, of=of))
        for number in range(of)
    ]


def said(shared: Shared) -> Progress:
    """What a partition that begins so has to say of itself: nobody has heard of it yet."""
    marks = shared.marks
    return Progress(
        f"{ACTIVITY}{marks.partition}",
        marks.of,
        marks.levels,
        settled=shared.bound,
        version=shared.version,
    )


def _marks(shared: Sequence[Shared], *, number: int, of: int) -> Watermarks:
    """What all have promised is what each of the new ones has."""
    old = [one.marks for one in shared]
    levels = _least([one.levels for one in old])
    peers = _least([row for one in old for row in _rows(one)])
    return Watermarks(
        number,
        of,
        raw=_raw(old),
        raw_of=max(one.raw_of for one in old),
        idle=set.intersection(*(one.idle for one in old)),
        peers=dict.fromkeys(range(of), peers),
        settled=dict.fromkeys(range(of), min(one.told for one in old)),
        versions=dict.fromkeys(
            range(of), min(one.versions.get(n, 0) for one in old for n in range(one.of))
        ),
        levels=levels,
        start=min(one.start for one in old),
    )


def _rows(marks: Watermarks) -> Iterable[tuple[int, ...]]:
    return (marks.peers.get(n, (0,) * LEVELS) for n in range(marks.of))


def _least(rows: Iterable[tuple[int, ...]]) -> tuple[int, ...]:
    return tuple(map(min, zip(*rows, strict=True)))


def _raw(marks: Sequence[Watermarks]) -> dict[str, int]:
    """By raw partition the least that they have been told; at rest that is the same."""
    return {
        sender: min(one.raw.get(sender, 0) for one in marks)
        for sender in sorted({sender for one in marks for sender in one.raw})
    }


_Versions = dict[int, tuple[int, dict[str, int]]]
_encode = msgspec.msgpack.Encoder().encode
_versions = msgspec.msgpack.Decoder(_Versions).decode
_KEPT = 3


def together(row: bytes, other: bytes | None) -> bytes:
    """A group's baselines as two partitions have them: every partition is told the same ones."""
    if other is None or row == other:
        return row
    both = {**_versions(other), **_versions(row)}
    return _encode({version: both[version] for version in sorted(both)[-_KEPT:]})
