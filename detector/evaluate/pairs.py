"""Scenarios in pairs: the attack found, and its benign twin quiet.

A simulation writes `twins.csv` beside `labels.csv`, in the same form: which benign events belong to
the twin of which scenario. A twin is *noisy* when a finding's decisive event is one of its events,
or more than half of what the finding lists is.

Examples:
    >>> scenario_of("role_chain-3:attack"), scenario_of("i7:campaign")
    ('role_chain', 'campaign')
"""

import csv
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from msgspec import Struct

from detector.evaluate.labels import kind_of, read_events
from detector.evaluate.matching import Episode
from detector.evaluate.score import Score

TWINS = "twins.csv"
LOOKALIKES = "lookalikes.csv"


class Pair(Struct, frozen=True):
    """One scenario over all its incidents. `noisy` names the twins that were alerted."""

    scenario: str
    attacks: int
    found: int
    twins: int
    quiet: int
    missed: tuple[str, ...]
    noisy: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Every attack found and every twin quiet."""
        return self.found == self.attacks and self.quiet == self.twins


def scenario_of(incident: str) -> str:
    """The scenario that an incident or a twin plays."""
    return kind_of(incident)


def read_twins(folder: Path) -> dict[str, str] | None:
    """Which twin each benign event belongs to, or None where the logs were not simulated.

    Raises:
        LabelsError: the file is there and cannot be used.
    """
    path = folder / TWINS
    return read_events(path) if path.is_file() else None


def lookalikes(score: Score, folder: Path) -> dict[str, int]:
    """False findings by the benign look-alike that their decisive event plays.

    The file names every such event, so it is read line by line and not kept.
    """
    path = folder / LOOKALIKES
    if not path.is_file():
        return {}
    wanted = {uid for false in score.false_ones for uid in false.decisive}
    counts: Counter[str] = Counter()
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.reader(lines):
            if row and row[0] in wanted:
                wanted.discard(row[0])
                counts[row[1]] += 1
    counts["none of them"] = len(wanted)
    return {name: count for name, count in counts.most_common() if count}


def pairs(
    score: Score, episodes: Iterable[Episode], twins: Mapping[str, str], present: Iterable[str]
) -> tuple[Pair, ...]:
    """Every scenario with its attacks and its twins; `present` names the twins in the input."""
    noisy = {twin for episode in episodes for twin in _disturbed(episode, twins)}
    played = sorted(present)
    names = {each.kind for each in score.each} | {scenario_of(twin) for twin in played}
    return tuple(_pair(name, score, played, noisy) for name in sorted(names))


def _pair(name: str, score: Score, played: list[str], noisy: set[str]) -> Pair:
    attacks = [each for each in score.each if each.kind == name]
    own = [twin for twin in played if scenario_of(twin) == name]
    missed = tuple(each.name for each in attacks if not each.found)
    loud = tuple(twin for twin in own if twin in noisy)
    return Pair(
        name, len(attacks), len(attacks) - len(missed), len(own), len(own) - len(loud), missed, loud
    )


def _disturbed(episode: Episode, twins: Mapping[str, str]) -> set[str]:
    """The twins that this finding would have an analyst look at."""
    decisive = {twins[uid] for uid in episode.decisive if uid in twins}
    listed = [twins[uid] for uid in episode.events if uid in twins]
    return decisive | {twin for twin in listed if 2 * listed.count(twin) > len(episode.events)}
