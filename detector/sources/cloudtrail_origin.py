"""Where a CloudTrail call came from.

A service that calls on somebody's behalf (`invokedBy`, a service name where the address should be)
is `via`, never an address or a network: the caller did not move. A VPC endpoint is the network of
whatever comes through it. `console` marks AWS's own web console, whose page loads are one action.

References:
    AWS CloudTrail user guide, "CloudTrail record contents" (`sourceIPAddress`, `vpcEndpointId`,
    `sessionCredentialFromConsole`); AWS IAM user guide, "Forward access sessions".

Examples:
    >>> from detector.sources.cloudtrail_record import Record
    >>> origin_of(Record(sourceIPAddress="192.0.2.7", userAgent="aws-cli/2.13.0"), "").network
    '192.0.2.0/24'
    >>> origin_of(Record(sourceIPAddress="cloudformation.amazonaws.com"), "").via
    'cloudformation'
"""

from functools import lru_cache

from detector.sources.clients import CONSOLE, PROVIDER, client_of
from detector.sources.cloudtrail_identity import service_name
from detector.sources.cloudtrail_record import Record
from detector.sources.networks import locate
from detector.sources.text import kept
from schemas.event import Origin

_CACHED = 16_384
_INTERNAL = "AWS Internal"
_SERVICES = (".amazonaws.com", ".amazonaws.com.cn", ".aws.internal")
_NOBODY = frozenset({"aws-internal"})


def origin_of(record: Record, account: str) -> Origin:
    """The origin of a record. `account` qualifies private addresses."""
    identity = record.userIdentity
    invoked = identity.invokedBy if identity is not None else None
    return _origin(
        kept(record.sourceIPAddress or ""),
        kept(record.userAgent or ""),
        kept(record.awsRegion or ""),
        kept(invoked or ""),
        kept(record.vpcEndpointId or ""),
        kept(account),
        is_true(record.sessionCredentialFromConsole) or _is_console_event(record.eventType),
    )


def is_true(value: bool | str | None) -> bool:
    """A flag, which logs write as a boolean or as a word."""
    return value is True or (isinstance(value, str) and value.lower() == "true")


def _is_console_event(event_type: str | None) -> bool:
    return event_type in {"AwsConsoleSignIn", "AwsConsoleAction"}


@lru_cache(_CACHED)
def _origin(
    source: str, agent: str, region: str, invoked: str, endpoint: str, account: str, console: bool
) -> Origin:
    place = locate(source)
    client = client_of(agent)
    via = service_name(invoked) if _is_service(invoked) else ""
    if place is None and _is_service(source) and via in {"", *_NOBODY}:
        via = service_name(source)
    if client == PROVIDER and place is not None and not via:
        via = service_name(agent)  # the service forwards the caller's address with its own name
    network = ""
    if endpoint:
        network = endpoint
    elif place is not None:
        network = f"{account}:{place.network}" if place.local and account else place.network
    return Origin(
        address=place.address if place is not None else "",
        network=network,
        client=client,
        region=region,
        via=via,
        console=console or client == CONSOLE,
    )


def _is_service(text: str) -> bool:
    return text == _INTERNAL or text.endswith(_SERVICES)
