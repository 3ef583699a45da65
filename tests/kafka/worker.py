"""A worker process for tests: `python -m tests.kafka.worker` with its configuration as JSON."""

import json
import sys
from pathlib import Path

from detector.runtime.app import run
from detector.runtime.config import Connection, Topics, WorkerConfig
from detector.sources.base import Context
from detector.sources.fingerprint import Fingerprints

KEY = "EXAMPLE key of at least sixteen"

if __name__ == "__main__":
    told = json.loads(sys.argv[1])
    config = WorkerConfig(
        connection=Connection(told["bootstrap"]),
        topics=Topics(told["prefix"]),
        group=told["prefix"],
        folder=Path(told["folder"]),
        port=told["port"],
        silence=told["silence"],
    )
    run(config, Context(Fingerprints(KEY)), secrets=[KEY])
