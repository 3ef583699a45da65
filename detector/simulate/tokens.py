"""One `token_use` record: what a broker, an agent gateway, an LLM or an MCP gateway reports.

Examples:
    >>> token = Token("tok-1", kind="lease", lifetime="ephemeral")
    >>> caller = TokenUser(Random(1), "agent:helper", "agent", token, "mcp-gateway", "192.0.2.9", "mcp")
    >>> at, record, mark = use(caller, 1_767_571_200_000, "docs:search", "docs/handbook")
    >>> record["time"], record["action"]["operation"], record["credential"]["uid"]
    ('2026-01-05T00:00:00.000Z', 'search', 'tok-1')
"""

from random import Random
from typing import Any

from msgspec import Struct

from detector.simulate.clock import stamp
from detector.simulate.made_up import uuid
from detector.simulate.records import Event, Record


class Token(Struct, frozen=True):
    """A credential as a gateway knows it. `bound_to` is the only workload that may use it."""

    uid: str
    kind: str = "lease"
    lifetime: str = "ephemeral"
    bound_to: str = ""
    expires: int = 0
    scopes: tuple[str, ...] = ()
    parent: str = ""


class Job(Struct, frozen=True):
    """A task as its gateway declares it: intent, plane, allowed targets and operations."""

    uid: str
    intent: str = ""
    plane: str = ""
    targets: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()
    approver: str = ""
    ends: int = 0


class TokenUser:
    """Who uses a token at a moment: principal, token, gateway, address, client, workload, task."""

    __slots__ = (
        "address", "chain", "client", "gateway", "name", "owner", "profile", "rng", "task", "token",
        "type", "uid", "workload",
    )  # fmt: skip

    def __init__(
        self,
        rng: Random,
        uid: str,
        type_: str,
        token: Token | None,
        gateway: str,
        address: str,
        client: str,
        *,
        workload: str = "",
        profile: str = "",
        owner: str = "",
        task: Job | None = None,
        chain: tuple[str, ...] = (),
    ) -> None:
        self.rng = rng
        self.uid = uid
        self.name = uid.rpartition(":")[2]
        self.type = type_
        self.token = token
        self.gateway = gateway
        self.address = address
        self.client = client
        self.workload = workload
        self.profile = profile
        self.owner = owner
        self.task = task
        self.chain = chain

    def but(self, **changes: Any) -> "TokenUser":
        """The same user with something changed."""
        copy = object.__new__(TokenUser)
        for slot in TokenUser.__slots__:
            setattr(copy, slot, changes.get(slot, getattr(self, slot)))
        return copy


# What tools do, in our words: (access, plane). Anything else is a read in the retrieval plane.
_TOOLS = {
    "llm:complete": ("read", "inference"),
    "llm:embed": ("read", "inference"),
    "llm:list_models": ("list", "inference"),
    "vault:read": ("secret_read", "retrieval"),
    "vault:list": ("list", "retrieval"),
    "git:push": ("write", "action"),
    "git:create_pull_request": ("write", "action"),
    "git:comment": ("write", "action"),
    "git:update_workflow": ("admin", "action"),
    "git:set_visibility": ("admin", "action"),
    "tickets:update": ("write", "action"),
    "tickets:create": ("write", "action"),
    "mail:send": ("write", "action"),
    "http:post": ("write", "action"),
    "deploy:restart": ("write", "action"),
    "deploy:rollout": ("write", "action"),
    "deploy:scale": ("write", "action"),
    "db:update": ("write", "action"),
    "db:export": ("read", "retrieval"),
    "crm:update": ("write", "action"),
    "payments:refund": ("write", "action"),
    "kube:create_token": ("credential_issue", "action"),
    "kube:create_rolebinding": ("admin", "action"),
    "kube:exec": ("write", "action"),
    "idp:create_api_token": ("credential_issue", "action"),
    "idp:enroll_factor": ("admin", "action"),
}


def _base(user: TokenUser, at: int, kind: str) -> Record:
    principal = {"uid": user.uid, "name": user.name, "type": user.type}
    if user.profile:
        principal["profile"] = user.profile
    if user.owner:
        principal["owner"] = user.owner
    record: Record = {
        "uid": uuid(user.rng),
        "source": user.gateway,
        "time": f"{stamp(at)[:-1]}.{at % 1000:03}Z",
        "kind": kind,
        "principal": principal,
    }
    if user.address:
        record["origin"] = {"address": user.address, "client": user.client}
    if user.workload:
        record["workload"] = {"uid": user.workload, "kind": "pod", "attested": True}
    if user.chain:
        record["chain"] = list(user.chain)
    return record


def credential(token: Token) -> Record:
    """The token's public side: the gateway never sends the secret itself."""
    found: Record = {
        "uid": token.uid,
        "uid_kind": token.kind,
        "type": token.kind,
        "lifetime": token.lifetime,
    }
    if token.bound_to:
        found["bound_to"] = token.bound_to
    if token.expires:
        found["expires"] = token.expires
    if token.scopes:
        found["scopes"] = list(token.scopes)
    if token.parent:
        found |= {"parent_uid": token.parent, "parent_uid_kind": token.parent.partition("-")[0]}
    return found


def task_of(job: Job, *, ended: bool = False) -> Record:
    """The task with its declared limits."""
    found: Record = {"uid": job.uid, "intent": job.intent, "plane": job.plane}
    if job.targets:
        found["targets"] = list(job.targets)
    if job.operations:
        found["operations"] = list(job.operations)
    if job.approver:
        found["approver"] = job.approver
    if job.ends:
        found["ends"] = job.ends
    if ended:
        found["ended"] = True
    return found


def use(
    user: TokenUser, at: int, op: str, target: str, *, status: str = "success", code: str = ""
) -> Event:
    """A tool call or a request made with the token."""
    service, _, operation = op.partition(":")
    listing = operation.startswith("list") or operation == "search"
    access, plane = _TOOLS.get(op, ("list" if listing else "read", "retrieval"))
    record = _base(user, at, "use")
    if user.token is not None:
        record["credential"] = credential(user.token)
    if user.task is not None:
        record["task"] = task_of(user.task)
    record["action"] = {
        "service": service,
        "operation": operation,
        "access": access,
        "plane": plane,
    }
    record["target"] = {"uid": target, "type": service}
    record["outcome"] = {"status": status, **({"code": code} if code else {})}
    return at, record, ""


def lease(user: TokenUser, at: int, token: Token) -> Event:
    """A broker hands out a token; the child's public side is in the record."""
    record = _base(user, at, "issue")
    record["source"] = "credential-broker"
    record["action"] = {"service": "broker", "operation": "lease", "access": "credential_issue"}
    record["child"] = {
        "credential": credential(token) | {"issued": at},
        "principal": {"uid": user.uid, "name": user.name, "type": user.type},
    }
    if user.task is not None:
        record["task"] = task_of(user.task)
    record["outcome"] = {"status": "success"}
    return at, record, ""


def ended(user: TokenUser, at: int, how: str = "task_over") -> Event:
    """The token's life is over: given back (`task_over`), `revoked` or `expired`."""
    record = _base(user, at, "end")
    record["source"] = "credential-broker"
    if user.token is not None:
        record["child"] = {"credential": credential(user.token)}
    record["action"] = {"service": "broker", "operation": "end", "access": "delete"}
    record["note"] = how
    return at, record, ""


def task_event(user: TokenUser, at: int, job: Job, *, over: bool = False) -> Event:
    """A task starts, or ends."""
    record = _base(user, at, "task")
    if user.token is not None:
        record["credential"] = credential(user.token)
    record["task"] = task_of(job, ended=over)
    return at, record, ""


def approval(user: TokenUser, at: int, job: Job, by: str) -> Event:
    """A person says yes to what the task is about to do."""
    record = _base(user, at, "approval")
    record["task"] = task_of(
        Job(job.uid, job.intent, job.plane, job.targets, job.operations, by, job.ends)
    )
    record["note"] = "approved"
    return at, record, ""


def exposure(user: TokenUser, at: int, place: str) -> Event:
    """A scanner saw the secret where it should not be."""
    record = _base(user, at, "exposure")
    if user.token is not None:
        record["credential"] = credential(user.token)
    record["target"] = {"uid": place, "type": "repository"}
    return at, record, ""
