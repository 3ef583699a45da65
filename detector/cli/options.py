"""Arguments and options that several commands share, so that they mean the same everywhere."""

from pathlib import Path
from typing import Annotated

import typer

Paths = Annotated[
    list[str],
    typer.Argument(
        metavar="PATH...",
        help="Files, folders, globs, or - for standard input; "
        ".json .jsonl .ndjson, also as .gz .xz .zip.",
        show_default=False,
    ),
]
Source = Annotated[
    str,
    typer.Option(
        metavar="NAME", help="The log format; auto looks at each file. See detector sources."
    ),
]
Config = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        envvar="DETECTOR_CONFIG",
        help="Settings, as TOML. See detector settings.",
        show_default=False,
    ),
]
Budget = Annotated[
    float | None,
    typer.Option(
        min=0.0001,
        metavar="N",
        help="The alert budget: false findings per day per 1,000 identities. Default: 0.2.",
        show_default=False,
    ),
]
Baseline = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="What detector learn saved; without it, day one.", show_default=False
    ),
]
Workers = Annotated[
    int | None,
    typer.Option(
        min=1,
        metavar="N",
        help="Processes that share the work when there is enough of it; 1: this one does it all. "
        "Default: as many as there are cores.",
        show_default=False,
    ),
]
