"""Settings that change while a worker runs: noticed, checked, and written to the logs.

A worker does not put them in force by itself. It writes a control record to every partition of
`activity` and of the findings, and whoever takes that record, now or after a crash, goes on under it.
Of several workers with different files the last one that was changed wins.
"""

import asyncio
import logging
import signal
from contextlib import suppress
from pathlib import Path

import msgspec
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from mode import Service

from detector.runtime.compacted import Tail
from detector.runtime.control import control_of
from detector.runtime.metrics import Metrics
from detector.settings.load import SettingsError
from detector.settings.reload import SettingsFile
from detector.worker import WorkerConfig
from schemas.control import Control

log = logging.getLogger(__name__)
_POLL = 2.0
_KEY = b"settings"
_read = msgspec.json.Decoder(Control).decode
_written = msgspec.json.Encoder().encode


class Reload(Service):
    """Looks at the settings file every few seconds, and on SIGHUP. `begin` first: what was changed
    while no worker ran is in force before the next record."""

    def __init__(
        self,
        config: WorkerConfig,
        file: SettingsFile,
        producer: AIOKafkaProducer,
        metrics: Metrics,
    ) -> None:
        super().__init__()
        self._config = config
        self._file = file
        self._producer = producer
        self._metrics = metrics
        self._asked = asyncio.Event()
        self._waiting: Control | None = None
        self._last = Path(config.folder) / "settings"

    async def begin(self) -> None:
        """Write what this worker was told, unless that is what it last loaded, or, where nothing is
        known of that, what was written last.

        Raises:
            KafkaError: the brokers refuse it.
        """
        control = control_of(self._file.settings.engine())
        last = self._loaded() or await self._found()
        if control.version != last:
            await self._announce(control)
        self._remember(control)

    def _loaded(self) -> str:
        try:
            return self._last.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError):
            return ""

    async def _found(self) -> str:
        found = ""
        async for batch in Tail(self._config, self._config.topics.progress, 0).batches():
            for record in batch:
                if record.key == _KEY and record.value:
                    with suppress(msgspec.MsgspecError, UnicodeDecodeError):
                        found = _read(record.value).version
        return found

    def _remember(self, control: Control) -> None:
        with suppress(OSError):  # it may be on no disk at all; then the topic tells
            self._last.write_text(control.version, "utf-8")

    async def on_start(self) -> None:
        """SIGHUP asks at once."""
        with suppress(NotImplementedError, RuntimeError):
            asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self._asked.set)

    @Service.task
    async def _watch(self) -> None:
        while not self.should_stop:
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._asked.wait(), _POLL)
            asked = self._asked.is_set()
            self._asked.clear()
            self._look(asked=asked)
            await self._send()

    def _look(self, *, asked: bool) -> None:
        try:
            made = self._file.again(asked=asked)
        except SettingsError as error:
            log.error("settings refused, the old ones stay in force", extra={"error": str(error)})  # noqa: TRY400 - the cause is an operator's
            self._metrics.add("detector_settings_total", result="refused")
            return
        if made is not None:
            control = control_of(made.engine())
            if control.version != self._loaded():
                self._waiting = control

    async def _send(self) -> None:
        control = self._waiting
        if control is None:
            return
        try:
            await self._announce(control)
        except KafkaError as error:
            log.warning("new settings wait for the broker", extra={"error": str(error)})
            return
        self._waiting = None
        self._remember(control)

    async def _announce(self, control: Control) -> None:
        """To every log that is judged by it; last to where later workers find it."""
        topics, value = self._config.topics, _written(control)
        futures = [
            await self._producer.send(topic, value, _KEY, partition=number)
            for topic in (topics.activity, topics.findings)
            for number in sorted(await self._producer.partitions_for(topic))
        ]
        for future in futures:
            await future
        await self._producer.send_and_wait(topics.progress, value, _KEY, partition=0)
        log.info("settings written to the log", extra={"version": control.version})
        self._metrics.add("detector_settings_total", result="written")
