"""Names that must exist: a misspelt detection or source is refused, with the nearest known one.

Examples:
    >>> known_detections(("lateral_movment",))
    Traceback (most recent call last):
    ...
    ValueError: there is no detection 'lateral_movment'; did you mean "lateral_movement"?
    >>> with mapped(["mappings/portal.toml"]):
    ...     known_sources(["portal"])
    ('portal',)
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import PurePath

from detector.detections import DETECTIONS
from detector.sources.nearest import nearest

# Whoever checks a table of settings knows nothing of the others, which may name more sources.
_MAPPED: ContextVar[tuple[str, ...]] = ContextVar("mapped", default=())


def mapped_names(paths: Iterable[object]) -> tuple[str, ...]:
    """The sources that mapping files make are called after the files."""
    return tuple(PurePath(str(path)).stem for path in paths)


@contextmanager
def mapped(paths: Iterable[object]) -> Iterator[None]:
    """Within this there are also the sources that these mapping files make."""
    token = _MAPPED.set(mapped_names(paths))
    try:
        yield
    finally:
        _MAPPED.reset(token)


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

    return _known(tuple(names), (*SOURCES, *_MAPPED.get()), "source")


def _known(names: tuple[str, ...], known: Iterable[str], noun: str) -> tuple[str, ...]:
    known = list(known)
    for name in names:
        if name not in known:
            raise ValueError(f"there is no {noun} {name!r}{nearest(name, known)}")
    return names
