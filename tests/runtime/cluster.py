"""Partitions of `activity` in memory: their logs, and workers that may crash between records."""

from collections.abc import Iterable

import msgspec
from msgspec import Struct, field

from detector.config import EngineConfig
from detector.findings import Finding
from detector.runtime.partition import Effects, Partition, Shared
from detector.runtime.repartition import repartitioned, together
from detector.runtime.resident import BASELINE, Everything
from detector.runtime.wire import Record, partition_of
from detector.window.panes import QUARTER
from schemas.event import ActivityEvent
from schemas.fact import Fact
from schemas.progress import Progress

CONFIG = EngineConfig(budget=12.5)
SLACK = max(CONFIG.lateness.values()) + CONFIG.fact_allowance
_encode = msgspec.msgpack.Encoder().encode
_shared = msgspec.msgpack.Decoder(Shared).decode


def told(effects: Iterable[Effects]) -> list[bytes]:
    """Findings and facts in their order, as bytes."""
    return [_encode(one) for each in effects for one in (*each.findings, *each.facts)]


def revisions(effects: Iterable[Effects]) -> dict[tuple[str, int], bytes]:
    """Each revision of each finding, as bytes."""
    return {(one.uid, one.revision): _encode(one) for each in effects for one in each.findings}


class Hosted(Struct):
    """One partition, its log, and its last checkpoint: rows and marker."""

    partition: Partition
    log: list[Record] = field(default_factory=list)
    rows: Everything = field(default_factory=Everything)
    marker: bytes = b""

    def go_on(self, upto: int, chunk: int) -> list[Effects]:
        """Take what the log holds before `upto`, so many records at a time."""
        out = []
        while self.partition.offset < upto:
            end = min(upto, self.partition.offset + chunk)
            for record in self.log[self.partition.offset : end]:
                self.partition.take(record)
            self.partition.offset = end
            while self.partition.settle(7):
                pass
            out.append(self.partition.effects())
        return out

    def save(self) -> None:
        """Write a checkpoint."""
        entities = self.partition.entities
        self.marker = _encode(self.partition.shared())
        entities.freeze()
        while entities.thaw(3):
            pass
        for key, row in entities.taken():
            if row is None:
                self.rows.pop(key, None)
            else:
                self.rows[key] = row

    def restored(self) -> "Hosted":
        """The same as another worker would begin it."""
        rows = Everything(dict(self.rows.items()))
        made = Partition(self.partition.number, self.partition.of, CONFIG, rows)
        made.resume(_shared(self.marker))
        return Hosted(made, self.log, rows, self.marker)


class Cluster:
    """So many partitions. `findings` are what they have published."""

    def __init__(self, partitions: int) -> None:
        self.hosts = [
            Hosted(Partition(n, partitions, CONFIG, rows), rows=rows)
            for n in range(partitions)
            for rows in (Everything(),)
        ]
        self.findings: list[Finding] = []
        self._bound = 0

    def everywhere(self, record: Record) -> None:
        """A record that every partition gets."""
        for host in self.hosts:
            host.log.append(record)

    def send(self, effects: Iterable[Effects]) -> None:
        """Deliver what a partition has made."""
        for each in effects:
            self.findings += each.findings
            for fact in each.facts:
                self._fact(fact)
            if each.progress is not None:
                self.everywhere(each.progress)

    def _fact(self, fact: Fact) -> None:
        if fact.kind == "baseline":
            self.everywhere(fact)
        else:
            self.hosts[partition_of(fact.entity, len(self.hosts))].log.append(fact)

    def drain(self, chunk: int) -> None:
        """Work until nothing is left to be done."""
        while any(host.partition.offset < len(host.log) for host in self.hosts):
            for host in self.hosts:
                self.send(host.go_on(len(host.log), chunk))

    def play(self, events: list[ActivityEvent], chunk: int, *, ends: bool = True) -> None:
        """Events in the order of their times; a quarter's end is told when it can be, and unless it
        `ends` here, nothing of what may still come."""
        self._tell(events[0].time - SLACK)
        for n, event in enumerate(events):
            self.hosts[partition_of(event.key, len(self.hosts))].log.append(event)
            self._tell(event.time - SLACK)
            if not n % 100:
                self.drain(chunk)
        if ends:
            self._tell(events[-1].time + QUARTER)
        self.drain(chunk)

    def dealt_out(self, partitions: int) -> "Cluster":
        """The same with another number of partitions, from checkpoints of all of them."""
        for host in self.hosts:
            host.save()
        made = Cluster(partitions)
        made.findings, made._bound = self.findings, self._bound
        for host in self.hosts:
            for key, row in host.rows.items():
                if key.startswith(BASELINE):
                    for other in made.hosts:
                        other.rows[key] = together(row, other.rows.get(key))
                else:
                    made.hosts[partition_of(key, partitions)].rows[key] = row
        shared = repartitioned([_shared(host.marker) for host in self.hosts], partitions)
        for host, one in zip(made.hosts, shared, strict=True):
            host.partition.resume(one)
        return made

    def _tell(self, time: int) -> None:
        bound = time // QUARTER * QUARTER
        if bound > self._bound:
            self._bound = bound
            self.everywhere(Progress("raw/0", 1, (bound,)))
