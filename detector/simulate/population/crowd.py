"""The whole population: how many of each kind, from the number of identities asked for.

Examples:
    >>> from detector.simulate.options import Options
    >>> crowd = populate(World(Options(identities=60)))
    >>> {"person", "pipeline", "pod", "agent"} <= {actor.kind for actor in crowd}
    True
"""

from collections.abc import Callable

from detector.simulate.actor import Actor
from detector.simulate.population.agents import agent
from detector.simulate.population.brokered import brokered
from detector.simulate.population.custody import backup, key_rotator, secret_rotator
from detector.simulate.population.desk import PROFESSIONS
from detector.simulate.population.drift import let_drift
from detector.simulate.population.kubernetes import controller, service_account
from detector.simulate.population.machines import function, instance, task
from detector.simulate.population.occasions import rare_changes, recovery_exercise
from detector.simulate.population.people import Person, full_name
from detector.simulate.population.pipelines import first_day, pipeline
from detector.simulate.population.provider import services
from detector.simulate.population.readers import readers
from detector.simulate.population.static_users import KeyUser, key_user
from detector.simulate.population.terraform import terraform
from detector.simulate.world import World

# Shares of the identities, with the least number of each that a small organisation has.
_MACHINES: tuple[tuple[Callable[[World, int], Actor], float, int], ...] = (
    (key_user, 0.06, 6),
    (pipeline, 0.11, 4),
    (terraform, 0.03, 3),
    (controller, 0.05, 5),
    (service_account, 0.11, 4),
    (function, 0.11, 4),
    (task, 0.06, 2),
    (instance, 0.08, 4),
    (agent, 0.06, 5),
    (brokered, 0.05, 5),
)
_PEOPLE = 0.27
_READERS = 0.003


def populate(world: World) -> list[Actor]:
    """Everybody, in a fixed order."""
    size = world.options.identities
    machines: list[Actor] = []
    for make, share, least in _MACHINES:
        machines += [make(world, number) for number in range(max(least, round(size * share)))]
    people = _staff(world, max(8, round(size * _PEOPLE)))
    found: list[Actor] = [*people, *machines, *services(world)]
    found += readers(world, max(2, round(size * _READERS)))
    found += _custodians(world, machines)
    recovery_exercise(world, people)
    rare_changes(people)
    let_drift(world, found)
    return found


def _staff(world: World, count: int) -> list[Person]:
    rng = world.rng("staff")
    taken: set[str] = set()
    trades = list(PROFESSIONS)
    drawn = rng.choices(trades, [PROFESSIONS[t].share for t in trades], k=count)
    drawn[: len(trades)] = trades  # one of each at least
    staff = []
    for number, trade in enumerate(drawn):
        new = number >= len(trades) and number % 25 == 24
        staff.append(
            Person(world, full_name(rng, taken), trade, joins=first_day(world) if new else 0)
        )
    if count < 25:
        staff.append(Person(world, full_name(rng, taken), "developer", joins=first_day(world)))
    return staff


def _custodians(world: World, machines: list[Actor]) -> list[Actor]:
    found: list[Actor] = []
    for account in world.estate.workloads():
        servers = [
            m for m in machines
            if isinstance(m, KeyUser) and m.account is account and m.places and m.kind == "key"
        ]  # fmt: skip
        found += [backup(world, account), secret_rotator(world, account)]
        if servers:
            found.append(key_rotator(world, account, servers))
    return found
