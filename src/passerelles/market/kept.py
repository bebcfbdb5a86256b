"""What was read of a folder of data, kept beside the indexes of the user's cache: reading it again takes seconds."""

import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import TypeAdapter

from passerelles.errors import PasserellesError
from passerelles.extensions import extensions
from passerelles.io.archive import read_file
from passerelles.io.atomic import atomic_file
from passerelles.store import package_version

Value = TypeVar("Value")
_LARGEST: Final = 100_000_000  # bytes that are read back
_MOST: Final = 40  # values that the cache keeps: those used longest ago go


@dataclass(frozen=True)
class Keeper:
    """
    Keeps values made from some folders as JSON files, under a name that changes with whatever they are made from.

    What cannot be kept, or not be read back, is made again: a cache fails nobody.
    """

    place: Path
    digest: str

    def kept(self, name: str, kind: type[Value], make: Callable[[], Value]) -> Value:
        """Return a value that was kept, or make and keep it."""
        path = self.place / f"data-{name}-{self.digest}.json"
        adapter: TypeAdapter[Value] = TypeAdapter(kind)
        with suppress(OSError, ValueError, PasserellesError):
            if path.is_file():
                found = adapter.validate_json(read_file(path, most=_LARGEST))
                with suppress(OSError):  # a cache that can only be read serves all the same
                    os.utime(path)
                return found
        value = make()
        with suppress(OSError, TypeError, ValueError, PasserellesError):
            self.place.mkdir(parents=True, exist_ok=True)
            with atomic_file(path, overwrite=True) as stream:
                stream.write(json.dumps(value, default=_plain, ensure_ascii=False).encode())
            for old in kept_values(self.place)[_MOST:]:
                old.unlink()
        return value


def _plain(value: Any) -> Any:
    """Return a path, a frozen mapping or set, or a value as JSON has it."""
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, frozenset):
        return sorted(value)
    return {each.name: getattr(value, each.name) for each in fields(value)}


def kept_values(place: Path) -> list[Path]:
    """Files of kept values, those used last first."""
    return sorted(place.glob("data-*.json"), key=lambda path: -path.stat().st_mtime)


def keeper(place: Path, folders: Sequence[Path]) -> Keeper:
    """
    Return what keeps values of some folders.

    Its digest is of the names, sizes and times of all their files, of the code that reads them and its version, and of
    the sources that installed packages add. The time of a file's last change of any kind is in it: who may read it can
    change without its content, and its content without the time that a copy sets.
    """
    digest = hashlib.sha256(repr((package_version(), sorted(extensions("market_sources").items()))).encode())
    for folder in (*folders, Path(str(files("passerelles.market")))):
        listed = sorted(p for p in folder.rglob("*") if p.suffix != ".pyc") if folder.is_dir() else [folder]
        for path in listed:
            if place in path.parents or not path.is_file():
                continue
            with suppress(FileNotFoundError):  # gone since it was listed
                about = path.stat()
                digest.update(repr((str(path), about.st_size, about.st_mtime_ns, about.st_ctime_ns)).encode())
    return Keeper(place, digest.hexdigest()[:24])
