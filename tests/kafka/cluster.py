"""Three brokers that hold the same records: one of them may go, and another leads."""

import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient

from tests.kafka.broker import Broker, cluster_id, free_ports

SIZE = 3


class Cluster:
    """Brokers numbered from 1; each record is on all of them, and written when two have it."""

    def __init__(self, folder: Path) -> None:
        controllers, name = free_ports(SIZE), cluster_id()
        voters = ",".join(f"{n}@127.0.0.1:{port}" for n, port in enumerate(controllers, 1))
        self.brokers: list[Broker] = []
        for number, controller in enumerate(controllers, 1):
            place = folder / str(number)
            place.mkdir()
            told = {
                "node.id": str(number),
                "controller.quorum.voters": voters,
                "offsets.topic.replication.factor": str(SIZE),
                "transaction.state.log.replication.factor": str(SIZE),
                "transaction.state.log.min.isr": "2",
                "min.insync.replicas": "2",
            }
            self.brokers.append(Broker(place, 0, told, controller=controller, cluster=name))
        self.bootstrap = ",".join(broker.bootstrap for broker in self.brokers)

    def start(self) -> None:
        """Start all and wait until each of them answers."""
        for broker in self.brokers:
            broker.launch()
        for broker in self.brokers:
            broker.await_answer()

    def kill(self, number: int) -> None:
        """One of them crashes."""
        self.brokers[number - 1].stop(signal.SIGKILL)

    def stop(self) -> None:
        """All of them end at once."""
        for number in range(1, SIZE + 1):
            self.kill(number)


@contextmanager
def clustered() -> Iterator[Cluster]:
    """Such a cluster for as long as the block."""
    with tempfile.TemporaryDirectory(prefix="kafka-", ignore_cleanup_errors=True) as folder:
        made = Cluster(Path(folder))
        try:
            made.start()
            yield made
        finally:
            made.stop()


async def leaders(bootstrap: str, topic: str) -> dict[int, int]:
    """The broker that leads each partition of a topic."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        (described,) = await admin.describe_topics([topic])
    finally:
        await admin.close()
    return {row["partition"]: row["leader"] for row in described["partitions"]}
