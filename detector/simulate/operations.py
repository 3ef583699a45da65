"""How the provider spells an operation in its log: source, event name, read-only flag, version.

Operations are written `service:Name` here, as in a policy.

Examples:
    >>> operation("lambda:ListFunctions").name
    'ListFunctions20150331'
    >>> operation("iam:CreateUser").read_only
    False
"""

from functools import cache

from msgspec import Struct

_READS = (
    "Describe",
    "Get",
    "List",
    "Head",
    "Lookup",
    "Search",
    "BatchGet",
    "Filter",
    "Simulate",
    "Preview",
    "Query",
    "Select",
    "Check",
    "Decrypt",
    "GenerateDataKey",
    "Assume",
    "Converse",
    "InvokeModel",
    "Estimate",
    "View",
)
_WRITES = frozenset({"GetSigninToken", "SearchProvisionedProducts"})
_SOURCES = {
    "cloudwatch": "monitoring.amazonaws.com",
    "config": "config.amazonaws.com",
    "ses": "ses.amazonaws.com",
}
# The few services that carry an API version in the event's name.
_VERSIONED = {
    "lambda:ListFunctions": "20150331",
    "lambda:GetFunction": "20150331v2",
    "lambda:GetFunctionConfiguration": "20150331v2",
    "lambda:GetPolicy": "20150331v2",
    "lambda:ListVersionsByFunction": "20150331",
    "lambda:ListEventSourceMappings": "20150331",
    "lambda:ListTags": "20170331",
    "lambda:CreateFunction": "20150331",
    "lambda:DeleteFunction": "20150331",
    "lambda:UpdateFunctionCode": "20150331v2",
    "lambda:UpdateFunctionConfiguration": "20150331v2",
    "lambda:AddPermission": "20150331v2",
    "lambda:CreateEventSourceMapping": "20150331",
    "cloudfront:ListDistributions": "2020_05_31",
    "cloudfront:GetDistribution": "2020_05_31",
    "cloudfront:CreateInvalidation": "2020_05_31",
}
_EVENT_VERSIONS = {"sts": "1.08", "ssm": "1.08", "ec2": "1.10", "iam": "1.10", "s3": "1.10"}
# Logged in the home region wherever they are called from.
GLOBAL_SERVICES = frozenset({"iam", "organizations", "route53", "cloudfront", "account", "ce"})
HOME_REGION = "us-east-1"


class Operation(Struct, frozen=True):
    """One operation as the log spells it."""

    source: str
    name: str
    read_only: bool
    version: str
    service: str


@cache
def operation(op: str) -> Operation:
    """Spell `service:Name` as CloudTrail does."""
    service, name = op.split(":")
    return Operation(
        source=_SOURCES.get(service, f"{service}.amazonaws.com"),
        name=name + _VERSIONED.get(op, ""),
        read_only=name.startswith(_READS) and name not in _WRITES,
        version=_EVENT_VERSIONS.get(service, "1.11"),
        service=service,
    )


@cache
def parsed(line: str) -> tuple[tuple[str, int], ...]:
    """Read a line of operations, where `*4` says up to how often one repeats.

    Examples:
        >>> parsed("s3:ListBuckets s3:GetBucketAcl*4")
        (('s3:ListBuckets', 1), ('s3:GetBucketAcl', 4))
    """
    return tuple((op, int(times or 1)) for op, _, times in (x.partition("*") for x in line.split()))
