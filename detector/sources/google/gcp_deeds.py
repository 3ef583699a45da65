"""Method names of Google Cloud's services: what they do, and what they let in.

References:
    Google Cloud documentation, "IAM audit logging", "Service account credentials API", "Logging
    configuration", the services' method names.

Examples:
    >>> action_of("iam", "google.iam.admin.v1.CreateServiceAccountKey").effect
    'mint_credential'
    >>> action_of("compute", "v1.compute.instances.insert").operation
    'compute.instances.insert'
    >>> action_of("k8s.io", "io.k8s.core.v1.pods.exec.create").operation
    'create pods/exec'
"""

import re
from functools import lru_cache

from detector.sources.deeds import Deeds
from detector.sources.platform.kubernetes_audit import action_of as cluster_action
from detector.sources.record import Record
from schemas.event import Action, Kind

_VERSION = re.compile(r"^(?:v\d\w*|alpha|beta)\.")
_KUBERNETES = "io.k8s."
_EVERYBODY = ("allUsers", "allAuthenticatedUsers")
_DEEDS = Deeds("gcp", {
    "CreateServiceAccountKey": ("credential_issue", "mint_credential"),
    "UploadServiceAccountKey": ("credential_issue", "mint_credential"),
    "GenerateAccessToken": ("credential_issue", ""),
    "GenerateIdToken": ("credential_issue", ""),
    "SignJwt": ("credential_issue", ""),
    "SignBlob": ("credential_issue", ""),
    "CreateKey": ("credential_issue", "mint_credential"),
    "CreateServiceAccount": ("admin", "persist"),
    "EnableServiceAccount": ("admin", "persist"),
    "CreateWorkloadIdentityPoolProvider": ("admin", "persist"),
    "UpdateWorkloadIdentityPoolProvider": ("admin", "persist"),
    "CreateWorkforcePool": ("admin", "persist"),
    "UpdateWorkforcePool": ("admin", "persist"),
    "inboundSsoProfileCreated": ("admin", "persist"),
    "inboundSsoProfileUpdated": ("admin", "persist"),
    "SetIamPolicy": ("admin", "grant"),
    "SetIAMPolicy": ("admin", "grant"),
    "setIamPolicy": ("admin", "grant"),
    "storage.setIamPermissions": ("admin", "grant"),
    "compute.instances.setIamPolicy": ("admin", "grant"),
    "compute.disks.setIamPolicy": ("admin", "grant"),
    "compute.images.setIamPolicy": ("admin", "grant"),
    "addGroupMember": ("admin", "grant"),
    "InsertProjectOwnershipInvite": ("admin", "grant"),
    "CreateRole": ("admin", ""),
    "UpdateRole": ("admin", "grant"),
    "AccessSecretVersion": ("secret_read", ""),
    "Decrypt": ("read", ""),
    "AsymmetricDecrypt": ("read", ""),
    "Encrypt": ("write", ""),
    "DestroyCryptoKeyVersion": ("delete", "destroy"),
    "UpdateCryptoKeyVersion": ("admin", ""),
    "DeleteSink": ("delete", "impair_defence"),
    "UpdateSink": ("admin", "impair_defence"),
    "CreateExclusion": ("admin", "impair_defence"),
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
    "CreateBuild": ("write", "execute"),
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
}  # fmt: skip


@lru_cache(8_192)
def action_of(service: str, method: str) -> Action:
    """The action of a method."""
    if method.startswith(_KUBERNETES):
        return _in_cluster(method)
    last = method.rpartition(".")[2]
    operation = (
        last if last[:1].isupper() or method.startswith("google.") else _VERSION.sub("", method)
    )
    if method.startswith("google.ssh-serialport"):
        operation = method
    return _DEEDS.of(operation, service)


def lifecycle_of(operation: str) -> Kind | None:
    """Whether a credential begins or ends with an operation."""
    return _LIFE.get(operation)


def foreign_of(entry: Record) -> str:
    """Whom a new policy lets in from outside, as far as the record says: everybody is `*`."""
    deltas = [
        *entry.parts("serviceData", "policyDelta", "bindingDeltas"),
        *entry.parts("metadata", "policyDelta", "bindingDeltas"),
    ]
    added = [one.text("member") for one in deltas if one.text("action") in {"ADD", ""}]
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
