"""What is remembered so as not to be worked out twice may not change what comes out."""

from typing import Any
from unittest.mock import patch

from hypothesis import given, settings

from detector.pipeline.quiet import Quiet
from tests.properties.delivery import Delivery, deliver, deliveries
from tests.properties.stories import SCENES, Scene, plots, story

GROUNDS = Quiet.grounds
FEW = settings(max_examples=max(1, settings().max_examples // 4))


@FEW
@given(plots, deliveries)
def test_passing_over_quiet_marks_changes_nothing(plot: list[Scene], delivery: Delivery) -> None:
    """Every revision and every plan is the same when each mark is judged again as it settles."""
    events = story(plot)
    made = deliver(events, delivery)

    with patch.object(Quiet, "grounds", return_value=None):
        again = deliver(events, delivery)

    assert (again.findings, again.plans) == (made.findings, made.plans)


def test_quiet_marks_are_passed_over() -> None:
    """The property above would say nothing if none were."""
    answers: list[Any] = []

    def spy(*asked: Any) -> Any:
        answers.append(GROUNDS(*asked))
        return answers[-1]

    with patch.object(Quiet, "grounds", spy):
        deliver(story([Scene(what, 0, minute=90) for what in SCENES]), Delivery())

    assert any(answers)
