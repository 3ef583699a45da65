"""Targets, children, outcomes, origins and clients."""

import json
from typing import Any

import pytest

from detector.sources.aws.cloudtrail import SOURCE
from detector.sources.aws.cloudtrail_federation import federated, owner_of
from detector.sources.aws.cloudtrail_origin import origin_of
from detector.sources.aws.cloudtrail_outcome import outcome_of
from detector.sources.aws.cloudtrail_record import Identity, Record
from detector.sources.aws.cloudtrail_targets import target_in
from detector.sources.base import DecodeError, SkipRecord
from detector.sources.clients import client_of
from detector.sources.decoding import Decoder
from schemas.event import Action, ActivityEvent, Child
from tests.sources.cases import CONTEXT

ACCOUNT = "123456789012"


@pytest.mark.parametrize(
    ("service", "operation", "request_", "uid"),
    [
        ("iam", "PutRolePolicy", {"policyName": "p", "roleName": "r"}, "iam:role/r"),
        ("iam", "GetPolicy", {"policyArn": "arn:aws:iam::aws:policy/P"}, "arn:aws:iam::aws:policy/P"),
        ("iam", "CreatePolicy", {"path": "/", "policyName": "p"}, "iam:policy/p"),
        ("iam", "AddUserToGroup", {"groupName": "g", "userName": "u"}, "iam:user/u"),
        ("ec2", "DeleteSubnet", {"subnetId": "subnet-1"}, "ec2:subnet/subnet-1"),
        ("ec2", "CreateSubnet", {"vpcId": "vpc-1", "cidrBlock": "10.0.0.0/24"}, None),
        ("ec2", "DeleteVpc", {"vpcId": "vpc-1"}, "ec2:vpc/vpc-1"),
        ("ec2", "DeregisterImage", {"imageId": "ami-1"}, "ec2:image/ami-1"),
        ("ec2", "TerminateInstances", {"instancesSet": {"items": [{"instanceId": "i-1"}]}}, "ec2:instances/i-1"),
        ("ec2", "CreateImage", {"instanceId": "i-1", "name": "backup", "noReboot": True}, "ec2:instance/i-1"),
        ("ssm", "PutParameter", {"name": "db", "keyId": "k-1", "type": "SecureString"}, "ssm:parameter/db"),
        ("ssm", "GetParameters", {"names": ["db", "mail"]}, "ssm:parameter/db"),
        ("cloudtrail", "GetTrailStatus", {"name": "main"}, "cloudtrail:trail/main"),
        ("ec2", "CreateSnapshot", {"volumeId": "vol-1"}, "ec2:volume/vol-1"),
        ("ec2", "CreateVpcEndpoint", {"CreateVpcEndpointRequest": {"VpcId": "vpc-1", "ServiceName": "s3"}}, "ec2:vpc/vpc-1"),
        ("ssm", "SendCommand", {"documentName": "AWS-RunShellScript", "instanceIds": ["i-1", "i-2"]}, "ssm:instance/i-1"),
        ("ssm", "StartSession", {"target": "i-1"}, "ssm:target/i-1"),
        ("secretsmanager", "GetSecretValue", {"secretId": "prod/db", "versionId": "v"}, "secretsmanager:secret/prod/db"),
        ("dynamodb", "Scan", {"tableName": "t", "exclusiveStartKey": {"id": "x"}}, "dynamodb:table/t"),
        ("ec2", "DescribeVpcs", {"maxResults": 5, "nextToken": "t"}, None),
        ("s3", "ListBuckets", {"Host": "s3.amazonaws.com"}, None),
        ("s3", "GetObject", {"bucketName": "b", "key": 3}, "arn:aws:s3:::b"),
        ("x", "DoThing", {"name": ""}, None),
        ("x", "DoThing", {"thingIds": []}, None),
        ("x", "DoThing", {"thingId": {"a": {"b": {"c": "x"}}}}, None),
        ("x", "DoThing", {}, None),
    ],
)  # fmt: skip
def test_a_request_names_its_target(
    service: str, operation: str, request_: dict[str, Any], uid: str | None
) -> None:
    """The field called after the operation's noun names the target; tokens and settings do not."""
    found = target_in(service, operation, request_)

    assert uid == (found.uid if found is not None else None)


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("AccessDenied", "denied"),
        ("AccessDeniedException", "denied"),
        ("Client.UnauthorizedOperation", "denied"),
        ("VpceAccessDenied", "denied"),
        ("ExpiredToken", "denied"),
        ("InvalidClientTokenId", "denied"),
        ("ThrottlingException", "throttled"),
        ("Client.RequestLimitExceeded", "throttled"),
        ("TooManyRequestsException", "throttled"),
        ("SlowDown", "throttled"),
        ("Client.InvalidVpcID.NotFound", "not_found"),
        ("NoSuchEntityException", "not_found"),
        ("ResourceNotFoundException", "not_found"),
        ("InvocationDoesNotExist", "not_found"),
        ("Client.DryRunOperation", "dry_run"),
        ("VcpuLimitExceeded", "failure"),
        ("ValidationException", "failure"),
        ("", "success"),
        (None, "success"),
    ],
)
def test_outcome_of_a_code(code: str | None, status: str) -> None:
    """A denial, a throttle, a missing resource and a dry run are told apart by the error code."""
    assert status == outcome_of(code).status


def test_a_message_without_a_code_is_no_success() -> None:
    """Sign-in failures carry a message alone; it is read, and not kept."""
    outcome = outcome_of(None, "Failed authentication for somebody")

    assert ("denied", "") == (outcome.status, outcome.code)


@pytest.mark.parametrize(
    ("agent", "client"),
    [
        ("aws-cli/2.15.0 Python/3.11.6 Linux/6.1", "aws-cli"),
        ("Boto3/1.42.97 md/Botocore#1.42.97 exec-env/AWS_Lambda_python3.12", "boto3"),
        ("APN/1.0 HashiCorp/1.0 Terraform/1.1.2 (+https://www.terraform.io) aws-sdk-go/1.44", "terraform"),
        ("aws-sdk-go/1.29.7 (go1.13; linux) APN/1.0 HashiCorp/1.0 Terraform/0.12.24", "terraform"),
        ("aws-sdk-go-v2/1.18.0 os/linux lang/go", "aws-sdk-go-v2"),
        ("aws-sdk-go/1.44.260 (go1.20) amazon-ssm-agent/3.2.0", "amazon-ssm-agent"),
        ("aws-sdk-go-v2/1.18.0 os/linux app/night-shift", "night-shift"),
        ("karpenter.sh-v0.30.0", "karpenter.sh-v0.30.0"),
        ("[S3Console/0.4, aws-internal/3 aws-sdk-java/1.12]", "console"),
        ("RDS Console, aws-internal/3 aws-sdk-java/1.11", "console"),
        ("aws-internal/3 aws-sdk-java/1.11", "console"),
        ("console.amazonaws.com", "console"),
        ("signin.amazonaws.com", "console"),
        ("AWS Internal", "provider"),
        ("cloudformation.amazonaws.com", "provider"),
        ("Mozilla/5.0 (X11; Linux x86_64) Firefox/124.0", "browser"),
        ("scanner_11a6ef34-e130-4579-a1d3-79c915cee6ec", "scanner"),
        ("11a6ef34-e130-4579-a1d3-79c915cee6ec", "unnamed"),
        ("python-requests/2.31.0", "python-requests"),
        ("aws-cdk/2.1 node", "cdk"),
        ("", ""),
        ("[]", ""),
    ],
)  # fmt: skip
def test_client_family(agent: str, client: str) -> None:
    """A user agent stands for one tool, whatever its version, carrier and random ids."""
    assert client == client_of(agent)


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"sourceIPAddress": "192.0.2.7"}, ("192.0.2.0/24", "")),
        ({"sourceIPAddress": "10.0.0.7"}, (f"{ACCOUNT}:10.0.0.0/24", "")),
        ({"sourceIPAddress": "10.0.0.7", "vpcEndpointId": "vpce-1"}, ("vpce-1", "")),
        ({"sourceIPAddress": "s3.amazonaws.com"}, ("", "s3")),
        ({"sourceIPAddress": "AWS Internal", "userAgent": "AWS Internal"}, ("", "aws-internal")),
        ({"sourceIPAddress": "192.0.2.7", "userAgent": "athena.amazonaws.com"}, ("192.0.2.0/24", "athena")),
        ({"sourceIPAddress": "redacted"}, ("", "")),
        ({}, ("", "")),
    ],
)  # fmt: skip
def test_network_and_service_of_an_origin(record: Any, expected: tuple[str, str]) -> None:
    """A service is `via`, never a network; an endpoint is; private addresses are qualified."""
    origin = origin_of(Record(**record), ACCOUNT)

    assert expected == (origin.network, origin.via)


def _event(operation: str, request: Any, response: Any = None, **more: Any) -> ActivityEvent:
    record = {
        "eventTime": "2026-01-05T09:30:00Z", "eventSource": "iam.amazonaws.com",
        "eventName": operation, "requestParameters": request, "responseElements": response,
        "userIdentity": {"type": "IAMUser", "userName": "ada", "accountId": ACCOUNT,
                         "accessKeyId": "AKIAIOSFODNN7EXAMPLE"},
        **more,
    }  # fmt: skip
    [event] = SOURCE.decode(json.dumps(record).encode(), CONTEXT, 1)
    return event


def _child(event: ActivityEvent) -> Child:
    assert event.child is not None
    return event.child


@pytest.mark.parametrize(
    ("create", "made", "delete", "gone"),
    [
        ("CreateAccessKey", {"accessKey": {"accessKeyId": "AKIAI44QH8DHBEXAMPLE", "userName": "bob"}},
         "DeleteAccessKey", {"userName": "bob", "accessKeyId": "AKIAI44QH8DHBEXAMPLE"}),
        ("CreateLoginProfile", {"loginProfile": {"userName": "bob"}},
         "DeleteLoginProfile", {"userName": "bob"}),
        ("UploadSSHPublicKey", {"sSHPublicKey": {"sSHPublicKeyId": "APKAEXAMPLE"}},
         "DeleteSSHPublicKey", {"userName": "bob", "sSHPublicKeyId": "APKAEXAMPLE"}),
        ("CreateServiceSpecificCredential",
         {"serviceSpecificCredential": {"serviceSpecificCredentialId": "ACCAEXAMPLE"}},
         "DeleteServiceSpecificCredential",
         {"userName": "bob", "serviceSpecificCredentialId": "ACCAEXAMPLE"}),
    ],
)  # fmt: skip
def test_what_is_issued_can_be_ended(create: str, made: Any, delete: str, gone: Any) -> None:
    """A credential's end has the fingerprint and the holder that its issue had."""
    issued = _event(create, {"userName": "bob"}, made)
    ended = _event(delete, gone)
    born, dead = _child(issued).credential, _child(ended).credential

    assert ("issue", "end") == (issued.kind, ended.kind)
    assert born is not None
    assert dead is not None
    assert born.fingerprint == dead.fingerprint
    assert _child(issued).principal == _child(ended).principal


@pytest.mark.parametrize(
    ("operation", "request_", "response"),
    [
        ("DeleteAccessKey", {}, None),
        ("UpdateAccessKey", {"accessKeyId": "AKIAI44QH8DHBEXAMPLE", "status": "Odd"}, None),
        ("UploadSSHPublicKey", {}, {}),
        ("AttachUserPolicy", {"userName": "bob", "policyArn": "arn:aws:iam::aws:policy/P"}, None),
        ("AssumeRole", {}, {}),
    ],
)
def test_what_names_no_child_is_plain_use(operation: str, request_: Any, response: Any) -> None:
    """Where the record names no credential and no principal, the event is a use."""
    assert "use" == _event(operation, request_, response).kind


def test_a_failed_call_issues_nothing() -> None:
    """A denied CreateAccessKey is a use with a denied outcome."""
    event = _event("CreateAccessKey", {"userName": "bob"}, None, errorCode="AccessDenied")

    assert ("use", None) == (event.kind, event.child)


def test_an_issue_without_its_response_still_names_who_will_act() -> None:
    """Where the response was left out, the role in the request tells who will act."""
    role = f"arn:aws:iam::{ACCOUNT}:role/ops/deploy"
    child = _child(_event("AssumeRole", {"roleArn": role, "roleSessionName": "run-7"}))

    assert child.credential is None
    assert child.principal is not None
    assert f"aws:{ACCOUNT}:role/deploy/run-#" == child.principal.uid


def test_a_root_session_belongs_to_the_member_account() -> None:
    """AssumeRoot makes a session of the target account's root user."""
    event = _event("AssumeRoot", {"targetPrincipal": "210987654321"}, {"credentials": {}})
    principal = _child(event).principal

    assert principal is not None
    assert "aws:210987654321:root" == principal.uid


def test_a_session_that_nobody_can_name_is_still_an_issue() -> None:
    """A federation token for an unnamed user has a credential and no principal."""
    response = {"credentials": {"accessKeyId": "ASIAI44QH8DHBEXAMPLE", "expiration": "soon"}}
    child = _child(_event("GetFederationToken", {}, response))

    assert child.principal is None
    assert child.credential is not None
    assert child.credential.expires is None


def test_an_expiry_before_its_issue_is_dropped() -> None:
    """A capture whose times were moved keeps old expiries, which say nothing."""
    response = {"credentials": {"accessKeyId": "ASIAI44QH8DHBEXAMPLE",
                                "expiration": "2020-01-01T00:00:00Z"}}  # fmt: skip
    child = _child(_event("GetSessionToken", {}, response))

    assert child.credential is not None
    assert child.credential.expires is None


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({"eventTime": "2026-01-05T09:30:00Z", "eventName": "x", "eventCategory": "Insight"}, "insights"),
        ({"eventTime": "2026-01-05T09:30:00Z", "eventName": "x", "insightDetails": {}}, "insights"),
        ({"digestS3Object": "x", "awsAccountId": ACCOUNT}, "digest"),
        ({"messageType": "CONTROL_MESSAGE", "logEvents": []}, "control message"),
    ],
)  # fmt: skip
def test_what_is_no_call_is_skipped(document: Any, reason: str) -> None:
    """Insights, digests and control messages are counted by name, and are no dead letters."""
    raw = json.dumps(document).encode()

    with pytest.raises(SkipRecord) as skipped:
        list(Decoder(SOURCE).decode(raw, CONTEXT, 1))

    assert reason == skipped.value.reason


def test_a_document_of_skipped_records_is_skipped() -> None:
    """Nothing but Insights events, or nothing at all, is counted as one record set aside."""
    insight = {"eventTime": "2026-01-05T09:30:00Z", "eventName": "x", "eventCategory": "Insight"}

    for records, reason in (([insight, insight], "insights"), ([], "an empty batch")):
        raw = json.dumps({"Records": records}).encode()
        with pytest.raises(SkipRecord, match=reason):
            list(Decoder(SOURCE).decode(raw, CONTEXT, 1))


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"{}", "without eventTime, eventName, eventSource"),
        (b'{"eventName": 3}', r"Expected `str \| null`, got `int` - at `\$.eventName`"),
        (b"nonsense", "expected a JSON object"),
    ],
)
def test_errors_say_what_was_expected_and_what_came(raw: bytes, says: str) -> None:
    """An unreadable record is told from what is missing or of the wrong type."""
    with pytest.raises(DecodeError, match=says):
        list(Decoder(SOURCE).decode(raw, CONTEXT, 1))


def test_lifetimes_follow_the_identity_where_the_key_says_nothing() -> None:
    """A key without a known prefix takes its lifetime from who holds it."""
    user = {"type": "IAMUser", "userName": "ada", "accessKeyId": "1234"}
    plain = _event("GetUser", {}, userIdentity=user).credential
    session = _event("GetUser", {}, userIdentity={**user, "sessionContext": {}}).credential

    assert plain is not None
    assert session is not None
    assert ("static", "") == (plain.lifetime, session.lifetime)


@pytest.mark.parametrize(
    ("issuer", "subject", "owner"),
    [
        ("token.actions.githubusercontent.com", "repo:acme/shop:environment:production", "acme"),
        ("gitlab.com", "project_path:acme/web/shop:ref_type:branch:ref:main", "acme"),
        ("app.terraform.io", "organization:acme:project:p:workspace:w:run_phase:plan", "acme"),
        ("oidc.circleci.com/org/1f", "org/1f/project/2a/user/3b", "1f"),
        ("oidc.vercel.com", "owner:acme:project:shop:environment:production", "acme"),
    ],
)
def test_a_subject_begins_with_its_owner(issuer: str, subject: str, owner: str) -> None:
    """Providers that serve many owners name them first, each in its own way."""
    provider = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{issuer}"

    assert f"federated:{issuer}/{owner}" == owner_of(provider, subject)


def test_a_subject_without_an_owner_names_no_outside_party() -> None:
    """A cluster's service accounts belong to whoever has the cluster."""
    action = Action("sts", "AssumeRoleWithWebIdentity", "credential_issue")
    names = ("system:serviceaccount:web:cart", None)

    assert [action, action] == [
        federated(action, Identity("WebIdentityUser", userName=n)) for n in names
    ]
