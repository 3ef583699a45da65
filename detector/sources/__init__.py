"""Log sources: bytes to `ActivityEvent`, one module per format; `registry` finds them."""
