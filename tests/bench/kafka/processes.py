"""Processes under measurement: what they say, and what they take."""

import asyncio
import os
import re
import signal
import time
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

_TICKS = os.sysconf("SC_CLK_TCK")
_MIB = 2**10


class Mark(Struct, frozen=True):
    """Something was said: when, and how much processor time had been used by then."""

    time: float
    cpu: float


def cpu_of(pid: int) -> float:
    """Processor seconds of a process so far, all threads and both modes; 0 if it is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("ascii", "replace")
    except OSError:
        return 0.0
    fields = stat.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def memory_of(pid: int) -> tuple[float, float]:
    """Resident MiB of a process: now, and at most."""
    status = Path(f"/proc/{pid}/status").read_text("ascii", "replace")
    now, most = (re.search(rf"{name}:\s+(\d+)", status) for name in ("VmRSS", "VmHWM"))
    return (int(now[1]) if now else 0) / _MIB, (int(most[1]) if most else 0) / _MIB


class Contender:
    """One process. Its lines `NAME TIME` become marks, the last of a name counts; `start` it first."""

    def __init__(self, name: str, command: Sequence[str], log: Path) -> None:
        self.name = name
        self.marks: dict[str, Mark] = {}
        self._command = command
        self._log = log
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self.began = 0.0

    async def start(self) -> None:
        """Let it begin."""
        self._log.parent.mkdir(parents=True, exist_ok=True)
        self.began = time.time()
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._command, stdout=asyncio.subprocess.PIPE, stderr=log
            )
        self._reading = asyncio.create_task(self._read(self._process))

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            words = line.decode("utf-8", "replace").split()
            if len(words) == 2 and re.fullmatch(r"\d+(\.\d+)?(E\d+)?", words[1]):
                self.marks[words[0]] = Mark(float(words[1]), cpu_of(process.pid))

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process is not None
        return self._process.pid

    def check(self) -> None:
        """Go on only while it runs.

        Raises:
            RuntimeError: it has ended.
        """
        code = None if self._process is None else self._process.returncode
        if code:
            end = self._log.read_text("utf-8", "replace")[-1500:]
            raise RuntimeError(f"{self.name} ended with {code}: {end}")

    async def mark(self, name: str, within: float) -> Mark | None:
        """That mark, as soon as it has been said; None if it is not in so many seconds.

        Raises:
            RuntimeError: the process has ended without it.
        """
        end = time.monotonic() + within
        while name not in self.marks and time.monotonic() < end:
            self.check()
            await asyncio.sleep(0.01)
        return self.marks.get(name)

    def now(self) -> Mark:
        """What it has used by now."""
        return Mark(time.time(), cpu_of(self.pid))

    async def stop(self, how: int = signal.SIGTERM, patience: float = 60.0) -> None:
        """End it: in order, and if it does not, at once."""
        if self._process is None:
            return
        for signalled in (how, signal.SIGKILL):
            if self._process.returncode is None:
                self._process.send_signal(signalled)
            try:
                await asyncio.wait_for(self._process.wait(), patience)
                break
            except TimeoutError:
                continue
        if self._reading is not None:
            await self._reading
