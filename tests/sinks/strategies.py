"""Any finding, with any detection's metadata."""

from collections.abc import Iterable

from hypothesis import strategies as st

from detector.detections.meta import Detection
from detector.findings import Evidence, Finding
from detector.frameworks import ATLAS, ATTACK, OWASP
from tests.schemas.strategies import structs


def some(names: Iterable[str]) -> st.SearchStrategy[tuple[str, ...]]:
    """A few of the names, each at most once."""
    return st.lists(st.sampled_from(sorted(names)), max_size=3, unique=True).map(tuple)


PERCENT = st.integers(min_value=0, max_value=100)
ADDRESSES = st.one_of(
    st.ip_addresses().map(str), st.sampled_from(["", "AWS Internal", "fe80::1%eth0"]), st.text()
)
FINDINGS = structs(
    Finding,
    severity=st.integers(min_value=1, max_value=5),
    risk=PERCENT,
    confidence=PERCENT,
    evidence=structs(Evidence),
)
DETECTIONS = structs(Detection, attack=some(ATTACK), atlas=some(ATLAS), owasp=some(OWASP))
