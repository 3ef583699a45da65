"""Findings and their detection, for the messages made of them."""

from msgspec import structs

from detector.detections.meta import Detection
from detector.findings import Evidence, Finding, Moment, Normal
from detector.sinks.ocsf import alert, receipt
from schemas.command import Descendant, Locator, RevokeCommand, SubjectId
from schemas.event import Credential, Origin, Principal
from schemas.fact import Step

NOON = 1_700_049_600_000
ADA = Principal(
    uid="aws:123456789012:user/ada",
    name="ada",
    account="123456789012",
    type="human",
    owner="platform-team",
    known_by="arn:aws:iam::123456789012:user/ada",
    mfa=False,
)
KEY = Credential(
    fingerprint="9f2c4e",
    uid="AKIAIOSFODNN7EXAMPLE",
    uid_kind="access_key_id",
    type="access_key",
    lifetime="static",
    issued=NOON - 86_400_000,
)
PROBED = Moment(
    time=NOON - 42_000,
    uid="e1",
    service="sts",
    operation="GetCallerIdentity",
    access="read",
    effect="identity_probe",
    address="192.0.2.7",
    network="192.0.2.0/24",
    client="python",
    credential=KEY.uid,
    principal=ADA.uid,
    novel=("network", "client"),
)
MINTED = structs.replace(
    PROBED,
    time=NOON - 2_000,
    uid="e2",
    service="iam",
    operation="CreateAccessKey",
    access="credential_issue",
    effect="mint_credential",
    target="arn:aws:iam::123456789012:user/backup",
    novel=("operation", "network", "client"),
)
REFUSED = structs.replace(
    MINTED, time=NOON - 1_000, uid="e3", operation="CreateUser", access="write", status="denied"
)
DETECTION = Detection(
    needs=(),
    id="grave_and_new",
    title="Grave action by a credential that never did such things",
    summary="A grave call that is new for the identity and for its peers",
    severity=4,
    status="stable",
    kind="monotone",
    attack=("T1098.001", "T1078.004", "T1526"),
    atlas=("AML.T0012",),
    owasp=("NHI2:2025", "ASI03"),
    benign="An administrator does a rare task for the first time.",
    check="Ask platform-team whether the new key was planned.",
    runbook="Undo the change, then look for what else the credential did",
    references=("https://example.com/runbooks/grave-and-new",),
)
SEEN = Evidence(
    detection=DETECTION.id,
    entity=f"principal:acme:{ADA.uid}",
    decisive=MINTED,
    moments=(PROBED, MINTED, REFUSED),
    score=0.93,
    reasons=("None of its 14 peers ever created an access key",),
    normal=(
        Normal("Distinct services in 1 min", "1", "2"),
        Normal("Tool", "terraform", "python"),
    ),
    count=14,
    path=(Step(ADA.uid, "aws:123456789012:user/backup", "CreateAccessKey", NOON - 2_000, "e2"),),
    links=("e2",),
    principal=ADA,
    credential=KEY,
    origin=Origin(address="192.0.2.7", network="192.0.2.0/24", client="python", region="eu-west-1"),
)
CHILD = Descendant(
    "AKIAI44QH8DHBEXAMPLE",
    "access_key",
    NOON - 2_000,
    "user/backup",
    "iam:UpdateAccessKey AccessKeyId=AKIAI44QH8DHBEXAMPLE Status=Inactive",
)
COMMAND = RevokeCommand(
    command_uid="c1",
    action="disable",
    scope="credential",
    mode="dry_run",
    tenant="acme",
    issued_at=NOON,
    expires_at=NOON + 3_600_000,
    finding_uid="f1",
    sub_id=SubjectId(format="opaque", id=KEY.uid),
    locator=Locator("aws", KEY, ADA),
    step=f"iam:UpdateAccessKey AccessKeyId={KEY.uid} Status=Inactive",
    undo=f"iam:UpdateAccessKey AccessKeyId={KEY.uid} Status=Active",
    breaks=("Whatever else works with this key is refused.",),
    descendants=(CHILD,),
    txn="campaign-1",
)
FINDING = Finding(
    uid="f1",
    state="open",
    revision=1,
    detection=DETECTION.id,
    title="A key was minted for another user",
    tenant="acme",
    entity=SEEN.entity,
    time=NOON,
    first=NOON - 42_000,
    last=NOON,
    severity=4,
    risk=87,
    confidence=90,
    evidence=SEEN,
    correlation="campaign-1",
    did=("iam:CreateAccessKey on user/backup",),
    reach=("reads: s3, sts", "changes: iam"),
    descendants=(CHILD,),
    stable=True,
    command=COMMAND,
)
OPENED = alert(FINDING, DETECTION)
REPLACED = alert(
    structs.replace(
        FINDING,
        state="close",
        revision=3,
        superseded_by="f0",
        command=None,
        withheld="Replaced by finding f0, which carries the command.",
    ),
    DETECTION,
)
ANSWERED = receipt(
    structs.replace(COMMAND, mode="enforce"),
    status="success",
    reason="The key is inactive.",
    time=NOON + 5_000,
    code="200",
)
