"""What the runtime may be told, by the name it has here; settings build it without the runtime."""

from detector.worker import MIXED, Connection, Protocol, Role, Topics, WorkerConfig

__all__ = ["MIXED", "Connection", "Protocol", "Role", "Topics", "WorkerConfig"]
