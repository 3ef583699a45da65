"""Ours against the peers as horizontal bars, for a page: a small SVG that suits light and dark.

Examples:
    >>> drawn = picture([Figure("throughput", NAME, 2.0, "events/s")])
    >>> "2" in drawn and drawn.startswith("<svg")
    True
"""

from collections.abc import Iterable
from html import escape

from msgspec.structs import replace

from detector.bench import Figure
from detector.bench.figures import shown
from tests.bench.kafka.throughput import NAME

_WIDTH, _LABEL, _ROW, _BAR = 760, 300, 30, 18
_SPACE = "http://www.w3.org/2000/svg"
_STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#57606a}.ours{fill:#1f6feb}.peer{fill:#8c959f}"
    ".floor{fill:#d0d7de}text.mine{font-weight:600;fill:#1f6feb}"
    "@media(prefers-color-scheme:dark){text{fill:#9da7b1}.floor{fill:#3d444d}}"
)


def picture(figures: Iterable[Figure]) -> str:
    """One bar for each contender of the section `throughput`, the fastest on top, and for ours on one
    core and on two, where the section `workers` was measured."""
    rows = [row for figure in figures if (row := _row(figure)) is not None]
    rows.sort(key=_rate, reverse=True)
    most = max((row.value for row in rows), default=1.0) or 1.0
    height = _ROW * len(rows) + 12
    said = "; ".join(f"{row.what}: {shown(row.value)} events a second" for row in rows)
    return "\n".join(
        [
            _head(height, said),
            f"<style>{_STYLE}</style>",
            *(_bar(row, most, 6 + _ROW * number) for number, row in enumerate(rows)),
            "</svg>\n",
        ]
    )


def _row(figure: Figure) -> Figure | None:
    if figure.unit != "events/s" or not figure.value:  # one that did not finish has no rate
        return None
    if figure.section == "workers":
        alone = figure.what.endswith(("worker", "workers"))
        return replace(figure, what=f"ours, {figure.what}, a run apart") if alone else None
    ours = figure.what.startswith("ours") and figure.what != NAME
    return None if ours or figure.section != "throughput" else figure


def _head(height: int, said: str) -> str:
    size = f'viewBox="0 0 {_WIDTH} {height}"'
    return f'<svg xmlns="{_SPACE}" {size} role="img" aria-label="{escape(said)}">'


def _rate(figure: Figure) -> float:
    return figure.value


def _bar(figure: Figure, most: float, y: int) -> str:
    kind = figure.what.split(" ")[0].strip(",:")
    mark = kind if kind in {"ours", "floor"} else "peer"
    width = max(2.0, (_WIDTH - _LABEL - 80) * figure.value / most)
    mine = ' class="mine"' if mark == "ours" else ""
    return (
        f'<text x="{_LABEL - 8}" y="{y + 14}" text-anchor="end"{mine}>{escape(figure.what)}</text>'
        f'<rect x="{_LABEL}" y="{y}" width="{width:.1f}" height="{_BAR}" rx="2" class="{mark}"/>'
        f'<text x="{_LABEL + width + 6:.1f}" y="{y + 14}"{mine}>{shown(figure.value)}</text>'
    )
