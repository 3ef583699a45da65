"""What was probably meant by a name that there is not.

Examples:
    >>> nearest("budgte", ["budget", "quiet"])
    '; did you mean "budget"?'
    >>> nearest("zzz", ["budget", "quiet"])
    ''
"""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, known: Iterable[str]) -> str:
    """The end of an error message: the known name that was probably meant, if there is one."""
    found = get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f'; did you mean "{found[0]}"?' if found else ""
