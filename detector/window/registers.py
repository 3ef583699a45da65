"""Registers: a pane as one integer, a window as the OR of its panes.

A register is a row of bitmaps. Each event sets bits chosen by a hash of its id (so that counts are
of *distinct* events: a duplicate changes nothing) and by hashes of its service, operation, target,
origin and credential. OR is commutative and idempotent, so neither order nor duplication of input
can show in a window. Counts are read back by linear counting.

References:
    K.-Y. Whang, B. T. Vander-Zanden, H. M. Taylor: A linear-time probabilistic counting algorithm
    for database applications. ACM TODS 15(2), 1990.

Examples:
    >>> reg = event_bits("e1", 5_000, "bucket-1", "192.0.2.0/24", "k1", class_bits("list", "success"))
    >>> reg |= event_bits("e1", 5_000, "bucket-1", "192.0.2.0/24", "k1", class_bits("list", "success"))
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
_BYTES = (_next + _SECONDS + 7) // 8
_TARGETS_AT = _spread_at["targets"][0]
_ORIGINS_AT = _spread_at["origins"][0]
_CREDENTIALS_AT = _spread_at["credentials"][0]

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


def event_bits(
    uid: str, time: int, target: str, network: str, credential: str, classes: int
) -> int:
    """All bits of one event but those of its signature."""
    h = crc32(uid.encode())
    bits = 1 << (h & 127) | classes << (h >> 8 & 15) | 1 << (_SECONDS_AT + (time // 1000 & 15))
    if target:
        bits |= 1 << (_TARGETS_AT + (crc32(target.encode()) & 31))
    if network:
        bits |= 1 << (_ORIGINS_AT + (crc32(network.encode()) & 15))
    if credential:
        bits |= 1 << (_CREDENTIALS_AT + (crc32(credential.encode()) & 7))
    return bits


def counts(register: int) -> Counts:
    """Read a register back."""
    values = [_estimate(register, 0, EVENTS)]
    values += [_estimate(register, _class_at[name], CLASS) for name in _CLASSES]
    values += [_estimate(register, at, width) for at, width in _spread_at.values()]
    values.append(_estimate(register, _SECONDS_AT, _SECONDS))
    return Counts(*values)


def _estimate(register: int, at: int, width: int) -> int:
    return _linear[width][((register >> at) & ((1 << width) - 1)).bit_count()]


def pack(register: int) -> bytes:
    """A register as bytes, for a snapshot."""
    return register.to_bytes(_BYTES, "big").lstrip(b"\0")


def unpack(packed: bytes) -> int:
    """The register of `pack`."""
    return int.from_bytes(packed, "big")
