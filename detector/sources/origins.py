"""An origin from what most logs say of one: an address, a user agent, the vendor's network facts.

Examples:
    >>> origin_of("192.0.2.7:4711", "okta-sdk-java/9.1", within="acme").network
    '192.0.2.0/24'
    >>> origin_of("", "", within="") is None
    True
"""

from detector.sources.clients import client_of
from detector.sources.memo import Memo
from detector.sources.networks import locate
from detector.sources.text import harmless, kept
from schemas.event import Origin

_MOST_ASN = 2**32 - 1
_NOWHERE = Origin()
_Key = tuple[str, str, str, str, int | None, str, str, bool, str]
_known: Memo[_Key, Origin] = Memo()
_UNSPECIFIED = frozenset({"0.0.0.0", "::"})  # noqa: S104 - nothing is bound to it
# As many a log, and Microsoft's exports, write that there is none.
_NONE = frozenset({"-", "<null>"})


def origin_of(
    address: str, user_agent: str, *, within: str, region: str = "", asn: int | None = None,
    country: str = "", via: str = "", console: bool = False, client: str = "",
) -> Origin | None:  # fmt: skip
    """An origin; None where the log says nothing of one. `within` is the account or tenant that
    qualifies a private address, which exists in every network. An address may have a port."""
    key = address, user_agent, within, region, asn, country, via, console, client
    known = _known.get(key)
    if known is None:
        known = _origin(*key)
        if harmless(key):
            _known.keep(key, known)
    return known if known != _NOWHERE else None


def _origin(
    address: str, user_agent: str, within: str, region: str, asn: int | None, country: str, via: str,
    console: bool, client: str,
) -> Origin:  # fmt: skip
    address = "" if address in _NONE else kept(address)
    place = locate(address) or locate(without_port(address))
    network = ""
    if place is not None and place.address in _UNSPECIFIED:
        address = ""
    elif place is not None:
        network = f"{kept(within)}:{place.network}" if place.local else place.network
        address = place.address
    return Origin(
        address=address,
        network=network,
        client=kept(client) or client_of(kept(user_agent)),
        region=kept(region),
        asn=asn if asn is not None and 0 < asn <= _MOST_ASN else None,
        country=kept(country),
        via=kept(via),
        console=console,
    )


def specified(address: str) -> str:
    """An address; empty for the one that stands for none, as logs write what came from nowhere.

    Examples:
        >>> specified("192.0.2.7"), specified("0.0.0.0"), specified("[::]:0")
        ('192.0.2.7', '', '')
    """
    return "" if without_port(address) in _UNSPECIFIED else address


def without_port(address: str) -> str:
    """An address as such, where a log writes `192.0.2.7:4711` or `[2001:db8::1]:4711`."""
    if address.startswith("["):
        return address[1:].partition("]")[0]
    host, colon, port = address.rpartition(":")
    return host if colon and port.isdigit() and ":" not in host else address
