"""The engine: one synchronous, deterministic function, `step`, with no I/O and no clock."""

from detector.pipeline.state import Outcome, State
from detector.pipeline.step import step

__all__ = ["Outcome", "State", "step"]
