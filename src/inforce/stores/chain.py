"""The chain of hashes that shows a changed, removed or inserted row.

Each contract has two chains, of its events and of its entries. Both begin at the hash of the contract's own row; each
link is the SHA-256 of the link before and of what it covers. Each transaction adds a *seal*: a hash over the heads of
the contracts it changed, over what it did, and over the seal before. Whoever rewrites a row must rewrite every seal
after it; a seal that was noted elsewhere shows that too.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final, NamedTuple

from .encoding import canonical, instant_text

START: Final = b"\0" * 32
"""Stands before the first seal."""


class Head(NamedTuple):
    """How far a contract's two chains have come."""

    contract: int
    events: int
    event_hash: bytes
    entries: int
    entry_hash: bytes
    version: int = 0
    """Counts the postings, so that one who works from an old state is noticed."""
    on: str | None = None
    sequence: int = 0
    """Of the position that was stored before: its day and the last event it saw. These three are not hashed."""


@dataclass(frozen=True, slots=True)
class Seal:
    """A transaction: what it did and how far the book had come. Printed as `number:digest`."""

    number: int
    written: datetime | None
    what: str
    contracts: int
    """Number of the last contract."""
    sequence: int
    """Of the last event."""
    prices: int
    """Number of the last price."""
    heads: bytes
    digest: bytes

    def __str__(self) -> str:
        return f"{self.number}:{self.digest.hex()}"


NO_SEAL: Final = Seal(0, None, "", 0, 0, 0, START, START)


def link(before: bytes, content: bytes) -> bytes:
    """The hash of a row: of the hash before it and what it says."""
    return sha256(before + content).digest()


def first_link(number: int, payload: str) -> bytes:
    """The hash of a contract's row, at which its chains begin."""
    return link(START, canonical([number, payload]))


def head_bytes(contract: int, events: int, event_hash: bytes, entries: int, entry_hash: bytes) -> bytes:
    """A head as a seal covers it, in order of the contracts' numbers."""
    return f"{contract} {events} {event_hash.hex()} {entries} {entry_hash.hex()}\n".encode()


def seal_digest(before: bytes, seal: Seal) -> bytes:
    """The digest of a seal, whose own `digest` does not count."""
    written = instant_text(seal.written) if seal.written else ""
    content = [seal.number, written, seal.what, seal.contracts, seal.sequence, seal.prices, seal.heads.hex()]
    return link(before, canonical(content))
