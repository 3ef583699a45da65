"""Plan and admission together: what no command may do, whatever is found, in whatever order."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct, structs

from detector.config import HOUR, MINUTE, Protected, ResponseConfig
from detector.findings import Finding
from detector.pipeline.admit import Admissions
from detector.respond.plan import plan
from detector.respond.protect import protected_by
from tests.respond.findings import (
    ADA,
    AGENT,
    DEPLOY,
    FEDERATED,
    INSTANCE,
    KEY,
    NOON,
    PERSON,
    ROOT,
    SESSION,
    finding,
    token,
)

CREDENTIALS = (None, KEY, SESSION, token("jti", "9f0a"), token("github_token_id", "77"))
PRINCIPALS = (None, ADA, DEPLOY, PERSON, INSTANCE, FEDERATED, ROOT, AGENT)
# Names of each of them, in another letter case, as a whole or in part.
PATTERNS = (
    KEY.uid, KEY.fingerprint, SESSION.uid.lower(), "FP-*", "*user/ADA", "deploy", "*root", "web",
    "AWSReservedSSO_*", "arn:aws:sts::*", "triage",
)  # fmt: skip


class Found(Struct, frozen=True):
    """One finding of an identity, `minute` minutes after noon."""

    number: int
    credential: int
    principal: int
    minute: int
    risk: int = 92
    closed: bool = False
    tenant: str = "acme"

    def made(self) -> Finding:
        """The finding before any plan."""
        made = finding(
            CREDENTIALS[self.credential],
            PRINCIPALS[self.principal],
            uid=f"f{self.number}",
            time=NOON + self.minute * MINUTE,
            state="close" if self.closed else "open",
            risk=self.risk,
            tenant=self.tenant,
        )
        held = made.evidence.credential
        if held is None or self.number % 2:
            return made
        other = structs.replace(
            held, fingerprint=f"fp-{self.number}", uid=f"{held.uid}{self.number}"
        )
        return structs.replace(made, evidence=structs.replace(made.evidence, credential=other))


FOUND = st.builds(
    Found,
    number=st.integers(0, 12),
    credential=st.sampled_from((1, 2, 3, 4, 0)),
    principal=st.sampled_from((1, 2, 3, 4, 5, 6, 7, 0)),
    minute=st.integers(0, 150),
    risk=st.sampled_from((92, 92, 70, 69)),
    closed=st.sampled_from((False, False, False, True)),
    tenant=st.sampled_from(("acme", "other")),
)
LIMITS = st.builds(
    ResponseConfig,
    enforce=st.booleans(),
    max_commands=st.sampled_from((3, 2, 1, 0)),
    window_ms=st.sampled_from((MINUTE, 10 * MINUTE)),
    cooldown_ms=st.sampled_from((0, HOUR)),
    ttl_ms=st.sampled_from((MINUTE, HOUR)),
    auto_detections=st.sampled_from(((), ("minted_then_used",))),
    protected=st.builds(Protected, st.lists(st.sampled_from(PATTERNS), max_size=2).map(tuple)),
)
STREAMS = st.lists(FOUND, min_size=8, max_size=40)


def shown(
    stream: list[Found], planned: ResponseConfig, admitted: ResponseConfig
) -> list[tuple[Finding, int]]:
    """The findings that readers see with a command, each with the latest time so far at which its
    tenant was shown one: the plans are made under some settings, and admitted under others, as when
    a list has grown."""
    out, clock = [], dict.fromkeys(("acme", "other"), 0)
    desk = Admissions(admitted)
    for each in stream:
        bare = each.made()
        [seen] = desk.passed([structs.replace(bare, command=plan(bare, planned).command)])
        if seen.command is not None:
            clock[seen.tenant] = max(clock[seen.tenant], seen.time)
            out.append((seen, clock[seen.tenant]))
    return out


def covered(protected: Protected, seen: Finding) -> str:
    """The pattern that protects what a shown command is about."""
    about = seen.command.locator if seen.command is not None else None
    assert about is not None
    own = protected_by(protected, seen.evidence.credential, seen.evidence.principal)
    return own or protected_by(protected, about.credential, about.principal)


@given(STREAMS, LIMITS)
def test_no_protected_credential_is_revoked(stream: list[Found], limits: ResponseConfig):
    """Neither plan nor admission lets a command through that the list covers."""
    out = shown(stream, limits, limits)

    assert [] == [seen.uid for seen, _ in out if covered(limits.protected, seen)]


@given(STREAMS, LIMITS)
def test_what_was_planned_before_it_was_protected_is_not_revoked(
    stream: list[Found], limits: ResponseConfig
):
    """Admission alone holds back what the plan, under an older list, did not."""
    planned = structs.replace(limits, protected=Protected())
    out = shown(stream, planned, limits)

    assert [] == [seen.uid for seen, _ in out if covered(limits.protected, seen)]


@given(STREAMS, LIMITS)
def test_never_more_than_the_limit_in_any_window_for_any_tenant(
    stream: list[Found], limits: ResponseConfig
):
    """In any window at most so many commands are shown for the first time, and none expired."""
    first: dict[tuple[str, str], int] = {}
    for seen, clock in shown(stream, limits, limits):
        assert seen.command is not None
        if (seen.tenant, seen.command.command_uid) not in first:
            first[seen.tenant, seen.command.command_uid] = clock

            assert clock < seen.command.expires_at

    for tenant in ("acme", "other"):
        at = sorted(time for (own, _), time in first.items() if own == tenant)
        within = [sum(t <= s <= t + limits.window_ms for s in at) for t in at]

        assert limits.max_commands >= max(within, default=0)


@given(STREAMS, LIMITS)
def test_an_enforced_command_has_standing_leave(stream: list[Found], limits: ResponseConfig):
    """Without a person's approval only what the settings let act by itself goes out enforced, and
    never what ends a whole principal."""
    out = [seen.command for seen, _ in shown(stream, limits, limits)]
    enforced = [each for each in out if each is not None and each.mode == "enforce"]

    assert all(each.tier == "auto" and each.scope != "principal" for each in enforced)
