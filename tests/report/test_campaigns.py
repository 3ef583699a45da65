"""From alert messages to campaigns."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from detector.report.campaigns import fold
from schemas.alert import Alert, FindingInfo
from schemas.story import Moment, Place, Story
from tests.report.samples import alerts

ALL = alerts()


def numbered(uid: str, revision: int = 1, severity: int = 3, **story: object) -> Alert:
    """A lone finding's message."""
    base = ALL[-1]
    return structs.replace(
        base,
        severity_id=severity,
        metadata=structs.replace(base.metadata, correlation_uid=""),
        finding_info=structs.replace(base.finding_info, uid=uid),
        unmapped=structs.replace(base.unmapped, revision=revision, **story),
    )


def bare() -> Alert:
    """A message that says as little as the contract allows."""
    story = ALL[-1].unmapped
    empty = Story(
        schema=1, entity=story.entity, detection="d", revision=1, outcome="succeeded",
        decisive=Moment(time=5, uid="e1"), origin=Place(),
    )  # fmt: skip
    about = FindingInfo(uid="bare", title="Bare")
    return structs.replace(
        ALL[-1],
        message="",
        confidence_score=None,
        risk_score=None,
        finding_info=about,
        unmapped=empty,
    )


def test_findings_of_one_correlation_are_one_campaign_led_by_the_gravest():
    """The stolen key's two findings stand together, the critical one first."""
    first = fold(ALL).campaigns[0]

    assert first.uid == "campaign-ci"
    assert [alert.finding_info.uid for alert in first.alerts] == ["f-7b21", "f-90aa"]


def test_a_finding_counts_with_its_last_revision():
    """An update replaces what was said before, even when it arrives first."""
    opened, updated = numbered("f1", 1), numbered("f1", 2, severity=5)

    assert fold([updated, opened]).campaigns[0].lead is updated


def test_a_superseded_finding_is_left_to_its_successor():
    """A finding that was replaced does not appear twice."""
    gone = numbered("f1", 2, superseded_by="f2")

    assert [c.uid for c in fold([numbered("f1"), numbered("f2"), gone]).campaigns] == ["f2"]


def test_the_least_grave_are_cut_and_counted():
    """Beyond the limit the gravest stay, and the rest is counted."""
    many = [numbered(f"f{n}", severity=1 + n % 5) for n in range(50)]
    folded = fold(many, most=10)

    assert (folded.findings, folded.cut) == (10, 40)
    assert {c.lead.severity_id for c in folded.campaigns} == {5}


@given(st.permutations(ALL))
def test_the_order_of_messages_does_not_matter(messages):
    """The page is the same whichever finding was published first."""
    assert fold(ALL) == fold(messages)


def test_a_finding_that_points_to_a_command_of_its_campaign_shows_that():
    """What has gone out for another finding ends this one as well; a stranger's does not."""
    carrying, other = (alert for alert in fold(ALL).campaigns[0].alerts)
    command = carrying.unmapped.command or other.unmapped.command
    assert command is not None
    withheld = f"Command {command.command_uid} has gone out for this."
    bearer, pointing = (
        structs.replace(alert, unmapped=structs.replace(alert.unmapped, **story))
        for alert, story in (
            (carrying, {"command": command, "withheld": ""}),
            (other, {"command": None, "withheld": withheld}),
        )
    )
    [campaign] = fold([bearer, pointing]).campaigns
    lone = structs.replace(
        pointing, metadata=structs.replace(pointing.metadata, correlation_uid="")
    )
    [alone] = fold([lone]).campaigns

    assert command == campaign.command(bearer) == campaign.command(pointing)
    assert alone.command(lone) is None
