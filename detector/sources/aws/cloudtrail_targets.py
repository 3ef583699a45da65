"""What a CloudTrail call acted upon: the record's resources, else the request's best identifier.

A request names its object in a field called after it (`roleName`, `snapshotId`, `secretId`), so the
fields are ranked by how well they match the operation's noun; the ranking depends on names alone
and is kept. Names that are not ARNs are qualified with the service and the kind of thing. Page
tokens, client tokens and settings are no targets.

Examples:
    >>> target_in("iam", "AttachUserPolicy", {"policyArn": "arn:p", "userName": "ada"}).uid
    'iam:user/ada'
    >>> target_in("s3", "GetObject", {"bucketName": "logs", "key": "a/b"}).uid
    'arn:aws:s3:::logs/a/b'
"""

import re
from functools import lru_cache
from typing import Any

from detector.sources.aws.cloudtrail_record import Resource
from detector.sources.aws.cloudtrail_words import take_apart
from detector.sources.memo import Memo
from detector.sources.text import harmless, kept
from schemas.event import Target

_CACHED = 16_384
_MOST_FIELDS = 40
_IDENTIFIER = re.compile(
    r"(?:(?P<stem>.*?)(?P<kind>Arn|ARN|Arns|Ids?|ID|Names?|Identifiers?|Alias|Url|Prefix|Path))$|"
    r"^(?P<bare>arn|id|name|names|resource|path|key|alias|function|cluster|bucket|queue|topic|"
    r"repository|trail|identifier|table|stream|instance|role|user|group|service|domain|principal)$"
)
# Never the object; and the object only where the operation is called after it.
_NEVER = re.compile(
    r"token|marker|^max|^next|session|^client|request|^tag|filter|region|version(?!id)|attributename|"
    r"serviceaccount|description|delimiter|^prefix$|^host$|masteruser|licen|accountids?$|^path$",
    re.IGNORECASE,
)
_SELDOM = re.compile(
    r"policy|accesskey|engine|instancetype|availabilityzone|kmskey|vpcid|subnet|imageid|statement|"
    r"parametergroup|securitygroup|keyname|iaminstance|document|principalid|dbname|executionrole|"
    r"userid$|^domain$|role$|rolearn",
    re.IGNORECASE,
)
_SNAKE = re.compile(r"_([a-z])")
_KINDS = {"Arn": 3, "ARN": 3, "Arns": 3, "Id": 2, "Ids": 2, "ID": 2}
_BARE = 20
# An id that stands beside a `name`: not a key's, with which what is named is encrypted.
_OTHER = re.compile(r"(?!key).+(?:Id|ID)$")
_ASPECTS = frozenset({"History", "Status", "Value", "Version", "Versions", "Policy", "Attribute",
                      "Attributes", "Permission", "Tags"})  # fmt: skip
_NAMED = {"logging": "trail", "federationToken": "federatedUser", "parameters": "parameter"}
_BUCKETS = frozenset({"s3", "s3express", "s3-outposts"})
_known: Memo[tuple[str, str, str, str], Target] = Memo()
_HINTS = {
    "SendCommand": ("instanceIds", "targets"),
    "StartSession": ("target",),
    "ResumeSession": ("sessionId",),
    "TerminateSession": ("sessionId",),
    "AssumeRole": ("roleArn",),
    "AssumeRoot": ("targetPrincipal",),
    "InvokeModel": ("modelId",),
    "RunInstances": ("instanceType",),
    "AddPermission": ("functionName", "queueUrl", "topicArn"),
    "RemovePermission": ("functionName", "queueUrl", "topicArn"),
    "DeleteAccessKey": ("userName", "accessKeyId"),
    "GetParametersByPath": ("path",),
    "UpdateAccessKey": ("userName", "accessKeyId"),
    "CreateServiceSpecificCredential": ("userName",),
    "ModifyInstanceAttribute": ("instanceId",),
    "DescribeInstanceAttribute": ("instanceId",),
}


def target_of(
    service: str, operation: str, resources: list[Resource | str] | None, request: Any, account: str
) -> Target | None:
    """The target of a record. `account` is the caller's: another owner is named in the target."""
    if resources:
        found = _of_resources(resources, account)
        if found is not None:
            return found
    return target_in(service, operation, request) if isinstance(request, dict) else None


def target_told(service: str, operation: str, details: Any) -> Target | None:
    """The target that the details of a service's own event name, which some write in snake case."""
    if not isinstance(details, dict):
        return None
    return target_in(
        service, operation, {_SNAKE.sub(_hump, str(name)): one for name, one in details.items()}
    )


def _hump(found: re.Match[str]) -> str:
    return found.group(1).upper()


def _of_resources(resources: list[Resource | str], account: str) -> Target | None:
    best: Resource | None = None
    for one in resources:
        resource = Resource(ARN=one) if isinstance(one, str) else one
        arn = resource.ARN or resource.arn
        # The object before its bucket, the secret before its key.
        if arn and (best is None or best.type in {"AWS::S3::Bucket", "AWS::KMS::Key"}):
            best = resource
    if best is None:
        return None
    key = (best.ARN or best.arn or "", best.type or "", best.accountId or "", account)
    known = _known.get(key)
    if known is not None:
        return known
    target = _from_arn(kept(key[0]), kept(key[1]), kept(key[2]), account)
    return _known.keep(key, target) if harmless(key) else target


def _from_arn(arn: str, kind: str, owner: str, account: str) -> Target:
    owner = owner or _account_of(arn)
    foreign = owner if owner and owner != account else ""
    return Target(uid=arn, type=kind or _kind_of(arn), account=foreign)


def _account_of(arn: str) -> str:
    parts = arn.split(":", 5)
    return parts[4] if len(parts) == 6 and parts[4].isdigit() else ""


def _kind_of(arn: str) -> str:
    parts = arn.split(":", 5)
    if len(parts) < 6:
        return ""
    kind = re.split(r"[:/]", parts[5], maxsplit=1)
    return f"{parts[2]}:{kind[0]}" if len(kind) > 1 else parts[2]


def target_in(service: str, operation: str, request: dict[str, Any]) -> Target | None:
    """The target that a request's own fields name, or None."""
    if service in _BUCKETS:
        found = _object(request)
        if found is not None:
            return found
    if len(request) == 1:
        request = _unwrapped(request)
    for field, kind in _ranking(operation, tuple(request)[:_MOST_FIELDS]):
        text = _text(request[field])
        if text:
            return _named(service, kind, kept(text))
    return None


def _unwrapped(request: dict[str, Any]) -> dict[str, Any]:
    """Some EC2 operations put their fields into one called `<Operation>Request`."""
    [(field, inner)] = request.items()
    if not str(field).endswith("Request") or not isinstance(inner, dict):
        return request
    return {str(name)[:1].lower() + str(name)[1:]: value for name, value in inner.items()}


def _object(request: dict[str, Any]) -> Target | None:
    bucket, key = request.get("bucketName"), request.get("key")
    if not isinstance(bucket, str) or not bucket:
        return None
    if isinstance(key, str) and key:
        return Target(uid=f"arn:aws:s3:::{kept(bucket)}/{kept(key)}", type="AWS::S3::Object")
    return Target(uid=f"arn:aws:s3:::{kept(bucket)}", type="AWS::S3::Bucket")


@lru_cache(_CACHED)
def _named(service: str, kind: str, text: str) -> Target:
    if text.startswith("arn:"):
        return _from_arn(text, "", "", _account_of(text))
    return Target(uid=f"{service}:{kind}/{text}", type=f"{service}:{kind}")


def _text(value: Any) -> str:
    """The first identifier in a value: a text, a list of texts, EC2's `items` of objects or `value`."""
    for _ in range(6):
        if isinstance(value, str):
            return value
        if isinstance(value, list) and value:
            value = value[0]
        elif isinstance(value, dict) and value:
            value = (
                value.get("items")
                or value.get("values")
                or value.get("value")
                or value.get("content")
                or next((one for name, one in value.items() if _IDENTIFIER.match(str(name))), None)
            )
        else:
            return ""
    return ""


@lru_cache(_CACHED)
def _ranking(operation: str, fields: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """The fields that may name the target, best first, each with the kind of thing it names."""
    noun = take_apart(operation).words
    words = tuple(word.lower().removesuffix("s") for word in noun)
    hints = _HINTS.get(operation, ())
    ranked: list[tuple[int, str, str]] = []
    for field in fields:
        score = 1_000 - hints.index(field) if field in hints else _score(field, words)
        if "name" in fields and score and _OTHER.match(field):
            score += _BARE  # what it is done to, before the name of what comes of it
        if score > 0:
            bare = field in {"name", "names", "id"}
            ranked.append((-score, field, _thing(noun) if bare and noun else _stem(field)))
    return tuple((field, kind) for _, field, kind in sorted(ranked))


def _thing(noun: tuple[str, ...]) -> str:
    """What an operation's noun is about, which a field called `name` or `id` does not say.

    Examples:
        >>> _thing(("Parameter", "History")), _thing(("Logging",)), _thing(("Parameters",))
        ('parameter', 'trail', 'parameter')
    """
    words = list(noun)
    while len(words) > 1 and words[-1] in _ASPECTS:
        words.pop()
    thing = "".join(words)
    plain = thing[:1].lower() + thing[1:]
    return _NAMED.get(plain, plain)


def _score(field: str, words: tuple[str, ...]) -> int:
    match = _IDENTIFIER.match(field)
    if _NEVER.search(field) or (match is None and not field.endswith("Set")):
        return 0
    stem = ((match["stem"] if match else field.removesuffix("Set")) or "").lower()
    score = 1 + _KINDS.get((match["kind"] if match else "") or "", 1)
    for place, word in enumerate(words):
        if stem and len(word) > 1 and (word in stem or stem in word):
            return score + 60 - 5 * place
    if match is not None and match["bare"]:
        return score + _BARE
    return 0 if _SELDOM.search(field) else score


def _stem(field: str) -> str:
    """`snapshotId` names a snapshot, `instancesSet` instances."""
    match = _IDENTIFIER.match(field)
    stem = (match["stem"] if match else "") or field.removesuffix("Set")
    return kept(stem[:1].lower() + stem[1:])[:48]
