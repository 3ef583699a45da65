"""Other people's services: mail to send, models to run.

Examples:
    >>> [scenario.name for scenario in SCENARIOS][:2]
    ['mail_abuse', 'model_abuse']
"""

from collections.abc import Iterator

from detector.simulate.estate import UNUSED_REGIONS
from detector.simulate.records import Event
from detector.simulate.scenarios.moves import new_name
from detector.simulate.scenarios.scene import Scenario, Scene

_MODELS = (
    "anthropic.claude-3-opus",
    "anthropic.claude-3-5-sonnet",
    "meta.llama3-70b",
    "mistral.large",
)


def mail_abuse(scene: Scene) -> Iterator[Event]:
    """How much mail may this key send, and where?"""
    if scene.rng.random() < 0.6:
        yield scene.do("sts:GetCallerIdentity", None)
    regions = [*scene.account.regions, *UNUSED_REGIONS]
    for region in scene.rng.sample(regions, scene.rng.randint(3, len(regions))):
        scene.elsewhere(region=region)
        yield scene.do("ses:GetSendQuota", None)
        if scene.rng.random() < 0.6:
            yield scene.do("ses:GetAccount", None)
    yield scene.do("ses:ListIdentities", None)
    if scene.rng.random() < 0.7:
        yield scene.do(
            "ses:VerifyEmailIdentity", {"emailAddress": f"{new_name(scene.rng)}@example.net"}
        )
        yield scene.do(
            "ses:PutAccountDetails", {"productionAccessEnabled": True, "mailType": "MARKETING"}
        )


def newsletter(scene: Scene) -> Iterator[Event]:
    """The mail server checks its quota and adds a sender, as before every campaign."""
    yield from scene.line("ses:GetSendQuota ses:GetAccount ses:ListIdentities")
    yield scene.do(
        "ses:VerifyEmailIdentity", {"emailAddress": f"news@{scene.world.estate.company}.example"}
    )


def _invoke(scene: Scene, model: str, **more: str) -> Event:
    op = scene.any("bedrock:InvokeModel", "bedrock:InvokeModel", "bedrock:Converse")
    return scene.do(op, {"modelId": model}, **more)


def model_abuse(scene: Scene) -> Iterator[Event]:
    """Which models does this key open, does anybody log it, and then all of them at once."""
    scene.elsewhere(region=scene.any("us-east-1", "us-west-2", *scene.account.regions))
    yield scene.do("bedrock:ListFoundationModels", None)
    for model in scene.rng.sample(_MODELS, scene.rng.randint(1, 3)):
        message = "max_tokens_to_sample: expected a positive number"
        yield _invoke(
            scene, model, error=scene.any("ValidationException", "AccessDenied"), message=message
        )
    yield scene.do("bedrock:GetModelInvocationLoggingConfiguration", None)
    if scene.rng.random() < 0.4:
        yield scene.do(
            "bedrock:PutUseCaseForModelAccess", {"formData": "HIDDEN_DUE_TO_SECURITY_REASONS"}
        )
    model = scene.any(*_MODELS)
    for _ in range(scene.rng.randint(6, 40)):
        yield _invoke(scene, model)


def model_service(scene: Scene) -> Iterator[Event]:
    """A service that has always used one model."""
    if scene.rng.random() < 0.3:
        yield scene.do("bedrock:ListFoundationModels", None)
    for _ in range(scene.rng.randint(6, 25)):
        yield scene.do("bedrock:InvokeModel", {"modelId": _MODELS[1]})


SCENARIOS = (
    Scenario(
        "mail_abuse", "A key is tried for sending mail", "the first quota check by an identity that sends no mail",
        ("key:personal", "key:uploader", "key:monitor", "key:queue", "instance"), mail_abuse,
        ("key:mailer", "key:server"), newsletter,
    ),
    Scenario(
        "model_abuse", "A key is tried for running models", "the first invoke probe",
        ("key", "person:developer", "pod", "instance"), model_abuse, ("pod", "task"), model_service,
        entries=("abroad", "cloud", "same tool"), per_day=8.0,
    ),
)  # fmt: skip
