"""The table `[kafka]`: what a worker is told, and that its secrets stay out of files and texts."""

from collections.abc import Callable
from pathlib import Path

import pytest

from detector.cli.guard import guarded
from detector.runtime.topics import raw_names
from detector.settings import KafkaSettings, SettingsError, load_settings, reference, worker_config
from detector.worker import Connection, WorkerConfig

PASSWORD = "planted-kafka-password"
# Said apart: what is not set by an operator.
NO_SETTING = {"engine", "connection", "topics", "role"}

EVERYTHING = """
budget = 1

[kafka]
bootstrap = "192.0.2.1:9093,192.0.2.2:9093"
protocol = "SASL_SSL"
mechanism = "SCRAM-SHA-256"
username = "worker"
prefix = "team-a."
generation = 2
sources = ["cloudtrail", "mixed"]
group = "team-a"
instance = "worker-1"
folder = "elsewhere"
checkpoint_least = "2s"
checkpoint_most = "20s"
checkpoint_rate = 1_000_000
resident = 1_000
session = "6s"
fetch = 500
idle = "2s"
abandoned = "2h"
port = 8080
silence = "2h"
traces = "http://192.0.2.3:4318"
silences = { cloudtrail = "15m", mixed = "0s" }
"""


def test_defaults_are_the_worker_s_own() -> None:
    """Nothing set gives exactly the configuration that a worker has by itself."""
    assert WorkerConfig() == worker_config(load_settings())


def test_every_field_has_a_setting() -> None:
    """Every field of the connection and of the worker can be set."""
    known = set(KafkaSettings.model_fields)

    assert set() == set(Connection.__struct_fields__) - known
    assert set() == set(WorkerConfig.__struct_fields__) - known - NO_SETTING


def test_every_setting_reaches_the_worker(
    written: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A file that sets everything changes every field of the worker's configuration."""
    for name in ("ca", "certificate", "key", "token"):
        (tmp_path / name).write_text("pem", "utf-8")
        monkeypatch.setenv(f"DETECTOR_KAFKA__{name.upper()}_FILE", str(tmp_path / name))
    monkeypatch.setenv("DETECTOR_KAFKA__PASSWORD", PASSWORD)
    made, plain = worker_config(load_settings(written(EVERYTHING)), "detect"), WorkerConfig()

    same = {n for n in plain.__struct_fields__ if getattr(made, n) == getattr(plain, n)}
    inner = Connection.__struct_fields__
    assert set() == same
    assert [] == [n for n in inner if getattr(made.connection, n) == getattr(Connection(), n)]


def test_the_password_comes_from_a_file_without_its_line_end(
    written: Callable[[str], Path], tmp_path: Path
) -> None:
    """A mounted secret may end in a line feed."""
    (tmp_path / "password").write_text(f"{PASSWORD}\n", "utf-8")
    text = EVERYTHING + f'password_file = "{tmp_path / "password"}"\n'

    assert PASSWORD == worker_config(load_settings(written(text))).connection.password


def test_sources_of_mappings_may_be_named(
    written: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """They have a raw topic, a lateness and a silence of their own; without the file there is none."""
    named = '[lateness]\nportal = "5m"\n[kafka]\nsources = ["portal"]\nsilences.portal = "1h"\n'
    made = worker_config(load_settings(written('mappings = ["etc/portal.toml"]\n' + named)))

    assert ("portal",) == raw_names(made.topics)
    assert 300_000 == made.engine.lateness_of("portal")
    every = worker_config(load_settings(written('mappings = ["etc/portal.toml"]')))
    assert {"portal", "okta", "mixed"} <= {*raw_names(every.topics)}
    with pytest.raises(SettingsError, match="there is no source 'portal'"):
        load_settings(written(named))
    monkeypatch.setenv("DETECTOR_MAPPINGS", "a/desk.toml, etc/portal.toml")
    assert ("a/desk.toml", "etc/portal.toml") == load_settings(written(named)).mappings


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f'[kafka]\npassword = "{PASSWORD}"', "keep the password out of this file: set kafka.pass"),
        ("[kafka]\nbootstrp = 1", 'there is no setting kafka.bootstrp; did you mean "kafka.bootst'),
        (
            '[kafka]\nsources = ["cloudtrial"]',
            "kafka.sources: there is no source 'cloudtrial'; did",
        ),
        ('[kafka]\nprefix = "a b"', "kafka.prefix: a topic's name is made of letters, digits"),
        ('[kafka]\nprotocol = "SASL_SSL"', "SASL_SSL with SCRAM-SHA-512 needs kafka.username"),
        (
            '[kafka]\nprotocol = "SASL_SSL"\nusername = "a"',
            "needs DETECTOR_KAFKA__PASSWORD or kafka.password_file",
        ),
        (
            '[kafka]\nprotocol = "SASL_SSL"\nmechanism = "OAUTHBEARER"',
            "SASL_SSL with OAUTHBEARER needs kafka.token_file",
        ),
        ('[kafka]\ntraces = "http://me:x@c:4318"', "kafka.traces: expected http://HOST:PORT or"),
        ('[kafka]\nkey_file = "k"', "kafka.certificate_file and kafka.key_file go together"),
        ('[kafka]\nsession = "1s"', "kafka.session: Input should be greater than or equal to 6000"),
        ('[kafka]\ncheckpoint_least = "1h"', "kafka.checkpoint_least must be at most"),
    ],
)
def test_mistakes_are_named(text: str, expected: str, written: Callable[[str], Path]) -> None:
    """A mistake is refused with its place, and its value is not repeated if it may be secret."""
    with pytest.raises(SettingsError) as caught:
        load_settings(written(text))

    assert expected in str(caught.value)
    assert PASSWORD not in str(caught.value)


def test_a_file_that_is_away_is_named(written: Callable[[str], Path]) -> None:
    """A certificate that cannot be read is a mistake in the settings, not one of the connection."""
    settings = load_settings(written('[kafka]\nca_file = "no/such.pem"'))

    with pytest.raises(SettingsError, match=r"kafka\.ca_file no/such\.pem: No such file"):
        worker_config(settings)


def test_the_password_is_never_shown(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Neither settings nor configuration nor the listing show the password."""
    monkeypatch.setenv("DETECTOR_KAFKA__PASSWORD", PASSWORD)
    settings = load_settings()
    shown = next(row for row in reference(settings) if row.name == "kafka.password")
    code = guarded(["settings"])

    assert (0, "(set)") == (code, shown.value)
    for text in (repr(settings), repr(worker_config(settings)), *capfd.readouterr()):
        assert PASSWORD not in text
