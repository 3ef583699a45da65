"""The edge-burst sketch on DARPA: `python -m tests.bench.darpa [--seeds 4] [--edges N]`.

ROC AUC per seed over the whole trace, the two harder slices (the attacks named below against all
normal edges), and the trivial score to beat: edges so far this minute to this destination. Ticks
are the trace's minutes in order of appearance, as in the MIDAS papers; each edge is scored, then
learned.
"""

import argparse
import time
from collections.abc import Iterator, Sequence
from io import TextIOWrapper
from itertools import islice
from statistics import mean
from typing import NamedTuple
from zipfile import ZipFile

from models.base import Edge
from models.checks import roc_auc
from models.edge_burst import EdgeBurst
from tests.shared_data import shared_data

SCANS = frozenset({"satan", "mscan", "ipsweep", "portsweep", "nmap", "saint"})
GUESSING = frozenset(
    {"dict", "guest", "snmpguess", "imap", "warez", "warezmaster", "warezclient", "warzclient"}
)
NORMAL = "-"


class Labelled(NamedTuple):
    """One edge and the name of the attack it belongs to, `-` for none."""

    edge: Edge
    attack: str


class Quality(NamedTuple):
    """ROC AUC against all normal edges: of every attack, of scans, of guessing and abuse."""

    all: float
    scans: float
    guessing: float


def darpa_edges(limit: int | None = None) -> Iterator[Labelled]:
    """The trace's edges in order, up to `limit`."""
    archive = ZipFile(shared_data() / "darpa" / "darpa_original.zip")
    tick, before = 0, ""
    with archive, archive.open("darpa_original.csv") as raw:
        for line in islice(TextIOWrapper(raw, encoding="ascii"), limit):
            source, destination, minute, attack = line.rstrip("\n").split(",")
            if minute != before:
                tick, before = tick + 1, minute
            yield Labelled(Edge(source, destination, tick), attack)


def sketch_scores(trace: Sequence[Labelled], seed: int) -> list[float]:
    """Each edge's score before it was learned."""
    update = EdgeBurst(seed=seed).update_one
    return [update(edge) for edge, _ in trace]


def trivial_scores(trace: Sequence[Labelled]) -> list[float]:
    """Edges so far this minute to this destination."""
    seen: dict[tuple[str, int], int] = {}
    scores = []
    for (_, destination, tick), _ in trace:
        count = seen[destination, tick] = seen.get((destination, tick), 0) + 1
        scores.append(float(count))
    return scores


def quality(trace: Sequence[Labelled], scores: Sequence[float]) -> Quality:
    """ROC AUC of these scores; NaN for a slice that does not occur."""

    def against_normal(attacks: frozenset[str] | None) -> float:
        rows = [
            (score, attack != NORMAL)
            for score, (_, attack) in zip(scores, trace, strict=True)
            if attack == NORMAL or attacks is None or attack in attacks
        ]
        labels = [odd for _, odd in rows]
        return roc_auc([score for score, _ in rows], labels) if any(labels) else float("nan")

    return Quality(against_normal(None), against_normal(SCANS), against_normal(GUESSING))


def _line(name: str, found: Quality, seconds: float, edges: int) -> None:
    cost = f"{seconds / edges * 1e6:6.2f} us/edge" if seconds else ""
    print(f"{name:>10}  {found.all:.4f}  {found.scans:.4f}  {found.guessing:.4f}  {cost}")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--edges", type=int, default=None, help="only the first N")
    asked = parser.parse_args()
    trace = list(darpa_edges(asked.edges))
    print(f"{len(trace):,} edges, sketches of 2 x 1024\n{'':>10}  all     scans   guessing")
    _line("trivial", quality(trace, trivial_scores(trace)), 0.0, len(trace))
    found = []
    for seed in range(1, asked.seeds + 1):
        began = time.perf_counter()
        scores = sketch_scores(trace, seed)
        seconds = time.perf_counter() - began
        found.append(quality(trace, scores))
        _line(f"seed {seed}", found[-1], seconds, len(trace))
    _line("mean", Quality(*(mean(column) for column in zip(*found, strict=True))), 0.0, len(trace))


if __name__ == "__main__":
    main()
