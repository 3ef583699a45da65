"""From options to what a run needs: settings, engine configuration, key and baseline."""

from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from detector.cli.console import warn
from detector.cli.guard import WrongUseError
from detector.config import EngineConfig
from detector.replay.processes import cores
from detector.settings import Settings
from detector.settings.load import fingerprint_key
from detector.sources.base import Context, Source
from detector.sources.fingerprint import Fingerprints
from detector.sources.inventory import Inventory
from detector.sources.inventory_file import InventoryError, read_inventory

DEVELOPMENT_KEY = b"for development only: fingerprints that anyone can recompute"


def engine_config(settings: Settings, budget: float | None) -> EngineConfig:
    """The engine's configuration, with the budget of the command line if there is one."""
    config = settings.engine()
    return config if budget is None else replace(config, budget=budget)


def fingerprints(settings: Settings) -> Fingerprints:
    """Fingerprints under the operator's key; without one, under a fixed key."""
    return Fingerprints(fingerprint_key(settings) or DEVELOPMENT_KEY)


def context_of(settings: Settings) -> Context:
    """What decoding depends on besides the record.

    Raises:
        WrongUseError: the inventory or a mapping cannot be read.
    """
    return Context(
        fingerprints(settings),
        settings.tenant or None,
        inventory=_inventory(settings.inventory),
        mappings=mappings_of(settings.mappings),
    )


def mappings_of(paths: Sequence[str]) -> tuple[Source, ...]:
    """The sources that mapping files make.

    Raises:
        WrongUseError: one cannot be read, or is called as another source is.
    """
    from detector.sources.registry import SOURCES

    found: dict[str, Source] = {}
    for path in paths:
        source = read_mapping(path)
        if source.name in SOURCES or source.name in found:
            raise WrongUseError(f"{path}: there is a source {source.name!r} already")
        found[source.name] = source
    return tuple(found.values())


def read_mapping(path: str) -> Source:
    """The source that one mapping file makes.

    Raises:
        WrongUseError: it cannot be read, or used.
    """
    from detector.sources.mapped.mapping import load
    from detector.sources.mapped.places import MappingError

    try:
        return load(Path(path).read_text("utf-8"), path)
    except OSError as error:
        raise WrongUseError(f"mapping {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise WrongUseError(f"mapping {path}: expected text in UTF-8") from None
    except MappingError as error:
        raise WrongUseError(str(error)) from None


def _inventory(path: Path | None) -> Inventory | None:
    if path is None:
        return None
    try:
        return read_inventory(path.read_text("utf-8"), str(path))
    except OSError as error:
        raise WrongUseError(f"inventory {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise WrongUseError(f"inventory {path}: expected text in UTF-8") from None
    except InventoryError as error:
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


def source_name(name: str, mappings: Sequence[Source] = ()) -> str:
    """The same name: a source, one of a mapping among them, or `auto`.

    Raises:
        WrongUseError: there is no such source.
    """
    from detector.sources.nearest import nearest
    from detector.sources.registry import SOURCES

    known = {*SOURCES, *(one.name for one in mappings)}
    if name != "auto" and name not in known:
        raise WrongUseError(
            f"--source {name}: there is no such source{nearest(name, known)} "
            f"(auto, {', '.join(sorted(known))})"
        )
    return name
