"""Secrets: in batches, by path, in sweeps, and read just before somebody acts.

Examples:
    >>> [scenario.name for scenario in SCENARIOS][:2]
    ['secrets_batch', 'parameters_by_path']
"""

from collections.abc import Iterator

from detector.simulate.records import Event
from detector.simulate.scenarios.moves import attach, create_user, mint, new_name, read_secrets
from detector.simulate.scenarios.scene import Scenario, Scene
from detector.simulate.sessions import Role
from detector.simulate.shapes import secret_arn

_VICTIMS = ("pod", "function", "task", "instance", "key", "pipeline", "person:developer")
_ENTRIES = ("abroad", "cloud", "host", "host tool")


def _batch(scene: Scene, names: list[str]) -> Event:
    return scene.do("secretsmanager:BatchGetSecretValue", {"secretIdList": names})


def batch(scene: Scene) -> Iterator[Event]:
    """Twenty secrets in one call."""
    yield scene.do("secretsmanager:ListSecrets")
    for _ in range(scene.rng.randint(1, 3)):
        yield _batch(scene, scene.things.several("secret", 20))


def loads_settings(scene: Scene) -> Iterator[Event]:
    """A workload loads its own secrets in one call whenever it starts."""
    yield _batch(scene, sorted(scene.things.things["secret"]))


def by_path(scene: Scene) -> Iterator[Event]:
    """Everything below the root of the parameter store, decrypted."""
    if scene.rng.random() < 0.6:
        yield scene.do("ssm:DescribeParameters", {"maxResults": 50, "shared": False})
    path = scene.any("/", f"/{scene.account.tag}")
    for page in range(scene.rng.randint(3, 9)):
        params = {"path": path, "recursive": True, "withDecryption": True, "maxResults": 10}
        if page:
            params["nextToken"] = f"{scene.rng.getrandbits(128):x}"
        yield scene.do("ssm:GetParametersByPath", params)


def own_path(scene: Scene) -> Iterator[Event]:
    """A workload's own parameters, page by page, whenever it starts."""
    path = min(scene.things.things["parameter"]).rsplit("/", 2)[0]
    for _ in range(3):
        params = {"path": path, "recursive": True, "withDecryption": True, "maxResults": 10}
        yield scene.do("ssm:GetParametersByPath", params)


def sweep(scene: Scene) -> Iterator[Event]:
    """One secret after the other, in every region where there are any."""
    for region in scene.account.regions[:2]:
        scene.elsewhere(region=region)
        yield scene.do("secretsmanager:ListSecrets")
        yield from read_secrets(scene, 6, 16)


def sync(scene: Scene) -> Iterator[Event]:
    """The job that copies the same secrets into a cluster, over and over."""
    yield scene.do("secretsmanager:ListSecrets")
    for name in sorted(scene.things.things["secret"]):
        arn = secret_arn(scene.things, scene.caller.region, name)
        yield scene.do("secretsmanager:GetSecretValue", {"secretId": arn})


def then_acts(scene: Scene) -> Iterator[Event]:
    """A few secrets, and then something is done with what they say."""
    yield from read_secrets(scene, 2, 4)
    scene.wait(5, 240)
    how = scene.rng.random()
    if how < 0.4:
        name = new_name(scene.rng)
        yield create_user(scene, name)
        yield attach(scene, name)
        yield mint(scene, name)[0]
    elif how < 0.7:
        others = [a for a in scene.world.estate.accounts if a is not scene.account]
        target = scene.any(*others)
        yield from scene.take(Role(target, target.things["role"][1]), "session")
        yield from scene.some("s3:ListBuckets iam:ListUsers rds:DescribeDBInstances", 1, 3)
        yield scene.do(
            "rds:ModifyDBInstance",
            {"dBInstanceIdentifier": scene.things.pick("database"), "publiclyAccessible": True},
        )
    else:
        yield scene.do(
            "iam:PutRolePolicy",
            {
                "roleName": scene.things.pick("role"),
                "policyName": "extra",
                "policyDocument": '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}',
            },
        )
        yield scene.do(
            "ec2:AuthorizeSecurityGroupIngress",
            {
                "groupId": scene.things.pick("group"),
                "ipPermissions": {
                    "items": [
                        {"ipProtocol": "-1", "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}}
                    ]
                },
            },
        )


def deploys_with_secret(scene: Scene) -> Iterator[Event]:
    """A deployment reads its two secrets and rolls out, every time."""
    for name in sorted(scene.things.things["secret"])[:2]:
        arn = secret_arn(scene.things, scene.caller.region, name)
        yield scene.do("secretsmanager:GetSecretValue", {"secretId": arn})
    yield from scene.line("ecs:RegisterTaskDefinition ecs:UpdateService ecs:DescribeServices")


SCENARIOS = (
    Scenario(
        "secrets_batch", "Secrets by the dozen in one call", "the second unfamiliar secret",
        _VICTIMS, batch, ("task", "pod", "function"), loads_settings, entries=_ENTRIES, per_day=6.0,
    ),
    Scenario(
        "parameters_by_path", "The whole parameter store, decrypted", "the first unfamiliar path",
        _VICTIMS, by_path, ("task", "pod", "function"), own_path, entries=_ENTRIES, per_day=6.0,
    ),
    Scenario(
        "secret_sweep", "One secret after the other", "the second unfamiliar secret",
        _VICTIMS, sweep, ("pod", "task"), sync, entries=_ENTRIES, per_day=6.0,
    ),
    Scenario(
        "secret_then_act", "Secrets are read, then something is done", "the first change after the unfamiliar secrets",
        _VICTIMS, then_acts, ("pipeline",), deploys_with_secret, entries=_ENTRIES, per_day=4.0,
    ),
)  # fmt: skip
