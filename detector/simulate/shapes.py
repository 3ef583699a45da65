"""What a call's request says: the parameters of operations whose target matters.

A shape draws its targets from the caller's own holdings; an operation without a shape is called
without parameters, as most list calls are.

Examples:
    >>> from random import Random
    >>> from detector.simulate.estate import Estate
    >>> holdings = Estate(Random(1), accounts=2).accounts[0].everything
    >>> sorted(parameters("s3:GetBucketAcl", holdings, "eu-west-1") or {})
    ['Host', 'acl', 'bucketName']
"""

from detector.simulate.changing import CHANGING, Params, Shape
from detector.simulate.estate import Holdings

_HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
_S3_QUERIES = {
    "s3:GetBucketAcl": "acl",
    "s3:GetBucketPolicy": "policy",
    "s3:GetBucketPolicyStatus": "policyStatus",
    "s3:GetBucketPublicAccessBlock": "publicAccessBlock",
    "s3:GetBucketLocation": "location",
    "s3:GetBucketLogging": "logging",
    "s3:GetBucketTagging": "tagging",
    "s3:GetBucketVersioning": "versioning",
    "s3:GetBucketEncryption": "encryption",
    "s3:GetBucketLifecycle": "lifecycle",
    "s3:GetBucketReplication": "replication",
    "s3:GetBucketCors": "cors",
    "s3:GetBucketWebsite": "website",
    "s3:GetBucketNotification": "notification",
    "s3:GetBucketObjectLockConfiguration": "object-lock",
    "s3:GetAccelerateConfiguration": "accelerate",
    "s3:GetBucketRequestPayment": "requestPayment",
}


def _s3(query: str) -> Shape:
    def shape(own: Holdings, _: str) -> Params:
        bucket = own.pick("bucket")
        return {"bucketName": bucket, "Host": f"{bucket}.s3.amazonaws.com", query: ""}

    return shape


def _one(field: str, kind: str) -> Shape:
    return lambda own, _: {field: own.pick(kind)}


def _filtered(field: str, item: str, kind: str) -> Shape:
    def shape(own: Holdings, _: str) -> Params:
        if own.rng.random() < 0.4:
            return {field: {}, "filterSet": {}, "maxResults": 100}
        return {field: {"items": [{item: own.pick(kind)}]}, "filterSet": {}}

    return shape


def _arn(own: Holdings, region: str, rest: str) -> str:
    return f"arn:aws:{rest.split(':', 1)[0]}:{region}:{own.account.id}:{rest.split(':', 1)[1]}"


def secret_arn(own: Holdings, region: str, name: str) -> str:
    """The ARN of one of the account's secrets."""
    return f"arn:aws:secretsmanager:{region}:{own.account.id}:secret:{name}"


def _secret(own: Holdings, region: str) -> Params:
    return {"secretId": secret_arn(own, region, own.pick("secret"))}


def _role(own: Holdings, _: str) -> Params:
    return {"roleName": own.pick("role")}


def _decrypt(own: Holdings, region: str) -> Params:
    return {
        "encryptionAlgorithm": "SYMMETRIC_DEFAULT",
        "encryptionContext": {
            "aws:lambda:FunctionArn": _arn(own, region, f"lambda:function:{own.pick('function')}")
        },
        "keyId": _arn(own, region, f"kms:key/{own.pick('key')}"),
    }


def _data_key(own: Holdings, region: str) -> Params:
    return {"keyId": _arn(own, region, f"kms:key/{own.pick('key')}"), "keySpec": "AES_256"}


def _metrics(_own: Holdings, _region: str) -> Params:
    return {"namespace": "AWS/EC2", "metricName": "CPUUtilization", "period": 300}


SHAPES: dict[str, Shape] = {
    **CHANGING,
    **{op: _s3(query) for op, query in _S3_QUERIES.items()},
    "s3:ListBuckets": lambda _own, region: {"Host": f"s3.{region}.amazonaws.com"},
    "s3:GetAccountPublicAccessBlock": lambda own, region: {
        "Host": f"{own.account.id}.s3-control.{region}.amazonaws.com"
    },
    "ec2:DescribeInstances": _filtered("instancesSet", "instanceId", "instance"),
    "ec2:DescribeVolumes": _filtered("volumeSet", "volumeId", "volume"),
    "ec2:DescribeSnapshots": _filtered("snapshotSet", "snapshotId", "snapshot"),
    "ec2:DescribeImages": _filtered("imagesSet", "imageId", "image"),
    "ec2:DescribeSecurityGroups": _filtered("securityGroupIdSet", "groupId", "group"),
    "ec2:DescribeSubnets": _filtered("subnetSet", "subnetId", "subnet"),
    "ec2:DescribeVpcs": _filtered("vpcSet", "vpcId", "vpc"),
    "ec2:DescribeInstanceAttribute": lambda own, _: {
        "instanceId": own.pick("instance"),
        "attribute": own.rng.choice(("instanceType", "disableApiTermination", "groupSet")),
    },
    "iam:GetRole": _role,
    "iam:ListRolePolicies": _role,
    "iam:ListAttachedRolePolicies": _role,
    "iam:ListInstanceProfilesForRole": _role,
    "iam:GetRolePolicy": lambda own, _: {"roleName": own.pick("role"), "policyName": "inline"},
    "iam:GetUser": _one("userName", "user"),
    "iam:ListAccessKeys": _one("userName", "user"),
    "iam:ListAttachedUserPolicies": _one("userName", "user"),
    "iam:ListGroupsForUser": _one("userName", "user"),
    "iam:ListUserPolicies": _one("userName", "user"),
    "iam:ListMFADevices": _one("userName", "user"),
    "iam:GetLoginProfile": _one("userName", "user"),
    "iam:GetPolicy": lambda own, _: {
        "policyArn": f"arn:aws:iam::{own.account.id}:policy/{own.pick('policy')}"
    },
    "iam:GetPolicyVersion": lambda own, _: {
        "policyArn": f"arn:aws:iam::{own.account.id}:policy/{own.pick('policy')}",
        "versionId": "v1",
    },
    "secretsmanager:GetSecretValue": _secret,
    "secretsmanager:DescribeSecret": _secret,
    "secretsmanager:GetResourcePolicy": _secret,
    "secretsmanager:PutSecretValue": _secret,
    "secretsmanager:ListSecrets": lambda _own, _: {"maxResults": 100},
    "ssm:GetParameter": lambda own, _: {"name": own.pick("parameter"), "withDecryption": True},
    "ssm:GetParameters": lambda own, _: {
        "names": own.several("parameter", 3),
        "withDecryption": True,
    },
    "ssm:GetParametersByPath": lambda own, _: {
        "path": own.pick("parameter").rsplit("/", 2)[0],
        "recursive": True,
        "withDecryption": True,
    },
    "ssm:DescribeParameters": lambda _own, _: {"maxResults": 50, "shared": False},
    "ssm:UpdateInstanceInformation": lambda own, _: {
        "instanceId": own.pick("instance"),
        "agentVersion": "3.3.1611.0",
        "agentStatus": "Active",
        "platformType": "Linux",
        "platformName": "Amazon Linux",
    },
    "kms:Decrypt": _decrypt,
    "kms:GenerateDataKey": _data_key,
    "kms:DescribeKey": _one("keyId", "key"),
    "kms:GetKeyPolicy": lambda own, _: {"keyId": own.pick("key"), "policyName": "default"},
    "lambda:GetFunction": _one("functionName", "function"),
    "lambda:GetFunctionConfiguration": _one("functionName", "function"),
    "lambda:GetPolicy": _one("functionName", "function"),
    "lambda:ListVersionsByFunction": _one("functionName", "function"),
    "logs:DescribeLogStreams": _one("logGroupName", "loggroup"),
    "logs:FilterLogEvents": _one("logGroupName", "loggroup"),
    "logs:CreateLogStream": lambda own, _: {
        "logGroupName": own.pick("loggroup"),
        "logStreamName": f"app/{own.rng.getrandbits(64):x}",
    },
    "logs:StartQuery": _one("logGroupName", "loggroup"),
    "logs:GetLogEvents": _one("logGroupName", "loggroup"),
    "dynamodb:DescribeTable": _one("tableName", "table"),
    "dynamodb:DescribeContinuousBackups": _one("tableName", "table"),
    "dynamodb:DescribeTimeToLive": _one("tableName", "table"),
    "dynamodb:ListTagsOfResource": _one("tableName", "table"),
    "rds:DescribeDBInstances": _one("dBInstanceIdentifier", "database"),
    "rds:ListTagsForResource": _one("resourceName", "database"),
    "eks:DescribeCluster": _one("name", "cluster"),
    "eks:ListNodegroups": _one("name", "cluster"),
    "ecs:DescribeServices": _one("cluster", "cluster"),
    "ecs:DescribeTasks": _one("cluster", "cluster"),
    "ecs:ListTasks": _one("cluster", "cluster"),
    "ecr:BatchGetImage": _one("repositoryName", "repository"),
    "ecr:BatchCheckLayerAvailability": _one("repositoryName", "repository"),
    "ecr:GetDownloadUrlForLayer": _one("repositoryName", "repository"),
    "ecr:InitiateLayerUpload": _one("repositoryName", "repository"),
    "ecr:UploadLayerPart": _one("repositoryName", "repository"),
    "ecr:CompleteLayerUpload": _one("repositoryName", "repository"),
    "ecr:PutImage": _one("repositoryName", "repository"),
    "ecr:DescribeImages": _one("repositoryName", "repository"),
    "ecr:GetRepositoryPolicy": _one("repositoryName", "repository"),
    "cloudformation:DescribeStacks": _one("stackName", "stack"),
    "cloudformation:DescribeStackEvents": _one("stackName", "stack"),
    "cloudformation:DescribeStackResources": _one("stackName", "stack"),
    "cloudformation:GetTemplate": _one("stackName", "stack"),
    "route53:ListResourceRecordSets": _one("hostedZoneId", "zone"),
    "route53:GetHostedZone": _one("id", "zone"),
    "route53:ChangeResourceRecordSets": lambda own, _: {
        "hostedZoneId": own.pick("zone"),
        "changeBatch": {"changes": [{"action": "UPSERT"}]},
    },
    "cloudwatch:GetMetricData": _metrics,
    "cloudwatch:GetMetricStatistics": _metrics,
    "athena:StartQueryExecution": lambda _own, _: {"workGroup": "primary", "queryString": _HIDDEN},
    "glue:GetTable": lambda own, _: {"databaseName": own.pick("stack"), "name": own.pick("table")},
    "glue:GetPartitions": lambda own, _: {
        "databaseName": own.pick("stack"),
        "tableName": own.pick("table"),
    },
    "sqs:GetQueueAttributes": _one("queueUrl", "queue"),
    "ec2:GetConsoleOutput": _one("instanceId", "instance"),
    "rds:DownloadDBLogFilePortion": _one("dBInstanceIdentifier", "database"),
    "cloudwatch:DescribeAlarms": _one("alarmNames", "alarm"),
}


def parameters(op: str, own: Holdings, region: str) -> Params | None:
    """The request parameters of one call, or None where the log would hold null."""
    shape = SHAPES.get(op)
    return shape(own, region) if shape else None
