"""Which reader a file has, and how far it has come."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from inforce.errors import BadRecord

from .text import Csv, JsonLines

if TYPE_CHECKING:
    from .parquet import Parquet

Progress = Callable[[int, int], None]
"""Is told how much is done, and of how much."""


def reader_of(path: Path) -> "JsonLines | Csv | Parquet":
    """What reads a file, by the end of its name. Raises `BadRecord`."""
    kind = _KINDS.get(path.suffix.lower())
    if kind is None:
        raise BadRecord(f"is not named as a file that can be read; those end in {', '.join(_KINDS)}.", file=str(path))
    try:
        if not path.is_file():
            missing = "is no regular file" if path.exists() else "does not exist"
            raise BadRecord(f"{missing}; check the path.", file=str(path))
        return kind(path)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BadRecord(f"cannot be read ({reason}); check the path.", file=str(path)) from None


def holds_records(reader: "JsonLines | Csv | Parquet") -> bool:
    """Contracts and events? Else prices. Told by the header."""
    return isinstance(reader, JsonLines) or "contract" in reader.columns or "kind" in reader.columns


def _parquet(path: Path) -> "Parquet":
    from .parquet import Parquet  # pyarrow takes a while to load

    return Parquet(path)


_KINDS: Final[dict[str, Callable[[Path], "JsonLines | Csv | Parquet"]]] = {
    ".jsonl": JsonLines,
    ".ndjson": JsonLines,
    ".csv": Csv,
    ".parquet": _parquet,
}


@dataclass(frozen=True, slots=True)
class Done:
    """Turns what the readings of a file tell into one progress."""

    size: int
    progress: Progress | None = None

    def first(self, position: int) -> None:
        """So much has been read."""
        self._tell(position, self.size)

    def second(self, position: int) -> None:
        """So much has been read a second time."""
        self._tell(self.size + position, 2 * self.size)

    def all(self) -> None:
        """Nothing is left."""
        self._tell(self.size, self.size)

    def _tell(self, position: int, of: int) -> None:
        if self.progress is not None:
            self.progress(position, of)
