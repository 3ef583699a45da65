"""What came out may not depend on how it came in."""

from hypothesis import given

from tests.properties.delivery import Delivery, deliver, deliveries
from tests.properties.stories import Scene, plots, story


@given(plots, deliveries)
def test_settled_findings_do_not_depend_on_the_delivery(
    plot: list[Scene], delivery: Delivery
) -> None:
    """Any order within the lateness, any duplication, any number of partitions, any restart gives
    the settled findings of the run in order."""
    events = story(plot)

    assert deliver(events, Delivery()).settled() == deliver(events, delivery).settled()
