"""What a run finds, and how it is told and kept.

Examples:
    >>> finding = Finding("okta", "KeyError at okta.py:7: 'actor'", b"{}", 3)
    >>> finding.name
    'okta-44136fa3.json'
"""

from hashlib import sha256
from pathlib import Path

from msgspec import Struct

_SHOWN = 300


class Finding(Struct, frozen=True):
    """One fault of one source: the shortest input that showed it, and how many did."""

    source: str
    what: str
    raw: bytes
    count: int = 0

    @property
    def name(self) -> str:
        """The file that holds the input: by its content, so a second run does not double it."""
        return f"{self.source}-{sha256(self.raw).hexdigest()[:8]}.json"

    def kept(self, folder: Path) -> Path:
        """Write the input into `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / self.name
        path.write_bytes(self.raw)
        return path

    def told(self) -> str:
        """The finding in a few lines."""
        shown = self.raw[:_SHOWN].decode("utf-8", "backslashreplace")
        more = f"... ({len(self.raw):,} bytes)" if len(self.raw) > _SHOWN else ""
        return f"{self.source}: {self.what} ({self.count:,} inputs)\n  {shown}{more}"


class Tally(Struct):
    """A source's chunks, added up."""

    source: str
    inputs: int = 0
    events: int = 0
    decoded: int = 0
    refused: int = 0
    skipped: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    grown: int = 0
    found: list[Finding] = []

    def add(self, other: "Tally") -> None:
        """Another chunk of the same source."""
        self.inputs += other.inputs
        self.events += other.events
        self.decoded += other.decoded
        self.refused += other.refused
        self.skipped += other.skipped
        self.seconds += other.seconds
        self.slowest = max(self.slowest, other.slowest)
        self.grown = max(self.grown, other.grown)
        known = {one.what: one for one in self.found}
        for one in other.found:
            old = known.get(one.what, one)
            count = one.count + (old.count if old is not one else 0)
            shorter = min(old, one, key=lambda finding: len(finding.raw))
            known[one.what] = Finding(one.source, one.what, shorter.raw, count)
        self.found = list(known.values())
