"""The learning gate: what is held, what sets it free, what is forgotten."""

import pytest

from models.gate import Gate
from models.running import Running


def _gate(most: int = 256) -> Gate:
    return Gate(Running(half_life=0), most)


def _learned(gate: Gate) -> float:
    model = gate.model
    assert isinstance(model, Running)
    return model.usual("a").weight


def test_a_clean_window_is_learned() -> None:
    """A window that no finding covers is learned at once, and nothing is held."""
    gate = _gate()
    gate.offer({"a": 1.0}, at=1)

    assert (1.0, 0) == (_learned(gate), gate.held)


def test_a_covered_window_is_held() -> None:
    """A window that a finding covers is not learned, and has no part in scores."""
    gate = _gate()
    for n in range(50):
        gate.offer({"a": 1.0}, at=n)
    before = gate.score_one({"a": 9.0})
    gate.offer({"a": 9.0}, at=50, finding="f1")

    assert (50.0, 1) == (_learned(gate), gate.held)
    assert before == gate.score_one({"a": 9.0})


def test_a_benign_verdict_releases_its_finding_only() -> None:
    """After a benign verdict the finding's windows are learned, those of others stay."""
    gate = _gate()
    for n, finding in enumerate(["f1", "f2", "f1"]):
        gate.offer({"a": 1.0}, at=n, finding=finding)

    assert 2 == gate.release("f1")
    assert (2.0, 1) == (_learned(gate), gate.held)


def test_quiet_releases_what_was_not_grave() -> None:
    """Quiet time releases a finding whose last window is old, unless it saw a grave action."""
    gate = _gate()
    gate.offer({"a": 1.0}, at=10, finding="old")
    gate.offer({"a": 1.0}, at=10, finding="going on")
    gate.offer({"a": 1.0}, at=90, finding="going on")
    gate.offer({"a": 1.0}, at=10, finding="grave", grave=True)
    gate.offer({"a": 1.0}, at=11, finding="grave")

    assert 1 == gate.release_quiet(before=50)
    assert (1.0, 4) == (_learned(gate), gate.held)


def test_gravity_outlives_its_window() -> None:
    """A finding stays grave when the window that made it so has fallen out."""
    gate = _gate(most=1)
    gate.offer({"a": 1.0}, at=1, finding="f1", grave=True)
    gate.offer({"a": 1.0}, at=2, finding="f1")

    assert (1, 0) == (gate.held, gate.release_quiet(before=99))


def test_an_attack_is_dropped() -> None:
    """What a confirmed attack held is forgotten without being learned."""
    gate = _gate()
    gate.offer({"a": 1.0}, at=1, finding="f1")
    gate.offer({"a": 1.0}, at=2, finding="f2")

    assert 1 == gate.drop("f1")
    assert (0.0, 1) == (_learned(gate), gate.held)


def test_the_oldest_fall_out() -> None:
    """Beyond the bound the oldest windows by event time fall out, unlearned."""
    gate = _gate(most=2)
    for at in (3, 1, 2):
        gate.offer({"a": float(at)}, at=at, finding=f"f{at}")

    assert 2 == gate.held
    assert 0 == gate.release("f1")


def test_a_snapshot_keeps_what_is_held() -> None:
    """A restored gate releases what the first one held."""
    gate = _gate()
    gate.offer({"a": 1.0}, at=1, finding="f1", grave=True)
    twin = Gate.restore(Running(half_life=0), gate.snapshot())

    assert gate.snapshot() == twin.snapshot()
    assert (0, 1) == (twin.release_quiet(before=99), twin.release("f1"))


def test_foreign_bytes_are_no_gate() -> None:
    """Bytes that hold no gate are a ValueError."""
    with pytest.raises(ValueError, match="Gate"):
        Gate.restore(Running(), b"\x01")
