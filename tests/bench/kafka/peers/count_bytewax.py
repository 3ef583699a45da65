"""Bytewax: a count per key in a stateful map. `bare` decodes no value and has no recovery store; `kept`
writes its state to a recovery store once a second; `whole` decodes each value as well.

python count_bytewax.py BOOTSTRAP TOPIC GROUP COUNT FOLDER bare|kept|whole
"""

import json
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import bytewax.operators as op
from bytewax.connectors.kafka import KafkaSource
from bytewax.dataflow import Dataflow
from bytewax.outputs import DynamicSink, StatelessSinkPartition
from bytewax.recovery import RecoveryConfig, init_db_dir
from bytewax.testing import run_main

bootstrap, topic, _, count, folder, how = sys.argv[1:7]
whole, kept = how == "whole", how != "bare"
left = int(count)
began = False


def keyed(message: Any) -> tuple[str, None]:
    global began  # noqa: PLW0603 - the peer's way to have a callback
    if not began:
        began = True
        print("first", time.time(), flush=True)
    if whole:
        json.loads(message.value)
    return message.key.decode(), None


def one(state: int | None, _: None) -> tuple[int, int]:
    global left  # noqa: PLW0603
    left -= 1
    if not left:
        print("last", time.time(), flush=True)
    made = (state or 0) + 1
    return made, made


class _Nowhere(StatelessSinkPartition):  # type: ignore[misc]
    def write_batch(self, items: list[Any]) -> None:
        pass


class _Sink(DynamicSink):  # type: ignore[misc]
    def build(self, step_id: str, worker_index: int, worker_count: int) -> _Nowhere:
        return _Nowhere()


flow = Dataflow("count")
records = op.input("in", flow, KafkaSource([bootstrap], [topic], tail=True))
op.output("out", op.stateful_map("count", op.map("key", records, keyed), one), _Sink())
if kept:
    store = Path(folder) / "recovery"
    store.mkdir()
    init_db_dir(store, 1)
    run_main(flow, epoch_interval=timedelta(seconds=1), recovery_config=RecoveryConfig(str(store)))
else:
    run_main(flow)
