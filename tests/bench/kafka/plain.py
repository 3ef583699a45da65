"""Faust as its guide shows it: an agent on a topic that counts in a Table.

python -m tests.bench.kafka.plain BOOTSTRAP TOPIC GROUP COUNT FOLDER PARTITIONS
"""

import sys
import time

import faust
from faust.types import StreamT

where, name, group, wanted, folder, partitions = sys.argv[1:7]
app = faust.App(
    group,
    broker=f"kafka://{where}",
    datadir=folder,
    web_enabled=False,
    topic_partitions=int(partitions),
    topic_replication_factor=1,
    consumer_auto_offset_reset="earliest",
)
topic = app.topic(
    name, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw"
)
counts = app.Table("counts", default=int, key_type=str, partitions=int(partitions))


@app.agent(topic)
async def count(stream: StreamT[bytes]) -> None:
    """Count per key; values are not even decoded."""
    seen, last = 0, int(wanted)
    async for key, _ in stream.items():  # noqa: PERF102 - a stream, no dict
        if not seen:
            print("first", time.time(), flush=True)
        seen += 1
        counts[key.decode()] += 1
        if seen == last:
            print("last", time.time(), flush=True)


if __name__ == "__main__":
    faust.Worker(app, loglevel="warning", redirect_stdouts=False).execute_from_commandline()
