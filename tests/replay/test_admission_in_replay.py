"""Commands in replay: what readers see of them is what their tenant's admission let through."""

import itertools
from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from detector.config import HOUR, MINUTE, SECOND, EngineConfig, Protected, ResponseConfig
from detector.findings import Finding
from detector.pipeline.admit import Admissions, passed
from detector.replay.drive import Replay
from detector.respond.admission import AdmissionState, BreakerOpened
from schemas.command import Locator
from schemas.event import ActivityEvent, Principal
from tests.pipeline.events import ADA, NOON, end, event, key
from tests.respond.findings import command, finding

LIMITS = ResponseConfig(max_commands=3, window_ms=10 * MINUTE, cooldown_ms=60 * MINUTE)


def user(number: int) -> Principal:
    """One of many users."""
    return structs.replace(ADA, uid=f"aws:123456789012:user/u{number}", name=f"u{number}")


def reused(number: int, at: int, tenant: str = "acme") -> list[ActivityEvent]:
    """A user's key is ended, and used a little later."""
    who, name = user(number), f"{tenant}{number:03}"
    told = [
        end(f"{name}-end", at, key(number)),
        event(f"{name}-a", at + 5 * SECOND, "s3:ListBuckets:list", who=who, used=key(number)),
        event(f"{name}-b", at + 6 * SECOND, "iam:ListUsers:list", who=who, used=key(number)),
        event(f"{name}-c", at + 7 * SECOND, "ec2:DescribeVpcs:list", who=who, used=key(number)),
    ]
    return [structs.replace(each, tenant=tenant) for each in told]


def run(
    events: Iterable[ActivityEvent], response: ResponseConfig = LIMITS
) -> tuple[list[Finding], Replay]:
    """Every revision that a replay publishes, in order."""
    engine = Replay(EngineConfig(response=response))
    out = [found for each in events for found in engine.feed(each)]
    return out + engine.finish(), engine


def many(count: int, gap: int) -> list[ActivityEvent]:
    """`count` abused keys, each `gap` ms after the one before."""
    return [each for n in range(count) for each in reused(n, NOON + n * gap)]


def sent(findings: Iterable[Finding]) -> set[str]:
    """The ids of the commands that readers were shown."""
    return {each.command.command_uid for each in findings if each.command is not None}


def asking(number: int, state: str = "open", locator: Locator | None = None) -> Finding:
    """A finding that asks for a command of its own."""
    wanted = command(number, expires_at=finding().time + HOUR, locator=locator)
    return finding(uid=f"f{number}", state=state, command=wanted)


def test_a_burst_of_commands_stops_at_the_limit():
    """The fourth revocation in ten minutes opens the breaker, and none follows it."""
    findings, engine = run(many(6, 10 * SECOND))

    assert 3 == len(sent(findings))
    assert 1 == engine.admissions.answers["breaker_opened"]


def test_the_finding_that_opens_the_breaker_says_so():
    """An analyst reads on one alert that the breaker opened there, and on others that it is open,
    each time with the call to make by hand."""
    findings, _ = run(many(5, 10 * SECOND))
    said = [each.withheld for each in findings if each.state == "open" and each.withheld]

    assert [True, False] == ["This command opened the circuit breaker" in each for each in said]
    assert all("The circuit breaker is open" in each for each in said)
    assert all("By hand: iam:UpdateAccessKey" in each for each in said)


def test_an_update_goes_on_showing_the_command_that_went_out():
    """Every revision of an episode whose command was admitted shows the same command."""
    findings, engine = run(reused(1, NOON))

    assert 1 < len(findings)
    assert 1 == len({each.command and each.command.command_uid for each in findings})
    assert len(findings) - 1 == engine.admissions.answers["duplicate"]


def test_each_tenant_has_its_own_limits():
    """A tenant that is attacked does not use up another's commands."""
    here, there = many(4, 10 * SECOND), reused(9, NOON + 45 * SECOND, tenant="other")
    findings, _ = run(sorted([*here, *there], key=lambda each: each.time))
    shown = {each.tenant: set[str]() for each in findings}
    for each in findings:
        if each.command is not None:
            shown[each.tenant].add(each.command.command_uid)

    assert {"acme": 3, "other": 1} == {tenant: len(ids) for tenant, ids in shown.items()}


def test_a_breaker_closes_after_its_cool_down():
    """What is found once the breaker has cooled may be revoked again."""
    late = reused(50, NOON + 2 * HOUR)
    findings, _ = run([*many(5, 10 * SECOND), *late])
    last = [each for each in findings if each.first >= NOON + 2 * HOUR]

    assert 1 == len(sent(last))


def test_findings_in_one_campaign_on_one_key_are_one_command():
    """A second finding that wants the same key ended names the command that already ends it."""
    first, second = (asking(number, locator=Locator("aws")) for number in (1, 2))
    shown, covered = Admissions(LIMITS).passed([first, second])

    assert shown.command is not None
    assert (None, f"Command {shown.command.command_uid} already ends this.") == (
        covered.command,
        covered.withheld,
    )


def test_an_episode_that_closes_asks_for_nothing_new():
    """A command that could not go out while the abuse went on does not go out after it."""
    state, made = passed(AdmissionState("acme"), asking(1, "close"), LIMITS)

    assert (AdmissionState("acme"), "closed", None) == (state, made.answer, made.finding.command)


def test_an_episode_that_closes_names_the_command_that_covered_it():
    """A finding whose key another finding's command ended says so to the last."""
    first, last = asking(1, locator=Locator("aws")), asking(2, "close", locator=Locator("aws"))
    _, made = Admissions(LIMITS).passed([first, last])

    assert first.command is not None
    assert f"Command {first.command.command_uid} has gone out for this." == made.withheld


def test_an_episode_that_closes_still_shows_what_went_out():
    """The last revision names the command that the first one carried."""
    opened = asking(1)
    state, first = passed(AdmissionState("acme"), opened, LIMITS)
    _, last = passed(state, asking(1, "close"), LIMITS)

    assert ("admitted", "duplicate") == (first.answer, last.answer)
    assert opened.command == last.finding.command


def test_a_finding_without_a_command_passes_untouched():
    """What the plan has withheld keeps its own reason, and nobody's limit moves."""
    plain = finding(withheld="The evidence is provisional.")
    state, made = passed(AdmissionState("acme"), plain, LIMITS)

    assert (AdmissionState("acme"), plain, "", None) == (
        state,
        made.finding,
        made.answer,
        made.opened,
    )


def test_the_opening_of_a_breaker_is_handed_on():
    """Whoever runs admission gets the fact to alert on, with the time at which it closes."""
    state, made = AdmissionState("acme"), None
    for number in range(4):
        state, made = passed(state, asking(number), LIMITS)

    assert made is not None
    now = finding().time
    assert BreakerOpened("acme", now, 4, now + LIMITS.cooldown_ms) == made.opened


def test_a_protected_key_is_never_revoked_in_replay():
    """What stands on the protected list stays, whichever finding asks."""
    protected = structs.replace(LIMITS, protected=Protected(("*user/u1",)))
    findings, _ = run([*reused(1, NOON), *reused(2, NOON + HOUR)], protected)

    assert {user(2).uid} == {
        each.command.locator.principal.uid
        for each in findings
        if each.command and each.command.locator and each.command.locator.principal
    }


@given(st.lists(st.integers(0, 4 * MINUTE), min_size=1, max_size=14))
def test_never_more_than_the_limit_in_any_window(gaps: list[int]):
    """In any ten minutes of event time a replay lets at most three new commands through."""
    times = list(itertools.accumulate(gaps, initial=NOON))
    events = [each for n, at in enumerate(times) for each in reused(n, at)]
    findings, _ = run(sorted(events, key=lambda each: (each.time, each.uid)))
    first: dict[str, int] = {}
    for each in findings:
        if each.command is not None:
            first.setdefault(each.command.command_uid, each.time)
    at = sorted(first.values())

    assert all(
        later - earlier > LIMITS.window_ms for earlier, later in zip(at, at[3:], strict=False)
    )
