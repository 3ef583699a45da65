"""Where the development data lies: the one place that knows.

`SHARED_DATA` names the folder; without it the folder `shared/data` beside the project is taken.
"""

import os
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]


def shared_data() -> Path:
    """The folder of development data.

    Where it is absent the calling test is skipped with a reason; with `CI=true` it fails, so that a
    pipeline cannot lose these tests in silence.
    """
    folder = Path(os.environ.get("SHARED_DATA") or PROJECT.parent / "shared" / "data")
    if folder.is_dir():
        return folder
    reason = "development data is absent: set SHARED_DATA, or put it at ../shared/data"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason, allow_module_level=True)
