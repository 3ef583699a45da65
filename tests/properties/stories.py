"""Stories: a few identities with two days of habits, and a third day on which things happen.

What happens is a short list of `Scene`s, so that Hypothesis can shrink a failing story to the one
scene that breaks the property. Everything is made from the scenes alone: no clock, no randomness.
"""

from collections.abc import Callable, Iterator

from hypothesis import strategies as st
from msgspec import Struct

from detector.config import DAY, HOUR, MINUTE, SECOND
from schemas.event import (
    Action,
    ActivityEvent,
    Child,
    Credential,
    Kind,
    Origin,
    Outcome,
    Posture,
    Principal,
    Status,
    Target,
    Task,
    Workload,
)

BEGIN = 1_767_571_200_000  # midnight UTC
PEOPLE = ("ada", "bob", "build", "agent")
_TYPES = {"ada": "human", "bob": "human", "build": "service", "agent": "agent"}
_SOURCES = {"ada": "cloudtrail", "bob": "cloudtrail", "build": "cloudtrail", "agent": "token_use"}
_HABITS = {
    "ada": ("s3:GetObject:read", "s3:ListBuckets:list", "s3:PutObject:write"),
    "bob": ("ec2:DescribeInstances:list", "s3:GetObject:read", "logs:GetLogEvents:read"),
    "build": ("ecr:PutImage:write", "s3:PutObject:write", "sts:AssumeRole:credential_issue"),
    "agent": ("wiki:search:read", "wiki:fetch:read", "mail:send:write"),
}
_GRAVE = (
    ("iam:AttachUserPolicy:admin", "grant", ""),
    ("cloudtrail:StopLogging:admin", "impair_defence", ""),
    ("ec2:ModifySnapshotAttribute:write", "share_out", "210987654321"),
    ("iam:CreateUser:admin", "persist", ""),
)
_PROBES = (
    "sts:GetCallerIdentity", "iam:ListUsers", "iam:ListRoles", "s3:ListBuckets", "kms:ListKeys",
    "lambda:ListFunctions", "rds:DescribeDBInstances", "ses:GetSendQuota",
)  # fmt: skip
_READS = (
    "dynamodb:Scan", "rds:DescribeDBInstances", "lambda:GetFunction", "ecr:DescribeImages",
    "sns:ListTopics", "sqs:ListQueues",
)  # fmt: skip
_NETWORKS = ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")
_HOMES = {"bob": "10.1.0.0/24", "build": "10.2.0.0/24", "agent": "10.3.0.0/24"}
_CLIENTS = ("aws-cli", "boto3", "terraform", "curl")


class Scene(Struct, frozen=True):
    """One thing that happens: to whom, at which minute of the third day, from where, with what."""

    what: str
    who: int
    minute: int
    place: int = 0
    tool: int = 0
    spread: int = 7


class Teller:
    """Builds events with ids in the order in which they are told."""

    def __init__(self) -> None:
        """Begin with nothing told."""
        self.events: list[ActivityEvent] = []

    def tell(
        self,
        who: str,
        time: int,
        what: str,
        *,
        kind: Kind = "use",
        effect: str = "",
        foreign: str = "",
        target: str = "",
        status: Status = "success",
        place: int = 0,
        network: str = "",
        tool: int = 0,
        via: str = "",
        credential: Credential | None = None,
        child: Child | None = None,
        task: Task | None = None,
        workload: str = "",
        note: str = "",
        posture: Posture | None = None,
        bare: bool = False,
    ) -> None:
        """One event. `what` is `service:operation:access`; `place` 0 is where one is at home. The
        record of a `bare` one says nothing of place and tool."""
        service, operation, access = what.split(":")
        region = "us-east-1" if len(self.events) % 5 == 4 else "eu-central-1"
        network = network or (_NETWORKS[place] if place else _HOMES.get(who, _NETWORKS[0]))
        address = network.replace(".0/24", ".7")
        self.events.append(
            ActivityEvent(
                uid=f"e{len(self.events):04}",
                source=_SOURCES.get(who, "cloudtrail"),
                tenant="acme",
                time=time // SECOND * SECOND,  # audit logs know seconds: ties are common
                kind=kind,
                principal=_principal(who),
                credential=credential or _key(who),
                action=Action(service, operation, access, effect=effect, foreign=foreign),  # type: ignore[arg-type]
                target=Target(target) if target else None,
                origin=None if bare else Origin(address, network, _CLIENTS[tool], region, via=via),
                outcome=Outcome(status),
                child=child,
                task=task,
                workload=Workload(workload) if workload else None,
                note=note,
                posture=posture,
            )
        )


def _principal(who: str) -> Principal:
    return Principal(uid=who, name=who, account="123456789012", type=_TYPES.get(who, "workload"))  # type: ignore[arg-type]


def _key(who: str) -> Credential:
    return Credential(fingerprint=f"fp-{who}", uid=f"AKIA{who}", uid_kind="aws_access_key_id",
                      type="access_key", lifetime="static")  # fmt: skip


def _session(name: str, **limits: object) -> Credential:
    return Credential(fingerprint=f"fp-{name}", uid=f"ASIA{name}", lifetime="ephemeral", **limits)  # type: ignore[arg-type]


def _habits(teller: Teller) -> None:
    for day in range(3):
        for n, who in enumerate(PEOPLE):
            for hour in range(8, 19 if day < 2 else 12, 2 if n % 2 else 1):
                for i, what in enumerate(_HABITS[who]):
                    at = BEGIN + day * DAY + hour * HOUR + (7 * n + 11 * i + hour) % 60 * MINUTE
                    teller.tell(who, at, what, target="home" if i else "", tool=n % 2)


def _recon(t: Teller, s: Scene, who: str, at: int) -> None:
    for i, what in enumerate(_PROBES):
        t.tell(who, at + i * s.spread * SECOND, f"{what}:list", status="denied" if i % 2 else "success",
               effect="identity_probe" if not i else "", place=s.place, tool=s.tool)  # fmt: skip


def _fanout(t: Teller, s: Scene, who: str, at: int) -> None:
    for i, what in enumerate(_READS):
        t.tell(who, at + i * SECOND, f"{what}:read", place=s.place, tool=s.tool, target=f"t{i}")


def _grave(t: Teller, s: Scene, who: str, at: int) -> None:
    for i, (what, effect, foreign) in enumerate(_GRAVE):
        t.tell(who, at + i * s.spread * MINUTE, what, effect=effect, foreign=foreign,
               target=f"thing{i}", place=s.place, tool=s.tool)  # fmt: skip


def _secrets(t: Teller, s: Scene, who: str, at: int) -> None:
    for i in range(4):
        t.tell(who, at + i * s.spread * SECOND, "secretsmanager:GetSecretValue:secret_read",
               target=f"secret{i}", place=s.place, tool=s.tool)  # fmt: skip
    t.tell(who, at + 5 * MINUTE, "iam:CreateUser:admin", effect="persist", place=s.place,
           tool=s.tool)  # fmt: skip


def _approved(t: Teller, s: Scene, who: str, at: int) -> None:
    _secrets(t, s, who, at)
    t.tell(who, at + 2 * MINUTE, "broker:Approve:admin", kind="approval")


def _mint(t: Teller, s: Scene, who: str, at: int) -> None:
    made = Credential(fingerprint=f"fp-made{s.minute}", uid="AKIAmade", lifetime="static")
    other = _principal("spare")
    t.tell(who, at, "iam:CreateAccessKey:credential_issue", kind="issue", effect="mint_credential",
           child=Child(made, other), place=s.place, tool=s.tool)  # fmt: skip
    for i in range(3):
        t.tell("spare", at + MINUTE + i * s.spread * SECOND, "s3:ListBuckets:list",
               credential=made, place=(s.place + 1) % 3, tool=3)  # fmt: skip


def _chain(t: Teller, s: Scene, who: str, at: int) -> None:
    first, second = _session(f"one{s.minute}"), _session(f"two{s.minute}")
    t.tell(who, at, "sts:AssumeRole:credential_issue", kind="issue", target="role/one",
           child=Child(first, _principal("one")), place=s.place, tool=s.tool)  # fmt: skip
    t.tell("one", at + s.spread * SECOND, "sts:AssumeRole:credential_issue", kind="issue",
           target="role/two", credential=first, child=Child(second, _principal("two")),
           place=s.place, tool=s.tool)  # fmt: skip
    t.tell("two", at + 3 * s.spread * SECOND, "iam:AttachUserPolicy:admin", effect="grant",
           credential=second, place=s.place, tool=s.tool)  # fmt: skip


def _roam(t: Teller, s: Scene, who: str, at: int) -> None:
    for i, what in enumerate(_HABITS[who] * 2):
        t.tell(who, at + i * s.spread * SECOND, what, place=(s.place + i) % 3, tool=s.tool)


def _session_theft(t: Teller, s: Scene, who: str, at: int) -> None:
    session = _session(f"live{s.minute}")
    for i in range(4):
        t.tell(who, at + i * s.spread * MINUTE, "s3:GetObject:read", credential=session,
               place=s.place if i % 2 else 0, tool=s.tool if i % 2 else 0)  # fmt: skip


def _ended(t: Teller, s: Scene, who: str, at: int) -> None:
    t.tell(who, at, "broker:Revoke:admin", kind="end", note="revoked")
    for i in range(3):
        t.tell(who, at + (i + 1) * s.spread * MINUTE, "iam:ListUsers:list", place=s.place,
               tool=s.tool, status="denied")  # fmt: skip


def _task(t: Teller, s: Scene, who: str, at: int) -> None:
    token = _session(f"task{s.minute}")
    task = Task(uid=f"t{s.minute}", plane="retrieval", targets=("wiki/*",))
    t.tell(who, at, "broker:Lease:credential_issue", kind="issue", task=task,
           child=Child(token, _principal("runner")))  # fmt: skip
    for i, what in enumerate(("wiki:fetch:read", "iam:CreateUser:admin", "wiki:fetch:read")):
        t.tell("runner", at + (i + 1) * s.spread * SECOND, what, credential=token, task=task,
               target="wiki/1" if i % 2 == 0 else "user/1")  # fmt: skip
    done = Task(uid=task.uid, ended=True)
    t.tell("runner", at + 10 * MINUTE, "broker:End:admin", kind="task", task=done, credential=token)
    t.tell("runner", at + 12 * MINUTE, "iam:ListUsers:list", credential=token, status="denied")


def _bound(t: Teller, s: Scene, who: str, at: int) -> None:
    token = _session(f"bound{s.minute}", bound_to="pod/a", expires=at + 20 * MINUTE)
    for i in range(4):
        t.tell(who, at + i * s.spread * MINUTE, "s3:GetObject:read", credential=token,
               workload="pod/a" if i % 2 == 0 else "pod/b")  # fmt: skip


def _flood(t: Teller, s: Scene, who: str, at: int) -> None:
    for i in range(150):
        status: Status = "denied" if i % 3 else "success"
        t.tell(who, at + i * s.spread * SECOND, f"s{i % 7}:List{i}:list", status=status,
               place=s.place, tool=s.tool, target=f"t{i % 11}")  # fmt: skip


def _tour(t: Teller, s: Scene, who: str, at: int) -> None:
    session = _session(f"tour{s.minute}")
    for i in range(80):
        t.tell(who, at + i * s.spread * 10 * SECOND, "s3:GetObject:read", credential=session,
               network=f"203.0.{i * 37 % 200}.0/24", tool=i % 4)  # fmt: skip


def _shared(t: Teller, s: Scene, who: str, at: int) -> None:
    for i, other in enumerate((*PEOPLE, "spare")):
        t.tell(other, at + i * s.spread * MINUTE, "s3:GetObject:read", credential=_key(who),
               place=(s.place + i) % 3, tool=(s.tool + i) % 4)  # fmt: skip


def _exposed(t: Teller, s: Scene, who: str, at: int) -> None:
    t.tell("provider", at, "iam:Quarantine:admin", kind="exposure",
           child=Child(_key(who), _principal(who)))  # fmt: skip
    for i, what in enumerate((*_HABITS[who], "iam:CreateUser:admin")):
        t.tell(who, at + (i + 1) * s.spread * SECOND, what, place=s.place, tool=s.tool)


def _on_behalf(t: Teller, s: Scene, who: str, at: int) -> None:
    for i, what in enumerate(_HABITS[who] + _HABITS["build"]):
        t.tell(who, at + i * s.spread * SECOND, what, via="" if i % 2 else "cloudformation",
               place=s.place, tool=s.tool, status="throttled" if i == 2 else "success")  # fmt: skip


def _walk(t: Teller, s: Scene, who: str, at: int) -> None:
    for i, other in enumerate(PEOPLE):
        t.tell(other, at + i * s.spread * MINUTE, "iam:CreateUser:admin", status="denied",
               network="198.18.66.0/24", tool=s.tool)  # fmt: skip


def _hoard(t: Teller, s: Scene, who: str, at: int) -> None:
    for i in range(75):
        key = Credential(fingerprint=f"fp-{s.minute}/{i}", uid=f"AKIA{i}", lifetime="static")
        t.tell(who, at + (i + 5) * s.spread * SECOND, _HABITS[who][i % 3], credential=key,
               place=s.place, tool=s.tool)  # fmt: skip
        if i % 5 == 0:
            t.tell("spare", at + i * s.spread * SECOND, "broker:Revoke:admin", kind="end",
                   note="revoked", credential=_key("spare"), child=Child(key))  # fmt: skip


def _handout(t: Teller, s: Scene, who: str, at: int) -> None:
    first = _session(f"hub{s.minute}")
    t.tell(who, at, "sts:AssumeRole:credential_issue", kind="issue", target="role/hub",
           child=Child(first, _principal("hub")), place=s.place, tool=s.tool)  # fmt: skip
    for i in range(24):
        made = _session(f"leaf{s.minute}/{i}")
        t.tell("hub", at + (i + 1) * s.spread * SECOND, "sts:AssumeRole:credential_issue",
               kind="issue", target=f"role/{i}", credential=first, place=s.place, tool=s.tool,
               child=Child(made, _principal(f"leaf{i % 4}")))  # fmt: skip
        if i % 4 == 0:
            t.tell("leaf0", at + (i + 30) * s.spread * SECOND, "iam:AttachUserPolicy:admin",
                   effect="grant", credential=made, place=s.place, tool=s.tool)  # fmt: skip


def _canary(t: Teller, s: Scene, who: str, at: int) -> None:
    trap = Credential(fingerprint="fp-trap", uid="AKIAtrap", lifetime="static")
    for i in range(4):
        t.tell(who, at + i * s.spread * SECOND, _HABITS[who][i % 2], credential=trap,
               place=s.place, tool=s.tool, posture=Posture(canary=True))  # fmt: skip


def _outside(t: Teller, s: Scene, who: str, at: int) -> None:
    for i, what in enumerate(_HABITS[who]):
        t.tell(who, at + i * s.spread * MINUTE, what, place=s.place, tool=s.tool,
               posture=Posture(protected=True, bounds="origin" if i % 2 else "inside"))  # fmt: skip


def _stored(t: Teller, s: Scene, who: str, at: int) -> None:
    """A key is read where it is kept again and again, and turns up elsewhere."""
    for i in range(8):
        t.tell(who, at + i * 13 * MINUTE, "vault:read:secret_read", target="vault/build",
               child=Child(_key("build")))  # fmt: skip
    for i, what in enumerate(_HABITS["build"]):
        t.tell("build", at + (20 + i * s.spread) * MINUTE, what, place=1 + s.place % 2, tool=3,
               posture=Posture(bounds="origin") if s.place else None)  # fmt: skip


def _pushed(t: Teller, s: Scene, who: str, at: int) -> None:
    """Prompts are refused again and again; what is done then says nothing of place and tool."""
    for i in range(9):
        t.tell(who, at + i * s.spread * 10 * SECOND, "duo:authentication:read", status="denied",
               effect="factor_refused", place=s.place, tool=s.tool)  # fmt: skip
        if i % 3 == 2:
            t.tell(who, at + (i * s.spread * 10 + 5) * SECOND, f"warehouse:Unload{i}:read", bare=True,
                   effect="share_out", foreign="s3://elsewhere")  # fmt: skip


def _lease(t: Teller, s: Scene, who: str, at: int) -> None:
    """A token expires in the system that issued it, and is used in another."""
    token = _session(f"lease{s.minute}", expires=at + 20 * MINUTE)
    bare = _session(f"lease{s.minute}")
    for i in range(5):
        t.tell(who, at + (3 + i * s.spread) * MINUTE, _HABITS[who][i % 2], credential=bare,
               place=s.place, tool=s.tool)  # fmt: skip
    t.tell("agent" if who != "agent" else "build", at, "broker:Lease:credential_issue", kind="issue",
           child=Child(token, _principal(who)))  # fmt: skip


SCENES: dict[str, Callable[[Teller, Scene, str, int], None]] = {
    "recon": _recon,
    "fanout": _fanout,
    "grave": _grave,
    "secrets": _secrets,
    "approved": _approved,
    "mint": _mint,
    "chain": _chain,
    "roam": _roam,
    "session_theft": _session_theft,
    "ended": _ended,
    "task": _task,
    "bound": _bound,
    "flood": _flood,
    "tour": _tour,
    "shared": _shared,
    "exposed": _exposed,
    "on_behalf": _on_behalf,
    "walk": _walk,
    "hoard": _hoard,
    "handout": _handout,
    "canary": _canary,
    "outside": _outside,
    "stored": _stored,
    "lease": _lease,
    "pushed": _pushed,
}

scenes = st.builds(
    Scene,
    what=st.sampled_from(sorted(SCENES)),
    who=st.integers(0, len(PEOPLE) - 1),
    minute=st.integers(-60, 200),
    place=st.integers(0, 2),
    tool=st.integers(0, 3),
    spread=st.integers(1, 12),
)
plots = st.lists(scenes, min_size=1, max_size=5)


def story(plot: list[Scene]) -> list[ActivityEvent]:
    """All events of a plot, in event-time order."""
    teller = Teller()
    _habits(teller)
    for scene in plot:
        at = BEGIN + 2 * DAY + 8 * HOUR + scene.minute * MINUTE
        SCENES[scene.what](teller, scene, PEOPLE[scene.who], at)
    return sorted(teller.events, key=lambda e: (e.time, e.uid))


def uids(events: list[ActivityEvent]) -> Iterator[str]:
    """The ids of events, in order."""
    return (event.uid for event in events)
