"""All log sources there are: every module in a family's package that defines `SOURCE`.

Examples:
    >>> {"cloudtrail", "token_use"} <= set(SOURCES)
    True
    >>> auto(b"nothing that we know") is None
    True
"""

from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from pkgutil import iter_modules
from typing import Protocol

import detector.sources
from detector.sources.base import DecodeError, Source
from detector.sources.format import Format
from detector.sources.marks import Fields, Marks
from detector.sources.record import Record, fields_of
from schemas.event import ActivityEvent


class Native(Source, Protocol):
    """A source of this package: it is recognised by its marks."""

    @property
    def marks(self) -> Marks:
        """What tells it from every other one."""


# The module of each source, by the source's name: its first paragraph says what the source is.
MODULES: dict[str, str] = {}


def _discover() -> dict[str, Native]:
    found: dict[str, Native] = {}
    for module in sorted(_modules(), key=lambda name: name.rpartition(".")[2]):
        source = getattr(import_module(module), "SOURCE", None)
        if source is not None:
            if source.name in found:
                raise ImportError(f"{module}: there is already a source {source.name!r}")
            found[source.name] = source
            MODULES[source.name] = module
    return found


def _modules() -> Iterator[str]:
    """Those in the families' packages; what all sources share stands beside these."""
    for family in iter_modules(detector.sources.__path__, f"{detector.sources.__name__}."):
        if family.ispkg:
            inside = import_module(family.name).__path__
            yield from (module.name for module in iter_modules(inside, f"{family.name}."))


SOURCES: dict[str, Native] = _discover()


def _by_name() -> dict[str, tuple[Native, ...]]:
    """The sources one of whose marks a name may be: few, so only these are asked."""
    names = {name for source in SOURCES.values() for name in source.marks.names}
    return {
        name: tuple(source for source in SOURCES.values() if name in source.marks.names)
        for name in names
    }


_BY_NAME = _by_name()


def known(fields: Fields) -> Native | None:
    """The source that recognises a record which has been parsed, or None."""
    for name in fields:
        for source in _BY_NAME.get(name, ()):
            if source.marks.match(fields):
                return source
    return None


def sniffed(raw: bytes, mapped: Sequence[Source]) -> Source | None:
    """The one of the operator's own sources that recognises `raw`, or None."""
    return next((source for source in mapped if source.sniff(raw)), None)


def auto(raw: bytes, mapped: Sequence[Source] = ()) -> Source | None:
    """The source that recognises `raw`, or None; one of the operator's own (`mapped`) before all
    others."""
    own = sniffed(raw, mapped)
    if own is not None:
        return own
    try:
        return known(fields_of(raw, "record"))
    except DecodeError:
        return None


def read_by(source: Source, record: Record) -> Iterable[ActivityEvent]:
    """The events of a record that has been parsed to be recognised.

    Raises:
        SkipRecord: there is nothing in it for us.
        DecodeError: it cannot be read.
    """
    if isinstance(source, Format):
        return source.events(record)
    return source.decode(bytes(record.raw), record.context, record.position)


def named(name: str, mapped: Sequence[Source] = ()) -> Source | None:
    """The source of that name; None stands for `auto`, and for a name that there is not."""
    return next((source for source in mapped if source.name == name), SOURCES.get(name))
