"""The fuzzer finds what it is for, the same each time, and nothing in a first taste of every source."""

from collections.abc import Callable
from pathlib import Path

import pytest

from detector.sources.base import Context, DecodeError
from detector.sources.registry import SOURCES
from schemas.event import ActivityEvent, Principal
from tests.fuzz.found import Finding, Tally
from tests.fuzz.judge import Trial
from tests.fuzz.mutate import inputs
from tests.fuzz.work import cases, chunk


class _Source:
    """A source that does with a record whatever it is told."""

    name = "told"

    def __init__(self, does: Callable[[bytes], tuple[ActivityEvent, ...]]) -> None:
        self.does = does

    def sniff(self, raw: bytes) -> bool:
        return b"mark" in raw

    def decode(self, raw: bytes, context: Context, position: int) -> tuple[ActivityEvent, ...]:
        return self.does(raw)


def _event(uid: str = "u") -> ActivityEvent:
    return ActivityEvent(uid, "told", "acme", 0, Principal("ada"))


def _found(does: Callable[[bytes], tuple[ActivityEvent, ...]], raw: bytes = b"{}") -> list[str]:
    trial = Trial(_Source(does), hung=0.05)
    for _ in range(16):  # some checks are of every sixteenth input
        trial.run(raw)
    return list(trial.found)


def _raise(error: Exception) -> Callable[[bytes], tuple[ActivityEvent, ...]]:
    def does(_: bytes) -> tuple[ActivityEvent, ...]:
        raise error

    return does


def _endless(_: bytes) -> tuple[ActivityEvent, ...]:
    while True:
        pass


def test_an_error_of_another_kind_is_found() -> None:
    """Whatever is no DecodeError is a finding that names the error and the line."""
    (what,) = _found(_raise(KeyError("actor")))

    assert what.startswith("KeyError at ")


def test_a_decode_error_is_none() -> None:
    """A DecodeError of usual length is no finding, one that quotes half the record is."""
    assert [] == _found(_raise(DecodeError("expected a time")))
    assert ["an error's text is long"] == _found(_raise(DecodeError("x" * 400)))


def test_an_input_without_end_is_broken_off() -> None:
    """A decoder that does not come back is stopped and found."""
    assert "broken off after 0.05 s" in _found(_endless)


def test_what_does_not_encode_is_found() -> None:
    """An event that no message could hold is a finding."""
    (what,) = _found(lambda _: (_event("\ud800"),))

    assert what.startswith("UnicodeEncodeError")


def test_what_is_not_pure_is_found() -> None:
    """A source that gives another event the second time is a finding."""
    numbers = iter(range(100))

    assert ["decodes otherwise a second time"] == _found(lambda _: (_event(str(next(numbers))),))


@pytest.mark.parametrize("source", SOURCES)
def test_inputs_can_be_made_again(source: str) -> None:
    """The same seed gives the same inputs, another seed others."""
    first = list(inputs(cases(source), "one", 30))

    assert first == list(inputs(cases(source), "one", 30))
    assert first != list(inputs(cases(source), "two", 30))


@pytest.mark.parametrize("source", SOURCES)
def test_a_first_taste_finds_nothing(source: str) -> None:
    """Some inputs for every source, as `make fuzz` gives it many: events or DecodeErrors, of both
    some."""
    tally = chunk(source, "taste", 80)

    assert [] == [one.told() for one in tally.found if "takes over" not in one.what]
    assert tally.decoded > 0
    assert tally.refused > 0


def test_chunks_add_up_to_one_finding_each(tmp_path: Path) -> None:
    """Of findings with one cause the shortest input is kept, and all are counted."""
    tally = Tally("okta")
    tally.add(Tally("okta", 10, found=[Finding("okta", "KeyError", b"{...}", 2)]))
    tally.add(Tally("okta", 10, found=[Finding("okta", "KeyError", b"{}", 3)]))
    (found,) = tally.found

    assert (20, 5, b"{}") == (tally.inputs, found.count, found.raw)
    assert b"{}" == found.kept(tmp_path).read_bytes()
