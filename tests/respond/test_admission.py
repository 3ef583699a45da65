"""The limits of admission, one by one, and as invariants under any order of commands."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from detector.config import MINUTE, Protected, ResponseConfig
from detector.respond.admission import (
    AdmissionState,
    Admitted,
    BreakerOpened,
    Withheld,
    admit,
)
from schemas.command import Locator, RevokeCommand
from tests.respond.findings import ADA, KEY, SESSION, command

CONFIG = ResponseConfig(max_commands=3, window_ms=10 * MINUTE, cooldown_ms=60 * MINUTE)
FRESH = AdmissionState("acme")


def run(
    steps: list[tuple[RevokeCommand, int]],
    config: ResponseConfig = CONFIG,
    state: AdmissionState = FRESH,
) -> tuple[AdmissionState, list[Admitted | Withheld]]:
    """Admission over a list of (command, now)."""
    answers = []
    for wanted, now in steps:
        state, answer = admit(state, wanted, now, config)
        answers.append(answer)
    return state, answers


def causes(answers: list[Admitted | Withheld]) -> list[str]:
    """What became of each command, in one word."""
    return [answer.cause if isinstance(answer, Withheld) else "admitted" for answer in answers]


def test_a_command_is_admitted_once():
    """A repeated command is a duplicate and takes no room from others."""
    _, answers = run([(command(1), 1)] * 5 + [(command(2), 2), (command(3), 3)])

    assert ["admitted", *["duplicate"] * 4, "admitted", "admitted"] == causes(answers)


def test_findings_on_one_credential_share_one_revocation():
    """A second finding's command for the same key is covered while the first one lives."""
    held = Locator("aws", KEY, ADA)
    one = command(1, locator=held)
    other = command(2, locator=held, expires_at=300 * MINUTE)
    _, answers = run([(one, 1), (other, 2), (command(3), 3), (other, 60 * MINUTE)])

    assert ["admitted", "covered", "admitted", "admitted"] == causes(answers)


def test_a_shared_role_is_covered_whichever_session_was_seen():
    """Two sessions of one role want one cutoff; two keys of one user are two revocations."""
    role, other = (
        command(n, locator=Locator("aws", held, ADA), action="revoke_sessions", scope="principal")
        for n, held in enumerate((KEY, SESSION))
    )
    _, sessions = run([(role, 1), (other, 2)])
    _, keys = run(
        [
            (command(1, locator=Locator("aws", KEY, ADA)), 1),
            (command(2, locator=Locator("aws", SESSION, ADA)), 2),
        ]
    )

    assert (["admitted", "covered"], ["admitted"] * 2) == (causes(sessions), causes(keys))


def test_nothing_goes_out_at_or_past_its_expiry():
    """A command is dead from the millisecond of its expiry on."""
    _, answers = run([(command(1), 60 * MINUTE - 1), (command(2), 60 * MINUTE)])

    assert causes(answers) == ["admitted", "expired"]


def test_one_more_than_the_limit_opens_the_breaker_once():
    """The first refusal of an opened breaker carries the fact to alert on; later ones do not."""
    state, answers = run([(command(n), n) for n in range(1, 6)])

    assert causes(answers) == ["admitted"] * 3 + ["breaker"] * 2
    assert isinstance(answers[3], Withheld)
    assert BreakerOpened("acme", 4, 4, 4 + 60 * MINUTE) == answers[3].fact
    assert isinstance(answers[4], Withheld)
    assert answers[4].fact is None
    assert state.opened == 4


def test_the_breaker_closes_after_its_cooldown():
    """An hour after it opened the breaker lets commands through again."""
    state, _ = run([(command(n), n) for n in range(1, 6)])
    late = [command(n, expires_at=300 * MINUTE) for n in (7, 8)]
    _, answers = run([(late[0], 60 * MINUTE + 3), (late[1], 60 * MINUTE + 4)], state=state)

    assert causes(answers) == ["breaker", "admitted"]


def test_the_rate_limit_outlives_a_short_breaker():
    """With a cooldown shorter than the window the limit alone still holds."""
    config = structs.replace(CONFIG, cooldown_ms=MINUTE)
    state, _ = run([(command(n), n) for n in range(1, 5)], config)
    state, answers = run([(command(5), 2 * MINUTE)], config, state)

    assert causes(answers) == ["rate"]


def test_the_window_slides():
    """Commands that are spaced wider than the limit all go out."""
    _, answers = run([(command(n), n * 4 * MINUTE) for n in range(10)])

    assert causes(answers) == ["admitted"] * 10


def test_the_protected_list_is_asked_again():
    """A command planned before a name was protected is withheld at admission."""
    config = structs.replace(CONFIG, protected=Protected(("*user/ada",)))
    wanted = command(1, locator=Locator("aws", KEY, ADA))
    _, answers = run([(wanted, 1)], config)

    assert causes(answers) == ["protected"]


def test_enforced_commands_wait_for_a_person():
    """An enforceable command without standing leave goes out only when somebody agreed."""
    wanted = command(1, mode="enforce")
    state, answers = run([(wanted, 1)])
    _, agreed = admit(state, wanted, 2, CONFIG, approved=True)

    assert causes(answers) == ["approval"]
    assert isinstance(agreed, Admitted)


def test_automatic_commands_ask_nobody_and_forbidden_ones_never_go():
    """Tier auto goes out enforced; tier never does not, even in dry run."""
    _, answers = run([(command(1, mode="enforce", tier="auto"), 1), (command(2, tier="never"), 2)])

    assert causes(answers) == ["admitted", "never"]


def test_time_never_runs_backwards():
    """A late clock counts as the latest seen, so it cannot make room in the window."""
    _, answers = run([(command(1), 5 * MINUTE), (command(2), 0)])

    assert [a.time for a in answers if isinstance(a, Admitted)] == [5 * MINUTE] * 2


def test_another_tenants_command_is_an_error():
    """State is keyed by tenant; a stranger's command is a fault of the caller."""
    with pytest.raises(ValueError, match="'acme' got a command of 'other'"):
        admit(FRESH, command(1, tenant="other"), 1, CONFIG)


def held_by(wanted: RevokeCommand) -> str:
    """The public id of the credential that a command is about."""
    if wanted.locator is None or wanted.locator.credential is None:
        return ""
    return wanted.locator.credential.uid


COMMANDS = st.builds(
    lambda number, held, expires, tier, mode: command(
        number, locator=Locator("aws", held, ADA), expires_at=expires, tier=tier, mode=mode
    ),
    number=st.integers(0, 25),
    held=st.builds(
        lambda n, held: structs.replace(held, fingerprint=f"fp-{n}"),
        st.integers(0, 20),
        st.sampled_from([KEY, SESSION]),
    ),
    expires=st.integers(0, 200 * MINUTE),
    tier=st.sampled_from(["auto", "needs_approval", "never"]),
    mode=st.sampled_from(["dry_run", "enforce"]),
)
STEPS = st.lists(st.tuples(COMMANDS, st.integers(0, 180 * MINUTE)), max_size=60)
LIMITS = st.builds(
    ResponseConfig,
    max_commands=st.integers(0, 4),
    window_ms=st.sampled_from([1, MINUTE, 10 * MINUTE, 60 * MINUTE]),
    cooldown_ms=st.sampled_from([0, MINUTE, 60 * MINUTE]),
    protected=st.sampled_from([Protected(), Protected((KEY.uid,))]),
)


@given(steps=STEPS, limits=LIMITS)
def test_the_limits_hold_under_any_order_duplication_and_clock(steps, limits):
    """Never more than N in any M, nothing protected, nothing expired, nothing twice."""
    _, answers = run(steps, limits)
    out = [answer for answer in answers if isinstance(answer, Admitted)]
    times = sorted(answer.time for answer in out)

    assert all(
        sum(start <= time <= start + limits.window_ms for time in times) <= limits.max_commands
        for start in times
    )
    assert all(answer.time < answer.command.expires_at for answer in out)
    assert len(out) == len({answer.command.command_uid for answer in out})
    assert not any(held_by(answer.command) in limits.protected.patterns for answer in out)
    assert not any(answer.command.tier == "never" for answer in out)


@given(steps=STEPS, limits=LIMITS, cut=st.integers(0, 60))
def test_a_restored_state_goes_on_as_if_nothing_had_happened(steps, limits, cut):
    """A snapshot and restore at any point leaves every answer the same."""
    state, before = run(steps[:cut], limits)
    restored = msgspec.json.decode(msgspec.json.encode(state), type=AdmissionState)
    end, after = run(steps[cut:], limits, restored)

    assert (end, before + after) == run(steps, limits)


@given(steps=STEPS, limits=LIMITS)
def test_repeating_every_command_admits_nothing_more(steps, limits):
    """Every command sent twice gives the admissions of every command sent once."""
    twice = [step for step in steps for _ in range(2)]
    once = [a for a in run(steps, limits)[1] if isinstance(a, Admitted)]

    assert once == [a for a in run(twice, limits)[1] if isinstance(a, Admitted)]


@given(steps=STEPS, limits=LIMITS)
def test_the_state_stays_bounded(steps, limits):
    """What is wanted is counted no further than the breaker needs."""
    state, _ = run(steps, limits)

    assert len(state.wanted) <= limits.max_commands + 1
