"""A chunk of inputs for one source, in whichever process: the same chunk is the same inputs.

Examples:
    >>> made = chunk("gitleaks", "a seed", 50)
    >>> made.inputs, made.found
    (50, [])
"""

import gc
import resource
from functools import lru_cache

from detector.sources.registry import SOURCES
from tests.fuzz.found import Finding, Tally
from tests.fuzz.judge import Trial
from tests.fuzz.mutate import inputs
from tests.sources.cases import FOLDER

# What one chunk may add to a process at its peak, its longest inputs included.
MOST_GROWN = 256 * 2**20


@lru_cache
def cases(source: str) -> tuple[bytes, ...]:
    """The golden cases of a source."""
    return tuple(path.read_bytes() for path in sorted((FOLDER / source).glob("*.raw.json")))


def chunk(source: str, seed: str, count: int) -> Tally:
    """`count` inputs of one seed."""
    trial = Trial(SOURCES[source])
    gc.collect()
    before = _peak()
    for raw in inputs(cases(source), f"{source}/{seed}", count):
        trial.run(raw)
    grown = _peak() - before
    found = list(trial.found.values())
    if grown > MOST_GROWN:
        found.append(Finding(source, f"memory grew by {grown >> 20:,} MiB, seed {seed}", b"", 1))
    return Tally(
        source,
        trial.inputs,
        trial.events,
        trial.decoded,
        trial.refused,
        trial.skipped,
        trial.seconds,
        trial.slowest,
        grown,
        found,
    )


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
