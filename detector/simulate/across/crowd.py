"""Who works in the other systems, and what a usual day of theirs looks like.

People work by day, from home and from the office, and travel now and then; services work round the
clock from a few addresses; agents call tools. What looks like abuse and is none is among it: refused
sign-ins, a new tool, another network, a burst at the start of a job, a read of what is rarely read.

Examples:
    >>> crowd = cast(Random(1), 40)
    >>> {actor.family for actor in crowd} >= {"okta", "github_audit", "vault_audit", "mcp"}
    True
"""

from collections.abc import Iterator
from random import Random

from detector.simulate.across.deed import Actor, Deed
from detector.simulate.clock import HOUR, MINUTE

_DAY = 24 * HOUR
_ADMIN = "_admin"
_BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/131.0 Safari/537.36"
Work = tuple[tuple[str, str], ...]
PEOPLE: dict[str, Work] = {
    "okta": (("user.session.start", "portal"), ("user.authentication.sso", "wiki"),
             ("user.authentication.sso", "mail")),
    "okta_admin": (("user.session.start", "portal"), ("system.api_token.revoke", "old"),
                   ("system.api_token.create", "new"), ("user.lifecycle.update", "staff")),
    "auth0": (("s", "shop"), ("ss", "shop")),
    "google_workspace": (("drive:view", "plan"), ("drive:edit", "notes"), ("login:login_success", "")),
    "duo": (("authentication", "vpn"), ("authentication", "portal")),
    "onepassword": (("fill", "wiki"), ("reveal", "printer")),
    "gitlab_audit": (("repository_git_operation", "acme/site"), ("merge_request_merged", "acme/site")),
    "entra_signin": (("sign-in", "Portal"), ("sign-in", "Mail")),
    "azure_activity": (("Microsoft.Compute/virtualMachines/read", "Microsoft.Compute/virtualMachines/web"),
                       ("Microsoft.Web/sites/write", "Microsoft.Web/sites/site")),
    "anthropic_audit": (("claude_chat_created", "chat"), ("claude_chat_viewed", "chat")),
    "openai_audit": (("login.succeeded", ""), ("project.updated", "proj")),
}  # fmt: skip
SERVICES: dict[str, tuple[str, Work]] = {
    "okta": ("okta-sdk-python/2.9", (("user.lifecycle.create", "staff"), ("user.lifecycle.update", "staff"),
                                     ("group.user_membership.add", "staff"))),
    "github_audit": ("git/2.44", (("git.clone", "acme/shop"), ("git.fetch", "acme/shop"),
                                  ("git.push", "acme/shop"))),
    "cloudtrail": ("Boto3/1.35 Python/3.11", (("s3:GetObject", ""), ("s3:PutObject", ""),
                                              ("sqs:ReceiveMessage", ""))),
    "gcp_audit": ("google-api-python-client/2.0", (
        ("storage:storage.objects.get", "projects/_/buckets/shop"),
        ("storage:storage.objects.create", "projects/_/buckets/shop"))),
    "kubernetes_audit": ("web/v1 (linux/amd64)", (("get configmaps", "web"), ("list pods", ""),
                                                  ("watch endpoints", "web"))),
    "vault_audit": ("vault-agent/1.17", (("read", "secret/data/web/db"), ("read", "secret/data/web/mail"))),
    "snowflake": ("PYTHON_DRIVER", (("LOGIN", ""), ("SELECT", "SHOP"), ("MERGE", "SHOP"))),
    "litellm": ("openai-python/1.5", (("acompletion", "m-large"), ("aembedding", "m-embed"))),
    "bedrock_invocation": ("", (("Converse", "m-large"),)),
}  # fmt: skip
AGENTS: Work = (
    ("files/read_file", "notes"),
    ("files/list_files", "notes"),
    ("wiki/search_pages", "plan"),
)


def address(rng: Random) -> str:
    """Somewhere in the world, in no private or reserved block."""
    return f"{rng.choice((31, 46, 62, 77, 81, 93, 185))}.{rng.randrange(256)}.{rng.randrange(256)}.{rng.randrange(1, 255)}"


def token(rng: Random, before: str = "EXAMPLE") -> str:
    """A made-up secret."""
    return f"{before}-{rng.getrandbits(96):024x}"


def key_id(rng: Random) -> str:
    """A made-up access key id."""
    return "AKIA" + "".join(rng.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") for _ in range(16))


def cast(rng: Random, actors: int) -> list[Actor]:
    """So many actors, at least one of each family."""
    made: list[Actor] = []
    families = [*((name, "human") for name in PEOPLE), *((name, "service") for name in SERVICES),
                ("mcp", "agent")]  # fmt: skip
    for number in range(max(actors, len(families))):
        family, kind = families[number % len(families)]
        short = family if family.endswith(_ADMIN) else family.partition("_")[0]
        name = f"{'' if kind == 'human' else f'{kind}-'}{short}{number}"
        if kind == "human":
            tool, work = _BROWSER, PEOPLE[family]
        else:
            tool, work = SERVICES[family] if kind == "service" else ("mcp-gateway/1.2", AGENTS)
        uid = key_id(rng) if family == "cloudtrail" else f"{rng.getrandbits(64):016x}"
        holds = kind != "human"
        made.append(
            Actor(
                name,
                kind,
                family.removesuffix(_ADMIN),
                address(rng),
                tool,
                token(rng),
                uid if holds else "",
                work,
            )
        )
    return made


def day_of(actor: Actor, begin: int, rng: Random) -> Iterator[Deed]:
    """One day of an actor's work."""
    if actor.kind == "human":
        yield from _working_day(actor, begin, rng)
        return
    at = begin + int(rng.random() * 20 * MINUTE)
    while at < begin + _DAY:
        for number in range(rng.randint(1, 4)):
            operation, target = rng.choice(actor.work)
            yield Deed(at, actor, operation, target, number=number, denied=rng.random() < 0.002)
            at += int(rng.uniform(0.2, 4.0) * 1_000)
        at += int(rng.uniform(8, 40) * MINUTE)


def _working_day(actor: Actor, begin: int, rng: Random) -> Iterator[Deed]:
    if (begin // _DAY + 4) % 7 >= 5 or rng.random() < 0.05:  # weekends, days off
        return
    where = "" if rng.random() > 0.12 else address(rng)  # a train, a hotel
    tool = "" if rng.random() > 0.03 else "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Safari/604.1"
    at = begin + int(rng.uniform(7.5, 9.5) * HOUR)
    if rng.random() < 0.06:  # a mistyped password
        yield Deed(
            at, actor, actor.work[0][0], actor.work[0][1], denied=True, where=where, tool=tool
        )
        at += MINUTE // 2
    end = begin + int(rng.uniform(16, 18.5) * HOUR)
    number = 0
    while at < end:
        number += 1
        operation, target = rng.choice(actor.work)
        yield Deed(at, actor, operation, target, where=where, tool=tool, number=number)
        at += int(rng.expovariate(1 / (25 * MINUTE))) + 1_000
