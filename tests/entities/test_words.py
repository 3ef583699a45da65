"""The words by which an event can be new."""

from detector.entities.words import words_of
from detector.window.signature import Signatures
from schemas.event import Action, ActivityEvent, Credential, Origin, Outcome, Principal, Target

PLACE = Origin(network="192.0.2.0/24", client="browser", region="us-east-1", console=True)


def words(**parts: object) -> dict[str, str]:
    """The words of an event with these parts."""
    event = ActivityEvent("e", "s", "t", 0, Principal("p"), **parts)  # type: ignore[arg-type]
    return words_of(event, Signatures().of(event))


def test_what_is_grave_has_a_target_and_more():
    """An effect, an outside party and a static credential are words too, in a fixed order."""
    made = words(
        action=Action("iam", "PutRolePolicy", "admin", "", "grant", "999"),
        credential=Credential("9f", lifetime="static"),
        target=Target("role/x"),
        origin=PLACE,
    )

    assert [
        "operation", "service", "network", "area", "client", "region", "target", "foreign",
        "effect", "credential",
    ] == list(made)  # fmt: skip
    assert (made["client"], made["effect"], made["foreign"]) == ("c:console", "e:grant", "f:999")


def test_a_refusal_without_an_action_has_its_target():
    """What was refused is looked at by its target, whatever it was."""
    assert "target" in words(outcome=Outcome("denied"), target=Target("role/x"))


def test_an_outside_party_counts_where_nothing_is_grave():
    """Also without a target, and without an effect."""
    made = words(action=Action("s3", "PutObject", "write", "", "", "999"))

    assert {"operation": "w:s3:PutObject", "service": "s:s3", "foreign": "f:999"} == made


def test_a_provider_that_calls_has_no_place_of_its_own():
    """Its network and client are not the caller's; what others share is not written to."""
    place = Origin(network="192.0.2.0/24", client="boto3", region="us-east-1", via="athena")
    parts = {"action": Action("s3", "GetObject", "read"), "origin": place}
    kept = words(**parts, credential=Credential("9f", lifetime="static"))

    assert {"operation", "service", "region", "credential"} == set(kept)
    assert "credential" not in words(**parts)
