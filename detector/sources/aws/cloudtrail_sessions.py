"""Whose session of a role it is: the part of the actor key that comes after the role.

One role serves many: everyone behind single sign-on, every repository behind one deploy role, every
instance behind a profile. The kind of session says which part of it stays the same from one session
to the next; see `Kind`. Only what is bound to the credential decides, never the user agent or the
address: a stolen session must keep its owner's key, or the theft could not be seen.

References:
    AWS IAM user guide, "Roles terms and concepts" (session names); AWS CloudTrail user guide,
    "userIdentity element" (`inScopeOf`, `ec2RoleDelivery`); EKS Pod Identity session names.

Examples:
    >>> whose("AWSReservedSSO_Admins_0a1b2c3d4e5f6a7b", "ada@example.com")
    Actor(kind='person', part='ada@example.com')
    >>> whose("web", "i-0123456789abcdef0")
    Actor(kind='instance', part='i-0123456789abcdef0')
    >>> whose("deploy", "GitHubActions", sub="repo:acme/shop:ref:refs/heads/main")
    Actor(kind='federated', part='repo:acme/shop:ref:refs/heads/main')
    >>> whose("jobs", "botocore-session-1688990000")
    Actor(kind='other', part='botocore-session-#')
"""

import re
from functools import lru_cache
from typing import Literal

from msgspec import Struct

from detector.sources.text import template

Kind = Literal["person", "federated", "instance", "function", "task", "pod", "linked", "other"]

_CACHED = 16_384
_CENTER_ROLE = "AWSReservedSSO_"
_CENTER_PATH = "/aws-reserved/sso.amazonaws.com/"
_LINKED_PATH = "/aws-service-role/"
_LINKED_ROLE = "AWSServiceRoleFor"
_MAIL = re.compile(r"[^@\s:/]+@[^@\s:/]+\.[A-Za-z]{2,}")
_INSTANCE = re.compile(r"(?:i|mi)-[0-9a-f]{8,17}")
# The longest suffixes that a ReplicaSet and a pod get, in the alphabet Kubernetes draws them from.
_POD_TAIL = re.compile(r"(?:-[bcdf-hj-np-tv-z0-9]{8,10})?-[bcdf-hj-np-tv-z0-9]{5}$")
_POD = re.compile(r"(eks-.+)-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class Actor(Struct, frozen=True):
    """The kind of session, and the stable part of the actor key."""

    kind: Kind
    part: str


@lru_cache(_CACHED)
def whose(
    role: str, session: str, *, path: str = "", sub: str = "", provider: str = "", scope: str = ""
) -> Actor:
    """The actor behind a session of `role`.

    `path` is the role's ARN, `sub` and `provider` come from web identity federation, `scope` is the
    ARN of the compute resource that the credentials were issued to. All have passed `kept`.
    """
    if role.startswith(_CENTER_ROLE) or _CENTER_PATH in path:
        return Actor("person", session)
    if role.startswith(_LINKED_ROLE) or _LINKED_PATH in path:
        return Actor("linked", template(session))
    if sub:
        return Actor("federated", sub)
    if _INSTANCE.fullmatch(session):
        return Actor("instance", session)
    if ":function:" in scope:
        return Actor("function", scope.partition(":function:")[2].partition(":")[0])
    if ":ecs:" in scope:
        return Actor("task", template(session))
    pod = _POD.fullmatch(session)
    if pod:
        return Actor("pod", template(_POD_TAIL.sub("", pod.group(1))))
    if _MAIL.fullmatch(session):
        return Actor("person", session)
    return Actor("federated" if provider else "other", template(session))
