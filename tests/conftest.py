"""Hypothesis profiles: `default` is quick and the same on every run, `long` searches.

`HYPOTHESIS_PROFILE=long make test` searches with fresh randomness and many more examples.
"""

import os

from hypothesis import HealthCheck, settings

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
