"""Every error that Inforce raises on purpose. Each says what is wrong, where, and what to do.

```
InforceError
├── BadInput            something given is wrong; nothing was done
│   ├── BadTerms        a product's terms: file, line, path
│   ├── BadMarketData   prices or declared rates: file, line (BadMarketFile: everything wrong with a file)
│   ├── BadCase         a case or contract file
│   ├── BadRecord       a file to import: file, line (BadFile: everything wrong with it)
│   ├── BadEvent        one of several events to be recorded: its place among them
│   ├── BadBook         a book that cannot be opened, read or written
│   ├── WrongKey        a master key that does not open this party store
│   └── DateOutOfRange  a date no calendar covers
├── MissingData         something that is needed was not given
│   ├── MissingPrice
│   ├── MissingRate
│   └── MissingKey      the master key of the party store
├── Refused             a request a contract does not allow; carries a named reason and its citation
├── NotFound            no product, contract, event or party of that name
│   └── Erased          a party whose identity was erased
├── BookBusy            another process works on the book, or was faster: run again
├── Backdated           an event counts from a day that a stored state has passed: replay
├── OldPosition         a stored position is of an older layout: replay
└── Fault               the ledger would not balance or a rule was run outside its range: nothing was posted
```
"""

from pathlib import Path


def _near(file: Path | str) -> str:
    """A file as one would name it from here."""
    path = Path(file)
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_absolute() and path.is_relative_to(here) else str(path)


def counted(number: int, thing: str, things: str = "") -> str:
    """A number with what it counts, as a message says it: `1 contract`, `2,000 contracts`, `1 index`, `2 indices`."""
    return f"{number:,} {thing if number == 1 else things or thing + 's'}"


class InforceError(Exception):
    """Base of all errors of this package. The text is meant for the person who gave the input."""


class BadInput(InforceError):
    """Something given is wrong. Nothing was changed."""


class Located(BadInput):
    """An input error with the place it stands at."""

    def __init__(self, message: str, *, file: Path | str | None = None, line: int | None = None, at: str = "") -> None:
        self.message, self.file, self.line, self.at = message, file, line, at
        place = _near(file) if file is not None else ""
        if line is not None:
            place += f":{line}"
        head = ": ".join(part for part in (place, at) if part)
        super().__init__(f"{head}: {message}" if head else message)


class BadTerms(Located):
    """A product's terms do not say what they must, or say it twice."""


class BadMarketData(Located):
    """A price or rate is wrong. Nothing of its file was loaded."""


class BadCase(Located):
    """A case or contract file is wrong."""


class BadRecord(Located):
    """A record of a file to import is wrong, or the file is. Nothing of it was recorded."""


class BadEvent(BadInput):
    """One of several events cannot be recorded; none of them was."""

    def __init__(self, message: str, place: int) -> None:
        super().__init__(message)
        self.place = place
        """Its place among those given, from 0."""


class BadBook(BadInput):
    """A book cannot be opened, read or written: no book, another version, a full disk. What was in it still is."""


class WrongKey(BadInput):
    """A master key is not written as one, or does not open this party store. Nothing was read or changed."""


class DateOutOfRange(BadInput):
    """A date that the calendar does not cover."""


class MissingData(InforceError):
    """Something that the answer needs was not given."""


class MissingPrice(MissingData):
    """No unit value for an account on a day."""


class MissingRate(MissingData):
    """No declared rate for a month."""


class MissingKey(MissingData):
    """The master key of the party store was not given. Nothing was read or written."""


class Refused(InforceError):
    """A request that the contract does not allow, or that is not in good order."""

    def __init__(self, reason: str, message: str, *, citation: str = "") -> None:
        self.reason, self.message, self.citation = reason, message, citation
        super().__init__(f"{reason}: {message}" + (f" [{citation}]" if citation else ""))


class BookBusy(InforceError):
    """Another process holds the book, or changed what this one worked from. Nothing was posted; run again."""


class Backdated(InforceError):
    """An event counts from a day that a stored state has passed; the contract must be replayed from before it."""


class OldPosition(InforceError):
    """A stored position has an older layout, or is broken. It is a cache: a replay of the contract gives it again."""

    def __init__(self, contract: str) -> None:
        self.contract = contract
        super().__init__(f"the stored position of contract {contract} is of an older layout or broken; rebuild it "
                         "(inforce book rebuild)")  # fmt: skip


class NotFound(InforceError):
    """No product, contract, event or party has that name."""


class Erased(NotFound):
    """The party's identity was erased; its roles remain."""


class Fault(InforceError):
    """An invariant did not hold. Nothing was posted; please report it."""
