"""One partition of the `activity` topic: its engine state, and what a checkpoint has to write of it.

Pure: records in log order go in, effects come out. All that it does follows from the log, so the
records since a checkpoint, taken again after a crash, have the same effects byte for byte.

Examples:
    >>> from detector.runtime.resident import Everything
    >>> from schemas.event import ActivityEvent, Principal
    >>> event = ActivityEvent(uid="e", source="token_use", tenant="t", time=5, principal=Principal("p"))
    >>> partition = Partition(0, 1, EngineConfig(), Everything())
    >>> partition.take(event)
    >>> sorted(partition.entities.dirty)
    ['principal:t:p']
"""

from collections.abc import Iterator

from msgspec import Struct, field

from detector.config import EngineConfig
from detector.findings import Finding
from detector.pipeline import State, settle, step
from detector.pipeline.state import NOTHING, Outcome
from detector.runtime.control import under
from detector.runtime.resident import Entities, Rows
from detector.runtime.watermarks import ACTIVITY, Watermarks
from detector.runtime.wire import Record
from schemas.control import Control
from schemas.fact import Fact, Tick
from schemas.progress import Progress

FORMAT = 1
_BASELINE = "baseline:"


class Effects(Struct):
    """What is to be sent, in this order: facts, then the progress that says that they have been."""

    findings: list[Finding] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    progress: Progress | None = None

    def __bool__(self) -> bool:
        """Whether there is anything to send."""
        return bool(self.findings or self.facts or self.progress)


class Shared(Struct):
    """What belongs to a partition and to no entity; the checkpoint's marker carries it. `offset` is
    the next record to take, `control` the settings that its log has put in force."""

    format: int
    offset: int
    bound: int
    watermark: int
    late: int
    swept: int
    marks: Watermarks
    version: int
    control: Control | None = None


class Partition:
    """The owner of some entities. `take` what the log says, then `effects()`; between records
    `settle` so many entities that are due, until nothing is left to."""

    def __init__(self, number: int, of: int, config: EngineConfig, rows: Rows) -> None:
        """Start with what `rows` hold, which may be nothing."""
        self.number = number
        self.of = of
        self.state = State(config)
        self.entities = Entities(self.state, rows)
        self.marks = Watermarks(number, of)
        self.offset = 0
        self.version = 0
        self.control: Control | None = None
        self._config = config
        self._due: list[str] = []
        self._settling: set[str] = set()
        self._queue: Iterator[str] = iter(())
        self._tick: Tick | None = None
        self._said = Progress(f"{ACTIVITY}{number}", of, self.marks.levels)
        self._out = Effects()

    def take(self, record: Record, key: str | None = None) -> None:
        """One record of the log, of which this is the key. Not to be called for an event or a fact
        whose key does not lead here."""
        if isinstance(record, Progress):
            self._told(record)
            return
        if isinstance(record, Control):
            self._under(record)
            return
        key = record.key if key is None else key
        if isinstance(record, Fact) and record.kind == "baseline":
            key = f"{_BASELINE}{key}"
        self.entities.touch(key)
        if key in self._settling:
            self._one(key)
        outcome = step(self.state, record)
        if outcome is not NOTHING:
            self._add(outcome)

    def _under(self, control: Control) -> None:
        """Other settings are in force from here on. What is due settles under the old ones: where it
        would have settled without them must not show."""
        while self.settling:
            self.settle(len(self._settling))
        self.control = control
        self.state.under(under(self._config, control))

    def _add(self, outcome: Outcome) -> None:
        self._out.findings += outcome.findings
        self._out.facts += outcome.facts
        for key in outcome.gone:
            self.entities.forget(key)

    def effects(self) -> Effects:
        """What has to be sent of what was taken since the last call."""
        out, self._out = self._out, Effects()
        return out

    # ------------------------------------------------------------------------- time

    def _told(self, record: Progress) -> None:
        self.marks.take(record)
        self._versions()
        if self.marks.target(self.state.config.epoch) > self.state.bound:
            # What settles next must not depend on how far settling has come: only on the log.
            self.settle(len(self._settling))
        self._advance()
        self._say()

    def _advance(self) -> None:
        """Begin to settle if time has passed and nothing is still settling."""
        config = self.state.config
        target = self.marks.target(config.epoch)
        if self._tick is not None or target <= self.state.bound:
            return
        tick = Tick(target + config.fact_allowance)
        due = settle.begin(self.state, tick)
        if due is not None:
            due.sort()  # as after a crash
            self._tick, self._due, self._settling = tick, due, set(due)
            self._queue = iter(due)
            self.settle(0)

    def settle(self, most: int) -> bool:
        """Settle up to `most` entities that are due; whether there are more."""
        while self._settling and most > 0:
            key = next(self._queue)
            if key in self._settling:
                self._one(key)
                most -= 1
        if self._settling or self._tick is None:
            return bool(self._settling)
        self._add(settle.finish(self.state, self._due))
        self._due, self._tick = [], None
        self._say()
        self._advance()
        return bool(self._settling)

    @property
    def settling(self) -> bool:
        """Whether entities are still to settle."""
        return self._tick is not None

    def _one(self, key: str) -> None:
        self._settling.remove(key)
        self.entities.touch(key)
        outcome = settle.one(self.state, key)
        if outcome is not NOTHING:
            self._add(outcome)

    def _versions(self) -> None:
        """Give the peers' next version, once all that it counts has been told."""
        told = self.marks.told
        version = (told + self.state.horizon) // self.state.config.epoch
        if not told or version <= self.version:
            return
        self.version = version
        for key in self.state.groups:
            self.entities.touch(key)
        self._add(settle.versions(self.state, Tick(0, told=told)))

    def _say(self) -> None:
        """Tell all partitions how far this one is, if it is further on."""
        said = self._progress()
        if said != self._said:
            self._said = self._out.progress = said

    def _progress(self) -> Progress:
        settled = 0 if self._tick is not None else self.state.bound
        return Progress(
            self._said.sender,
            self._said.of,
            self.marks.levels,
            settled=max(settled, self._said.settled),
            version=self.version,
        )

    # ------------------------------------------------------------------------- checkpoints

    def shared(self) -> Shared:
        """What the marker of a checkpoint says; only between records, with nothing settling."""
        state = self.state
        return Shared(
            FORMAT,
            self.offset,
            state.bound,
            state.watermark,
            state.late,
            state.swept,
            self.marks,
            self.version,
            self.control,
        )

    def resume(self, shared: Shared) -> None:
        """Go on where a checkpoint stands."""
        for _ in self.resuming(shared):
            pass

    def resuming(self, shared: Shared) -> Iterator[None]:
        """The same a little at a time."""
        state = self.state
        state.bound, state.watermark = shared.bound, shared.watermark
        state.late, state.swept = shared.late, shared.swept
        self.offset, self.marks, self.version = shared.offset, shared.marks, shared.version
        if shared.control is not None:
            self._under(shared.control)
        self._said = self._progress()
        yield from self.entities.resuming()
