"""Method names of Google Cloud's services: what they do, and what they let in.

References:
    Google Cloud documentation, "IAM audit logging", "Service account credentials API", "Logging
    configuration", "AuditConfigDelta", "Creating and managing organization policies", the services'
    method names.

Examples:
    >>> action_of("iam", "google.iam.admin.v1.CreateServiceAccountKey").effect
    'mint_credential'
    >>> action_of("compute", "v1.compute.instances.insert").operation
    'compute.instances.insert'
    >>> action_of("k8s.io", "io.k8s.core.v1.pods.exec.create").operation
    'create pods/exec'
    >>> action_of("run", "run.services.setIamPolicy").effect
    'grant'
    >>> action_of("storage", "google.storage.objects.get").operation
    'storage.objects.get'
"""

import re
from functools import lru_cache

from msgspec.structs import replace

from detector.sources.deeds import Deeds
from detector.sources.identity.google_workspace_actions import action_of as told_at_home
from detector.sources.platform.kubernetes_audit import action_of as cluster_action
from detector.sources.record import Record
from schemas.event import Action, Kind

_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
# Workspace's logs of administrators and of signing in.
_DIRECTORY = frozenset({"admin", "login"})
_CONSTRAINTS = frozenset({"CreatePolicy", "UpdatePolicy", "SetOrgPolicy"})
_VERSION = re.compile(r"^(?:v\d\w*|alpha|beta)\.")
_KUBERNETES = "io.k8s."
_POLICY = "setiampolicy"
_EVERYBODY = ("allUsers", "allAuthenticatedUsers")
_DEEDS = Deeds("gcp", {
    "CreateServiceAccountKey": ("credential_issue", "mint_credential"),
    "UploadServiceAccountKey": ("credential_issue", "mint_credential"),
    "GenerateAccessToken": ("credential_issue", ""),
    "GenerateIdToken": ("credential_issue", ""),
    "SignJwt": ("credential_issue", ""),
    "SignBlob": ("credential_issue", ""),
    "CreateKey": ("credential_issue", "mint_credential"),
    "UndeleteKey": ("credential_issue", "mint_credential"),
    "GetKeyString": ("secret_read", ""),
    "EnableServiceAccountKey": ("credential_issue", "mint_credential"),
    "storage.hmacKeys.create": ("credential_issue", "mint_credential"),
    "CreateOauthClientCredential": ("credential_issue", "mint_credential"),
    "CreateClientSecret": ("credential_issue", "mint_credential"),
    "ImportSshPublicKey": ("credential_issue", "persist"),
    "CreateSshPublicKey": ("credential_issue", "persist"),
    "SetMasterAuth": ("credential_issue", "mint_credential"),
    "cloudsql.sslCerts.create": ("credential_issue", "mint_credential"),
    "cloudsql.users.create": ("admin", "persist"),
    "cloudsql.users.update": ("admin", "persist"),
    "CreateServiceAccount": ("admin", "persist"),
    "EnableServiceAccount": ("admin", "persist"),
    "UndeleteServiceAccount": ("admin", "persist"),
    "CreateWorkforcePoolProvider": ("admin", "persist"),
    "UpdateWorkforcePoolProvider": ("admin", "persist"),
    "CreateWorkloadIdentityPoolProvider": ("admin", "persist"),
    "UpdateWorkloadIdentityPoolProvider": ("admin", "persist"),
    "CreateWorkforcePool": ("admin", "persist"),
    "UpdateWorkforcePool": ("admin", "persist"),
    "inboundSsoProfileCreated": ("admin", "persist"),
    "inboundSsoProfileUpdated": ("admin", "persist"),
    "storage.setIamPermissions": ("admin", "grant"),
    "addGroupMember": ("admin", "grant"),
    "InsertProjectOwnershipInvite": ("admin", "grant"),
    "compute.instances.setServiceAccount": ("admin", "grant"),
    "CreateRole": ("admin", ""),
    "UpdateRole": ("admin", "grant"),
    "AccessSecretVersion": ("secret_read", ""),
    "Decrypt": ("read", ""),
    "AsymmetricDecrypt": ("read", ""),
    "Encrypt": ("write", ""),
    "DestroyCryptoKeyVersion": ("delete", "destroy"),
    "DestroySecretVersion": ("delete", "destroy"),
    "DeleteSecret": ("delete", "destroy"),
    "DeleteProject": ("delete", "destroy"),
    "storage.buckets.delete": ("delete", "destroy"),
    "cloudsql.instances.delete": ("delete", "destroy"),
    "UpdateCryptoKeyVersion": ("admin", ""),
    "DeleteSink": ("delete", "impair_defence"),
    "UpdateSink": ("admin", "impair_defence"),
    "CreateExclusion": ("admin", "impair_defence"),
    "UpdateExclusion": ("admin", "impair_defence"),
    "DeleteLogMetric": ("delete", "impair_defence"),
    "DeleteAlertPolicy": ("delete", "impair_defence"),
    "DeleteNotificationChannel": ("delete", "impair_defence"),
    "DeleteNotificationConfig": ("delete", "impair_defence"),
    "CreateMuteConfig": ("admin", "impair_defence"),
    "UpdateMuteConfig": ("admin", "impair_defence"),
    "BulkMuteFindings": ("admin", "impair_defence"),
    "DeletePolicy": ("delete", "impair_defence"),
    "CreatePolicy": ("admin", ""),
    "UpdatePolicy": ("admin", ""),
    "SetOrgPolicy": ("admin", ""),
    "ClearOrgPolicy": ("admin", "impair_defence"),
    "DeleteServicePerimeter": ("delete", "impair_defence"),
    "UpdateServicePerimeter": ("admin", "impair_defence"),
    "ReplaceServicePerimeters": ("admin", "impair_defence"),
    "DeleteAccessLevel": ("delete", "impair_defence"),
    "UpdateAccessLevel": ("admin", "impair_defence"),
    "ReplaceAccessLevels": ("admin", "impair_defence"),
    "DeleteAccessPolicy": ("delete", "impair_defence"),
    "DeleteAccessApprovalSettings": ("delete", "impair_defence"),
    "compute.securityPolicies.delete": ("delete", "impair_defence"),
    "compute.securityPolicies.removeRule": ("delete", "impair_defence"),
    "compute.packetMirrorings.insert": ("admin", "share_out"),
    "compute.packetMirrorings.patch": ("admin", "share_out"),
    "DeleteBucket": ("delete", "impair_defence"),
    "UpdateBucket": ("admin", "impair_defence"),
    "DeleteLog": ("delete", "impair_defence"),
    "compute.firewalls.insert": ("admin", "open_network"),
    "compute.firewalls.patch": ("admin", "open_network"),
    "compute.firewalls.update": ("admin", "open_network"),
    "compute.firewalls.delete": ("delete", "impair_defence"),
    "CreateIngressRule": ("admin", "open_network"),
    "UpdateIngressRule": ("admin", "open_network"),
    "DeleteIngressRule": ("delete", "impair_defence"),
    "compute.projects.setCommonInstanceMetadata": ("admin", "persist"),
    "compute.instances.setMetadata": ("admin", "persist"),
    "compute.instances.insert": ("write", ""),
    "compute.snapshots.insert": ("write", ""),
    "deploymentmanager.deployments.insert": ("write", "execute"),
    "google.ssh-serialport.v1.connect": ("write", "execute"),
    "CreateOSPolicyAssignment": ("write", "execute"),
    "UpdateOSPolicyAssignment": ("write", "execute"),
    "CreateBuild": ("write", "execute"),
    "CreateSession": ("write", ""),
    "BatchCreateSessions": ("write", ""),
    "Listen": ("read", ""),
    "RunQuery": ("read", ""),
    "RunAggregationQuery": ("read", ""),
    "PartitionQuery": ("read", ""),
    "Pull": ("read", ""),
    "StreamingPull": ("read", ""),
    "InsertJob": ("read", ""),
    "jobservice.insert": ("read", ""),
    "TestIamPermissions": ("read", "identity_probe"),
    "AuthorizeUser": ("read", ""),
    "CheckPolicy": ("read", ""),
})  # fmt: skip
_LIFE: dict[str, Kind] = {
    "CreateServiceAccountKey": "issue", "UploadServiceAccountKey": "issue",
    "GenerateAccessToken": "issue", "GenerateIdToken": "issue", "SignJwt": "issue",
    "SignBlob": "issue", "DeleteServiceAccountKey": "end", "DisableServiceAccountKey": "end",
    "EnableServiceAccountKey": "issue", "CreateKey": "issue", "UndeleteKey": "issue",
    "DeleteKey": "end", "storage.hmacKeys.create": "issue", "storage.hmacKeys.delete": "end",
}  # fmt: skip


@lru_cache(8_192)
def action_of(service: str, method: str) -> Action:
    """The action of a method."""
    if method.startswith(_KUBERNETES):
        return _in_cluster(method)
    last = method.rpartition(".")[2]
    action = _DEEDS.of(_operation(method, last), service)
    if last.lower() == _POLICY:  # every service has its own, and spells it as it likes
        return replace(action, access="admin", plane="action", effect="grant")
    return action


def _operation(method: str, last: str) -> str:
    """A method's name without what only says whose it is: behind a service's, the last word; else
    all words but the version."""
    if method.startswith("google.ssh-serialport"):
        return method
    words = method.split(".")
    if last[:1].isupper() or (words[0] == "google" and any(one[:1].isupper() for one in words)):
        return last
    return _VERSION.sub("", method.removeprefix("google."))


def lifecycle_of(operation: str) -> Kind | None:
    """Whether a credential begins or ends with an operation."""
    return _LIFE.get(operation)


def refined(action: Action, entry: Record) -> Action:
    """The action as its request makes it. Where the log has none, the name decides."""
    asked = entry.part("request")
    if action.service in _DIRECTORY and not action.effect:
        return _in_directory(action, entry)
    if action.operation in _CONSTRAINTS:
        return replace(action, effect="impair_defence") if _lifts(asked.part("policy")) else action
    if action.effect == "grant":
        if _unwatched(entry):
            return replace(action, effect="impair_defence")
        changed = entry.part("serviceData", "permissionDelta")
        if changed.get("removedPermissions") and not changed.get("addedPermissions"):
            return replace(action, effect="")
        deltas = _deltas(entry)
        if (deltas or _audits(entry)) and not any(_lets_in(one) for one in deltas):
            return replace(action, effect="")
        foreign = _foreign(entry, deltas)
        return replace(action, foreign=foreign, effect="share_out") if foreign else action
    if action.operation.startswith("compute.firewalls.") and action.effect == "open_network":
        denies = asked.get("denieds") and not asked.get("alloweds")
        outward = asked.text("direction") == "EGRESS"
        return replace(action, effect="") if denies or outward else action
    if action.operation == "compute.subnetworks.patch" and (
        asked.flag("enableFlowLogs") is False or asked.flag("logConfig", "enable") is False
    ):
        return replace(action, access="admin", effect="impair_defence")
    return action


def _deltas(entry: Record) -> list[Record]:
    """What a new policy changes, where the record says so."""
    return [
        *entry.parts("serviceData", "policyDelta", "bindingDeltas"),
        *entry.parts("metadata", "policyDelta", "bindingDeltas"),
    ]


def _audits(entry: Record) -> list[Record]:
    """What a new policy changes of what is logged."""
    return [
        *entry.parts("serviceData", "policyDelta", "auditConfigDeltas"),
        *entry.parts("metadata", "policyDelta", "auditConfigDeltas"),
    ]


def _unwatched(entry: Record) -> bool:
    """Whether a kind of log is no longer written, or not for somebody who is exempted."""
    return any(
        (one.text("action") == "ADD") == bool(one.text("exemptedMember")) for one in _audits(entry)
    )


def _lifts(policy: Record) -> bool:
    """Whether a constraint of the organisation is set to let through what it is there to stop."""
    boolean = policy.get("booleanPolicy")
    if isinstance(boolean, dict):
        return boolean.get("enforced") is not True
    if policy.text("listPolicy", "allValues") == "ALLOW":
        return True
    rules = policy.parts("spec", "rules")
    return any(one.flag("enforce") is False or one.flag("allowAll") is True for one in rules)


def _in_directory(action: Action, entry: Record) -> Action:
    """What Google Workspace shares with Google Cloud, by the names that it has at home."""
    events = (one for event in entry.parts("metadata", "event") for one in event.parts("parameter"))
    said = {one.text("name"): one.get("value") for one in events}
    words = _HUMP.sub("_", action.operation)
    told = told_at_home(
        action.service, words.upper() if action.service == "admin" else words.lower(),
        Record(said, entry.what, entry.context, entry.position, entry.raw), (),
    )  # fmt: skip
    if told.access == "unknown":
        return action
    return replace(action, access=told.access, effect=told.effect, foreign=told.foreign)


def _lets_in(delta: Record) -> bool:
    return delta.text("action") in {"ADD", ""}


def _foreign(entry: Record, deltas: list[Record]) -> str:
    """Whom a new policy lets in from outside, as far as the record says: everybody is `*`."""
    added = [one.text("member") for one in deltas if _lets_in(one)]
    if not deltas:
        bindings = entry.parts("request", "policy", "bindings")
        added = [member for one in bindings for member in one.texts("members")]
    return "*" if any(member in _EVERYBODY for member in added) else ""


def _in_cluster(method: str) -> Action:
    *path, verb = method.removeprefix(_KUBERNETES).split(".")
    # The group and version stand before the resource, a part of it after.
    at = next((place for place, one in enumerate(path) if _is_version(one)), -1)
    what = path[at + 1 :]
    return cluster_action(verb, what[0] if what else "", what[1] if len(what) > 1 else "")


def _is_version(word: str) -> bool:
    return word[:1] == "v" and word[1:2].isdigit()
