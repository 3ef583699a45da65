"""Reading the settings: the file, then the environment over it, every mistake named.

Examples:
    >>> load_settings(Path("no-such-folder/detector.toml"))
    Traceback (most recent call last):
    ...
    detector.settings.load.SettingsError: no-such-folder/detector.toml: No such file or directory
    >>> "DETECTOR_RESPONSE__TTL" in variables()
    True
"""

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_settings import SettingsError as SourceError

from detector.settings.model import SHORTEST_KEY, Settings
from detector.sources.nearest import nearest

PREFIX = "DETECTOR_"
SHELL_VARIABLES = frozenset({"DETECTOR_DEBUG", "DETECTOR_CONFIG"})
"""Variables of the command line itself: tracebacks on, and where the settings file lies."""

# Kubernetes puts these into every pod beside a service whose name begins with `detector`.
_KUBERNETES = re.compile(
    r"(.+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_(TCP|UDP|SCTP)(_\w+)?)?)"
)


class SettingsError(ValueError):
    """What an operator wrote cannot be used: wrong use, exit code 2. Holds no secret."""


def load_settings(path: Path | None = None) -> Settings:
    """The settings in effect: defaults, below the file `path`, below the environment.

    Raises:
        SettingsError: an unknown name, a value out of its bounds, or a file that cannot be read.
    """
    written = {} if path is None else _read(path)
    _refuse_unknown(written, path)
    _refuse_unknown_variables()
    try:
        return Settings(**written)
    except ValidationError as error:
        raise SettingsError("\n".join(_lines(error, path))) from None
    except SourceError as error:
        raise SettingsError(f"environment: {error}") from None


def stamped(path: Path | None) -> tuple[int, int, int] | None:
    """What changes whenever a file does; None where there is none to be seen."""
    try:
        found = path.stat() if path is not None else None
    except OSError:
        return None
    return None if found is None else (found.st_ino, found.st_mtime_ns, found.st_size)


def fingerprint_key(settings: Settings) -> bytes | None:
    """The operator's key, or None when there is none.

    Raises:
        SettingsError: when the file with the key cannot be read, or the key is too short.
    """
    if settings.fingerprint_key is not None:
        return settings.fingerprint_key.get_secret_value().encode()
    path = settings.fingerprint_key_file
    if path is None:
        return None
    key = secret("fingerprint_key_file", path)
    if len(key) < SHORTEST_KEY:
        raise SettingsError(
            f"fingerprint_key_file {path}: a fingerprint key has at least {SHORTEST_KEY} characters"
        )
    return key


def secret(name: str, path: Path) -> bytes:
    """The secret in the file that the setting `name` names; its line end is left off.

    Raises:
        SettingsError: it cannot be read.
    """
    try:
        return path.read_bytes().rstrip(b"\r\n")
    except OSError as error:
        raise SettingsError(f"{name} {path}: {error.strerror}") from None


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: not TOML: {error}") from None


def _refuse_unknown(written: Mapping[str, Any], path: Path | None) -> None:
    _refuse_secrets(written, path)
    for name, known in _unknown(written, Settings, ""):
        raise SettingsError(f"{path}: there is no setting {name}{nearest(name, known)}")


def _refuse_secrets(written: Mapping[str, Any], path: Path | None) -> None:
    table = written.get("kafka")
    kafka = table if isinstance(table, Mapping) else {}
    for holder, name, noun in (
        (written, "fingerprint_key", "key"),
        (kafka, "password", "password"),
    ):
        if name in holder:
            prefix = "kafka." if holder is kafka else ""
            variable = f"{PREFIX}{prefix.replace('.', '__')}{name}".upper()
            raise SettingsError(
                f"{path}: keep the {noun} out of this file: set {prefix}{name}_file, or the "
                f"environment variable {variable}"
            )


def _unknown(
    written: Mapping[str, Any], model: type[BaseModel], prefix: str
) -> Iterator[tuple[str, list[str]]]:
    known = [f"{prefix}{name}" for name in model.model_fields]
    for name, value in written.items():
        inner = table_of(model, name)
        if name not in model.model_fields:
            yield f"{prefix}{name}", known
        elif inner is not None and isinstance(value, Mapping):
            yield from _unknown(value, inner, f"{prefix}{name}.")


def table_of(model: type[BaseModel], name: str) -> type[BaseModel] | None:
    """The model of a setting that is a table of settings."""
    field = model.model_fields.get(name)
    kind = field.annotation if field is not None else None
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def variables(model: type[BaseModel] = Settings, prefix: str = PREFIX) -> Iterator[str]:
    """The environment variable of every setting; one that is a mapping ends in `__`."""
    for name, field in model.model_fields.items():
        inner = table_of(model, name)
        if inner is not None:
            yield from variables(inner, f"{prefix}{name.upper()}__")
        else:
            yield f"{prefix}{name.upper()}{'__' if _is_mapping(field.annotation) else ''}"


def _is_mapping(kind: Any) -> bool:
    return get_origin(kind) is Mapping


def _refuse_unknown_variables() -> None:
    known = list(variables())
    for name in sorted(os.environ):
        if not name.upper().startswith(PREFIX) or name in SHELL_VARIABLES:
            continue
        if _KUBERNETES.fullmatch(name.removeprefix(PREFIX)) or _is_known(name.upper(), known):
            continue
        raise SettingsError(
            f"environment: there is no setting {name}{nearest(name.upper(), known)}"
        )


def _is_known(name: str, known: list[str]) -> bool:
    return any(name.startswith(k) if k.endswith("__") else name == k for k in known)


def _lines(error: ValidationError, path: Path | None) -> Iterator[str]:
    """One line per mistake: where it stands, which setting, what is wrong. Never the value."""
    names = {name.upper() for name in os.environ}
    for each in error.errors(include_url=False, include_context=False, include_input=False):
        parts = [str(part) for part in each["loc"]]
        variable = PREFIX + "__".join(parts).upper()
        place = (
            variable if variable in names else f"{path}: {'.'.join(parts)}".removeprefix("None: ")
        )
        message = each["msg"].removeprefix("Value error, ")
        yield f"{place}: {message}" if parts else f"settings: {message}"
