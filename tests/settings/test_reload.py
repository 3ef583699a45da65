"""Settings that change while a worker runs: what may, and what is said of the rest."""

from collections.abc import Callable
from pathlib import Path

import pytest

from detector.settings import Settings, SettingsError, load_settings
from detector.settings.reload import SettingsFile

Write = Callable[[str], Path]


def file(path: Path) -> SettingsFile:
    """A file as a worker has begun with it."""
    return SettingsFile(path, load_settings(path))


def test_what_may_change_is_taken_once(written: Write) -> None:
    """A new budget and protected list are there at the next look, and not again."""
    found = file(written("budget = 1"))
    written('budget = 2\n[response]\nprotected = ["*break-glass*"]')
    made = found.again()

    assert made is not None
    assert (2.0, ("*break-glass*",)) == (made.budget, made.response.protected)
    assert made == found.settings
    assert found.again() is None


def test_a_file_that_says_the_same_changes_nothing(written: Write) -> None:
    """Though it has been written anew; whoever asks gets what it says all the same."""
    found = file(written("budget = 1"))
    written("budget = 1")

    assert found.again() is None
    assert 1 == getattr(found.again(asked=True), "budget", None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("budget = 0", "budget: Input should be greater than 0"),
        ("budgte = 1", 'there is no setting budgte; did you mean "budget"?'),
        ("budget =", "not TOML"),
    ],
)
def test_a_bad_file_is_refused_as_at_the_start(written: Write, text: str, said: str) -> None:
    """In the same words; the old settings stay, and it is said once."""
    found = file(written("budget = 1"))
    written(text)
    with pytest.raises(SettingsError) as raised:
        found.again()

    assert said in str(raised.value)
    assert 1 == found.settings.budget
    assert found.again() is None


def test_what_needs_a_restart_is_named(written: Write) -> None:
    """All of it; nothing of such a file is taken, not even what may change."""
    found = file(written("budget = 1"))
    written('budget = 2\nepoch = "12h"\n[kafka]\ngroup = "other"')
    with pytest.raises(SettingsError) as raised:
        found.again()

    assert "epoch, kafka.group need a restart: nothing of the file is in force" == str(raised.value)
    assert 1 == found.settings.budget


def test_a_file_that_is_gone_is_refused(written: Write) -> None:
    """As one that cannot be read."""
    path = written("budget = 1")
    found = file(path)
    path.unlink()
    with pytest.raises(SettingsError, match="No such file"):
        found.again()

    assert 1 == found.settings.budget


def test_without_a_file_nothing_changes() -> None:
    """Settings of the environment are read at the start."""
    assert SettingsFile(None, Settings()).again() is None
