"""Settings from file and environment."""

from collections.abc import Callable
from pathlib import Path

import pytest

from detector.config import EngineConfig, Protected, ResponseConfig
from detector.settings import ResponseSettings, Settings, SettingsError, load_settings, reference
from detector.settings.load import fingerprint_key, variables

KEY = "planted-fingerprint-key"


def test_defaults_are_the_engine_s_own() -> None:
    """Nothing set gives exactly the engine's shipped configuration."""
    assert EngineConfig() == load_settings().engine()


def test_every_engine_field_has_a_setting() -> None:
    """Every field of the engine's configuration can be set, under its name without its unit."""
    fields = {name.removesuffix("_ms") for name in EngineConfig.__struct_fields__}
    inner = {name.removesuffix("_ms") for name in ResponseConfig.__struct_fields__}

    assert set() == fields - set(Settings.model_fields)
    assert set() == inner - set(ResponseSettings.model_fields)


def test_every_setting_reaches_the_engine(written: Callable[[str], Path]) -> None:
    """A file that sets everything changes every field of the engine's configuration."""
    made = load_settings(written(EVERYTHING)).engine()
    plain = EngineConfig()

    changed = {n for n in plain.__struct_fields__ if getattr(made, n) != getattr(plain, n)}
    inner = plain.response.__struct_fields__
    deep = {n for n in inner if getattr(made.response, n) != getattr(plain.response, n)}
    assert set(plain.__struct_fields__) == changed
    assert set(inner) == deep
    assert Protected(("breakglass*",)) == made.response.protected
    assert 1_800_000 == made.response.ttl_ms


EVERYTHING = """
budget = 1
disabled = ["privileged_recon"]
default_lateness = "25m"
fact_allowance = "4m"
max_hops = 4
epoch = "12h"
quiet = "1h"
release_after = "7d"
max_ahead = "1m"
secret_used_within = "12h"
[lateness]
cloudtrail = "30m"
[response]
enforce = true
revoke_risk = 80
max_commands = 3
window = "5m"
cooldown = "2h"
ttl = "30m"
auto_detections = ["credential_out_of_bounds"]
never_detections = ["behavioural_anomaly"]
protected = ["breakglass*"]
"""


def test_the_environment_stands_above_the_file(
    written: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A variable wins over the file, and the file over the default, inside tables too."""
    path = written('budget = 2\nquiet = "2h"\n[response]\nttl = "5m"\nwindow = "3m"')
    monkeypatch.setenv("DETECTOR_BUDGET", "3")
    monkeypatch.setenv("DETECTOR_RESPONSE__TTL", "7m")
    made = load_settings(path)

    assert (3, 7_200_000) == (made.budget, made.quiet)
    assert (420_000, 180_000) == (made.response.ttl, made.response.window)


def test_lists_and_sources_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists are separated by commas; a source's lateness leaves the others as they are."""
    monkeypatch.setenv("DETECTOR_DISABLED", "privileged_recon, mass_secret_read")
    monkeypatch.setenv("DETECTOR_RESPONSE__PROTECTED", "a*,b")
    monkeypatch.setenv("DETECTOR_LATENESS__CLOUDTRAIL", "30m")
    made = load_settings()

    assert ("privileged_recon", "mass_secret_read") == made.disabled
    assert ("a*", "b") == made.response.protected
    assert {"cloudtrail": 1_800_000, "token_use": 60_000} == dict(made.lateness)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("budgte = 1", 'there is no setting budgte; did you mean "budget"'),
        ("[response]\ntll = '1h'", 'no setting response.tll; did you mean "response.ttl"'),
        ("budget = 0", "budget: Input should be greater than 0"),
        ("budget = nan", "budget: "),
        ("quiet = 60", 'quiet: a length of time needs its unit .* as in "15m"'),
        ("quiet = '0s'", "quiet: Input should be greater than 0"),
        ("epoch = '1m'", "epoch must be at least the longest lateness"),
        ("disabled = ['grave_and_nwe']", 'no detection .* did you mean "grave_and_new"'),
        (
            "[response]\nnever_detections = ['x']",
            "response.never_detections: there is no detection",
        ),
        ("[lateness]\ncloudtrial = '1m'", 'no source .* did you mean "cloudtrail"'),
        ("lateness = 3", "lateness: "),
        ("response = 3", "response: "),
        ("budget =", "not TOML"),
        (f"fingerprint_key = '{KEY}'", "keep the key out of this file"),
    ],
)
def test_mistakes_in_the_file_are_named(
    written: Callable[[str], Path], text: str, told: str
) -> None:
    """Each mistake is refused with the file, the setting and what was meant or expected."""
    with pytest.raises(SettingsError, match=told) as refused:
        load_settings(written(text))

    assert KEY not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("DETECTOR_BUGDET", "1", 'no setting DETECTOR_BUGDET; did you mean "DETECTOR_BUDGET"'),
        ("DETECTOR_BUDGET", "many", "DETECTOR_BUDGET: Input should be a valid number"),
        ("DETECTOR_RESPONSE__TTLS", "1h", "did you mean"),
        ("DETECTOR_FINGERPRINT_KEY", "too short", "DETECTOR_FINGERPRINT_KEY: .* at least 16"),
    ],
)
def test_mistakes_in_the_environment_are_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    """Each mistake is refused with the variable's name, and never with its value."""
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError, match=told) as refused:
        load_settings()

    assert "too short" not in str(refused.value)


@pytest.mark.parametrize(
    "name", ["DETECTOR_SERVICE_HOST", "DETECTOR_API_PORT_8080_TCP_ADDR", "DETECTOR_DEBUG"]
)
def test_variables_of_the_platform_are_no_settings(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """What Kubernetes puts beside a service called detector, and our own switches, are let be."""
    monkeypatch.setenv(name, "x")

    assert Settings() == load_settings()


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """A settings file that is not there is refused by its name."""
    with pytest.raises(SettingsError, match=r"none\.toml: No such file"):
        load_settings(tmp_path / "none.toml")


def test_the_key_comes_from_the_environment_or_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The fingerprint key is the same from either place; without one there is none."""
    assert None is fingerprint_key(load_settings())
    (tmp_path / "key").write_text(f"{KEY}\n", encoding="utf-8")
    monkeypatch.setenv("DETECTOR_FINGERPRINT_KEY_FILE", str(tmp_path / "key"))
    assert KEY.encode() == fingerprint_key(load_settings())
    monkeypatch.setenv("DETECTOR_FINGERPRINT_KEY", KEY)
    with pytest.raises(SettingsError, match="not both"):
        load_settings()
    monkeypatch.delenv("DETECTOR_FINGERPRINT_KEY_FILE")
    assert KEY.encode() == fingerprint_key(load_settings())


@pytest.mark.parametrize("content", [None, "short"])
def test_a_key_file_that_cannot_serve_is_named(tmp_path: Path, content: str | None) -> None:
    """A key file that is absent or too short is refused, without its content."""
    if content is not None:
        (tmp_path / "key").write_text(content, encoding="utf-8")

    with pytest.raises(SettingsError, match="fingerprint_key_file") as refused:
        fingerprint_key(Settings(fingerprint_key_file=tmp_path / "key"))

    assert "short" not in str(refused.value).replace("shorter", "")


def test_the_key_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the settings' own text nor the reference holds the key."""
    monkeypatch.setenv("DETECTOR_FINGERPRINT_KEY", KEY)
    made = load_settings()

    assert KEY not in repr(made)
    assert KEY not in str(made.model_dump())
    assert KEY not in str(reference(made))


def test_every_setting_is_documented() -> None:
    """The reference names every variable and says what each setting means."""
    rows = reference()
    named = {row.variable.replace("<NAME>", "") for row in rows}

    assert set(variables()) == named
    assert [] == [row.name for row in rows if not row.meaning.endswith(".")]


def test_the_reference_shows_what_is_in_effect(written: Callable[[str], Path]) -> None:
    """The value in effect stands beside the default, with its unit."""
    made = reference(load_settings(written("quiet = '90m'")))
    row = next(row for row in made if row.name == "quiet")

    assert ("6h", "90m") == (row.default, row.value)
