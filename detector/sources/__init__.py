"""Log sources: bytes to `ActivityEvent`, one module per format, in a package per family of vendors;
`registry` finds them."""
