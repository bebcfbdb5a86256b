"""Checksum of what was read, and the licence lines that must be shown with it."""

import hashlib
from collections.abc import Iterable

from passerelles.model import FileRecord


def checksum(files: Iterable[FileRecord]) -> str:
    """
    One SHA-256 over the names and checksums of all files read, in the order of their names.

    Examples
    --------
    >>> checksum([FileRecord("a.csv", "00", "utf-8", 1)])[:8]
    '5e673bda'
    """
    digest = hashlib.sha256()
    for record in sorted(files):
        digest.update(f"{record.name}\0{record.sha256}\n".encode())
    return digest.hexdigest()


def licence_ouverte() -> str:
    """Name of the licence under which France Travail publishes ROME."""
    return "Licence Ouverte / Open Licence 2.0 (Etalab)"
