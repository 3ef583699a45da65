"""Who acts: the actor key of every kind of session."""

from typing import Any

import msgspec
import pytest

from detector.sources.aws.cloudtrail_identity import principal_of
from detector.sources.aws.cloudtrail_record import Identity
from detector.sources.aws.cloudtrail_sessions import whose
from detector.sources.base import DecodeError
from schemas.event import Principal

ACCOUNT = "123456789012"


def _principal(**identity: Any) -> Principal:
    return principal_of(msgspec.convert(identity, Identity), ACCOUNT)


@pytest.mark.parametrize(
    ("role", "session", "part"),
    [
        ("AWSReservedSSO_Admins_0a1b", "ada", "ada"),
        ("AWSReservedSSO_Admins_0a1b", "user-42", "user-42"),
        ("Engineers", "grace.42@example.com", "grace.42@example.com"),
        ("web", "i-0123456789abcdef0", "i-0123456789abcdef0"),
        ("jobs", "botocore-session-1767600000", "botocore-session-#"),
        ("jobs", "aws-go-sdk-1767600000115152000", "aws-go-sdk-#"),
        ("jobs", "1767600000", "#"),
        ("jobs", "run-4f1c2d3e-aaaa-bbbb-cccc-0123456789ab", "run-#"),
        ("jobs", "ec2-cleanup", "ec2-cleanup"),
        ("task", "0123456789abcdef0123456789abcdef", "#"),
        ("pod", "eks-prod-api-7d9f8b6c5d-x2k4q-0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0", "eks-prod-api"),
        ("pod", "eks-prod-db-0-0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0", "eks-prod-db-#"),
        ("ops", "alice", "alice"),
    ],
)  # fmt: skip
def test_the_part_that_stays(role: str, session: str, part: str) -> None:
    """Of a session's name the actor key keeps what the next session will have too."""
    assert part == whose(role, session).part


def test_two_repositories_behind_one_role_are_two_actors() -> None:
    """With web identity the subject makes the key, whatever the session is called."""
    one = whose("deploy", "GitHubActions", sub="repo:example/shop:ref:refs/heads/main")
    two = whose("deploy", "GitHubActions", sub="repo:example/blog:ref:refs/heads/main")

    assert one.part != two.part


def test_what_a_thief_can_change_is_not_in_the_key() -> None:
    """The key of a session does not depend on where it is used from, or with what."""
    session = {"type": "AssumedRole", "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/web/orders"}
    identity = msgspec.convert(session, Identity)

    assert principal_of(identity, ACCOUNT).uid == principal_of(identity, "", console=True).uid


@pytest.mark.parametrize(
    ("identity", "uid", "kind"),
    [
        ({"type": "Root", "accountId": ACCOUNT}, "root", "human"),
        ({"arn": f"arn:aws:iam::{ACCOUNT}:root"}, "root", "human"),
        ({"type": "IAMUser", "userName": "ada"}, "user/ada", "service"),
        ({"arn": f"arn:aws:iam::{ACCOUNT}:user/team/ada"}, "user/ada", "service"),
        ({"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}, "service/ec2", "provider"),
        ({"invokedBy": "AWS Internal"}, "service/aws-internal", "provider"),
        ({"type": "Unknown", "invokedBy": "sso.amazonaws.com"}, "service/sso", "provider"),
        ({"type": "WebIdentityUser", "userName": "sub-1"}, "web/sub-1", "workload"),
        ({"type": "SAMLUser", "principalId": "idp:grace"}, "saml/idp:grace", "human"),
        ({"type": "IdentityCenterUser", "principalId": "p-1"}, "person/p-1", "human"),
        ({"type": "AWSAccount", "principalId": "AIDAEXAMPLE"}, "id/AIDAEXAMPLE", "unknown"),
        ({"type": "AWSAccount", "principalId": "AROAEXAMPLE:x-1"}, "id/AROAEXAMPLE/x-#", "unknown"),
        ({"type": "AWSAccount", "accountId": ACCOUNT}, f"account/{ACCOUNT}", "unknown"),
        ({"type": "NewKind", "arn": "arn:new:thing"}, "id/arn:new:thing", "unknown"),
        ({"type": "AssumedRole", "principalId": "A:s", "sessionContext": {"sessionIssuer": {"userName": "r"}}}, "role/r/s", "service"),
        ({"type": "AssumedRole", "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/r"}, "role/r", "service"),
    ],
)  # fmt: skip
def test_every_kind_of_identity_has_its_key(identity: dict[str, Any], uid: str, kind: str) -> None:
    """Each type of user identity is keyed within its account and typed."""
    found = _principal(**identity)

    assert (f"aws:{ACCOUNT}:{uid}", kind) == (found.uid, found.type)


def test_an_actor_without_a_key_is_an_error() -> None:
    """A record that names nobody at all cannot be pinned on anybody."""
    with pytest.raises(DecodeError, match="userIdentity"):
        principal_of(Identity(type="IAMUser"), "")


@pytest.mark.parametrize(("stated", "mfa"), [("true", True), (True, True), ("false", False)])
def test_mfa_is_read_as_a_flag(stated: Any, mfa: bool) -> None:
    """A second factor is known from the session, written as a word or a boolean."""
    found = _principal(
        type="IAMUser", userName="ada", sessionContext={"attributes": {"mfaAuthenticated": stated}}
    )

    assert mfa is found.mfa
    assert ("human" if mfa else "service") == found.type


def test_sessions_of_machines_are_workloads() -> None:
    """A role session that was delivered to an instance belongs to a workload."""
    found = _principal(
        type="AssumedRole",
        arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/web/x",
        sessionContext={"ec2RoleDelivery": "2.0"},
    )

    assert "workload" == found.type
