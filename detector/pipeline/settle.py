"""Settling: what happens when time has passed for good.

A tick moves the watermark. Every identity that was active settles its complete quarters in event-
time order: marks are judged on complete windows, evidence is folded for good, clean quarters are
learned and the others held back, peers are told, quiet episodes close.
"""

from detector.config import DAY, HOUR
from detector.entities.children import pruned
from detector.entities.credential import CredentialState
from detector.entities.opened import kept
from detector.entities.origin import OriginState
from detector.entities.principal import PrincipalState
from detector.features.origin_view import WINDOW
from detector.features.view import PERSON, groups_of, person_of
from detector.pipeline import judge, origins
from detector.pipeline.state import NOTHING, Entity, Outcome, State
from detector.window.baseline import features
from detector.window.empty import none_yet
from detector.window.panes import QUARTER, settle_bound
from schemas.fact import Fact, Summary, Tick

_SESSIONS = 3 * DAY
_SEVERAL = 2
_KEYS = _PRINCIPALS = 90 * DAY
_ORIGIN = "origin:"


def tick(state: State, record: Tick) -> Outcome:
    """Take the watermark in; settle what it has passed."""
    due = begin(state, record)
    if due is None:
        return versions(state, record)
    outcomes = [o for key in due if (o := one(state, key)) is not NOTHING]
    outcomes += [finish(state, due), versions(state, record)]
    return Outcome(
        tuple(f for o in outcomes for f in o.findings),
        tuple(p for o in outcomes for p in o.plans),
        tuple(f for o in outcomes for f in o.facts),
        tuple(key for o in outcomes for key in o.gone),
    )


def begin(state: State, record: Tick) -> list[str] | None:
    """Take the watermark in; None if it settles nothing. Else these entities are to be settled, each
    by `one` and before anything else comes to it, in any order; then comes `finish`."""
    state.watermark = max(state.watermark, record.watermark)
    bound = settle_bound(state.watermark, state.config.fact_allowance)
    if record.final:
        bound = max(bound, settle_bound(record.watermark, 0) + QUARTER)
    if bound <= state.bound:
        return None
    state.bound = bound
    due, state.due = state.due, []
    return due


def finish(state: State, due: list[str]) -> Outcome:
    """All that was due is settled: what is over is `gone`."""
    gone = [key for key in due if key.startswith(_ORIGIN) and key not in state.origins]
    return Outcome(gone=tuple(gone + _forget(state)))


def _forget(state: State) -> list[str]:
    """Drop what has been quiet for so long that nothing can come of it: sessions after three days,
    principals and keys that only news was told of after ninety. Checked once an epoch."""
    epoch = state.bound // state.config.epoch
    if epoch == state.swept:
        return []
    state.swept = epoch
    gone = [k for k, c in state.credentials.items() if outlived(state, c)]
    for key in gone:
        del state.credentials[key]
    old = [k for k, p in state.principals.items() if outlived(state, p)]
    for key in old:
        del state.principals[key]
    return gone + old


def outlived(state: State, entity: Entity) -> bool:
    """Whether an entity was over when the epoch began."""
    if entity.due:
        return False
    edge = state.swept * state.config.epoch
    if isinstance(entity, CredentialState):
        quiet = _KEYS if entity.awaited() else _SESSIONS
        return entity.last < edge - quiet and entity.passing()
    return isinstance(entity, PrincipalState) and entity.last < edge - _PRINCIPALS


def one(state: State, key: str) -> Outcome:
    """Settle one entity that is due."""
    bound, principal = state.bound, state.principals.get(key)
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
    starts = principal.quarters_to_settle(bound)
    for start in starts:
        # Told as of this quarter: peers' versions before it have been given.
        learned += [(value, start) for value, _ in principal.seen.free(start)]
        learned += _quarter(state, principal, start)
    principal.settled = bound
    out = _told(state, principal, bound)
    if starts:
        principal.panes.prune(bound)
    principal.marks.prune(bound)
    state.quiet.settle(principal.key, bound)
    principal.touches.prune(bound)
    if principal.handed:
        principal.handed = tuple(row for row in principal.handed if row[0].time >= bound)
    if principal.approvals:
        principal.approvals = tuple(t for t in principal.approvals if t >= bound - 2 * HOUR)
    if principal.opened:
        principal.opened = kept(principal.opened, bound) or none_yet()
    if principal.children:
        principal.children = pruned(principal.children, bound)
    if learned or not principal.due or len(principal.seen.pending) != waiting:
        principal.change()  # and what comes to one that is not due has to make it so
    facts = tuple(summaries(principal, learned)) if learned else ()
    return Outcome(out.findings, out.plans, facts) if facts else out


def _quarter(state: State, principal: PrincipalState, start: int) -> list[tuple[str, int]]:
    """Settle one active quarter: judge, fold, then learn it unless a finding covers it."""
    end = start + QUARTER
    principal.told(start)
    marks = principal.marks
    found = list(judge.touched(state, principal, start, end)) if principal.credentials else []
    if marks.items:
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


_TOLD = frozenset("owefncar")
_CARRIED = frozenset("nca")  # from account to account by one person


def summaries(principal: PrincipalState, learned: list[tuple[str, int]]) -> list[Fact]:
    """What the identity's peers should know: operations, effects, places, regions, tools and foreign
    parties that it has newly learned, and once the account that it belongs to, which is no foreign party."""
    values = [(v, t) for v, t in learned if v[0] in _TOLD]
    if not values:
        return []
    own = f"f:{principal.who.account}"
    if principal.who.account and own not in principal.seen.known:
        principal.seen.known[own] = values[0][1]
        values.append((own, values[0][1]))
    out = []
    # One for each quarter: versions count whole ones, however many have settled at once.
    for quarter in sorted({t // QUARTER for _, t in values}):
        rows = [(v, t) for v, t in values if t // QUARTER == quarter]
        out += [_summary(principal, group, rows) for group in groups_of(principal)]
        person = person_of(principal)
        carried = [(v, t) for v, t in rows if v[0] in _CARRIED] if person else []
        if carried:
            out.append(_summary(principal, person, carried))
    return out


def _summary(principal: PrincipalState, group: str, rows: list[tuple[str, int]]) -> Fact:
    told = Summary(member=principal.who.uid, values=tuple([v for v, _ in rows]))
    latest = max([t for _, t in rows])
    return Fact(kind="summary", entity=group, sender=principal.key, time=latest, summary=told)


def _credential(state: State, credential: CredentialState, bound: int) -> Outcome:
    credential.due = False
    for start in credential.quarters_to_settle(bound):
        for evidence in judge.judged_uses(state, credential, start, start + QUARTER):
            credential.episodes.settle(credential.key, evidence, state.config.quiet)
        credential.trim(start + QUARTER)
    credential.forget_hours(bound)
    credential.forget_reads(bound, state.config.secret_used_within)
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


def versions(state: State, record: Tick) -> Outcome:
    """The baselines of groups whose next version is complete: what their members had learned when
    its last quarter settled has been told."""
    if not record.told:
        return NOTHING
    epoch = state.config.epoch
    version = (record.told + state.horizon) // epoch
    cutoff = (version * epoch - state.horizon) // QUARTER * QUARTER
    out = []
    for _, group in sorted(state.groups.items()):
        if group.sent < version:
            group.sent = version
            baseline = group.version(version, cutoff)
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
    return Outcome(facts=tuple(out)) if out else NOTHING
