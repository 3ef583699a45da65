"""All log sources there are: every module below this package that defines `SOURCE`.

Examples:
    >>> {"cloudtrail", "token_use"} <= set(SOURCES)
    True
    >>> auto(b"nothing that we know") is None
    True
"""

from importlib import import_module
from pkgutil import walk_packages

import detector.sources
from detector.sources.base import Source

# The module of each source, by the source's name: its first paragraph says what the source is.
MODULES: dict[str, str] = {}


def _discover() -> dict[str, Source]:
    found: dict[str, Source] = {}
    packages = walk_packages(detector.sources.__path__, f"{detector.sources.__name__}.")
    for module in sorted(packages, key=lambda one: one.name.rpartition(".")[2]):
        source = getattr(import_module(module.name), "SOURCE", None)
        if source is not None:
            found[source.name] = source
            MODULES[source.name] = module.name
    return found


SOURCES: dict[str, Source] = _discover()


def auto(raw: bytes) -> Source | None:
    """The source that recognises `raw`, or None. Cheap: looks for field names, parses nothing."""
    return next((source for source in SOURCES.values() if source.sniff(raw)), None)
