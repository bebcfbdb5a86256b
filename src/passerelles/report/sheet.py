"""Old place of `passerelles.tables.sheet`."""

from passerelles.tables.sheet import Cell, Column, Kind, Sheet

__all__ = ["Cell", "Column", "Kind", "Sheet"]
