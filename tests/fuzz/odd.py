"""Values that no log should hold, and that one holds some day.

Examples:
    >>> import random
    >>> draw = random.Random(1)
    >>> isinstance(text(draw, "arn:aws:iam::123456789012:user/ada"), str)
    True
    >>> deep(3, b"1")
    b'[{"a":[1]}]'
"""

import random
from copy import deepcopy
from typing import Any

# Beyond what `json.dumps` nests: written as bytes, in place of this text.
DEEP = "\x01deep\x01"
# Changes are made one upon the other: without a bound a text of a text of a text fills the memory.
_LONGEST = 2_000
_HUGE = 70_000
_TEXTS = (
    "", " ", "\x00", "\u202e", "\ud800", "\udfff\ud800", "é" * 300, "A" * 3_000, "null", "true", "-1",
    "0", "1e999", "NaN", "٣", "１２", "2026-02-30T00:00:00Z", "2026-01-05T09:30:00+99:99",
    "2026-01-05T09:30:60Z", "0000-00-00T00:00:00Z", "9999-12-31T23:59:59.999999999Z", "1767605400",
    "17676054000000000000", "T", "::", "arn:", "arn:::::", "arn:aws:iam::x:role/", "/", "//", "a/b/c/d",
    "@", "a@b@c", "://", "http://[", "http://[::1", "https://a:99999/", "%", "%zz", "%00", "?", "#",
    "1.2.3", "256.256.256.256", "::ffff:1.2.3.4%eth0", "10.0.0.0/99", "{", "[", "{}", "[]", "[[", '"',
    '{"a":1}', '{"a":', "[1,{}]", "\\", "\\u0000", "$", "*", "${jndi:x}", "' OR 1=1", "a.b.c", "..",
    "eyJhbGciOiJub25lIn0.e30.", "Bearer ", "Basic Og==", "-----BEGIN PRIVATE KEY-----", "=", "====",
    "\r\n", "a\tb", "sk-", "ghp_", "AKIA", "serviceAccount:", "system:serviceaccount:", "system:node:",
    "projects/-/serviceAccounts/", "spiffe://", "urn:", "user:", "JTI=", "X509SHA256=", "hmac-sha256:",
)  # fmt: skip
# What regular expressions may begin with over and over.
_PARTS = (
    "a",
    "A",
    "0",
    "-",
    "=",
    ":",
    "/",
    " ",
    "a.",
    "A-",
    "token",
    "key ",
    "eyJ",
    "a://",
    '"',
    "\\",
)
_NUMBERS = (
    0, -0, -1, 1, 2**31, 2**53 + 1, 2**63 - 1, 2**63, -(2**63) - 1, 2**64, 10**17, 10**18, 10**19, 10**30,
    10**400, 1.5, -0.0, 1e-320, 1e308, 253_402_300_800, 4_102_444_800_000, 1_767_605_400_000_000_000,
)  # fmt: skip
_NESTED: tuple[Any, ...] = (
    [], {}, [[]], [None], [{}], {"": ""}, {"a": None}, ["x", 1], [1, "x", None, [], {}], [[], [[]]],
    {"items": [{"items": "x"}]}, {"0": {"0": {"0": {}}}}, [True], [""] * 40, [{}] * 40,
    {"name": {"name": []}}, {"id": {}}, {"value": []}, {"key": 1, "value": 1},
)  # fmt: skip


def value(draw: random.Random) -> Any:
    """Some value of any type."""
    kind = draw.random()
    if kind < 0.4:
        return draw.choice(_TEXTS)
    if kind < 0.401:
        part = draw.choice(_PARTS)
        return part * (_HUGE // len(part))
    if kind < 0.6:
        return draw.choice(_NUMBERS)
    if kind < 0.65:
        return DEEP
    # A copy: what has been put into a document may be changed further.
    return draw.choice((None, True, False)) if kind < 0.8 else deepcopy(draw.choice(_NESTED))


def text(draw: random.Random, old: str) -> str:
    """A text that is nearly `old`."""
    at, to = sorted((draw.randint(0, len(old)), draw.randint(0, len(old))))
    kind = draw.randrange(8)
    if kind == 0:
        return old[:at]
    if kind == 1:
        return old[at:]
    if kind == 2:
        return old[:at] + draw.choice(_TEXTS) + old[to:]
    if kind == 3:
        return (
            old[:at]
            + chr(draw.choice((0, 9, 34, 47, 58, 64, 92, 0x202E, 0xD800, 0x1F600)))
            + old[at:]
        )
    if kind == 4:
        return (old * draw.choice((2, 3, 50)))[:_LONGEST]
    if kind == 5:
        return old.swapcase()
    if kind == 6:
        return old[::-1]
    return old.replace(
        draw.choice((":", "/", ".", "-", "@", ",", " ", "=")), draw.choice(("", ":", "//"))
    )


def number(draw: random.Random, old: float) -> Any:
    """A number that is nearly `old`, or its text."""
    return draw.choice(
        (-old, old + 1, old * 1_000, str(old), float(old) if abs(old) < 2**60 else 0, [old])
    )


def deep(levels: int, core: bytes) -> bytes:
    """`core` in so many lists and objects, by turns."""
    opening = [b"[" if level % 2 == 0 else b'{"a":' for level in range(levels)]
    closing = [b"]" if level % 2 == 0 else b"}" for level in reversed(range(levels))]
    return b"".join((*opening, core, *closing))
