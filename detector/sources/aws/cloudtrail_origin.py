"""Where a CloudTrail call came from.

A service that calls on somebody's behalf (`invokedBy`, a service name where the address should be)
is `via`, never an address or a network: the caller did not move. A VPC endpoint is the network of
whatever comes through it. `console` marks AWS's own web console, whose page loads are one action.

References:
    AWS CloudTrail user guide, "CloudTrail record contents" (`sourceIPAddress`, `vpcEndpointId`,
    `sessionCredentialFromConsole`); AWS IAM user guide, "Forward access sessions".

Examples:
    >>> from detector.sources.aws.cloudtrail_record import Record
    >>> origin_of(Record(sourceIPAddress="192.0.2.7", userAgent="aws-cli/2.13.0"), "").network
    '192.0.2.0/24'
    >>> origin_of(Record(sourceIPAddress="cloudformation.amazonaws.com"), "").via
    'cloudformation'
"""

from detector.sources.aws.cloudtrail_identity import service_name
from detector.sources.aws.cloudtrail_record import Record
from detector.sources.clients import CONSOLE, PROVIDER, client_of
from detector.sources.memo import Memo
from detector.sources.networks import locate
from detector.sources.text import harmless, kept
from schemas.event import Origin

_INTERNAL = "AWS Internal"
_SERVICES = (".amazonaws.com", ".amazonaws.com.cn", ".aws.internal")
_NOBODY = frozenset({"aws-internal"})
_CONSOLE_EVENTS = frozenset({"AwsConsoleSignIn", "AwsConsoleAction"})
_Told = str | None
_known: Memo[tuple[_Told, _Told, _Told, _Told, _Told, str, bool], Origin] = Memo()


def origin_of(record: Record, account: str) -> Origin:
    """The origin of a record. `account` qualifies private addresses."""
    identity, console = record.userIdentity, record.sessionCredentialFromConsole
    key = (
        record.sourceIPAddress,
        record.userAgent,
        record.awsRegion,
        identity.invokedBy if identity is not None else None,
        record.vpcEndpointId,
        account,
        record.eventType in _CONSOLE_EVENTS or (console is not None and is_true(console)),
    )
    known = _known.get(key)
    if known is not None:
        return known
    origin = _origin(*(kept(text or "") for text in key[:6]), console=key[6])
    return _known.keep(key, origin) if harmless(key) else origin


def is_true(value: bool | str | None) -> bool:
    """A flag, which logs write as a boolean or as a word."""
    return value is True or (isinstance(value, str) and value.lower() == "true")


def _origin(
    source: str,
    agent: str,
    region: str,
    invoked: str,
    endpoint: str,
    account: str,
    *,
    console: bool,
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
