"""The Invictus capture with the attack tool's name taken out of it, cold, at two budgets.

    python -m tests.bench.invictus

The tool names itself in user agents and resource names, of attacks and of its own preflight alike. No
other attacker will, so its name is replaced in the raw bytes before anything reads them.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from detector.bench.quality import events_of
from detector.config import EngineConfig
from detector.evaluate import outcome, read_labels
from tests.shared_data import shared_data

_NAMES = ((b"stratus-red-team", b"platform"), (b"stratus", b"platform"))
_IGNORED = frozenset({"tool_preflight", "unlabelled_boto"})
_BUDGETS = (0.2, 12.5)


def unnamed(folder: Path, out: Path) -> None:
    """Copy the capture's logs without the tool's name."""
    for path in sorted(folder.glob("*.json")):
        raw = path.read_bytes()
        for name, other in _NAMES:
            raw = raw.replace(name, other)
        (out / path.name).write_bytes(raw)


def main() -> None:
    """Print a line for each budget."""
    folder = shared_data() / "invictus-cloudtrail"
    labels = read_labels(folder / "labels.csv", _IGNORED)
    with TemporaryDirectory() as out:
        unnamed(folder, Path(out))
        for budget in _BUDGETS:
            score = outcome(events_of(Path(out)), labels, EngineConfig(budget=budget)).score
            print(
                f"budget {budget:g}: {score.found} of {score.incidents} runs of the tool listed as "
                f"evidence, {score.findings} findings, {score.false} of them false"
            )


if __name__ == "__main__":
    main()
