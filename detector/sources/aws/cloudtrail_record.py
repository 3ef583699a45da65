"""The raw CloudTrail record: only the fields that decoding uses, read in one pass.

References:
    AWS CloudTrail user guide, "CloudTrail record contents" and "userIdentity element" (1.11).

Examples:
    >>> parse(b'{"eventName": "GetUser", "userIdentity": {"type": "Root"}}').userIdentity.type
    'Root'
"""

from typing import Any

import msgspec
from msgspec import Raw, Struct

from detector.sources.contract import read

# A part of the document that is looked at later. (A union with None would make msgspec refuse it.)
ABSENT = Raw(b"")


def is_given(part: Raw) -> bool:
    """Whether a deferred part is there and not null.

    Examples:
        >>> is_given(ABSENT), is_given(Raw(b"null")), is_given(Raw(b"[]"))
        (False, False, True)
    """
    return len(part) > 4 or (len(part) > 0 and bytes(part) != b"null")


class Issuer(Struct, frozen=True, gc=False):
    """`sessionContext.sessionIssuer`: the role or user that the session was obtained from."""

    type: str | None = None
    arn: str | None = None
    accountId: str | None = None  # noqa: N815 - the log's own names
    userName: str | None = None  # noqa: N815


class Attributes(Struct, frozen=True, gc=False):
    """`sessionContext.attributes`."""

    creationDate: str | None = None  # noqa: N815
    mfaAuthenticated: str | bool | None = None  # noqa: N815


class Federation(Struct, frozen=True, gc=False):
    """`sessionContext.webIdFederationData`."""

    federatedProvider: str | None = None  # noqa: N815
    attributes: dict[str, Any] | None = None

    def __hash__(self) -> int:
        """An identity is a key of what is remembered, so all of its parts need a hash."""
        return hash((self.federatedProvider, frozenset((self.attributes or {}).items())))


class Session(Struct, frozen=True, gc=False):
    """`userIdentity.sessionContext`."""

    sessionIssuer: Issuer | None = None  # noqa: N815
    webIdFederationData: Federation | None = None  # noqa: N815
    attributes: Attributes | None = None
    sourceIdentity: str | None = None  # noqa: N815
    ec2RoleDelivery: str | None = None  # noqa: N815
    assumedRoot: str | bool | None = None  # noqa: N815


class Behalf(Struct, frozen=True, gc=False):
    """`userIdentity.onBehalfOf`: the Identity Center user behind a propagated identity."""

    userId: str | None = None  # noqa: N815
    identityStoreArn: str | None = None  # noqa: N815


class Scope(Struct, frozen=True, gc=False):
    """`userIdentity.inScopeOf`: the compute resource that the credentials were issued to."""

    issuerType: str | None = None  # noqa: N815
    credentialsIssuedTo: str | None = None  # noqa: N815


class Identity(Struct, frozen=True, gc=False):
    """`userIdentity`."""

    type: str | None = None
    principalId: str | None = None  # noqa: N815
    arn: str | None = None
    accountId: str | None = None  # noqa: N815
    accessKeyId: str | None = None  # noqa: N815
    userName: str | None = None  # noqa: N815
    sessionContext: Session | None = None  # noqa: N815
    inScopeOf: Scope | None = None  # noqa: N815
    invokedBy: str | None = None  # noqa: N815
    identityProvider: str | None = None  # noqa: N815
    credentialId: str | None = None  # noqa: N815
    onBehalfOf: Behalf | None = None  # noqa: N815


class Resource(Struct, gc=False):
    """One of `resources`. Some producers write `arn` in lower case."""

    ARN: str | None = None
    arn: str | None = None
    type: str | None = None
    accountId: str | None = None  # noqa: N815


class Record(Struct, gc=False):
    """One CloudTrail record.

    In the order in which AWS writes them, here and above: then each field is found at the first try.
    """

    userIdentity: Identity | None = None  # noqa: N815
    eventTime: str | None = None  # noqa: N815
    eventSource: str | None = None  # noqa: N815
    eventName: str | None = None  # noqa: N815
    awsRegion: str | None = None  # noqa: N815
    sourceIPAddress: str | None = None  # noqa: N815
    userAgent: str | None = None  # noqa: N815
    errorCode: str | None = None  # noqa: N815
    errorMessage: str | None = None  # noqa: N815
    requestParameters: Any = None  # noqa: N815
    responseElements: Any = None  # noqa: N815
    additionalEventData: Raw = ABSENT  # noqa: N815
    eventID: str | None = None  # noqa: N815
    readOnly: bool | str | None = None  # noqa: N815
    resources: list[Resource | str] | None = None
    eventType: str | None = None  # noqa: N815
    recipientAccountId: str | None = None  # noqa: N815
    serviceEventDetails: Any = None  # noqa: N815
    sharedEventID: str | None = None  # noqa: N815
    vpcEndpointId: str | None = None  # noqa: N815
    eventCategory: str | None = None  # noqa: N815
    sessionCredentialFromConsole: bool | str | None = None  # noqa: N815
    # Marks of what is no record of a call.
    insightDetails: Raw = ABSENT  # noqa: N815
    digestS3Object: Raw = ABSENT  # noqa: N815


_RECORD = msgspec.json.Decoder(Record)


def parse(raw: bytes | Raw) -> Record:
    """Read one record.

    Raises:
        DecodeError: not JSON, or a field of the wrong type (named with its path, never its value).
    """
    return read(_RECORD, raw, "CloudTrail record")
