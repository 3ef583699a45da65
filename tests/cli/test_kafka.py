"""What the commands on Kafka say without a broker."""

import pytest

from detector.cli.guard import guarded


@pytest.mark.parametrize(
    "command",
    ["worker", "doctor", "tail", "dead-letters", "topics plan", "topics create", "topics check"],
)
def test_help_teaches_by_examples(command: str, capfd: pytest.CaptureFixture[str]) -> None:
    """Each command's help ends in lines to type."""
    code = guarded([*command.split(), "--help"])
    text = capfd.readouterr().out

    assert 0 == code
    assert "For example" in text
    assert f"detector {command.split(maxsplit=1)[0]}" in text


def test_replay_says_how_to_feed_a_cluster(capfd: pytest.CaptureFixture[str]) -> None:
    """The way to Kafka stands in the help of replay."""
    guarded(["replay", "--help"])
    text = capfd.readouterr().out

    assert "detector replay --to-kafka" in text
    assert "--no-end" in text
