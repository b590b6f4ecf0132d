"""Documents: what the layers below know, printed. A performance update is one model and four formats of it."""

from .model import Cell, Column, Endnote, PerformanceUpdate, Row, Table
from .update import performance_update

__all__ = ["Cell", "Column", "Endnote", "PerformanceUpdate", "Row", "Table", "performance_update"]
