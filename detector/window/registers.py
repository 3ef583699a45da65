"""Registers: a pane as one integer, a window as the OR of its panes.

A register is a row of bitmaps. Each event sets bits chosen by a hash of its id (so that counts are
of *distinct* events: a duplicate changes nothing) and by hashes of its service, operation, target,
origin and credential. OR is commutative and idempotent, so neither order nor duplication of input
can show in a window. Counts are read back by linear counting.

References:
    K.-Y. Whang, B. T. Vander-Zanden, H. M. Taylor: A linear-time probabilistic counting algorithm
    for database applications. ACM TODS 15(2), 1990.

Examples:
    >>> shapes = shifted(spread_bits("s3", "ListBuckets"), class_bits("list", "success"))
    >>> reg = event_bits("e1", 5_000, "bucket-1", shapes) | PLACE_BITS[NOWHERE]
    >>> here = PLACE_BITS[place_of("192.0.2.0/24", "k1")]
    >>> reg |= event_bits("e1", 5_000, "bucket-1", shapes) | here
    >>> counts(reg).events
    1
"""

from math import log
from zlib import crc32

from msgspec import Struct

EVENTS = 128
CLASS = 16
_CLASSES = ("denied", "errors", "reads", "writes", "secret_reads", "issues", "admin")
_SPREAD = (
    ("services", 16),
    ("operations", 32),
    ("targets", 32),
    ("origins", 16),
    ("credentials", 8),
)
_SECONDS = 16

_class_at = {name: EVENTS + i * CLASS for i, name in enumerate(_CLASSES)}
_spread_at: dict[str, tuple[int, int]] = {}
_next = EVENTS + len(_CLASSES) * CLASS
for _name, _width in _SPREAD:
    _spread_at[_name] = (_next, _width)
    _next += _width
_SECONDS_AT = _next
WIDTH = _SECONDS_AT + _SECONDS
_BYTES = (WIDTH + 7) // 8
# Registers with one bit, made once: shifting a wide integer allocates, looking one up does not.
_BIT = tuple(1 << i for i in range(WIDTH))
_EVENT_BIT = _BIT[:EVENTS]


def _bits_of(name: str) -> tuple[int, ...]:
    at, width = _spread_at[name]
    return _BIT[at : at + width]


_TARGET_BITS = tuple(
    tuple(second | target for target in (*_bits_of("targets"), 0)) for second in _BIT[_SECONDS_AT:]
)
# The bits of each `place_of`.
PLACE_BITS = tuple(
    origin | credential
    for origin in (*_bits_of("origins"), 0)
    for credential in (*_bits_of("credentials"), 0)
)
NOWHERE = len(PLACE_BITS) - 1

_ACCESS_CLASS = {
    "read": "reads",
    "list": "reads",
    "write": "writes",
    "delete": "writes",
    "admin": "admin",
    "secret_read": "secret_reads",
    "credential_issue": "issues",
}
_linear = {
    width: tuple(
        round(-width * log((width - ones) / width)) if ones < width else round(width * log(width))
        for ones in range(width + 1)
    )
    for width in {EVENTS, CLASS, _SECONDS, *(width for _, width in _SPREAD)}
}


class Counts(Struct, frozen=True, gc=False):
    """What a window holds: estimates by linear counting, exact while few. `seconds` is the number
    of distinct busy seconds (modulo 16 per pane), so `events / seconds` is burstiness."""

    events: int
    denied: int
    errors: int
    reads: int
    writes: int
    secret_reads: int
    issues: int
    admin: int
    services: int
    operations: int
    targets: int
    origins: int
    credentials: int
    seconds: int

    @property
    def tempo(self) -> float:
        """Events per busy second."""
        return self.events / max(1, self.seconds)


def spread_bits(service: str, operation: str) -> int:
    """The bits of one service and one operation."""
    at, width = _spread_at["services"]
    bits = 1 << (at + crc32(service.encode()) % width)
    at, width = _spread_at["operations"]
    return bits | 1 << (at + crc32(f"{service}:{operation}".encode()) % width)


def class_bits(access: str, status: str) -> int:
    """The first bit of each class that such events count in; an event's hash shifts them."""
    bits = 0
    if access in _ACCESS_CLASS:
        bits |= 1 << _class_at[_ACCESS_CLASS[access]]
    if status == "denied":
        bits |= 1 << _class_at["denied"]
    if status not in {"success", "dry_run"}:
        bits |= 1 << _class_at["errors"]
    return bits


def shifted(bits: int, classes: int) -> tuple[int, ...]:
    """The bits of a signature, for each of the places to which an event's hash shifts its classes."""
    return tuple(bits | classes << shift for shift in range(CLASS))


def event_bits(uid: str, time: int, target: str, shapes: tuple[int, ...]) -> int:
    """The bits of one event, without those of its place. `shapes` are its signature's, `shifted`."""
    h = crc32(uid.encode())
    on = crc32(target.encode()) & 31 if target else 32
    return _EVENT_BIT[h & 127] | shapes[h >> 8 & 15] | _TARGET_BITS[time // 1000 & 15][on]


def place_of(network: str, credential: str) -> int:
    """Where an event comes from and with what, as one of a few dozen numbers: an identity that
    stays where it is need not have it computed again."""
    origin = crc32(network.encode()) & 15 if network else 16
    return 9 * origin + (crc32(credential.encode()) & 7 if credential else 8)


def _field(at: int, width: int) -> tuple[int, tuple[int, ...]]:
    return ((1 << width) - 1) << at, _linear[width]


_FIELDS = (
    _field(0, EVENTS),
    *(_field(at, CLASS) for at in _class_at.values()),
    *(_field(at, width) for at, width in _spread_at.values()),
    _field(_SECONDS_AT, _SECONDS),
)


def counts(register: int) -> Counts:
    """Read a register back."""
    return Counts(*[linear[(register & mask).bit_count()] for mask, linear in _FIELDS])


def pack(register: int) -> bytes:
    """A register as bytes, for a snapshot."""
    return register.to_bytes(_BYTES, "big").lstrip(b"\0")


def unpack(packed: bytes) -> int:
    """The register of `pack`."""
    return int.from_bytes(packed, "big")
