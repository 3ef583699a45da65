"""`step`: one record in, what it caused out. The worker, replay and the tests call this function.

The order of the work is the order of the lines: window, features, detect, decide, learn, plan.
"""

from sys import intern

from detector.entities.bounds import EVERY, limited
from detector.entities.credential import CredentialState
from detector.entities.group import GroupState
from detector.entities.origin import OriginState
from detector.entities.principal import PrincipalState
from detector.pipeline import descent, judge, settle, share
from detector.pipeline.state import NOTHING, Outcome, State
from detector.window.signature import Signature
from schemas.event import ActivityEvent
from schemas.fact import Fact, Tick

Record = ActivityEvent | Fact | Tick


def step(state: State, record: Record) -> Outcome:
    """Advance the state by one record. Deterministic; no I/O and no clock.

    Examples:
        >>> from schemas.event import Principal
        >>> event = ActivityEvent(uid="e", source="token_use", tenant="t", time=0,
        ...                       principal=Principal(uid="p"))
        >>> step(State(), event)
        Outcome(findings=(), plans=(), facts=(), gone=())
    """
    if isinstance(record, ActivityEvent):
        key = f"principal:{record.tenant}:{record.principal.uid}"
        principal = state.principals.get(key)
        signature = state.signatures.of(record)
        if (
            principal is not None
            and record.time >= state.bound
            and principal.repeats(record, signature, state.horizon)
        ):
            return NOTHING
        return _event(state, key, principal, record, signature)
    if isinstance(record, Fact):
        return _fact(state, record)
    return settle.tick(state, record)


def _event(
    state: State,
    key: str,
    principal: PrincipalState | None,
    event: ActivityEvent,
    signature: Signature,
) -> Outcome:
    born = principal is None
    if principal is None:
        principal = state.principals[key] = PrincipalState.born(event, key)
    if not principal.due:
        principal.due = True
        state.due.append(key)
    if event.time < state.bound:
        principal.late += 1
        state.late += 1
        principal.catch_up()
        return judge.late(state, principal, event, signature)
    if born:
        principal.begin(event, signature)
    elif (
        not principal.observe(event, signature, state.horizon)
        and event.kind == "use"
        and not principal.credentials
        and not limited(event)
    ):
        return NOTHING
    principal.catch_up()
    return judge.event(state, principal, event, signature)


def _fact(state: State, fact: Fact) -> Outcome:
    if fact.entity.startswith("credential:"):
        return _credential(state, fact)
    if fact.kind == "baseline":
        if fact.baseline is not None:
            state.peers.receive(fact.entity, fact.baseline)
            state.quiet.clear()
        return NOTHING
    if fact.kind == "summary":
        group = state.groups.get(fact.entity)
        if group is None:
            group = state.groups[fact.entity] = GroupState(fact.entity)
        if fact.summary is not None:
            group.report(fact.summary, fact.time)
        return NOTHING
    if fact.entity.startswith("origin:"):
        return _origin(state, fact)
    principal = state.principals.get(fact.entity)
    if principal is None:
        if fact.event is None or fact.principal is None:
            return NOTHING
        principal = state.principals[fact.entity] = share.expect(fact, fact.principal)
    principal.change()
    if fact.kind == "verdict":
        learned = principal.seen.forgive(fact.time)
        return Outcome(facts=tuple(settle.summaries(principal, learned)))
    if fact.kind == "child":
        descent.told(principal, fact)
        return NOTHING
    facts = tuple(share.told(principal, fact, state.config.max_hops))
    if not principal.due:
        principal.due = True
        state.due.append(fact.entity)
    if fact.kind == "status":
        for evidence in judge.touched(state, principal, max(fact.time, state.bound)):
            principal.episodes.offer(evidence)
    if fact.expires is not None and fact.time > principal.last:
        return Outcome(facts=facts) if facts else NOTHING  # nothing was used after that so far
    secret = fact.target if fact.target != EVERY else ""
    if fact.kind == "path" and fact.credential is not None:
        secret = fact.credential.fingerprint
    found = judge.again(state, principal, fact.time, secret=secret)
    return Outcome(found.findings, found.plans, facts + found.facts)


def _credential(state: State, fact: Fact) -> Outcome:
    credential = state.credentials.get(fact.entity)
    if credential is None:
        tenant = intern(fact.entity.split(":", 2)[1])
        credential = state.credentials[fact.entity] = CredentialState(fact.entity, tenant)
    if not credential.due:
        credential.due = True
        state.due.append(fact.entity)
    return judge.credential(state, credential, fact)


def _origin(state: State, fact: Fact) -> Outcome:
    origin = state.origins.get(fact.entity)
    if origin is None:
        origin = OriginState(fact.entity, fact.entity.split(":", 2)[1])
        state.origins[fact.entity] = origin
    if not origin.due:
        origin.due = True
        state.due.append(fact.entity)
    return judge.origin(state, origin, fact)
