"""A small CloudTrail log with a leaked key in it, and the command line as a user runs it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

START = 1_704_067_200  # 2024-01-01T00:00:00Z
HOUR, DAY = 3_600, 86_400
HOME, AWAY = "192.0.2.10", "198.51.100.77"
READS = (("s3.amazonaws.com", "GetBucketLocation"), ("s3.amazonaws.com", "ListBuckets"))
ABUSE = (
    ("sts.amazonaws.com", "GetCallerIdentity"),
    ("iam.amazonaws.com", "CreateUser"),
    ("iam.amazonaws.com", "AttachUserPolicy"),
    ("iam.amazonaws.com", "CreateAccessKey"),
    ("cloudtrail.amazonaws.com", "StopLogging"),
)


def record(uid: str, at: int, call: tuple[str, str], *, user: str, address: str) -> dict[str, Any]:
    """One CloudTrail record of an IAM user's long-lived key."""
    service, name = call
    moment = f"{_day(at)}T{at % DAY // HOUR:02}:{at % HOUR // 60:02}:{at % 60:02}Z"
    return {
        "eventVersion": "1.08",
        "eventID": uid,
        "eventTime": moment,
        "eventSource": service,
        "eventName": name,
        "awsRegion": "us-east-1",
        "sourceIPAddress": address,
        "userAgent": "Boto3/1.34.0" if address == HOME else "aws-cli/2.15.0",
        "recipientAccountId": "123456789012",
        "eventType": "AwsApiCall",
        "readOnly": (service, name) in READS,
        "requestParameters": {"userName": "backup"} if service.startswith("iam") else None,
        "responseElements": None,
        "userIdentity": {
            "type": "IAMUser",
            "accountId": "123456789012",
            "principalId": f"AIDA{user.upper()}",
            "arn": f"arn:aws:iam::123456789012:user/{user}",
            "userName": user,
            "accessKeyId": "AKIAIOSFODNN7EXAMPLE" if user == "ada" else "AKIAI44QH8DHBEXAMPLE",
        },
    }


def _day(at: int) -> str:
    return f"2024-01-{1 + (at - START) // DAY:02}"


def records(days: int = 3) -> Iterator[dict[str, Any]]:
    """Two users' quiet days; at the end of the last one, ada's key is abused from elsewhere."""
    number = 0
    for at in range(START, START + days * DAY, HOUR):
        for user in ("ada", "grace"):
            number += 1
            yield record(f"b{number}", at, READS[number // 2 % 2], user=user, address=HOME)
    for step, call in enumerate(ABUSE):
        at = START + days * DAY - HOUR + 60 + 2 * step
        yield record(f"a{step}", at, call, user="ada", address=AWAY)


def write_logs(folder: Path) -> Path:
    """The log as a file of JSON lines, with its labels beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "trail.jsonl"
    path.write_text("".join(f"{json.dumps(each)}\n" for each in records()), encoding="utf-8")
    rows = [f"a{step},leaked_key,i1:leaked_key" for step in range(len(ABUSE))]
    labels = "\n".join(["event_id,label,incident", *rows])
    (folder / "labels.csv").write_text(labels, encoding="utf-8")
    return path


def detector(
    *arguments: str | Path, cwd: Path, stdin: str | None = None, **environ: str
) -> subprocess.CompletedProcess[str]:
    """Run `detector` in its own process, in `cwd`, with none of its settings inherited."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("DETECTOR_")}
    place = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join(filter(None, (place, os.environ.get("PYTHONPATH", ""))))
    return subprocess.run(
        [sys.executable, "-m", "detector.cli", *map(str, arguments)],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**kept, "PYTHONPATH": path, "COLUMNS": "160", **environ},
    )
