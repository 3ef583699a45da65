"""What every log source is: bytes in, `ActivityEvent`s out, and one kind of error.

Examples:
    >>> try:
    ...     raise DecodeError("eventTime: expected an ISO 8601 time, got an integer")
    ... except ValueError as error:
    ...     str(error)
    'eventTime: expected an ISO 8601 time, got an integer'
"""

from collections.abc import Iterable
from typing import Protocol

from msgspec import Struct

from detector.sources.fingerprint import Fingerprints
from detector.sources.inventory import Inventory
from schemas.event import ActivityEvent

DEFAULT_TENANT = "default"


class DecodeError(ValueError):
    """A record that cannot be read. Its text says what was expected and what came, and never
    quotes a value of the record: it ends up in dead letters and logs."""


class SkipRecord(DecodeError):  # noqa: N818 - not a failure: a record that is read and set aside
    """A well-formed record that says nothing about a credential's use: counted, not a dead letter.

    Examples:
        >>> SkipRecord("insights").reason
        'insights'
    """

    @property
    def reason(self) -> str:
        """The short name under which such records are counted."""
        return str(self)


class Source(Protocol):
    """One log format. Sources have no state: decoding twice gives equal events."""

    @property
    def name(self) -> str:
        """The word in `ActivityEvent.source` and in `--source`."""

    def sniff(self, raw: bytes) -> bool:
        """Whether `raw` looks like this format. Cheap, and never raises."""

    def decode(self, raw: bytes, context: "Context", position: int) -> Iterable[ActivityEvent]:
        """The events in one raw record, which stands at `position` in `context.place`.

        Raises:
            SkipRecord: the record is fine and there is nothing in it for us.
            DecodeError: the record cannot be read. Whatever the bytes, nothing else is raised.
        """


class Context(Struct, frozen=True):
    """What decoding depends on besides the record.

    `tenant` overrides what the record says or leaves out. `place` names the file or topic that the
    record stands in; its position there is given with each record. `inventory` is what the
    operator knows of credentials: `Decoder` applies it, so sources need not. `mapped` are the
    operator's own sources. `arrived` is when the record was written down (epoch ms), for a log that
    says no time at all.

    Examples:
        >>> Context(Fingerprints("a key of at least sixteen characters")).tenant_or("acme")
        'acme'
    """

    fingerprints: Fingerprints
    tenant: str | None = None
    place: str = ""
    inventory: Inventory | None = None
    mapped: tuple[Source, ...] = ()
    arrived: int | None = None

    def tenant_or(self, stated: str = "") -> str:
        """The tenant of a record that states `stated`."""
        return self.tenant or stated or DEFAULT_TENANT
