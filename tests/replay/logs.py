"""Small made-up logs for the tests of replay, and the way to read them."""

import json
from collections.abc import Sequence
from pathlib import Path

from detector.replay.events import open_events
from detector.replay.limits import Limits
from detector.replay.reading import Reading
from detector.sources.base import Context
from detector.sources.fingerprint import Fingerprints
from schemas.dead_letter import DeadLetter
from schemas.event import ActivityEvent, Principal

CONTEXT = Context(Fingerprints("a key of at least sixteen characters"))
MINUTE = 60_000
# 2024-01-01T00:00:00Z, with 1,440 minutes a day to count from it.
NEW_YEAR = 1_704_067_200_000


def record(n: int, minute: int | None = None, user: str = "ada", **more: object) -> bytes:
    """A CloudTrail record with event id `e<n>`, `minute` (default n) minutes into 2024."""
    minute = n if minute is None else minute
    days, of_day = divmod(minute, 1_440)
    return json.dumps(
        {
            "eventVersion": "1.11",
            "eventID": f"e{n}",
            "eventTime": f"2024-01-{days + 1:02}T{of_day // 60:02}:{of_day % 60:02}:00Z",
            "eventSource": "iam.amazonaws.com",
            "eventName": "GetUser",
            "awsRegion": "us-east-1",
            "sourceIPAddress": "192.0.2.7",
            "recipientAccountId": "123456789012",
            "userIdentity": {
                "type": "IAMUser",
                "accountId": "123456789012",
                "userName": user,
                "arn": f"arn:aws:iam::123456789012:user/{user}",
            },
            **more,
        }
    ).encode()


def lines(*records: bytes) -> bytes:
    """One record a line."""
    return b"".join(one + b"\n" for one in records)


def delivered(*records: bytes) -> bytes:
    """As AWS delivers them."""
    return b'{"Records":[' + b",".join(records) + b"]}"


def looked_up(*records: bytes) -> bytes:
    """As `aws cloudtrail lookup-events` prints them: over many lines, each record as text."""
    events = [
        {"EventId": f"e{n}", "ReadOnly": "true", "Resources": [], "CloudTrailEvent": one.decode()}
        for n, one in enumerate(records)
    ]
    return json.dumps({"Events": events, "NextToken": "EXAMPLE"}, indent=4).encode()


def event(n: int, time: int, principal: str = "ada", source: str = "cloudtrail") -> ActivityEvent:
    """An event with id `e<n>`."""
    return ActivityEvent(f"e{n}", source, "default", time, Principal(principal))


class Read:
    """Everything that came of reading `paths`: events, dead letters, counters."""

    def __init__(
        self,
        paths: Sequence[str | Path],
        limits: Limits | None = None,
        source: str = "auto",
        workers: int = 1,
    ) -> None:
        self.letters: list[DeadLetter] = []
        self.reading = Reading()
        self.progress: list[int] = []
        self.events = list(
            open_events(
                [str(path) for path in paths],
                context=CONTEXT,
                on_dead_letter=self.letters.append,
                source=source,
                reading=self.reading,
                on_progress=self.progress.append,
                limits=limits or Limits(),
                workers=workers,
            )
        )

    @property
    def ids(self) -> list[str]:
        """Event ids in the order in which they came."""
        return [event.uid for event in self.events]

    @property
    def places(self) -> list[tuple[str, int]]:
        """File name and position of each dead letter."""
        return [(Path(letter.place).name, letter.position) for letter in self.letters]

    @property
    def reasons(self) -> list[str]:
        """The reason of each dead letter."""
        return [letter.reason for letter in self.letters]
