"""The columns of an inventory file: what each may hold, and what a mistake in it is called.

Examples:
    >>> COLUMNS["rotation_days"]("90")
    90
    >>> COLUMNS["origins"]("10.0.0.0/8; 192.0.2.7")
    (IPv4Network('10.0.0.0/8'), IPv4Network('192.0.2.7/32'))
    >>> COLUMNS["ids"]("AKIAIOSFODNN7EXAMPLE")
    Traceback (most recent call last):
    ...
    ValueError: expected kind:uid, got 'AKIAIOSFODNN7EXAMPLE'
"""

import re
from collections.abc import Callable, Mapping
from ipaddress import ip_network
from types import MappingProxyType
from typing import Any, get_args

from detector.sources.fingerprint import sha256_in
from detector.sources.inventory import Network
from detector.sources.redact import mask_secrets
from detector.sources.times import in_range, to_ms
from schemas.event import Lifetime

_MOST_DAYS = 36_500
_SHOWN = 60
_ID = re.compile(r"([a-z][a-z0-9_]{1,47}):(\S.*)")
_MARK = re.compile(r"(?:[a-z0-9-]{1,24}:)?[0-9a-fA-F]{16,128}")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
# What would be the secret itself, by the name of its kind.
_SECRET_KINDS = frozenset({
    "api_key", "key", "passphrase", "password", "private_key", "secret", "secret_access_key", "token",
})  # fmt: skip
_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False, "": False}


def shown(value: object) -> str:
    """A value as an error may show it: short, and nothing of it that looks like a secret."""
    text = mask_secrets(str(value))
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}...")


def refuse_secret(value: object) -> None:
    """Go on only if no secret stands in a value.

    Raises:
        ValueError: one does. It is not shown.
    """
    for text in value if isinstance(value, list) else (value,):
        if isinstance(text, str) and any(mask_secrets(t) != t for t in (text, _after(text))):
            raise ValueError(
                "expected a public id or the SHA-256 of the secret, got what looks like the secret "
                "itself; take it out of this file and rotate it"
            )


def _after(text: str) -> str:
    return text.partition(":")[2]


def _text(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError(f"expected a text, got {shown(value)}")  # noqa: TRY004 - one kind of error
    return str(value).strip()


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(one for one in map(_text, value) if one)
    return tuple(one for part in _text(value).split(";") if (one := part.strip()))


def _ids(value: object) -> tuple[str, ...]:
    return tuple(map(_id, _texts(value)))


def _id(text: str) -> str:
    found = _ID.fullmatch(text)
    if found is None:
        raise ValueError(f"expected kind:uid, got {shown(text)}")
    kind, uid = found[1], found[2]
    if kind in _SECRET_KINDS:
        raise ValueError(f"expected a public id or sha256:HEX, got an id of kind {kind}: a secret?")
    if kind == "sha256" and sha256_in(uid) is None:
        raise ValueError("expected a SHA-256 in hex or base64, got another text")
    if kind == "fingerprint" and _MARK.fullmatch(uid) is None:
        raise ValueError("expected a fingerprint of 16 to 128 hex digits, got another text")
    return text


def _time(value: object) -> int | None:
    if value is None or value == "":
        return None
    try:
        if isinstance(value, int) and not isinstance(value, bool):
            return in_range(value)
        text = _text(value)
        if text.isdigit():
            return in_range(int(text))
        return to_ms(f"{text}T00:00:00Z" if _DAY.fullmatch(text) else text)
    except ValueError:
        raise ValueError(f"expected a date or an ISO 8601 time, got {shown(value)}") from None


def _days(value: object) -> int | None:
    text = _text("" if value is None else value)
    if not text:
        return None
    if not text.isdigit() or not 0 < int(text[:9]) <= _MOST_DAYS:
        raise ValueError(f"expected days, 1 to {_MOST_DAYS:,}, got {shown(value)}")
    return int(text)


def _truth(value: object) -> bool:
    if isinstance(value, bool):
        return value
    found = _TRUTH.get(_text("" if value is None else value).lower())
    if found is None:
        raise ValueError(f"expected true or false, got {shown(value)}")
    return found


def _networks(value: object) -> tuple[Network, ...]:
    return tuple(map(_network, _texts(value)))


def _network(text: str) -> Network:
    try:
        return ip_network(text)
    except ValueError:
        raise ValueError(
            f"expected a network as CIDR, like 10.0.0.0/8, got {shown(text)}"
        ) from None


def _lifetime(value: object) -> Lifetime:
    text = _text(value)
    known: tuple[Lifetime, ...] = get_args(Lifetime)
    for one in known:
        if text == one:
            return one
    raise ValueError(f"expected static, ephemeral or nothing, got {shown(value)}")


def _place(value: object) -> str:
    text = _text(value)
    if text and ":" not in text:
        raise ValueError(f"expected SYSTEM:PLACE or an ARN, got {shown(text)}")
    return text


COLUMNS: Mapping[str, Callable[[object], Any]] = MappingProxyType({
    "name": _text, "tenant": _text, "ids": _ids, "owner": _text, "type": _text,
    "lifetime": _lifetime, "created": _time, "rotated": _time, "rotation_days": _days,
    "workloads": _texts, "origins": _networks, "tasks": _texts, "protected": _truth,
    "canary": _truth, "stored_at": _place,
})  # fmt: skip
"""What an entry is made of. In CSV a list is separated by semicolons."""

SEEN = (
    "principals", "networks", "sources", "first_used", "last_used", "uses", "issued_by", "scopes",
    "unused_scopes",
)  # fmt: skip
"""What `detector inventory` tells besides, from logs: read back, it is passed over."""
