"""Who acts in a CloudTrail record: `userIdentity` to `Principal`, the actor key first of all.

Keys read `aws:<account>:<kind>/<name>`, and for a role `aws:<account>:role/<role>/<whose session>`.
A service of AWS that acts by itself is keyed within the account it acts in.

References:
    AWS CloudTrail user guide, "userIdentity element", "AWS Management Console sign-in events".

Examples:
    >>> from detector.sources.aws.cloudtrail_record import Identity
    >>> principal_of(Identity("IAMUser", accountId="123456789012", userName="ada"), "").uid
    'aws:123456789012:user/ada'
    >>> principal_of(Identity("AWSService", invokedBy="ec2.amazonaws.com"), "123456789012").uid
    'aws:123456789012:service/ec2'
"""

from functools import lru_cache

import msgspec
from msgspec import Raw
from msgspec.structs import replace

from detector.sources.aws.cloudtrail_record import Federation, Identity, Session
from detector.sources.aws.cloudtrail_sessions import Kind, whose
from detector.sources.base import DecodeError
from detector.sources.contract import read
from detector.sources.text import kept, template
from schemas.event import Principal, PrincipalType

_CACHED = 16_384
_SERVICE_SUFFIX = ".amazonaws.com"
_TYPES: dict[Kind, PrincipalType] = {
    "person": "human",
    "federated": "workload",
    "instance": "workload",
    "function": "workload",
    "task": "workload",
    "pod": "workload",
    "linked": "provider",
    "other": "service",
}
_FACTOR = {"Yes": True, "No": False}
_SIGN_IN = msgspec.json.Decoder(dict[str, object])
_MACHINE_ISSUERS = ("AWS::EC2::", "AWS::ECS::", "AWS::Lambda::", "AWS::EKS::")


def principal_of(identity: Identity, recipient: str, *, console: bool = False) -> Principal:
    """The principal of a record delivered to account `recipient`.

    Raises:
        DecodeError: nothing in `userIdentity` tells this actor from others.
    """
    account = kept(identity.accountId or _account_of(identity.arn) or recipient)
    mfa = _mfa(identity.sessionContext)
    found = _of_type(identity, account, human=console or bool(mfa))
    if found is None:
        raise DecodeError(
            "userIdentity: expected an ARN, a principal id, a user name or invokedBy, got none;"
            " an actor without a key would share one with strangers"
        )
    owner = _owner(identity)
    if mfa is None and not owner:
        return found
    return Principal(
        uid=found.uid, name=found.name, account=found.account, type=found.type, owner=owner,
        role=found.role, session=found.session, known_by=found.known_by, mfa=mfa,
    )  # fmt: skip


def _of_type(identity: Identity, account: str, *, human: bool) -> Principal | None:
    kind, arn = identity.type, kept(identity.arn or "")
    if ":assumed-role/" in arn or (kind == "AssumedRole" and _has_role(identity)):
        return _session_of_role(identity, account, human=human)
    if kind == "Root" or arn.endswith((":root", ":assumed-root")):
        return _plain(account, "root", "root", "human", arn)
    if kind == "IAMUser" and identity.userName:
        return _plain(account, "user", kept(identity.userName), _user_type(human), arn)
    if kind == "AWSService" or (kind is None and identity.invokedBy):
        return _service(identity, account)
    if ":federated-user/" in arn:
        return _plain(account, "federated", arn.partition(":federated-user/")[2], "service", arn)
    if kind in {"SAMLUser", "WebIdentityUser"}:
        return _outside(identity, account, "saml" if kind == "SAMLUser" else "web")
    if kind == "IdentityCenterUser" or (kind == "Unknown" and _is_told(identity)):
        return _person(identity, account)
    if ":user/" in arn:
        return _plain(account, "user", arn.rpartition("/")[2], _user_type(human), arn)
    return _by_id(identity, account, human=human)


@lru_cache(_CACHED)
def _plain(account: str, kind: str, name: str, type_: PrincipalType, arn: str) -> Principal:
    uid = f"aws:{account}:{kind}" if kind == name else f"aws:{account}:{kind}/{name}"
    return Principal(uid=uid, name=name, account=account, type=type_, known_by=arn)


def _user_type(human: bool) -> PrincipalType:
    return "human" if human else "service"


def _has_role(identity: Identity) -> bool:
    session = identity.sessionContext
    issuer = session.sessionIssuer if session is not None else None
    return issuer is not None and bool(issuer.arn or issuer.userName)


def _session_of_role(identity: Identity, account: str, *, human: bool) -> Principal:
    arn = kept(identity.arn or "")
    _, _, tail = arn.partition(":assumed-role/")
    role, _, session = tail.partition("/")
    context = identity.sessionContext
    issuer = context.sessionIssuer if context is not None else None
    path = ""
    if issuer is not None:
        path = kept(issuer.arn or "")
        role = path.rpartition("/")[2] or kept(issuer.userName or "") or role
    session = session or kept(identity.principalId or "").partition(":")[2]
    federation = context.webIdFederationData if context is not None else None
    scope = identity.inScopeOf
    return of_role(
        account, role, session, path=path, human=human, sub=_sub(federation),
        provider=kept(federation.federatedProvider or "") if federation is not None else "",
        scope=kept(scope.credentialsIssuedTo or "") if scope is not None else "",
        known_by=arn, machine=_on_machine(identity),
    )  # fmt: skip


def _on_machine(identity: Identity) -> bool:
    scope, context = identity.inScopeOf, identity.sessionContext
    if context is not None and context.ec2RoleDelivery:
        return True
    return scope is not None and (scope.issuerType or "").startswith(_MACHINE_ISSUERS)


@lru_cache(_CACHED)
def of_role(
    account: str, role: str, session: str, *, path: str = "", human: bool = False, sub: str = "",
    provider: str = "", scope: str = "", known_by: str = "", machine: bool = False,
) -> Principal:  # fmt: skip
    """The principal that a session of a role stands for; `whose` decides the key. All texts have
    passed `kept`.

    Examples:
        >>> of_role("123456789012", "web", "i-0123456789abcdef0").uid
        'aws:123456789012:role/web/i-0123456789abcdef0'
    """
    actor = whose(role, session, path=path, sub=sub, provider=provider, scope=scope)
    type_ = _TYPES[actor.kind]
    if type_ == "service":
        type_ = "human" if human else "workload" if machine else "service"
    return Principal(
        uid=f"aws:{account}:role/{role}/{actor.part}" if actor.part else f"aws:{account}:role/{role}",
        name=actor.part if type_ == "human" else f"{role}/{actor.part}", account=account, type=type_, role=role, session=session, known_by=known_by,
    )  # fmt: skip


def _sub(federation: Federation | None) -> str:
    """The subject claim: `<issuer>:sub`, or `:user_id` where a provider calls it that."""
    if federation is None or not federation.attributes:
        return ""
    for name in sorted(federation.attributes):
        value = federation.attributes[name]
        if name.endswith((":sub", ":user_id")) and isinstance(value, str):
            return kept(value)
    return ""


def _service(identity: Identity, account: str) -> Principal | None:
    name = service_name(identity.invokedBy or identity.userName or "")
    return _plain(account, "service", name, "provider", kept(identity.arn or "")) if name else None


def service_name(text: str) -> str:
    """`ec2.amazonaws.com` to `ec2`; a service in another partition keeps its suffix.

    Examples:
        >>> service_name("AWS Internal"), service_name("cloudformation.amazonaws.com")
        ('aws-internal', 'cloudformation')
    """
    return kept(text).strip().lower().removesuffix(_SERVICE_SUFFIX).replace(" ", "-")


def _outside(identity: Identity, account: str, kind: str) -> Principal | None:
    """SAML and web identity users: known by their provider's name for them."""
    name = kept(identity.userName or identity.principalId or "")
    type_: PrincipalType = "human" if kind == "saml" else "workload"
    return _plain(account, kind, name, type_, kept(identity.principalId or "")) if name else None


def _is_told(identity: Identity) -> bool:
    """Steps of signing in to Identity Center name the person beside an identity that they do not."""
    return identity.onBehalfOf is not None and bool(identity.onBehalfOf.userId)


def _person(identity: Identity, account: str) -> Principal | None:
    behalf = identity.onBehalfOf
    name = (behalf.userId if behalf is not None else None) or identity.principalId
    name = name or identity.userName
    return (
        _plain(account, "person", kept(name), "human", kept(identity.arn or "")) if name else None
    )


def _by_id(identity: Identity, account: str, *, human: bool) -> Principal | None:
    """Another account's identity, a directory user, or a type that is newer than this code."""
    unique, _, session = kept(identity.principalId or "").partition(":")
    name, arn = kept(identity.userName or ""), kept(identity.arn or "")
    if session:
        name = f"{unique}/{template(session)}"
    name = name or unique or arn
    if name:
        return _plain(account, "id", name, "human" if human else "unknown", arn)
    if identity.invokedBy:
        return _service(identity, account)
    return _plain(account, "account", account, "unknown", "") if account else None


def _owner(identity: Identity) -> str:
    """The accountable human, where the session carries one."""
    context, behalf = identity.sessionContext, identity.onBehalfOf
    if context is not None and context.sourceIdentity:
        return kept(context.sourceIdentity)
    if context is not None and context.sessionIssuer is not None:
        issuer = context.sessionIssuer
        if issuer.type == "IAMUser" and issuer.userName and identity.type == "FederatedUser":
            return kept(issuer.userName)
    return kept(behalf.userId) if behalf is not None and behalf.userId else ""


def _mfa(session: Session | None) -> bool | None:
    attributes = session.attributes if session is not None else None
    stated = attributes.mfaAuthenticated if attributes is not None else None
    if stated is None:
        return None
    return stated is True or (isinstance(stated, str) and stated.lower() == "true")


def signed_in(principal: Principal, identity: Identity, more: Raw) -> Principal:
    """Who signed in to the console, with a second factor or without one, by the event's additional
    data. A provider's people show theirs to the provider, so a `No` tells nothing of them."""
    if principal.mfa is not None or identity.type not in {"IAMUser", "Root"}:
        return principal
    try:
        used = read(_SIGN_IN, more, "additionalEventData").get("MFAUsed")
    except DecodeError:
        return principal
    mfa = _FACTOR.get(used) if isinstance(used, str) else None
    return principal if mfa is None else replace(principal, mfa=mfa)


def _account_of(arn: str | None) -> str:
    parts = (arn or "").split(":", 5)
    return parts[4] if len(parts) == 6 else ""
