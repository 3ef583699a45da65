"""The inventory that the settings name, read and checked.

Examples:
    >>> prints = Fingerprints("a key of at least sixteen characters")
    >>> inventory(Settings(), prints) is None
    True
    >>> inventory(Settings(inventory="no/such.csv"), prints)
    Traceback (most recent call last):
    ...
    detector.settings.load.SettingsError: inventory no/such.csv: No such file or directory
"""

from pathlib import Path

from detector.settings.load import SettingsError, stamped
from detector.settings.model import Settings
from detector.sources.fingerprint import Fingerprints
from detector.sources.inventory import Entry, Inventory
from detector.sources.inventory_file import MOST_BYTES, InventoryError, parsed


def inventory(settings: Settings, prints: Fingerprints) -> Inventory | None:
    """The inventory, None if none is named.

    Raises:
        SettingsError: the file cannot be read, or there is a mistake in it.
    """
    path = settings.inventory
    return None if path is None else Inventory(entries(path), prints)


class InventoryFile:
    """An inventory's file while it is in use: `again` reads it when it has changed."""

    def __init__(self, path: Path, prints: Fingerprints) -> None:
        self.path = path
        self._prints = prints
        self._stamp = stamped(path)

    def again(self) -> Inventory | None:
        """The inventory if its file has changed since the last call.

        Raises:
            SettingsError: it cannot be read, or there is a mistake in it. It is not looked at again
                before it changes.
        """
        stamp = stamped(self.path)
        if stamp == self._stamp:
            return None
        self._stamp = stamp
        return Inventory(entries(self.path), self._prints)


def entries(path: Path) -> tuple[Entry, ...]:
    """The entries of an inventory file.

    Raises:
        SettingsError: it cannot be read, or there is a mistake in it.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise SettingsError(f"inventory {path}: {error.strerror}") from None
    if len(raw) > MOST_BYTES:
        raise SettingsError(f"inventory {path}: expected at most {MOST_BYTES:,} bytes, got more")
    try:
        return parsed(raw, str(path))
    except InventoryError as error:
        raise SettingsError(f"inventory {error}") from None
