"""What the request says beyond the operation's name: is the secret read, is the port open, who is
let in. Only this verdict leaves here, never a value of the request, apart from account ids.

A rule takes the action as its name tells it, the request and the caller's account. Where a request
is missing, which denied calls and some services leave out, the name decides.

Examples:
    >>> rule = Action("ec2", "AuthorizeSecurityGroupIngress", "admin", "action", "open_network")
    >>> refine(rule, {"cidrIp": "10.0.0.0/8"}, "123456789012").effect
    ''
    >>> read = Action("ssm", "GetParameter", "read", "retrieval")
    >>> refine(read, {"name": "/db", "withDecryption": True}, "123456789012").access
    'secret_read'
"""

from typing import Any

from detector.sources.aws import cloudtrail_sharing as sharing
from detector.sources.aws.cloudtrail_asked import (
    Request,
    Rule,
    TooLargeError,
    changed,
    has,
    is_false,
    is_true,
    leaves,
)
from detector.sources.aws.cloudtrail_lifecycle import lifecycle
from schemas.event import Action, Effect

QUARANTINE = "AWSCompromisedKeyQuarantine"
_SHORT_RETENTION = 5  # days
_MANAGED = ":iam::aws:policy/"
_READ_ONLY = ("ReadOnlyAccess", "ViewOnlyAccess")
_PORTS = frozenset({"fromPort", "toPort", "FromPort", "ToPort"})
_OFF = frozenset({"DISABLED", "PAUSED", "NONE"})
_WEB = frozenset({80, 443})
_EVERYWHERE = frozenset({"0.0.0.0/0", "::/0"})
_RESTORING = frozenset({
    "RestoreDBInstanceFromDBSnapshot", "RestoreDBInstanceFromS3", "RestoreDBInstanceToPointInTime",
    "RestoreFromClusterSnapshot",
})  # fmt: skip


def is_ruled(action: Action) -> bool:
    """Whether a request can change what the name of the operation says."""
    return _rule_of(action) is not None


def _rule_of(action: Action) -> Rule | None:
    return _RULES.get(action.operation) or _BY_EFFECT.get(action.effect)


def refine(action: Action, request: Any, account: str) -> Action:
    """`action` as its request makes it. `account` is the caller's own."""
    rule = _rule_of(action)
    if rule is None or not isinstance(request, dict):
        return action
    try:
        return rule(action, request, account)
    except TooLargeError:
        return action


def answered(action: Action, response: Any) -> Action:
    """A database may be restored where it is public without a word on it: then the answer says so."""
    if action.operation not in _RESTORING or not isinstance(response, dict):
        return action
    try:
        return _public_instance(action, response, "")
    except TooLargeError:
        return action


def _secret_if_decrypted(action: Action, request: Request, _account: str) -> Action:
    if is_true(request.get("withDecryption")):
        return changed(action, access="secret_read")
    return action


def _secret_if_user_data(action: Action, request: Request, _account: str) -> Action:
    if request.get("attribute") == "userData":
        return changed(action, access="secret_read")
    return action


def _secret_if_values(action: Action, request: Request, _account: str) -> Action:
    if is_true(request.get("includeValues", request.get("includeValue"))):
        return changed(action, access="secret_read")
    return action


def _open_to_world(action: Action, request: Request, _account: str) -> Action:
    """A port for everybody is a way in, unless it is one that a web service is reached by."""
    rows = list(leaves(request))
    if not any(isinstance(value, str) and value in _EVERYWHERE for _, value in rows):
        return changed(action, effect="")
    ports = {value for name, value in rows if name in _PORTS}
    if ports and ports <= _WEB:
        return changed(action, access="admin", effect="")
    return changed(action, access="admin", effect="open_network", foreign="*")


def _acl_entry(action: Action, request: Request, account: str) -> Action:
    allows = request.get("ruleAction") != "deny" and not is_true(request.get("egress"))
    return _open_to_world(action, request, account) if allows else changed(action, effect="")


def _public_block(action: Action, request: Request, _account: str) -> Action:
    names = frozenset({"BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy",
                       "RestrictPublicBuckets", "blockPublicAcls", "ignorePublicAcls",
                       "blockPublicPolicy", "restrictPublicBuckets"})  # fmt: skip
    opened = has(request, names, is_false)
    return changed(action, effect="open_network" if opened else "")


def _public_instance(action: Action, request: Request, _account: str) -> Action:
    """A database made public, or one whose master password is changed, is taken over."""
    names = frozenset({"publiclyAccessible", "endpointPublicAccess"})
    if has(request, names, is_true):
        return changed(action, access="admin", effect="open_network")
    if "masterUserPassword" in request and action.operation.startswith("Modify"):
        return changed(action, effect="mint_credential")
    return action


def _function_url(action: Action, request: Request, _account: str) -> Action:
    return changed(action, foreign="*") if request.get("authType") == "NONE" else action


def _selectors(action: Action, request: Request, _account: str) -> Action:
    """Selectors that leave nothing out impair nothing."""
    narrowed = has(request, frozenset({"readWriteType"}), lambda v: v in {"WriteOnly", "ReadOnly"})
    narrowed |= has(request, frozenset({"includeManagementEvents"}), is_false)
    narrowed |= has(request, frozenset({"excludeManagementEventSources"}), bool)
    plain = isinstance(request.get("eventSelectors"), list) and request["eventSelectors"]
    return changed(action, effect="" if plain and not narrowed else "impair_defence")


def _trail(action: Action, request: Request, _account: str) -> Action:
    names = frozenset({"isMultiRegionTrail", "includeGlobalServiceEvents", "enableLogFileValidation",
                       "isOrganizationTrail"})  # fmt: skip
    moved = any(request.get(name) for name in ("s3BucketName", "kmsKeyId", "snsTopicName"))
    return changed(
        action, effect="impair_defence" if moved or has(request, names, is_false) else ""
    )


def _detector(action: Action, request: Request, _account: str) -> Action:
    off = has(request, frozenset({"enable", "autoEnable"}), is_false)
    off |= has(request, frozenset({"status", "autoEnable"}), lambda v: v in _OFF)
    return changed(action, effect="impair_defence" if off else "")


def _new_members(action: Action, request: Request, _account: str) -> Action:
    """What accounts that join, or all of them, are watched by."""
    off = any(
        value is False or (value in _OFF and name != "autoEnableStandards")
        for name, value in leaves(request)
    )
    return changed(action, effect="impair_defence" if off else "")


def _recorder(action: Action, request: Request, _account: str) -> Action:
    everything = has(request, frozenset({"allSupported"}), is_true)
    return changed(action, effect="" if everything else "impair_defence")


def _filter(action: Action, request: Request, _account: str) -> Action:
    """A filter that hides nothing is a view that somebody saved."""
    deed = str(request.get("action") or "")
    hides = deed in {"ARCHIVE", "SUPPRESS"} or (not deed and action.operation == "UpdateFilter")
    return changed(action, effect="impair_defence" if hides else "")


def _metadata(action: Action, request: Request, _account: str) -> Action:
    """Without a session token an instance's credentials can be had by a forged request."""
    names = frozenset({"httpTokens", "HttpTokens"})
    weak = has(request, names, lambda v: v == "optional")
    return changed(action, access="admin", effect="impair_defence") if weak else action


def _second_factor(action: Action, request: Request, _account: str) -> Action:
    off = request.get("mfaConfiguration") == "OFF"
    return changed(action, access="admin", effect="impair_defence") if off else action


def _scanning(action: Action, request: Request, _account: str) -> Action:
    off = has(request, frozenset({"scanOnPush"}), is_false)
    return changed(action, access="admin", effect="impair_defence") if off else action


def _cluster(action: Action, request: Request, account: str) -> Action:
    logging = request.get("logging")
    if isinstance(logging, dict) and has(logging, frozenset({"enabled"}), is_false):
        return changed(action, access="admin", effect="impair_defence")
    return _public_instance(action, request, account)


def _bucket_logging(action: Action, request: Request, _account: str) -> Action:
    status = request.get("BucketLoggingStatus")
    kept_on = isinstance(status, dict) and bool(status.get("LoggingEnabled"))
    return changed(action, effect="" if kept_on else "impair_defence")


def _versioning(action: Action, request: Request, _account: str) -> Action:
    off = has(request, frozenset({"Status"}), lambda v: v == "Suspended")
    return changed(action, effect="destroy" if off else "")


def _locked_out(action: Action, request: Request, _account: str) -> Action:
    """An object written with a key that only the caller has is lost to everybody else."""
    if any(str(name).startswith("x-amz-server-side-encryption-customer") for name in request):
        return changed(action, effect="destroy")
    return action


def _reactivated(action: Action, request: Request, _account: str) -> Action:
    return changed(action, effect="mint_credential" if request.get("status") == "Active" else "")


def _runs_code(action: Action, request: Request, _account: str) -> Action:
    """Changed start-up code of an instance, or a layer put under a function."""
    if request.get("attribute") == "userData" or "userData" in request or request.get("layers"):
        return changed(action, effect="execute")
    return action


def _retention(action: Action, request: Request, _account: str) -> Action:
    """Keeping logs for a month or a year is housekeeping; keeping them for days is not."""
    kept = request.get("retentionInDays")
    short = isinstance(kept, int) and kept <= _SHORT_RETENTION
    return changed(action, effect="impair_defence" if short else "")


def _unless_quarantine(action: Action, request: Request, account: str) -> Action:
    """The provider's quarantine policy takes rights away; its read-only ones give none to change
    anything, which makes an administrator's act of them but no grave one."""
    named = (request.get("policyArn"), request.get("policyName"))
    if any(isinstance(name, str) and QUARANTINE in name for name in named):
        return changed(action, effect="")
    return _unless_read_only(action, request, account)


def _unless_read_only(action: Action, request: Request, _account: str) -> Action:
    policy = request.get("policyArn")
    if isinstance(policy, str) and _MANAGED in policy and policy.endswith(_READ_ONLY):
        return changed(action, effect="")
    return action


_RULES: dict[str, Rule] = {
    "AttachUserPolicy": _unless_quarantine,
    "PutUserPolicy": _unless_quarantine,
    "AttachGroupPolicy": _unless_read_only,
    "AttachRolePolicy": _unless_read_only,
    "GetParameter": _secret_if_decrypted,
    "GetParameters": _secret_if_decrypted,
    "GetParametersByPath": _secret_if_decrypted,
    "GetParameterHistory": _secret_if_decrypted,
    "DescribeInstanceAttribute": _secret_if_user_data,
    "GetApiKey": _secret_if_values,
    "GetApiKeys": _secret_if_values,
    "AuthorizeSecurityGroupIngress": _open_to_world,
    "AuthorizeDBSecurityGroupIngress": _open_to_world,
    "AuthorizeCacheSecurityGroupIngress": _open_to_world,
    "AuthorizeClusterSecurityGroupIngress": _open_to_world,
    "CreateNetworkAclEntry": _acl_entry,
    "ReplaceNetworkAclEntry": _acl_entry,
    "PutPublicAccessBlock": _public_block,
    "PutBucketPublicAccessBlock": _public_block,
    "PutAccountPublicAccessBlock": _public_block,
    "CopyObject": _locked_out,
    "PutObject": _locked_out,
    "ModifyDBInstance": _public_instance,
    "ModifyDBCluster": _public_instance,
    "CreateDBInstance": _public_instance,
    "CreateDBInstanceReadReplica": _public_instance,
    "CreateDBCluster": _public_instance,
    "RestoreDBInstanceFromDBSnapshot": _public_instance,
    "RestoreDBInstanceFromS3": _public_instance,
    "RestoreDBInstanceToPointInTime": _public_instance,
    "RestoreDBClusterFromSnapshot": _public_instance,
    "RestoreFromClusterSnapshot": _public_instance,
    "ModifyCluster": _public_instance,
    "UpdateClusterConfig": _cluster,
    "ModifySecurityGroupRules": _open_to_world,
    "ModifyInstanceMetadataOptions": _metadata,
    "SetUserPoolMfaConfig": _second_factor,
    "PutImageScanningConfiguration": _scanning,
    "AddPermission": sharing.permission,
    "CreateRole": sharing.trusted,
    "UpdateAssumeRolePolicy": sharing.trusted,
    "CreateFunctionUrlConfig": _function_url,
    "UpdateFunctionUrlConfig": _function_url,
    "CreateResourceShare": sharing.ram,
    "AssociateResourceShare": sharing.ram,
    "PutRetentionPolicy": _retention,
    "PutEventSelectors": _selectors,
    "UpdateTrail": _trail,
    "UpdateDetector": _detector,
    "UpdateMacieSession": _detector,
    "UpdateMemberDetectors": _detector,
    "UpdateOrganizationConfiguration": _new_members,
    "PutConfigurationRecorder": _recorder,
    "CreateFilter": _filter,
    "UpdateFilter": _filter,
    "CreateFindingsFilter": _filter,
    "PutBucketLogging": _bucket_logging,
    "PutBucketLifecycle": lifecycle,
    "PutBucketLifecycleConfiguration": lifecycle,
    "PutBucketVersioning": _versioning,
    "UpdateAccessKey": _reactivated,
    "UpdateSSHPublicKey": _reactivated,
    "UpdateSigningCertificate": _reactivated,
    "UpdateServiceSpecificCredential": _reactivated,
    "ModifyInstanceAttribute": _runs_code,
    "UpdateFunctionConfiguration": _runs_code,
    "PutBucketReplication": sharing.replicated,
    "CreateGrant": sharing.granted,
    "PutKeyPolicy": sharing.key_policy,
    "PutSubscriptionFilter": sharing.log_destination,
}
# Sharing is asked for in few ways, so an operation without a rule of its own is read by its effect.
_BY_EFFECT: dict[Effect, Rule] = {"share_out": sharing.shared}
