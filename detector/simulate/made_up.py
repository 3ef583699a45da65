"""Identifiers that look like the real ones and belong to nobody: all drawn from the seed.

Examples:
    >>> rng = Random(1)
    >>> len(access_key(rng)), account_id(rng).isdigit(), uuid(rng)[14]
    (20, True, '4')
"""

from random import Random

_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_ALNUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def uuid(rng: Random) -> str:
    """A version 4 UUID."""
    digits = f"{rng.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def account_id(rng: Random) -> str:
    """Twelve digits, the first not zero."""
    return str(rng.randrange(100_000_000_000, 1_000_000_000_000))


def access_key(rng: Random, prefix: str = "ASIA") -> str:
    """An access key id: `AKIA` for a user's own key, `ASIA` for a session's."""
    return prefix + "".join(rng.choices(_BASE32, k=16))


def unique_id(rng: Random, prefix: str) -> str:
    """IAM's unique id of a role (`AROA`) or user (`AIDA`)."""
    return prefix + "".join(rng.choices(_BASE32, k=17))


def resource_id(rng: Random, prefix: str) -> str:
    """An EC2-like id: `i-0...`, `vol-0...`, `vpce-0...`."""
    return f"{prefix}-0{rng.getrandbits(64):016x}"


def letters(rng: Random, count: int) -> str:
    """Letters and digits, as in the suffix of a secret's ARN."""
    return "".join(rng.choices(_ALNUM, k=count))


def session_token(rng: Random) -> str:
    """What stands where a session token would stand; it opens nothing."""
    return "IQoJb3JpZ2luX2Vj" + "".join(rng.choices(_ALNUM, k=120))
