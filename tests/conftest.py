"""Hypothesis profiles, and which tests run in one process.

Profiles: `default` is quick and the same on every run, `long` searches:
`HYPOTHESIS_PROFILE=long make test` takes fresh randomness and many more examples.
"""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

_HOME = Path(__file__).parents[1]
_KAFKA = Path(__file__).with_name("kafka")
# These have brokers of their own, and so may run beside the others.
_APART = {"test_away.py", "test_leader.py", "test_security.py", "test_torture.py"}

# Output is as wide as in a pipe, whatever terminal or process the suite runs in.
os.environ.pop("COLUMNS", None)

# No deadline in either: a slow machine is not a failing property.
settings.register_profile(
    "default",
    settings.get_profile("default"),
    max_examples=40,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
)
settings.register_profile(
    "long",
    settings.get_profile("default"),
    max_examples=2_000,
    derandomize=False,
    deadline=None,
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where several processes share the suite, one of them has the broker and begins with the tests
    that need it, which take longest; of all others, those of one file stay together."""
    items.sort(key=lambda item: _group(item) != "kafka")
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(item)))


def _group(item: pytest.Item) -> str:
    if _KAFKA in item.path.parents and item.path.name not in _APART:
        return "kafka"
    return item.path.relative_to(_HOME).as_posix()
