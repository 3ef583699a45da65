"""One input under trial: what a source may do with it, and what is a finding.

Examples:
    >>> from detector.sources.registry import SOURCES
    >>> trial = Trial(SOURCES["okta"])
    >>> trial.run(b"{}")
    >>> trial.inputs, trial.refused, trial.found
    (1, 1, {})
"""

import signal
import traceback
from pathlib import Path
from time import thread_time
from types import FrameType

import msgspec

from detector.sources.base import DecodeError, SkipRecord, Source
from detector.sources.decoding import Decoder
from schemas.event import ActivityEvent
from tests.fuzz.found import Finding
from tests.sources.cases import CONTEXT

# An input that takes longer is a finding; one that takes as long as this is broken off.
SLOW = 1.0
_HUNG = 10.0
_LONGEST_ERROR = 400
# Some of the checks are of every so many inputs.
_SOME = 16


class HungError(BaseException):
    """Raised by the alarm, whatever is running: no `except Exception` swallows it."""


class Trial:
    """What a row of inputs made of one source."""

    def __init__(self, source: Source, hung: float = _HUNG) -> None:
        """`hung` is when an input is broken off, in seconds of processor time."""
        self.source = source
        self.hung = hung
        self.inputs = self.events = self.decoded = self.refused = self.skipped = 0
        self.seconds = self.slowest = 0.0
        self.found: dict[str, Finding] = {}
        self._opening = Decoder(source)

    def run(self, raw: bytes) -> None:
        """One input, by the source itself and then as one that may travel in an envelope."""
        self.inputs += 1
        began = thread_time()
        signal.signal(signal.SIGVTALRM, _broken_off)
        signal.setitimer(signal.ITIMER_VIRTUAL, self.hung)
        try:
            self._judge(raw)
        except HungError:
            self._report(f"broken off after {self.hung:g} s", raw)
        except Exception as error:  # noqa: BLE001 - that is what is looked for
            self._report(f"{type(error).__name__} {_where(error)}: {str(error)[:80]}", raw)
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        took = thread_time() - began
        self.seconds += took
        self.slowest = max(self.slowest, took)
        if took > SLOW:
            self._report("takes over a second", raw)

    def _judge(self, raw: bytes) -> None:
        self.source.sniff(raw)
        events, said, skipped = self._decoded(raw)
        self.skipped += skipped
        self.refused += bool(said) and not skipped
        if len(said) >= _LONGEST_ERROR:
            self._report("an error's text is long", raw)
        self.events += len(events)
        self.decoded += bool(events)
        for event in events:
            # Events go to topics and to temporary files, and some of them to a terminal.
            msgspec.json.encode(event)
            msgspec.msgpack.encode(event)
        if self.inputs % _SOME == 0:
            if (events, said, skipped) != self._decoded(raw):
                self._report("decodes otherwise a second time", raw)
            self._opened(raw)

    def _decoded(self, raw: bytes) -> tuple[list[ActivityEvent], str, bool]:
        """The events, what was said if there are none, and whether the record was set aside."""
        try:
            return list(self.source.decode(raw, CONTEXT, 1)), "", False
        except DecodeError as error:
            return [], str(error), isinstance(error, SkipRecord)

    def _opened(self, raw: bytes) -> None:
        for decoder in (self._opening, Decoder()):
            try:
                for event in decoder.decode(raw, CONTEXT, 1):
                    msgspec.msgpack.encode(event)
            except DecodeError as error:
                if len(str(error)) >= _LONGEST_ERROR:
                    self._report("an error's text is long", raw)

    def _report(self, what: str, raw: bytes) -> None:
        """Of inputs with one fault the shortest is kept."""
        known = self.found.get(what)
        if known is None or len(raw) < len(known.raw):
            count = known.count if known is not None else 0
            known = Finding(self.source.name, what, raw, count)
        self.found[what] = msgspec.structs.replace(known, count=known.count + 1)


def _broken_off(_signal: int, _frame: FrameType | None) -> None:
    raise HungError


def _where(error: BaseException) -> str:
    """The innermost line of ours: one fault is one finding, however it is reached."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "/detector/" in frame.filename] or frames
    return f"at {Path(ours[-1].filename).name}:{ours[-1].lineno}"
