"""The edge-burst sketch: bursts, filtering, idle time, hashing, and a slice of DARPA."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.base import Edge, pack
from models.edge_burst import EdgeBurst
from tests.bench.darpa import darpa_edges, quality, sketch_scores

GOLDEN = (1017, 638, 172, 1, 670, 773)

edges = st.lists(
    st.builds(Edge, st.sampled_from("abcd"), st.sampled_from("xyz"), st.integers(1, 30)),
    max_size=60,
)


def _steady(sketch: EdgeBurst, ticks: int = 50) -> EdgeBurst:
    for tick in range(1, ticks + 1):
        for _ in range(3):
            sketch.learn_one(Edge("ada", "iam", tick))
    return sketch


def _burst(sketch: EdgeBurst, tick: int, size: int = 500) -> float:
    return max(sketch.update_one(Edge("ada", "iam", tick)) for _ in range(size))


@given(edges)
def test_update_is_score_then_learn(stream: list[Edge]) -> None:
    """`update_one` gives what `score_one` would have given before the edge was learned."""
    one, two = EdgeBurst(width=16), EdgeBurst(width=16)
    for edge in stream:
        score = one.score_one(edge)
        one.learn_one(edge)

        assert score == two.update_one(edge)

    assert one.snapshot() == two.snapshot()


@given(st.integers(1, 60), st.integers(1, 40))
def test_idle_ticks_in_one_step_equal_idle_ticks_one_by_one(size: int, idle: int) -> None:
    """A cell that is settled after many idle ticks holds what settling it every tick gives."""
    lazy, eager = _steady(EdgeBurst(width=8)), _steady(EdgeBurst(width=8))
    for sketch in (lazy, eager):
        _burst(sketch, 51, size)
    for tick in range(52, 52 + idle):
        for row in eager._rows:
            for i in range(8):
                eager._settle(row, i, tick)
    after = Edge("ada", "iam", 52 + idle)

    assert lazy.score_one(after) == pytest.approx(eager.score_one(after), rel=1e-6, abs=1e-9)


def test_a_steady_edge_is_usual_and_a_burst_is_not() -> None:
    """The same number of edges a tick scores next to nothing; a burst scores far over it."""
    sketch = _steady(EdgeBurst())

    assert sketch.score_one(Edge("ada", "iam", 51)) < 4.0
    assert _burst(sketch, 51) > 1_000.0


def test_a_quiet_tick_is_no_burst() -> None:
    """Fewer edges than usual score 0."""
    sketch = EdgeBurst()
    for tick in range(1, 50):
        for _ in range(100):
            sketch.learn_one(Edge("ada", "iam", tick))

    assert 0.0 == sketch.score_one(Edge("ada", "iam", 80))


def test_an_attack_is_not_its_own_excuse() -> None:
    """After a filtered burst the next one scores as high; learned, it would score far lower."""
    filtered, poisoned = (
        _steady(EdgeBurst(filter_over=limit)) for limit in (1_000.0, float("inf"))
    )
    first = [_burst(sketch, 51) for sketch in (filtered, poisoned)]
    second = [_burst(sketch, 90) for sketch in (filtered, poisoned)]

    assert first[0] == first[1]
    assert second[0] > 0.9 * first[0]
    assert second[1] < 0.5 * first[1]


def test_the_first_tick_has_no_past() -> None:
    """Nothing is a burst while nothing came before."""
    assert 0.0 == _burst(EdgeBurst(), 1)


def test_late_edges_count_in_the_present() -> None:
    """An edge of an earlier tick does not turn time back."""
    late, punctual = _steady(EdgeBurst()), _steady(EdgeBurst())
    late.learn_one(Edge("ada", "iam", 3))
    punctual.learn_one(Edge("ada", "iam", 50))

    assert punctual.snapshot() == late.snapshot()


def test_names_do_not_run_together() -> None:
    """Two edges whose names joined are equal still are two edges."""
    sketch = EdgeBurst(width=65_536)

    assert sketch._slots_of("ab", "c")[:2] != sketch._slots_of("a", "bc")[:2]


def test_cells_depend_on_the_seed_only() -> None:
    """One seed gives the same cells in every process (golden), another one other cells."""
    assert GOLDEN == EdgeBurst(seed=1)._slots_of("ada", "iam")
    assert GOLDEN != EdgeBurst(seed=2)._slots_of("ada", "iam")


@pytest.mark.parametrize("wrong", [(0, 0.5), (70_000, 0.5), (8, 1.0)])
def test_impossible_settings_are_rejected(wrong: tuple[int, float]) -> None:
    """A sketch without cells or without decay cannot be made."""
    with pytest.raises(ValueError, match="expected width"):
        EdgeBurst(width=wrong[0], decay=wrong[1])


def test_rows_of_another_width_are_rejected() -> None:
    """A snapshot whose rows do not fit its settings is no snapshot."""
    state = EdgeBurst(width=4)
    state.width = 5
    with pytest.raises(ValueError, match="6 rows of 5 cells"):
        EdgeBurst.restore(state.snapshot())
    with pytest.raises(ValueError, match="6 rows of 4 cells"):
        EdgeBurst.restore(pack((4, 0.5, 1.0, 0, None, 1, [[[0.0] * 4] * 3 + [[0] * 4]])))


def test_darpa_slice() -> None:
    """On the first 450,000 edges of DARPA the sketch ranks attacks over normal edges."""
    trace = list(darpa_edges(450_000))

    assert quality(trace, sketch_scores(trace, seed=1)).all >= 0.95
