from collections.abc import Sequence

import pytest
from typer.core import TyperGroup, TyperOption
from typer.main import get_command

from detector.cli.app import app
from detector.settings import load_settings
from tests.deploy.documents import DEPLOY, command_lines


@pytest.mark.parametrize(
    "words", [pytest.param(words, id=f"{where}: {words[0]}") for where, words in command_lines()]
)
def test_command_exists(words: Sequence[str]) -> None:
    """A command that a container is started with exists, with these options and choices."""
    command, rest = get_command(app), list(words)
    while isinstance(command, TyperGroup):
        assert rest[0] in command.commands
        command = command.commands[rest.pop(0)]
    with command.make_context(command.name, rest, resilient_parsing=False) as context:
        known = {opt for param in context.command.params for opt in param.opts}

    assert [] == [word for word in words if word.startswith("--") and word not in known]
    assert any(isinstance(param, TyperOption) for param in command.params)


def test_settings_of_the_cluster_are_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings that pods are given are read without complaint, and hold no secret."""
    for name in ("DETECTOR_FINGERPRINT_KEY", "DETECTOR_KAFKA__PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    settings = load_settings(DEPLOY / "kubernetes" / "detector.toml")

    assert settings.fingerprint_key is None
    assert settings.kafka.password is None
    assert "SASL_SSL" == settings.kafka.protocol
