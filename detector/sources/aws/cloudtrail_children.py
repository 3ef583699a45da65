"""What a call brought into the world or ended: child credentials and those who will act with them.

Only public identifiers are taken from the response; its secrets are never touched. A call that did
not succeed neither issues nor ends anything.

Examples:
    >>> sorted(_ISSUES)[:3]
    ['AssumeRole', 'AssumeRoleForPodIdentity', 'AssumeRoleWithSAML']
"""

from collections.abc import Callable
from typing import Any

from detector.sources.aws.cloudtrail_call import (
    ACCESS_KEY,
    IOT,
    KEY_PAIR,
    PASSWORD,
    SIGNING,
    SPECIFIC,
    SSH_KEY,
    Call,
    part_of,
    text_of,
)
from detector.sources.aws.cloudtrail_identity import of_role
from detector.sources.aws.cloudtrail_requests import QUARANTINE
from detector.sources.times import to_ms
from schemas.event import Child, Kind, Principal

Effectuated = tuple[Kind, Child]
_Rule = Callable[[Call], Effectuated | None]


def concerns(operation: str) -> bool:
    """Whether an operation can issue, end or expose anything."""
    return operation in _ISSUES


def child_of(operation: str, call: Call) -> Effectuated | None:
    """The kind of event and the child of a successful call, or None for plain use."""
    rule = _ISSUES.get(operation)
    return rule(call) if rule is not None else None


def _session(call: Call, principal: Principal | None) -> Effectuated:
    credentials = part_of(call.response, "credentials")
    key = text_of(credentials.get("accessKeyId"))
    made = None
    if key:
        expires = _time(credentials.get("expiration"))
        made = call.made(ACCESS_KEY, key, "session", "ephemeral", expires)
    return "issue", Child(made, principal)


def _time(value: Any) -> int | None:
    try:
        return to_ms(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _assumed(call: Call) -> Effectuated | None:
    """The role session, keyed as its own calls will be."""
    arn = text_of(part_of(call.response, "assumedRoleUser").get("arn"))
    account, role, session = _from_session_arn(arn)
    path = text_of(call.request.get("roleArn"))
    if not role:
        account, role = _account(path), path.rpartition("/")[2]
        session = text_of(call.request.get("roleSessionName"))
    if not role:
        return _session(call, None) if call.response else None
    identity = call.record.userIdentity
    web = identity is not None and identity.type == "WebIdentityUser"
    sub = text_of(call.response.get("subjectFromWebIdentityToken"))
    if web and not sub and identity is not None:
        sub = text_of(identity.userName)
    provider = (text_of(identity.identityProvider) or "web") if web and identity is not None else ""
    return _session(call, of_role(
        account or call.principal.account, role, session, path=path, sub=sub, provider=provider,
        known_by=arn, human=identity is not None and identity.type == "SAMLUser",
    ))  # fmt: skip


def _from_session_arn(arn: str) -> tuple[str, str, str]:
    head, _, tail = arn.partition(":assumed-role/")
    role, _, session = tail.partition("/")
    return _account(arn), role, session if head else ""


def _account(arn: str) -> str:
    parts = arn.split(":", 5)
    return parts[4] if len(parts) == 6 else ""


def _same_actor(call: Call) -> Effectuated | None:
    return _session(call, call.principal)


def _root_session(call: Call) -> Effectuated | None:
    account = _account(text_of(call.request.get("targetPrincipal"))) or text_of(
        call.request.get("targetPrincipal")
    )
    principal = Principal(uid=f"aws:{account}:root", name="root", account=account,
                          type="human") if account else None  # fmt: skip
    return _session(call, principal)


def _federated(call: Call) -> Effectuated | None:
    arn = text_of(part_of(call.response, "federatedUser").get("arn"))
    name = arn.partition(":federated-user/")[2] or text_of(call.request.get("name"))
    account = _account(arn) or call.principal.account
    if not name:
        return _session(call, None)
    return _session(call, Principal(
        uid=f"aws:{account}:federated/{name}", name=name, account=account,
        type="service", known_by=arn, owner=call.principal.name,
    ))  # fmt: skip


def _access_key(call: Call) -> Effectuated | None:
    key = part_of(call.response, "accessKey")
    uid = text_of(key.get("accessKeyId"))
    owner = call.user()
    name = text_of(key.get("userName"))
    if name and name != owner.name:
        owner = Principal(uid=f"aws:{owner.account}:user/{name}", name=name,
                          account=owner.account, type="service")  # fmt: skip
    made = call.made(ACCESS_KEY, uid, "access_key", "static") if uid else None
    return "issue", Child(made, owner)


def _password(call: Call) -> Effectuated | None:
    owner = call.user()
    return "issue", Child(call.made(PASSWORD, owner.uid, "password", "static"), owner)


def _password_gone(call: Call) -> Effectuated | None:
    owner = call.user()
    return "end", Child(call.known(PASSWORD, owner.uid, "password"), owner)


def _by_id(part: str, field: str, kind: str, type_: str) -> _Rule:
    def issued(call: Call) -> Effectuated | None:
        holder = part_of(call.response, part) if part else call.response
        uid = text_of(holder.get(field))
        if not uid:
            return None
        # A key pair opens machines; it makes nobody act in the cloud.
        holder_of_key = None if kind == KEY_PAIR else call.user()
        return "issue", Child(call.made(kind, uid, type_, "static"), holder_of_key)

    return issued


def _gone(field: str, kind: str, type_: str) -> _Rule:
    def ended(call: Call) -> Effectuated | None:
        uid = text_of(call.request.get(field))
        if not uid:
            return None
        return "end", Child(call.known(kind, uid, type_), call.user())

    return ended


def _status(field: str, kind: str, type_: str) -> _Rule:
    def switched(call: Call) -> Effectuated | None:
        uid, status = text_of(call.request.get(field)), text_of(call.request.get("status"))
        if not uid or status not in {"Active", "Inactive"}:
            return None
        child = Child(call.known(kind, uid, type_), call.user())
        return ("end" if status == "Inactive" else "issue"), child

    return switched


def _nobodys(rule: _Rule) -> _Rule:
    """Of a credential whose holder is no identity of the cloud."""

    def without(call: Call) -> Effectuated | None:
        found = rule(call)
        return None if found is None else (found[0], Child(found[1].credential, None))

    return without


def _quarantined(call: Call) -> Effectuated | None:
    """AWS found the user's key in public and attached its own policy: everything since is suspect."""
    named = text_of(call.request.get("policyArn")) + text_of(call.request.get("policyName"))
    return ("exposure", Child(None, call.user())) if QUARANTINE in named else None


_ISSUES: dict[str, _Rule] = {
    "AssumeRole": _assumed,
    "AssumeRoleForPodIdentity": _assumed,
    "AssumeRoleWithSAML": _assumed,
    "AssumeRoleWithWebIdentity": _assumed,
    "AssumeRoot": _root_session,
    "GetSessionToken": _same_actor,
    "GetFederationToken": _federated,
    "CreateAccessKey": _access_key,
    "CreateLoginProfile": _password,
    "UpdateLoginProfile": _password,
    "PasswordUpdated": _password,
    "PasswordRecoveryCompleted": _password,
    "DeleteLoginProfile": _password_gone,
    "UpdateAccessKey": _status("accessKeyId", ACCESS_KEY, "access_key"),
    "DeleteAccessKey": _gone("accessKeyId", ACCESS_KEY, "access_key"),
    "UploadSSHPublicKey": _by_id("sSHPublicKey", "sSHPublicKeyId", SSH_KEY, "ssh_key"),
    "DeleteSSHPublicKey": _gone("sSHPublicKeyId", SSH_KEY, "ssh_key"),
    "CreateServiceSpecificCredential": _by_id(
        "serviceSpecificCredential", "serviceSpecificCredentialId", SPECIFIC, "service_specific"
    ),
    "DeleteServiceSpecificCredential": _gone(
        "serviceSpecificCredentialId", SPECIFIC, "service_specific"
    ),
    "ResetServiceSpecificCredential": _by_id(
        "serviceSpecificCredential", "serviceSpecificCredentialId", SPECIFIC, "service_specific"
    ),
    "UpdateServiceSpecificCredential": _status(
        "serviceSpecificCredentialId", SPECIFIC, "service_specific"
    ),
    "UpdateSSHPublicKey": _status("sSHPublicKeyId", SSH_KEY, "ssh_key"),
    "UploadSigningCertificate": _by_id("certificate", "certificateId", SIGNING, "certificate"),
    "UpdateSigningCertificate": _status("certificateId", SIGNING, "certificate"),
    "DeleteSigningCertificate": _gone("certificateId", SIGNING, "certificate"),
    "CreateBucketAccessKey": _nobodys(_by_id("accessKey", "accessKeyId", ACCESS_KEY, "access_key")),
    "DeleteBucketAccessKey": _nobodys(_gone("accessKeyId", ACCESS_KEY, "access_key")),
    "ImportSshPublicKey": _nobodys(_by_id("", "sshPublicKeyId", SSH_KEY, "ssh_key")),
    "DeleteSshPublicKey": _nobodys(_gone("sshPublicKeyId", SSH_KEY, "ssh_key")),
    "CreateKeysAndCertificate": _nobodys(_by_id("", "certificateId", IOT, "certificate")),
    "CreateKeyPair": _by_id("", "keyPairId", KEY_PAIR, "ssh_key"),
    "ImportKeyPair": _by_id("", "keyPairId", KEY_PAIR, "ssh_key"),
    "DeleteKeyPair": _gone("keyPairId", KEY_PAIR, "ssh_key"),
    "AttachUserPolicy": _quarantined,
    "PutUserPolicy": _quarantined,
}
