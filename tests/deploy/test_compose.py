import re

import pytest
from compose_spec import PyCompose, PyOptions

from detector.worker import WorkerConfig
from tests.deploy.documents import DEPLOY, compose
from tests.kafka.broker import SETTINGS

TEXT = (DEPLOY / "compose.yaml").read_text("utf-8")


def read(text: str) -> PyCompose:
    """A compose file as the specification has it."""
    options = PyOptions()
    options.apply_merge = True
    made = options.from_yaml(text)
    made.validate()
    return made


def test_it_follows_the_specification() -> None:
    """The file is one that the compose specification knows, word for word."""
    assert {"kafka", "topics", "worker", "feed", "prometheus", "grafana"} == set(
        compose()["services"]
    )
    assert 6 == len(read(TEXT).service_names())


@pytest.mark.parametrize(
    ("word", "wrong"),
    [("cap_drop", "cap_dropp"), ("service_healthy", "healthy"), ("unless-stopped", "often")],
)
def test_the_check_finds_faults(word: str, wrong: str) -> None:
    """A word that the specification does not know is found: the check is one."""
    with pytest.raises(ValueError, match=re.escape(wrong)):
        read(TEXT.replace(word, wrong))


def test_what_it_mounts_is_there() -> None:
    """Folders that are mounted exist, and volumes are declared."""
    mounts = [v for s in compose()["services"].values() for v in s.get("volumes", ())]
    sources = [mount.split(":")[0] for mount in mounts]

    assert all((DEPLOY / source).is_dir() for source in sources if source.startswith("."))
    assert set(compose()["volumes"]) == {s for s in sources if not s.startswith(".")}


def test_images_have_versions() -> None:
    """Images of others are named with a version, none with `latest`."""
    others = [s["image"] for s in compose()["services"].values() if "build" not in s]

    assert [] == [image for image in others if not re.fullmatch(r"[\w./-]+:v?\d+(\.\d+)+", image)]


def test_nothing_is_open_to_the_network() -> None:
    """Ports are open on this machine only: there are no passwords."""
    ports = [port for s in compose()["services"].values() for port in s.get("ports", ())]

    assert [] == [port for port in ports if not port.startswith("127.0.0.1:")]


def test_our_containers_have_no_rights() -> None:
    """Our containers write nowhere but to their own folder, and can gain no rights."""
    ours = [service for service in compose()["services"].values() if "build" in service]

    assert 3 == len(ours)
    assert all(s["read_only"] and s["cap_drop"] == ["ALL"] for s in ours)
    assert all(s["security_opt"] == ["no-new-privileges:true"] for s in ours)


def test_the_broker_is_the_one_of_the_tests() -> None:
    """The broker takes records as large as the one that tests run against."""
    told = compose()["services"]["kafka"]["environment"]

    assert SETTINGS["message.max.bytes"] == str(told["KAFKA_MESSAGE_MAX_BYTES"])
    assert SETTINGS["auto.create.topics.enable"] == told["KAFKA_AUTO_CREATE_TOPICS_ENABLE"]


def test_two_workers_are_scraped_where_they_listen() -> None:
    """Prometheus finds every worker by the service's name, on the port that workers have."""
    text = (DEPLOY / "prometheus" / "prometheus.yml").read_text("utf-8")

    assert 2 == compose()["services"]["worker"]["deploy"]["replicas"]
    assert "names: [worker]" in text
    assert f"port: {WorkerConfig().port}" in text
