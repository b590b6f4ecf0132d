"""Books in SQLite and PostgreSQL: one schema, migrated when opened, with a chain of hashes that `verify` checks."""

from .chain import Seal
from .sql_book import SqlBook, open_book
from .verify import Finding, verify

__all__ = ["Finding", "Seal", "SqlBook", "open_book", "verify"]
