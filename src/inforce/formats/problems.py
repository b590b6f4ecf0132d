"""What is wrong with a file to import, all of it at once."""

from inforce.errors import BadRecord
from inforce.market.problems import Problems, WrongFile


class BadFile(WrongFile, BadRecord):
    """Everything wrong with a file of contracts and events."""

    each = BadRecord


def problems_of(file: str) -> Problems:
    """Collects what is wrong with a file to import."""
    return Problems(file, BadFile)
