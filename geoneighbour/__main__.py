"""`python -m geoneighbour` is the command `geoneighbour`."""

from geoneighbour.cli import main

main()
