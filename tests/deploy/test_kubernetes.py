from typing import Any

import kubernetes_validate
import pytest

from detector.worker import WorkerConfig
from tests.deploy.documents import DEPLOY, manifests, merged, pods

CUSTOM = {"ScaledObject"}
RESOURCES = [
    pytest.param(found, id=f"{name}-{found['kind']}")
    for name, found in manifests()
    if found["kind"] not in CUSTOM
]
PODS = [pytest.param(pod, id=name) for name, pod in pods()]
WORKERS = [pytest.param(pod, id=name) for name, pod in pods() if name != "detector-topics"]


@pytest.mark.parametrize("version", ["1.30", "1.33", "1.37"])
@pytest.mark.parametrize("resource", RESOURCES)
def test_it_follows_the_schema(resource: dict[str, Any], version: str) -> None:
    """Each resource is one that these versions of Kubernetes know, without an unknown field."""
    kubernetes_validate.validate(resource, version, strict=True)


def test_the_check_finds_faults() -> None:
    """A field that the schema does not know is found: the check is one."""
    deployment = next(found for _, found in manifests() if found["kind"] == "Deployment")

    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(
            {**deployment, "spec": {**deployment["spec"], "replica": 2}}, "1.33", strict=True
        )


def test_everything_is_listed() -> None:
    """The kustomization lists every file but what needs more than Kubernetes."""
    (found,) = merged(DEPLOY / "kubernetes" / "kustomization.yaml")
    there = {name for name, _ in manifests()}

    assert there - {"autoscaling.yaml"} == set(found["resources"])
    assert ["detector.toml"] == found["configMapGenerator"][0]["files"]


@pytest.mark.parametrize("pod", PODS)
def test_pods_are_restricted(pod: dict[str, Any]) -> None:
    """Pods fulfil the restricted pod security standard and have no token of the cluster."""
    spec = pod["spec"]

    assert spec["automountServiceAccountToken"] is False
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert {"type": "RuntimeDefault"} == spec["securityContext"]["seccompProfile"]
    for container in spec["containers"]:
        rights = container["securityContext"]
        assert rights["allowPrivilegeEscalation"] is False
        assert rights["readOnlyRootFilesystem"] is True
        assert {"drop": ["ALL"]} == rights["capabilities"]


@pytest.mark.parametrize("pod", PODS)
def test_secrets_are_files(pod: dict[str, Any]) -> None:
    """No secret stands in a manifest or a variable; memory is bounded."""
    (container,) = pod["spec"]["containers"]
    names = [variable["name"] for variable in container.get("env", ())]

    assert set(names) <= {"DETECTOR_KAFKA__INSTANCE"}
    assert "memory" in container["resources"]["limits"]
    assert all(found["kind"] != "Secret" for _, found in manifests())


@pytest.mark.parametrize("pod", PODS)
def test_what_is_mounted_is_a_volume(pod: dict[str, Any]) -> None:
    """Every mount has its volume, and every volume its mount."""
    declared = {volume["name"] for volume in pod["spec"]["volumes"]}
    mounted = {mount["name"] for c in pod["spec"]["containers"] for mount in c["volumeMounts"]}

    assert mounted - declared <= {"state"}  # the claim of a stateful set
    assert set() == declared - mounted


@pytest.mark.parametrize("pod", WORKERS)
def test_workers_are_probed(pod: dict[str, Any]) -> None:
    """A worker is restarted if it is dead, and takes part when it is ready: two questions."""
    (container,) = pod["spec"]["containers"]
    probes = {kind: container[f"{kind}Probe"]["httpGet"]["path"] for kind in _PROBES}

    assert _PROBES == probes
    assert [{"name": "web", "containerPort": WorkerConfig().port}] == container["ports"]


_PROBES = {"startup": "/healthz", "liveness": "/healthz", "readiness": "/readyz"}


def test_selectors_find_their_pods() -> None:
    """What selects pods by label selects some that there are."""
    labels = [pod["metadata"]["labels"] for _, pod in pods()]
    wanted = [
        found["spec"][kind]["matchLabels"]
        for _, found in manifests()
        for kind in ("selector", "podSelector")
        if found["kind"] != "Service" and kind in found.get("spec", {})
    ]

    assert wanted
    assert all(any(one.items() <= have.items() for have in labels) for one in wanted)


def test_both_kinds_of_worker_survive_a_drain() -> None:
    """A drain of nodes takes at most one worker of each kind at a time."""
    budgets = [found for _, found in manifests() if found["kind"] == "PodDisruptionBudget"]

    assert {"detector", "detector-normaliser"} == {b["metadata"]["name"] for b in budgets}
    assert all(budget["spec"]["maxUnavailable"] == 1 for budget in budgets)


def test_scaling_is_of_what_there_is() -> None:
    """Both kinds of worker scale on lag, slowly down, and no further than there are partitions."""
    scaled = [found["spec"] for _, found in manifests() if found["kind"] == "ScaledObject"]
    topics = next(pod for name, pod in pods() if name == "detector-topics")
    arguments = topics["spec"]["containers"][0]["args"]
    partitions = int(arguments[arguments.index("--partitions") + 1])
    targets = {(s["scaleTargetRef"]["kind"], s["scaleTargetRef"]["name"]) for s in scaled}

    assert {("Deployment", "detector-normaliser"), ("StatefulSet", "detector")} == targets
    assert all(s["maxReplicaCount"] <= partitions for s in scaled)
    assert all(
        s["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]["scaleDown"][
            "stabilizationWindowSeconds"
        ]
        >= 600
        for s in scaled
    )
