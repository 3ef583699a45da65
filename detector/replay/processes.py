"""Processes beside this one: started, given work over pipes, and gone when this one is.

They share nothing. What a process is started with travels over a pipe or is inherited, so a key in
it stands in no argument list and no environment. One that dies is noticed where its answer is
awaited; when this process ends, however it ends, the others find their pipe closed and end as well.

Examples:
    >>> with started(2, _echo, b"you said ") as echoes:
    ...     for echo in echoes:
    ...         echo.send(b"hello")
    ...     [echo.receive() for echo in echoes]
    [b'you said hello', b'you said hello']
"""

import gc
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, Literal

_DONE, _FAILED = b"=", b"!"
_PATIENCE = 5.0

Threshold = tuple[int, int, int]


class ProcessError(Exception):
    """A process beside this one failed or died."""


class Channel:
    """What a process has of the one that started it: `receive` work, `send` answers."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def receive(self) -> bytes:
        """The next message.

        Raises:
            EOFError: there will be none.
        """
        return self._connection.recv_bytes()

    def send(self, message: bytes) -> None:
        """One answer."""
        self._connection.send_bytes(_DONE + message)


Work = Callable[..., None]


class Beside:
    """One process beside this one."""

    def __init__(self, process: Any, connection: Connection) -> None:
        self._process = process
        self._connection = connection

    def send(self, message: bytes) -> None:
        """Give it work; it must be waiting for it, or the message be small.

        Raises:
            ProcessError: it has died.
        """
        try:
            self._connection.send_bytes(message)
        except OSError as error:
            raise self._lost() from error

    def receive(self) -> bytes:
        """Wait for its next answer.

        Raises:
            ProcessError: it has failed or died.
        """
        try:
            answer = self._connection.recv_bytes()
        except (EOFError, OSError) as error:
            raise self._lost() from error
        if answer.startswith(_FAILED):
            raise ProcessError(answer[1:].decode())
        return answer[1:]

    def wait(self) -> None:
        """Until it has ended, for a while."""
        self._process.join(_PATIENCE)

    def _lost(self) -> ProcessError:
        self.wait()
        return ProcessError(f"a worker process ended early: exit code {self._process.exitcode}")

    def close(self) -> None:
        """End it, at once."""
        self._connection.close()
        self._process.terminate()
        self.wait()
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._process.close()


@contextmanager
def started(count: int, work: Work, *arguments: object) -> Iterator[list[Beside]]:
    """So many processes that each run `work(channel, *arguments)`; they end with the context."""
    way = _way()
    context = get_context(way)
    running: list[Beside] = []
    ours: list[Connection] = []
    try:
        for _ in range(count):
            near, far = context.Pipe()
            ours.append(near)
            inherited = tuple(ours) if way == "fork" else ()
            process = context.Process(  # type: ignore[attr-defined]
                target=_run,
                args=(far, inherited, gc.get_threshold(), gc.isenabled(), work, arguments),
                daemon=True,
            )
            process.start()
            far.close()
            running.append(Beside(process, near))
        yield running
    finally:
        for each in running:
            each.close()


def cores() -> int:
    """How many processes the machine lets run at once."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # no Linux
        return os.cpu_count() or 1


def _way() -> Literal["fork", "spawn"]:
    """To fork costs next to nothing, but is safe on Linux only, and with one thread."""
    alone = sys.platform == "linux" and threading.active_count() == 1
    return "fork" if alone else "spawn"


def _run(
    connection: Connection,
    inherited: Sequence[Connection],
    threshold: Threshold,
    collecting: bool,
    work: Work,
    arguments: tuple[object, ...],
) -> None:
    # An interrupt goes to all processes of a terminal; the one that started this one decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for other in inherited:
        # Held open here, they would hide from this process and its siblings that theirs has gone.
        other.close()
    gc.set_threshold(*threshold)
    if not collecting:
        gc.disable()
    try:
        work(Channel(connection), *arguments)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told where it is awaited
        _tell(connection, error)


def _tell(connection: Connection, error: Exception) -> None:
    text = f"{type(error).__name__}: {error}"
    if os.environ.get("DETECTOR_DEBUG"):
        text += "\n" + "".join(traceback.format_exception(error))
    connection.send_bytes(_FAILED + text.encode("utf-8", "backslashreplace"))


def _echo(channel: Channel, prefix: bytes) -> None:
    while True:
        channel.send(prefix + channel.receive())
