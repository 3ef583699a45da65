"""The other systems' logs in a folder: one file of lines a source, the inventory, and the answers.

Examples:
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as out:
    ...     made = write_across(Path(out), seed=1, days=2, actors=20)
    ...     (Path(out) / "inventory.csv").exists(), made.incidents
    (True, 39)
"""

import csv
from collections.abc import Sequence
from pathlib import Path

import orjson
from msgspec import Struct

from detector.simulate.across.play import Estate, performed
from detector.simulate.options import MONDAY
from detector.sources.base import Context, DecodeError
from detector.sources.decoding import Decoder
from detector.sources.fingerprint import Fingerprints

_READER = Context(Fingerprints("only to learn the ids of events"))


class Written(Struct, frozen=True):
    """What was written."""

    events: int
    files: int
    incidents: int


def write_across(out: Path, *, seed: int, days: int, actors: int, start: int = MONDAY) -> Written:
    """Write a simulation of the other systems into a new or empty folder.

    Raises:
        FileExistsError: there is something in it.
    """
    out.mkdir(parents=True, exist_ok=True)
    if any(out.iterdir()):
        raise FileExistsError(f"simulate: {out} is not empty; expected a new folder")
    estate = Estate(seed, actors)
    lines: dict[str, list[bytes]] = {}
    answers: list[tuple[str, str, str]] = []
    count = 0
    for row in performed(estate, days, start):
        raw = orjson.dumps(row.record)
        lines.setdefault(row.source, []).append(raw)
        count += 1
        if row.incident:
            label = "attack" if row.incident.endswith(":attack") else "benign"
            answers += [(uid, label, row.incident) for uid in _ids(raw)]
    for source, rows in lines.items():
        (out / f"{source}.jsonl").write_bytes(b"\n".join(rows) + b"\n")
    _sheet(out / "labels.csv", ("event_id", "label", "incident"), answers)
    (out / "inventory.csv").write_text(known(estate), "utf-8")
    (out / "detector.toml").write_text(f'inventory = "{out / "inventory.csv"}"\n', "utf-8")
    attacks = {incident for _, label, incident in answers if label == "attack"}
    return Written(count, len(lines), len(attacks))


def _ids(raw: bytes) -> list[str]:
    """The ids under which a record's events are known."""
    try:
        return [event.uid for event in Decoder().decode(raw, _READER, 1)]
    except DecodeError:
        return []


def known(estate: Estate) -> str:
    """What a team would know, as an inventory: where the deploy key is stored, which key is a trap,
    from where service accounts call."""
    cloud = estate.cloud
    rows = [("deploy", f"access_key_id:{cloud.uid}", "", "", "vault:secret/data/aws/deploy"),
            ("wiki", f"access_key_id:{estate.trap.uid}", "", "yes", "")]  # fmt: skip
    for actor in estate.crowd:
        if actor.part == "gcp_audit":
            mail = f"{actor.name}@shop-prod.iam.gserviceaccount.com"
            uid = f"gcp_key_name:serviceAccounts/{mail}/keys/{actor.uid}"
            rows.append((actor.name, uid, actor.address.rpartition(".")[0] + ".0/24", "", ""))
    head = ("name", "ids", "origins", "canary", "stored_at")
    return "".join(",".join(row) + "\n" for row in (head, *rows))


def _sheet(path: Path, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(head)
        writer.writerows(rows)
