"""Reading JSON into a typed contract, with errors that say what to do and quote nothing.

Examples:
    >>> from schemas.event import Target
    >>> read(msgspec.json.Decoder(Target), b'{"uid": 1}', "target")
    Traceback (most recent call last):
    ...
    detector.sources.base.DecodeError: target: Expected `str`, got `int` - at `$.uid`
"""

import re
from typing import TypeVar

import msgspec
from msgspec import Raw

from detector.sources.base import DecodeError

_QUOTED = re.compile(r"value '(?s:.*)'(?= - at|$)")
_T = TypeVar("_T")


def read(decoder: msgspec.json.Decoder[_T], raw: bytes | Raw, what: str, hint: str = "") -> _T:
    """Decode `raw`; `what` names the contract in errors and `hint` ends them.

    Raises:
        DecodeError: not JSON, or not of the contract's shape.
    """
    try:
        return decoder.decode(raw)
    except RecursionError:
        raise DecodeError(f"{what}: expected a record, got JSON nested too deeply") from None
    except msgspec.ValidationError as error:
        raise DecodeError(f"{what}: {_without_values(str(error))}{hint}") from None
    except msgspec.MsgspecError as error:
        raise DecodeError(f"{what}: expected a JSON object: {error}") from None
    except ValueError:  # of which broken UTF-8 is one
        raise DecodeError(f"{what}: expected JSON in UTF-8, got bytes that are not") from None


def _without_values(message: str) -> str:
    """An unknown enum value is quoted by msgspec; whatever stands there does not belong into a log."""
    return _QUOTED.sub("an unknown value", message)
