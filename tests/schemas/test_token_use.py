"""What a `token_use` record says beyond the event that is made of it."""

from schemas.event import Task
from schemas.token_use import TokenTask


def test_a_task_keeps_all_but_the_form_of_its_end():
    """Its end may be written in words; in the event it is epoch ms."""
    written = TokenTask("t1", "look up", "retrieval", ("bucket/*",), ("s3:*",), "ada",
                        ends="2026-01-05T12:00:00Z", ended=True)  # fmt: skip
    read = Task("t1", "look up", "retrieval", ("bucket/*",), ("s3:*",), "ada", ends=5, ended=True)

    assert read == written.with_end(5)
