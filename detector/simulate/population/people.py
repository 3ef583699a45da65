"""People behind single sign-on: working hours, lunch, roaming, console pages, the command line.

A person has a few accounts and permission sets, one or two devices, a home, an office, and now and
then a hotel, a train or a new laptop. What they touch is a small share of their accounts.

Examples:
    >>> from detector.simulate.options import Options
    >>> world = World(Options(identities=60))
    >>> ada = Person(world, "ada", "developer")
    >>> ada.at_work(world.options.start).arn.endswith("ada@" + world.estate.company + ".example")
    True
"""

from collections.abc import Iterator
from random import Random

from detector.simulate.actor import Actor
from detector.simulate.clock import DAY, HOUR, day_of
from detector.simulate.estate import Account, Holdings
from detector.simulate.lines import steps
from detector.simulate.population.desk import CHANGES, PAGES, PROFESSIONS, RARE_READS, TASKS
from detector.simulate.records import Caller, Event, Record, call, denied
from detector.simulate.schedules import Schedule, apart, habitually, office, scattered
from detector.simulate.sessions import Role, by_sign_on, console_login, role_identity
from detector.simulate.tools import boto3, browser, command_line
from detector.simulate.world import World

_FIRST = [
    "ada",
    "ben",
    "carla",
    "dan",
    "eva",
    "farid",
    "grace",
    "hugo",
    "ines",
    "jonas",
    "kim",
    "lena",
    "marco",
    "nadia",
    "omar",
    "paula",
    "quinn",
    "rosa",
    "sven",
    "tara",
    "umar",
    "vera",
    "wes",
    "xenia",
    "yuki",
    "zoe",
    "amir",
    "bianca",
]
_LAST = [
    "abbott",
    "berg",
    "castillo",
    "dietz",
    "ekwueme",
    "fischer",
    "garcia",
    "haddad",
    "ito",
    "jensen",
    "kaur",
    "larsen",
    "moreau",
    "novak",
    "okafor",
    "petrov",
    "quist",
    "rossi",
    "sato",
    "tanaka",
    "urban",
    "vargas",
    "weber",
    "young",
    "zhang",
]


def full_name(rng: Random, taken: set[str]) -> str:
    """A name that nobody else here has."""
    name = f"{rng.choice(_FIRST)}.{rng.choice(_LAST)}"
    while name in taken:
        name = f"{rng.choice(_FIRST)}.{rng.choice(_LAST)}{rng.randrange(2, 99)}"
    taken.add(name)
    return name


class Whereabouts:
    """Where a person is on a day, and on what device."""

    def __init__(self, world: World, rng: Random) -> None:
        self.networks = world.networks
        self.site = rng.randrange(3)
        self.homes = [self.networks.home(rng) for _ in range(2)]
        self.habits = rng.choices(("office", "home", "vpn"), weights=(5, 4, 1.5), k=4)
        self.rented = self.networks.rented(rng) if rng.random() < 0.04 else ""
        self.devices = [(command_line(rng), browser(rng)), (boto3(rng), browser(rng))]
        self._rng = Random(rng.getrandbits(64))
        self._day = -1
        self._address = ""
        self._trip = 0

    def today(self, day: int) -> str:
        """The day's usual address; trips last a few days, and a new device is a rare thing."""
        if day != self._day:
            self._day = day
            self._address = self._choose()
            if self._rng.random() < 0.008:
                self.devices[0] = (command_line(self._rng), browser(self._rng))
        return self._address

    def _choose(self) -> str:
        if self._trip > 0:
            self._trip -= 1
            return self._address
        rng = self._rng
        if rng.random() < 0.015:
            self._trip = rng.randrange(1, 4)
            return self.networks.hotel(rng)
        if self.rented and rng.random() < 0.3:
            return self.rented
        habit = rng.choice(self.habits)
        if habit == "office":
            return self.networks.office(rng, self.site)
        return (
            self.homes[rng.random() < 0.06] if habit == "home" else self.networks.corporate_vpn(rng)
        )

    def now(self, day: int) -> str:
        """The address of one sitting: mostly the day's, sometimes a phone's on the way."""
        usual = self.today(day)
        return self.networks.carrier(self._rng) if self._rng.random() < 0.03 else usual


class Person(Actor):
    """Somebody who signs in to work, in the hours of their own time zone."""

    def __init__(self, world: World, name: str, profession: str, *, joins: int = 0) -> None:
        super().__init__(name, "person", world.rng(f"person:{name}"))
        self.world = world
        self.profession = profession
        self.joins = joins
        self.newcomer = joins > 0
        self.trade = PROFESSIONS[profession]
        self.zone = self.rng.choice(world.zones)
        self.mail = f"{name}@{world.estate.company}.example"
        self.whereabouts = Whereabouts(world, self.rng)
        self.console_share = self.rng.choice((0.2, 0.5, 0.5, 0.8))
        self.habitual = self.rng.sample(self.trade.tasks, min(5, len(self.trade.tasks)))
        self.pages = self.rng.sample(self.trade.pages, min(4, len(self.trade.pages)))
        self.desks = self._desks()
        self._sessions: dict[tuple[str, bool], tuple[Record, int]] = {}
        busy = self.rng.uniform(6, 14) * world.options.volume
        self.follow(self._hours(busy), Person.sit_down, "first_day" if joins else "")
        self.follow(self._hours(0.35 * world.options.volume), Person.change_something)
        self.follow(self._evenings(), Person.sit_down, "roaming")

    def _desks(self) -> list[tuple[Role, Holdings]]:
        """The accounts a person works in, the usual one first, with their share of the things."""
        accounts = self.world.estate.accounts
        chosen: list[Account] = self.rng.sample(
            accounts, min(len(accounts), self.rng.randint(1, 4))
        )
        return [
            (self._role(a, self.trade.permission_set), a.everything.share(self.rng, 4))
            for a in chosen
        ]

    def _role(self, account: Account, permission_set: str) -> Role:
        suffix = f"{Random(f'{account.id}:{permission_set}').getrandbits(64):016x}"
        return Role(
            account,
            f"AWSReservedSSO_{permission_set}_{suffix}",
            f"aws-reserved/sso.amazonaws.com/{account.region}/",
            8 * HOUR,
        )

    def labels(self) -> set[str]:
        """A person of a profession."""
        return {"person", f"person:{self.profession}"}

    def live(self, at: int) -> bool:
        """Sessions last a working day."""
        return self.held is not None and at - self.seen < 3 * HOUR

    def rhythm(self, per_day: float) -> Schedule:
        """On working days, in the person's own time zone."""
        return habitually(per_day, self.zone)

    def _hours(self, per_day: float) -> Schedule:
        """In the person's office hours, with days off."""
        return Hours(office(per_day, self.zone), self.joins, self.rng.getrandbits(32), self.zone)

    def _evenings(self) -> "Hours":
        """On call: a few sittings at any hour of a few days."""
        chance = 0.25 if self.profession == "sre" else 0.06

        def times(rng: Random, begin: int, end: int) -> list[int]:
            return scattered(rng, begin, end, rng.random() < chance * (end - begin) / DAY)

        return Hours(times, self.joins, 0, self.zone)

    def caller(self, at: int) -> Caller:
        """The person at the usual desk, on the command line."""
        return self.at_desk(at, 0, console=False)

    def at_desk(self, at: int, desk: int, *, console: bool) -> Caller:
        """The person signed in to one of their accounts; signs in first where needed."""
        role, holdings = self.desks[desk % len(self.desks)]
        tool, web = self.whereabouts.devices[0]
        if not console and self.rng.random() < 0.12:
            tool = self.whereabouts.devices[1][0]
        address = self.whereabouts.now(day_of(at, self.zone))
        region = role.account.regions[0 if self.rng.random() < 0.85 else -1]
        caller = Caller(
            self.rng, {}, role.account, address, web if console else tool, region,
            console=console, holdings=holdings,
        )  # fmt: skip
        caller.identity = self._signed_in(role, caller, at, web)
        return caller

    def _signed_in(self, role: Role, caller: Caller, at: int, web: str) -> Record:
        held = self._sessions.get((role.arn, caller.console))
        if held is not None and at < held[1]:
            return held[0]
        identity = role_identity(self.rng, role, self.mail, at, mfa=True)
        self._sessions[role.arn, caller.console] = (identity, at + role.lifetime - HOUR)
        browser_caller = caller.but(agent=web, console=False)
        self.issued.append(by_sign_on(self.rng, role, identity, browser_caller, at))
        if caller.console:
            login = browser_caller.but(identity=identity)
            self.issued.append(console_login(login, at + 1000, agent=web))
        return identity

    def sit_down(self, at: int) -> Iterator[Event]:
        """One sitting: some pages in the console, or some commands."""
        desk = 0 if self.rng.random() < 0.7 else self.rng.randrange(len(self.desks))
        console = self.rng.random() < self.console_share
        caller = self.at_desk(at, desk, console=console)
        if not console:
            self.seen, self.held = at, caller
        done = (
            browse(self, caller, at + 2000) if console else type_commands(self, caller, at + 2000)
        )
        for event in done:
            yield event if event[2] or not desk else (event[0], event[1], "single_sign_on")

    def change_something(self, at: int) -> Iterator[Event]:
        """One of the profession's usual changes."""
        caller = self.at_desk(at, 0, console=self.rng.random() < 0.3)
        yield from steps(caller, at + 2000, CHANGES[self.rng.choice(self.trade.changes)], 2, 20)


class Hours:
    """Office hours with days off, from the day somebody joins: a schedule."""

    def __init__(self, base: "Schedule", joins: int, salt: int, zone: int) -> None:
        self.base = base
        self.joins = joins
        self.salt = salt
        self.zone = zone

    def __call__(self, rng: Random, begin: int, end: int) -> list[int]:
        """The starts in a slice."""
        off = Random(self.salt + day_of(begin, self.zone)).random() < 0.07 and self.salt
        return [] if off or begin < self.joins else self.base(rng, begin, end)


def browse(person: Person, caller: Caller, at: int) -> Iterator[Event]:
    """A few console pages, each a burst that the browser makes in a second or two."""
    rng = person.rng
    for _ in range(rng.randint(1, 3)):
        page = rng.choice(person.pages if rng.random() < 0.93 else list(PAGES))
        for at_call, record, _ in steps(caller, at, PAGES[page], 0.02, 0.3):
            yield at_call, record, "console_page_load"
            at = at_call
        at += apart(rng, 8, 90)


def type_commands(person: Person, caller: Caller, at: int) -> Iterator[Event]:
    """A few commands, some of them seldom used, a few refused."""
    rng = person.rng
    for _ in range(rng.randint(1, 3)):
        chance = rng.random()
        if chance < 0.03:
            yield call(caller, at, rng.choice(RARE_READS))
        elif chance < 0.05:
            yield denied(caller, at, rng.choice(RARE_READS))
        else:
            habit = rng.choice(person.habitual if rng.random() < 0.9 else person.trade.tasks)
            yield from steps(caller, at, TASKS[habit], 0.4, 6)
        at += apart(rng, 10, 120)
