"""Online models behind two verbs: `score_one` and `learn_one`.

A model is asked how unlike its own past something is, and told what to learn from; nothing else.
Nothing here reads a clock, a file or the network, or knows what a credential is.

- `running`: per-feature statistics that lean on a peer group while they are young
- `multi_feature`: how unusual the features are together
- `edge_burst`: sudden bursts on edges of a graph, in fixed memory
- `gate`: who decides what a model may learn
- `calibration`: what a score means: its tail probability, and the threshold for an alert budget
- `checks`: what every model must pass
"""

from models.base import Edge, EdgeModel, FeatureModel, Features, Model, Reason
from models.calibration import Quantiles, next_threshold
from models.edge_burst import EdgeBurst
from models.gate import Gate
from models.multi_feature import Together
from models.running import Running, Usual

__all__ = [
    "Edge",
    "EdgeBurst",
    "EdgeModel",
    "FeatureModel",
    "Features",
    "Gate",
    "Model",
    "Quantiles",
    "Reason",
    "Running",
    "Together",
    "Usual",
    "next_threshold",
]
