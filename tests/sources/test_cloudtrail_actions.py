"""Access, plane and effect of operations, by their names alone."""

import pytest

from detector.sources.aws.cloudtrail_actions import access_of, plane_of
from detector.sources.aws.cloudtrail_effects import effect_of
from detector.sources.aws.cloudtrail_words import name_of, take_apart

OPERATIONS = [
    ("ec2", "DescribeInstances", "list", ""),
    ("ec2", "DescribeVpcAttribute", "read", ""),
    ("ec2", "DescribeInstanceStatus", "read", ""),
    ("s3", "HeadObject", "read", ""),
    ("s3", "DeleteObject", "delete", ""),
    ("s3", "DeleteBucket", "delete", "destroy"),
    ("s3", "DeleteBucketLifecycle", "delete", ""),
    ("s3", "DeleteBucketPolicy", "delete", ""),
    ("s3", "DeletePublicAccessBlock", "delete", "open_network"),
    ("s3", "PutBucketReplication", "admin", "share_out"),
    ("dynamodb", "Query", "read", ""),
    ("dynamodb", "DeleteTable", "delete", "destroy"),
    ("kms", "Decrypt", "read", ""),
    ("kms", "ScheduleKeyDeletion", "write", "destroy"),
    ("kms", "DisableKey", "write", "destroy"),
    ("kms", "DeleteAlias", "delete", ""),
    ("rds", "DeleteDBClusterSnapshot", "delete", "destroy"),
    ("rds", "DeleteDBSubnetGroup", "delete", ""),
    ("ec2", "TerminateInstances", "delete", "destroy"),
    ("ec2", "DeleteKeyPair", "delete", ""),
    ("iam", "DeleteAccessKey", "delete", ""),
    ("iam", "DetachUserPolicy", "admin", ""),
    ("iam", "CreateServiceLinkedRole", "admin", ""),
    ("iam", "CreateUser", "admin", "persist"),
    ("iam", "CreateRole", "admin", "persist"),
    ("iam", "UpdateAssumeRolePolicy", "admin", "persist"),
    ("iam", "UpdateSAMLProvider", "admin", "persist"),
    ("identitystore", "CreateUser", "admin", "persist"),
    ("elasticache", "CreateUser", "write", ""),
    ("rolesanywhere", "CreateTrustAnchor", "admin", "persist"),
    ("iam", "AttachRolePolicy", "admin", "grant"),
    ("iam", "PutGroupPolicy", "admin", "grant"),
    ("iam", "PutUserPermissionsBoundary", "admin", ""),
    ("iam", "DeleteRolePermissionsBoundary", "delete", "grant"),
    ("iam", "AddUserToGroup", "admin", "grant"),
    ("iam", "CreateAccessKey", "credential_issue", "mint_credential"),
    ("sts", "AssumeRoleWithSAML", "credential_issue", ""),
    ("sts", "GetFederationToken", "credential_issue", "mint_credential"),
    ("sso", "GetRoleCredentials", "credential_issue", ""),
    ("iam", "DeactivateMFADevice", "admin", "impair_defence"),
    ("iam", "DeleteAccountPasswordPolicy", "delete", "impair_defence"),
    ("cloudtrail", "StopLogging", "admin", "impair_defence"),
    ("cloudtrail", "DeleteTrail", "delete", "impair_defence"),
    ("cloudtrail", "PutInsightSelectors", "admin", "impair_defence"),
    ("cloudtrail", "CreateTrail", "write", ""),
    ("cloudtrail", "DeleteEventDataStore", "delete", "impair_defence"),
    ("logs", "DeleteLogGroup", "delete", "impair_defence"),
    ("logs", "PutRetentionPolicy", "admin", "impair_defence"),
    ("logs", "CreateLogGroup", "write", ""),
    ("monitoring", "DeleteAlarms", "delete", "impair_defence"),
    ("monitoring", "DisableAlarmActions", "admin", "impair_defence"),
    ("monitoring", "EnableAlarmActions", "write", ""),
    ("config", "StopConfigurationRecorder", "admin", "impair_defence"),
    ("config", "DeleteDeliveryChannel", "delete", "impair_defence"),
    ("guardduty", "DeleteDetector", "delete", "impair_defence"),
    ("guardduty", "DisassociateFromAdministratorAccount", "admin", "impair_defence"),
    ("guardduty", "CreateDetector", "write", ""),
    ("securityhub", "DisableSecurityHub", "admin", "impair_defence"),
    ("inspector2", "Disable", "admin", "impair_defence"),
    ("macie2", "DisableMacie", "admin", "impair_defence"),
    ("wafv2", "DisassociateWebACL", "admin", "impair_defence"),
    ("wafv2", "AssociateWebACL", "write", ""),
    ("wafv2", "UpdateIPSet", "write", ""),
    ("organizations", "LeaveOrganization", "admin", "impair_defence"),
    ("organizations", "AttachPolicy", "admin", ""),
    ("organizations", "DetachPolicy", "admin", "impair_defence"),
    ("bedrock", "DeleteModelInvocationLoggingConfiguration", "delete", "impair_defence"),
    ("route53resolver", "DeleteResolverQueryLogConfig", "delete", "impair_defence"),
    ("ec2", "DeleteFlowLogs", "delete", "impair_defence"),
    ("events", "DisableRule", "admin", "impair_defence"),
    ("events", "PutRule", "write", ""),
    ("scheduler", "CreateSchedule", "admin", "persist"),
    ("ec2", "ModifySnapshotAttribute", "admin", "share_out"),
    ("ec2", "ResetSnapshotAttribute", "write", ""),
    ("ram", "CreateResourceShare", "admin", "share_out"),
    ("secretsmanager", "PutResourcePolicy", "admin", "share_out"),
    ("autoscaling", "PutScalingPolicy", "admin", ""),
    ("ec2", "AuthorizeSecurityGroupIngress", "admin", "open_network"),
    ("ec2", "RevokeSecurityGroupIngress", "write", ""),
    ("ssm", "SendCommand", "write", "execute"),
    ("ssm", "StartSession", "write", "execute"),
    ("ecs", "ExecuteCommand", "write", "execute"),
    ("ec2", "RunInstances", "write", "execute"),
    ("ec2", "StartInstances", "write", ""),
    ("sts", "GetCallerIdentity", "read", "identity_probe"),
    ("ses", "GetAccount", "read", "identity_probe"),
    ("iam", "GetAccountAuthorizationDetails", "read", "identity_probe"),
    ("bedrock", "ListFoundationModels", "list", "identity_probe"),
    ("s3", "GetAccountPublicAccessBlock", "read", ""),
    ("ses", "VerifyEmailIdentity", "write", ""),
    ("kms", "VerifyMac", "read", ""),
    ("secretsmanager", "GetSecretValue", "secret_read", ""),
    ("ecr", "GetAuthorizationToken", "secret_read", ""),
    ("bedrock", "InvokeModelWithResponseStream", "read", ""),
]


@pytest.mark.parametrize(("service", "operation", "access", "effect"), OPERATIONS)
def test_access_and_effect(service: str, operation: str, access: str, effect: str) -> None:
    """An operation's access and effect follow from its name."""
    assert (access, effect) == (access_of(service, operation), effect_of(service, operation))


@pytest.mark.parametrize(
    ("service", "operation", "plane"),
    [
        ("s3", "GetObject", "retrieval"),
        ("s3", "PutObject", "action"),
        ("iam", "CreateAccessKey", "action"),
        ("sts", "AssumeRole", ""),
        ("sts", "GetCallerIdentity", ""),
        ("bedrock", "Converse", "inference"),
        ("bedrock", "Retrieve", "retrieval"),
        ("sagemaker", "InvokeEndpoint", "inference"),
        ("lambda", "Invoke", "action"),
    ],
)
def test_plane(service: str, operation: str, plane: str) -> None:
    """Reading is retrieval, calling a model is inference, signing in belongs to no plane."""
    assert plane == plane_of(service, operation, access_of(service, operation))


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("ListFunctions20150331", "ListFunctions"),
        ("AddPermission20150331v2", "AddPermission"),
        ("CreateDistribution2020_05_31", "CreateDistribution"),
        ("DescribeDBInstances", "DescribeDBInstances"),
        ("Utc2", "Utc2"),
    ],
)
def test_versions_are_removed(written: str, name: str) -> None:
    """An API version at the end of an operation's name is no part of it."""
    assert name == name_of(written)


@pytest.mark.parametrize("read_only", [True, None])
def test_an_unknown_verb_is_decided_by_the_record(read_only: bool | None) -> None:
    """A verb that no rule knows reads if the record says so, else it writes."""
    assert ("read" if read_only else "write") == access_of("new", "FrobnicateThing", read_only)


def test_a_name_without_words_has_no_verb() -> None:
    """Names that are no names do no harm."""
    assert "" == take_apart("--").verb
    assert "write" == access_of("x", "--")
    assert "" == effect_of("x", "--")
