"""Whether a planned command may go out now: one tenant's limits, as a pure step.

The state is a value. Time enters as `now` and never runs backwards here: a late `now` counts as the
latest seen, so that the limits hold over admission times whatever the clock of the caller does.

* At most `max_commands` are admitted in any `window_ms`.
* More than `max_commands` *wanted* in `window_ms` opens the breaker: nothing is admitted until
  `cooldown_ms` later, and the first refusal carries a `BreakerOpened` to alert on.
* A command is admitted once: its `command_uid` is remembered for `MEMORY_MS`. Several findings on
  one credential want one revocation: while an admitted command lives, others like it are covered.

Examples:
    >>> from schemas.command import SubjectId
    >>> command = RevokeCommand(
    ...     command_uid="c1", action="disable", scope="credential", mode="dry_run", tenant="acme",
    ...     issued_at=0, expires_at=60_000, finding_uid="f1", sub_id=SubjectId(format="opaque"),
    ... )
    >>> state, answer = admit(AdmissionState("acme"), command, 5, ResponseConfig())
    >>> answer.time
    5
    >>> admit(state, command, 6, ResponseConfig())[1].cause
    'duplicate'
"""

from typing import Literal

from msgspec import Struct, structs

from detector.config import DAY, MINUTE, ResponseConfig
from detector.respond.protect import protected_by
from schemas.command import RevokeCommand

MEMORY_MS = 7 * DAY
"""How long an admitted command is remembered; far longer than any finding stays open."""

Cause = Literal[
    "duplicate", "covered", "expired", "protected", "never", "approval", "breaker", "rate"
]


class Stamp(Struct, frozen=True, order=True):
    """A command and the moment, in epoch ms, at which it was admitted or first wanted.

    `covers` names what it would end, whichever finding asks for it; `until` is its expiry.
    """

    time: int
    command_uid: str
    covers: str
    until: int


class AdmissionState(Struct, frozen=True, omit_defaults=True):
    """One tenant's memory: a serialisable value, checkpointed like an entity.

    `clock` is the latest `now` seen; `opened` when the breaker opened, None while it is closed.
    """

    tenant: str
    clock: int = 0
    admitted: tuple[Stamp, ...] = ()
    wanted: tuple[Stamp, ...] = ()
    opened: int | None = None


class BreakerOpened(Struct, frozen=True):
    """Worth an alert of its own: more revocations were wanted than anyone should automate."""

    tenant: str
    time: int
    wanted: int
    until: int


class Admitted(Struct, frozen=True):
    """The command may go out. `time` is the admission time, over which the limits hold."""

    command: RevokeCommand
    time: int


class Withheld(Struct, frozen=True, omit_defaults=True):
    """The command stays here, and why, in plain words."""

    command: RevokeCommand
    cause: Cause
    why: str
    fact: BreakerOpened | None = None


def admit(
    state: AdmissionState,
    command: RevokeCommand,
    now: int,
    config: ResponseConfig,
    *,
    approved: bool = False,
) -> tuple[AdmissionState, Admitted | Withheld]:
    """Admit or withhold one command at `now` (epoch ms); `approved` says that a person agreed.

    Raises:
        ValueError: when the command belongs to another tenant.
    """
    if command.tenant != state.tenant:
        msg = f"admission of tenant {state.tenant!r} got a command of {command.tenant!r}"
        raise ValueError(msg)
    state = _advance(state, now, config)
    refused = _unfit(state, command, config, approved=approved)
    if refused is not None:
        return state, refused
    return _ration(_want(state, command, config), command, config)


def _advance(state: AdmissionState, now: int, config: ResponseConfig) -> AdmissionState:
    """Move the clock, forget what no limit looks at any more, close a breaker that has cooled."""
    clock = max(state.clock, now)
    keep = max(MEMORY_MS, config.window_ms)
    cooled = state.opened is not None and clock - state.opened >= config.cooldown_ms
    return AdmissionState(
        tenant=state.tenant,
        clock=clock,
        admitted=_since(state.admitted, clock - keep),
        wanted=() if cooled else _since(state.wanted, clock - config.window_ms),
        opened=None if cooled else state.opened,
    )


def _since(stamps: tuple[Stamp, ...], start: int) -> tuple[Stamp, ...]:
    return tuple(stamp for stamp in stamps if stamp.time >= start)


def _unfit(
    state: AdmissionState, command: RevokeCommand, config: ResponseConfig, *, approved: bool
) -> Withheld | None:
    """What no limit needs to look at. Only what gets past this counts as wanted."""
    if any(stamp.command_uid == command.command_uid for stamp in state.admitted):
        return Withheld(command, "duplicate", "This command has gone out already.")
    if state.clock >= command.expires_at:
        return Withheld(command, "expired", "The command expired before it could go out.")
    covering = _covering(state, command)
    if covering is not None:
        return Withheld(command, "covered", f"Command {covering.command_uid} already ends this.")
    locator = command.locator
    pattern = locator and protected_by(config.protected, locator.credential, locator.principal)
    if pattern:
        return Withheld(command, "protected", f"On the protected list ({pattern}).")
    if command.tier == "never":
        return Withheld(command, "never", "The settings forbid this command.")
    if command.tier == "needs_approval" and command.mode == "enforce" and not approved:
        # A dry run needs no one's leave: nothing may act on it.
        return Withheld(command, "approval", "It waits for a person's approval.")
    return None


def _covering(state: AdmissionState, command: RevokeCommand) -> Stamp | None:
    covers = _covers(command)
    alive = (stamp for stamp in state.admitted if stamp.until > state.clock)
    return next((stamp for stamp in alive if stamp.covers == covers), None)


def sent_for(state: AdmissionState, command: RevokeCommand) -> Stamp | None:
    """What has gone out, alive or not: this very command, else the latest that ended the same."""
    covers = _covers(command)
    own = [stamp for stamp in state.admitted if stamp.command_uid == command.command_uid]
    same = [stamp for stamp in state.admitted if stamp.covers == covers]
    return next(reversed(own or same), None)


def _covers(command: RevokeCommand) -> str:
    """What the command would end. A role's or person's sessions end whichever was seen."""
    locator = command.locator
    if locator is None:
        return command.command_uid
    held = locator.credential.fingerprint if locator.credential else ""
    whose = locator.principal.uid if locator.principal else ""
    target = held if command.scope == "credential" else whose
    return "|".join((command.mode, command.action, command.scope, locator.system, target))


def _stamp(state: AdmissionState, command: RevokeCommand) -> Stamp:
    return Stamp(state.clock, command.command_uid, _covers(command), command.expires_at)


def _want(state: AdmissionState, command: RevokeCommand, config: ResponseConfig) -> AdmissionState:
    """Count what the command would end, once, and no further than the breaker needs."""
    stamp = _stamp(state, command)
    known = any(stamp.covers == other.covers for other in state.wanted)
    if known or len(state.wanted) > config.max_commands:
        return state
    return structs.replace(state, wanted=(*state.wanted, stamp))


def _ration(
    state: AdmissionState, command: RevokeCommand, config: ResponseConfig
) -> tuple[AdmissionState, Admitted | Withheld]:
    if state.opened is not None:
        return state, _breaker(command, config)
    if len(state.wanted) > config.max_commands:
        return _trip(state, command, config)
    if len(_since(state.admitted, state.clock - config.window_ms)) >= config.max_commands:
        limit = f"{config.max_commands} commands in {config.window_ms // MINUTE} min"
        return state, Withheld(command, "rate", f"The limit of {limit} is used up.")
    state = structs.replace(state, admitted=(*state.admitted, _stamp(state, command)))
    return state, Admitted(command, state.clock)


def _trip(
    state: AdmissionState, command: RevokeCommand, config: ResponseConfig
) -> tuple[AdmissionState, Withheld]:
    until = state.clock + config.cooldown_ms
    fact = BreakerOpened(state.tenant, state.clock, len(state.wanted), until)
    return structs.replace(state, opened=state.clock), _breaker(command, config, fact)


def _breaker(
    command: RevokeCommand, config: ResponseConfig, fact: BreakerOpened | None = None
) -> Withheld:
    why = (
        f"The circuit breaker is open: more than {config.max_commands} revocations were wanted "
        f"within {config.window_ms // MINUTE} min. It closes {config.cooldown_ms // MINUTE} min "
        "after it opened."
    )
    return Withheld(command, "breaker", why, fact)
