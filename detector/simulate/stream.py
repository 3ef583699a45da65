"""The simulation itself: everybody's events, slice by slice, merged in order of event time.

Memory holds one slice and the tails that run past it, whatever the length of the simulation.

Examples:
    >>> first = next(generate(Options(identities=20, days=0.1)))
    >>> first.source, first.label
    ('cloudtrail', None)
"""

from collections import defaultdict
from collections.abc import Iterator
from itertools import chain
from operator import itemgetter
from typing import NamedTuple

from detector.simulate.casting import Incident, cast, substitute
from detector.simulate.clock import HOUR
from detector.simulate.lookalikes import by_nature
from detector.simulate.options import Options
from detector.simulate.population.crowd import populate
from detector.simulate.records import Event, Record
from detector.simulate.world import World

SLICE = HOUR
_TIME = itemgetter(0)
_PATIENCE = 6 * HOUR  # before the end, within which a waiting incident takes another victim


class Emission(NamedTuple):
    """One raw record. `label` is `attack` or None; `incident` is `<scenario>-<n>:attack` for an
    attack, `<scenario>-<n>:twin` for its benign twin, `lookalike:<name>` for a benign look-alike,
    else None. `at` is the event time in epoch ms."""

    source: str
    record: Record
    label: str | None
    incident: str | None
    at: int


class Stage:
    """The world, everybody in it, and the incidents that are planned for them."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.world = World(options)
        self.actors = populate(self.world)
        self.incidents = cast(self.world, self.actors)


def generate(options: Options) -> Iterator[Emission]:
    """Every record of a simulation, in order of event time.

    Raises:
        ValueError: a scenario's name is unknown.
    """
    return play(Stage(options))


def play(stage: Stage) -> Iterator[Emission]:
    """Every record of a stage, in order of event time."""
    options = stage.options
    later: defaultdict[int, list[Event]] = defaultdict(list)
    waiting = list(stage.incidents)
    running: list[Iterator[Event]] = []
    second_trail = stage.world.estate.accounts[-1].id
    for number, begin in enumerate(range(options.start, options.end, SLICE)):
        end = min(begin + SLICE, options.end)
        now = later.pop(number, [])
        for actor in stage.actors:
            _sort_in(actor.events(begin, end), number, options, now, later)
        started = _start(stage, waiting, end)
        running = [
            r for r in chain(running, started) if _advance(r, end, number, options, now, later)
        ]
        now.sort(key=_TIME)
        for event in now:
            yield from _emitted(event, second_trail)


def _sort_in(
    events: list[Event],
    number: int,
    options: Options,
    now: list[Event],
    later: defaultdict[int, list[Event]],
) -> None:
    """Put events where they are due: in this slice, or in a later one."""
    bound = options.start + (number + 1) * SLICE
    for event in events:
        if event[0] < bound:
            now.append(event)
        elif event[0] < options.end:
            later[(event[0] - options.start) // SLICE].append(event)


def _start(stage: Stage, waiting: list[Incident], end: int) -> list[Iterator[Event]]:
    """The attacks whose time has come and whose victims can be had."""
    late = end > stage.options.end - _PATIENCE
    ready: list[Incident] = []
    for incident in waiting:
        if late and incident.due < end and not incident.victim.live(end):
            substitute(incident, stage.actors, end)
        if incident.ready(end):
            ready.append(incident)
    for incident in ready:
        waiting.remove(incident)
    return [incident.play(end - SLICE) for incident in ready]


def _advance(
    running: Iterator[Event],
    end: int,
    number: int,
    options: Options,
    now: list[Event],
    later: defaultdict[int, list[Event]],
) -> bool:
    """Play an attack up to the end of the slice. False when it is over."""
    for event in running:
        _sort_in([event], number, options, now, later)
        if event[0] >= end:
            return True
    return False


def _emitted(event: Event, second_trail: str) -> Iterator[Emission]:
    at, record, mark = event
    if "eventName" not in record:
        yield Emission("token_use", record, *_named(mark), at)
        return
    label, incident = _named(by_nature(record) if mark in {"", "-"} else mark)
    yield Emission("cloudtrail", record, label, incident, at)
    # A second trail of one account records changes only: the same events, delivered twice.
    if not record["readOnly"] and record["recipientAccountId"] == second_trail:
        yield Emission("cloudtrail", record, label, incident or "lookalike:duplicate_trails", at)


def _named(mark: str) -> tuple[str | None, str | None]:
    if not mark or mark == "-":
        return None, None
    if mark.endswith(":attack"):
        return "attack", mark
    return None, mark if mark.endswith(":twin") else f"lookalike:{mark}"
