"""What a changing call's request says: the shapes of creations, updates and deletions.

Examples:
    >>> sorted(CHANGING)[:2]
    ['autoscaling:SetDesiredCapacity', 'cloudformation:CreateChangeSet']
"""

from collections.abc import Callable
from typing import Any

from detector.simulate.estate import Holdings
from detector.simulate.made_up import resource_id

Params = dict[str, Any]
Shape = Callable[[Holdings, str], Params]

_READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
_STATEMENT = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"%s","Resource":"*"}]}'
)
_TRUST = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":'
    '"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}'
)


def _one(field: str, kind: str) -> Shape:
    return lambda own, _: {field: own.pick(kind)}


def _bucket(query: str = "", **settings: Any) -> Shape:
    def shape(own: Holdings, region: str) -> Params:
        bucket = own.pick("bucket")
        found: Params = {"bucketName": bucket, "Host": f"{bucket}.s3.{region}.amazonaws.com"}
        return found | ({query: ""} if query else {}) | settings

    return shape


def ingress(group: str, block: str, port: int) -> Params:
    """The request that opens a port of a security group to a block of addresses."""
    permission = {
        "ipProtocol": "tcp",
        "fromPort": port,
        "toPort": port,
        "ipRanges": {"items": [{"cidrIp": block}]},
    }
    return {"groupId": group, "ipPermissions": {"items": [permission]}}


def _policy_document(own: Holdings, _: str) -> Params:
    action = own.rng.choice(("s3:GetObject", "sqs:SendMessage", "kms:Decrypt", "logs:PutLogEvents"))
    return {
        "roleName": own.pick("role"),
        "policyName": "inline",
        "policyDocument": _STATEMENT % action,
    }


def _instances(own: Holdings, _: str) -> Params:
    return {"instancesSet": {"items": [{"instanceId": own.pick("instance")}]}}


CHANGING: dict[str, Shape] = {
    "s3:CreateBucket": _bucket(**{"x-amz-acl": "private"}),
    "s3:DeleteBucket": _bucket(),
    "s3:PutBucketTagging": _bucket("tagging"),
    "s3:PutBucketEncryption": _bucket("encryption"),
    "s3:PutBucketPublicAccessBlock": _bucket("publicAccessBlock"),
    "iam:CreateRole": lambda own, _: {
        "roleName": own.pick("role"),
        "assumeRolePolicyDocument": _TRUST,
    },
    "iam:PutRolePolicy": _policy_document,
    "iam:AttachRolePolicy": lambda own, _: {"roleName": own.pick("role"), "policyArn": _READ_ONLY},
    "iam:DetachRolePolicy": lambda own, _: {"roleName": own.pick("role"), "policyArn": _READ_ONLY},
    "iam:DeleteRolePolicy": lambda own, _: {"roleName": own.pick("role"), "policyName": "inline"},
    "iam:DeleteRole": _one("roleName", "role"),
    "iam:CreatePolicy": lambda own, _: {
        "policyName": own.pick("policy"),
        "policyDocument": _STATEMENT % "s3:GetObject",
    },
    "lambda:CreateFunction": _one("functionName", "function"),
    "lambda:DeleteFunction": _one("functionName", "function"),
    "lambda:PublishVersion": _one("functionName", "function"),
    "lambda:UpdateFunctionConfiguration": _one("functionName", "function"),
    "lambda:UpdateFunctionCode": lambda own, _: {
        "functionName": own.pick("function"),
        "dryRun": False,
        "publish": True,
    },
    "lambda:AddPermission": lambda own, _: {
        "functionName": own.pick("function"),
        "statementId": "invoke",
        "action": "lambda:InvokeFunction",
        "principal": "events.amazonaws.com",
    },
    "ec2:CreateVpc": lambda own, _: {"cidrBlock": f"10.{own.rng.randrange(200)}.0.0/16"},
    "ec2:DeleteVpc": _one("vpcId", "vpc"),
    "ec2:CreateSubnet": _one("vpcId", "vpc"),
    "ec2:DeleteSubnet": _one("subnetId", "subnet"),
    "ec2:CreateRouteTable": _one("vpcId", "vpc"),
    "ec2:CreateRoute": lambda own, _: {
        "routeTableId": resource_id(own.rng, "rtb"),
        "destinationCidrBlock": "0.0.0.0/0",
        "gatewayId": resource_id(own.rng, "igw"),
    },
    "ec2:AssociateRouteTable": _one("subnetId", "subnet"),
    "ec2:AttachInternetGateway": _one("vpcId", "vpc"),
    "ec2:DetachInternetGateway": _one("vpcId", "vpc"),
    "ec2:CreateSecurityGroup": lambda own, _: {
        "groupName": own.pick("stack"),
        "groupDescription": "managed",
        "vpcId": own.pick("vpc"),
    },
    "ec2:DeleteSecurityGroup": _one("groupId", "group"),
    "ec2:AuthorizeSecurityGroupIngress": lambda own, _: ingress(
        own.pick("group"), "10.0.0.0/8", 443
    ),
    "ec2:RevokeSecurityGroupIngress": lambda own, _: ingress(own.pick("group"), "10.0.0.0/8", 443),
    "ec2:RunInstances": lambda own, _: {
        "instanceType": "t3.medium",
        "instancesSet": {"items": [{"imageId": own.pick("image"), "minCount": 1, "maxCount": 1}]},
    },
    "ec2:TerminateInstances": _instances,
    "ec2:RebootInstances": _instances,
    "ec2:CreateTags": lambda own, _: {
        "resourcesSet": {"items": [{"resourceId": own.pick("instance")}]},
        "tagSet": {"items": [{"key": "owner", "value": own.account.tag}]},
    },
    "ec2:CreateVolume": lambda _own, region: {
        "size": "20",
        "zone": f"{region}a",
        "volumeType": "gp3",
    },
    "ec2:AttachVolume": lambda own, _: {
        "volumeId": own.pick("volume"),
        "instanceId": own.pick("instance"),
        "device": "/dev/xvdba",
    },
    "ec2:CopySnapshot": _one("sourceSnapshotId", "snapshot"),
    "ec2:DeleteSnapshot": _one("snapshotId", "snapshot"),
    "secretsmanager:CreateSecret": lambda own, _: {"name": own.pick("secret")[:-7]},
    "secretsmanager:DeleteSecret": lambda own, _: {"secretId": own.pick("secret")},
    "ssm:PutParameter": lambda own, _: {
        "name": own.pick("parameter"),
        "value": "HIDDEN_DUE_TO_SECURITY_REASONS",
        "type": "SecureString",
    },
    "ssm:DeleteParameter": _one("name", "parameter"),
    "ssm:StartSession": _one("target", "instance"),
    "ssm:TerminateSession": lambda own, _: {"sessionId": f"session-{own.rng.getrandbits(64):x}"},
    "logs:CreateLogGroup": _one("logGroupName", "loggroup"),
    "logs:DeleteLogGroup": _one("logGroupName", "loggroup"),
    "logs:PutRetentionPolicy": _one("logGroupName", "loggroup"),
    "rds:CreateDBSnapshot": lambda own, _: {
        "dBInstanceIdentifier": own.pick("database"),
        "dBSnapshotIdentifier": f"manual-{own.rng.getrandbits(32):x}",
    },
    "rds:ModifyDBParameterGroup": _one("dBParameterGroupName", "database"),
    "rds:RestoreDBInstanceFromDBSnapshot": _one("dBInstanceIdentifier", "database"),
    "rds:DeleteDBInstance": _one("dBInstanceIdentifier", "database"),
    "cloudtrail:StopLogging": lambda own, _: {"name": f"{own.account.tag}-trail"},
    "cloudwatch:PutMetricAlarm": _one("alarmName", "alarm"),
    "cloudformation:CreateChangeSet": _one("stackName", "stack"),
    "cloudformation:ExecuteChangeSet": _one("stackName", "stack"),
    "cloudformation:UpdateStack": _one("stackName", "stack"),
    "cloudfront:CreateInvalidation": lambda own, _: {"distributionId": own.pick("zone")[:14]},
    "ecs:UpdateService": _one("cluster", "cluster"),
    "ecs:RegisterTaskDefinition": lambda own, _: {"family": own.pick("stack")},
    "elasticloadbalancing:RegisterTargets": _one("targetGroupArn", "stack"),
    "elasticloadbalancing:DeregisterTargets": _one("targetGroupArn", "stack"),
    "sqs:CreateQueue": _one("queueName", "queue"),
    "glue:CreateTable": _one("databaseName", "stack"),
    "autoscaling:SetDesiredCapacity": lambda own, _: {
        "autoScalingGroupName": own.pick("stack"),
        "desiredCapacity": own.rng.randrange(2, 12),
    },
}
