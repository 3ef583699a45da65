"""Findings become OCSF messages that answer an analyst's first questions."""

import json
import tomllib
from functools import cache
from typing import Any

import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from detector.findings import Moment, Normal
from detector.sinks.ocsf import alert, receipt
from detector.sinks.ocsf.envelope import PRODUCT_VERSION
from detector.sinks.ocsf.parts import address
from detector.sinks.ocsf.plain import sentence
from schemas.alert import Alert
from schemas.command import RevokeCommand, Verb
from schemas.event import Credential, Origin
from schemas.receipt import RevokeResult
from schemas.registry import json_schema
from tests.schemas import strategies as any_message
from tests.schemas.strict import strict
from tests.shared_data import PROJECT, shared_data
from tests.sinks.findings import (
    ADA,
    ANSWERED,
    COMMAND,
    DETECTION,
    FINDING,
    KEY,
    MINTED,
    OPENED,
    PROBED,
    REFUSED,
    REPLACED,
    SEEN,
)
from tests.sinks.strategies import ADDRESSES, DETECTIONS, FINDINGS

STATUSES = ("unknown", "success", "failure", "does not exist", "partial", "unsupported", "error")


@cache
def definition(name: str) -> dict[str, Any]:
    """OCSF's own schema of one class, from the reference data."""
    path = shared_data() / "reference" / "ocsf-1.8.0" / f"{name}.schema.json"
    schema: dict[str, Any] = json.loads(path.read_bytes())
    return schema


@cache
def ocsf(name: str) -> jsonschema.Draft202012Validator:
    """What checks a message against OCSF's schema of one class."""
    return jsonschema.Draft202012Validator(definition(name))


def plain(message: Any) -> Any:
    """The message as a reader sees it."""
    return msgspec.json.decode(msgspec.json.encode(message))


@pytest.mark.parametrize("message", [OPENED, REPLACED])
def test_an_alert_is_a_detection_finding(message):
    """An alert passes OCSF's schema of class 2004."""
    ocsf("detection_finding").validate(plain(message))


def test_a_receipt_is_a_remediation_activity():
    """A receipt passes OCSF's schema of class 7001."""
    ocsf("remediation_activity").validate(plain(ANSWERED))


@given(FINDINGS, DETECTIONS)
def test_any_finding_makes_a_valid_alert(finding, detection):
    """Whatever a finding holds, its alert passes OCSF's schema."""
    ocsf("detection_finding").validate(plain(alert(finding, detection)))


@given(FINDINGS, DETECTIONS)
def test_any_alert_comes_back_equal_and_holds_no_foreign_field(finding, detection):
    """An alert survives its encoding, and every field of it is in our schema."""
    made = alert(finding, detection)
    raw = msgspec.json.encode(made)
    jsonschema.Draft202012Validator(strict(json_schema("alert"))).validate(plain(made))

    assert made == msgspec.json.decode(raw, type=Alert)
    assert raw == msgspec.json.encode(alert(finding, detection))


@given(
    any_message.structs(RevokeCommand),
    st.sampled_from(STATUSES),
    st.text(),
    any_message.INT64,
)
def test_any_receipt_is_valid_and_comes_back_equal(command, status, reason, time):
    """Whatever a command holds, its receipt passes OCSF's schema and names the command."""
    made = receipt(command, status=status, reason=reason, time=time)
    ocsf("remediation_activity").validate(plain(made))

    assert made == msgspec.json.decode(msgspec.json.encode(made), type=RevokeResult)
    assert command.command_uid == made.command_uid


@given(ADDRESSES)
def test_only_an_ip_address_is_called_one(text):
    """Whatever the log calls an origin, the endpoint passes OCSF's rule for addresses."""
    schema = {
        "$ref": "#/$defs/network_endpoint",
        "$defs": definition("detection_finding")["$defs"],
    }
    jsonschema.Draft202012Validator(schema).validate(plain(address(text)))


def test_the_message_is_the_verdict_with_the_numbers():
    """One sentence says how sure we are, who, what, to what, from where, how many and how fast."""
    assert (
        "Very likely abuse by ada (human, account 123456789012): A key was minted for another "
        "user; CreateAccessKey (iam) on arn:aws:iam::123456789012:user/backup succeeded from "
        "192.0.2.7; 14 events in 42 s, risk 87 of 100."
    ) == OPENED.message


@pytest.mark.parametrize(
    ("confidence", "verdict"), [(90, "Very likely abuse"), (50, "Likely"), (20, "Possible abuse")]
)
def test_the_verdict_follows_the_confidence(confidence, verdict):
    """The first words say how sure we are."""
    made = alert(structs.replace(FINDING, confidence=confidence), DETECTION)

    assert made.message.startswith(verdict)


def test_denied_attempts_say_so_first():
    """Where everything was refused, the verdict and the outcome say that nothing succeeded."""
    seen = structs.replace(SEEN, decisive=REFUSED, moments=(REFUSED,), denied_only=True)
    made = alert(structs.replace(FINDING, evidence=seen), DETECTION)

    assert made.message.startswith("Very likely attempts at abuse, none successful, by ada")
    assert "denied" == made.unmapped.outcome


def test_an_unnamed_actor_is_the_entity():
    """Without a principal, the verdict names the entity that the finding is about."""
    seen = structs.replace(SEEN, principal=None)
    finding = structs.replace(FINDING, entity="credential:acme:9f2c4e", evidence=seen)

    assert alert(finding, DETECTION).message.startswith("Very likely abuse by 9f2c4e: ")


def test_a_replaced_finding_points_to_its_successor():
    """A superseded id closes as archived, pages nobody and names what replaced it."""
    assert (3, 5, False, "f0") == (
        REPLACED.activity_id,
        REPLACED.status_id,
        REPLACED.is_alert,
        REPLACED.unmapped.superseded_by,
    )


def test_a_withdrawn_finding_says_that_nothing_of_it_stands():
    """A finding that a late event explained closes as archived and pages nobody."""
    made = alert(
        structs.replace(FINDING, state="close", revision=4, withdrawn=True, command=None), DETECTION
    )

    assert (5, True, True) == (
        made.status_id,
        made.unmapped.withdrawn,
        made.message.endswith("; withdrawn: with what came later, nothing of it stands."),
    )


def test_a_quiet_finding_is_not_called_resolved():
    """A finding that closes because nothing more happened stays new: nobody has looked at it."""
    made = alert(structs.replace(FINDING, state="close", revision=4), DETECTION)

    assert (3, 1, "f1.4") == (made.activity_id, made.status_id, made.metadata.uid)


def test_the_ids_of_the_source_records_are_on_the_alert():
    """Every listed event is there by its own id, the count says how many there were."""
    info = OPENED.finding_info

    assert ("e1", "e2", "e3") == tuple(event.uid for event in info.related_events)
    assert 14 == info.related_events_count


def test_the_decisive_event_is_always_listed():
    """A decisive event that is not among the earliest is evidence all the same."""
    late = structs.replace(MINTED, time=FINDING.time, uid="e99")
    made = alert(structs.replace(FINDING, evidence=structs.replace(SEEN, decisive=late)), DETECTION)

    assert "e99" == made.finding_info.related_events[-1].uid


def test_numbers_are_measures_and_words_are_not():
    """Only a line of normal with a number in it becomes an anomaly analysis."""
    named = [each.anomalies[0].observation_parameter for each in OPENED.anomaly_analyses]

    assert ["Distinct services in 1 min"] == named
    assert "Tool: usually terraform, now python." in OPENED.finding_info.desc


def test_each_observable_stands_once():
    """A value that occurs in several events is listed once, under its first place."""
    listed = [(each.type_id, each.value) for each in OPENED.observables]

    assert sorted(set(listed)) == sorted(listed)
    assert (2, "192.0.2.7") in listed


def test_another_principal_on_the_timeline_keeps_its_own_name():
    """An event of somebody else is not ascribed to the finding's principal."""
    other = structs.replace(MINTED, uid="e4", principal="aws:123456789012:user/backup")
    nobody = structs.replace(MINTED, uid="e5", principal="", credential="")
    seen = structs.replace(SEEN, moments=(other, nobody), principal=None)
    with_ada = structs.replace(seen, principal=ADA)
    actors = [
        [each.actor and each.actor.user.uid for each in made.evidences if each.uid in {"e4", "e5"}]
        for made in (
            alert(structs.replace(FINDING, evidence=evidence), DETECTION)
            for evidence in (seen, with_ada)
        )
    ]

    assert [
        ["aws:123456789012:user/backup", None],
        ["aws:123456789012:user/backup", ADA.uid],
    ] == actors


def test_the_remedy_starts_with_the_step_that_stops_it():
    """The remedy is the revoking call, then the live children, then the runbook."""
    remedy = OPENED.remediation

    assert remedy is not None
    assert remedy.desc.startswith(f"Revoke: {COMMAND.step}. End 1 live child as well: iam:")
    assert remedy.desc.endswith("Undo the change, then look for what else the credential did.")


def test_the_story_is_the_finding():
    """What the finding knows, the story says: the same command, path, children and lines."""
    story = OPENED.unmapped

    assert (
        FINDING.command,
        FINDING.descendants,
        SEEN.path,
        FINDING.did,
        FINDING.reach,
        DETECTION.benign,
        DETECTION.check,
        DETECTION.owasp,
        COMMAND.breaks,
    ) == (
        story.command,
        story.descendants,
        story.path,
        story.did,
        story.reach,
        story.benign,
        story.check,
        story.owasp,
        story.breaks,
    )


def test_the_finding_speaks_before_its_detection():
    """A benign explanation and a check of the finding's own replace the detection's."""
    finding = structs.replace(FINDING, benign="The rotator ran.", check="Look at its log.")
    story = alert(finding, DETECTION).unmapped

    assert ("The rotator ran.", "Look at its log.") == (story.benign, story.check)


def test_the_story_tells_every_field_of_an_event():
    """The story's event has the fields of the evidence's, and the same values."""
    told = OPENED.unmapped.decisive

    assert structs.asdict(MINTED) == structs.asdict(told)


@pytest.mark.parametrize(
    ("origin", "novel", "reason"),
    [
        (Origin(network="192.0.2.0/24"), ("network", "client"), "new"),
        (Origin(network="192.0.2.0/24", client="python"), ("client",), "known"),
        (Origin(network="192.0.2.0/24", console=True), (), "console"),
        (Origin(network="192.0.2.0/24", via="athena"), ("network",), "provider"),
        (Origin(), (), ""),
    ],
)
def test_the_origin_says_what_it_means(origin, novel, reason):
    """Where it came from carries its reason, and the same in words."""
    moment = structs.replace(PROBED, network=origin.network, novel=novel)
    seen = structs.replace(SEEN, decisive=moment, moments=(moment,), origin=origin)
    place = alert(structs.replace(FINDING, evidence=seen), DETECTION).unmapped.origin

    assert reason == place.reason
    assert place.why.endswith(".")


@pytest.mark.parametrize(
    ("credential", "moment", "status"),
    [
        (KEY, MINTED, "live"),
        (KEY, REFUSED, ""),
        (structs.replace(KEY, expires=FINDING.time), MINTED, "expired"),
    ],
)
def test_a_credential_is_live_as_far_as_its_use_shows(credential, moment, status):
    """Accepted is live, past its expiry is expired, and otherwise the alert does not guess."""
    seen = structs.replace(SEEN, decisive=moment, moments=(), credential=credential)
    held = alert(structs.replace(FINDING, evidence=seen), DETECTION).unmapped.credential

    assert held is not None
    assert status == held.status


def test_no_credential_is_no_credential():
    """Where the log names no credential, the story has none."""
    seen = structs.replace(SEEN, credential=None)

    assert alert(structs.replace(FINDING, evidence=seen), DETECTION).unmapped.credential is None


def test_an_aws_query_finds_the_records_by_key_and_by_id():
    """The query asks for the key's records around the episode, and for the listed ids."""
    query = OPENED.unmapped.query

    assert "userIdentity.accessKeyId IN ('AKIAIOSFODNN7EXAMPLE')" in query
    assert "eventID IN ('e1', 'e2', 'e3')" in query
    assert "BETWEEN '2023-11-15T11:44:18Z' AND '2023-11-15T12:15:00Z'" in query


@given(st.text(alphabet="a'\"\\\n;-", min_size=1))
def test_a_query_cannot_be_broken_out_of(uid):
    """An id that an attacker chose stays inside its quotes, in SQL and in Lucene."""
    moment = Moment(time=FINDING.time, uid=uid)
    aws = structs.replace(SEEN, decisive=moment, moments=())
    other = structs.replace(aws, principal=None, credential=Credential(fingerprint="9f"))
    sql = alert(structs.replace(FINDING, evidence=aws), DETECTION).unmapped.query
    lucene = alert(structs.replace(FINDING, evidence=other), DETECTION).unmapped.query
    id_text = uid.replace("\n", "")
    quoted = id_text.replace("'", "''")
    escaped = id_text.replace("\\", "\\\\").replace('"', '\\"')

    assert f"eventID IN ('{quoted}'))\nORDER BY" in sql
    assert f'event.id:("{escaped}")' == lucene


def test_every_verb_of_a_command_has_its_countermeasure():
    """Whatever a command orders, its receipt names it in D3FEND's words."""
    verbs: tuple[Verb, ...] = ("disable", "delete", "revoke", "revoke_sessions", "suspend")
    named = {
        receipt(structs.replace(COMMAND, action=verb), status="success", reason="", time=0)
        .countermeasures[0]
        .d3f_technique.uid
        for verb in verbs
    }

    assert {"D3-CR", "D3-ANCI", "D3-AL"} == named


def test_a_line_of_normal_without_a_baseline_has_none():
    """What was never measured before has an anomaly and no baseline."""
    seen = structs.replace(SEEN, normal=(Normal("Regions", "-", "3"),))
    made = alert(structs.replace(FINDING, evidence=seen), DETECTION)

    assert () == made.anomaly_analyses[0].baselines
    assert "Regions: now 3." in made.finding_info.desc


def test_a_single_event_has_no_pace():
    """One event is told without a duration."""
    seen = structs.replace(SEEN, moments=(MINTED,), count=1)

    assert alert(structs.replace(FINDING, evidence=seen), DETECTION).message.endswith(
        "; 1 event, risk 87 of 100."
    )


def test_a_sentence_keeps_a_name_at_its_start():
    """An operation that opens a sentence is not given a capital; a word is."""
    told = [sentence("iam:CreateUser is new"), sentence("new here"), sentence(" ")]

    assert ["iam:CreateUser is new.", "New here.", ""] == told


def test_the_product_version_is_the_packages():
    """Messages name the version that is being built."""
    text = (PROJECT / "pyproject.toml").read_text(encoding="utf-8")

    assert tomllib.loads(text)["project"]["version"] == PRODUCT_VERSION
