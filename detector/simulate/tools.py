"""What calls are made with: user agents as their families spell them, in a few versions each.

Attackers use the same families as everybody; nothing in a user agent marks one.

Examples:
    >>> command_line(Random(1)).startswith("aws-cli/2.")
    True
    >>> spelled("aws-cli/2.1 md/command#", "ec2", "DescribeInstances")
    'aws-cli/2.1 md/command#ec2.describe-instances'
"""

import re
from functools import lru_cache
from random import Random

_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_DESKTOPS = (
    "os/macos#23.4.0 md/arch#arm64",
    "os/macos#24.1.0 md/arch#arm64",
    "os/linux#6.5.0-35-generic md/arch#x86_64",
    "os/linux#5.15.0-1057-aws md/arch#x86_64",
    "os/windows#10 md/arch#amd64",
)
_WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
_BROWSERS = (
    f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_WEBKIT} Chrome/{{v}}.0.0.0 Safari/537.36",
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_WEBKIT} Chrome/{{v}}.0.0.0 Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64; rv:{v}.0) Gecko/20100101 Firefox/{v}.0",
    f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_WEBKIT} Version/17.{{m}} Safari/605.1.15",
)

S3_CONSOLE = (
    "[S3Console/0.4, aws-internal/3 aws-sdk-java/1.12.750 Linux/5.10.225-213.878.amzn2int.x86_64 "
    "OpenJDK_64-Bit_Server_VM/25.412-b09 java/1.8.0_412 vendor/Oracle_Corporation "
    "cfg/retry-mode/standard]"
)
RDS_CONSOLE = "RDS Console, aws-internal/3 aws-sdk-java/1.12.710 java/1.8.0_412"
SSM_AGENT = "aws-sdk-go/1.51.3 (go1.22.1; linux; amd64) amazon-ssm-agent/3.3.1611.0"
CLOUDWATCH_AGENT = "CWAgent/1.300045.1 (go1.22.7; linux; amd64)"


def command_line(rng: Random) -> str:
    """The AWS command line on somebody's machine; each call adds its command."""
    minor = rng.choice((13, 15, 15, 17, 17, 22))
    return (
        f"aws-cli/2.{minor}.{rng.randrange(0, 40)} md/awscrt#0.20.11 ua/2.0 "
        f"{rng.choice(_DESKTOPS)} lang/python#3.11.{rng.randrange(4, 10)} md/pyimpl#CPython "
        "cfg/retry-mode#standard md/prompt#off md/command#"
    )


def boto3(rng: Random) -> str:
    """The Python SDK: scripts, functions, pipelines and most attack tools."""
    version = f"1.34.{rng.choice((8, 51, 69, 103, 131, 144))}"
    platform = rng.choice(_DESKTOPS[2:4])
    return (
        f"Boto3/{version} md/Botocore#{version} ua/2.0 {platform} "
        f"lang/python#3.{rng.choice((9, 10, 11, 12))}.{rng.randrange(1, 14)} "
        f"md/pyimpl#CPython cfg/retry-mode#legacy Botocore/{version}"
    )


def go(rng: Random, suffix: str = "") -> str:
    """The Go SDK, version 2."""
    tail = f" {suffix}" if suffix else ""
    return (
        f"aws-sdk-go-v2/1.{rng.choice((24, 26, 27, 30))}.{rng.randrange(0, 4)} os/linux "
        f"lang/go#1.22.{rng.randrange(1, 6)} md/GOOS#linux md/GOARCH#amd64{tail}"
    )


def java(rng: Random) -> str:
    """The Java SDK, version 2: application servers."""
    return (
        f"aws-sdk-java/2.25.{rng.randrange(1, 60)} Linux/5.10.215-203.850.amzn2.x86_64 "
        "OpenJDK_64-Bit_Server_VM/17.0.11+9-LTS Java/17.0.11 vendor/Amazon.com_Inc. "
        "exec-env/AWS_ECS_FARGATE io/sync http/Apache cfg/retry-mode/legacy"
    )


def node(rng: Random) -> str:
    """The JavaScript SDK, version 3: functions and web back ends."""
    return (
        f"aws-sdk-js/3.{rng.choice((525, 556, 577, 600))}.0 ua/2.0 os/linux#5.10.216 "
        f"lang/js md/nodejs#20.{rng.randrange(9, 16)}.0 exec-env/AWS_Lambda_nodejs20.x"
    )


def terraform(rng: Random) -> str:
    """Terraform with its AWS provider."""
    return (
        f"APN/1.0 HashiCorp/1.0 Terraform/1.{rng.choice((5, 6, 7, 8))}.{rng.randrange(0, 7)} "
        f"(+https://www.terraform.io) terraform-provider-aws/5.{rng.randrange(30, 60)}.0 "
        "(+https://registry.terraform.io/providers/hashicorp/aws) "
        "aws-sdk-go-v2/1.27.0 os/linux lang/go#1.22.2 md/GOOS#linux md/GOARCH#amd64"
    )


def browser(rng: Random) -> str:
    """A web browser on somebody's machine."""
    return rng.choice(_BROWSERS).format(v=rng.choice((122, 123, 124, 125, 126)), m=rng.randrange(6))


@lru_cache(maxsize=2048)
def _command(service: str, operation: str) -> str:
    return f"{service}.{_CAPITAL.sub('-', operation).lower()}"


def spelled(agent: str, service: str, operation: str) -> str:
    """The user agent of one call: the command line names its command, the rest stay as they are."""
    return agent + _command(service, operation) if agent.endswith("md/command#") else agent
