"""Findings as the engine hands them over, for plans and admission: one per kind of credential."""

from msgspec import structs

from detector.config import HOUR
from detector.findings import Evidence, Finding, Moment
from schemas.command import Descendant, RevokeCommand, SubjectId
from schemas.event import Credential, Principal

NOON = 1_700_049_600_000
KEY = Credential(
    fingerprint="fp-key", uid="AKIAIOSFODNN7EXAMPLE", type="access_key", lifetime="static"
)
SESSION = Credential(
    fingerprint="fp-session",
    uid="ASIAIOSFODNN7EXAMPLE",
    type="session",
    lifetime="ephemeral",
    parent="AKIAI44QH8DHBEXAMPLE",
)
ADA = Principal(uid="aws:123456789012:user/ada", name="ada", account="123456789012", type="human")
DEPLOY = Principal(
    uid="aws:123456789012:role/deploy:build",
    name="deploy",
    account="123456789012",
    type="workload",
    role="deploy",
    session="build-42",
    known_by="arn:aws:sts::123456789012:assumed-role/deploy/build-42",
)
INSTANCE = structs.replace(DEPLOY, role="web", session="i-0123456789abcdef0")
PERSON = Principal(
    uid="aws:123456789012:role/AWSReservedSSO_Admin_1a2b:ada@example.com",
    account="123456789012",
    type="human",
    role="AWSReservedSSO_Admin_1a2b",
    session="ada@example.com",
)
FEDERATED = structs.replace(PERSON, role="saml-admin")
SERVICE_LINKED = structs.replace(DEPLOY, role="AWSServiceRoleForAutoScaling")
ROOT = Principal(uid="aws:123456789012:root", account="123456789012", type="human")
AGENT = Principal(uid="agent:triage", name="triage", type="agent", profile="external_agent")


def token(kind: str, uid: str) -> Credential:
    """A `token_use` credential known by one kind of identifier."""
    return Credential(fingerprint="fp-token", uid=uid, uid_kind=kind, lifetime="ephemeral")


def finding(
    credential: Credential | None = KEY, principal: Principal | None = ADA, **changes: object
) -> Finding:
    """A finding that leads to a command unless `changes` take that away."""
    moment = Moment(time=NOON - 30_000, uid="e1", service="iam", operation="CreateAccessKey")
    seen = Evidence(
        detection="minted_then_used",
        entity="principal:acme:ada",
        decisive=moment,
        moments=(moment,),
        score=0.9,
        reasons=("A key for another user was made and used from elsewhere 40 s later.",),
        credential=credential,
        principal=principal,
    )
    made = Finding(
        uid="f1",
        state="open",
        revision=1,
        detection="minted_then_used",
        title="Credential minted, then used elsewhere",
        tenant="acme",
        entity="principal:acme:ada",
        time=NOON,
        first=NOON - 30_000,
        last=NOON - 500,
        severity=5,
        risk=92,
        confidence=88,
        evidence=seen,
        correlation="campaign-1",
        reach=("reads: s3, iam", "changes: iam"),
        stable=True,
    )
    return structs.replace(made, **changes)


CHILDREN = (
    Descendant("ASIAI44QH8DHBEXAMPLE", "session", NOON - 5_000, "role/admin"),
    Descendant("AKIAI44QH8DHBEXAMPLE", "access_key", NOON - 9_000, "user/backdoor"),
)


def command(number: int, credential: Credential = KEY, **changes: object) -> RevokeCommand:
    """A command that admission has no reason of its own to withhold."""
    made = RevokeCommand(
        command_uid=f"c{number}",
        action="disable",
        scope="credential",
        mode="dry_run",
        tenant="acme",
        issued_at=0,
        expires_at=HOUR,
        finding_uid=f"f{number}",
        sub_id=SubjectId(format="opaque", id=credential.uid),
    )
    return structs.replace(made, **changes)
