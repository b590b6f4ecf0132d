"""`python -m inforce`."""

from inforce.cli import main

main()
