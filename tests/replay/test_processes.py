"""Processes beside this one end with it, and say so where they end before."""

import os
import signal
import subprocess
import sys
import threading

import pytest

from detector.replay.processes import Channel, ProcessError, cores, started
from tests.shared_data import PROJECT

_PARENT = """
import os, sys
from detector.replay.processes import Channel, started
from tests.replay.test_processes import say_who
with started(2, say_who) as beside:
    print(*(each.receive().decode() for each in beside), flush=True)
    sys.stdin.read()
"""


def say_who(channel: Channel) -> None:
    """Tell the process id, then wait for work that does not come."""
    channel.send(str(os.getpid()).encode())
    channel.receive()


def die(channel: Channel) -> None:
    """End without a word."""
    channel.receive()
    os._exit(3)


def fail(channel: Channel) -> None:
    """Raise what nobody expects."""
    channel.receive()
    raise KeyError("e")


def test_one_that_dies_is_noticed_by_who_waits_for_it() -> None:
    """Its exit code is told."""
    with started(2, die) as (one, _):
        one.send(b"")
        with pytest.raises(ProcessError, match="a worker process ended early: exit code 3"):
            one.receive()


def test_one_that_fails_says_why() -> None:
    """An exception there is an error here, in one line."""
    with started(1, fail) as (one,):
        one.send(b"")
        with pytest.raises(ProcessError, match=r"^KeyError: 'e'$"):
            one.receive()


def test_beside_other_threads_none_is_forked() -> None:
    """A process that has threads starts others anew, with the same result."""
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        with started(1, say_who) as (one,):
            told = int(one.receive())
    finally:
        done.set()
        thread.join()

    assert os.getpid() != told


def test_work_for_the_dead_is_an_error() -> None:
    """What cannot be sent because nobody is there is told in the same words."""
    with started(1, die) as (one,):
        one.send(b"")
        one.wait()
        with pytest.raises(ProcessError, match="ended early"):
            one.send(b"")


@pytest.mark.parametrize("last", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_nobody_is_left_behind(last: signal.Signals) -> None:
    """However the process that started them ends, the others end too: then nobody holds the pipe any
    more to which all of them could write."""
    parent = subprocess.Popen(
        [sys.executable, "-c", _PARENT],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    with parent:
        assert parent.stdout is not None
        others = parent.stdout.readline().split()
        parent.send_signal(last)
        rest, _ = parent.communicate(timeout=60)

    assert (2, b"") == (len(others), rest)


def test_there_is_a_core() -> None:
    """The machine lets at least this process run."""
    assert 1 <= cores()
