"""Settling: what happens when time has passed for good.

A tick moves the watermark. Every identity that was active settles its complete quarters in event-
time order: marks are judged on complete windows, evidence is folded for good, clean quarters are
learned and the others held back, peers are told, quiet episodes close.
"""

from detector.config import DAY, HOUR
from detector.entities.children import pruned
from detector.entities.credential import CredentialState
from detector.entities.origin import OriginState
from detector.entities.principal import PrincipalState
from detector.features.origin_view import WINDOW
from detector.features.view import PERSON, groups_of, person_of
from detector.pipeline import judge, origins
from detector.pipeline.state import NOTHING, Outcome, State
from detector.window.baseline import features
from detector.window.panes import QUARTER, settle_bound
from schemas.fact import Fact, Summary, Tick

_SESSIONS = 3 * DAY
_SEVERAL = 2
_PRINCIPALS = 90 * DAY


def tick(state: State, record: Tick) -> Outcome:
    """Take the watermark in; settle what it has passed."""
    state.watermark = max(state.watermark, record.watermark)
    bound = settle_bound(state.watermark, state.config.fact_allowance)
    if record.final:
        bound = max(bound, settle_bound(record.watermark, 0) + QUARTER)
    if bound <= state.bound:
        return NOTHING
    state.bound = bound
    due, state.due = state.due, []
    outcomes = [o for key in due if (o := _settle(state, key, bound)) is not NOTHING]
    facts = tuple(_peer_versions(state))
    _forget(state, bound)
    return Outcome(
        tuple(f for o in outcomes for f in o.findings),
        tuple(p for o in outcomes for p in o.plans),
        tuple(f for o in outcomes for f in o.facts) + facts,
    )


def _forget(state: State, bound: int) -> None:
    """Drop what has been quiet for so long that nothing can come of it: sessions after three days,
    principals after ninety. Checked once an epoch."""
    epoch = bound // state.config.epoch
    if epoch == state.swept:
        return
    state.swept = epoch
    edge = epoch * state.config.epoch
    for key in [k for k, c in state.credentials.items() if c.last < edge - _SESSIONS]:
        holder = state.credentials[key]
        if not holder.due and holder.passing():
            del state.credentials[key]
    for key in [k for k, p in state.principals.items() if p.last < edge - _PRINCIPALS]:
        if not state.principals[key].due:
            del state.principals[key]


def _settle(state: State, key: str, bound: int) -> Outcome:
    principal = state.principals.get(key)
    if principal is not None:
        return _principal(state, principal, bound)
    credential = state.credentials.get(key)
    if credential is not None:
        return _credential(state, credential, bound)
    return _origin(state, state.origins[key], bound)


def _principal(state: State, principal: PrincipalState, bound: int) -> Outcome:
    principal.catch_up()
    principal.due = False
    learned: list[tuple[str, int]] = []
    waiting = len(principal.seen.pending)
    for start in principal.quarters_to_settle(bound):
        learned += _quarter(state, principal, start)
    principal.settled = bound
    out = _told(state, principal, bound)
    learned += principal.seen.free(bound)
    principal.panes.prune(bound)
    principal.marks.prune(bound)
    state.quiet.settle(principal.key, bound)
    principal.touches.prune(bound)
    if principal.handed:
        principal.handed = tuple(row for row in principal.handed if row[0].time >= bound)
    if principal.approvals:
        principal.approvals = tuple(t for t in principal.approvals if t >= bound - 2 * HOUR)
    if principal.children:
        principal.children = pruned(principal.children, bound)
    if principal.seen.pending and not principal.due:
        principal.due = True
        state.due.append(principal.key)
    if learned or not principal.due or len(principal.seen.pending) != waiting:
        principal.change()  # and what comes to one that is not due has to make it so
    facts = tuple(summaries(principal, learned)) if learned else ()
    return Outcome(out.findings, out.plans, facts) if facts else out


def _quarter(state: State, principal: PrincipalState, start: int) -> list[tuple[str, int]]:
    """Settle one active quarter: judge, fold, then learn it unless a finding covers it."""
    end = start + QUARTER
    principal.told(start)
    marks = principal.marks
    found = list(judge.touched(state, principal, start, end))
    for i in range(marks.index(start), marks.index(end)):
        found += judge.judged(state, principal, marks, i)
    if found:
        found.sort(key=lambda e: (e.decisive.time, e.decisive.uid))
    for evidence in found:
        principal.episodes.settle(principal.key, evidence, state.config.quiet)
    covered = principal.episodes.covers(start, end)
    release = end + state.config.release_after
    if covered:
        principal.change()
        principal.seen.extend(release)
    learned = principal.seen.settle(bound=end, dirty=lambda _: covered, release=release)
    if not covered:
        version = -(-(end + state.horizon) // state.config.epoch)
        kinds = frozenset(_KIND[value[0]] for value, _ in learned if value[0] in _KIND)
        principal.learned.learn(
            version=version,
            fresh=kinds,
            features=features(principal.panes.window(end - 1, QUARTER)),
        )
    return learned


_KIND = {"o": "operation", "w": "operation", "n": "network", "c": "client", "t": "target",
         "a": "area"}  # fmt: skip


_TOLD = frozenset("owefnca")
_CARRIED = frozenset("nca")  # from account to account by one person


def summaries(principal: PrincipalState, learned: list[tuple[str, int]]) -> list[Fact]:
    """What the identity's peers should know: operations, effects, places, tools and foreign parties that
    it has newly learned, and once the account that it belongs to, which is no foreign party."""
    values = [(v, t) for v, t in learned if v[0] in _TOLD]
    if not values:
        return []
    own = f"f:{principal.who.account}"
    if principal.who.account and own not in principal.seen.known:
        principal.seen.known[own] = values[0][1]
        values.append((own, values[0][1]))
    summary = Summary(member=principal.who.uid, values=tuple([v for v, _ in values]))
    latest = max([t for _, t in values])
    facts = [
        Fact(kind="summary", entity=entity, sender=principal.key, time=latest, summary=summary)
        for entity in groups_of(principal)
    ]
    person = person_of(principal)
    places = [(v, t) for v, t in values if v[0] in _CARRIED] if person else []
    if places:
        told = Summary(member=principal.who.uid, values=tuple([v for v, _ in places]))
        at = max([t for _, t in places])
        facts.append(
            Fact(kind="summary", entity=person, sender=principal.key, time=at, summary=told)
        )
    return facts


def _credential(state: State, credential: CredentialState, bound: int) -> Outcome:
    credential.due = False
    for start in credential.quarters_to_settle(bound):
        for evidence in judge.judged_uses(state, credential, start, start + QUARTER):
            credential.episodes.settle(credential.key, evidence, state.config.quiet)
        credential.trim(start + QUARTER)
    credential.settled = bound
    credential.children = pruned(credential.children, bound)
    return _told(state, credential, bound)


def _origin(state: State, origin: OriginState, bound: int) -> Outcome:
    origin.due = False
    for evidence in origins.judged(state, origin, origin.settled, bound):
        origin.episodes.settle(origin.key, evidence, state.config.quiet)
    origin.settled = bound
    origin.prune(bound - WINDOW)
    out = _told(state, origin, bound)
    if origin.arrivals and not origin.due:
        origin.due = True
        state.due.append(origin.key)
    if not origin.due:
        del state.origins[origin.key]
    return out


def _told(
    state: State, entity: PrincipalState | CredentialState | OriginState, bound: int
) -> Outcome:
    """Publish what has settled, close what is quiet, and come back if there is more to settle."""
    episodes = entity.episodes
    out = NOTHING if episodes.idle else _published(state, entity, bound)
    if entity.last >= bound or episodes.settled or episodes.open:
        entity.due = True
        state.due.append(entity.key)
    return out


def _published(
    state: State, entity: PrincipalState | CredentialState | OriginState, bound: int
) -> Outcome:
    entity.episodes.withdraw(bound)
    out = judge.published(state, entity, entity.tenant, bound, settled=True)
    closed = entity.episodes.close(bound, state.config.quiet)
    ended = judge.told_of(state, entity, entity.tenant, bound, closed)
    return Outcome(out.findings + ended.findings, out.plans + ended.plans)


def _peer_versions(state: State) -> list[Fact]:
    """The baselines of groups whose next version has become complete."""
    epoch = state.config.epoch
    version = (state.bound + state.horizon) // epoch
    out = []
    for group in state.groups.values():
        if group.sent < version:
            group.sent = version
            baseline = group.version(version, version * epoch - state.horizon)
            if baseline.members < _SEVERAL and f"|{PERSON}|" in group.key:
                continue  # who has one identity has nothing to tell another
            out.append(
                Fact(
                    kind="baseline",
                    entity=group.key,
                    sender=group.key,
                    time=version * epoch,
                    baseline=baseline,
                )
            )
    return out
