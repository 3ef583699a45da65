"""Whom a request lets in: sharing, trust and permission, by policy document or by list.

Only account ids, `*` and identity providers leave here. A policy that lets in nobody from outside
shares nothing, and taking somebody off a list is a reversal.

Examples:
    >>> ask = Action("ec2", "ModifySnapshotAttribute", "admin", "action", "share_out")
    >>> add = {"createVolumePermission": {"add": {"items": [{"userId": "210987654321"}]}}}
    >>> shared(ask, add, "123456789012").foreign
    '210987654321'
"""

from collections.abc import Iterator
from typing import Any

from detector.sources.aws.cloudtrail_asked import Request, changed, given, leaves, names, texts
from detector.sources.aws.cloudtrail_policies import outsider, outsiders
from schemas.event import Action

_POLICY_FIELDS = (
    "bucketPolicy", "policy", "Policy", "policyText", "policyDocument", "resourcePolicy",
    "assumeRolePolicyDocument", "repositoryPolicy", "fileSystemPolicy", "PolicyDocument",
    "resource-policy", "registryPolicyText", "policyBody",
)  # fmt: skip
_MOST_NAMED = 3
_ADDING = frozenset({"add", "valuesToAdd", "addPermission", "accountIdsToAdd"})
_REMOVING = frozenset({"remove", "valuesToRemove", "accountIdsToRemove"})
_GRANTEES = frozenset({
    "userId", "group", "groups", "userIds", "accountIds", "principal", "principals", "accountId",
    "valuesToAdd", "AccountIdsToAdd", "accountIdsToAdd", "grantee", "URI", "accountWithRestoreAccess",
    "aWSAccountIds", "awsAccountIds", "allowedPrincipals", "projectVisibility", "x-amz-acl",
    "account", "granteePrincipal", "consumerIdentifier", "organizationArn", "addAllowedPrincipals",
})  # fmt: skip
_PUBLIC_WORDS = frozenset({
    "all", "*", "public_read", "public-read", "public-read-write", "authenticated-read",
    "http://acs.amazonaws.com/groups/global/allusers",
    "http://acs.amazonaws.com/groups/global/authenticatedusers",
})  # fmt: skip


def shared(action: Action, request: Request, account: str) -> Action:
    """Sharing by a policy document or by an attribute. A policy that lets in nobody from outside
    shares nothing, and taking somebody off a list is a reversal."""
    if action.operation in {"SetQueueAttributes", "SetTopicAttributes"}:
        policy = _attribute_policy(request)
        if policy is None:
            return changed(action, effect="")
    else:
        policy = next((request[name] for name in _POLICY_FIELDS if request.get(name)), None)
    if policy is None:
        return _shared_by_list(action, request, account)
    found = outsiders(policy, account)
    if found is None:
        return action
    return changed(
        action, effect=action.effect if found else "", foreign=",".join(found[:_MOST_NAMED])
    )


def _attribute_policy(request: Request) -> Any:
    """The policy among the attributes of a queue or topic; None if another attribute is set."""
    attributes = request.get("attributes")
    if isinstance(attributes, dict):
        return attributes.get("Policy")
    return request.get("attributeValue") if request.get("attributeName") == "Policy" else None


def _shared_by_list(action: Action, request: Request, account: str) -> Action:
    """Sharing by naming accounts or groups; only those that are added count."""
    keys = names(request)
    adds = given(request, _ADDING)
    if keys & (_REMOVING | _ADDING) and not adds:
        return changed(action, effect="")
    if action.operation.endswith("Attribute") and not adds and not keys & _GRANTEES:
        return changed(action, effect="")  # another attribute: a description, a launch flag
    found = sorted(set(_named(_without_removed(request), account)))
    private = action.operation in {"PutBucketAcl", "PutObjectAcl", "UpdateProjectVisibility"}
    if private and not found:
        return changed(action, effect="")
    return changed(action, foreign=",".join(found[:_MOST_NAMED]))


def _without_removed(request: Request) -> Request:
    out: Request = {}
    for key, value in request.items():
        if key in _REMOVING:
            continue
        out[key] = _without_removed(value) if isinstance(value, dict) else value
    return out


def _named(request: Request, account: str) -> Iterator[str]:
    for key, value in leaves(request):
        if key in _GRANTEES and isinstance(value, str):
            found = "*" if value.lower() in _PUBLIC_WORDS else outsider(value, account)
            if found:
                yield found


def trusted(action: Action, request: Request, account: str) -> Action:
    """A role's trust policy: the edit itself is the effect; whom it lets in is added."""
    policy = request.get("assumeRolePolicyDocument", request.get("policyDocument"))
    found = outsiders(policy, account) if policy is not None else None
    return changed(action, foreign=",".join(found[:_MOST_NAMED])) if found else action


def _function_permission(action: Action, request: Request, account: str) -> Action:
    """A service may invoke a function everywhere; that is wiring. Somebody outside is a back door."""
    principal = request.get("principal")
    if not isinstance(principal, str):
        return action
    if principal.endswith(".amazonaws.com"):
        return changed(action, effect="")
    foreign = outsider(principal, account)
    return changed(action, effect="persist" if foreign else "", foreign=foreign)


def ram(action: Action, request: Request, account: str) -> Action:
    """A resource share; one with nobody in it shares nothing yet."""
    found = sorted({outside for one in texts(request.get("principals"))
                    if (outside := outsider(one, account))})  # fmt: skip
    if not found and not request.get("principals"):
        return changed(action, effect="")
    return changed(action, foreign=",".join(found[:_MOST_NAMED]))


def replicated(action: Action, request: Request, account: str) -> Action:
    """Replication into a bucket of another account takes every new object out."""
    found = sorted({value for key, value in leaves(request)
                    if key in {"Account", "account"} and value != account and isinstance(value, str)
                    and value.isdecimal()})  # fmt: skip
    return changed(action, foreign=",".join(found[:_MOST_NAMED]))


def granted(action: Action, request: Request, account: str) -> Action:
    """Services and roles of the account take grants on keys all day; an outsider's is a share."""
    found = outsider(str(request.get("granteePrincipal", "")), account)
    return changed(action, effect="grant" if found else "", foreign=found)


def key_policy(action: Action, request: Request, account: str) -> Action:
    """The policy of a key stays what its name says; outsiders in it are named."""
    policy = request.get("policy", request.get("policyDocument"))
    found = outsiders(policy, account) if policy is not None else None
    return changed(action, foreign=",".join(found[:_MOST_NAMED])) if found else action


def permission(action: Action, request: Request, account: str) -> Action:
    """One more permission on a resource: a function's is a way in, others' are shares."""
    if action.service == "lambda":
        return _function_permission(action, request, account)
    return _shared_by_list(action, request, account)


def log_destination(action: Action, request: Request, account: str) -> Action:
    """Logs streamed to a destination of another account."""
    found = outsider(str(request.get("destinationArn", "")), account)
    return changed(action, effect="share_out" if found else "", foreign=found)
