"""Amazon Bedrock model invocation log: who called which model, beside CloudTrail's data events.

One record is one call: the caller's ARN (the same actor as in CloudTrail), the model, the account
and region, and whether a guardrail stepped in. What was asked and answered stands in these records
and is left out, as are token counts. The log has no address, no client and no credential; a web
identity's subject is missing too, so such a session is known by its role and session name.

References:
    Amazon Bedrock user guide, "Monitor model invocation using CloudWatch Logs and Amazon S3"
    (schema version 1.0).

Examples:
    >>> from detector.sources.base import Context
    >>> from detector.sources.fingerprint import Fingerprints
    >>> raw = b'''{"schemaType": "ModelInvocationLog", "timestamp": "2026-01-05T09:30:00Z",
    ...     "accountId": "123456789012", "requestId": "r-1", "operation": "Converse",
    ...     "modelId": "example.model-v1", "identity": {
    ...     "arn": "arn:aws:sts::123456789012:assumed-role/chat/ada@example.com"}}'''
    >>> context = Context(Fingerprints("a key of at least sixteen characters"))
    >>> [event] = SOURCE.decode(raw, context, 1)
    >>> event.principal.uid, event.action.plane, event.target.uid
    ('aws:123456789012:role/chat/ada@example.com', 'inference', 'bedrock:model/example.model-v1')
"""

from functools import lru_cache

from detector.sources.aws.arns import actor_of_arn
from detector.sources.aws.cloudtrail_deed import deed_of
from detector.sources.aws.cloudtrail_outcome import outcome_of
from detector.sources.format import Format
from detector.sources.origins import origin_of
from detector.sources.record import Record
from detector.sources.spills import at
from schemas.event import ActivityEvent, Outcome, Target

_CACHED = 16_384
_SERVICE = "bedrock.amazonaws.com"
_STOPPED = Outcome("denied", "guardrail_intervened")


def read(record: Record) -> ActivityEvent:
    """The event of one model call."""
    account = record.text("accountId")
    arn = record.need(record.text("identity", "arn"), "identity.arn", "the ARN of the caller")
    operation = record.need(record.text("operation"), "operation", "the name of the call")
    return ActivityEvent(
        uid=record.uid("requestId"),
        source=record.what,
        tenant=record.tenant,
        time=record.time("timestamp"),
        principal=actor_of_arn(arn, account),
        action=deed_of(_SERVICE, operation, None).action,
        target=_model(record.text("modelId")),
        origin=origin_of("", "", within=account, region=record.text("region")),
        outcome=_outcome(record),
        raw=record.ref,
    )


@lru_cache(_CACHED)
def _model(uid: str) -> Target | None:
    """The model, named as CloudTrail's target is."""
    if not uid:
        return None
    return Target(uid if uid.startswith("arn:") else f"bedrock:model/{uid}", "bedrock:model")


def _outcome(record: Record) -> Outcome:
    code = record.text("errorCode")
    if code:
        return outcome_of(code)
    answer = record.get("output", "outputBodyJson")
    if isinstance(answer, dict) and (
        answer.get("stopReason") == "guardrail_intervened"
        or answer.get("amazon-bedrock-guardrailAction") == "INTERVENED"
    ):
        return _STOPPED
    return Outcome()


SOURCE = Format(
    "bedrock_invocation",
    # The first names the schema; the others stand before a long prompt when fields are sorted.
    (("schemaType=ModelInvocationLog",), ("input/inputContentType", "accountId", "identity")),
    read,
    spills=at("input.inputBodyJson", "output.outputBodyJson"),
)
