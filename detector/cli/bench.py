"""`detector bench`: what it costs and how well it detects, beside floors of the same run."""

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from detector.bench import Figure

_SECTIONS = ("step", "skew", "state", "replay", "quality", "sources")
_CASES = Path("tests/cases/sources")
Part = Callable[[], "Iterator[Figure]"]


def bench(
    *,
    only: Annotated[
        str, typer.Option(help="Sections, comma-separated.", metavar="NAME,NAME")
    ] = ",".join(_SECTIONS),
    events: Annotated[int, typer.Option(min=1_000, help="Events for the engine.")] = 1_000_000,
    identities: Annotated[int, typer.Option(min=10, help="Identities in them.")] = 100_000,
    shared: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Development data, for its streams.", show_default=False),
    ] = None,
    cases: Annotated[
        Path, typer.Option(metavar="DIR", help="Golden cases, a folder for each source.")
    ] = _CASES,
    seeds: Annotated[str, typer.Option(help="Simulator seeds for quality.")] = "101,102,103",
    members: Annotated[int, typer.Option(min=50, help="Members of each organisation.")] = 1_000,
    days: Annotated[float, typer.Option(min=1, help="Days of each organisation.")] = 5.0,
    markdown: Annotated[bool, typer.Option("--markdown", help="A table for a page.")] = False,
) -> None:
    """Measure speed, memory and detection quality on this machine.

    Every figure of ours stands beside a floor from the same run; ratios travel, seconds do not.

    For example:

    - `detector bench --only step,skew,state`
    - `detector bench --only quality --seeds 7 --members 300 --days 4`
    - `detector bench --only sources --cases tests/cases/sources`
    """
    from detector.bench import as_markdown, decoding
    from detector.bench.figures import shown
    from detector.cli.guard import WrongUseError

    chosen = [name.strip() for name in only.split(",")]
    unknown = sorted(set(chosen) - set(_SECTIONS))
    if unknown:
        raise WrongUseError(f"no section {unknown[0]!r}: there are {', '.join(_SECTIONS)}")
    if "sources" in chosen and not cases.is_dir():
        if chosen == ["sources"]:
            raise WrongUseError(f"no folder {cases}: name that of the golden cases with --cases")
        chosen.remove("sources")  # an installed package has none
    parts = _parts(events, identities, shared, [int(s) for s in seeds.split(",")], members, days)
    parts["sources"] = lambda: decoding(cases, max(100, events // 50))
    figures = []
    for name in chosen:
        for figure in parts[name]():
            figures.append(figure)
            if not markdown:
                typer.echo(
                    f"{figure.section:8} {figure.what:52} {shown(figure.value):>12} {figure.unit}"
                    f"  {figure.note}"
                )
    if markdown:
        typer.echo(as_markdown(figures))


def _parts(
    events: int, identities: int, shared: Path | None, seeds: list[int], members: int, days: float
) -> dict[str, Part]:
    from detector import bench as b

    def replay() -> "Iterator[Figure]":
        from detector.simulate import simulate

        if shared is not None:
            yield from b.raw_replay("stream-11", [str(shared / "mixed" / "stream-11.jsonl.xz")])
        with TemporaryDirectory() as folder:
            simulate(Path(folder), seed=seeds[0], days=2, identities=300)
            logs = [str(Path(folder) / name) for name in ("cloudtrail", "token_use")]
            yield from b.raw_replay("simulated", logs)

    def quality() -> "Iterator[Figure]":
        for stream in ("11", "12") if shared is not None else ():
            mixed = (shared or Path()) / "mixed"
            labels = mixed / f"labels-{stream}.csv"
            yield from b.labelled(f"stream-{stream}", labels, mixed / f"stream-{stream}.jsonl.xz")
        for seed in seeds:
            yield from b.simulated(seed, members, days)

    return {
        "step": lambda: b.stepping(events, identities),
        "skew": lambda: b.skewed(events, identities),
        "state": lambda: b.state(events, identities),
        "replay": replay,
        "quality": quality,
    }
