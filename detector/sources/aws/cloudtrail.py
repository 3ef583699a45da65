"""AWS CloudTrail: management and data events as AWS delivers them.

Insights and digest files are skipped by name. Cross-account twins share a
`sharedEventID`, kept in the event's note as `shared:<id>`.

References:
    AWS CloudTrail user guide, "CloudTrail record contents" (event version 1.11).

Examples:
    >>> from detector.sources.fingerprint import Fingerprints
    >>> raw = b'''{"eventTime": "2023-07-10T11:45:00Z", "eventSource": "iam.amazonaws.com",
    ...     "eventName": "GetUser", "eventID": "5f0a", "recipientAccountId": "123456789012",
    ...     "userIdentity": {"type": "Root", "accountId": "123456789012"}}'''
    >>> context = Context(Fingerprints("a key of at least sixteen characters"))
    >>> [event] = SOURCE.decode(raw, context, 1)
    >>> event.principal.uid, event.action.access
    ('aws:123456789012:root', 'read')
"""

from collections.abc import Iterable
from hashlib import sha256

from detector.sources.aws import cloudtrail_federation as federation
from detector.sources.aws import cloudtrail_gateway as gateway
from detector.sources.aws.cloudtrail_actor import Actor, actor_of
from detector.sources.aws.cloudtrail_call import Call
from detector.sources.aws.cloudtrail_children import child_of
from detector.sources.aws.cloudtrail_credential import password_of
from detector.sources.aws.cloudtrail_deed import deed_of
from detector.sources.aws.cloudtrail_identity import signed_in
from detector.sources.aws.cloudtrail_origin import origin_of
from detector.sources.aws.cloudtrail_outcome import outcome_of
from detector.sources.aws.cloudtrail_record import (
    ABSENT,
    Identity,
    Record,
    is_given,
    parse,
)
from detector.sources.aws.cloudtrail_requests import answered, refine
from detector.sources.aws.cloudtrail_targets import target_of, target_told
from detector.sources.base import Context, DecodeError, SkipRecord
from detector.sources.clients import BROWSER
from detector.sources.marks import Marks
from detector.sources.text import kept, kept_id
from detector.sources.times import to_ms
from schemas.event import (
    ActivityEvent,
    Child,
    Kind,
    Outcome,
    RawRef,
)

NAME = "cloudtrail"
_LOOKED_AT = 65_536
_SIGN_IN = "signin."
_DENIED = Outcome("denied", "Failure")


class CloudTrail:
    """The source. See the module's docstring."""

    name = NAME
    marks = Marks((("eventSource", "eventName"), ("digestS3Object",)))

    def sniff(self, raw: bytes) -> bool:
        """Whether the bytes show CloudTrail's own field names."""
        # As a text, in which names are found in a quarter of the time that they take in bytes.
        head = raw[:_LOOKED_AT].decode("latin-1")
        if '"eventSource"' in head and '"eventName"' in head:
            return True
        return '"digestS3Object"' in head

    def decode(self, raw: bytes, context: Context, position: int) -> Iterable[ActivityEvent]:
        """The event of one record.

        Raises:
            SkipRecord: an Insights event or a digest.
            DecodeError: anything unreadable.
        """
        record = parse(raw)
        if is_given(record.digestS3Object):
            raise SkipRecord("digest")
        return (_event(record, raw, context, position),)


SOURCE = CloudTrail()


def _event(record: Record, raw: bytes, context: Context, position: int) -> ActivityEvent:
    if record.eventCategory == "Insight" or (
        record.insightDetails is not ABSENT and is_given(record.insightDetails)
    ):
        raise SkipRecord("insights")
    if record.eventTime is None or record.eventName is None or not record.eventSource:
        raise DecodeError(_missing(record))
    identity = record.userIdentity or _service_identity(record)
    tenant = context.tenant_or()
    time = _time(record.eventTime)
    recipient = kept(record.recipientAccountId or "")
    origin = origin_of(record, identity.accountId or recipient)
    actor = actor_of(
        identity, recipient, context, tenant, human=origin.console or origin.client == BROWSER
    )
    through = _through_gateway(record)
    if through and not identity.arn:
        actor = gateway.caller_of(record.additionalEventData, recipient, context, tenant) or actor
    principal = actor.principal
    outcome = _outcome(record)
    if record.eventName == "ConsoleLogin" and outcome.status == "success":
        principal = signed_in(principal, identity, record.additionalEventData)
    deed = deed_of(record.eventSource, record.eventName, record.readOnly)
    action, request = deed.action, record.requestParameters
    target = target_of(
        action.service, action.operation, record.resources, request, principal.account
    ) or target_told(action.service, action.operation, record.serviceEventDetails)
    if through and isinstance(request, dict):
        action, target = gateway.tool_of(request) or (action, target)
    if deed.has_rule:
        action = refine(action, request, recipient or principal.account)
        action = answered(action, record.responseElements)
    kind: Kind = "use"
    child: Child | None = None
    credential = actor.credential
    if credential is None and identity.type == "IAMUser" and record.eventName == "ConsoleLogin":
        credential = password_of(principal, context.fingerprints, tenant)
    if deed.may_issue and outcome.status == "success":
        kind, child = _child(record, context, tenant, time, actor, action.operation)
        if action.operation == federation.OPERATION:
            action = federation.federated(action, identity)
    return ActivityEvent(
        uid=_uid(record.eventID, raw),
        source=NAME,
        tenant=tenant,
        time=time,
        principal=principal,
        kind=kind,
        action=action,
        credential=credential,
        target=target,
        origin=origin,
        outcome=outcome,
        child=child,
        chain=actor.chain,
        raw=RawRef(context.place, position),
        note=f"shared:{kept_id(record.sharedEventID)}" if record.sharedEventID else "",
    )


def _through_gateway(record: Record) -> bool:
    return record.eventName in gateway.OPERATIONS and record.eventSource == gateway.SERVICE


def _service_identity(record: Record) -> Identity:
    """Events that a service makes by itself may name nobody: the service acted."""
    if record.eventType != "AwsServiceEvent":
        raise DecodeError("userIdentity: expected an object that says who acted, got none")
    return Identity(type="AWSService", invokedBy=record.eventSource)


def _missing(record: Record) -> str:
    names = ("eventTime", "eventName", "eventSource")
    lacking = [name for name in names if not getattr(record, name)]
    return f"expected a CloudTrail record, got one without {', '.join(lacking)}"


def _time(text: str) -> int:
    try:
        return to_ms(text)
    except ValueError as error:
        raise DecodeError(f"eventTime: {error}") from None


def _uid(uid: str | None, raw: bytes) -> str:
    """The record's own id. One without is known by its content, so that a second delivery is a
    duplicate all the same."""
    return kept_id(uid) if uid else f"sha256:{sha256(raw).hexdigest()[:32]}"


def _outcome(record: Record) -> Outcome:
    """A step of signing in says under its own name how it ended."""
    if (record.eventSource or "").startswith(_SIGN_IN):
        for told in (record.responseElements, record.serviceEventDetails):
            said = told.get(record.eventName) if isinstance(told, dict) else None
            if said == "Failure":
                return _DENIED
            if said == "Success":
                return Outcome()
    told = record.errorCode or record.errorMessage
    if not told and _through_gateway(record) and isinstance(record.responseElements, dict):
        return gateway.outcome_of(record.responseElements)
    return outcome_of(record.errorCode, record.errorMessage)


def _child(
    record: Record, context: Context, tenant: str, time: int, actor: Actor, operation: str,
) -> tuple[Kind, Child | None]:  # fmt: skip
    request, response = record.requestParameters, record.responseElements
    found = child_of(operation, Call(
        record, context, tenant, time, actor.principal, actor.credential,
        request if isinstance(request, dict) else {}, response if isinstance(response, dict) else {},
    ))  # fmt: skip
    return found if found is not None else ("use", None)
