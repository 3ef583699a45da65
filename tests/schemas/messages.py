"""One full example of every message. `python -m tests.schemas.messages` writes the golden files.

A golden file stands for what readers and stored messages hold; once released it only ever gains
siblings. Read the difference before committing it.
"""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from schemas.command import Descendant, Locator, RevokeCommand, SubjectId
from schemas.control import Control, Response
from schemas.dead_letter import DeadLetter
from schemas.event import (
    Action,
    ActivityEvent,
    Child,
    Credential,
    Origin,
    Outcome,
    Posture,
    Principal,
    RawRef,
    Target,
    Task,
    Workload,
)
from schemas.fact import Context, Fact, PeerBaseline, Step, Summary, Tick
from schemas.generation import Generation
from schemas.progress import Progress
from tests.sinks.findings import ANSWERED, OPENED, REPLACED

GOLDEN = Path(__file__).parents[1] / "golden"
NOON = 1_700_049_600_000

ADA = Principal(
    uid="aws:123456789012:role/AWSReservedSSO_Admin_1a2b:ada@example.com",
    name="ada@example.com",
    account="123456789012",
    type="human",
    profile="human_with_agent",
    owner="platform-team",
    role="AWSReservedSSO_Admin_1a2b",
    session="ada@example.com",
    known_by="arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Admin_1a2b/ada@example.com",
    mfa=True,
)
KEY = Credential(
    fingerprint="9f2c4e",
    uid="ASIAIOSFODNN7EXAMPLE",
    uid_kind="access_key_id",
    type="session",
    lifetime="ephemeral",
    issued=NOON - 600_000,
    expires=NOON + 3_000_000,
    scopes=("iam:CreateAccessKey",),
    bound_to="i-0123456789abcdef0",
    parent="AKIAIOSFODNN7EXAMPLE",
)
TASK = Task(
    uid="task-7",
    intent="rotate the key of the billing job",
    plane="action",
    targets=("arn:aws:iam::123456789012:user/billing-*",),
    operations=("CreateAccessKey",),
    approver="grace@example.com",
    ends=NOON + 1_800_000,
    ended=True,
)
STEP = Step(
    actor="aws:123456789012:user/ada",
    child="aws:123456789012:role/deploy",
    operation="AssumeRole",
    time=NOON - 1_000,
    uid="e0",
    novel=True,
)
EVENT = ActivityEvent(
    uid="e1",
    source="cloudtrail",
    tenant="acme",
    time=NOON,
    principal=ADA,
    kind="issue",
    action=Action("iam", "CreateAccessKey", "credential_issue", "action", "mint_credential", "*"),
    credential=KEY,
    target=Target("arn:aws:iam::123456789012:user/billing-1", "AWS::IAM::User", "210987654321"),
    origin=Origin(
        "192.0.2.7", "192.0.2.0/24", "aws-cli", "eu-west-1", 64500, "NL", "athena", console=True
    ),
    outcome=Outcome("denied", "AccessDenied"),
    workload=Workload("spiffe://example.com/ns/a/sa/b", "spiffe", attested=True),
    task=TASK,
    child=Child(Credential(fingerprint="77aa"), Principal(uid="aws:123456789012:user/billing-1")),
    posture=Posture(
        NOON - 9_000,
        NOON - 8_000,
        90,
        "platform-team",
        protected=True,
        canary=True,
        bounds="origin",
    ),
    chain=("aws:123456789012:user/ada",),
    raw=RawRef("trail.json.gz", 3, 0),
    note="made for the tests",
)
FACT = Fact(
    kind="context",
    entity="credential:acme:9f2c4e",
    sender="principal:acme:aws:123456789012:user/ada",
    time=NOON,
    evidence=("e1",),
    hops=2,
    principal=ADA,
    credential=KEY,
    context=Context("192.0.2.0/24", "aws-cli", "i-0123456789abcdef0", "cloudtrail", ADA.uid),
    status="revoked",
    task=TASK,
    path=(STEP,),
    target="arn:aws:secretsmanager:eu-west-1:123456789012:secret:billing",
    operation="GetSecretValue",
    summary=Summary(ADA.uid, ("o:iam:CreateAccessKey",), (("events", 3.5),)),
    baseline=PeerBaseline(4, 12, (("o:iam:ListUsers", 9),), (("events", 3.5, 1.25, 40.0),)),
    finding="f1",
)
COMMAND = RevokeCommand(
    command_uid="c1",
    action="revoke_sessions",
    scope="session",
    mode="enforce",
    tier="auto",
    tenant="acme",
    issued_at=NOON,
    expires_at=NOON + 3_600_000,
    finding_uid="f1",
    sub_id=SubjectId(format="email", email="ada@example.com"),
    locator=Locator("aws", KEY, ADA, NOON + 1_000),
    reversible=False,
    undo="iam:DeleteRolePolicy",
    breaks=("Every session of the role that began before the cutoff.",),
    descendants=(
        Descendant("ASIAI44QH8DHBEXAMPLE", "session", NOON, "role/deploy", "deny its tokens"),
    ),
    reasons=("A key for another user was made.",),
    txn="campaign-1",
)

MESSAGES: Mapping[str, msgspec.Struct] = {
    "activity_event": EVENT,
    "fact": FACT,
    "tick": Tick(watermark=NOON, final=True),
    "progress": Progress(
        "activity/3", of=8, levels=(NOON, NOON - 1, 0), settled=NOON - 2, version=7, idle=True
    ),
    "control": Control(
        "9f2c4e0a1b2c3d4e",
        budget=0.2,
        response=Response(
            enforce=True,
            revoke_risk=70,
            max_commands=10,
            window_ms=600_000,
            cooldown_ms=3_600_000,
            ttl_ms=1_800_000,
            auto_detections=("cross_service_reuse",),
            never_detections=("privileged_recon",),
            protected=("*break-glass*",),
        ),
        disabled=("shared_origin",),
    ),
    "generation": Generation(2, of=32, done=True),
    "alert": OPENED,
    "alert-superseded": REPLACED,
    "revoke_command": COMMAND,
    "revoke_result": ANSWERED,
    "dead_letter": DeadLetter(
        source="cloudtrail",
        place="trail.json.gz",
        position=7,
        reason="not JSON",
        partition=0,
        sample='{"eventID": "…',
    ),
}
"""By golden file; a name up to its first hyphen is the contract's."""


def contract_of(name: str) -> str:
    """The contract that a golden file is an example of."""
    return name.partition("-")[0]


def write_golden() -> None:
    """Write every example as it is now."""
    GOLDEN.mkdir(exist_ok=True)
    for name, message in MESSAGES.items():
        (GOLDEN / f"{name}.json").write_bytes(msgspec.json.encode(message) + b"\n")


if __name__ == "__main__":
    write_golden()
