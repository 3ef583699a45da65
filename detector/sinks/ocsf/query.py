"""One query to paste: the source's own records of a finding, by event ids and by access key.

For AWS it is SQL for Athena over CloudTrail, with the table name of AWS's guide; CloudTrail Lake
takes the same columns. For everything else it is a Lucene query on the ECS field `event.id`.
What comes from a log is quoted, as an attacker may have chosen it.

References:
    Amazon Athena user guide, "Query AWS CloudTrail logs".

Examples:
    >>> from detector.findings import Moment
    >>> seen = Evidence(detection="d", entity="e", decisive=Moment(5, "e1"), moments=(), score=1.0)
    >>> query_for(seen, 5, 5)
    'event.id:("e1")'
"""

from detector.findings import Evidence
from detector.respond.aws import LONG_LIVED, TEMPORARY, is_aws
from detector.sinks.ocsf.plain import moment

MARGIN_MS = 900_000
_COLUMNS = (
    "eventTime, eventID, eventSource, eventName, errorCode, sourceIPAddress, userAgent, "
    "userIdentity.arn, userIdentity.accessKeyId, requestParameters"
)
_LAKE = "-- CloudTrail Lake: put the event data store's id for cloudtrail_logs, times as '{}'"


def query_for(seen: Evidence, first: int, last: int) -> str:
    """The records from 15 minutes before `first` to 15 minutes after `last` (epoch ms)."""
    moments = (seen.decisive, *seen.moments)
    ids = sorted({each.uid for each in moments if each.uid})
    if is_aws(seen.credential, seen.principal):
        return _athena(_keys(seen), ids, first - MARGIN_MS, last + MARGIN_MS)
    return f"event.id:({' OR '.join(_lucene(uid) for uid in ids)})"


def _keys(seen: Evidence) -> list[str]:
    named = {each.credential for each in (seen.decisive, *seen.moments)}
    if seen.credential is not None:
        named.add(seen.credential.uid)
    return sorted(key for key in named if key.startswith((LONG_LIVED, TEMPORARY)))


def _athena(keys: list[str], ids: list[str], start: int, end: int) -> str:
    either = [f"userIdentity.accessKeyId IN ({_quoted(keys)})"] if keys else []
    either += [f"eventID IN ({_quoted(ids)})"] if ids else []
    return (
        f"{_LAKE.format(_stamp(start).replace('T', ' ').removesuffix('Z'))}\n"
        f"SELECT {_COLUMNS}\n"
        "FROM cloudtrail_logs\n"
        f"WHERE eventTime BETWEEN '{_stamp(start)}' AND '{_stamp(end)}'\n"
        f"  AND ({' OR '.join(either)})\n"
        "ORDER BY eventTime"
    )


def _stamp(ms: int) -> str:
    return moment(ms).isoformat(timespec="seconds").replace("+00:00", "Z")


def _quoted(values: list[str]) -> str:
    """SQL string literals; control characters cannot be part of an id or a key."""
    return ", ".join("'" + _printable(value).replace("'", "''") + "'" for value in values)


def _lucene(value: str) -> str:
    return '"' + _printable(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _printable(value: str) -> str:
    return "".join(char for char in value if char.isprintable())
