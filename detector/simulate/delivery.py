"""Files as AWS delivers them: by account, region and day, some minutes late, a little out of order.

Examples:
    >>> delay(Random(1)) > 0
    True
"""

import gzip
from collections import defaultdict
from io import BufferedWriter
from pathlib import Path
from random import Random

import orjson

from detector.simulate.clock import MINUTE, SECOND, stamp
from detector.simulate.made_up import letters
from detector.simulate.records import Record

Key = tuple[str, str, int]
_OPENING, _CLOSING = b'{"Records":[', b"]}"
_QUICK = 1  # the compression level: these files are read far oftener than they are kept


def delay(rng: Random) -> int:
    """How late a trail delivers a record: mostly some minutes, seldom close to fifteen."""
    if rng.random() < 0.02:
        return int(rng.uniform(6, 14) * MINUTE)
    return int(rng.uniform(40, 300) * SECOND)


class TrailFolder:
    """The `cloudtrail/` folder. Records go into the file of the time when they are delivered, so
    only the files of the next few minutes are open."""

    def __init__(self, root: Path, rng: Random, width: int) -> None:
        self.root = root
        self.rng = rng
        self.width = width
        self.files = 0
        self._open: defaultdict[Key, list[bytes]] = defaultdict(list)
        self._slot = 0

    def add(self, record: Record, at: int) -> None:
        """Take a record whose event time is `at`; later ones never come before it."""
        if at // self.width > self._slot:
            self._slot = at // self.width
            self._write(self._slot)
        slot = (at + delay(self.rng)) // self.width
        key = (record["recipientAccountId"], record["awsRegion"], slot)
        self._open[key].append(orjson.dumps(record))

    def close(self) -> None:
        """Write whatever is still open."""
        self._write(None)

    def _write(self, before: int | None) -> None:
        due = [key for key in self._open if before is None or key[2] < before]
        for account, region, slot in sorted(due):
            self._deliver(account, region, slot, self._open.pop((account, region, slot)))

    def _deliver(self, account: str, region: str, slot: int, records: list[bytes]) -> None:
        when = stamp((slot + 1) * self.width)
        folder = self.root / account / region / when[:4] / when[5:7] / when[8:10]
        folder.mkdir(parents=True, exist_ok=True)
        minute = when[:16].replace("-", "").replace(":", "")
        name = f"{account}_CloudTrail_{region}_{minute}Z_{letters(self.rng, 16)}.json.gz"
        text = _OPENING + b",".join(records) + _CLOSING
        (folder / name).write_bytes(gzip.compress(text, _QUICK, mtime=0))
        self.files += 1


class TokenFolder:
    """The `token_use/` folder: one file of JSON lines a day, in the order of event time."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.files = 0
        self._day = ""
        self._file: BufferedWriter | None = None

    def add(self, record: Record, at: int) -> None:
        """Take a record whose event time is `at`."""
        day = stamp(at)[:10]
        if self._file is None or day != self._day:
            self.close()
            self.root.mkdir(parents=True, exist_ok=True)
            self._file = (self.root / f"{day}.jsonl").open("ab")
            self._day = day
            self.files += 1
        self._file.write(orjson.dumps(record) + b"\n")

    def close(self) -> None:
        """Close the day's file."""
        if self._file is not None:
            self._file.close()
            self._file = None
