"""Benchmarks: what the engine costs, side by side with floors measured in the same run.

Figures are ratios first: a floor (decoding alone, counting alone, a naive rule) runs on the same
events in the same process, so that a slower machine moves both. Nothing here is a test.
"""

from detector.bench.engine import skewed, state, stepping
from detector.bench.figures import Figure, as_markdown
from detector.bench.logs import raw_replay
from detector.bench.quality import labelled, simulated
from detector.bench.sources import decoding

__all__ = [
    "Figure",
    "as_markdown",
    "decoding",
    "labelled",
    "raw_replay",
    "simulated",
    "skewed",
    "state",
    "stepping",
]
