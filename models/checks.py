"""What every model must pass, shipped with the models: a new one is judged without a new test.

`yield_checks` gives named checks for a way to make a fresh model; a check that finds a fault raises
`CheckError`. Models of features and of edges are each asked what can be asked of them.

Examples:
    >>> from models.running import Running
    >>> for name, check in yield_checks(Running):
    ...     check()

References:
    river `checks` and `tests/test_estimators.py` (the idea: one file judges every unit).
"""

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from random import Random
from types import FunctionType, ModuleType
from typing import Any

from models.base import Edge, EdgeModel, Features, Model

Factory = Callable[[], Model[Any]]
Check = Callable[[], None]
_SEEDS = (1, 2, 3)
_FLOOD = 100_000
_NAMES = tuple("abcdefgh")


class CheckError(AssertionError):
    """A model does not hold what every model must hold."""


def yield_checks(factory: Factory) -> Iterator[tuple[str, Check]]:
    """The name and the body of every check that concerns models of this factory's kind."""
    checks = _EDGE_CHECKS if isinstance(factory(), EdgeModel) else _FEATURE_CHECKS
    for check in (*_ALL_CHECKS, *checks):
        yield check.__name__.removeprefix("_check_"), partial(check, factory)


def roc_auc(scores: Sequence[float], labels: Sequence[bool]) -> float:
    """The exact area under the ROC curve: how likely a positive scores over a negative, ties half.

    Raises:
        ValueError: only one of both classes occurs.

    Examples:
        >>> roc_auc([0.1, 0.4, 0.4, 0.9], [False, False, True, True])
        0.875
    """
    order = sorted(range(len(scores)), key=scores.__getitem__)
    positives = sum(labels)
    negatives = len(order) - positives
    if not (positives and negatives):
        raise ValueError(f"ROC AUC: expected both classes, got {positives} positive {negatives}")
    below, won, at = 0, 0.0, 0
    while at < len(order):
        here, score = [0, 0], scores[order[at]]
        while at < len(order) and scores[order[at]] == score:
            here[bool(labels[order[at]])] += 1
            at += 1
        won += here[True] * (below + here[False] / 2)
        below += here[False]
    return won / (positives * negatives)


def feature_stream(seed: int, length: int = 1_500) -> Iterator[tuple[Features, bool]]:
    """Windows of eight correlated features, 4 % of them with three features far off."""
    random = Random(seed)
    weights = {name: (random.gauss(0, 1), random.gauss(0, 1)) for name in _NAMES}
    for _ in range(length):
        one, two = random.gauss(0, 1), random.gauss(0, 1)
        x = {n: 5 + a * one + b * two + random.gauss(0, 0.3) for n, (a, b) in weights.items()}
        odd = random.random() < 0.04
        if odd:
            for name in random.sample(_NAMES, 3):
                x[name] += random.choice((-1, 1)) * (4 + random.random())
        yield x, odd


def edge_stream(seed: int, length: int = 6_000) -> Iterator[tuple[Edge, bool]]:
    """Some 30 steady edges a tick, with short bursts of one source on one destination."""
    random, made, tick = Random(seed), 0, 0
    while made < length:
        tick += 1
        edges = [(f"s{random.randrange(20)}", f"d{random.randrange(5)}", False) for _ in range(30)]
        if tick > 20 and random.random() < 0.1:
            edges += [(f"s{random.randrange(20)}", f"x{random.randrange(5)}", True)] * 60
        random.shuffle(edges)
        for source, destination, odd in edges:
            yield Edge(source, destination, tick), odd
        made += len(edges)


def _stream(model: Model[Any], seed: int) -> Iterator[tuple[Any, bool]]:
    return edge_stream(seed) if isinstance(model, EdgeModel) else feature_stream(seed)


def _taught(factory: Factory, windows: int = 400) -> tuple[Model[Any], list[Any]]:
    """A model that has learned, and what comes next in its stream."""
    model = factory()
    stream = (x for x, _ in _stream(model, _SEEDS[0]))
    for x in islice(stream, windows):
        model.learn_one(x)
    return model, list(islice(stream, 50))


def _require(holds: bool, model: object, fact: str) -> None:
    if not holds:
        raise CheckError(f"{type(model).__name__}: {fact}")


def _scores(model: Model[Any], xs: Iterable[Any]) -> list[float]:
    return [model.score_one(x) for x in xs]


def _size(root: object) -> int:
    """Bytes of all that is reachable from an object, code left out."""
    seen: set[int] = set()
    waiting, size = [root], 0
    while waiting:
        thing = waiting.pop()
        if id(thing) not in seen and not isinstance(thing, (type, ModuleType, FunctionType)):
            seen.add(id(thing))
            size += thing.__sizeof__()
            waiting += gc.get_referents(thing)
    return size


def _check_scores_before_learning(factory: Factory) -> None:
    model = factory()
    first = next(_stream(model, _SEEDS[0]))[0]
    _require(model.score_one(first) == 0.0, model, "knows nothing and yet finds it unusual")


def _check_scores_are_finite_and_not_negative(factory: Factory) -> None:
    model, after = _taught(factory)
    fine = all(0.0 <= score < float("inf") for score in _scores(model, after))
    _require(fine, model, "a score is negative, infinite or NaN")


def _check_scoring_changes_nothing(factory: Factory) -> None:
    model, after = _taught(factory)
    before, first = model.snapshot(), _scores(model, after)
    _require(first == _scores(model, after), model, "the same x scores differently the second time")
    _require(before == model.snapshot(), model, "score_one changed the state")


def _check_snapshot_round_trip(factory: Factory) -> None:
    model, after = _taught(factory)
    twin = model.restore(model.snapshot())
    _require(twin.snapshot() == model.snapshot(), model, "a restored model is another")
    for x in after:
        model.learn_one(x)
        twin.learn_one(x)
    _require(twin.snapshot() == model.snapshot(), model, "a restored model learns otherwise")
    _require(_scores(twin, after) == _scores(model, after), model, "it scores otherwise")


def _check_a_copy_is_independent(factory: Factory) -> None:
    model, after = _taught(factory)
    before, twin = model.snapshot(), model.copy()
    for x in after:
        twin.learn_one(x)
    _require(before == model.snapshot(), model, "a copy's learning reached the original")
    _require(before != twin.snapshot(), model, "learning does not change the snapshot")


def _check_rejects_foreign_snapshots(factory: Factory) -> None:
    model, _ = _taught(factory)
    whole = model.snapshot()
    for foreign in (b"", b"\xc1", b"\x90", b"\x91\xa1x", whole[:-1], whole + b"\x00"):
        try:
            model.restore(foreign)
        except ValueError:
            continue
        raise CheckError(f"{type(model).__name__}: restored a model from {foreign[:8]!r}")


def _check_quality(factory: Factory) -> None:
    floor = factory().quality_floor
    for seed in _SEEDS:
        model, scores, labels = factory(), [], []
        for x, odd in _stream(model, seed):
            scores.append(model.score_one(x))
            labels.append(odd)
            model.learn_one(x)
        late = len(scores) // 5
        auc = roc_auc(scores[late:], labels[late:])
        _require(auc >= floor, model, f"ROC AUC {auc:.3f} under {floor} on seed {seed}")


def _check_memory_is_bounded(factory: Factory) -> None:
    model = factory()
    sizes = []
    for n in range(_FLOOD):
        model.learn_one(
            Edge(f"s{n}", f"d{n}", 1 + n // 1000)
            if isinstance(model, EdgeModel)
            else {f"feature-{n}": 1.0}
        )
        # Seen often: what is remembered and then forgotten goes up and down.
        if n % (_FLOOD // 20) == 0:
            sizes.append(_size(model))
    early, late = max(sizes[:10]), max(sizes[10:])
    _require(late <= 1.1 * early, model, f"memory grows with names: {early}, then {late} bytes")
    _require(len(model.snapshot()) <= model.size_bound, model, "the snapshot exceeds its bound")


def _check_tolerates_missing_features(factory: Factory) -> None:
    model, after = _taught(factory)
    for x in ({}, {"a": after[0]["a"]}):
        _require(model.score_one(x) < float("inf"), model, "a missing feature is no number")
        model.learn_one(x)


def _check_tolerates_unknown_features(factory: Factory) -> None:
    model, after = _taught(factory)
    known = model.score_one(after[0])
    _require(
        model.score_one({**after[0], "unheard-of": 5.0}) == known, model, "novelty alone speaks"
    )


def _check_features_may_come_and_go(factory: Factory) -> None:
    model = factory()
    random = Random(_SEEDS[0])
    for x, _ in feature_stream(_SEEDS[1], 300):
        some = {name: x[name] for name in _NAMES if random.random() < 0.5}
        _require(0.0 <= model.score_one(some) < float("inf"), model, "it lost its way")
        model.learn_one(some)


def _check_order_of_features_does_not_matter(factory: Factory) -> None:
    one, two = factory(), factory()
    for x, _ in feature_stream(_SEEDS[0], 200):
        turned = dict(reversed(list(x.items())))
        _require(one.score_one(x) == two.score_one(turned), one, "scores depend on feature order")
        one.learn_one(x)
        two.learn_one(turned)
    _require(one.snapshot() == two.snapshot(), one, "the state depends on feature order")


def _check_rejects_what_is_no_number(factory: Factory) -> None:
    model, after = _taught(factory)
    before = model.snapshot()
    for value in (float("nan"), float("inf"), float("-inf"), 1e300):
        for verb in (model.score_one, model.learn_one):
            try:
                verb({**after[0], "b": value})
            except ValueError:
                continue
            raise CheckError(f"{type(model).__name__}: {verb.__name__} took {value} for a number")
    _require(before == model.snapshot(), model, "a rejected x left a trace")


def _check_late_edges_are_counted(factory: Factory) -> None:
    model, after = _taught(factory)
    late = Edge(after[0].source, after[0].destination, after[0].tick - 5)
    before = model.score_one(late)
    for _ in range(100):
        model.learn_one(late)
    _require(model.score_one(late) > before, model, "late edges get lost")


_ALL_CHECKS = (
    _check_scores_before_learning,
    _check_scores_are_finite_and_not_negative,
    _check_scoring_changes_nothing,
    _check_snapshot_round_trip,
    _check_a_copy_is_independent,
    _check_rejects_foreign_snapshots,
    _check_quality,
    _check_memory_is_bounded,
)
_FEATURE_CHECKS = (
    _check_tolerates_missing_features,
    _check_tolerates_unknown_features,
    _check_features_may_come_and_go,
    _check_order_of_features_does_not_matter,
    _check_rejects_what_is_no_number,
)
_EDGE_CHECKS = (_check_late_edges_are_counted,)
