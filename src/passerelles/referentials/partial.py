"""Files that are not whole yet: temporary ones, and the beginning of a cut transfer that waits for the next run."""

import hashlib
import json
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

_STALE_SECONDS: Final = 24 * 3600  # a temporary file this old belongs to a run that was killed


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said of the file; `sha256` is that of the bytes kept, where they are kept for resuming."""

    url: str
    etag: str | None = None
    last_modified: str | None = None
    content_type: str | None = None
    sha256: str | None = None

    @property
    def validator(self) -> str | None:
        """What ``If-Range`` may hold: a strong ETag, else the date of the last change (RFC 9110, 13.1.5)."""
        if self.etag and not self.etag.startswith("W/"):
            return self.etag
        return self.last_modified


@dataclass(frozen=True, slots=True)
class Part:
    """Where the beginning of a file waits for the next run, and the note that says of which file it is."""

    data: Path
    note: Path

    @classmethod
    def beside(cls, target: Path) -> "Part":
        """Part of the file `target`, in the same folder."""
        return cls(target.with_name(f"{target.name}.part"), target.with_name(f"{target.name}.part.json"))

    def claim(self, temp: Path, url: str) -> Answer | None:
        """
        Move the part to `temp`, if there is one, and return what is known of it; only one process obtains it.

        The checksum in the note proves that the two belong together; without that proof the part is dropped.
        """
        try:
            self.data.replace(temp)
        except FileNotFoundError:
            return None
        known: Answer | None = None
        with suppress(OSError, ValueError, TypeError):
            known = Answer(**json.loads(self.note.read_text(encoding="utf-8")))
        self.note.unlink(missing_ok=True)
        if known and known.url == url and known.validator and known.sha256 == file_sha256(temp):
            return known
        temp.unlink()
        return None

    def keep(self, temp: Path, answer: Answer) -> None:
        """Move what was received so far from `temp` to the part."""
        known = {**asdict(answer), "sha256": file_sha256(temp)}
        temp.replace(self.data)
        self.note.write_text(json.dumps(known), encoding="utf-8")

    def clear(self) -> None:
        """Remove the part and its note, if any."""
        self.data.unlink(missing_ok=True)
        self.note.unlink(missing_ok=True)


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextmanager
def temporary(target: Path) -> Iterator[Path]:
    """Give a path that no other run uses, beside `target`; what still lies there at the end is removed."""
    temp = target.with_name(f".{target.name}.{os.getpid()}-{secrets.token_hex(8)}.tmp")
    try:
        yield temp
    finally:
        temp.unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """Remove the temporary files that a killed run left in `folder` more than a day ago."""
    for path in folder.glob(".*.tmp"):
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > _STALE_SECONDS:
                path.unlink()
