"""Whose workload takes a role with a token of its provider: the owner that the token's subject names.

A build service signs tokens for all of its customers, so a trust policy that looks at the provider
only, or at a part of the subject, lets in strangers' repositories. The subject begins with its owner;
providers that serve one owner alone (a cluster of one's own) name none.

References:
    GitHub, "OpenID Connect reference" (`repo:OWNER/NAME:...`); GitLab, "OpenID Connect in AWS"
    (`project_path:GROUP/PROJECT:...`); HCP Terraform, "Dynamic credentials" (`organization:NAME:...`);
    CircleCI, "Using OpenID Connect tokens" (`org/ID/project/...`).

Examples:
    >>> github = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
    >>> owner_of(github, "repo:acme/shop:ref:refs/heads/main")
    'federated:token.actions.githubusercontent.com/acme'
    >>> owner_of(github, "system:serviceaccount:web:cart")
    ''
"""

import re

from detector.sources.aws.cloudtrail_asked import changed
from detector.sources.aws.cloudtrail_record import Identity
from detector.sources.text import kept
from schemas.event import Action

OPERATION = "AssumeRoleWithWebIdentity"
_OWNER = re.compile(r"(?:repo:|project_path:|organization:|owner:|org/)([^/:\s]+)")


def owner_of(provider: str, subject: str) -> str:
    """The owner of a workload by its provider and its token's subject; empty if none is named."""
    found = _OWNER.match(subject)
    issuer = provider.rpartition("oidc-provider/")[2]
    # each by itself: joined, what looks like a secret in one would not be recognised
    return f"federated:{kept(issuer)}/{kept(found.group(1))}" if found is not None else ""


def federated(action: Action, identity: Identity) -> Action:
    """The exchange of a provider's token, with the owner that it is made for."""
    owner = owner_of(identity.identityProvider or "", identity.userName or "")
    return changed(action, foreign=owner) if owner else action
