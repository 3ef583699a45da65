"""What people do at their desks: console pages, command-line tasks and changes, by profession.

A page is one burst of calls that the console makes by itself; a task is what somebody types.

Examples:
    >>> "ec2:DescribeInstances" in PAGES["ec2"]
    True
    >>> sorted(PROFESSIONS)[:2]
    ['admin', 'analyst']
"""

from msgspec import Struct

PAGES = {
    "ec2": "ec2:DescribeAccountAttributes ec2:DescribeRegions ec2:DescribeInstances "
    "ec2:DescribeInstanceStatus ec2:DescribeAddresses ec2:DescribeVolumes ec2:DescribeSnapshots "
    "ec2:DescribeKeyPairs ec2:DescribeSecurityGroups ec2:DescribePlacementGroups "
    "elasticloadbalancing:DescribeLoadBalancers autoscaling:DescribeAutoScalingGroups "
    "health:DescribeEventAggregates compute-optimizer:GetEnrollmentStatus",
    "s3": "s3:ListBuckets s3:GetAccountPublicAccessBlock s3:GetBucketLocation*3 s3:GetBucketAcl*6 "
    "s3:GetBucketPolicyStatus*6 s3:GetBucketPublicAccessBlock*6 s3:ListAccessPoints*3 "
    "s3:GetStorageLensConfiguration",
    "lambda": "lambda:ListFunctions*2 lambda:GetAccountSettings lambda:GetFunctionConfiguration "
    "lambda:GetPolicy lambda:ListVersionsByFunction lambda:ListEventSourceMappings "
    "cloudwatch:GetMetricData*3 logs:DescribeLogGroups iam:GetRole",
    "iam": "iam:GetAccountSummary iam:ListUsers iam:ListRoles*2 iam:ListPolicies iam:ListAccountAliases "
    "iam:GetAccountPasswordPolicy iam:ListMFADevices iam:ListAccessKeys*3 iam:GetLoginProfile*2 "
    "access-analyzer:ListAnalyzers organizations:DescribeOrganization",
    "rds": "rds:DescribeDBInstances rds:DescribeDBClusters rds:DescribeDBSnapshots "
    "rds:DescribeEvents rds:DescribePendingMaintenanceActions cloudwatch:GetMetricData*4 "
    "pi:GetResourceMetrics devops-guru:SearchInsights",
    "cloudwatch": "cloudwatch:DescribeAlarms*2 cloudwatch:GetMetricData*6 cloudwatch:ListDashboards "
    "cloudwatch:ListMetrics logs:DescribeLogGroups logs:DescribeMetricFilters",
    "logs": "logs:DescribeLogGroups*2 logs:DescribeLogStreams*2 logs:GetLogEvents*3 "
    "logs:DescribeQueryDefinitions logs:StartQuery logs:GetQueryResults*3",
    "cloudformation": "cloudformation:ListStacks cloudformation:DescribeStacks "
    "cloudformation:DescribeStackEvents*3 cloudformation:DescribeStackResources "
    "cloudformation:GetTemplate cloudformation:ListChangeSets",
    "ecs": "ecs:ListClusters ecs:DescribeClusters ecs:ListServices ecs:DescribeServices*2 "
    "ecs:ListTasks ecs:DescribeTasks ecs:DescribeTaskDefinition "
    "elasticloadbalancing:DescribeTargetHealth cloudwatch:GetMetricData*2",
    "eks": "eks:ListClusters eks:DescribeCluster*2 eks:ListNodegroups eks:DescribeNodegroup "
    "eks:ListAddons eks:ListFargateProfiles ec2:DescribeSubnets ec2:DescribeSecurityGroups",
    "vpc": "ec2:DescribeVpcs ec2:DescribeSubnets ec2:DescribeRouteTables ec2:DescribeNatGateways "
    "ec2:DescribeVpcEndpoints ec2:DescribeNetworkAcls ec2:DescribeInternetGateways "
    "ec2:DescribeFlowLogs ec2:DescribeDhcpOptions",
    "secrets": "secretsmanager:ListSecrets secretsmanager:DescribeSecret*2 "
    "secretsmanager:GetResourcePolicy kms:ListAliases",
    "billing": "ce:GetCostAndUsage*3 ce:GetCostForecast ce:GetDimensionValues budgets:ViewBudget "
    "cur:DescribeReportDefinitions organizations:ListAccounts",
    "cloudtrail": "cloudtrail:DescribeTrails cloudtrail:LookupEvents*3 cloudtrail:GetTrailStatus "
    "cloudtrail:GetEventSelectors",
    "securityhub": "securityhub:DescribeHub securityhub:GetFindings*4 securityhub:GetInsights*2 "
    "guardduty:ListDetectors guardduty:ListFindings guardduty:GetFindings*2 "
    "inspector2:ListFindings",
    "athena": "athena:ListWorkGroups athena:ListDataCatalogs athena:ListDatabases "
    "athena:ListTableMetadata athena:StartQueryExecution athena:GetQueryExecution*3 "
    "athena:GetQueryResults glue:GetTables",
    "dynamodb": "dynamodb:ListTables dynamodb:DescribeTable*2 dynamodb:DescribeContinuousBackups "
    "dynamodb:DescribeTimeToLive cloudwatch:GetMetricData*2",
    "route53": "route53:ListHostedZones route53:GetHostedZone route53:ListResourceRecordSets*2",
}

TASKS = {
    "whoami": "sts:GetCallerIdentity",
    "instances": "ec2:DescribeInstances*3 ec2:DescribeInstanceStatus ec2:DescribeVolumes",
    "tail": "logs:DescribeLogGroups logs:DescribeLogStreams logs:FilterLogEvents*4",
    "stacks": "cloudformation:DescribeStacks*2 cloudformation:DescribeStackEvents*2",
    "services": "ecs:ListServices ecs:DescribeServices*2 ecs:DescribeTasks",
    "kubeconfig": "sts:GetCallerIdentity eks:DescribeCluster",
    "pull": "ecr:GetAuthorizationToken ecr:BatchGetImage*2 ecr:GetDownloadUrlForLayer*4",
    "images": "ecr:DescribeRepositories ecr:DescribeImages*2",
    "own_secret": "secretsmanager:GetSecretValue",
    "own_parameters": "ssm:GetParameter*2",
    "buckets": "s3:ListBuckets s3:GetBucketLocation",
    "functions": "lambda:ListFunctions*2 lambda:GetFunctionConfiguration*2",
    "shell": "ssm:DescribeInstanceInformation ssm:StartSession ssm:TerminateSession",
    "alarms": "cloudwatch:DescribeAlarms cloudwatch:GetMetricStatistics*2",
    "roles": "iam:ListRoles iam:GetRole*2 iam:ListAttachedRolePolicies*2 iam:GetPolicy "
    "iam:GetPolicyVersion",
    "users": "iam:ListUsers iam:ListAccessKeys*4 iam:ListAttachedUserPolicies*2",
    "trail": "cloudtrail:LookupEvents*4",
    "findings": "guardduty:ListFindings guardduty:GetFindings*2 securityhub:GetFindings*3",
    "tables": "glue:GetDatabases glue:GetTables glue:GetTable*4 glue:GetPartitions*3",
    "query": "athena:StartQueryExecution athena:GetQueryExecution*3 athena:GetQueryResults",
    "database": "rds:DescribeDBInstances*2 rds:DescribeDBLogFiles rds:DownloadDBLogFilePortion",
    "dump": "rds:DescribeDBInstances rds:CreateDBSnapshot rds:DescribeDBSnapshots*3",
    "costs": "ce:GetCostAndUsage*4 ce:GetRightsizingRecommendation",
    "keys": "kms:ListKeys kms:DescribeKey*3 kms:GetKeyPolicy",
    "dns": "route53:ListHostedZones route53:ListResourceRecordSets",
    "network": "ec2:DescribeVpcs ec2:DescribeSubnets ec2:DescribeRouteTables "
    "ec2:DescribeSecurityGroups*2",
}

CHANGES = {
    "tag": "ec2:CreateTags",
    "restart": "ecs:UpdateService ecs:DescribeServices*2",
    "reboot": "ec2:RebootInstances ec2:DescribeInstanceStatus*2",
    "deploy": "lambda:UpdateFunctionConfiguration lambda:GetFunctionConfiguration*2",
    "alarm": "cloudwatch:PutMetricAlarm",
    "scale": "autoscaling:SetDesiredCapacity autoscaling:DescribeAutoScalingGroups*2",
    "record": "route53:ChangeResourceRecordSets route53:GetChange*2",
    "retention": "logs:PutRetentionPolicy",
    "finding": "securityhub:BatchUpdateFindings",
    "rotate_value": "secretsmanager:PutSecretValue",
    "table": "glue:CreateTable",
    "parameter_group": "rds:ModifyDBParameterGroup",
    "budget": "budgets:ModifyBudget",
    "stack": "cloudformation:CreateChangeSet cloudformation:DescribeChangeSet*2 "
    "cloudformation:ExecuteChangeSet",
}


class Profession(Struct, frozen=True):
    """A profession: permission set, usual pages, tasks and changes, and how many of the people."""

    permission_set: str
    pages: tuple[str, ...]
    tasks: tuple[str, ...]
    changes: tuple[str, ...]
    share: float


def _profession(name: str, pages: str, tasks: str, changes: str, share: float) -> Profession:
    return Profession(
        name, tuple(pages.split()), tuple(tasks.split()), tuple(changes.split()), share
    )


PROFESSIONS = {
    "developer": _profession(
        "DeveloperAccess",
        "lambda cloudwatch logs cloudformation ecs s3 dynamodb secrets",
        "whoami tail stacks services pull images own_secret own_parameters buckets functions",
        "restart deploy stack tag",
        0.46,
    ),
    "sre": _profession(
        "PlatformEngineer",
        "ec2 eks ecs vpc cloudwatch logs rds route53 iam cloudformation",
        "whoami instances kubeconfig shell alarms services dns network roles own_parameters tail",
        "reboot scale record restart alarm tag retention",
        0.18,
    ),
    "analyst": _profession(
        "SecurityAudit",
        "securityhub cloudtrail iam s3 ec2 vpc",
        "whoami trail findings users roles keys",
        "finding",
        0.08,
    ),
    "engineer": _profession(
        "DataEngineer",
        "athena s3 logs cloudwatch",
        "whoami tables query buckets own_secret",
        "table tag",
        0.12,
    ),
    "dba": _profession(
        "DatabaseAdministrator",
        "rds cloudwatch secrets",
        "whoami database dump own_secret",
        "parameter_group rotate_value",
        0.06,
    ),
    "finance": _profession("BillingReadOnly", "billing s3", "costs", "budget", 0.05),
    "admin": _profession(
        "AdministratorAccess",
        "iam ec2 vpc cloudtrail billing s3 route53",
        "whoami users roles keys network",
        "tag record retention",
        0.05,
    ),
}

# Seldom done by anybody, once in a while by everybody.
RARE_READS = [
    "iam:GenerateCredentialReport",
    "iam:GetAccountAuthorizationDetails",
    "iam:SimulatePrincipalPolicy",
    "servicequotas:ListServiceQuotas",
    "support:DescribeTrustedAdvisorChecks",
    "sns:ListTopics",
    "sqs:ListQueues",
    "kinesis:ListStreams",
    "es:ListDomainNames",
    "elasticache:DescribeCacheClusters",
    "redshift:DescribeClusters",
    "apigateway:GetRestApis",
    "cloudfront:ListDistributions",
    "acm:ListCertificates",
    "kms:ListKeys",
    "config:DescribeConfigRules",
    "ssm:DescribeParameters",
    "ssm:ListDocuments",
    "events:ListRules",
    "states:ListStateMachines",
    "batch:DescribeJobQueues",
    "sagemaker:ListNotebookInstances",
    "bedrock:ListFoundationModels",
    "backup:ListBackupJobs",
    "codebuild:ListProjects",
    "codepipeline:ListPipelines",
    "tag:GetResources",
    "wafv2:ListWebACLs",
    "ses:GetAccount",
    "ses:GetSendQuota",
    "workspaces:DescribeWorkspaces",
    "transfer:ListServers",
    "elasticfilesystem:DescribeFileSystems",
    "ec2:DescribeSpotPriceHistory",
    "ec2:DescribeReservedInstances",
    "ec2:GetConsoleOutput",
    "ec2:DescribeInstanceTypes",
    "organizations:ListAccounts",
    "sso:ListInstances",
]
