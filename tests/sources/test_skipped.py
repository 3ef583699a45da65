"""Records that are read and say nothing of a credential's use."""

import json
from typing import Any

import pytest

from detector.sources.base import SkipRecord
from detector.sources.registry import SOURCES
from tests.sources.cases import CONTEXT


def _mail(parameters: Any) -> bytes:
    return json.dumps({
        "kind": "admin#reports#activity", "actor": {"email": "ada@example.com"},
        "id": {"time": "2026-01-05T09:30:00Z", "applicationName": "gmail", "customerId": "C01"},
        "events": [{"type": "delivery_type", "name": "delivery", "parameters": parameters}],
    }).encode()  # fmt: skip


def _info(name: str) -> list[dict[str, Any]]:
    return [
        {"name": "event_info", "messageValue": {"parameter": [{"name": name, "intValue": "1"}]}}
    ]


@pytest.mark.parametrize(
    "parameters", [[], {"event_info": {"success": True}}, _info("elapsed_time_usec")]
)
def test_mail_that_arrives_is_no_use_of_a_credential(parameters: Any) -> None:
    """Whoever receives a message has done nothing."""
    with pytest.raises(SkipRecord, match="arrives"):
        list(SOURCES["google_workspace"].decode(_mail(parameters), CONTEXT, 1))


@pytest.mark.parametrize(
    "parameters", [{"event_info": {"mail_event_type": 3}}, _info("mail_event_type")]
)
def test_mail_to_which_something_was_done_is_read(parameters: Any) -> None:
    """A record of the mailbox that names a deed is an event."""
    [event] = SOURCES["google_workspace"].decode(_mail(parameters), CONTEXT, 1)

    assert "google:C01/user/ada@example.com" == event.principal.uid
