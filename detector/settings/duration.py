"""Lengths of time as people write them: a number and its unit.

Examples:
    >>> milliseconds("15m"), milliseconds("1.5 h"), milliseconds("500 ms")
    (900000, 5400000, 500)
    >>> written(900_000), written(5_400_000), written(0)
    ('15m', '90m', '0s')
    >>> milliseconds(900)
    Traceback (most recent call last):
    ...
    ValueError: a length of time needs its unit (ms, s, m, h or d), as in "15m": got 900
"""

import re
from typing import Annotated

from pydantic import BeforeValidator

_UNITS = {"ms": 1, "s": 1_000, "m": 60_000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}
_FORM = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|min|m|h|d)")


def milliseconds(value: object) -> int:
    """The length in ms.

    Raises:
        ValueError: when there is no unit, or it is no length of time at all.
    """
    found = _FORM.fullmatch(str(value).strip())
    if found is None or isinstance(value, bool):
        raise ValueError(
            f'a length of time needs its unit (ms, s, m, h or d), as in "15m": got {value!r}'
        )
    return round(float(found[1]) * _UNITS[found[2]])


def written(length: int) -> str:
    """A length in ms in its largest whole unit."""
    for unit in ("d", "h", "m", "s"):
        if length % _UNITS[unit] == 0 and (length or unit == "s"):
            return f"{length // _UNITS[unit]}{unit}"
    return f"{length}ms"


Duration = Annotated[int, BeforeValidator(milliseconds)]
"""A setting in ms that is written with its unit."""
