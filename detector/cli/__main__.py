"""`python -m detector.cli` is `detector`."""

from detector.cli import main

main()
