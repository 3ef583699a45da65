"""What a request adds to an operation's name."""

import json
from typing import Any

import pytest

from detector.sources.aws.cloudtrail_actions import access_of, plane_of
from detector.sources.aws.cloudtrail_effects import effect_of
from detector.sources.aws.cloudtrail_policies import outsiders
from detector.sources.aws.cloudtrail_requests import refine
from schemas.event import Action

OWN, OTHER = "123456789012", "210987654321"


def _asked(service: str, operation: str, request: Any) -> Action:
    access = access_of(service, operation)
    action = Action(
        service,
        operation,
        access,
        plane_of(service, operation, access),
        effect_of(service, operation),
    )
    return refine(action, request, OWN)


def _policy(**statement: Any) -> dict[str, Any]:
    return {"Statement": [{"Effect": "Allow", "Action": "*", **statement}]}


def _ingress(*ports: int) -> dict[str, Any]:
    world = {"items": [{"cidrIp": "0.0.0.0/0"}]}
    rows = [{"fromPort": port, "toPort": port, "ipRanges": world} for port in ports]
    return {"groupId": "sg-1", "ipPermissions": {"items": rows}}


OUTSIDE = _policy(Principal={"AWS": f"arn:aws:iam::{OTHER}:root"})
OUR_OWN = _policy(Principal={"AWS": f"arn:aws:iam::{OWN}:role/x"})
EXPIRES = {"LifecycleConfiguration": {"Rule": [{"Expiration": {"Days": "1"}}]}}
LONG = {"LifecycleConfiguration": {"Rule": [{"Expiration": {"Days": 365}}]}}

EFFECTS = [
    # What opens a network, and what does not.
    ("ec2", "CreateNetworkAclEntry", {"cidrBlock": "0.0.0.0/0", "ruleAction": "allow", "egress": False}, "open_network", "*"),
    ("ec2", "CreateNetworkAclEntry", {"cidrBlock": "0.0.0.0/0", "ruleAction": "deny"}, "", ""),
    ("ec2", "CreateNetworkAclEntry", {"cidrBlock": "0.0.0.0/0", "egress": "true"}, "", ""),
    ("ec2", "AuthorizeSecurityGroupIngress", _ingress(22), "open_network", "*"),
    ("ec2", "AuthorizeSecurityGroupIngress", _ingress(443), "", ""),
    ("ec2", "AuthorizeSecurityGroupIngress", _ingress(443, 3389), "open_network", "*"),
    ("rds", "AuthorizeDBSecurityGroupIngress", {"cIDRIP": "0.0.0.0/0"}, "open_network", "*"),
    ("s3", "PutBucketPublicAccessBlock", {"PublicAccessBlockConfiguration": {"BlockPublicAcls": False}}, "open_network", ""),
    ("s3", "PutBucketPublicAccessBlock", {"PublicAccessBlockConfiguration": {"BlockPublicAcls": True}}, "", ""),
    ("rds", "ModifyDBInstance", {"publiclyAccessible": True}, "open_network", ""),
    ("rds", "ModifyDBInstance", {"masterUserPassword": "****"}, "mint_credential", ""),
    ("rds", "ModifyDBInstance", {"allocatedStorage": 20}, "", ""),
    ("eks", "UpdateClusterConfig", {"resourcesVpcConfig": {"endpointPublicAccess": True}}, "open_network", ""),
    # What grants, and what only lets look.
    ("iam", "AttachRolePolicy", {"policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}, "grant", ""),
    ("iam", "AttachUserPolicy", {"policyArn": "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"}, "", ""),
    ("iam", "AttachGroupPolicy", {"policyArn": f"arn:aws:iam::{OWN}:policy/NotReallyReadOnlyAccess"}, "grant", ""),
    # What shares, and with whom.
    ("ec2", "ModifyImageAttribute", {"description": {"value": "x"}}, "", ""),
    ("ec2", "ModifySnapshotAttribute", {"createVolumePermission": {"add": {"items": [{"group": "all"}]}}}, "share_out", "*"),
    ("rds", "ModifyDBClusterSnapshotAttribute", {"valuesToAdd": ["all"]}, "share_out", "*"),
    ("rds", "ModifyDBSnapshotAttribute", {"valuesToRemove": [OTHER]}, "", ""),
    ("rds", "ModifyDBSnapshotAttribute", {"attributeName": "restore", "valuesToAdd": []}, "", ""),
    ("s3", "PutBucketAcl", {"x-amz-acl": ["public-read"]}, "share_out", "*"),
    ("s3", "PutBucketAcl", {"x-amz-acl": ["private"]}, "", ""),
    ("s3", "PutBucketAcl", {"AccessControlPolicy": {"AccessControlList": {"Grant": {"Grantee": {"URI": "http://acs.amazonaws.com/groups/global/AllUsers"}}}}}, "share_out", "*"),
    ("sqs", "SetQueueAttributes", {"attributes": {"VisibilityTimeout": "30"}}, "", ""),
    ("sqs", "SetQueueAttributes", {"attributes": {"Policy": json.dumps(OUTSIDE)}}, "share_out", OTHER),
    ("sns", "SetTopicAttributes", {"attributeName": "DisplayName", "attributeValue": "x"}, "", ""),
    ("sns", "SetTopicAttributes", {"attributeName": "Policy", "attributeValue": json.dumps(OUTSIDE)}, "share_out", OTHER),
    ("sqs", "AddPermission", {"aWSAccountIds": [OTHER]}, "share_out", OTHER),
    ("lambda", "AddPermission", {"principal": "*"}, "persist", "*"),
    ("lambda", "AddPermission", {"principal": f"arn:aws:iam::{OWN}:role/x"}, "", ""),
    ("lambda", "AddPermission", {}, "persist", ""),
    ("lambda", "AddLayerVersionPermission", {"principal": "*"}, "share_out", "*"),
    ("secretsmanager", "PutResourcePolicy", {"resourcePolicy": json.dumps(OUR_OWN)}, "", ""),
    ("secretsmanager", "PutResourcePolicy", {"resourcePolicy": "not json"}, "share_out", ""),
    ("ecr", "SetRepositoryPolicy", {"policyText": json.dumps(OUTSIDE)}, "share_out", OTHER),
    ("ram", "CreateResourceShare", {"name": "x"}, "", ""),
    ("ram", "AssociateResourceShare", {"principals": [OTHER, OWN]}, "share_out", OTHER),
    ("codebuild", "UpdateProjectVisibility", {"projectVisibility": "PUBLIC_READ"}, "share_out", "*"),
    ("codebuild", "UpdateProjectVisibility", {"projectVisibility": "PRIVATE"}, "", ""),
    ("s3", "PutBucketReplication", {"ReplicationConfiguration": {"Rule": {"Destination": {"Account": OTHER}}}}, "share_out", OTHER),
    ("logs", "PutSubscriptionFilter", {"destinationArn": f"arn:aws:logs:x:{OTHER}:destination:d"}, "share_out", OTHER),
    ("logs", "PutSubscriptionFilter", {"destinationArn": f"arn:aws:lambda:x:{OWN}:function:f"}, "", ""),
    # Trust and grants.
    ("iam", "CreateRole", {"assumeRolePolicyDocument": json.dumps(OUTSIDE)}, "persist", OTHER),
    ("iam", "CreateRole", {"assumeRolePolicyDocument": json.dumps(OUR_OWN)}, "persist", ""),
    ("lambda", "CreateFunctionUrlConfig", {"authType": "NONE"}, "persist", "*"),
    ("lambda", "CreateFunctionUrlConfig", {"authType": "AWS_IAM"}, "persist", ""),
    ("kms", "CreateGrant", {"granteePrincipal": f"arn:aws:iam::{OTHER}:root"}, "grant", OTHER),
    ("kms", "CreateGrant", {"granteePrincipal": "dynamodb.eu-central-1.amazonaws.com"}, "", ""),
    ("kms", "PutKeyPolicy", {"policy": json.dumps(OUTSIDE)}, "grant", OTHER),
    ("iam", "PutUserPolicy", {"policyName": "AWSCompromisedKeyQuarantine"}, "", ""),
    ("iam", "PutUserPolicy", {"policyName": "admin"}, "grant", ""),
    ("iam", "UpdateAccessKey", {"status": "Inactive"}, "", ""),
    # What blinds, and what keeps watching.
    ("cloudtrail", "PutEventSelectors", {"eventSelectors": [{"readWriteType": "All", "includeManagementEvents": True}]}, "", ""),
    ("cloudtrail", "PutEventSelectors", {"eventSelectors": []}, "impair_defence", ""),
    ("cloudtrail", "PutEventSelectors", {"eventSelectors": [{"readWriteType": "WriteOnly"}]}, "impair_defence", ""),
    ("cloudtrail", "UpdateTrail", {"name": "main", "isMultiRegionTrail": False}, "impair_defence", ""),
    ("cloudtrail", "UpdateTrail", {"name": "main", "s3BucketName": "elsewhere"}, "impair_defence", ""),
    ("cloudtrail", "UpdateTrail", {"name": "main", "isMultiRegionTrail": True}, "", ""),
    ("guardduty", "UpdateDetector", {"detectorId": "x", "enable": False}, "impair_defence", ""),
    ("guardduty", "UpdateDetector", {"detectorId": "x", "enable": True}, "", ""),
    ("macie2", "UpdateMacieSession", {"status": "PAUSED"}, "impair_defence", ""),
    ("s3", "PutBucketLogging", {"BucketLoggingStatus": {"xmlns": "x"}}, "impair_defence", ""),
    ("s3", "PutBucketLogging", {"BucketLoggingStatus": {"LoggingEnabled": {"TargetBucket": "b"}}}, "", ""),
    # What destroys, and what tidies up.
    ("s3", "PutBucketLifecycle", {"bucketName": "photos", **EXPIRES}, "destroy", ""),
    ("s3", "PutBucketLifecycle", {"bucketName": "audit", **EXPIRES}, "impair_defence", ""),
    ("s3", "PutBucketLifecycle", {"bucketName": "photos", **LONG}, "", ""),
    ("s3", "PutBucketLifecycle", {"a": [{"Expiration": {"Days": []}}, {"Expiration": {"Days": "soon"}}]}, "", ""),
    ("s3", "PutBucketVersioning", {"VersioningConfiguration": {"Status": "Suspended"}}, "destroy", ""),
    ("s3", "PutBucketVersioning", {"VersioningConfiguration": {"Status": "Enabled"}}, "", ""),
    ("s3", "CopyObject", {"x-amz-server-side-encryption-customer-algorithm": "AES256"}, "destroy", ""),
    ("s3", "CopyObject", {"x-amz-server-side-encryption": "AES256"}, "", ""),
    # Code where it runs.
    ("ec2", "ModifyInstanceAttribute", {"userData": "<sensitiveDataRemoved>"}, "execute", ""),
    ("ec2", "ModifyInstanceAttribute", {"instanceType": {"value": "t3.micro"}}, "", ""),
    ("lambda", "UpdateFunctionConfiguration", {"layers": ["arn:aws:lambda:x:1:layer:l:1"]}, "execute", ""),
]  # fmt: skip


@pytest.mark.parametrize(("service", "operation", "request_", "effect", "foreign"), EFFECTS)
def test_effect_and_outside_party(
    service: str, operation: str, request_: Any, effect: str, foreign: str
) -> None:
    """The request decides whether an operation has its effect, and names who is let in."""
    action = _asked(service, operation, request_)

    assert (effect, foreign) == (action.effect, action.foreign)


@pytest.mark.parametrize(
    ("operation", "request_", "access"),
    [
        ("GetParameters", {"withDecryption": True}, "secret_read"),
        ("GetParameters", {"withDecryption": "true"}, "secret_read"),
        ("GetParameters", {"withDecryption": False}, "read"),
        ("DescribeInstanceAttribute", {"attribute": "userData"}, "secret_read"),
        ("DescribeInstanceAttribute", {"attribute": "instanceType"}, "read"),
        ("GetApiKeys", {"includeValues": True}, "secret_read"),
        ("GetApiKey", {}, "read"),
    ],
)
def test_a_read_of_a_secret(operation: str, request_: Any, access: str) -> None:
    """A read is a secret read where the request asks for the secret."""
    assert access == _asked("x", operation, request_).access


@pytest.mark.parametrize("request_", [None, "text", [], 7])
def test_a_request_that_is_no_object_leaves_the_name_to_decide(request_: Any) -> None:
    """Denied calls and some services leave the request out."""
    assert "open_network" == _asked("ec2", "AuthorizeSecurityGroupIngress", request_).effect


GITHUB = {"Federated": f"arn:aws:iam::{OWN}:oidc-provider/token.example.com"}
SUB = "token.example.com:sub"


@pytest.mark.parametrize(
    ("policy", "found"),
    [
        (_policy(Principal="*"), ("*",)),
        (_policy(Principal={"AWS": ["*", OTHER]}), ("*", OTHER)),
        (_policy(Principal={"AWS": OWN}), ()),
        (_policy(Principal={"Service": "lambda.amazonaws.com"}), ()),
        (_policy(Principal="*", Condition={"StringEquals": {"aws:SourceAccount": OWN}}), ()),
        (_policy(Principal="*", Condition={"Bool": {"aws:SecureTransport": "true"}}), ("*",)),
        ({"Statement": {"Effect": "Deny", "Principal": "*"}}, ()),
        (_policy(Principal=GITHUB), ("federated:token.example.com",)),
        (_policy(Principal=GITHUB, Condition={"StringLike": {SUB: "*"}}), ("federated:token.example.com",)),
        (_policy(Principal=GITHUB, Condition={"StringLike": {SUB: ["repo:example/shop:*"]}}), ()),
        (_policy(Principal={"Federated": f"arn:aws:iam::{OWN}:saml-provider/idp"}), ()),
        (_policy(), ()),
        ({}, None),
        ({"Statement": "x"}, None),
        ("[]", None),
        (7, None),
        ("[" * 20_000, None),
        ("x" * 70_000, None),
    ],
)  # fmt: skip
def test_whom_a_policy_lets_in(policy: Any, found: tuple[str, ...] | None) -> None:
    """Outsiders are other accounts, everybody, and providers whose subject is not pinned."""
    assert found == outsiders(policy, OWN)


def test_nothing_hides_in_a_large_request() -> None:
    """A request too wide or too deep to be looked through leaves the name to decide."""
    deep: Any = "10.0.0.0/8"
    for _ in range(200):
        deep = {"a": deep}
    wide = {f"k{n}": [{"cidrIp": "10.0.0.0/8"}] * 50 for n in range(200)}

    assert "open_network" == _asked("ec2", "AuthorizeSecurityGroupIngress", deep).effect
    assert "open_network" == _asked("ec2", "AuthorizeSecurityGroupIngress", wide).effect
    assert "share_out" == _asked("ec2", "ModifySnapshotAttribute", {"remove": wide}).effect
