"""Workers as processes, and all that may happen to them and to the broker."""

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

from tests.kafka.broker import Broker
from tests.kafka.proxy import Proxy

_PATIENCE = 40.0


class Workers:
    """Up to `count` worker processes; one that ends is started again, as a supervisor would. The
    first one reaches the broker by `via`, if that is another way."""

    def __init__(
        self,
        bootstrap: str,
        prefix: str,
        folder: Path,
        count: int,
        *,
        via: str = "",
        idle: int = 30_000,
    ) -> None:
        self.count = count
        self._ways = (via or bootstrap, bootstrap)
        self._prefix = prefix
        self._folder = folder
        self._idle = idle
        self._running: dict[int, subprocess.Popen[bytes]] = {}
        self._stopped: set[int] = set()
        self.exits: Counter[int] = Counter()
        self.stuck = 0
        self.generation = 1

    def tend(self) -> None:
        """Start what is not running."""
        for number in range(self.count):
            process = self._running.get(number)
            if process is not None and process.poll() is None:
                continue
            if process is not None:
                self.exits[process.returncode] += 1
            self._running[number] = self._start(number)

    def _start(self, number: int) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "tests.kafka.runner", self._ways[number > 0], self._prefix]
        with self.log(number).open("ab") as log:
            return subprocess.Popen(
                [*command, *map(str, (number, self._folder, self._idle, self.generation))],
                stdout=log,
                stderr=log,
            )

    def log(self, number: int) -> Path:
        """What one of them says."""
        return self._folder / f"worker-{number}.log"

    def runs(self, number: int) -> bool:
        """Whether one of them is there."""
        process = self._running.get(number)
        return process is not None and process.poll() is None

    def code(self, number: int) -> int | None:
        """How one of them has ended."""
        return self._running[number].poll()

    def send(self, number: int, how: int) -> None:
        """Send a signal to one of them."""
        process = self._running.get(number)
        if process is not None and process.poll() is None:
            os.kill(process.pid, how)

    def end(self, how: int = signal.SIGTERM) -> None:
        """End all of them."""
        for number in self._running:
            self.send(number, signal.SIGCONT)
            self.send(number, how)
        for process in self._running.values():
            try:
                process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGUSR1)
                self.stuck += 1
                process.kill()
                process.wait()


class Chaos:
    """Draws what happens next, from a seed. `happened` counts it. The way of the first worker to the
    broker is cut where there is a `proxy`."""

    def __init__(
        self, seed: int, workers: Workers, broker: Broker | None, proxy: Proxy | None = None
    ) -> None:
        self._random = random.Random(seed)
        self._workers = workers
        self._broker = broker
        self._proxy = proxy
        self._cut = 0
        self._asleep: dict[int, int] = {}
        self.happened: Counter[str] = Counter()

    def strike(self) -> None:
        """One thing happens; processes that were stopped for long enough wake."""
        self._wake()
        draw = self._random
        kinds = ["kill", "kill", "kill", "term", "pause", "scale"]
        if self._broker is not None:
            kinds += ["broker"]
        if self._proxy is not None:
            kinds += ["cut"]
        kind = draw.choice(kinds)
        number = draw.randrange(self._workers.count)
        self.happened[kind] += 1
        if kind == "kill":
            self._workers.send(number, signal.SIGKILL)
        elif kind == "term":
            self._workers.send(number, signal.SIGTERM)
        elif kind == "pause":
            self._workers.send(number, signal.SIGSTOP)
            self._asleep[number] = draw.randint(1, 6)
        elif kind == "scale":
            self._scale(draw.randint(1, 3))
        elif kind == "cut" and self._proxy is not None:
            self._proxy.cut()
            self._cut = draw.randint(1, 8)
        elif self._broker is not None:
            self._broker.stop(draw.choice([signal.SIGTERM, signal.SIGKILL]))
            self._broker.start()
        self._workers.tend()

    def _scale(self, count: int) -> None:
        for number in range(count, self._workers.count):
            self._workers.send(number, signal.SIGTERM)
        self._workers.count = count

    def _wake(self) -> None:
        self._cut -= 1
        if self._proxy is not None and self._cut <= 0:
            self._proxy.mend()
        for number, left in list(self._asleep.items()):
            if left <= 1:
                del self._asleep[number]
                self._workers.send(number, signal.SIGCONT)
            else:
                self._asleep[number] = left - 1

    def calm(self) -> None:
        """Nothing happens any more."""
        if self._proxy is not None:
            self._proxy.mend()
        for number in self._asleep:
            self._workers.send(number, signal.SIGCONT)
        self._asleep.clear()
