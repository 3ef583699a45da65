"""One finding as a card that answers the first thirty seconds, top to bottom.

What happened and how sure; who, with what, from where; what was done and could be; how that differs
from normal; the harmless explanation and its check; the command; then the evidence.
"""

from collections.abc import Iterable

from detector.report.command import panel
from detector.report.evidence import ending, evidence
from detector.report.markup import Child, Markup, element, join, text
from detector.report.normal import row
from detector.report.path import MAX_STEPS, staircase
from detector.report.phrases import call, name_of, person
from detector.report.svg import burst
from detector.report.words import moment, several, span
from schemas.alert import Alert
from schemas.command import RevokeCommand
from schemas.story import Held, Moment, Person, Place, Story

MAX_MOMENTS = 24
MAX_CHANGES = 6


def card(alert: Alert, command: RevokeCommand | None) -> Markup:
    """Everything about one finding, and the command that would end it."""
    story = alert.unmapped
    return join(
        (
            element("p", alert.message or alert.finding_info.desc, cls="message"),
            _list(story.reasons, "reasons"),
            element("div", _facts(alert), _against(story), cls="halves"),
            _benign(story),
            _path(story),
            panel(story, command),
            _query(story),
            evidence(story),
            _frameworks(alert),
        )
    )


def _facts(alert: Alert) -> Markup:
    story = alert.unmapped
    return element(
        "dl",
        *_pair("Actor", _actor(story.actor) if story.actor else element("code", story.entity)),
        *_pair("Owner", _owner(story.actor)),
        *_pair("Credential", _credential(story.credential, alert.time)),
        *_pair("Decisive event", _decisive(story.decisive)),
        *_pair("Origin", _origin(story.origin)),
        *_pair("It changed", _did(story)),
        *_pair("It can", _list(story.reach)),
    )


def _pair(term: str, value: Child) -> tuple[Markup, ...]:
    return (element("dt", term), element("dd", value)) if value else ()


def _lines(*lines: Child) -> Markup:
    return join(element("div", line) for line in lines if line)


def _list(lines: Iterable[str], cls: str | None = None) -> Markup | None:
    items = [element("li", line) for line in lines if line]
    return element("ul", *items, cls=cls) if items else None


def _soft(words: str) -> Markup | None:
    return element("span", words, cls="soft") if words else None


def _actor(actor: Person) -> Markup:
    kind = " · ".join(p for p in (actor.type, actor.profile, f"account {actor.account}") if p)
    known = actor.known_by or actor.uid
    mfa = {True: "signed in with MFA", False: "no MFA", None: ""}[actor.mfa]
    shown = person(actor)
    return _lines(
        element("b", shown),
        _soft(kind if actor.account else kind.removesuffix(" · account ")),
        element("code", known) if known != shown else None,
        _soft(mfa),
    )


def _owner(actor: Person | None) -> Markup:
    if actor is None or not actor.owner:
        return element("span", "nobody on record", cls="soft")
    return element("span", actor.owner)


def _credential(held: Held | None, now: int) -> Markup | None:
    if held is None:
        return None
    status = element("b", held.status, cls=f"status {held.status}") if held.status else None
    age = f"{span(now - held.issued)} old" if held.issued is not None else "age unknown"
    kind = " ".join(part for part in (held.lifetime, held.type.replace("_", " ")) if part)
    return _lines(
        join((element("code", name_of(held)), " ", status)),
        _soft(f"{kind or 'credential'}, {age}"),
        _soft(f"until {moment(held.expires)} UTC" if held.expires is not None else ""),
        _soft(f"bound to {held.bound_to}" if held.bound_to else ""),
        _soft(f"obtained with credential {held.parent}" if held.parent else ""),
    )


def _decisive(m: Moment) -> Markup:
    return _lines(
        join((element("b", call(m)), " ", ending(m))),
        element("code", m.target) if m.target else None,
        element("span", "lets in ", element("code", m.foreign)) if m.foreign else None,
        _soft(f"{moment(m.time)} UTC · {m.uid}"),
    )


def _origin(place: Place) -> Markup | None:
    where = " · ".join(
        p for p in (place.address or place.network, place.country, place.region) if p
    )
    number = f"AS{place.asn}" if place.asn is not None else ""
    return _lines(
        element("b", where) if where else None,
        _soft(" · ".join(p for p in (place.client, number, f"via {place.via}" * bool(place.via)) if p)),
        place.why or place.reason or None,
    ) or None  # fmt: skip


def _did(story: Story) -> Child:
    if story.did:
        more = len(story.did) - MAX_CHANGES
        rest = f"and {several(more, 'further change')}" if more > 0 else ""
        return _list((*story.did[:MAX_CHANGES], rest))
    return element("span", "nothing: reads and refusals only", cls="soft")


def _against(story: Story) -> Markup:
    """Normal against now, over the strip of the burst itself."""
    moments = story.timeline[:MAX_MOMENTS]
    strip = burst(moments, max(story.events, len(moments))) if len(moments) > 1 else None
    lines = [row(line) for line in story.normal]
    return element(
        "div",
        element("h4", "Normal against now") if lines else None,
        *lines,
        element("h4", "The burst") if strip else None,
        strip,
        _legend() if strip else None,
        cls="against",
    )


def _legend() -> Markup:
    keys = ("read", "read"), ("secret", "secret read"), ("change", "change"), ("refused", "denied")
    marks = (element("span", element("i", cls=f"key {cls}"), word) for cls, word in keys)
    return element("p", *marks, cls="legend")


def _benign(story: Story) -> Markup | None:
    if not story.benign and not story.check:
        return None
    return element(
        "p",
        element("b", "Best harmless explanation: ") if story.benign else None,
        story.benign,
        " ",
        element("b", "The check that settles it: ") if story.check else None,
        story.check,
        cls="benign",
    )


def _path(story: Story) -> Markup | None:
    if not story.path:
        return None
    more = len(story.path) - MAX_STEPS
    rest = _soft(f"{several(more, 'further step')} in alerts.jsonl") if more > 0 else None
    return element("section", element("h4", "Path"), staircase(story.path), rest, cls="walk")


def _query(story: Story) -> Markup | None:
    """A query may span lines: each is made plain by itself, and none is cut."""
    if not story.query:
        return None
    lines = join(element("span", text(line, len(line))) for line in story.query.split("\n"))
    return element("section", element("h4", "Query to paste"), element("pre", lines, cls="query"))


def _frameworks(alert: Alert) -> Markup | None:
    chips = [*_techniques(alert), *(element("span", name) for name in alert.unmapped.owasp)]
    return element("p", *chips, cls="chips") if chips else None


def _techniques(alert: Alert) -> Iterable[Markup]:
    for attack in alert.finding_info.attacks:
        named = attack.sub_technique or attack.technique
        tactic = attack.tactic.name if attack.tactic else None
        yield element("span", element("b", named.uid), " ", named.name, title=tactic)
