"""`python -m tests.fuzz`: hostile inputs for every source, over all cores, and a table at the end.

Exits with 1 if anything was found; each input that showed a fault is kept in a file.
"""

import argparse
import itertools
import os
import sys
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from multiprocessing import get_context
from pathlib import Path
from time import monotonic

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from detector.sources.registry import SOURCES
from tests.fuzz.found import Tally
from tests.fuzz.judge import Trial
from tests.fuzz.work import chunk

_CHUNK = 2_500
_INPUTS = 100_000
_WIDE = 120  # of a table in a file


def main() -> int:
    """Run what the arguments ask for."""
    told = _arguments()
    if told.again is not None:
        return _again(told.again, told.source or sorted(SOURCES))
    names = told.source or sorted(SOURCES)
    out = Console(soft_wrap=True)
    if not out.is_terminal:
        out.width = _WIDE
    out.print(f"{told.inputs:,} inputs for each of {len(names)} sources, seed {told.seed}")
    tallies = _run(names, told.inputs, told.seconds, str(told.seed))
    out.print(_table(tallies))
    found = [one for tally in tallies.values() for one in tally.found]
    for one in found:
        out.print(one.told(), markup=False, highlight=False)
        out.print(f"  kept in {one.kept(told.out)}", markup=False)
    out.print(f"{len(found)} findings" if found else "nothing but events and DecodeError")
    return 1 if found else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=_INPUTS, help="for each source")
    parser.add_argument("--seconds", type=float, help="stop after so long, whatever is left")
    parser.add_argument("--source", action="append", choices=sorted(SOURCES), help="only this one")
    parser.add_argument("--seed", type=int, default=1, help="another seed is other inputs")
    parser.add_argument(
        "--out", type=Path, default=Path("build/fuzz"), help="where inputs are kept"
    )
    parser.add_argument("--again", type=Path, metavar="FILE", help="one input that was kept")
    return parser.parse_args()


def _again(path: Path, names: list[str]) -> int:
    """One input once more: what it shows, with the whole error."""
    raw, bad = path.read_bytes(), False
    for name in names:
        trial = Trial(SOURCES[name])
        trial.run(raw)
        for one in trial.found.values():
            bad = True
            sys.stdout.write(one.told() + "\n")
    return 1 if bad else 0


def _chunks(names: list[str], inputs: int, seed: str) -> Iterator[tuple[str, str, int]]:
    """Source by source in turn, so that a run that is cut short has seen all of them."""
    for number in itertools.count():
        left = inputs - number * _CHUNK
        if left <= 0:
            return
        for name in names:
            yield name, f"{seed}/{number}", min(left, _CHUNK)


def _run(names: list[str], inputs: int, seconds: float | None, seed: str) -> dict[str, Tally]:
    tallies = {name: Tally(name) for name in names}
    waiting = _chunks(names, inputs, seed)
    workers = len(os.sched_getaffinity(0))
    ends = monotonic() + seconds if seconds is not None else float("inf")
    running: set[Future[Tally]] = set()
    with _bar() as progress, ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        task = progress.add_task("fuzz", total=inputs * len(names))
        while True:
            for told in itertools.islice(waiting, 2 * workers - len(running)):
                running.add(pool.submit(chunk, *told))
            if not running:
                return tallies
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for one in done:
                tally = one.result()
                tallies[tally.source].add(tally)
                progress.update(task, advance=tally.inputs, description=tally.source)
            if monotonic() > ends:
                waiting = iter(())


def _bar() -> Progress:
    shown = Console(stderr=True)
    columns = (
        TextColumn("{task.description:24}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
    )  # fmt: skip
    return Progress(*columns, console=shown, transient=True, disable=not shown.is_terminal)


def _table(tallies: dict[str, Tally]) -> Table:
    table = Table(box=None)
    table.add_column("source", no_wrap=True)
    for name in (
        "inputs",
        "decoded",
        "skipped",
        "refused",
        "a second",
        "slowest",
        "memory",
        "faults",
    ):
        table.add_column(name, justify="right", no_wrap=True)
    for one in tallies.values():
        table.add_row(
            one.source,
            f"{one.inputs:,}",
            f"{one.decoded / max(1, one.inputs):.0%}",
            f"{one.skipped / max(1, one.inputs):.0%}",
            f"{one.refused / max(1, one.inputs):.0%}",
            f"{one.inputs / max(one.seconds, 1e-9):,.0f}",
            f"{one.slowest * 1_000:.1f} ms",
            f"+{one.grown >> 20} MiB",
            str(len(one.found)),
        )
    return table


if __name__ == "__main__":
    sys.exit(main())
