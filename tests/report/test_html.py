"""The page: what it answers, what it cannot be made to do, and how long it may get."""

import pytest
from msgspec import structs

from detector.report.html import MAX_CAMPAIGNS, MAX_CARDS, page, write_report
from tests.report.pages import parts
from tests.report.samples import alerts, hostile
from tests.report.test_campaigns import bare, numbered

ALL = alerts()


@pytest.mark.parametrize(
    "answer",
    [
        "It succeeded · confidence 91 of 100 · risk 96 of 100",
        "arn:aws:iam::123456789012:user/ci-deploy",
        "platform@example.com",
        "AKIAIOSFODNN7EXAMPLE",
        "static access key, 412 days old",
        "live",
        "iam:CreateUser",
        "denied",
        "19 operations",
        "This identity was never seen from 198.51.100.0/24 before.",
        "iam:CreateAccessKey on user/svc-backup",
        "reads: s3, secretsmanager, ecr",
        "2 live children: ",
        "iam:UpdateAccessKey AccessKeyId=AKIAI44QH8DHBEXAMPLE Status=Inactive",
        "Everything else that signs with AKIAIOSFODNN7EXAMPLE is refused at once.",
        "A planned change by an administrator or a pipeline's first run.",
        "Is there a change ticket for exactly this action and target?",
        "FROM cloudtrail_logs",
        "dry run: nothing may act on it",
        "Risk 41 is under the revoke threshold of 70.",
        "T1098.001",
        "ASI03",
        "7d1f02c4-07",
        "role/prod-admin",
        "nobody on record",
        "Every attempt was denied",
        "Evidence: 12 of 41 events",
    ],
)
def test_the_page_answers_the_first_questions(answer):
    """Each question of the first thirty seconds has its answer on the page."""
    assert answer in parts(ALL).text


def test_one_campaign_is_one_section():
    """Two findings on one stolen key are one article, the lesser one folded away."""
    read = parts(ALL)

    assert read.tags.count("article") == 4
    assert ("id", "c-campaign-ci") in read.attributes


def test_the_header_counts():
    """Campaigns, findings, distinct revocations and what the run counted stand on top."""
    shown = parts(ALL, events=2_900, identities=1).text

    assert "4 campaigns 5 findings 3 revoke commands 2,900 events 1 identity" in " ".join(
        shown.split()
    )


def test_no_log_value_becomes_markup():
    """A value full of tags stays text, in the page, its attributes and its drawings."""
    read, safe = parts(hostile()), parts(ALL)

    assert set(read.tags) <= set(safe.tags)
    assert {name for name, _ in read.attributes} <= {name for name, _ in safe.attributes}
    assert "<script>" in read.text


def test_the_page_asks_for_nothing():
    """No address to fetch stands anywhere: links stay inside, and a policy forbids the rest."""
    read = parts(ALL + hostile())
    links = [value for name, value in read.attributes if name in {"href", "src", "xlink:href"}]

    assert all(link.startswith("#") for link in links)
    assert not {"script", "img", "link", "iframe", "object"} & set(read.tags)
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in read.attributes
    assert "url(" not in page(ALL, {})


def test_control_characters_are_shown_not_sent():
    """No escape sequence or bidirectional override survives into the page."""
    text = page(hostile(), {"note": "a\x1b[2J"})

    assert not {"\x1b", "\u202e"} & set(text)


def test_nothing_found_is_said():
    """An empty run says so and draws no timeline."""
    read = parts([])

    assert "Nothing was found" in read.text
    assert "svg" not in read.tags


def test_a_huge_list_is_cut_and_says_so():
    """Ten thousand findings give a page of bounded size that counts what it leaves out."""
    many = (numbered(f"f{n}") for n in range(10_000))
    text = page(many, {})

    assert text.count("<article") == MAX_CAMPAIGNS
    assert f"{10_000 - MAX_CAMPAIGNS:,} less grave findings more in alerts.jsonl." in text
    assert len(text) < 1_500_000


def test_a_crowded_campaign_is_cut_and_says_so():
    """A campaign of many findings shows the gravest and counts the rest."""
    one = [
        structs.replace(alert, metadata=structs.replace(alert.metadata, correlation_uid="c"))
        for alert in (numbered(f"f{n}") for n in range(20))
    ]

    assert f"{20 - MAX_CARDS} further findings of this campaign" in page(one, {})


def test_the_same_alerts_give_the_same_file(tmp_path):
    """A report is a function of its alerts: no clock and no host is in it."""
    write_report(tmp_path / "one.html", ALL, {})
    write_report(tmp_path / "two.html", reversed(ALL), {})

    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()


def test_an_alert_that_knows_little_is_still_a_card():
    """A finding without actor, credential, evidence, query or command leaves no empty heading."""
    read = parts([bare()])

    assert "principal:acme:" in read.text
    assert "No revoke command" in read.text
    assert not {"Query to paste", "Path", "Normal against now", "Credential"} & set(read.texts)


def test_evidence_over_days_shows_dates():
    """Times of day alone would mislead when the evidence spans midnight."""
    alert = ALL[0]
    late = structs.replace(alert.unmapped.timeline[-1], time=alert.time + 86_400_000)
    story = structs.replace(alert.unmapped, timeline=(*alert.unmapped.timeline[:3], late))

    assert "2024-11-15 10:00:50" in parts([structs.replace(alert, unmapped=story)]).texts


def test_a_refused_decisive_event_does_not_claim_success():
    """Where only other events of the finding succeeded, the verdict says so."""
    alert = ALL[0]
    refused = structs.replace(alert.unmapped.decisive, status="denied")
    story = structs.replace(alert.unmapped, decisive=refused)

    assert "Part of it succeeded" in parts([structs.replace(alert, unmapped=story)]).text


def test_many_changes_are_counted_past_the_first():
    """A long list of changes does not push the rest of the card away."""
    story = structs.replace(ALL[0].unmapped, did=tuple(f"iam:Change{n}" for n in range(20)))

    assert "and 14 further changes" in parts([structs.replace(ALL[0], unmapped=story)]).text


def test_a_command_without_reasons_has_no_empty_list():
    """What a sender left out of its command leaves no heading behind."""
    command = ALL[0].unmapped.command
    assert command is not None
    story = structs.replace(ALL[0].unmapped, command=structs.replace(command, reasons=()))

    assert "Why" not in parts([structs.replace(ALL[0], unmapped=story)]).texts
