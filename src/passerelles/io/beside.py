"""What stands beside a file whose format cannot say where it comes from: one JSON file of its name."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, Final

from passerelles.io.archive import MAX_JSON_BYTES, parse_json, read_file
from passerelles.io.atomic import atomic_file, is_stream

ENDING: Final = ".provenance.json"


def side_of(path: Path) -> Path:
    """
    Return the file that stands beside another.

    Examples
    --------
    >>> side_of(Path("moves.csv")).name
    'moves.csv.provenance.json'
    """
    return path.with_name(path.name + ENDING)


@contextmanager
def told_file(path: Path, about: Mapping[str, Any]) -> Iterator[BinaryIO]:
    """
    Open a stream as `atomic_file` does, and say beside the file where it comes from.

    The side file goes before its file is replaced, and comes after: a killed run leaves a file of which nothing is
    said, never one of which something false is. A pipe has none.
    """
    with atomic_file(path, overwrite=True) as stream:
        yield stream
        if not is_stream(path):
            with suppress(FileNotFoundError):
                side_of(path).unlink()
    if not is_stream(path):
        atomic_json(side_of(path), about)


def atomic_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write an object into a JSON file, whole or not at all; one that is there is replaced."""
    with atomic_file(path, overwrite=True) as stream:
        stream.write(json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode("utf-8") + b"\n")


def read_side(path: Path) -> dict[str, Any] | None:
    """Return what is said beside a file; None where nothing is."""
    side = side_of(path)
    if not side.is_file():
        return None
    found = parse_json(read_file(side, most=MAX_JSON_BYTES).decode("utf-8"))
    return found if isinstance(found, dict) else None
