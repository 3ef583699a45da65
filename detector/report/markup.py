"""HTML and SVG that cannot be broken out of: text is escaped unless it was built here.

Examples:
    >>> element("p", "<script>", element("b", "bold"), cls="note")
    '<p class="note">&lt;script&gt;<b>bold</b></p>'
    >>> element("rect", x=1.5, stroke_width=2)
    '<rect x="1.5" stroke-width="2"/>'
"""

from collections.abc import Iterable
from html import escape

from detector.report.words import plain

_EMPTY = frozenset({"rect", "line", "circle", "path", "meta"})


class Markup(str):
    """Text that is markup already and is not escaped again. Only this module makes it from parts;
    a page's own fixed text (its style sheet) is the one other source.
    """

    __slots__ = ()


Child = str | Markup | None


def element(name: str, /, *children: Child, **attributes: str | float | None) -> Markup:
    """One element. A `str` child is escaped, None is left out. `cls` stands for class, an
    underscore in an attribute's name for a hyphen; an attribute that is None is left out.
    """
    pairs = "".join(
        f' {_attribute(key)}="{_value(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _EMPTY and not children:
        return Markup(f"<{name}{pairs}/>")
    return Markup(f"<{name}{pairs}>{join(children)}</{name}>")


def join(children: Iterable[Child]) -> Markup:
    """The children in a row, each escaped unless it is markup."""
    return Markup("".join(text(child) for child in children if child is not None))


def text(value: str, longest: int | None = None) -> Markup:
    """The value as markup: as it is if it is markup, made plain and escaped if it is not."""
    if isinstance(value, Markup):
        return value
    shown = plain(value) if longest is None else plain(value, longest)
    return Markup(escape(shown))


def _attribute(key: str) -> str:
    return "class" if key == "cls" else key.replace("_", "-")


def _value(value: str | float | None) -> str:
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return escape(plain(str(value)))
