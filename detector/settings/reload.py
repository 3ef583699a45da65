"""What may change while a worker runs, and noticing that it has.

Examples:
    >>> check_reload(Settings(), Settings(budget=1, response={"protected": ["*break-glass*"]}))
    >>> check_reload(Settings(), Settings(budget=1, kafka={"group": "other"}))
    Traceback (most recent call last):
    ...
    detector.settings.load.SettingsError: kafka.group needs a restart: nothing of the file is in force
"""

from hashlib import sha256
from pathlib import Path

from detector.settings.load import SettingsError, load_settings, stamped
from detector.settings.model import Settings
from detector.settings.reference import reference

RELOADABLE = ("budget", "disabled", "response.")
"""Settings that take effect without a restart; a name that ends in a dot is a table."""


def check_reload(before: Settings, after: Settings) -> None:
    """Go on only if nothing has changed but what may.

    Raises:
        SettingsError: something else has; all of it is named.
    """
    fixed = [
        new.name
        for old, new in zip(reference(before), reference(after), strict=True)
        if old.value != new.value and not is_reloadable(new.name)
    ]
    if fixed:
        verb = "needs" if len(fixed) == 1 else "need"
        raise SettingsError(f"{', '.join(fixed)} {verb} a restart: nothing of the file is in force")


def is_reloadable(name: str) -> bool:
    """Whether the setting takes effect without a restart.

    Examples:
        >>> is_reloadable("response.protected"), is_reloadable("epoch")
        (True, False)
    """
    return any(name == one or (one.endswith(".") and name.startswith(one)) for one in RELOADABLE)


class SettingsFile:
    """The file that settings were read from, None if there is none. `settings` are those that were
    accepted last."""

    def __init__(self, path: Path | None, settings: Settings) -> None:
        self.path = path
        self.settings = settings
        self._stamp = stamped(path)
        self._hash = self._hashed()

    def again(self, *, asked: bool = False) -> Settings | None:
        """The new settings if the file has changed since the last call, or if somebody has `asked`.

        Raises:
            SettingsError: they cannot be used, or some of them need a restart. The old ones stay, and
                the file is not looked at again before it changes.
        """
        stamp = stamped(self.path)
        if stamp == self._stamp and not asked:
            return None
        self._stamp, old = stamp, self._hash
        self._hash = self._hashed()
        if self._hash == old and not asked:
            return None
        made = load_settings(self.path)
        check_reload(self.settings, made)
        self.settings = made
        return made

    def _hashed(self) -> bytes:
        try:
            return b"" if self.path is None else sha256(self.path.read_bytes()).digest()
        except OSError:
            return b""
