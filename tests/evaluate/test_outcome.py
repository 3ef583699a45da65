"""Evaluation as a whole: one pass, several budgets, pairs of a simulation."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from detector.config import EngineConfig
from detector.evaluate.labels import Labels, LabelsError
from detector.evaluate.matching import Message, Tally
from detector.evaluate.outcome import Outcome, Watch, outcome, printed
from schemas.event import ActivityEvent, Principal
from tests.evaluate.messages import message

LABELS = Labels({"a1": "chain-1:attack", "a2": "chain-1:attack", "k1": "key-1:attack"})
TWINS = "t1,twin,chain-1:twin\nt2,twin,chain-1:twin\nu1,twin,key-1:twin\nz1,twin,gone-1:twin"
ALIKE = "event_id,lookalike\nb1,roaming\nb2,roaming\nb3,retries\n"


def _events() -> Iterator[ActivityEvent]:
    for at, uid in enumerate(["b1", "t1", "t2", "u1", "a1", "a2", "k1", "b2"]):
        yield ActivityEvent(
            uid=uid, source="s", tenant="t", time=at * 3_600_000, principal=Principal(uid="p")
        )


@pytest.fixture
def beside(tmp_path: Path) -> Path:
    """A folder with a simulation's answers."""
    (tmp_path / "twins.csv").write_text(f"event_id,label,incident\n{TWINS}\n", encoding="utf-8")
    (tmp_path / "lookalikes.csv").write_text(ALIKE, encoding="utf-8")
    return tmp_path


def _made(beside: Path | None, *messages: Message) -> Outcome:
    watch = Watch(LABELS, beside)
    assert 8 == sum(1 for _ in watch.over(_events()))
    tally = Tally(LABELS)
    for each in messages:
        tally.take(each)
    return watch.outcome(tally, watch.score(tally, 1.0))


def test_a_scenario_passes_when_found_and_its_twin_is_quiet(beside: Path) -> None:
    """Each scenario stands with its attacks found and its twins quiet, failures by name."""
    made = _made(beside, message("f1", "a1 a2"), message("f2", "u1 b1"))
    chain, key = made.pairs

    assert ("chain", True, 1, 1) == (chain.scenario, chain.passed, chain.found, chain.quiet)
    assert ("key", False) == (key.scenario, key.passed)
    assert (("key-1:attack",), ("key-1:twin",)) == (key.missed, key.noisy)


def test_a_twin_listed_in_passing_is_quiet(beside: Path) -> None:
    """A finding about something else disturbs a twin only when most of what it lists is its."""
    quiet = _made(beside, message("f1", "a1 t1"))
    noisy = _made(beside, message("f1", "b1 t1 t2"))

    assert () == quiet.pairs[0].noisy
    assert ("chain-1:twin",) == noisy.pairs[0].noisy


def test_false_findings_are_counted_by_look_alike(beside: Path) -> None:
    """A false finding counts for the look-alike that its decisive event plays, or for none."""
    made = _made(beside, message("f1", "b1"), message("f2", "b2"), message("f3", "t1"))

    assert {"roaming": 2, "none of them": 1} == made.lookalikes


def test_without_a_simulation_there_are_no_pairs(tmp_path: Path) -> None:
    """Real logs have no twins, so neither pairs nor look-alikes are reported."""
    made = _made(tmp_path, message("f1", "b1"))

    assert ((), {}) == (made.pairs, made.lookalikes)
    assert made.pairs == _made(None, message("f1", "b1")).pairs


def test_twins_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    """A twins.csv without its columns is refused by name."""
    (tmp_path / "twins.csv").write_text("a,b\n", encoding="utf-8")

    with pytest.raises(LabelsError, match=r"twins\.csv: expected a column"):
        Watch(LABELS, tmp_path)


def test_one_pass_scores_every_budget(beside: Path) -> None:
    """The events are drawn once; the score is at the configured budget, the curve at all."""
    drawn = _events()
    made = outcome(drawn, LABELS, EngineConfig(budget=2.0), [0.5, 2.0], beside=beside)

    assert [] == list(drawn)
    assert 2.0 == made.score.budget
    assert [0.5, 2.0] == [point.budget for point in made.curve]


def test_an_outcome_survives_json_and_print(beside: Path) -> None:
    """`--json` holds everything, and everything has its place in print."""
    made = _made(beside, message("f1", "a1 a2"), message("f2", "b1"))

    assert made == msgspec.json.decode(made.json(), type=Outcome)
    assert 6 <= len(list(printed(made)))
