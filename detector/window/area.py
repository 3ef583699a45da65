"""The wider area that a network lies in: what hosts of one provider, campus or carrier share.

A build runner takes a fresh network each time and a phone roams, both within few areas; so a network
that is new says the more if its area is new as well.

Examples:
    >>> area("192.0.2.0/24"), area("2001:db8:7::/48"), area("vpce-1a2b")
    ('192.0', '2001:db8', 'vpce-1a2b')
"""

from functools import lru_cache

_OCTETS = 4
_GROUPS = 2


@lru_cache(65_536)
def area(network: str) -> str:
    """The first 16 bits of an IPv4 network, the first 32 of an IPv6 one; anything else is itself."""
    octets = network.split(".")
    if len(octets) == _OCTETS:
        return ".".join(octets[:2])
    groups = network.split(":")
    return ":".join(groups[:_GROUPS]) if len(groups) > _GROUPS else network
