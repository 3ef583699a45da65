"""Admission as a step of its own: findings by tenant in, alerts and commands out, exactly once.

Each batch is one Kafka transaction of alerts, commands, what the memory has gained and the offsets,
so a reader of committed records sees each revision of a finding once, whatever crashed before it. A
detector that goes over records again after a crash says again what it has said; here it is known
by its finding's id and revision, and goes no further.

The memory is a row for each tenant and each finding: a batch writes those that it has touched.

Examples:
    >>> desk = Desk(ResponseConfig())
    >>> desk.repeats("f1", 1), desk.repeats("f1", 1), desk.repeats("f1", 2)
    (False, True, False)
"""

from collections.abc import Iterable

import msgspec
from msgspec import Struct, field

from detector.config import ResponseConfig
from detector.detections import DETECTIONS
from detector.findings import Finding
from detector.pipeline.admit import Passed, passed
from detector.respond.admission import AdmissionState
from detector.runtime.control import response_of
from detector.sinks.ocsf import alert
from schemas.control import Control

FORMAT = 2
_MOST = 50_000
_HEAD = b"memory"
_TENANT, _FINDING = b"tenant:", b"finding:"
_json = msgspec.json.Encoder().encode
_pack = msgspec.msgpack.Encoder().encode
_finding = msgspec.msgpack.Decoder(Finding).decode
_control = msgspec.json.Decoder(Control).decode
Row = tuple[bytes, bytes | None]


class Head(Struct):
    """What belongs to no tenant and to no finding. `repeats` counts revisions that were told again,
    `control` holds the settings that the log has put in force."""

    format: int = FORMAT
    repeats: int = 0
    control: Control | None = None


class Memory(Struct):
    """What is kept of one partition of findings: admission by tenant, and by finding the last
    revision that went out, the latest findings last."""

    tenants: dict[str, AdmissionState] = field(default_factory=dict)
    revisions: dict[str, int] = field(default_factory=dict)
    head: Head = field(default_factory=Head)


_head = msgspec.msgpack.Decoder(Head).decode
_tenant = msgspec.msgpack.Decoder(AdmissionState).decode
_revision = msgspec.msgpack.Decoder(int).decode


class Message(Struct, frozen=True):
    """What goes out: to `alerts` or `commands`, under a key."""

    to: str
    key: str
    value: bytes
    headers: tuple[tuple[str, bytes], ...] = ()


class Desk:
    """The admission of one partition of findings: pure, but for its memory. `passed` is what has
    become of the findings that were taken last, without repeats."""

    def __init__(self, config: ResponseConfig, memory: Memory | None = None) -> None:
        self.memory = memory or Memory()
        self.passed: list[Passed] = []
        self._config = config
        self._touched: dict[bytes, None] = {}
        if self.memory.head.control is not None:
            self._config = response_of(self.memory.head.control)

    def repeats(self, uid: str, revision: int) -> bool:
        """Whether this revision, or a later one, has gone out. If not, it does now."""
        revisions = self.memory.revisions
        if revision <= revisions.get(uid, 0):
            self.memory.head.repeats += 1
            return True
        revisions.pop(uid, None)
        revisions[uid] = revision
        self._touch(_FINDING, uid)
        if len(revisions) > _MOST:
            oldest = next(iter(revisions))
            del revisions[oldest]
            self._touch(_FINDING, oldest)
        return False

    def _touch(self, kind: bytes, name: str) -> None:
        key = kind + name.encode()
        self._touched.pop(key, None)
        self._touched[key] = None

    def take(self, findings: Iterable[Finding | Control]) -> list[Message]:
        """What readers are to see of these findings, each under the settings before it."""
        out: list[Message] = []
        self.passed = []
        for finding in findings:
            if isinstance(finding, Control):
                self.memory.head.control, self._config = finding, response_of(finding)
            elif not self.repeats(finding.uid, finding.revision):
                out += self._one(finding)
        return out

    def _one(self, finding: Finding) -> list[Message]:
        tenants = self.memory.tenants
        state = tenants.get(finding.tenant) or AdmissionState(finding.tenant)
        tenants[finding.tenant], made = passed(state, finding, self._config)
        self._touch(_TENANT, finding.tenant)
        self.passed.append(made)
        shown = made.finding
        headers: tuple[tuple[str, bytes], ...] = (
            ("ce_specversion", b"1.0"),
            ("ce_type", b"detector.finding"),
            ("ce_source", b"credential-abuse-detector"),
            ("ce_id", f"{shown.uid}.{shown.revision}".encode()),
            ("content-type", b"application/json"),
        )
        if self.memory.head.control is not None:
            headers = (*headers, ("ce_settings", self.memory.head.control.version.encode()))
        value = _json(alert(shown, DETECTIONS[shown.detection].META))
        out = [Message("alerts", shown.entity, value, headers)]
        if made.answer == "admitted" and shown.command is not None:
            command = shown.command
            headers = (("ce_id", command.command_uid.encode()), *headers[:1], *headers[2:3])
            out.append(Message("commands", command.command_uid, _json(command), headers))
        return out

    def rows(self) -> list[Row]:
        """The rows that have changed since the last call, in the order in which they did; without a
        value those that are no longer kept."""
        touched, self._touched = self._touched, {}
        return [*((key, self._row(key)) for key in touched), (_HEAD, _pack(self.memory.head))]

    def _row(self, key: bytes) -> bytes | None:
        if key.startswith(_TENANT):
            return _pack(self.memory.tenants[key.removeprefix(_TENANT).decode()])
        revision = self.memory.revisions.get(key.removeprefix(_FINDING).decode())
        return None if revision is None else _pack(revision)


def memory(rows: Iterable[Row]) -> Memory:
    """The memory that these rows make up, in the order in which they were written.

    Raises:
        ValueError: it is of another format.
    """
    made = Memory()
    for key, value in rows:
        if key == _HEAD and value is not None:
            made.head = _head(value)
            if made.head.format != FORMAT:
                raise ValueError(
                    f"expected admission's memory of format {FORMAT}, got {made.head.format}"
                )
        elif key.startswith(_TENANT) and value is not None:
            made.tenants[key.removeprefix(_TENANT).decode()] = _tenant(value)
        elif key.startswith(_FINDING):
            uid = key.removeprefix(_FINDING).decode()
            made.revisions.pop(uid, None)
            if value is not None:
                made.revisions[uid] = _revision(value)
    return made


def asked(value: bytes) -> Finding | Control:
    """A record of the findings' topic: a finding, or the settings for those after it, as JSON.

    Raises:
        msgspec.MsgspecError: it is neither.
    """
    return _control(value) if value.startswith(b"{") else _finding(value)
