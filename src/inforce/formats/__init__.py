"""Files into a book and out of it: contracts and events as JSON Lines, CSV or Parquet, prices as CSV or Parquet."""

from .exporting import Choice, export_entries, export_events, export_positions
from .importing import Imported, check_file, check_files, import_file
from .problems import BadFile
from .reading import Progress

__all__ = [
    "BadFile", "Choice", "Imported", "Progress", "check_file", "check_files", "export_entries", "export_events",
    "export_positions", "import_file",
]  # fmt: skip
