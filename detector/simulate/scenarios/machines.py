"""Compute: miners, remote commands, code and user data, images, instance and pod credentials.

Examples:
    >>> [scenario.name for scenario in SCENARIOS][:2]
    ['miner', 'remote_commands']
"""

from collections.abc import Iterator

from detector.simulate.changing import ingress
from detector.simulate.estate import UNUSED_REGIONS
from detector.simulate.made_up import uuid
from detector.simulate.population.kubernetes import launch
from detector.simulate.records import Event, Record
from detector.simulate.scenarios.moves import finish, new_name, read_secrets, recon
from detector.simulate.scenarios.scene import Scenario, Scene

_GPU = ("p4d.24xlarge", "g5.12xlarge", "p3.16xlarge", "g4dn.metal")
_MANY = (
    "key",
    "person:sre",
    "person:developer",
    "pipeline",
    "pod",
    "instance",
    "terraform",
    "function",
)
_DRY_RUN = {
    "error": "Client.DryRunOperation",
    "message": "Request would have succeeded, but DryRun flag is set.",
}


def miner(scene: Scene) -> Iterator[Event]:
    """Big machines in a region that nobody watches."""
    if scene.rng.random() < 0.6:
        yield from recon(scene, 0, 2)
    scene.elsewhere(region=scene.any(*UNUSED_REGIONS))
    family = scene.any(*_GPU)
    yield scene.do(
        "servicequotas:GetServiceQuota", {"serviceCode": "ec2", "quotaCode": "L-417A185B"}
    )
    if scene.rng.random() < 0.5:
        yield scene.do("ec2:RunInstances", {"instanceType": family}, **_DRY_RUN)
    yield scene.do("ec2:CreateKeyPair", {"keyName": new_name(scene.rng), "keyType": "rsa"})
    yield scene.do(
        "ec2:CreateSecurityGroup", {"groupName": new_name(scene.rng), "groupDescription": "default"}
    )
    yield scene.do(
        "ec2:AuthorizeSecurityGroupIngress", ingress(scene.things.pick("group"), "0.0.0.0/0", 22)
    )
    for _ in range(scene.rng.randint(2, 6)):
        if scene.refusal and scene.rng.random() < 0.5:
            yield scene.do(
                "ec2:RunInstances",
                {"instanceType": family},
                error="Client.VcpuLimitExceeded",
                message="You have requested more vCPU capacity than your current limit",
            )
        else:
            yield launch(scene.caller, scene.at, family, scene.rng.randint(4, 20))
        scene.wait(1, 20)


def trains_model(scene: Scene) -> Iterator[Event]:
    """A data engineer takes one large machine in the usual region, dry run first."""
    yield scene.do(
        "servicequotas:GetServiceQuota", {"serviceCode": "ec2", "quotaCode": "L-DB2E81BA"}
    )
    yield scene.do("ec2:RunInstances", {"instanceType": "g5.xlarge"}, **_DRY_RUN)
    yield launch(scene.caller, scene.at, "g5.xlarge", 1)
    scene.wait(1800, 5400)
    yield scene.do(
        "ec2:TerminateInstances",
        {"instancesSet": {"items": [{"instanceId": scene.things.pick("instance")}]}},
    )


def _commands(scene: Scene, machines: list[str]) -> Iterator[Event]:
    for machine in machines:
        command = uuid(scene.rng)
        params = {
            "documentName": "AWS-RunShellScript",
            "instanceIds": [machine],
            "interactive": False,
            "parameters": "HIDDEN_DUE_TO_SECURITY_REASONS",
        }
        yield scene.do("ssm:SendCommand", params, response={"command": {"commandId": command}})
        yield scene.do("ssm:GetCommandInvocation", {"commandId": command, "instanceId": machine})


def remote_commands(scene: Scene) -> Iterator[Event]:
    """Commands on machines that this credential never touched."""
    yield scene.do("ssm:DescribeInstanceInformation", {"maxResults": 50})
    yield from _commands(scene, scene.things.several("instance", scene.rng.randint(3, 8)))
    if scene.rng.random() < 0.5:
        yield scene.do("ssm:StartSession", {"target": scene.things.pick("instance")})


def patches(scene: Scene) -> Iterator[Event]:
    """The platform team patches its own machines."""
    yield scene.do("ssm:DescribeInstanceInformation", {"maxResults": 50})
    yield from _commands(scene, sorted(scene.things.things["instance"]))


def user_data(scene: Scene) -> Iterator[Event]:
    """The start-up scripts of all machines, where people leave passwords."""
    if scene.rng.random() < 0.5:
        yield scene.do("sts:GetCallerIdentity", None)
    yield scene.do(
        "ec2:DescribeInstances", {"instancesSet": {}, "filterSet": {}, "maxResults": 1000}
    )
    for machine in scene.things.several("instance", scene.rng.randint(8, 30)):
        yield scene.do(
            "ec2:DescribeInstanceAttribute", {"instanceId": machine, "attribute": "userData"}
        )


def inventory(scene: Scene) -> Iterator[Event]:
    """An inventory job reads the start-up scripts of its own machines, every time."""
    yield scene.do(
        "ec2:DescribeInstances", {"instancesSet": {}, "filterSet": {}, "maxResults": 1000}
    )
    for machine in sorted(scene.things.things["instance"]):
        yield scene.do(
            "ec2:DescribeInstanceAttribute", {"instanceId": machine, "attribute": "userData"}
        )


def code_sweep(scene: Scene) -> Iterator[Event]:
    """The code and settings of every function."""
    yield scene.do("lambda:ListFunctions", {"maxItems": 50})
    for name in scene.things.several("function", scene.rng.randint(8, 25)):
        yield scene.do("lambda:GetFunction", {"functionName": name})


def release(scene: Scene) -> Iterator[Event]:
    """A release looks at each of its functions."""
    yield scene.do("lambda:ListFunctions", {"maxItems": 50})
    for name in sorted(scene.things.things["function"]):
        yield scene.do("lambda:GetFunction", {"functionName": name})


def _permission(name: str, principal: str) -> Record:
    return {
        "functionName": name,
        "statementId": "invoke",
        "action": "lambda:InvokeFunction",
        "principal": principal,
    }


def function_backdoor(scene: Scene) -> Iterator[Event]:
    """A function gets other code, and the whole world may call it."""
    if scene.rng.random() < 0.5:
        yield scene.do("lambda:ListFunctions", {"maxItems": 50})
    name = scene.things.pick("function")
    yield scene.do(
        "lambda:UpdateFunctionCode", {"functionName": name, "dryRun": False, "publish": True}
    )
    yield scene.do("lambda:AddPermission", _permission(name, scene.any("*", scene.stranger)))


def deploys_function(scene: Scene) -> Iterator[Event]:
    """A deployment gives its function new code and lets the gateway call it."""
    name = min(scene.things.things["function"])
    yield scene.do("lambda:GetFunctionConfiguration", {"functionName": name})
    yield scene.do(
        "lambda:UpdateFunctionCode", {"functionName": name, "dryRun": False, "publish": True}
    )
    yield scene.do("lambda:AddPermission", _permission(name, "apigateway.amazonaws.com"))


def _pull(scene: Scene, repositories: list[str]) -> Iterator[Event]:
    yield scene.do("ecr:GetAuthorizationToken", None)
    yield scene.do("ecr:DescribeRepositories", {"maxResults": 100})
    for name in repositories:
        yield scene.do(
            "ecr:BatchGetImage", {"repositoryName": name, "imageIds": [{"imageTag": "latest"}]}
        )
        for _ in range(scene.rng.randint(2, 6)):
            layer = f"sha256:{scene.rng.getrandbits(256):064x}"
            yield scene.do(
                "ecr:GetDownloadUrlForLayer", {"repositoryName": name, "layerDigest": layer}
            )


def image_pull(scene: Scene) -> Iterator[Event]:
    """The images of the whole registry, pulled to somewhere else."""
    yield from _pull(scene, scene.things.several("repository", scene.rng.randint(3, 10)))


def pulls_to_laptop(scene: Scene) -> Iterator[Event]:
    """A developer pulls the own images to a laptop."""
    yield from _pull(scene, sorted(scene.things.things["repository"])[:3])


def instance_theft(scene: Scene) -> Iterator[Event]:
    """The instance's credential, asked for through the instance, used somewhere else."""
    yield from recon(scene, 2, 6)
    yield from read_secrets(scene, 1, 4)
    yield from finish(scene)


def instance_itself(scene: Scene) -> Iterator[Event]:
    """The instance looks around at start-up, as it does after every deployment."""
    yield from scene.line("sts:GetCallerIdentity s3:ListBuckets ec2:DescribeInstances")
    for name in sorted(scene.things.things["secret"])[:2]:
        arn = f"arn:aws:secretsmanager:{scene.caller.region}:{scene.account.id}:secret:{name}"
        yield scene.do("secretsmanager:GetSecretValue", {"secretId": arn})


def pod_theft(scene: Scene) -> Iterator[Event]:
    """A pod's session, used off its cluster."""
    yield scene.do("sts:GetCallerIdentity", None)
    yield from scene.some(
        "s3:ListBuckets secretsmanager:ListSecrets ec2:DescribeInstances iam:ListRoles eks:ListClusters",
        2,
        5,
    )
    yield from read_secrets(scene, 2, 6)
    if scene.rng.random() < 0.5:
        yield from finish(scene)


def password_sweep(scene: Scene) -> Iterator[Event]:
    """The administrator passwords of all machines, one denial after the other."""
    scene.refusal = scene.any(0.0, 0.9, 1.0)
    for machine in scene.things.several("instance", scene.rng.randint(10, 25)):
        yield scene.do("ec2:GetPasswordData", {"instanceId": machine})


def own_passwords(scene: Scene) -> Iterator[Event]:
    """The password of the own Windows machine, to sign in."""
    for machine in sorted(scene.things.things["instance"])[:3]:
        yield scene.do("ec2:GetPasswordData", {"instanceId": machine})


def port_opened(scene: Scene) -> Iterator[Event]:
    """A way in from everywhere, to a port for administrators."""
    yield scene.do("ec2:DescribeSecurityGroups")
    port = scene.any(22, 3389, 22, 3306)
    yield scene.do(
        "ec2:AuthorizeSecurityGroupIngress", ingress(scene.things.pick("group"), "0.0.0.0/0", port)
    )
    if scene.rng.random() < 0.6:
        yield from _commands(scene, [scene.things.pick("instance")])


def web_port(scene: Scene) -> Iterator[Event]:
    """A group for a public web service, as the platform team opens them."""
    yield scene.do("ec2:DescribeSecurityGroups")
    for group in sorted(scene.things.things["group"])[:2]:
        yield scene.do("ec2:AuthorizeSecurityGroupIngress", ingress(group, "0.0.0.0/0", 443))


_ENTRIES = ("abroad", "cloud", "host", "host tool")
SCENARIOS = (
    Scenario(
        "miner", "Large machines in an unused region", "the dry run or the quota request",
        _MANY, miner, ("person:engineer",), trains_model, entries=_ENTRIES, per_day=2.0,
    ),
    Scenario(
        "remote_commands", "Commands on unfamiliar machines", "the first use on an instance outside its set",
        _MANY, remote_commands, ("person:sre",), patches, entries=_ENTRIES,
    ),
    Scenario(
        "user_data_sweep", "The start-up scripts of all machines", "the third unfamiliar instance",
        _MANY, user_data, ("task", "pod"), inventory, entries=_ENTRIES, per_day=5.0,
    ),
    Scenario(
        "function_code_sweep", "The code of every function", "the third unfamiliar function",
        _MANY, code_sweep, ("pipeline",), release, entries=_ENTRIES, per_day=4.0,
    ),
    Scenario(
        "function_backdoor", "A function is opened to the world", "the permission for a foreign principal",
        ("person:developer", "key", "pod", "instance"), function_backdoor, ("pipeline",), deploys_function,
        entries=_ENTRIES, per_day=4.0,
    ),
    Scenario(
        "image_pull", "The registry is pulled to a foreign network", "the first pull from a foreign network",
        ("pipeline", "instance", "key", "task"), image_pull, ("key:personal",), pulls_to_laptop,
    ),
    Scenario(
        "instance_theft_outside", "An instance's credential outside its network", "the first call from outside",
        ("instance",), instance_theft, ("instance",), instance_itself, per_day=4.0,
        entries=("abroad", "cloud", "same tool"),
    ),
    Scenario(
        "instance_theft_inside", "An instance's credential behind a foreign endpoint",
        "the first call through a foreign vpcEndpointId",
        ("instance",), instance_theft, ("instance",), instance_itself, per_day=4.0, entries=("foreign endpoint",),
    ),
    Scenario(
        "pod_theft", "A pod's session off its cluster", "the first call from off the cluster",
        ("pod", "controller"), pod_theft, ("pod",), instance_itself, per_day=5.0,
    ),
    Scenario(
        "password_sweep", "The passwords of all machines", "the third unfamiliar instance, even if denied",
        _MANY, password_sweep, ("person:sre",), own_passwords, entries=_ENTRIES,
    ),
    Scenario(
        "port_opened", "An administrator's port is opened to the world", "the rule, new for this credential",
        _MANY, port_opened, ("person:sre",), web_port, entries=_ENTRIES, per_day=1.5,
    ),
)  # fmt: skip
