"""Clusters, vaults, warehouses and clouds: what a stolen service credential does there.

The twins sweep all day as controllers do, read the secrets of their own deployment, load the
warehouse again after a failure, or work from a train.

References:
    Field cases: token theft (SelfSubjectRulesReview, then secrets, then a token for another
    account); many secrets read, which the second unfamiliar one decides; data unloaded outside; a
    leaked key tried out, first who it is, then which models it may ask.

Examples:
    >>> len(PLATFORM), all(len(pair) == 2 for pair in PLATFORM.values())
    (10, True)
"""

from collections.abc import Iterator

from msgspec.structs import replace

from detector.simulate.across.deed import Actor, Deed
from detector.simulate.across.scene import Act, Line, Pair, Scene, story
from detector.simulate.clock import MINUTE

_CURL, _CLI = "curl/8.5.0", "aws-cli/2.15.0"
_BUCKET = "projects/_/buckets/shop"
_OUTSIDE = {"text": "COPY INTO 's3://collected-example/' FROM orders"}
_TOKEN = {"text": "ALTER USER etl ADD PROGRAMMATIC ACCESS TOKEN again"}
_OPEN = {"text": "ALTER USER etl UNSET NETWORK_POLICY"}
_STAGE = {"text": "COPY INTO @nightly FROM orders"}
_TRIES = ("sts:GetCallerIdentity", "bedrock:ListFoundationModels", "bedrock:InvokeModel",
          "bedrock:GetModelInvocationLoggingConfiguration")  # fmt: skip


def _alert(secret: str, at: int) -> Line:
    """GitHub finds a cloud key in a repository."""
    found = Actor("scanning", "service", "github_secret_scanning", "", "")
    more = {"secret": secret, "type": "aws_access_key_id"}
    return Line(Deed(at, found, "created", "acme/site", more=more))


def _key_asks_models(scene: Scene, at: int) -> Iterator[Line]:
    thief = replace(scene.cast["batch"], address=scene.thief, agent=_CLI)
    yield _alert(thief.uid, at)
    at += 10 * MINUTE
    for number, operation in enumerate(_TRIES):
        yield Line(Deed(at, thief, operation, number=number), deciding=number == 0)
        at += 4_000
    for number in range(4):
        caller = replace(thief, family="bedrock_invocation")
        yield Line(Deed(at, caller, "InvokeModel", "m-huge", number=number))
        at += 5_000


def _key_works_on(scene: Scene, at: int) -> Iterator[Line]:
    robot = scene.cast["batch"]
    yield _alert(robot.uid, at)
    for number in range(4):
        yield Line(Deed(at + (number + 1) * MINUTE, robot, "s3:GetObject", number=number))


def _decoy_listed(scene: Scene, at: int) -> Iterator[Line]:
    user = scene.cast["bedrock_invocation"]
    thief = replace(user, family="tracebit", address=scene.thief, agent=_CLI)
    yield Line(Deed(at, thief, "ListObjects", "example-payroll"), deciding=True)
    yield Line(Deed(at + 3_000, thief, "GetObject", "example-payroll", number=1))


def _decoy_found(scene: Scene, at: int) -> Iterator[Line]:
    """Its address stands in a file that a scanner reads: nobody touches it."""
    found = Actor("scanner", "service", "trufflehog", "", "")
    more = {"secret": "EXAMPLE-s3://example-payroll"}
    yield Line(Deed(at, found, "found", "payroll.env", more=more))
    user = scene.cast["bedrock_invocation"]
    yield Line(Deed(at + MINUTE, user, "Converse", "m-large", number=1))


def _signed_in(scene: Scene, at: int, tool: str) -> Line:
    """The person signs in to Azure from elsewhere."""
    person = replace(scene.cast["azure_reader"], family="entra_signin", address=scene.thief)
    return Line(Deed(at, person, "sign-in", "Azure", tool=tool))


def _storage_keys(scene: Scene, at: int) -> Iterator[Line]:
    yield _signed_in(scene, at, _CURL)
    listed = "Microsoft.Storage/storageAccounts"
    for number in range(6):
        at += 6_000
        person = scene.cast["azure_reader"]
        where, target = scene.thief, f"{listed}/store{number}"
        deed = Deed(at, person, f"{listed}/listKeys/action", target, where=where, number=number)
        yield Line(deed, deciding=number == 1)


def _storage_read(scene: Scene, at: int) -> Iterator[Line]:
    """On the road, with what that person reads anyway."""
    yield _signed_in(scene, at, "")
    for number, (operation, target) in enumerate(scene.cast["azure_reader"].work):
        at += MINUTE
        person = scene.cast["azure_reader"]
        yield Line(Deed(at, person, operation, target, where=scene.thief, number=number))


PLATFORM: dict[str, Pair] = {
    "pod_dumps_secrets": (
        story(
            Act("worker", "create selfsubjectrulesreviews", tool=_CURL),
            Act("worker", "list secrets", tool=_CURL, decides=1),
            Act("worker", "get secrets", "team-{}", 1, 10, tool=_CURL),
            Act("worker", "create serviceaccounts/token", "controller", tool=_CURL),
        ),
        story(
            Act("controller", "list secrets"),
            Act("controller", "get secrets", "tls-{}", 1, 10),
            Act("controller", "update secrets", "tls-{}", 1, 4),
        ),
    ),
    "issuer_token_stolen": (
        story(
            Act("issuer", "list secrets", away=True, tool=_CURL),
            Act("issuer", "get secrets", "team-{}", 1, 10, away=True, tool=_CURL, decides=2),
        ),
        story(  # a new customer comes, with ten new certificates
            Act("issuer", "list secrets"),
            Act("issuer", "get secrets", "new-{}", 1, 10),
            Act("issuer", "update secrets", "new-{}", 1, 10),
        ),
    ),
    "vault_swept": (
        story(
            Act("deployer", "list", "secret/metadata/", away=True, tool=_CURL),
            Act("deployer", "read", "secret/data/team-{}/db", 2, 12, decides=2, away=True, tool=_CURL),
        ),
        story(
            Act("deployer", "read", "secret/data/shop/db"),
            Act("deployer", "read", "secret/data/shop/mail", 1),
            Act("deployer", "read", "secret/data/shop/pay", 1),
            Act("deployer", "read", "secret/data/shop/search", 1),
            Act("deployer", "read", "secret/data/shop/tls", 1, 2),
            Act("deployer", "read", "secret/data/shop/cache", 1),
        ),
    ),
    "warehouse_unloaded": (
        story(
            Act("etl", "LOGIN", away=True, tool="SNOWSQL"),
            Act("etl", "SHOW", "SHOP", 5),
            Act("etl", "UNLOAD", "SHOP", 8, 12, decides=1, more=_OUTSIDE),
        ),
        story(
            Act("etl", "LOGIN"),
            Act("etl", "UNLOAD", "SHOP", 8, 8, more=_STAGE),
            Act("etl", "COPY", "SHOP", 8, 4),
        ),
    ),
    "warehouse_token_added": (
        story(
            Act("snowflake", "LOGIN", away=True, tool="SNOWSQL"),
            Act("snowflake", "ALTER_USER", "SHOP", 6, decides=1, more=_TOKEN),
            Act("snowflake", "GRANT", "SHOP", 6, more={"text": "GRANT ROLE ACCOUNTADMIN TO ROLE ETL"}),
            Act("snowflake", "ALTER_USER", "SHOP", 6, more=_OPEN),
        ),
        story(
            Act("snowflake", "LOGIN"),
            Act("snowflake", "CREATE_TABLE", "SHOP", 6, more={"text": "CREATE TABLE again (n INT)"}),
            Act("snowflake", "MERGE", "SHOP", 6, 6),
        ),
    ),
    "cloud_key_minted": (
        story(
            Act("gcp_person", "iam:google.iam.admin.v1.CreateServiceAccountKey",
                "projects/-/serviceAccounts/shop", away=True, tool=_CURL, decides=1),
            Act("gcp_person", "cloudresourcemanager:SetIamPolicy", "projects/shop-prod", 9, away=True,
                tool=_CURL),
            Act("gcp_person", "logging:google.logging.v2.ConfigServiceV2.DeleteSink",
                "projects/shop-prod/sinks/all", 9, away=True, tool=_CURL),
        ),
        story(
            Act("gcp_person", "compute:v1.compute.instances.get",
                "projects/shop-prod/zones/z/instances/web", away=True),
            Act("gcp_person", "storage:storage.objects.list", _BUCKET, 20, 3, away=True),
            Act("rotator", "iam:google.iam.admin.v1.CreateServiceAccountKey",
                "projects/-/serviceAccounts/shop"),
            Act("rotator", "iam:google.iam.admin.v1.DeleteServiceAccountKey",
                "projects/-/serviceAccounts/shop/keys/old", 60),
        ),
    ),
    "command_run": (
        story(
            Act("azure_activity", "Microsoft.Compute/virtualMachines/runCommand/action",
                "Microsoft.Compute/virtualMachines/web", away=True, decides=1),
            Act("azure_activity", "Microsoft.Authorization/roleAssignments/write",
                "Microsoft.Authorization/roleAssignments/r-1", 12, away=True),
        ),
        story(
            Act("azure_activity", "Microsoft.Compute/virtualMachines/read",
                "Microsoft.Compute/virtualMachines/web", away=True),
            Act("azure_activity", "Microsoft.Web/sites/write", "Microsoft.Web/sites/site", 90, away=True),
            Act("operator", "Microsoft.Compute/virtualMachines/runCommand/action",
                "Microsoft.Compute/virtualMachines/web-{}", 5, 4, away=True),
        ),
    ),
    "storage_keys_listed": (_storage_keys, _storage_read),
    "key_asks_models": (_key_asks_models, _key_works_on),
    "decoy_listed": (_decoy_listed, _decoy_found),
}  # fmt: skip
