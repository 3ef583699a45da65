"""Figures of a benchmark, and how they are written down.

Examples:
    >>> print(as_markdown([Figure("step", "decode only", 2_000_000.0, "events/s")]))
    | section | what | figure | unit | note |
    |---|---|---|---|---|
    | step | decode only | 2,000,000 | events/s |  |
"""

import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from time import perf_counter, process_time
from typing import TypeVar

from msgspec import Struct

_ROUND = 100
T = TypeVar("T")


class Figure(Struct, frozen=True):
    """One measured number."""

    section: str
    what: str
    value: float
    unit: str
    note: str = ""


def as_markdown(figures: Iterable[Figure]) -> str:
    """The figures as a table."""
    rows = ["| section | what | figure | unit | note |", "|---|---|---|---|---|"]
    rows += [
        f"| {f.section} | {f.what} | {shown(f.value)} | {f.unit} | {f.note} |" for f in figures
    ]
    return "\n".join(rows)


def shown(value: float) -> str:
    """A figure without false precision."""
    return f"{value:,.0f}" if value >= _ROUND else f"{value:.2f}"


def best_of(times: int, work: Callable[[], object]) -> float:
    """The smallest processor time of several runs, in seconds: noise only ever adds."""
    return min(_once(work) for _ in range(times))


def shortest_of(times: int, work: Callable[[], object]) -> float:
    """The shortest time on the clock of several runs, in seconds: for work that several processes
    share, whose processor time would say nothing of how soon it is done."""
    return min(_timed(work) for _ in range(times))


def _timed(work: Callable[[], object]) -> float:
    with no_collector():
        began = perf_counter()
        work()
        return perf_counter() - began


def best_after(times: int, prepare: Callable[[], T], work: Callable[[T], object]) -> float:
    """The same of work on what has been prepared for it, anew each time; that does not count."""
    return min(_once(partial(work, prepare())) for _ in range(times))


def _once(work: Callable[[], object]) -> float:
    with no_collector():
        began = process_time()
        made = work()
        took = process_time() - began
        del made  # to take a state of many identities apart is no part of the work
        return took


@contextmanager
def no_collector() -> Iterator[None]:
    """Without Python's cycle collector: the state has no cycles, and walking a million objects for
    them costs half of everything. The shell decides this, not the engine. Within another one it does
    nothing: to clear up between short runs would take longer than they do."""
    if not gc.isenabled():
        yield
        return
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
