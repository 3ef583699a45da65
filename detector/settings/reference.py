"""The reference of all settings, generated from their definitions.

Examples:
    >>> [row.name for row in reference()][:2]
    ['tenant', 'fingerprint_key']
    >>> next(row for row in reference() if row.name == "response.ttl").default
    '1h'
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct
from pydantic import BaseModel, SecretStr

from detector.settings.duration import milliseconds, written
from detector.settings.load import PREFIX, table_of
from detector.settings.model import Settings


class Setting(Struct, frozen=True):
    """One row of the reference. `name` is dotted: `response.ttl` is `ttl` in table `[response]`.
    `value` is the one in effect, which equals `default` unless somebody set it."""

    name: str
    variable: str
    default: str
    value: str
    meaning: str


def reference(settings: Settings | None = None) -> tuple[Setting, ...]:
    """Every setting in the order in which it is defined; a secret's value is never shown."""
    shipped = Settings.model_construct()
    return tuple(_rows(Settings, shipped, settings or shipped, ""))


def _rows(
    model: type[BaseModel], shipped: BaseModel, actual: BaseModel, prefix: str
) -> Iterator[Setting]:
    for name, field in model.model_fields.items():
        inner = table_of(model, name)
        default, value = getattr(shipped, name), getattr(actual, name)
        if inner is not None:
            yield from _rows(inner, default, value, f"{prefix}{name}.")
            continue
        timed = any(getattr(each, "func", None) is milliseconds for each in field.metadata)
        yield Setting(
            name=f"{prefix}{name}",
            variable=_variable(f"{prefix}{name}", default),
            default=_shown(default, timed=timed),
            value=_shown(value, timed=timed),
            meaning=field.description or "",
        )


def _variable(name: str, default: Any) -> str:
    variable = f"{PREFIX}{name}".replace(".", "__").upper()
    return f"{variable}__<NAME>" if isinstance(default, Mapping) else variable


def _shown(value: Any, *, timed: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, SecretStr):
        return "(set)"
    if timed:
        return written(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key} = {written(each)}" for key, each in value.items())
    if isinstance(value, tuple):
        return ", ".join(value)
    return json.dumps(value) if isinstance(value, bool) else str(value)
