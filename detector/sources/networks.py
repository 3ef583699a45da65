"""Addresses to networks: the coarse place that a roaming person or a scaling service stays inside.

A private address means nothing by itself: 10.0.0.5 exists in every account. So it is qualified by
the account, or replaced by the endpoint that the call went through.

References:
    RFC 1918, RFC 4193, RFC 6598 (addresses that are not unique); RFC 6177 (a site gets a /48).

Examples:
    >>> network_of("192.0.2.77"), network_of("2001:db8:1:2::3")
    ('192.0.2.0/24', '2001:db8:1::/48')
    >>> network_of("10.0.0.5", "123456789012")
    '123456789012:10.0.0.0/24'
    >>> network_of("not an address") is None
    True
"""

import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from msgspec import Struct

_CACHED = 16_384
_LONGEST = 64
_IPV4_BITS = 24
_IPV6_BITS = 48
_LOCAL = tuple(
    ip_network(block)
    for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10",
                  "169.254.0.0/16", "127.0.0.0/8", "fc00::/7", "fe80::/10", "::1/128")
)  # fmt: skip
# Most addresses, without the ten microseconds that a general parser takes.
_OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_IPV4 = re.compile(r"\.".join([_OCTET] * 4))
_MAPPED = IPv6Network("::ffff:0:0/96")


class Place(Struct, frozen=True):
    """A parsed address: its canonical text, its network, and whether it is unique in the world."""

    address: str
    network: str
    local: bool


def network_of(text: str, within: str = "") -> str | None:
    """The network of an address, or None if `text` is none. `within` qualifies a private one."""
    place = locate(text)
    if place is None:
        return None
    return f"{within}:{place.network}" if place.local and within else place.network


@lru_cache(_CACHED)
def locate(text: str) -> Place | None:
    """Parse an address. None for anything else, which logs hold too (service names, `redacted`).

    Examples:
        >>> locate("::ffff:192.0.2.1").address
        '192.0.2.1'
    """
    if len(text) > _LONGEST:
        return None
    plain = _IPV4.fullmatch(text)
    if plain:
        near = f"{plain[1]}.{plain[2]}"
        return Place(text, f"{near}.{plain[3]}.0/{_IPV4_BITS}", _is_local(near))
    try:
        parsed = ip_address(text)
    except ValueError:
        return None
    if isinstance(parsed, IPv6Address) and parsed in _MAPPED and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    bits = _IPV4_BITS if isinstance(parsed, IPv4Address) else _IPV6_BITS
    bare = str(parsed).partition("%")[0]  # a zone names an interface of the sender's machine
    network = ip_network(f"{bare}/{bits}", strict=False)
    return Place(bare, str(network), _in_local(parsed))


@lru_cache(_CACHED)
def _is_local(near: str) -> bool:
    """Whether IPv4 addresses that begin with these two octets are not unique: no block is smaller."""
    return _in_local(IPv4Address(f"{near}.0.0"))


def _in_local(parsed: IPv4Address | IPv6Address) -> bool:
    return any(parsed in block for block in _LOCAL if block.version == parsed.version)
