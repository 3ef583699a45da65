"""The findings table and one alert's story, as they reach a terminal."""

from io import StringIO

import pytest
from rich.console import Console, RenderableType

from detector.report.story import explain
from detector.report.table import findings_table, summary_panel
from tests.report.samples import alerts, hostile
from tests.report.test_campaigns import bare, numbered

ALL = alerts()


def shown(drawn: RenderableType, *, colour: bool = False) -> str:
    """What a terminal 200 columns wide would be sent."""
    out = StringIO()
    Console(file=out, width=200, force_terminal=colour, color_system="standard" if colour else None,
            legacy_windows=False).print(drawn)  # fmt: skip
    return out.getvalue()


def test_the_table_has_one_row_per_finding():
    """Who, with what, what happened and what would be run stand in one row."""
    table = findings_table(ALL)
    text = shown(table)

    assert table.row_count == 5
    for word in ("critical", "ci-deploy", "same campaign", "Status=Inactive", "needs approval"):
        assert word in text
    assert "under the revoke" in text


def test_a_long_table_counts_its_rest():
    """Beyond its limit the table says how many findings only the file has."""
    table = findings_table([numbered(f"f{n}") for n in range(60)], most=10)

    assert table.row_count == 11
    assert "50 less grave findings" in shown(table)


@pytest.mark.parametrize("drawn", [findings_table(hostile()), explain(hostile(), None),
                                   summary_panel({"a\x1b[2J": "b\x1b[2J\u202e"})])  # fmt: skip
def test_no_log_value_reaches_the_terminal_as_a_command(drawn):
    """Escape sequences and overrides of an attacker are shown, never sent."""
    text = shown(drawn, colour=True)

    assert "\x1b[2J" not in text
    assert "\u202e" not in text


def test_rich_markup_in_a_log_value_is_text():
    """Square brackets do not style anything."""
    assert "[red]" in shown(summary_panel({"note": "[red]x[/red]"}))


def test_the_summary_shows_counts_and_skips_structures():
    """Plain values are shown with separators; a nested one is for the file."""
    text = shown(summary_panel({"events": 2_900, "ok": True, "nested": {"a": 1}}))

    assert "2,900" in text
    assert "True" in text
    assert "nested" not in text


@pytest.mark.parametrize(
    "answer",
    [
        "Grave action by a credential that never did such things",
        "confidence 91 of 100",
        "platform@example.com",
        "AKIAIOSFODNN7EXAMPLE, static, live, 412 days old",
        "iam:CreateUser",
        "19 operations",
        "never walked before",
        "Status=Inactive",
        "AKIAI44QH8DHBEXAMPLE (access_key, user/svc-backup)",
        "Not contained by this step alone",
        "FROM cloudtrail_logs",
        "and 29 further events",
        "f-90aa",
    ],
)
def test_the_story_answers_the_first_questions(answer):
    """Without an id the gravest finding's whole story is told."""
    assert answer in shown(explain(ALL, None))


@pytest.mark.parametrize("uid", ["f-11c0", "f-11", "campaign-lin"])
def test_a_story_is_found_by_id_beginning_or_campaign(uid):
    """A finding's id, its beginning and its campaign's id all lead to the story."""
    assert "Path through identities that nobody walked before" in shown(explain(ALL, uid))


def test_a_withheld_command_says_why():
    """A story without a command gives the reason in its place."""
    text = shown(explain(ALL, "f-0e0e"))

    assert "No revoke command" in text
    assert "Risk 41 is under the revoke threshold of 70." in text


def test_an_unknown_id_names_those_that_exist():
    """A wrong id is an error that helps."""
    with pytest.raises(LookupError, match=r"no finding 'nope'; there are f-7b21, .*"):
        explain(ALL, "nope")


def test_an_unknown_id_among_many_counts_the_rest():
    """The error stays one line however many findings there are."""
    with pytest.raises(LookupError, match="and 15 more"):
        explain([numbered(f"f{n}") for n in range(20)], "nope")


def test_a_story_that_knows_little_leaves_no_empty_part():
    """A finding without evidence, baseline, path or query has no heading for them."""
    text = shown(explain([bare()], None))

    assert "No detection above the revoke threshold asks for one." in text
    assert not any(part in text for part in ("Timeline", "Normal", "Path", "Query", "Credential"))
