"""Rows: an entity of each kind as bytes, what stands at the beginning, and what is refused."""

from pathlib import Path

import msgspec
import pytest

from detector.config import HOUR, MINUTE
from detector.entities.principal import PrincipalState
from detector.pipeline import State
from detector.pipeline.entity import FORMAT, Entity, Heading, RowError, heading, read, written
from schemas.fact import Fact, Summary
from tests.pipeline.driven import after
from tests.pipeline.events import ADA, NOON, end, event, issue, key

BEFORE = Path(__file__).with_name("rows") / "principal-format-3.msgpack"
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


def busy() -> PrincipalState:
    """Ada has done the same six times, which her routine has collected."""
    events = [event(f"e{i}", NOON + i * 7_000, "s3:GetObject:read", used=key(1)) for i in range(6)]
    return after(*events).principals[KEY]


def test_what_was_collected_is_entered_when_it_is_read():
    """A row is written without waiting for that, and means the same."""
    principal, entered = busy(), busy()
    entered.catch_up()

    assert written(principal) != written(entered)
    assert read(KEY, written(principal)) == read(KEY, written(entered))


def test_a_row_of_the_format_before_is_read():
    """It named every default, and held what was collected already."""
    assert read(KEY, written(busy())) == read(KEY, BEFORE.read_bytes())


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
