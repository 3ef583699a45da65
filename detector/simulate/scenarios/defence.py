"""Blinding the defenders: trails, detectors, flow logs, the organisation itself.

Examples:
    >>> [scenario.name for scenario in SCENARIOS][:2]
    ['trail_stopped', 'detectors_off']
"""

from collections.abc import Iterator

from detector.simulate.population.occasions import change_window
from detector.simulate.records import Event, Record
from detector.simulate.scenarios.moves import finish, recon
from detector.simulate.scenarios.scene import Scenario, Scene

_VICTIMS = ("key", "person:sre", "person:developer", "terraform", "pipeline", "instance", "pod")
_ENTRIES = ("abroad", "cloud", "host", "host tool")


def trail_stopped(scene: Scene) -> Iterator[Event]:
    """The trail falls silent, in one of its ways."""
    yield scene.do("cloudtrail:DescribeTrails", {"trailNameList": [], "includeShadowTrails": True})
    name = scene.any("org-trail", f"{scene.account.tag}-trail", "management-events")
    how = scene.rng.random()
    if how < 0.4:
        yield scene.do("cloudtrail:StopLogging", {"name": name})
    elif how < 0.7:
        yield scene.do("cloudtrail:DeleteTrail", {"name": name})
    else:
        selector = {
            "readWriteType": "ReadOnly",
            "includeManagementEvents": False,
            "dataResources": [],
        }
        yield scene.do(
            "cloudtrail:PutEventSelectors", {"trailName": name, "eventSelectors": [selector]}
        )
    if scene.rng.random() < 0.5:
        scene.wait(10, 200)
        yield from finish(scene)


def trail_moved(scene: Scene) -> Iterator[Event]:
    """A trail moves to a new bucket in an approved window: stopped, made anew, started."""
    yield from change_window(scene.actor, scene.at, "move trail to the log archive", 1)  # type: ignore[arg-type]
    scene.wait(120, 400)
    name = f"{scene.account.tag}-audit"
    yield scene.do("cloudtrail:DescribeTrails", {"trailNameList": [], "includeShadowTrails": True})
    yield scene.do("cloudtrail:StopLogging", {"name": name})
    yield scene.do("cloudtrail:DeleteTrail", {"name": name})
    yield scene.do(
        "cloudtrail:CreateTrail", {"name": name, "s3BucketName": f"{scene.account.tag}-log-archive"}
    )
    yield scene.do("cloudtrail:StartLogging", {"name": name})


def detectors_off(scene: Scene) -> Iterator[Event]:
    """Threat detection, flow logs and the configuration recorder are switched off."""
    yield from recon(scene, 0, 2)
    moves: tuple[tuple[str, Record | None], ...] = (
        ("guardduty:DeleteDetector", {"detectorId": f"{scene.rng.getrandbits(128):032x}"}),
        (
            "ec2:DeleteFlowLogs",
            {"DeleteFlowLogsRequest": {"FlowLogId": {"tag": 1, "content": "fl-0a1"}}},
        ),
        ("config:StopConfigurationRecorder", {"configurationRecorderName": "default"}),
        ("securityhub:DisableSecurityHub", None),
        ("logs:DeleteLogGroup", {"logGroupName": scene.things.pick("loggroup")}),
    )
    for op, params in scene.rng.sample(moves, scene.rng.randint(1, 3)):
        yield scene.do(op, params)


def tunes_detectors(scene: Scene) -> Iterator[Event]:
    """The security team renews flow logs and rules under a change window."""
    yield from change_window(scene.actor, scene.at, "renew flow logs", 1)  # type: ignore[arg-type]
    scene.wait(120, 400)
    yield scene.do("guardduty:ListDetectors", None)
    yield scene.do(
        "guardduty:UpdateDetector", {"detectorId": "main", "findingPublishingFrequency": "ONE_HOUR"}
    )
    yield scene.do(
        "ec2:DeleteFlowLogs",
        {"DeleteFlowLogsRequest": {"FlowLogId": {"tag": 1, "content": "fl-0b2"}}},
    )
    yield scene.do(
        "ec2:CreateFlowLogs",
        {"CreateFlowLogsRequest": {"ResourceType": "VPC", "TrafficType": "ALL"}},
    )


def organization_left(scene: Scene) -> Iterator[Event]:
    """The account tries to leave the organisation, and with it all guard rails."""
    yield scene.do("organizations:DescribeOrganization", None)
    if scene.rng.random() < 0.5:
        yield scene.refused("organizations:LeaveOrganization", None)
    else:
        yield scene.do("organizations:LeaveOrganization", None)


def organization_read(scene: Scene) -> Iterator[Event]:
    """The administrators look at the organisation and move an account between its units."""
    yield from scene.line(
        "organizations:DescribeOrganization organizations:ListAccounts organizations:ListRoots"
    )
    yield scene.do("organizations:MoveAccount", {"accountId": scene.account.id})


SCENARIOS = (
    Scenario(
        "trail_stopped", "The trail is silenced", "the stop, new for this credential",
        _VICTIMS, trail_stopped, ("person:admin", "person:sre"), trail_moved, entries=_ENTRIES, per_day=1.0,
    ),
    Scenario(
        "detectors_off", "Detectors and flow logs are switched off", "the first of them",
        _VICTIMS, detectors_off, ("person:analyst", "person:sre"), tunes_detectors, entries=_ENTRIES, per_day=1.0,
    ),
    Scenario(
        "organization_left", "An account leaves the organisation", "LeaveOrganization, even if denied",
        _VICTIMS, organization_left, ("person:admin",), organization_read, entries=_ENTRIES, per_day=1.5,
    ),
)  # fmt: skip
