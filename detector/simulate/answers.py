"""What a simulation knows and a detector must find out: labels, twins, look-alikes, pairs.

Examples:
    >>> from detector.simulate.stream import Emission
    >>> sheet = Part()
    >>> sheet.take(5, "arn:aws:iam::123456789012:user/ada")
    >>> (sheet.start, sheet.events, sheet.principal)
    (5, 1, 'arn:aws:iam::123456789012:user/ada')
"""

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TextIO

import orjson

from detector.simulate.casting import Incident
from detector.simulate.clock import stamp
from detector.simulate.lookalikes import LOOKALIKES
from detector.simulate.records import Record
from detector.simulate.scenarios.registry import SCENARIOS
from detector.simulate.stream import Emission


class Part:
    """One side of a pair: who, when, how many events."""

    def __init__(self) -> None:
        self.principal = ""
        self.start = 0
        self.end = 0
        self.events = 0

    def take(self, at: int, principal: str) -> None:
        """Count an event."""
        if not self.events:
            self.principal, self.start, self.end = principal, at, at
        self.start, self.end = min(self.start, at), max(self.end, at)
        self.events += 1

    def cells(self) -> list[object]:
        """Principal, start, end, events."""
        if not self.events:
            return ["", "", "", 0]
        return [self.principal, stamp(self.start), stamp(self.end), self.events]


def principal_of(record: Record) -> str:
    """Who acts, as the raw record says it."""
    who = record.get("userIdentity") or record.get("principal") or {}
    return str(
        who.get("arn") or who.get("uid") or who.get("invokedBy") or who.get("principalId", "")
    )


def uid_of(record: Record) -> str:
    """The record's own event id."""
    return str(record.get("eventID") or record.get("uid"))


class Answers:
    """Writes `labels.csv`, `twins.csv` and `lookalikes.csv` on the way, and `pairs.csv` and
    `scenarios.json` at the end. A second copy of an event is the same event."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.parts: dict[str, Part] = {}
        self.lookalikes: Counter[str] = Counter()
        self._files = ExitStack()
        self._labels = self._sheet("labels.csv", ["event_id", "label", "incident"])
        self._twins = self._sheet("twins.csv", ["event_id", "label", "incident"])
        self._alike = self._sheet("lookalikes.csv", ["event_id", "lookalike"])
        self._last = ""

    def _sheet(self, name: str, header: Sequence[str]) -> Any:
        file: TextIO = self._files.enter_context(
            (self.out / name).open("w", encoding="utf-8", newline="")
        )
        sheet = csv.writer(file, lineterminator="\n")
        sheet.writerow(header)
        return sheet

    def add(self, emission: Emission) -> None:
        """Note what a record is."""
        if emission.incident is None:
            return
        uid = uid_of(emission.record)
        if uid == self._last:
            return
        self._last = uid
        name, _, side = emission.incident.partition(":")
        if name == "lookalike":
            self.lookalikes[side] += 1
            self._alike.writerow((uid, side))
            return
        if side == "attack":
            self._labels.writerow((uid, "attack", emission.incident))
        else:
            self._twins.writerow((uid, "twin", emission.incident))
        part = self.parts.setdefault(emission.incident, Part())
        part.take(emission.at, principal_of(emission.record))

    def close(self, incidents: Iterable[Incident]) -> None:
        """Write what is only known at the end."""
        header = "scenario incident twin principal start end events attack_principal attack_start attack_end attack_events"
        sheet = self._sheet("pairs.csv", header.split())
        played = set()
        for incident in sorted(incidents, key=lambda i: i.name):
            attack, twin = f"{incident.name}:attack", f"{incident.name}:twin"
            cells = [*self._cells(twin), *self._cells(attack)]
            sheet.writerow([incident.scenario.name, attack, twin, *cells])
            played.add(incident.scenario.name)
        self._files.close()
        (self.out / "scenarios.json").write_bytes(
            orjson.dumps(_described(played), option=orjson.OPT_INDENT_2)
        )

    def _cells(self, name: str) -> list[object]:
        return self.parts.get(name, Part()).cells()


def _described(played: set[str]) -> dict[str, Any]:
    scenarios = [
        {
            "name": s.name,
            "title": s.title,
            "decisive": s.decisive,
            "attack": (s.attack.__doc__ or "").strip(),
            "twin": (s.twin.__doc__ or "").strip(),
            "played": s.name in played,
        }
        for s in SCENARIOS.values()
    ]
    return {"scenarios": scenarios, "lookalikes": LOOKALIKES}
