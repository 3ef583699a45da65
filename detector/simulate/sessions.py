"""Credentials and how they come into the world: a user's own key, and every kind of role session.

Each kind of session is issued the way AWS issues it, so that the log holds the issuing event with
the child's access key id in its response.

Examples:
    >>> from detector.simulate.estate import Estate
    >>> account = Estate(Random(1), accounts=1).accounts[0]
    >>> user = user_identity(Random(1), account, "ada")
    >>> user["arn"].endswith(":user/ada"), user["accessKeyId"][:4]
    (True, 'AKIA')
"""

from random import Random
from typing import Any

from msgspec import Struct

from detector.simulate.clock import HOUR, stamp, worded
from detector.simulate.estate import Account
from detector.simulate.made_up import access_key, session_token, unique_id, uuid
from detector.simulate.records import Caller, Event, Record, call

GITHUB = "token.actions.githubusercontent.com"


def user_identity(rng: Random, account: Account, name: str, key: str = "") -> Record:
    """An IAM user with a long-lived key of its own."""
    return {
        "type": "IAMUser",
        "principalId": unique_id(Random(f"{account.id}:{name}"), "AIDA"),
        "arn": f"arn:aws:iam::{account.id}:user/{name}",
        "accountId": account.id,
        "accessKeyId": key or access_key(rng, "AKIA"),
        "userName": name,
    }


class Role(Struct, frozen=True):
    """A role: where it is, what it is called, how long its sessions last (ms)."""

    account: Account
    name: str
    path: str = ""
    lifetime: int = HOUR

    @property
    def arn(self) -> str:
        """The role's own ARN."""
        return f"arn:aws:iam::{self.account.id}:role/{self.path}{self.name}"

    def session_arn(self, session: str) -> str:
        """The ARN under which a session of this role acts."""
        return f"arn:aws:sts::{self.account.id}:assumed-role/{self.name}/{session}"


def role_identity(
    rng: Random,
    role: Role,
    session: str,
    at: int,
    *,
    mfa: bool = False,
    provider: str = "",
    source_identity: str = "",
    function: str = "",
    **extra: Any,
) -> Record:
    """A fresh session of a role with its own temporary key. `function` is the ARN of the function
    that it was issued to; `extra` goes into the session context."""
    role_id = role.account.role_id(role.name)
    web: Record = {"federatedProvider": provider, "attributes": {}} if provider else {}
    context: Record = {
        "sessionIssuer": {
            "type": "Role",
            "principalId": role_id,
            "arn": role.arn,
            "accountId": role.account.id,
            "userName": role.name,
        },
        "webIdFederationData": web,
        "attributes": {"creationDate": stamp(at), "mfaAuthenticated": "true" if mfa else "false"},
    }
    if source_identity:
        context["sourceIdentity"] = source_identity
    context.update(extra)
    scope: Record = {"issuerType": "AWS::Lambda::Function", "credentialsIssuedTo": function}
    return {
        "type": "AssumedRole",
        "principalId": f"{role_id}:{session}",
        "arn": role.session_arn(session),
        "accountId": role.account.id,
        "accessKeyId": access_key(rng),
        "sessionContext": context,
        **({"inScopeOf": scope} if function else {}),
    }


def _granted(rng: Random, identity: Record, expires: int) -> Record:
    """The response of a call that issued `identity`."""
    return {
        "credentials": {
            "accessKeyId": identity["accessKeyId"],
            "sessionToken": session_token(rng),
            "expiration": worded(expires),
        },
        "assumedRoleUser": {
            "assumedRoleId": identity["principalId"],
            "arn": identity["arn"],
        },
    }


def _session_of(identity: Record) -> str:
    return str(identity["arn"]).rsplit("/", 1)[1]


def by_service(
    rng: Random, role: Role, identity: Record, service: str, at: int, region: str
) -> Event:
    """A service takes a role for an instance, a function or a task."""
    host = f"{service}.amazonaws.com"
    service_caller = Caller(
        rng, {"type": "AWSService", "invokedBy": host}, role.account, host, host, region
    )
    params = {"roleArn": role.arn, "roleSessionName": _session_of(identity)}
    response = _granted(rng, identity, at + role.lifetime)
    return call(
        service_caller, at, "sts:AssumeRole", params, response=response, sharedEventID=uuid(rng)
    )


def by_web_identity(
    rng: Random, role: Role, identity: Record, subject: str, provider: str, origin: Caller, at: int
) -> Event:
    """A build or a pod exchanges its signed token for a session."""
    provider_arn = f"arn:aws:iam::{role.account.id}:oidc-provider/{provider}"
    audience = "sts.amazonaws.com"
    who = {
        "type": "WebIdentityUser",
        "principalId": f"{provider_arn}:{audience}:{subject}",
        "userName": subject,
        "identityProvider": provider_arn,
    }
    params = {
        "roleArn": role.arn,
        "roleSessionName": _session_of(identity),
        "durationSeconds": role.lifetime // 1000,
    }
    response = _granted(rng, identity, at + role.lifetime)
    response |= {"subjectFromWebIdentityToken": subject, "audience": audience}
    response["provider"] = provider_arn
    caller = origin.but(identity=who, account=role.account)
    return call(caller, at, "sts:AssumeRoleWithWebIdentity", params, response=response)


def by_sign_on(rng: Random, role: Role, identity: Record, origin: Caller, at: int) -> Event:
    """A person comes in through single sign-on."""
    person = _session_of(identity)
    who = {
        "type": "SAMLUser",
        "principalId": f"{uuid(rng)[:27]}=:{person}",
        "userName": person,
        "identityProvider": f"arn:aws:iam::{role.account.id}:saml-provider/AWSSSO_DO_NOT_DELETE",
    }
    params = {
        "principalArn": who["identityProvider"],
        "roleArn": role.arn,
        "roleSessionName": person,
        "durationSeconds": role.lifetime // 1000,
    }
    response = _granted(rng, identity, at + role.lifetime) | {"subject": person, "issuer": "sso"}
    caller = origin.but(identity=who, account=role.account)
    return call(caller, at, "sts:AssumeRoleWithSAML", params, response=response)


def assume(
    caller: Caller,
    role: Role,
    session: str,
    at: int,
    *,
    source_identity: str = "",
    external_id: str = "",
) -> tuple[list[Event], Caller]:
    """A caller takes another role. Across accounts both sides log it under one `sharedEventID`."""
    rng = caller.rng
    identity = role_identity(rng, role, session, at, source_identity=source_identity)
    params: Record = {"roleArn": role.arn, "roleSessionName": session}
    if external_id:
        params["externalId"] = external_id
    if source_identity:
        params["sourceIdentity"] = source_identity
    response = _granted(rng, identity, at + role.lifetime)
    child = caller.but(identity=identity, account=role.account, holdings=role.account.seen_by(rng))
    first = call(caller, at, "sts:AssumeRole", params, response=response)
    if role.account is caller.account:
        return [first], child
    shared = uuid(rng)
    first[1]["sharedEventID"] = shared
    who = {
        "type": "AWSAccount",
        "principalId": str(caller.identity["principalId"]),
        "accountId": caller.account.id,
    }
    other = caller.but(identity=who, account=role.account)
    second = call(other, at, "sts:AssumeRole", params, response=response, sharedEventID=shared)
    return [first, second], child


def console_login(caller: Caller, at: int, *, mfa: bool = True, agent: str = "") -> Event:
    """A sign-in to the web console."""
    event = call(
        caller,
        at,
        "signin:ConsoleLogin",
        None,
        response={"ConsoleLogin": "Success"},
        additionalEventData={
            "LoginTo": "https://console.aws.amazon.com/console/home",
            "MobileVersion": "No",
            "MFAUsed": "Yes" if mfa else "No",
        },
        eventType="AwsConsoleSignIn",
    )
    event[1]["userIdentity"] = {k: v for k, v in caller.identity.items() if k != "accessKeyId"}
    event[1]["userAgent"] = agent or caller.agent
    event[1]["readOnly"] = False
    return event
