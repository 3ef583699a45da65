"""An inventory that changes while a worker runs: noticed, checked, and applied to what is decoded next.

Events carry what the inventory said of their credentials when they were decoded, so whoever reads
`activity` again comes to the same.
"""

import asyncio
import logging
from typing import Protocol

from mode import Service

from detector.runtime.metrics import Metrics
from detector.settings.inventory import InventoryFile
from detector.settings.load import SettingsError
from detector.sources.inventory import Inventory

log = logging.getLogger(__name__)
_POLL = 2.0


class Knowing(Protocol):
    """Whoever decodes records."""

    def know(self, inventory: Inventory) -> None:
        """From the next record on, this is what the operator knows of credentials."""


class Stock(Service):
    """Looks at the inventory's file every few seconds. One with a mistake is refused, and what was
    known before stays."""

    def __init__(self, file: InventoryFile, who: Knowing, metrics: Metrics) -> None:
        super().__init__()
        self._file = file
        self._who = who
        self._metrics = metrics

    def look(self) -> None:
        """Read the file if it has changed."""
        try:
            found = self._file.again()
        except SettingsError as error:
            log.error("inventory refused, the old one stays", extra={"error": str(error)})  # noqa: TRY400 - the cause is an operator's
            self._metrics.add("detector_inventory_total", result="refused")
            return
        if found is not None:
            self._who.know(found)
            log.info("inventory read again", extra={"path": str(self._file.path)})
            self._metrics.add("detector_inventory_total", result="read")

    @Service.task
    async def _watch(self) -> None:
        while not self.should_stop:
            await asyncio.sleep(_POLL)
            self.look()
