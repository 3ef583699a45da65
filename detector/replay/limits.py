"""What reading may cost, whatever a file holds. Memory follows from these, not from the input.

Examples:
    >>> Limits().record_bytes // 2**20
    16
"""

from msgspec import Struct

KIB = 2**10
MIB = 2**20
DAY = 86_400_000
# One read from a file, and at most this much out of a decompressor at a time.
CHUNK = 256 * KIB


class Limits(Struct, frozen=True):
    """Bounds of one replay. Bytes are decompressed bytes; times are in ms of event time.

    `record_bytes` is the largest record; a larger one is skipped without being held.
    `document_bytes` is the largest list of records decoded in one go; a larger one is scanned.
    `barren_bytes` is how much may inflate without one readable record before the file is left: so
    a large log is never too large, and a bomb is cut short.
    `depth` is how many compressions may lie in one another, `packed_bytes` the largest zip that is
    held in memory because it arrives in a stream.
    `dead_letters` in a row are written one by one for each file; further ones are counted,
    and after `rubbish` in a row the rest of the file is not read.
    `run_events` and `run_bytes` (raw) are sorted in memory; `fan_in` sorted runs are merged at once.
    `max_gap` is the silence that no stray record may jump: the records beyond it must come from
    `confirm` principals, or be `volume` in number.
    Up to `alone_bytes` on disk one process reads and judges, and up to `alone_events` one judges:
    others would take longer to start. Several judge `turn_events` at a time.
    """

    record_bytes: int = 16 * MIB
    document_bytes: int = 64 * MIB
    barren_bytes: int = 256 * MIB
    depth: int = 3
    packed_bytes: int = 64 * MIB
    dead_letters: int = 1_000
    rubbish: int = 1_000_000
    run_events: int = 150_000
    run_bytes: int = 256 * MIB
    fan_in: int = 32
    max_gap: int = 180 * DAY
    confirm: int = 3
    volume: int = 1_000
    alone_bytes: int = 2 * MIB
    alone_events: int = 20_000
    turn_events: int = 4_096
