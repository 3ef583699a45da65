"""The most that one entity can be made to hold, in bytes of its snapshot, from the caps in the code.

An event is counted as `event` bytes wherever it or a part of it is kept; what stands around it in a
snapshot (names of fields, times, flags) as `_AROUND`.
"""

from detector.config import HOUR, EngineConfig
from detector.detections import DETECTIONS
from detector.entities import children, credential, episodes, group, opened, origin, principal
from detector.features import origin_view
from detector.findings import MAX_MOMENTS
from detector.pipeline import share
from detector.pipeline.state import State
from detector.window import marks, novelty, panes, touches
from detector.window.grain import ROW

_AROUND = 300
_TIME = 9
# What a quarter needs to settle, the one that is under way, and one that an event from ahead begins.
UNSETTLED = State(EngineConfig()).horizon // panes.QUARTER + 2
_DAY = 24 * HOUR // panes.QUARTER
# Of sessions: two that are settled, the one that is not, and one that an event from ahead begins.
_HALF_DAYS = 4


def evidence(event: int) -> int:
    """One piece of evidence: its moments, its path and what it is about."""
    return (MAX_MOMENTS + 1 + 8 + 8) * (event + _AROUND)


def all_episodes(event: int) -> int:
    """Open evidence; of each detection the live episode, as it is and as it was told, with its
    peak; the spans of past ones."""
    kept = episodes._MOST_OPEN + 2 * 2 * 2 * len(DETECTIONS)
    return kept * evidence(event) + episodes._MOST_PAST * 100


def a_principal(event: int) -> int:
    """All that a principal holds."""
    values = sum(novelty._MOST.values())
    known = 2 * values + novelty._SPARE * values * UNSETTLED + novelty._LOOK
    in_reach = (HOUR + panes.QUARTER) // panes.QUARTER + 1 + UNSETTLED
    rows = panes._MOST_FINE + panes._MOST_COARSE + in_reach + panes._PER_COARSE + 1
    events = (
        marks._MOST_OPEN * in_reach
        + marks._MOST_SETTLED * _DAY
        + touches._MOST * UNSETTLED
        + share._MOST_HANDED * UNSETTLED
        + principal.SPARE * (principal.MOST_BOUNDS + 8 * principal.MOST_PATHS)
        + children.MOST
        + 4
    )
    return (
        rows * ROW
        + known * (event // 2 + 2 * _TIME)
        + events * (event + _AROUND)
        + all_episodes(event)
        + (2 * share._MOST_SENT + principal._MOST_APPROVALS) * _TIME
        + _HALF_DAYS * opened._MOST * (event + 3 * _TIME)
    )


def a_credential(event: int) -> int:
    """All that a credential holds."""
    uses = credential._MOST_USES + credential._MOST_OPEN * UNSETTLED
    reads = credential._MOST_READS * (1 + UNSETTLED)
    events = (
        uses + reads + credential._MOST_SOURCES + credential.MOST_USERS + children.MOST + 8 + 16
    )
    return events * (event + _AROUND) + all_episodes(event)


def an_origin(event: int) -> int:
    """All that an origin holds."""
    quarters = origin_view.WINDOW // panes.QUARTER + 1 + UNSETTLED
    arrivals = origin.MOST_ARRIVALS * quarters
    return arrivals * (event + _AROUND) + all_episodes(event)


def a_group(event: int) -> int:
    """All that a group holds, with names of members of a fifth of an event."""
    values = group._MOST_VALUES * (event // 2 + group._SAMPLE * (event // 5 + _TIME))
    return values + group._SAMPLE * event
