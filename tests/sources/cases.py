"""The golden cases: what each raw record must decode to, and the context it is decoded in.

`REWRITE_GOLDEN=yes python -m tests.sources.cases` writes the golden files anew; read the difference
before you keep it.
"""

import os
from pathlib import Path

import msgspec

import detector.sources
from detector.sources.base import Context
from detector.sources.decoding import Decoder
from detector.sources.filled import NAME, fields_of
from detector.sources.fingerprint import Fingerprints
from detector.sources.registry import SOURCES
from schemas.event import ActivityEvent

FOLDER = Path(__file__).resolve().parents[1] / "cases" / "sources"
FILLED = Path(detector.sources.__path__[0]) / NAME
CONTEXT = Context(Fingerprints("an example key, used in tests only"), place="case.json")


def raw_cases() -> list[Path]:
    """Every raw record, of every source."""
    return sorted(FOLDER.glob("*/*.raw.json"))


def golden(raw: Path) -> Path:
    """The events that a raw record decodes to."""
    return raw.with_name(raw.name.replace(".raw.json", ".event.json"))


def name_of(raw: Path) -> str:
    """The test id of a case."""
    return f"{raw.parent.name}/{raw.name.removesuffix('.raw.json')}"


def decode(raw: Path) -> list[ActivityEvent]:
    """The case's events, decoded by the source that its folder is named after."""
    source = SOURCES[raw.parent.name]
    return list(Decoder(source).decode(raw.read_bytes(), CONTEXT, 1))


def filled() -> str:
    """Which fields the events of each source's cases have, as `filled.json` holds it. What a record
    carries of another source's is that one's."""
    found: dict[str, list[ActivityEvent]] = {name: [] for name in sorted(SOURCES)}
    for raw in raw_cases():
        own = raw.parent.name
        others = SOURCES.keys() - {own}
        found[own] += [event for event in decode(raw) if event.source not in others]
    rows = {name: fields_of(*events) for name, events in found.items()}
    return msgspec.json.format(msgspec.json.encode(rows), indent=2).decode() + "\n"


def written(events: list[ActivityEvent]) -> str:
    """Events as a golden file holds them."""
    return msgspec.json.format(msgspec.json.encode(events), indent=2).decode() + "\n"


if __name__ == "__main__" and os.environ.get("REWRITE_GOLDEN") == "yes":
    for case in raw_cases():
        golden(case).write_text(written(decode(case)), encoding="utf-8")
    FILLED.write_text(filled(), encoding="utf-8")
