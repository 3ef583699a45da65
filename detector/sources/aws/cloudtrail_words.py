"""An API operation's name taken apart: version removed, the verb, the noun and its words.

Examples:
    >>> name_of("UpdateFunctionCode20150331v2")
    'UpdateFunctionCode'
    >>> take_apart("ModifyDBSnapshotAttribute")
    Name(verb='Modify', noun='DBSnapshotAttribute', words=('DB', 'Snapshot', 'Attribute'))
    >>> take_apart("BatchGetSecretValue").verb
    'Get'
"""

import re
from functools import lru_cache

from msgspec import Struct

_CACHED = 16_384
_VERSION = re.compile(r"(?<=[A-Za-z])(?:\d{8}|\d{4}_\d{2}_\d{2})(?:v\d+)?$")
_WORD = re.compile(r"[A-Z]+s?(?![a-z])|[A-Z]?[a-z]+\d*|\d+|[A-Z]")
# Words before the verb that say how many, or who, not what.
_PREFIXES = frozenset({"Batch", "Admin", "Bulk", "Multi", "Not"})


class Name(Struct, frozen=True):
    """`words` are the noun's."""

    verb: str
    noun: str
    words: tuple[str, ...]


@lru_cache(_CACHED)
def name_of(operation: str) -> str:
    """The operation without the API version that some services append."""
    return _VERSION.sub("", operation)


@lru_cache(_CACHED)
def take_apart(operation: str) -> Name:
    """Verb and noun of an operation whose version is already removed."""
    words = _WORD.findall(operation)
    while len(words) > 1 and words[0] in _PREFIXES:
        words = words[1:]
    if not words:
        return Name("", "", ())
    verb = words[0][:1].upper() + words[0][1:]
    return Name(verb, "".join(words[1:]), tuple(words[1:]))
