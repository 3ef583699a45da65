"""How good the detector is on labelled logs, counted on the alerts that would have been sent.

The rules, in the order in which they are applied:

1. A *finding* is one episode: every message with one `finding_info.uid`. An id that closes with
   `superseded_by` is folded into its successor. Its evidence is the union of the event ids that its
   messages list.
2. A finding is *true* when the decisive event of one of its messages is an attack event, or when
   more than half of all the events that it lists are. Otherwise it is *false*. Events whose label
   is to be ignored are left out first; a finding with nothing else is set aside: it is neither.
3. An incident is *found* when a true finding lists one of its events. It was found at the `time` of
   the first message that does, which is the event time of the record that triggered that message.
4. A *campaign* is what an analyst sees as one: findings with one `correlation_uid`. It is true when
   at least half of its findings are.
5. Days are the span of the input's event times. The part before the first attack event and the part
   after it are reported apart as well.
"""

from detector.evaluate.labels import Labels, LabelsError, read_labels
from detector.evaluate.matching import Episode, Message, Tally
from detector.evaluate.outcome import Outcome, outcome
from detector.evaluate.score import Score, score
from detector.evaluate.stream import Stream

__all__ = [
    "Episode",
    "Labels",
    "LabelsError",
    "Message",
    "Outcome",
    "Score",
    "Stream",
    "Tally",
    "outcome",
    "read_labels",
    "score",
]
