"""The organisation: accounts, regions, and the things in them that calls act upon.

Examples:
    >>> estate = Estate(Random(1), accounts=3)
    >>> [account.name for account in estate.accounts]
    ['security', 'shared', 'prod-core']
    >>> estate.accounts[2].everything.pick("bucket") in estate.accounts[2].things["bucket"]
    True
"""

from random import Random

from detector.simulate.made_up import account_id, letters, resource_id, unique_id, uuid
from detector.simulate.networks import Networks

_NAMES = [
    "security",
    "shared",
    "prod-core",
    "dev",
    "prod-payments",
    "staging",
    "analytics",
    "prod-web",
    "sandbox",
    "ml-platform",
    "prod-eu",
    "corp-it",
    "legacy",
]
WORDS = [
    "billing",
    "orders",
    "search",
    "auth",
    "catalog",
    "ledger",
    "pricing",
    "invoices",
    "media",
    "events",
    "profile",
    "shipping",
    "reports",
    "gateway",
    "notify",
    "inventory",
    "fraud",
    "loyalty",
    "quotes",
    "risk",
    "session",
    "payouts",
    "export",
    "tracking",
]
_REGIONS = ("eu-west-1", "us-east-1", "eu-central-1", "us-west-2", "us-east-2", "ap-southeast-1")
UNUSED_REGIONS = ("ap-northeast-2", "sa-east-1", "ca-central-1", "ap-south-1", "eu-north-1")
_COUNTS = {
    "bucket": 24,
    "secret": 40,
    "parameter": 60,
    "function": 36,
    "instance": 40,
    "volume": 40,
    "snapshot": 30,
    "image": 8,
    "table": 20,
    "role": 40,
    "user": 12,
    "key": 10,
    "cluster": 3,
    "repository": 16,
    "database": 8,
    "group": 24,
    "subnet": 9,
    "vpc": 3,
    "loggroup": 50,
    "stack": 18,
    "zone": 5,
    "policy": 20,
    "alarm": 20,
    "queue": 16,
}
_EC2_PREFIXES = {
    "instance": "i",
    "volume": "vol",
    "snapshot": "snap",
    "image": "ami",
    "group": "sg",
    "subnet": "subnet",
    "vpc": "vpc",
}
_SECRET_PARTS = ("db-password", "api-key", "signing-key", "smtp", "oauth-client", "webhook-token")


def _name(rng: Random, kind: str, tag: str) -> str:
    """The name of one new thing."""
    word = rng.choice(WORDS)
    if kind in _EC2_PREFIXES:
        return resource_id(rng, _EC2_PREFIXES[kind])
    if kind == "bucket":
        return f"{tag}-{word}-{rng.choice(('logs', 'assets', 'exports', 'backups', 'raw'))}-{rng.randrange(99)}"
    if kind == "secret":
        return f"{tag}/{word}/{rng.choice(_SECRET_PARTS)}-{letters(rng, 6)}"
    if kind == "parameter":
        return f"/{tag}/{word}/{rng.choice(_SECRET_PARTS)}/{rng.randrange(9)}"
    if kind == "key":
        return uuid(rng)
    if kind == "zone":
        return "Z" + letters(rng, 20).upper()
    if kind == "loggroup":
        return f"/aws/{rng.choice(('lambda', 'ecs', 'eks'))}/{tag}-{word}-{rng.randrange(99)}"
    if kind == "user":
        return f"svc-{word}-{rng.randrange(99)}"
    return f"{tag}-{word}-{kind[:4]}-{rng.randrange(99)}"


class Holdings:
    """What somebody works with: the things that their calls name, by kind."""

    def __init__(self, account: "Account", things: dict[str, list[str]], rng: Random) -> None:
        self.account = account
        self.things = things
        self.rng = rng

    def pick(self, kind: str) -> str:
        """One of the things of a kind."""
        things = self.things[kind]
        return things[int(self.rng.random() * len(things))]

    def several(self, kind: str, count: int) -> list[str]:
        """Up to `count` different things of a kind, in the order of a list call."""
        things = self.things[kind]
        return self.rng.sample(things, min(count, len(things)))

    def share(self, rng: Random, most: int = 3) -> "Holdings":
        """A small part of these: what one person or one workload usually touches."""
        part = {k: rng.sample(v, min(len(v), rng.randint(1, most))) for k, v in self.things.items()}
        return Holdings(self.account, part, rng)


class Account:
    """One account: its regions, its egress, its endpoints, its things."""

    def __init__(self, rng: Random, name: str, networks: Networks, regions: list[str]) -> None:
        self.id = account_id(rng)
        self.name = name
        self.tag = name.replace("prod-", "p-")
        self.regions = regions
        self.networks = networks
        self.egress = {r: [networks.provider(rng, r) for _ in range(3)] for r in regions}
        self.endpoints = {r: [resource_id(rng, "vpce") for _ in range(4)] for r in regions}
        self.things = {k: [_name(rng, k, self.tag) for _ in range(n)] for k, n in _COUNTS.items()}
        self.everything = Holdings(self, self.things, rng)
        self.role_ids: dict[str, str] = {}
        self._rng = rng

    @property
    def region(self) -> str:
        """Where the account mostly lives."""
        return self.regions[0]

    def seen_by(self, rng: Random) -> Holdings:
        """All that is in the account, drawn from by somebody's own randomness."""
        return Holdings(self, self.things, rng)

    def role_id(self, role: str) -> str:
        """The unique id of a role of this account."""
        if role not in self.role_ids:
            self.role_ids[role] = unique_id(Random(f"{self.id}:{role}"), "AROA")
        return self.role_ids[role]


class Estate:
    """All accounts of the organisation and what its members may know of them."""

    def __init__(self, rng: Random, accounts: int) -> None:
        self.networks = Networks(rng)
        home = rng.sample(_REGIONS, 3)
        names = _NAMES[:accounts]
        self.accounts = [
            Account(rng, name, self.networks, self._regions(rng, home)) for name in names
        ]
        self.company = rng.choice(("acmeworks", "northwindow", "contoso-labs", "initrode", "hooli"))
        self.directory = f"d-{rng.getrandbits(40):010x}"
        self.partner = account_id(rng)  # the posture vendor's account
        self.scanner = account_id(rng)  # where the provider scans copies for malware
        self.backup_vault = account_id(rng)  # where backups are copied: outside, and expected

    def _regions(self, rng: Random, home: list[str]) -> list[str]:
        regions = list(home)
        rng.shuffle(regions)
        return regions[: rng.randint(2, 3)]

    def by_name(self, name: str) -> Account:
        """The account of that name, or the last one of a small organisation."""
        return next((a for a in self.accounts if a.name == name), self.accounts[-1])

    def workloads(self) -> list[Account]:
        """The accounts in which machines work."""
        return [a for a in self.accounts if a.name != "security"] or self.accounts
