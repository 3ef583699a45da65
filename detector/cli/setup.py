"""From options to what a run needs: settings, engine configuration, key and baseline."""

from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from detector.cli.console import warn
from detector.cli.guard import WrongUseError
from detector.config import EngineConfig
from detector.replay.processes import cores
from detector.settings import Settings
from detector.settings.inventory import inventory
from detector.settings.load import fingerprint_key
from detector.sources.base import Context, Source
from detector.sources.fingerprint import Fingerprints
from detector.sources.mapped.mapping import Mapped, load
from detector.sources.mapped.places import MappingError
from detector.sources.nearest import nearest
from detector.sources.registry import SOURCES

DEVELOPMENT_KEY = b"for development only: fingerprints that anyone can recompute"


def engine_config(settings: Settings, budget: float | None) -> EngineConfig:
    """The engine's configuration, with the budget of the command line if there is one."""
    config = settings.engine()
    return config if budget is None else replace(config, budget=budget)


def fingerprints(settings: Settings) -> Fingerprints:
    """Fingerprints under the operator's key; without one, under a fixed key."""
    return Fingerprints(fingerprint_key(settings) or DEVELOPMENT_KEY)


def decoding_context(settings: Settings) -> Context:
    """What decoding depends on: the key, the tenant, the inventory, the mappings.

    Raises:
        SettingsError: a file that the settings name cannot be used.
        WrongUseError: a mapping cannot be used.
    """
    prints = fingerprints(settings)
    return Context(
        prints,
        settings.tenant or None,
        inventory=inventory(settings, prints),
        mapped=mappings_of([Path(name) for name in settings.mappings]),
    )


def mappings_of(paths: Sequence[Path]) -> tuple[Mapped, ...]:
    """The sources that mapping files make.

    Raises:
        WrongUseError: one cannot be read or used, or is called as another source is.
    """
    found: dict[str, Mapped] = {}
    for path in paths:
        made = _mapping(path)
        if made.name in SOURCES or made.name in found:
            raise WrongUseError(f"{path}: there is a source {made.name!r} already")
        found[made.name] = made
    return tuple(found.values())


def _mapping(path: Path) -> Mapped:
    try:
        return load(path.read_text("utf-8"), str(path))
    except OSError as error:
        raise WrongUseError(f"mapping {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise WrongUseError(f"mapping {path}: expected text in UTF-8") from None
    except MappingError as error:
        raise WrongUseError(str(error)) from None


def warn_of_development_key(settings: Settings) -> None:
    """Say it where a run writes fingerprints and no key is set."""
    if fingerprint_key(settings) is None:
        warn(
            "no fingerprint key is set, so the fixed development key is used; "
            "set DETECTOR_FINGERPRINT_KEY before fingerprints leave this machine"
        )


def read_baseline(path: Path | None) -> bytes | None:
    """What `detector learn` saved.

    Raises:
        WrongUseError: the file cannot be read.
    """
    if path is None:
        return None
    try:
        return path.read_bytes()
    except OSError as error:
        raise WrongUseError(f"--baseline {path}: {error.strerror}") from None


def processes(workers: int | None) -> int:
    """How many processes may share the work."""
    return cores() if workers is None else workers


def source_name(name: str, mapped: Sequence[Source] = ()) -> str:
    """The same name: a source, built in or `mapped`, or `auto`.

    Raises:
        WrongUseError: there is no such source.
    """
    known = [*SOURCES, *(source.name for source in mapped)]
    if name != "auto" and name not in known:
        raise WrongUseError(
            f"--source {name}: there is no such source{nearest(name, known)} "
            f"(auto, {', '.join(sorted(known))})"
        )
    return name
