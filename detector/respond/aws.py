"""How AWS takes a credential away, smallest scope first.

A long-lived key is made inactive, the password of a user is deleted. A session cannot be ended by its
id: a deny policy refuses tokens issued before a cutoff, for the whole role, or for one session name
where the holder cannot choose that name (a person behind federation, an instance). Root, service-linked
roles and the roles of Identity Center cannot be given such a policy.

References:
    AWS IAM user guide, "Revoke IAM role temporary security credentials" and "Disabling
    permissions for temporary security credentials"; IAM Identity Center user guide, "Revoke
    active IAM role sessions created by permission sets".

Examples:
    >>> key = Credential(fingerprint="9f", uid="AKIAIOSFODNN7EXAMPLE")
    >>> way_to_end(key, Principal(uid="aws:123456789012:user/ada", name="ada")).action
    'disable'
"""

from detector.respond.ways import Unreachable, Way
from schemas.event import Credential, Principal

SYSTEM = "aws"
IDENTITY_CENTER = "aws-identity-center"
LONG_LIVED = "AKIA"
TEMPORARY = "ASIA"
# The kinds of identifier that are answered here, by the principal too.
KINDS = frozenset({"access_key_id", "bearer_credential_id", "console_password"})
_PASSWORD = "console_password"  # noqa: S105 - a kind of credential, not one
_CENTER_ROLE = "AWSReservedSSO_"
_SERVICE_ROLE = "AWSServiceRoleFor"
_MINUTES = "The policy takes some minutes to apply everywhere."


def is_aws(credential: Credential | None, principal: Principal | None) -> bool:
    """Whether AWS owns this credential, or failing one, this principal."""
    if credential is not None and credential.uid:
        return credential.uid.startswith((LONG_LIVED, TEMPORARY)) or _of_aws(principal)
    return _of_aws(principal)


def way_to_end(credential: Credential | None, principal: Principal | None) -> Way | Unreachable:
    """The smallest step that stops `credential` in the hands of `principal`."""
    who = principal or Principal(uid="")
    if who.type == "provider":
        return Unreachable("The actor is a service of AWS itself; it holds no credential of ours.")
    if who.uid.endswith(":root"):
        return Unreachable(
            "This is the account's root user, whose credentials no policy can limit. By hand: "
            "sign in as root, delete its access keys, change password and MFA."
        )
    if credential is not None and credential.uid.startswith(LONG_LIVED):
        return _key(credential, who)
    if credential is not None and credential.uid_kind == _PASSWORD and ":user/" in who.uid:
        return _password(who)
    if who.role:
        return _role(who)
    if ":person/" in who.uid:
        return _center(who)
    if ":user/" in who.uid:
        return _user_sessions(who)
    if ":federated/" in who.uid:
        return Unreachable(
            f"The federation token of {who.name} can be refused only through the IAM user that "
            "obtained it. By hand: deny tokens issued up to now on that user, disable its keys."
        )
    return Unreachable("The record names neither a key nor a role or user that AWS could act on.")


def _of_aws(principal: Principal | None) -> bool:
    return principal is not None and (
        principal.uid.startswith("aws:") or principal.known_by.startswith("arn:aws")
    )


def _key(credential: Credential, who: Principal) -> Way:
    owner = who.name if ":user/" in who.uid else ""
    name = f" UserName={owner}" if owner else " (user name: iam:GetAccessKeyLastUsed)"
    call = f"iam:UpdateAccessKey AccessKeyId={credential.uid}{name}"
    return Way(
        system=SYSTEM,
        action="disable",
        scope="credential",
        step=f"{call} Status=Inactive",
        undo=f"{call} Status=Active",
        breaks=f"Everything else that signs with {credential.uid} is refused at once.",
        catch="Sessions that were obtained with the key live on until they expire.",
    )


def _password(who: Principal) -> Way:
    return Way(
        system=SYSTEM,
        action="delete",
        scope="credential",
        step=f"iam:DeleteLoginProfile UserName={who.name}",
        undo=f"iam:CreateLoginProfile UserName={who.name}, with a new password",
        breaks=f"{who.name} can no longer sign in to the console.",
        catch=f"Console sessions that are open live on, and the access keys of {who.name} work.",
    )


def _role(who: Principal) -> Way | Unreachable:
    if who.role.startswith(_SERVICE_ROLE):
        return Unreachable(
            f"{who.role} is a service-linked role: AWS lets nobody revoke its sessions. By hand: "
            "stop the feature of the service that uses it."
        )
    if who.role.startswith(_CENTER_ROLE):
        return _center(who)
    if who.session and _is_imposed(who):
        return _one_session(who)
    return _every_session(who)


def _is_imposed(who: Principal) -> bool:
    """Whether somebody else than the holder sets the session name: the identity provider for a
    person, EC2 for an instance. Whoever chooses the name may hold sessions under other names.
    """
    person = who.type == "human" and "@" in who.session
    return person or who.session.startswith("i-")


def _center(who: Principal) -> Way:
    return Way(
        system=IDENTITY_CENTER,
        action="revoke_sessions",
        scope="session",
        step=(
            f"Identity Center: end the active sessions of {_person(who)}; then deny * by service "
            "control policy where identitystore:UserId is that person"
        ),
        undo="Take the person out of the deny policy.",
        breaks=f"{_person(who)} is signed out, in every account of the organisation.",
        catch=(
            "Role sessions already open live on for up to the permission set's duration unless "
            "the deny policy is in place."
        ),
        cutoff=True,
    )


def _one_session(who: Principal) -> Way:
    return Way(
        system=SYSTEM,
        action="revoke_sessions",
        scope="session",
        step=(
            f"iam:PutRolePolicy RoleName={who.role} PolicyName=AWSRevokeOlderSessions: deny * "
            f"where aws:TokenIssueTime is before the cutoff and aws:userid is like *:{who.session}"
        ),
        undo=f"iam:DeleteRolePolicy RoleName={who.role} PolicyName=AWSRevokeOlderSessions",
        breaks=f"Sessions of {who.role} named {who.session} are refused until obtained anew.",
        catch=_MINUTES,
        cutoff=True,
    )


def _every_session(who: Principal) -> Way:
    return Way(
        system=SYSTEM,
        action="revoke_sessions",
        scope="principal",
        step=(
            f"iam:PutRolePolicy RoleName={who.role} PolicyName=AWSRevokeOlderSessions: deny * "
            "where aws:TokenIssueTime is before the cutoff"
        ),
        undo=f"iam:DeleteRolePolicy RoleName={who.role} PolicyName=AWSRevokeOlderSessions",
        breaks=(
            f"It hits every session of {who.role} that began before the cutoff, whoever holds "
            "it; each must be obtained anew."
        ),
        catch=f"Whoever may assume the role can obtain a new session. {_MINUTES}",
        cutoff=True,
    )


def _user_sessions(who: Principal) -> Way:
    call = f"UserName={who.name} PolicyName=AWSRevokeOlderSessions"
    return Way(
        system=SYSTEM,
        action="revoke_sessions",
        scope="session",
        step=f"iam:PutUserPolicy {call}: deny * where aws:TokenIssueTime is before the cutoff",
        undo=f"iam:DeleteUserPolicy {call}",
        breaks=f"Console and temporary sessions of {who.name} are refused until obtained anew.",
        catch=f"The password and the access keys of {who.name} still work. {_MINUTES}",
        cutoff=True,
    )


def _person(who: Principal) -> str:
    return who.session or who.name or who.uid
