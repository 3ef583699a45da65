"""One run: events through the engine, its findings into the output folder, then the print-out."""

from collections.abc import Iterable
from pathlib import Path

from detector.cli.console import out
from detector.cli.folder import Folder
from detector.cli.tally import Tally
from detector.config import EngineConfig
from detector.detections import DETECTIONS
from detector.findings import Finding
from detector.replay.kin import Kin
from detector.replay.parts import engine_for
from detector.sinks.ocsf import alert
from schemas.event import ActivityEvent


def drive(
    events: Iterable[ActivityEvent],
    config: EngineConfig,
    folder: Folder,
    baseline: bytes | None,
    *,
    kin: Kin | None = None,
    workers: int = 1,
) -> Tally:
    """Replay events in event-time order; every alert is in the folder as soon as it is known. With
    the `kin` of the events, several processes may judge them."""
    tally = Tally(config.budget)
    with engine_for(events, config, baseline=baseline, kin=kin, workers=workers) as (drawn, engine):
        for event in drawn:
            tally.event(event)
            found = engine.feed(event)
            if found:
                _publish(found, folder, tally)
        _publish(engine.finish(), folder, tally)
        tally.answers = engine.admissions.answers
    return tally


def _publish(findings: Iterable[Finding], folder: Folder, tally: Tally) -> None:
    for finding in findings:
        tally.finding(finding)
        folder.alert(alert(finding, DETECTIONS[finding.detection].META))


def print_run(folder: Folder, summary: dict[str, object]) -> None:
    """The findings as a table, the summary beneath, and where the files are."""
    from detector.report.table import findings_table, summary_panel

    console = out()
    if folder.alerts:
        console.print(findings_table(folder.messages()))
    else:
        console.print("Nothing was found that looks like credential abuse.")
    console.print(summary_panel(summary))
    console.print(f"Written to {_place(folder.path)}: report.html is the one to open.")


def _place(path: Path) -> str:
    return f"{path}/"
