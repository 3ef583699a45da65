"""The simulation itself: everybody's events, slice by slice, merged in order of event time.

Memory holds one slice and the tails that run past it, whatever the length of the simulation.

Examples:
    >>> from detector.simulate.options import Options
    >>> first = next(generate(Options(identities=20, days=0.1)))
    >>> first.source, first.label
    ('cloudtrail', None)
"""

from collections.abc import Iterator
from operator import itemgetter
from typing import NamedTuple

from detector.simulate.clock import HOUR
from detector.simulate.options import Options
from detector.simulate.population.crowd import populate
from detector.simulate.records import Event, Record
from detector.simulate.world import World

SLICE = HOUR
_TIME = itemgetter(0)


class Emission(NamedTuple):
    """One raw record. `label` is `attack` or None; `incident` is `<scenario>-<n>:attack` for an
    attack, `<scenario>-<n>:twin` for its benign twin, `lookalike:<name>` for a benign look-alike,
    else None. `at` is the event time in epoch ms."""

    source: str
    record: Record
    label: str | None
    incident: str | None
    at: int


def generate(options: Options) -> Iterator[Emission]:
    """Every record of a simulation, in order of event time."""
    return emissions(stage(options), options)
