"""Rows: an entity of each kind as bytes, what stands at the beginning, and what is refused."""

import msgspec
import pytest

from detector.config import HOUR, MINUTE
from detector.pipeline import State
from detector.pipeline.entity import FORMAT, Entity, Heading, RowError, heading, read, written
from schemas.fact import Fact, Summary
from tests.pipeline.driven import after
from tests.pipeline.events import ADA, NOON, end, event, issue, key

KEY = f"principal:acme:{ADA.uid}"


def abused() -> State:
    """Ada's key is ended and used again, at an address that is told of it, and peers hear of her."""
    last = event("b", NOON + HOUR, "iam:ListUsers:list", used=key(1))
    return after(
        event("a", NOON, "s3:GetObject:read", used=key(1)),
        issue("i", NOON + 1, key(2), used=key(1)),
        end("x", NOON + MINUTE, key(1)),
        last,
        Fact("presence", "origin:acme:192.0.2.7", KEY, last.time, event=last, places=("10.1",)),
        Fact("summary", "group:acme", KEY, NOON, summary=Summary(ADA.uid, ("o:s3:GetObject",))),
    )


STATE = abused()
ENTITIES: dict[str, Entity] = {
    **STATE.principals, **STATE.credentials, **STATE.origins, **STATE.groups,
}  # fmt: skip


def test_there_is_an_entity_of_each_kind():
    """Else the tests below would say less than they seem to."""
    assert {"principal", "credential", "origin", "group"} == {
        name.split(":")[0] for name in ENTITIES
    }


@pytest.mark.parametrize("name", ENTITIES)
def test_an_entity_is_the_same_after_it_was_written(name: str):
    """What is read from a row gives the same bytes again."""
    row = written(ENTITIES[name])

    assert row == written(read(name, row))


def test_a_row_says_first_whether_its_entity_is_due():
    """What has to settle, and when it was last heard of, can be told without reading the rest."""
    rows = {name: heading(written(entity)) for name, entity in ENTITIES.items()}

    assert Heading(FORMAT, due=True, last=NOON + HOUR) == rows[KEY]
    assert Heading(FORMAT, due=False, last=0) == rows["group:acme"]


@pytest.mark.parametrize(
    ("name", "row", "said"),
    [
        (KEY, b"nothing", "expected the row of a principal, got something else"),
        ("origin:acme:x", written(STATE.principals[KEY]), "expected the row of a origin"),
        ("moon:acme", written(STATE.principals[KEY]), "expected the row of a moon"),
        (
            KEY,
            msgspec.msgpack.encode((FORMAT + 1, False, 0, None)),
            f"principal: expected a row of format {FORMAT}, got {FORMAT + 1}",
        ),
    ],
)
def test_what_is_no_row_of_its_kind_is_refused(name: str, row: bytes, said: str):
    """Other bytes, another kind of entity, and another format are never guessed at."""
    with pytest.raises(RowError, match=said):
        read(name, row)


def test_what_is_no_row_has_no_heading():
    """Bytes that begin otherwise are refused before anything else is read."""
    with pytest.raises(RowError, match="expected an entity's row, got something else"):
        heading(b"nothing")
