"""Calls to AWS that others have normalised: the same actor, credential and deed as in CloudTrail.

Examples:
    >>> from detector.sources.fingerprint import Fingerprints
    >>> context = Context(Fingerprints("a key of at least sixteen characters"))
    >>> made = caller(context, "acme", arn="arn:aws:iam::123456789012:user/ada", human=True)
    >>> made.principal.uid, made.principal.type, made.credential is None
    ('aws:123456789012:user/ada', 'human', True)
    >>> deed("s3.amazonaws.com", "DeleteTrail").service, deed("acme-portal", "login") is None
    ('s3', True)
"""

from detector.sources.aws.cloudtrail_actor import Actor, actor_of
from detector.sources.aws.cloudtrail_deed import deed_of
from detector.sources.aws.cloudtrail_record import Attributes, Identity, Issuer, Session
from detector.sources.base import Context
from detector.sources.credentials import public
from schemas.event import Action, Credential

_ARN = "arn:aws"
_SERVICE = (".amazonaws.com", ".amazonaws.com.cn")
_TYPES = frozenset({
    "Root", "IAMUser", "AssumedRole", "FederatedUser", "AWSAccount", "AWSService", "SAMLUser",
    "WebIdentityUser", "IdentityCenterUser", "Directory",
})  # fmt: skip
KEY = "access_key_id"


def is_caller(arn: str, type_: str) -> bool:
    """Whether an identity is one of AWS: by its ARN, or by CloudTrail's word for its type."""
    return arn.startswith(_ARN) or type_ in _TYPES


def caller(
    context: Context, tenant: str, *, arn: str, type_: str = "", account: str = "", uid: str = "",
    name: str = "", key: str = "", issuer: str = "", issuer_account: str = "",
    mfa: bool | None = None, invoked_by: str = "", human: bool = False,
) -> Actor:  # fmt: skip
    """Who called and with which key. `uid` is CloudTrail's `principalId`; `human` tells that the
    call's origin shows a person.

    Raises:
        DecodeError: nothing tells this actor from others.
    """
    session: Session | None = None
    if issuer or mfa is not None:
        session = Session(
            sessionIssuer=Issuer("Role", issuer, issuer_account or None) if issuer else None,
            attributes=Attributes(mfaAuthenticated=mfa) if mfa is not None else None,
        )
    if not type_:
        type_ = "AssumedRole" if ":assumed-role/" in arn else ""
    identity = Identity(
        type=type_ or None, principalId=uid or None, arn=arn or None, accountId=account or None,
        accessKeyId=key or None, userName=name or None, sessionContext=session,
        invokedBy=invoked_by or None,
    )  # fmt: skip
    return actor_of(identity, account, context, tenant, human=human)


def deed(source: str, operation: str) -> Action | None:
    """What a call to a service of AWS does, as far as its name tells; None for other services."""
    return deed_of(source, operation, None).action if source.endswith(_SERVICE) else None


def access_key(
    uid: str, context: Context, tenant: str, issued: int | None = None
) -> Credential | None:
    """The key that a text is the id of; None if it is the id of something else."""
    if not uid.startswith(("AKIA", "ASIA")):
        return None
    static = uid.startswith("AKIA")
    return public(
        uid, KEY, context, tenant, type="access_key" if static else "session",
        lifetime="static" if static else "ephemeral", issued=issued,
    )  # fmt: skip
