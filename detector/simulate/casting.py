"""Who plays which incident and which twin, and when.

A twin's host does the same thing from the first day on, several times a day or once; one of these
times, after the first attack may begin, is the twin.

Examples:
    >>> from detector.simulate.population.crowd import populate
    >>> world = World(Options(identities=100))
    >>> plan = cast(world, populate(world))
    >>> len(plan), plan[0].mark.endswith("-1:attack")
    (5, True)
"""

from collections.abc import Iterable, Iterator, Sequence
from random import Random

from detector.simulate.actor import Actor
from detector.simulate.clock import DAY, HOUR, MINUTE, weekday
from detector.simulate.estate import Holdings
from detector.simulate.options import Options
from detector.simulate.population.static_users import KeyUser
from detector.simulate.records import Event
from detector.simulate.scenarios.registry import SCENARIOS
from detector.simulate.scenarios.scene import Scenario, Scene, bare, intruder, own
from detector.simulate.schedules import once
from detector.simulate.world import World

_ALL_FROM = 4  # identities per scenario from which every scenario is played


class Incident:
    """One planned attack. It waits for its victim to have a live credential, then plays."""

    def __init__(
        self, world: World, scenario: Scenario, number: int, victim: Actor, due: int
    ) -> None:
        self.world = world
        self.scenario = scenario
        self.name = f"{scenario.name}-{number}"
        self.victim = victim
        self.due = due
        self.rng = world.rng(f"incident:{self.name}")
        self.entry = self.rng.choice(scenario.entries)

    @property
    def mark(self) -> str:
        """What marks the attack's events."""
        return f"{self.name}:attack"

    def ready(self, now: int) -> bool:
        """Whether the victim's credential can be had at the end of a slice."""
        return self.due < now and self.victim.live(now)

    def play(self, since: int) -> Iterator[Event]:
        """The attack, from shortly after the victim's latest use of the credential on, and not
        before `since`."""
        at = max(self.due, since)
        if self.victim.seen:
            at = max(at, self.victim.seen + self.rng.randint(1 * MINUTE, 8 * MINUTE))
        scene = intruder(self.world, self.victim, self.rng, at, self.entry)
        return _as(self.scenario.attack(scene), self.mark)


def _as(events: Iterable[Event], mark: str) -> Iterator[Event]:
    """Mark events; `-` stands for a benign event in the middle of an incident."""
    for at, record, own_mark in events:
        yield at, record, "" if own_mark == "-" else mark


def cast(world: World, actors: Sequence[Actor]) -> list[Incident]:
    """Plan every incident and give every twin its host, spread over the time after the calm."""
    options = world.options
    rng = world.rng("casting")
    taken: set[str] = set()
    plan: list[Incident] = []
    numbers: dict[str, int] = {}
    chosen = _chosen(options, rng)
    for position, name in enumerate(chosen):
        numbers[name] = numbers.get(name, 0) + 1
        scenario = SCENARIOS[name]
        victim = _find(actors, scenario.victims, taken, rng)
        host = _find(actors, scenario.hosts, taken, rng)
        due = _due(options, scenario, (position + rng.random()) / len(chosen))
        if isinstance(victim, KeyUser):
            victim.rotates = False  # a stolen key that is replaced in time is no incident
        incident = Incident(world, scenario, numbers[name], victim, due)
        plan.append(incident)
        _give_habit(world, host, scenario, incident.name, rng)
    return plan


def _chosen(options: Options, rng: Random) -> list[str]:
    unknown = [name for name in options.scenarios if name not in SCENARIOS]
    if unknown:
        raise ValueError(f"simulate: no scenario is named {', '.join(unknown)}")
    names = list(options.scenarios or SCENARIOS)
    count = max(1, round(options.identities / options.per_incident))
    if options.scenarios or options.identities >= _ALL_FROM * len(names):
        count = max(count, len(names))
    chosen: list[str] = []
    while len(chosen) < count:
        chosen += rng.sample(names, len(names))
    return chosen[:count]


def _due(options: Options, scenario: Scenario, share: float) -> int:
    if scenario.early:
        return options.start + 2 * HOUR
    span = options.end - options.attacks_from
    if scenario.name in {"poisoning", "slow_and_low"}:
        share *= 0.2  # these need days
    return options.attacks_from + int(span * share * 0.85)


def _find(actors: Sequence[Actor], labels: tuple[str, ...], taken: set[str], rng: Random) -> Actor:
    """Somebody who fits; each label has the same chance, and nobody plays twice while others can."""
    for label in rng.sample(labels, len(labels)):
        fitting = [a for a in actors if label in a.labels() and not a.newcomer]
        free = [a for a in fitting if a.name not in taken]
        if free:
            found = rng.choice(free)
            taken.add(found.name)
            return found
    fitting = [a for a in actors if set(labels) & a.labels() and not a.newcomer]
    if not fitting:
        raise ValueError(f"simulate: nobody in the population is any of {', '.join(labels)}")
    return rng.choice(fitting)


def substitute(incident: Incident, actors: Sequence[Actor], now: int) -> bool:
    """Another victim, when the planned one stays away too long."""
    wanted = set(incident.scenario.victims)
    fitting = [a for a in actors if wanted & a.labels() and a.live(now) and not a.newcomer]
    if fitting:
        incident.victim = incident.rng.choice(fitting)
    return bool(fitting)


def _give_habit(world: World, host: Actor, scenario: Scenario, name: str, rng: Random) -> None:
    """Let the host do the twin's part from the first day on; one of the times is the twin."""
    options = world.options
    span = options.end - options.attacks_from
    due = _working_time(options, options.attacks_from + int(span * 0.6 * rng.random()), rng)
    habit = Habit(world, scenario, name)
    host.follow(host.rhythm(scenario.per_day), habit.as_always)
    host.follow(once(due), habit.as_twin)


def _working_time(options: Options, wanted: int, rng: Random) -> int:
    """A time near the wanted one, in office hours where the simulation has any left."""
    for day in (0, 1, 2, 3, -1, -2):
        at = wanted // DAY * DAY + day * DAY + rng.randrange(9 * HOUR, 15 * HOUR)
        if options.attacks_from <= at < options.end - 2 * HOUR and weekday(at) < 5:
            return at
    return min(wanted, max(options.attacks_from, options.end - 2 * HOUR))


class Habit:
    """A twin's routine: the same moves again and again, one time of which is the twin."""

    def __init__(self, world: World, scenario: Scenario, name: str) -> None:
        self.world = world
        self.scenario = scenario
        self.mark = f"{name}:twin"
        self.rng = world.rng(f"habit:{name}")
        self.things: dict[str, Holdings] = {}

    def as_always(self, actor: Actor, at: int) -> Iterator[Event]:
        """Do it once more."""
        for when, record, _ in self.scenario.twin(self._scene(actor, at)):
            tried = record.get("errorCode") == "Client.DryRunOperation"
            yield when, record, "dry_run" if tried else "twin_habit"

    def as_twin(self, actor: Actor, at: int) -> Iterator[Event]:
        """Do it the one time that is compared with the attack."""
        return (
            (t, record, self.mark) for t, record, _ in self.scenario.twin(self._scene(actor, at))
        )

    def _scene(self, actor: Actor, at: int) -> Scene:
        if self.scenario.by_itself or not actor.in_cloud:
            return bare(self.world, actor, self.rng, at)
        scene = own(self.world, actor, self.rng, at)
        key = scene.account.id
        if key not in self.things:
            self.things[key] = scene.account.everything.share(Random(f"{self.mark}:{key}"), 8)
        scene.elsewhere(holdings=self.things[key])
        return scene
