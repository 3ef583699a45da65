"""The small day that `detector demo` shows: a warm-up day to learn from, then a day with attacks.

Examples:
    >>> DEMO.identities, DEMO.days
    (60, 2.0)
"""

from detector.simulate.options import Options

DEMO = Options(
    seed=7,
    days=2.0,
    identities=60,
    attack_free=0.55,
    scenarios=(
        "leaked_key_minute_later",
        "tool_on_terraform_key",
        "secret_then_act",
        "role_chain",
        "reader_writes",
        "snapshot_shared",
    ),
)
