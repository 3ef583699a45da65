"""The lateral-movement path as a staircase: each identity stands a step below who obtained it.

Long names and any number of hops fit, and a branching path stays readable.

Examples:
    >>> found = nodes((Step("ada", "admin", "AssumeRole", 5, "e1"),))
    >>> [(name, depth) for name, depth, _ in found]
    [('ada', 0), ('admin', 1)]
"""

from collections.abc import Sequence

from detector.report.markup import Markup, element
from detector.report.words import clock, plain, several
from schemas.fact import Step

MAX_STEPS = 12
_HEIGHT, _INDENT, _WIDTH = 46, 34, 1000
_LETTER = 7.4
_LONGEST = 70

Node = tuple[str, int, Step | None]


def nodes(path: Sequence[Step]) -> tuple[Node, ...]:
    """Each identity once: its name, how deep it stands, and the step that obtained it."""
    depth: dict[str, int] = {}
    found: list[Node] = []
    for step in sorted(path, key=lambda s: (s.time, s.uid))[:MAX_STEPS]:
        if step.actor not in depth:
            depth[step.actor] = 0
            found.append((step.actor, 0, None))
        if step.child not in depth:
            depth[step.child] = depth[step.actor] + 1
            found.append((step.child, depth[step.child], step))
    return tuple(found)


def staircase(path: Sequence[Step]) -> Markup:
    """The drawing. What had not been walked before is drawn in the colour of the alert."""
    found = nodes(path)
    return element(
        "svg",
        *(_node(found, n) for n in range(len(found))),
        viewBox=f"0 0 {_WIDTH} {len(found) * _HEIGHT - 16}",
        cls="path",
        role="img",
        aria_label=f"Path of {several(len(path), 'step')} through identities",
    )


def _node(found: Sequence[Node], n: int) -> Markup:
    name, depth, step = found[n]
    x, y = depth * _INDENT, n * _HEIGHT + 2
    label = plain(name, _LONGEST)
    width = min(_WIDTH - x - 2, len(label) * _LETTER + 22)
    fresh = "box novel" if step is not None and step.novel else "box"
    return element(
        "g",
        _arrow(found, n, step) if step is not None else None,
        element("rect", x=x + 1, y=y, width=width, height=24, rx=4, cls=fresh),
        element("text", label, x=x + 11, y=y + 16, cls="name"),
    )


def _arrow(found: Sequence[Node], n: int, step: Step) -> Markup:
    """From under the actor, down and to the right, into the child; the operation beside it."""
    depth = found[n][1]
    above = next(k for k in range(n) if found[k][0] == step.actor)
    x = found[above][1] * _INDENT + 14
    top, middle, end = above * _HEIGHT + 26, n * _HEIGHT + 14, depth * _INDENT
    fresh = "hop novel" if step.novel else "hop"
    said = f"{step.operation} at {clock(step.time)}" + (", never walked before" * step.novel)
    return element(
        "g",
        element("path", d=f"M{x} {top}V{middle}H{end - 1}", cls=fresh),
        element(
            "path", d=f"M{end - 7} {middle - 4}L{end} {middle}L{end - 7} {middle + 4}", cls=fresh
        ),
        element("text", plain(said, 90), x=depth * _INDENT + 2, y=n * _HEIGHT - 4, cls="how"),
    )
