"""Where calls come from: the address plan of an organisation and of the world around it.

Addresses are drawn from the seed. What matters is their structure: an office is one /24 for
everybody, a home is one person's, a mobile carrier hands out a wide range, build runners take a
fresh address from shared ranges each time, a cloud provider's functions come from its own.

Examples:
    >>> plan = Networks(Random(1))
    >>> plan.home(Random(2)).count(".")
    3
"""

from random import Random

_HOSTING_STARTS = (5, 23, 31, 37, 45, 46, 62, 77, 80, 85, 91, 94, 103, 104, 107, 141, 146, 185, 193)
_HOME_STARTS = (24, 47, 67, 68, 71, 73, 76, 78, 79, 81, 82, 84, 86, 87, 88, 90, 93, 98, 109, 174)
_PROVIDER_STARTS = (3, 13, 15, 18, 34, 35, 44, 52, 54)
_RUNNER_STARTS = (4, 20, 40, 48, 51, 57, 68, 74, 132, 172)


def _host(rng: Random, prefix: str) -> str:
    return f"{prefix}.{rng.randrange(2, 254)}"


def _net24(rng: Random, starts: tuple[int, ...]) -> str:
    return f"{rng.choice(starts)}.{rng.randrange(1, 254)}.{rng.randrange(0, 255)}"


def _net16(rng: Random, starts: tuple[int, ...]) -> str:
    return f"{rng.choice(starts)}.{rng.randrange(1, 254)}"


class Networks:
    """The address plan. Methods that take an `rng` draw with it; the plan itself is fixed."""

    def __init__(self, rng: Random) -> None:
        self.offices = [_net24(rng, _HOSTING_STARTS) for _ in range(3)]
        self.vpn = [_net24(rng, _HOSTING_STARTS) for _ in range(2)]
        self.mobile = [_net16(rng, _HOME_STARTS) for _ in range(3)]
        self.public = [_net24(rng, _HOME_STARTS) for _ in range(40)]
        self.hosting = [_net24(rng, _HOSTING_STARTS) for _ in range(40)]
        self.runners = [_net16(rng, _RUNNER_STARTS) for _ in range(6)]
        self._seed = rng.getrandbits(64)
        self._provider: dict[str, list[str]] = {}

    def office(self, rng: Random, site: int) -> str:
        """One of the few egress addresses of an office."""
        return f"{self.offices[site % len(self.offices)]}.{10 + rng.randrange(3)}"

    def corporate_vpn(self, rng: Random) -> str:
        """The company's own VPN, shared by everybody."""
        return f"{rng.choice(self.vpn)}.{20 + rng.randrange(6)}"

    def home(self, rng: Random) -> str:
        """An address at somebody's home, in a network that nobody else here has."""
        return _host(rng, _net24(rng, _HOME_STARTS))

    def carrier(self, rng: Random) -> str:
        """An address of a mobile carrier."""
        return _host(rng, f"{rng.choice(self.mobile)}.{rng.randrange(0, 64)}")

    def hotel(self, rng: Random) -> str:
        """An address in a hotel, a café or an airport."""
        return _host(rng, rng.choice(self.public))

    def rented(self, rng: Random) -> str:
        """An address at a hosting company or a commercial VPN: attackers', and a few employees'."""
        return _host(rng, rng.choice(self.hosting))

    def runner(self, rng: Random) -> str:
        """A fresh address of a hosted build runner."""
        return _host(rng, f"{rng.choice(self.runners)}.{rng.randrange(0, 96)}")

    def provider(self, rng: Random, region: str) -> str:
        """An address of the cloud provider in a region, for functions and strangers' instances."""
        blocks = self._provider.get(region)
        if blocks is None:
            own = Random(f"{self._seed}:{region}")
            blocks = [_net16(own, _PROVIDER_STARTS) for _ in range(4)]
            self._provider[region] = blocks
        return _host(rng, f"{rng.choice(blocks)}.{rng.randrange(0, 128)}")


def private(rng: Random) -> str:
    """An address inside a VPC. Such ranges collide between accounts, as they do in life."""
    return f"10.{rng.choice((0, 0, 10, 20))}.{rng.randrange(0, 24)}.{rng.randrange(4, 250)}"
