"""User agents to client families: the tool, without versions, since people upgrade.

The family is the first product of the user agent, lower-cased. Three things get in its way and are
resolved by form, not by a list of tools: partner headers (`APN/1.0 Partner/1.0 Product/1.2`) name
the product third; an SDK is only the carrier of a tool named after it; random ids are no name. The
operating system is left out: a tool on a second machine is judged by its network.

Examples:
    >>> client_of("APN/1.0 HashiCorp/1.0 Terraform/1.1.2 (+https://www.terraform.io)")
    'terraform'
    >>> client_of("[Boto3/1.26.165 Python/3.10.6 Linux/5.19.0-46-generic Botocore/1.29.165]")
    'boto3'
    >>> client_of("console.ec2.amazonaws.com"), client_of("ec2.amazonaws.com")
    ('console', 'provider')
    >>> client_of("Mozilla/5.0 (X11; Linux x86_64) Firefox/124.0")
    'browser'
"""

import re
from functools import lru_cache

from detector.sources.text import kept, without_ids

CONSOLE = "console"
PROVIDER = "provider"
BROWSER = "browser"
_CACHED = 16_384
_LONGEST = 48
_PARTNER = re.compile(r"\bAPN/[\d.]+ [^\s/]+/\S+ ([^\s/(),]+)")
_CONSOLE = re.compile(r"^console\.|^signin\.|^[\w ]*console[/,]|^aws-internal/", re.IGNORECASE)
_SERVICE = re.compile(r"^[a-z0-9.-]+\.amazonaws\.com$|^aws[ -]internal$", re.IGNORECASE)
_BROWSER = re.compile(r"^(?:mozilla|opera|safari|chrome)\b", re.IGNORECASE)
# What carries a tool, and how such tools name themselves further on. Checked only behind a carrier.
_CARRIER = re.compile(r"^(?:aws-sdk-[a-z0-9-]+|boto3|botocore|aws-crt|m|apache-httpclient)$")
_CARRIED = re.compile(
    r"\b(terraform|opentofu|pulumi|aws-cdk|crossplane|karpenter|kubernetes|kubelet|kubectl|eksctl|"
    r"ansible|packer|vault|amazon-ssm-agent|aws-load-balancer-controller|cluster-autoscaler|"
    r"external-dns|cert-manager|argocd|flux|steampipe|prowler|cloud-custodian|s3fs|rclone|fluent-bit)"
    r"\b",
    re.IGNORECASE,
)
_APPLICATION = re.compile(r"\sapp/([^\s/]+)")
_SAME = {"aws-cdk": "cdk", "cdktf": "cdk", "aws-cdk-cli": "cdk", "hashicorp-terraform": "terraform"}


@lru_cache(_CACHED)
def client_of(user_agent: str) -> str:
    """The family of a user agent; empty for an empty one."""
    text = user_agent.strip().removeprefix("[").removesuffix("]").strip()[:1_024]
    if not text:
        return ""
    if _CONSOLE.search(text):
        return CONSOLE
    if _SERVICE.match(text):
        return PROVIDER
    if _BROWSER.match(text):
        return BROWSER
    partner = _PARTNER.search(text)
    return _name(partner.group(1) if partner else _product(text))


def _product(text: str) -> str:
    first = re.split(r"[\s/(,;]", text, maxsplit=1)[0]
    if _CARRIER.match(first.lower()):
        carried = _CARRIED.search(text) or _APPLICATION.search(text)
        if carried:
            return carried.group(1)
    return first


def _name(product: str) -> str:
    name = without_ids(kept(product).lower())[:_LONGEST].strip("*-_. ")
    return _SAME.get(name, name) or "unnamed"
