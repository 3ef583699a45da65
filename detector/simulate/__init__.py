"""A simulated organisation: raw logs in the sources' own formats, with attacks and their twins.

`simulate` writes a folder; `generate` yields the same records without files. Both are deterministic
by seed: nothing here reads a clock, and all randomness comes from `random.Random` under names.

Examples:
    >>> from detector.simulate import Options, generate
    >>> sum(1 for _ in generate(Options(identities=20, days=0.05))) > 100
    True
"""

from detector.simulate.demo import DEMO
from detector.simulate.folder import Summary, simulate, write
from detector.simulate.lookalikes import LOOKALIKES
from detector.simulate.options import Options
from detector.simulate.scenarios.registry import SCENARIOS
from detector.simulate.stream import Emission, generate

__all__ = [
    "DEMO",
    "LOOKALIKES",
    "SCENARIOS",
    "Emission",
    "Options",
    "Summary",
    "generate",
    "simulate",
    "write",
]
