"""Detections: one small file each, discovered by scanning this package.

A detection has `META` (who it is, what it maps to, what to do about it) and `judge`, its condition:
a pure function of a view. `ON` says what it looks at: a principal's mark, a credential's use or an
arrival at an origin.
"""

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType
from typing import Any, Literal, Protocol

from detector.detections.meta import Detection
from detector.findings import Evidence


class Unit(Protocol):
    """What every detection module provides."""

    META: Detection
    ON: Literal["principal", "credential", "origin"]

    def judge(self, view: Any) -> Evidence | None:
        """The evidence if the condition holds at this view."""


def _scan() -> dict[str, Any]:
    units = {}
    for found in sorted(m.name for m in iter_modules(__path__)):
        module = import_module(f"{__name__}.{found}")
        if hasattr(module, "META"):
            units[module.META.id] = module
    return units


DETECTIONS: Mapping[str, Any] = MappingProxyType(_scan())
