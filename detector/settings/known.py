"""Names that must exist: a misspelt detection or source is refused, with the nearest known one.

Examples:
    >>> nearest("budgte", ["budget", "quiet"])
    '; did you mean "budget"?'
    >>> nearest("zzz", ["budget", "quiet"])
    ''
"""

from collections.abc import Iterable
from difflib import get_close_matches

from detector.detections import DETECTIONS


def nearest(name: str, known: Iterable[str]) -> str:
    """The end of an error message: the known name that was probably meant, if there is one."""
    found = get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f'; did you mean "{found[0]}"?' if found else ""


def known_detections(names: tuple[str, ...]) -> tuple[str, ...]:
    """The same names.

    Raises:
        ValueError: when one of them is no detection.
    """
    return _known(names, DETECTIONS, "detection")


def known_sources(names: Iterable[str]) -> tuple[str, ...]:
    """The same names.

    Raises:
        ValueError: when one of them is no source.
    """
    from detector.sources.registry import SOURCES

    return _known(tuple(names), SOURCES, "source")


def _known(names: tuple[str, ...], known: Iterable[str], noun: str) -> tuple[str, ...]:
    known = list(known)
    for name in names:
        if name not in known:
            raise ValueError(f"there is no {noun} {name!r}{nearest(name, known)}")
    return names
