"""Short ways to say what the page, the story and the table all say.

Examples:
    >>> call(Moment(time=5, uid="e1", service="iam", operation="CreateUser"))
    'iam:CreateUser'
"""

from typing import Literal

from detector.report.campaigns import Campaign
from schemas.alert import Alert
from schemas.story import Held, Moment, Person

_CHANGES = frozenset({"write", "delete", "admin", "credential_issue"})


def who(campaign: Campaign) -> str:
    """The campaign's actor by the shortest name that an analyst knows."""
    actor = campaign.lead.unmapped.actor
    return campaign.lead.unmapped.entity if actor is None else person(actor)


def person(actor: Person) -> str:
    """A human by the session's name, which single sign-on sets; anyone else by their own."""
    return actor.session if actor.type == "human" and actor.session else actor.name or actor.uid


def verdict(alert: Alert) -> str:
    """Whether it worked, how sure and how grave it is, in one line."""
    story = alert.unmapped
    worked = "It succeeded" if story.decisive.status == "success" else "Part of it succeeded"
    worked = "Every attempt was denied" if story.outcome == "denied" else worked
    sure = f"confidence {alert.confidence_score} of 100" if alert.confidence_score else ""
    risk = f"risk {alert.risk_score} of 100" if alert.risk_score is not None else ""
    until = "provisional: a late event may still explain it" if story.provisional else ""
    return " · ".join(part for part in (worked, sure, risk, until) if part)


def call(m: Moment) -> str:
    """What was called."""
    return f"{m.service}:{m.operation}" if m.service else m.operation


def place(m: Moment) -> str:
    """Where it was called from: the address, or the network where there is none."""
    return m.address or m.network


def ended(m: Moment) -> str:
    """How the call ended, in words."""
    return "succeeded" if m.status == "success" else m.status.replace("_", " ")


def name_of(held: Held) -> str:
    """The credential by its public id, or by its fingerprint where the log holds no id."""
    return held.uid or f"fingerprint {held.fingerprint}"


def sort_of(m: Moment) -> Literal["change", "secret", "read"]:
    """What an event was for."""
    if m.access in _CHANGES:
        return "change"
    return "secret" if m.access == "secret_read" else "read"
