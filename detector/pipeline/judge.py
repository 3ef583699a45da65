"""Judging: which marks are looked at when something arrives, and what comes of it.

On arrival the new mark is judged and, if it came late, every mark after it whose window it falls
into. When a quarter settles its marks are judged again, in order, on what is then complete.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from detector.config import HOUR
from detector.detections import DETECTIONS
from detector.entities.bounds import (
    EVERY,
    Breach,
    CredentialView,
    after_end,
    breach,
    limited,
    touches_canary,
)
from detector.entities.credential import MOST_USERS, CredentialState
from detector.entities.episodes import Change
from detector.entities.opened import noted
from detector.entities.origin import OriginState
from detector.entities.principal import PrincipalState
from detector.entities.words import words_of
from detector.features.credential_view import CredentialUseView
from detector.features.reach import wider
from detector.features.surprise import appraise
from detector.features.view import View, path_of
from detector.findings import Evidence, Finding
from detector.pipeline import angles, custody, descent, origins, share
from detector.pipeline.decide import finding
from detector.pipeline.standing import with_standing
from detector.pipeline.state import NOTHING, Entity, Outcome, State
from detector.respond.plan import Plan, plan
from detector.window.marks import Mark, Marks
from detector.window.novelty import UNBORN
from detector.window.signature import Signature, word_of
from schemas.event import Action, ActivityEvent, Posture
from schemas.event import Outcome as Ended
from schemas.fact import Fact

_ON_CREDENTIAL = tuple(d for d in DETECTIONS.values() if d.ON == "credential")
_LONGEST = HOUR
_DULL = 0.3
_TAKEN = "stored_secret_used"


def event(
    state: State, principal: PrincipalState, record: ActivityEvent, signature: Signature
) -> Outcome:
    """An event that wants a closer look: facts for others, a mark perhaps, findings perhaps."""
    if record.kind == "approval":
        principal.approve(record.time)
        state.quiet.forget(principal.key)
    ended, broken = None, touches_canary(record)
    if record.kind == "use" and (principal.credentials or limited(record)):
        view = _bounds_of(principal, record)
        ended = after_end(view, record.time)
        broken = breach(view if ended is None else None, record) is not None
    begun = noted(principal.opened, record)
    if begun is not None:
        principal.opened = begun
        state.quiet.forget(principal.key)
    before = len(principal.marks.items)
    novel, marked = principal.look(record, signature, state.horizon, broken=broken)
    if (marked or len(principal.marks.items) != before) and not _last(principal, record, before):
        state.quiet.forget(principal.key)
    made = share.facts_of(principal, record, novel, state.config.max_hops)
    if record.child is not None:
        made += custody.noted(principal, record, novel)
    if record.kind != "use":
        made += descent.noted(principal, record)
    if signature.notable:
        made += origins.presence(principal, record, novel, state.horizon)
    if not marked and ended is None:
        return Outcome((), (), tuple(made)) if made else NOTHING
    facts = tuple(made)
    if ended is not None and not marked:
        evidence = _out_of_bounds(state, principal, record, signature.value, ended)
        if evidence is not None:
            principal.episodes.offer(evidence)
    found = again(state, principal, record.time, record.uid)
    return Outcome(found.findings, found.plans, facts + found.facts) if facts else found


def _last(principal: PrincipalState, record: ActivityEvent, before: int) -> bool:
    """Whether all that happened to the marks is that this one came after them."""
    items = principal.marks.items
    return len(items) == before + 1 and items[-1].event is record


def _bounds_of(principal: PrincipalState, record: ActivityEvent) -> CredentialView | None:
    credential = record.credential
    if credential is None or not principal.credentials:
        return None
    return principal.credentials.get(credential.fingerprint) or principal.credentials.get(EVERY)


def again(
    state: State, principal: PrincipalState, since: int, uid: str = "", *, secret: str = ""
) -> Outcome:
    """Judge the marks from this event on, as far as a window of theirs may reach back to it; only
    those of one credential where something was told of that."""
    marks = principal.marks
    # what has settled stays as it was judged
    first = marks.index(since, uid) if since >= state.bound else marks.index(state.bound)
    for i in range(first, marks.index(since + _LONGEST) if marks.items else 0):
        used = marks.items[i].event.credential
        if secret and (used is None or used.fingerprint != secret):
            continue
        for evidence in judged(state, principal, marks, i):
            principal.episodes.offer(evidence)
    return published(state, principal, principal.tenant, since)


def touched(
    state: State, principal: PrincipalState, since: int, until: int = UNBORN
) -> Iterable[Evidence]:
    """Uses of credentials after their end that no mark stands for: the last of each quarter."""
    for secret, time, uid, action in principal.touches.between(since, until):
        view = principal.credentials.get(secret) or principal.credentials.get(EVERY)
        found = after_end(view, time)
        if view is None or found is None or principal.marks.holds(time, uid):
            continue
        service, operation, access, effect, status = action
        record = ActivityEvent(
            uid=uid,
            source="",
            tenant=principal.tenant,
            time=time,
            principal=principal.who,
            credential=view.credential,
            posture=Posture(protected=True) if view.protected else None,
            action=Action(service, operation, access, effect=effect),
            outcome=Ended(status),
        )
        evidence = _out_of_bounds(state, principal, record, word_of(action), found)
        if evidence is not None:
            yield evidence


def _out_of_bounds(
    state: State,
    principal: PrincipalState,
    record: ActivityEvent,
    value: str,
    found: Breach,
    novel: tuple[str, ...] = (),
) -> Evidence | None:
    """The evidence of a use that no mark stands for; none where the bound does not count by itself."""
    mark = Mark(record, value, 3)
    mark.novel = novel
    view = View(principal, mark, -1, state.peers, state.config, found)
    name = "canary_touched" if found.kind == "canary" else "credential_out_of_bounds"
    view.floor = state.floors[name]
    evidence: Evidence | None = DETECTIONS[name].judge(view)
    return evidence


def judged(state: State, principal: PrincipalState, marks: Marks, index: int) -> Iterable[Evidence]:
    """The evidence that passes the decision at one mark."""
    mark = marks.items[index]
    record = mark.event
    signature = state.signatures.of(record)
    values = words_of(record, signature)
    novel = principal.seen.novelties(values, record.time - state.horizon)
    found = breach(_bounds_of(principal, record), record)
    if found is None and novel == mark.novel and _quiet(state, principal, mark):
        return ()
    view = View(principal, mark, index, state.peers, state.config, found)
    before = mark.novel, mark.gravity, mark.novelty
    mark.novel = novel
    appraise(view, mark)
    if index + 1 < len(marks.items) and before != (novel, mark.gravity, mark.novelty):
        state.quiet.forget(principal.key)  # it stands in the windows of those after it
    dull = found is None and not view.path and mark.gravity + mark.novelty < _DULL
    out = [] if dull else angles.evidence(state, view)
    if found is None and not out and not view.counted:
        state.quiet.keep(principal.key, mark, (view.habits, principal.who_at, view.path))
    return out


def _quiet(state: State, principal: PrincipalState, mark: Mark) -> bool:
    grounds = state.quiet.grounds(principal.key, mark)
    return (
        grounds is not None
        and grounds[0] is principal.learned.at(mark.event.time // state.config.epoch)
        and grounds[1] == principal.who_at
        and grounds[2] == path_of(principal, mark.event)
    )


def credential(state: State, holder: CredentialState, fact: Fact) -> Outcome:
    """A fact reached a credential: answer its users, look at its uses again."""
    # News of a key counts from when it was told: what it tells of may be long ago.
    told = max(fact.time, state.bound) if fact.kind == "status" else fact.time
    holder.last = max(holder.last, told)
    facts: list[Fact] = []
    if fact.kind == "context":
        if holder.protect(fact):
            facts += share.answers(holder, holder.users)
        if fact.sender not in holder.users:
            facts += share.answers(holder, (fact.sender,)) + share.walked(holder, (fact.sender,))
            holder.users = _with_user(holder.users, fact.sender)
        if fact.reach is not None:
            holder.reach = wider(holder.reach, fact.reach)
        changed = holder.used(fact)
        if changed:
            facts += custody.used(holder, fact)
    elif fact.kind == "secret_read":
        changed = holder.read(fact)
    elif fact.kind == "issued":
        facts += descent.born(holder, fact)
        changed = holder.issued is None or share.worth(fact.path) < share.worth(holder.issued.path)
        holder.issued = fact if changed else holder.issued
        facts += share.walked(holder, holder.users) if changed else []
    elif fact.kind == "child":
        changed = False
        facts += descent.told(holder, fact)
    else:
        changed = False
        if holder.tell(fact):
            facts += share.answers(holder, holder.users) + descent.ends(holder, holder.parents)
        facts += custody.learned(holder, fact)
    if changed and (len(holder.uses) > 1 or holder.issued is not None or holder.reads):
        for evidence in judged_uses(state, holder, max(fact.time, state.bound)):
            holder.episodes.offer(evidence)
    if not changed or holder.episodes.idle:
        return Outcome((), (), tuple(facts)) if facts else NOTHING
    out = published(state, holder, holder.tenant, fact.time)
    return Outcome(out.findings, out.plans, tuple(facts) + out.facts) if facts else out


def _with_user(users: tuple[str, ...], sender: str) -> tuple[str, ...]:
    return tuple(sorted((*users, sender)))[:MOST_USERS] if users else (sender,)


def judged_uses(
    state: State, holder: CredentialState, since: int, until: int = UNBORN
) -> Iterable[Evidence]:
    """The evidence at each use of a credential from `since` on."""
    if len(holder.uses) < 2 and holder.issued is None and not holder.reads:
        return
    uses = holder.ordered()
    for i, use in enumerate(uses):
        if not since <= use.event.time < until:
            continue
        view = CredentialUseView(holder, use, uses[:i], state.config, state.peers)
        made = [(unit.META.id, unit.judge(view)) for unit in _ON_CREDENTIAL]
        found = [e for name, e in made if e is not None and e.score >= state.floors[name]]
        # where it was taken from says more than that it is in two places
        yield from [e for e in found if e.detection == _TAKEN] or found


def origin(state: State, here: OriginState, fact: Fact) -> Outcome:
    """A principal came to an address: look at this arrival and those after it."""
    if not here.arrive(fact):
        return NOTHING
    for evidence in origins.judged(state, here, max(fact.time, state.bound)):
        here.episodes.offer(evidence)
    return published(state, here, here.tenant, fact.time)


def late(
    state: State, principal: PrincipalState, record: ActivityEvent, signature: Signature
) -> Outcome:
    """An event behind everything settled: it still meets the checks that need no window, and an end
    or an exposure is told all the same: a scanner dates what it finds by when it came there."""
    found = breach(_bounds_of(principal, record), record)
    out = NOTHING if found is None else _late(state, principal, record, signature, found)
    facts = tuple(share.news_of(principal, record))
    return Outcome(out.findings, out.plans, out.facts + facts) if facts else out


def _late(
    state: State,
    principal: PrincipalState,
    record: ActivityEvent,
    signature: Signature,
    found: Breach,
) -> Outcome:
    novel = principal.seen.novelties(words_of(record, signature), record.time - state.horizon)
    evidence = _out_of_bounds(state, principal, record, signature.value, found, novel)
    if evidence is None:
        return NOTHING
    principal.episodes.late(principal.key, evidence, state.config.quiet)
    return published(state, principal, principal.tenant, record.time)


def published(
    state: State,
    entity: Entity,
    tenant: str,
    time: int,
    *,
    settled: bool = False,
) -> Outcome:
    """The difference to what readers were told, as findings with their plans."""
    if entity.episodes.idle:
        return NOTHING
    changes = entity.episodes.changes(entity.key, state.config.quiet, settled=settled)
    return told_of(state, entity, tenant, time, changes)


def told_of(
    state: State,
    entity: Entity,
    tenant: str,
    time: int,
    changes: list[Change],
) -> Outcome:
    """Findings and plans for changes of an entity's episodes."""
    if not changes:
        return NOTHING
    since = entity.episodes.since()
    made: list[Finding] = []
    plans: list[Plan] = []
    for change in changes:
        meta = DETECTIONS[change.episode.detection].META
        bare = with_standing(finding(change, meta, tenant, time, since), entity)
        planned = plan(bare, state.config.response)
        plans.append(planned)
        made.append(_with_plan(bare, planned))
    return Outcome(tuple(made), tuple(plans))


def _with_plan(bare: Finding, planned: Plan) -> Finding:
    return replace(bare, command=planned.command, withheld=planned.withheld)
