"""All log sources there are: every module here that defines `SOURCE`.

Examples:
    >>> sorted(SOURCES)
    ['cloudtrail', 'token_use']
    >>> auto(b"nothing that we know") is None
    True
"""

from importlib import import_module
from pkgutil import iter_modules

import detector.sources
from detector.sources.base import Source


def _discover() -> dict[str, Source]:
    found: dict[str, Source] = {}
    for module in sorted(iter_modules(detector.sources.__path__), key=lambda one: one.name):
        source = getattr(import_module(f"detector.sources.{module.name}"), "SOURCE", None)
        if source is not None:
            found[source.name] = source
    return found


SOURCES: dict[str, Source] = _discover()


def auto(raw: bytes) -> Source | None:
    """The source that recognises `raw`, or None. Cheap: looks for field names, parses nothing."""
    return next((source for source in SOURCES.values() if source.sniff(raw)), None)
