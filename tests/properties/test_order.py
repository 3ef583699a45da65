"""What came out may not depend on how it came in."""

from hypothesis import example, given

from detector.config import MINUTE
from detector.detections import DETECTIONS
from tests.properties.delivery import Delivery, deliver, deliveries
from tests.properties.stories import SCENES, Scene, plots, story

# Twins in one second, of which only one is kept, in whichever order they come.
TWINS = [Scene("on_behalf", 3, minute=-32, tool=3, spread=1)] * 2
WALKS = [Scene("walk", 0, minute=0, spread=1)] * 2


@example(TWINS, Delivery(seed=34819, late=0.2, duplicates=0.1, tick_lag=10 * MINUTE, partitions=2))
@example(WALKS, Delivery(seed=0, late=0.2, tick_gap=MINUTE))
@given(plots, deliveries)
def test_settled_findings_do_not_depend_on_the_delivery(
    plot: list[Scene], delivery: Delivery
) -> None:
    """Any order within the lateness, any duplication, any number of partitions, any restart and
    any crash gives the settled findings of the run in order."""
    events = story(plot)

    assert deliver(events, Delivery()).settled() == deliver(events, delivery).settled()


def test_every_detection_speaks_in_the_stories() -> None:
    """The property above would say little of a detection that no story sets off."""
    scenes = (Scene(what, 0, minute=90, place=1, tool=3, spread=2) for what in SCENES)
    told = (deliver(story([scene]), Delivery()) for scene in scenes)
    found = {finding.detection for each in told for finding in each.findings}

    assert set(DETECTIONS) == found
