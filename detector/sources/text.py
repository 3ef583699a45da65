"""Text that is kept from a record: bounded, printable, with everything secret-like masked.

Examples:
    >>> kept("alice")
    'alice'
    >>> kept("ghp_" + "a1B2" * 9)
    '***'
    >>> template("botocore-session-1688990000")
    'botocore-session-#'
"""

import re
from collections.abc import Callable
from functools import lru_cache
from hashlib import blake2s
from typing import Any

from msgspec import Struct

from detector.sources.memo import Memo
from detector.sources.redact import mask_secrets

_CACHED = 32_768
_LONGEST = 512
_READ = 4 * _LONGEST
_UUID = r"[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}"
_HEX = r"(?<![A-Za-z0-9])(?=[0-9a-fA-F]*\d)[0-9a-fA-F]{8,}(?![A-Za-z0-9])"
# What a generator draws: a word of 16 and more letters and digits, mixed.
_DRAWN = r"(?<![A-Za-z0-9])(?=[A-Za-z]*\d+[A-Za-z]+\d)[A-Za-z0-9]{16,}(?![A-Za-z0-9])"
_DRAWN_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9]{1,64}")
# Hashes, numbers, UUIDs: no form of a secret is without another character.
_DIGITS = re.compile(r"[0-9a-f-]*")
_IDS = re.compile(rf"{_UUID}|{_HEX}|{_DRAWN}")
# A number by itself, or one too long for a name's own (`ec2`, `12h` stay).
_VARIABLE = re.compile(rf"{_IDS.pattern}|(?<![A-Za-z\d])\d+(?:[.:_-]\d+)*(?![A-Za-z\d])|\d{{5,}}")


class Harmless(Memo[str, str]):
    """Texts in which nothing was masked, by themselves; asked for another, what may be kept of it."""

    def __missing__(self, text: str) -> str:
        """`text` as it may be kept: only if that is all of it is it remembered."""
        clean = _clean(text)
        return self.keep(text, clean) if clean == text else clean


_harmless = Harmless(_CACHED)

# `kept(text)` is `text` as it may be kept: an over-long one is cut, with a hash so that two stay two.
# Only texts in which nothing was masked are remembered: a cache would keep the secret. For the same
# reason every cached function of the sources is given texts that passed here. Most texts were there
# before, and each passes here: so it is the look-up itself, which a function around it would double.
kept: Callable[[str], str] = _harmless.__getitem__


def kept_id(uid: str) -> str:
    """`uid` as it may be kept. Ids differ from record to record: remembering those that are plainly
    nothing else (a UUID, a number) would only push out what repeats.

    Examples:
        >>> kept_id("0e8e7c8a-3d5c-4b5e-9c5a-1f2e3d4c5b6a"), kept_id("ghp_" + "a1B2" * 9)
        ('0e8e7c8a-3d5c-4b5e-9c5a-1f2e3d4c5b6a', '***')
    """
    return uid if _DRAWN_ID.fullmatch(uid) else kept(uid)


def harmless(value: Any) -> bool:
    """Whether every text in `value` may be kept just as it is: short, printable, no secret in it.

    Examples:
        >>> harmless(("ada", None, True)), harmless(("ada", "password=EXAMPLEhunter2"))
        (True, False)
    """
    if isinstance(value, str):
        return kept(value) == value
    if isinstance(value, tuple):
        return all(map(harmless, value))
    if isinstance(value, dict):
        return all(harmless(key) and harmless(one) for key, one in value.items())
    if isinstance(value, Struct):
        return all(harmless(getattr(value, name)) for name in value.__struct_fields__)
    return True


def _clean(text: str) -> str:
    if len(text) <= _LONGEST and _DIGITS.fullmatch(text) is not None:
        return text
    # Masked before it is cut: half a secret is no longer recognised as one. And after what cannot
    # be printed is gone, which could have stood in the middle of one.
    masked = mask_secrets(_printable(text[:_READ]))
    if len(text) > _LONGEST:
        mark = blake2s(text.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()
        masked = f"{masked[: _LONGEST - 13]}~{mark}"
    return masked


def _printable(text: str) -> str:
    return text if text.isprintable() else "".join(char for char in text if char.isprintable())


@lru_cache(_CACHED)
def template(name: str) -> str:
    """A session name with what changes from session to session (numbers, ids, epochs) as `#`.

    Examples:
        >>> template("deploy-4f1c2d3e-aaaa-bbbb-cccc-0123456789ab"), template("ci-42.7")
        ('deploy-#', 'ci-#')
        >>> template("ec2-age-12h-alert"), template("Service4719190630289683262")
        ('ec2-age-12h-alert', 'Service#')
    """
    return _VARIABLE.sub("#", name)


def without_ids(name: str) -> str:
    """`name` without the random ids in it; digits that belong to a name stay.

    Examples:
        >>> without_ids("boto3"), without_ids("scan_4f1c2d3e-aaaa-bbbb-cccc-0123456789ab")
        ('boto3', 'scan_')
    """
    return _IDS.sub("", name)
