"""Lists of names: a list in the file, separated by commas in the environment.

Examples:
    >>> split("a, b,")
    ['a', 'b']
"""

from typing import Annotated

from pydantic import BeforeValidator
from pydantic_settings import NoDecode


def split(value: object) -> object:
    """`a, b` as an environment variable holds it; a list stays what it is."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(split)]
"""A setting that is a list of names."""
