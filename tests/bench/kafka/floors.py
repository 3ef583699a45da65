"""What cannot be undercut: fetching and nothing else, and fetching and decoding.

python -m tests.bench.kafka.floors BOOTSTRAP TOPIC GROUP COUNT FOLDER fetch|decode
"""

import asyncio
import sys
import time

from aiokafka import AIOKafkaConsumer

from detector.runtime.wire import read

_AT_ONCE = 1_000


async def main(bootstrap: str, topic: str, group: str, count: int, *, decode: bool) -> None:
    """Read that many records, then commit."""
    consumer = AIOKafkaConsumer(
        topic,
        bootstrap_servers=bootstrap,
        group_id=group,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        max_partition_fetch_bytes=16 * 2**20,
    )
    await consumer.start()
    began = False
    while count > 0:
        found = await consumer.getmany(timeout_ms=200, max_records=_AT_ONCE)
        if found and not began:
            began = True
            print("first", time.time(), flush=True)
        for records in found.values():
            count -= len(records)
            if decode:
                for record in records:
                    read(record.value)
    await consumer.commit()
    print("last", time.time(), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    where, name, members, wanted, _, what = sys.argv[1:7]
    asyncio.run(main(where, name, members, int(wanted), decode=what == "decode"))
