"""Records of `activity` as they come: opened, or refused with the reason.

Examples:
    >>> check("principal:acme:ada", 0, 1)
    >>> check("principal:acme:ada", 0, 8)
    Traceback (most recent call last):
    ...
    detector.sources.base.DecodeError: key: expected one that leads to partition 7, found in 0
"""

from aiokafka import ConsumerRecord
from msgspec import MsgspecError

from detector.runtime.wire import Record, partition_of, read
from detector.sources.base import DecodeError
from detector.sources.redact import sample
from schemas.control import Control
from schemas.dead_letter import DeadLetter
from schemas.event import ActivityEvent
from schemas.progress import Progress

Refused = tuple[ConsumerRecord, str]
_EVERYWHERE = (Progress, Control)


def opened(record: ConsumerRecord, number: int, of: int, ahead: int) -> tuple[str, Record]:
    """The key and the content of a record in partition `number`.

    Raises:
        DecodeError: it is no record of ours, belongs elsewhere, or is from the future.
    """
    try:
        made = read(record.value)
    except TypeError:
        raise DecodeError("expected an event, a fact or progress, got a null value") from None
    except RecursionError:
        raise DecodeError("expected an event, a fact or progress, got JSON too deep") from None
    except MsgspecError as error:
        what = str(error).split("`")[0].strip() or type(error).__name__
        raise DecodeError(f"expected an event, a fact or progress: {what}") from None
    except ValueError:  # of which broken UTF-8 is one
        raise DecodeError("expected JSON in UTF-8, got bytes that are not") from None
    key = made.key
    if type(made) is ActivityEvent:
        if made.time > record.timestamp + ahead:
            raise DecodeError("time: expected one that has come, got one in the future")
    elif isinstance(made, _EVERYWHERE):
        return key, made
    if key.encode() != record.key:
        check(key, number, of)
    return key, made


def check(key: str, number: int, of: int) -> None:
    """A record under another key counts if it lies where its own key leads. Baselines of groups
    lie everywhere.

    Raises:
        DecodeError: it lies elsewhere.
    """
    if partition_of(key, of) != number and not key.startswith("group:"):
        raise DecodeError(
            f"key: expected one that leads to partition {partition_of(key, of)}, found in {number}"
        )


def letter_of(record: ConsumerRecord, reason: str) -> DeadLetter:
    """The dead letter of a record that was refused."""
    return DeadLetter(
        source="activity",
        place=record.topic,
        position=record.offset,
        reason=reason,
        partition=record.partition,
        sample=sample(record.value or b""),
    )
