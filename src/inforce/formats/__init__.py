"""Files into a book and out of it: contracts and events as JSON Lines, CSV or Parquet, prices as CSV or Parquet."""

from .exporting import export_events
from .importing import Imported, check_file, import_file
from .problems import BadFile
from .reading import Progress

__all__ = ["BadFile", "Imported", "Progress", "check_file", "export_events", "import_file"]
