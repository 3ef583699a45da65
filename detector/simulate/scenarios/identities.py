"""Identities made, changed and chained: users, federation, trust policies, roles after roles.

Examples:
    >>> [scenario.name for scenario in SCENARIOS][:2]
    ['backdoor_user', 'federation_console']
"""

from collections.abc import Iterator

from detector.simulate.clock import HOUR, worded
from detector.simulate.made_up import access_key, session_token, uuid
from detector.simulate.operations import parsed
from detector.simulate.population.occasions import hire
from detector.simulate.records import Event, Record, call
from detector.simulate.scenarios.moves import (
    ADMIN_POLICY,
    attach,
    create_user,
    finish,
    mint,
    new_name,
    read_secrets,
    recon,
    trust,
)
from detector.simulate.scenarios.scene import Scenario, Scene
from detector.simulate.sessions import GITHUB, Role, console_login, user_identity
from detector.simulate.tools import browser, command_line

_ANYBODY = ("key", "terraform", "person:sre", "person:developer", "instance", "pod", "pipeline")


def backdoor_user(scene: Scene) -> Iterator[Event]:
    """A new administrator with a key or a password. Sometimes all of it is refused."""
    if scene.rng.random() < 0.5:
        yield from recon(scene, 0, 4)
    name = new_name(scene.rng)
    scene.refusal = scene.any(0.0, 0.0, 1.0)
    yield create_user(scene, name)
    yield attach(scene, name)
    if scene.rng.random() < 0.7:
        yield mint(scene, name)[0]
    if scene.rng.random() < 0.5:
        yield scene.do("iam:CreateLoginProfile", {"userName": name, "passwordResetRequired": False})


def onboarding(scene: Scene) -> Iterator[Event]:
    """A user for a new tool, by those who always make them."""
    yield from hire(scene.actor, scene.at)  # type: ignore[arg-type]


def _federated(scene: Scene, name: str, policy: str) -> tuple[Event, Record]:
    parent = scene.caller.identity
    arn = f"arn:aws:sts::{scene.account.id}:federated-user/{name}"
    key = access_key(scene.rng)
    response = {
        "credentials": {
            "accessKeyId": key,
            "sessionToken": session_token(scene.rng),
            "expiration": worded(scene.at + 12 * HOUR),
        },
        "federatedUser": {"federatedUserId": f"{scene.account.id}:{name}", "arn": arn},
        "packedPolicySize": 6,
    }
    params = {"name": name, "durationSeconds": 43_200, "policy": policy}
    identity = {
        "type": "FederatedUser",
        "principalId": f"{scene.account.id}:{name}",
        "arn": arn,
        "accountId": scene.account.id,
        "accessKeyId": key,
        "sessionContext": {
            "sessionIssuer": {
                "type": "IAMUser",
                "principalId": parent["principalId"],
                "arn": parent["arn"],
                "accountId": scene.account.id,
                "userName": parent.get("userName", ""),
            }
        },
    }
    return scene.do("sts:GetFederationToken", params, response=response), identity


def _into_console(scene: Scene, name: str, policy: str, pages: str) -> Iterator[Event]:
    event, identity = _federated(scene, name, policy)
    yield event
    scene.elsewhere(identity=identity)
    yield scene.do(
        "signin:GetSigninToken",
        None,
        response={"GetSigninToken": "Success"},
        eventType="AwsConsoleSignIn",
    )
    scene.elsewhere(agent=browser(scene.rng))
    yield console_login(scene.caller, scene.at, mfa=False)
    scene.wait(3, 20)
    scene.elsewhere(console=True)
    for op, times in parsed(pages):
        for _ in range(times):
            yield scene.do(op)


def federated_console(scene: Scene) -> Iterator[Event]:
    """From a key to a console that outlives it."""
    everything = (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
    )
    if scene.rng.random() < 0.6:
        yield scene.do("sts:GetCallerIdentity", None)
    yield from _into_console(
        scene, scene.any("admin", "support", "console", "ops"), everything,
        "iam:ListUsers iam:ListRoles s3:ListBuckets ec2:DescribeInstances secretsmanager:ListSecrets",
    )  # fmt: skip


def portal(scene: Scene) -> Iterator[Event]:
    """An old portal that gives its users a console for an hour, as it has for years."""
    reader = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:List*","Resource":"*"}]}'
    yield from _into_console(
        scene, "portal-reader", reader, "s3:ListBuckets s3:GetBucketLocation*2"
    )


def opens_trust(scene: Scene) -> Iterator[Event]:
    """A stranger's account is let into a role, and comes in."""
    role = Role(scene.account, scene.things.pick("role"))
    yield scene.do("iam:ListRoles")
    if scene.rng.random() < 0.5:
        yield scene.do("iam:GetRole", {"roleName": role.name})
    principal = scene.any(
        f"arn:aws:iam::{scene.stranger}:root", f"arn:aws:iam::{scene.stranger}:user/ops", "*"
    )
    yield scene.do(
        "iam:UpdateAssumeRolePolicy", {"roleName": role.name, "policyDocument": trust(principal)}
    )
    if scene.rng.random() < 0.6 and not scene.refusal:
        scene.wait(60, 1200)
        who = {
            "type": "AWSAccount",
            "principalId": "AIDA" + access_key(scene.rng)[4:],
            "accountId": scene.stranger,
        }
        outside = scene.caller.but(
            identity=who, address=scene.world.networks.rented(scene.rng), endpoint=""
        )
        params = {"roleArn": role.arn, "roleSessionName": "session"}
        yield call(outside, scene.at, "sts:AssumeRole", params, sharedEventID=uuid(scene.rng))


def shares_role_inside(scene: Scene) -> Iterator[Event]:
    """Another account of the organisation may use a role from now on."""
    partner = scene.any(*scene.world.estate.accounts)
    role = scene.things.pick("role")
    yield scene.do("iam:GetRole", {"roleName": role})
    document = trust(f"arn:aws:iam::{partner.id}:role/{scene.any(*partner.things['role'])}")
    yield scene.do("iam:UpdateAssumeRolePolicy", {"roleName": role, "policyDocument": document})


def _oidc_trust(account: str, subject: str) -> str:
    return (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":'
        f'"arn:aws:iam::{account}:oidc-provider/{GITHUB}"}},"Action":"sts:AssumeRoleWithWebIdentity",'
        f'"Condition":{{"StringLike":{{"{GITHUB}:sub":"{subject}"}}}}}}]}}'
    )


def opens_oidc(scene: Scene) -> Iterator[Event]:
    """The pipeline role may now be taken by any repository, or by another identity provider."""
    yield scene.do("iam:ListOpenIDConnectProviders")
    if scene.rng.random() < 0.4:
        url = f"https://{new_name(scene.rng)}.example.net"
        yield scene.do(
            "iam:CreateOpenIDConnectProvider", {"url": url, "clientIDList": ["sts.amazonaws.com"]}
        )
    role = scene.things.pick("role")
    subject = scene.any("*", "repo:*", f"repo:{new_name(scene.rng)}/*")
    params = {"roleName": role, "policyDocument": _oidc_trust(scene.account.id, subject)}
    yield scene.do("iam:UpdateAssumeRolePolicy", params)


def adds_repository(scene: Scene) -> Iterator[Event]:
    """One more repository of the organisation is let into its pipeline role."""
    yield scene.do("iam:ListOpenIDConnectProviders")
    subject = f"repo:{scene.world.estate.company}/{new_name(scene.rng)}:ref:refs/heads/main"
    params = {
        "roleName": scene.things.pick("role"),
        "policyDocument": _oidc_trust(scene.account.id, subject),
    }
    yield scene.do("iam:UpdateAssumeRolePolicy", params)


def chain(scene: Scene) -> Iterator[Event]:
    """From role to role to an account where it counts."""
    yield scene.do("sts:GetCallerIdentity", None)
    if scene.rng.random() < 0.5:
        yield scene.refused(
            "sts:AssumeRole", {"roleArn": Role(scene.account, "admin").arn, "roleSessionName": "s"}
        )
    session = scene.any("session", "botocore-session-1788812345", "ops")
    yield from scene.take(Role(scene.account, scene.things.pick("role")), session)
    yield from scene.some("iam:ListRoles s3:ListBuckets sts:GetCallerIdentity", 1, 2)
    others = [a for a in scene.world.estate.accounts if a is not scene.account]
    target = scene.any(*others)
    yield from scene.take(Role(target, target.things["role"][0]), session)
    yield from read_secrets(scene, 2, 6)
    yield from finish(scene)


def hub_and_spoke(scene: Scene) -> Iterator[Event]:
    """The usual way through the hub account, as every day."""
    estate = scene.world.estate
    who = str(scene.caller.identity["arn"]).rsplit("/", 1)[1]
    yield from scene.take(Role(estate.by_name("shared"), "platform-hub"), who)
    yield from scene.take(Role(estate.by_name("prod-core"), "platform-spoke"), who)
    yield from scene.line("sts:GetCallerIdentity ec2:DescribeInstances eks:DescribeCluster")


def key_for_another(scene: Scene) -> Iterator[Event]:
    """A key for an existing user, used from somewhere else minutes later."""
    yield scene.do("iam:ListUsers")
    event, identity = mint(scene, scene.things.pick("user"))
    yield event
    scene.wait(60, 1500)
    networks = scene.world.networks
    scene.elsewhere(
        identity=identity,
        address=networks.rented(scene.rng),
        agent=scene.tool(),
        endpoint="",
        console=False,
    )
    scene.refusal = 0.1
    yield from recon(scene, 3, 7)
    yield from read_secrets(scene, 2, 4)


def key_for_newcomer(scene: Scene) -> Iterator[Event]:
    """A newcomer's key, made by those who make them, first used from the office."""
    name = new_name(scene.rng)
    yield create_user(scene, name)
    yield attach(scene, name, "arn:aws:iam::aws:policy/ReadOnlyAccess")
    event, identity = mint(scene, name)
    yield event
    scene.wait(600, 2400)
    office = scene.world.networks.office(scene.rng, 0)
    scene.elsewhere(
        identity=identity, address=office, agent=command_line(scene.rng), endpoint="", console=False
    )
    yield from scene.line("sts:GetCallerIdentity s3:ListBuckets ec2:DescribeInstances")


def trust_anchor(scene: Scene) -> Iterator[Event]:
    """An attacker's certificate authority becomes a way into the account."""
    if scene.rng.random() < 0.5:
        yield scene.do("rolesanywhere:ListTrustAnchors", None)
    source = {
        "sourceType": "CERTIFICATE_BUNDLE",
        "sourceData": {"x509CertificateData": "-----BEGIN CERTIFICATE-----"},
    }
    yield scene.do(
        "rolesanywhere:CreateTrustAnchor",
        {"enabled": True, "name": new_name(scene.rng), "source": source},
    )
    role = Role(scene.account, scene.things.pick("role")).arn
    yield scene.do(
        "rolesanywhere:CreateProfile",
        {"enabled": True, "name": new_name(scene.rng), "roleArns": [role]},
    )


def renews_anchor(scene: Scene) -> Iterator[Event]:
    """The certificate team renews its anchors, in the same way each time."""
    yield scene.do("rolesanywhere:ListTrustAnchors", None)
    source = {
        "sourceType": "AWS_ACM_PCA",
        "sourceData": {
            "acmPcaArn": f"arn:aws:acm-pca:{scene.caller.region}:{scene.account.id}:certificate-authority/main"
        },
    }
    yield scene.do(
        "rolesanywhere:CreateTrustAnchor", {"enabled": True, "name": "datacentre", "source": source}
    )
    role = Role(scene.account, min(scene.things.things["role"])).arn
    yield scene.do(
        "rolesanywhere:CreateProfile", {"enabled": True, "name": "datacentre", "roleArns": [role]}
    )


def _log_in(scene: Scene, name: str, address: str, *, mfa: bool) -> Iterator[Event]:
    identity = user_identity(scene.rng, scene.account, name, access_key(scene.rng))
    scene.elsewhere(identity=identity, address=address, agent=browser(scene.rng), endpoint="")
    yield console_login(scene.caller, scene.at, mfa=mfa)
    scene.wait(3, 20)
    scene.elsewhere(console=True)


def sets_password(scene: Scene) -> Iterator[Event]:
    """Somebody else's user gets a new password and signs in without a second factor."""
    yield scene.do("iam:ListUsers")
    name = scene.things.pick("user")
    op = scene.any("iam:CreateLoginProfile", "iam:UpdateLoginProfile")
    yield scene.do(op, {"userName": name, "passwordResetRequired": False}, error="")
    scene.wait(40, 600)
    yield from _log_in(scene, name, scene.world.networks.rented(scene.rng), mfa=False)
    yield from scene.some("iam:ListUsers iam:ListRoles s3:ListBuckets ec2:DescribeInstances", 3, 4)
    yield scene.do("iam:AttachUserPolicy", {"userName": name, "policyArn": ADMIN_POLICY})


def help_desk(scene: Scene) -> Iterator[Event]:
    """The help desk resets a password; its owner signs in from the office with a second factor."""
    name = scene.any(*sorted(scene.things.things["user"]))
    yield scene.do("iam:GetLoginProfile", {"userName": name})
    yield scene.do("iam:UpdateLoginProfile", {"userName": name, "passwordResetRequired": True})
    scene.wait(120, 900)
    yield from _log_in(scene, name, scene.world.networks.office(scene.rng, 1), mfa=True)
    yield from scene.line("s3:ListBuckets s3:GetBucketAcl")


SCENARIOS = (
    Scenario(
        "backdoor_user", "A new administrator with a key",
        "the attach, even if denied",
        _ANYBODY, backdoor_user, ("person:admin",), onboarding,
        entries=("abroad", "cloud", "host", "host tool"), per_day=1.5, by_itself=True,
    ),
    Scenario(
        "federation_console", "From a key to a console by federation",
        "GetFederationToken, the first time",
        ("key",), federated_console, ("key:server",), portal, entries=("abroad", "same tool", "cloud"),
    ),
    Scenario(
        "trust_policy_opened", "A role trusts a stranger",
        "the edit: a foreign principal",
        _ANYBODY, opens_trust, ("person:admin", "person:sre"), shares_role_inside,
        entries=("abroad", "host", "host tool"), per_day=1.5,
    ),
    Scenario(
        "oidc_trust_opened", "A pipeline role trusts every repository",
        "the edit: a wildcard subject or a new provider",
        _ANYBODY, opens_oidc, ("person:admin", "person:sre"), adds_repository,
        entries=("abroad", "host", "host tool"), per_day=1.5,
    ),
    Scenario(
        "role_chain", "From role to role into another account",
        "the second hop of a path never walked before",
        ("pod", "function", "instance", "key", "task"), chain, ("person:sre",), hub_and_spoke,
        entries=("abroad", "cloud", "host tool"),
    ),
    Scenario(
        "minted_elsewhere", "A key made for another user is used elsewhere",
        "the first use of the new key",
        ("person:sre", "person:admin", "terraform", "key"), key_for_another, ("person:admin",), key_for_newcomer,
        entries=("abroad", "host"), per_day=1.5,
    ),
    Scenario(
        "trust_anchor", "A stranger's certificates open the account",
        "CreateTrustAnchor",
        ("key", "person:sre", "terraform"), trust_anchor, ("person:sre", "person:admin"), renews_anchor,
        entries=("abroad", "host tool"), per_day=1.0,
    ),
    Scenario(
        "password_takeover", "Another user's password is set",
        "the new password; then the sign-in without a second factor",
        ("key", "person:sre", "terraform"), sets_password, ("person:admin",), help_desk,
        entries=("abroad", "host"), per_day=2.0,
    ),
)  # fmt: skip
