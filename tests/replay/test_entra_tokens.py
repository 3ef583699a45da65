"""A token that Entra gave to a browser, in other hands: from raw logs of sign-ins and of Microsoft Graph,
which share nothing but the token's id."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from detector.config import EngineConfig
from detector.replay.drive import Replay
from detector.sources.base import Context
from detector.sources.decoding import Decoder
from detector.sources.fingerprint import Fingerprints

BROWSER = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 "
    "Safari/537.36"
)
SCRIPT = "python-requests/2.32.0"
MORNING = datetime(2026, 1, 5, 8, tzinfo=UTC)
DAYS, HOURS, PEOPLE = 5, 9, 12
STOLEN = "token-4-3-6"
THEFT = MORNING + timedelta(days=4, hours=6, minutes=20)
Row = tuple[datetime, dict[str, Any]]


def _stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _sign_in(at: datetime, who: str, token: str, address: str) -> Row:
    return at, {
        "id": f"sign-in-{token}",
        "createdDateTime": _stamp(at),
        "userId": who,
        "userPrincipalName": f"{who}@example.com",
        "appDisplayName": "Portal",
        "ipAddress": address,
        "userAgent": BROWSER,
        "status": {"errorCode": 0},
        "uniqueTokenIdentifier": token,
    }


def _request(at: datetime, who: str, token: str, address: str, agent: str, path: str) -> Row:
    return at, {
        "time": _stamp(at),
        "resourceId": "/TENANTS/D1/PROVIDERS/MICROSOFT.AADIAM",
        "operationName": "Microsoft Graph Activity",
        "category": "MicrosoftGraphActivityLogs",
        "properties": {
            "requestId": f"{path}-{token}-{at:%H%M%S}",
            "requestMethod": "GET",
            "requestUri": f"https://graph.microsoft.com/v1.0/{path}",
            "responseStatusCode": 200,
            "userId": who,
            "appId": "app",
            "signInActivityId": token,
            "ipAddress": address,
            "userAgent": agent,
        },
    }


def _week() -> Iterator[Row]:
    """What a dozen people do in a browser, each from one place and with a new token every hour."""
    for day in range(DAYS):
        for number in range(PEOPLE):
            for hour in range(HOURS):
                at = MORNING + timedelta(days=day, hours=hour, minutes=number)
                who, token = f"user-{number}", f"token-{day}-{number}-{hour}"
                address = f"192.0.2.{10 + number}"
                yield _sign_in(at, who, token, address)
                for minute, path in enumerate(("me", "me/messages", "me/drive/root/children"), 1):
                    later = at + timedelta(minutes=minute)
                    yield _request(later, who, token, address, BROWSER, path)


def _found(*more: Row) -> list[tuple[str, str]]:
    """Which detections spoke, each with the event that decided it."""
    context = Context(Fingerprints("an example key, used in tests only"))
    decoder, run = Decoder(), Replay(EngineConfig())
    found = []
    for place, (_, record) in enumerate(sorted([*_week(), *more], key=lambda row: row[0])):
        for event in decoder.decode(orjson.dumps(record), context, place):
            found += run.feed(event)
    found += run.finish()
    return [(one.detection, one.evidence.decisive.uid) for one in found if one.state == "open"]


def test_a_token_in_the_hands_of_a_program_is_found_with_its_first_request() -> None:
    """A browser's token, minutes later in a script elsewhere."""
    stolen = _request(THEFT, "user-3", STOLEN, "203.0.113.77", SCRIPT, "me/messages")

    assert [("cross_service_reuse", stolen[1]["properties"]["requestId"])] == _found(stolen)


def test_a_person_who_goes_elsewhere_with_the_browser_is_not() -> None:
    """The same browser with the same token in another network."""
    moved = _request(THEFT, "user-3", STOLEN, "203.0.113.77", BROWSER, "me/messages")

    assert [] == _found(moved)
