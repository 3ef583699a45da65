"""Amazon Bedrock model invocation log: who asked which model, under the same names as in CloudTrail.

Inputs and outputs are looked through for secrets, and dropped.

References:
    Amazon Bedrock user guide, "Monitor model invocation using CloudWatch Logs and Amazon S3".

Examples:
    >>> from detector.sources.base import Context
    >>> from detector.sources.fingerprint import Fingerprints
    >>> raw = b'''{"schemaType": "ModelInvocationLog", "timestamp": "2026-01-05T09:30:00Z",
    ...     "accountId": "123456789012", "region": "eu-central-1", "requestId": "r1",
    ...     "operation": "Converse", "modelId": "m-large", "identity": {
    ...     "arn": "arn:aws:sts::123456789012:assumed-role/web/i-0123456789abcdef0"}}'''
    >>> [event] = SOURCE.decode(raw, Context(Fingerprints("a key of sixteen characters")), 1)
    >>> event.principal.uid, event.action.plane
    ('aws:123456789012:role/web/i-0123456789abcdef0', 'inference')
"""

from detector.sources.aws.cloudtrail_identity import principal_of
from detector.sources.aws.cloudtrail_record import Identity
from detector.sources.format import Format
from detector.sources.origins import origin_of
from detector.sources.record import Record
from detector.sources.spills import at
from schemas.event import Action, ActivityEvent, Outcome, Status, Target

NAME = "bedrock_invocation"
_STATUS: dict[str, Status] = {
    "AccessDeniedException": "denied", "ThrottlingException": "throttled",
    "ResourceNotFoundException": "not_found", "UnauthorizedException": "denied",
}  # fmt: skip
_LISTS = ("List", "Get")


def _read(record: Record) -> ActivityEvent:
    account = record.text("accountId")
    arn = record.need(record.text("identity", "arn"), "identity.arn", "who asked")
    kind = "AssumedRole" if ":assumed-role/" in arn else "IAMUser"
    principal = principal_of(Identity(type=kind, arn=arn, accountId=account or None), account)
    operation = record.text("operation") or "InvokeModel"
    asks = not operation.startswith(_LISTS)
    error = record.text("errorCode")
    model = record.text("modelId")
    return ActivityEvent(
        uid=record.uid("requestId"),
        source=NAME,
        tenant=record.tenant,
        time=record.time("timestamp"),
        principal=principal,
        action=Action("bedrock", operation, "read", "inference" if asks else "retrieval"),
        target=Target(model, "model") if model else None,
        origin=origin_of("", "", within=account, region=record.text("region")),
        outcome=Outcome(_STATUS.get(error, "failure"), error) if error else Outcome(),
        raw=record.ref,
    )


SOURCE = Format(
    NAME,
    ((b'"ModelInvocationLog"',), (b'"modelId"', b'"identity"', b'"requestId"')),
    _read,
    spills=at("input.inputBodyJson", "output.outputBodyJson"),
)
