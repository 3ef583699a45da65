"""What there is: detections, sources, settings and contracts, generated from the code.

With `--markdown` each prints the table that stands in the README.
"""

import inspect
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Annotated

import typer
from rich import box
from rich.table import Table
from rich.text import Text

from detector.cli.console import out
from detector.cli.guard import WrongUseError
from detector.cli.options import Config

if TYPE_CHECKING:
    from detector.settings.reference import Setting

_FEW = 2
Markdown = Annotated[bool, typer.Option("--markdown", help="Print the README's table.")]


def detections(*, markdown: Markdown = False) -> None:
    """List the detections: what each looks for and which frameworks it maps to."""
    from detector.detections import DETECTIONS

    rows = [
        (
            f"`{meta.id}`" if markdown else meta.id,
            meta.summary,
            meta.status,
            "yes" if meta.calibrated else "no",
            ", ".join((*meta.attack, *meta.atlas, *meta.owasp)),
        )
        for meta in (unit.META for unit in DETECTIONS.values())
    ]
    head = ("detection", "looks for", "status", "follows the budget", "frameworks")
    _print(head, rows, markdown=markdown)


def sources(
    name: Annotated[
        str | None, typer.Argument(help="A source; without it, the list.", show_default=False)
    ] = None,
    *,
    markdown: Markdown = False,
) -> None:
    """List the log formats that can be read; `--source` takes their names. Of one, tell which fields
    of an event it ever fills and which detections can find something in it.

    - `detector sources`
    - `detector sources cloudtrail`
    """
    from detector.detections import DETECTIONS
    from detector.sources.filled import fed, filled
    from detector.sources.nearest import nearest
    from detector.sources.registry import MODULES

    needs = {name: unit.META.needs for name, unit in DETECTIONS.items()}
    fields = filled()
    if name is None:
        rows = [
            (f"`{each}`" if markdown else each, _about(module), _share(fields[each], needs))
            for each, module in MODULES.items()
        ]
        _print(("source", "what it is", "detections"), rows, markdown=markdown)
        return
    if name not in MODULES:
        raise WrongUseError(f"there is no source {name!r}{nearest(name, MODULES)}")
    there = fed(fields[name], needs)
    detections = [
        (each, "yes" if each in there else "no", ", ".join(sorted({*wanted} - {*fields[name]})))
        for each, wanted in needs.items()
    ]
    show(("fields that it ever fills",), [(field,) for field in fields[name]])
    show(("detection", "can find something", "what this log never says"), detections)


def settings(*, config: Config = None, markdown: Markdown = False) -> None:
    """List every setting with its meaning and default; with `--config`, also its value in effect.

    A setting stands in the file as `name = value` (`response.ttl` is `ttl` in table `[response]`)
    or in the environment as `DETECTOR_NAME`, which wins. Lengths of time carry their unit: "15m".
    """
    from detector.settings import load_settings, reference

    loaded = None if markdown else load_settings(config)
    rows = [_setting(row, markdown=markdown) for row in reference(loaded)]
    head = ("setting", "environment", "default", "in effect", "meaning")
    _print(head[:3] + head[3 + markdown :], rows, markdown=markdown)


def _setting(row: "Setting", *, markdown: bool) -> tuple[str, ...]:
    if markdown:
        default = f"`{row.default}`" if row.default else ""
        return f"`{row.name}`", f"`{row.variable}`", default, row.meaning
    changed = row.value if row.value != row.default else ""
    return row.name, row.variable, row.default, changed, row.meaning


def schema(
    name: Annotated[
        str | None, typer.Argument(help="A contract; without it, the list.", show_default=False)
    ] = None,
    *,
    markdown: Markdown = False,
) -> None:
    """Print a message's JSON Schema, or list the messages there are."""
    from detector.sources.nearest import nearest
    from schemas.registry import CONTRACTS, rendered

    if name is None:
        rows = [(f"`{n}`" if markdown else n, c.about) for n, c in CONTRACTS.items()]
        _print(("message", "what it is"), rows, markdown=markdown)
        return
    if name not in CONTRACTS:
        raise WrongUseError(f"there is no message {name!r}{nearest(name, CONTRACTS)}")
    typer.echo(rendered(name), nl=False)


def _share(fields: Sequence[str], needs: Mapping[str, tuple[str, ...]]) -> str:
    """To how many detections a source gives what they need; by name if only a few lack it."""
    from detector.sources.filled import fed

    lacking = [each for each in needs if each not in fed(fields, needs)]
    if not lacking:
        return "all"
    few = len(lacking) <= _FEW
    return (
        f"all but {', '.join(lacking)}" if few else f"{len(needs) - len(lacking)} of {len(needs)}"
    )


def _about(module: str) -> str:
    """The first paragraph of a source's module."""
    return " ".join((inspect.getdoc(import_module(module)) or "").split("\n\n")[0].split())


def _print(head: Sequence[str], rows: Iterable[Sequence[str]], *, markdown: bool) -> None:
    if markdown:
        typer.echo(table(head, rows))
        return
    show(head, rows)


def show(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table on standard output; log values in it are plain text."""
    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in head:
        drawn.add_column(name, overflow="fold")
    for row in rows:
        drawn.add_row(*(Text(cell) for cell in row))
    out().print(drawn)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    r"""A Markdown table.

    Examples:
        >>> print(table(("a", "b"), [("1", "x|y")]))
        | a | b |
        |---|---|
        | 1 | x\|y |
    """
    lines = [head, *rows]
    cells = [[cell.replace("|", "\\|") for cell in line] for line in lines]
    cells.insert(1, [])
    return "\n".join(
        f"| {' | '.join(line)} |" if line else f"|{'---|' * len(head)}" for line in cells
    )
